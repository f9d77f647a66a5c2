"""What the venue asks for as security: requirements by root, each worked out once an instant."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from math import isnan

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Contract
from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Stamped
from tomking.core.money import ZERO
from tomking.core.order import Order
from tomking.market.snapshot import MID, Legs, Marks, Snapshot
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.account import Terms, asked
from tomking.portfolio.margin.leg import Margin

Holdings = Mapping[Contract, int]
#: Marks of what is held.
Look = Callable[[Snapshot], Marks]


class Collateral:
    """Requirements of one account at one house; ES and MES are different underlyings."""

    def __init__(self, house: str) -> None:
        self._terms = Terms(house)
        self._seen: Snapshot | None = None
        self._known: dict[str, Decimal] = {}

    def forget(self) -> None:
        """The holdings changed: nothing remembered is true any more."""
        self._known.clear()

    def total(self, held: Legs, now: Snapshot, look: Look) -> Decimal:
        """Dollars that holding everything needs; ``look`` marks it, if anything is not remembered."""
        return sum(
            (self._of(root, now, lambda: (held, look(now))) for root in roots(held.contracts)), ZERO
        )

    def change(
        self, holdings: Holdings, order: Order, now: Snapshot
    ) -> tuple[Decimal, Decimal, Decimal]:
        """Dollars before an order, after it, and for the order alone.

        What is held is not bought again: both are what holding needs. Only shares need more to
        open, a half and then a quarter, and a long protects them only from then on. So an order that
        opens some needs what opening everything would, less what the part that stays needed beyond
        holding when it was opened: from nothing that is the opening figure, and it is never too low.

        Before and after are of one snapshot, so that their difference is the order and not the time
        that went by.
        """
        wanted: dict[Contract, int] = {}
        for leg in order.legs:
            wanted[leg.contract] = wanted.get(leg.contract, 0) + leg.quantity * order.units
        touched = roots(wanted)

        def marked_of(root: str) -> tuple[Legs, Marks]:
            """What is held of a root, at its marks."""
            held = columns([(each, n) for each, n in holdings.items() if each.root == root])
            return held, marked(held, now)

        needed = {root: self._of(root, now, partial(marked_of, root)) for root in roots(holdings)}
        before = sum(needed.values(), ZERO)
        rest = sum((usd for root, usd in needed.items() if root not in touched), ZERO)
        mine = {held: n for held, n in holdings.items() if held.root in touched}
        legs = columns([(contract, mine.get(contract, 0)) for contract in mine | wanted])
        marks = marked(legs, now)
        ordered = np.array([float(wanted.get(contract, 0)) for contract in legs.contracts])
        opened = np.array(
            [float(opened_by(wanted.get(c, 0), mine.get(c, 0))) for c in legs.contracts]
        )

        def asked_for(quantity: NDArray[np.float64]) -> list[Margin]:
            """What so many of each leg need, root by root."""
            some = replace(legs, quantity=quantity)
            return [
                asked(root, some, marks, spot(root, now), now.at, self._terms) for root in touched
            ]

        found = asked_for(legs.quantity + ordered)
        after = sum((each.maintenance for each in found), ZERO)
        shares = [not (each.is_option or each.future) for each in legs.contracts]
        if opened[shares].any():
            stays = asked_for(legs.quantity + ordered - opened)
            whole = sum((each.requirement for each in found), ZERO)
            after = max(after, whole - sum((each.beyond for each in stays), ZERO))
        alone = sum((each.requirement for each in asked_for(ordered)), ZERO) if mine else after
        return before, rest + after, alone

    def _of(self, root: str, now: Snapshot, held: Callable[[], tuple[Legs, Marks]]) -> Decimal:
        """A root's requirement, remembered for this snapshot alone: no answer hangs on who asked before.

        Time and volatility move it as well as the price.
        """
        if self._seen is not now:
            self._seen = now
            self._known.clear()
        known = self._known.get(root)
        if known is None:
            known = asked(root, *held(), spot(root, now), now.at, self._terms).maintenance
            self._known[root] = known
        return known


def opened_by(ordered: int, held: int) -> int:
    """The part of an order for a contract that opens: all of it, none, or what goes beyond nought.

    >>> opened_by(2, 1), opened_by(-1, 2), opened_by(-3, 1), opened_by(-1, 0)
    (2, 0, -2, -1)
    """
    if held * ordered >= 0:
        return ordered
    return 0 if abs(ordered) <= abs(held) else held + ordered


def roots(holdings: Iterable[Contract]) -> tuple[str, ...]:
    """The roots among contracts, each once, in the order met."""
    return tuple(dict.fromkeys(contract.root for contract in holdings))


def marked(legs: Legs, now: Snapshot) -> Marks:
    """The marks of some contracts by one call.

    Raises
    ------
    QuoteMissing
        If one has no mid.
    """
    marks = now.marks(legs)
    for contract, mid in zip(legs.contracts, marks.table[MID].tolist(), strict=True):
        if isnan(mid):
            raise QuoteMissing(
                f"{contract} has no quote at {now.at}; wait for one or skip this tick"
            )
    return marks


def mids(legs: Legs, marks: Marks) -> dict[Contract, float]:
    """The mids of some contracts."""
    return dict(zip(legs.contracts, marks.table[MID].tolist(), strict=True))


def spot(root: str, now: Snapshot) -> float:
    """The price of a root now.

    Raises
    ------
    QuoteMissing
        If it has none.
    """
    price = now.spot(root)
    if not isinstance(price, Stamped):
        raise QuoteMissing(f"{root} has no price at {now.at}: {price}")
    return price.value
