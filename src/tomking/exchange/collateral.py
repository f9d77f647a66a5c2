"""What the venue asks for as security: requirements by root, kept while little has changed."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from math import isnan, log

from tomking.core.contract import Contract
from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Stamped
from tomking.core.money import ZERO
from tomking.core.order import Order
from tomking.core.value import value
from tomking.market.snapshot import MID, Legs, Snapshot
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.account import needed

#: A move of the underlying, as a fraction, below which a requirement is not worked out again.
SPOT_STEP = 0.001

Holdings = Mapping[Contract, int]


@value
class Remembered:
    """A root's requirement and the world it was worked out in."""

    day: date
    spot_step: int
    usd: Decimal


class Collateral:
    """Requirements of one account at one house; ES and MES are different underlyings."""

    def __init__(self, house: str) -> None:
        self._house = house
        self._known: dict[str, Remembered] = {}

    def forget(self) -> None:
        """The holdings changed: nothing remembered is true any more."""
        self._known.clear()

    def total(self, holdings: Holdings, now: Snapshot) -> Decimal:
        """Dollars for everything held."""
        return sum((self._of(root, holdings, now) for root in roots(holdings)), ZERO)

    def change(
        self, holdings: Holdings, order: Order, now: Snapshot
    ) -> tuple[Decimal, Decimal, Decimal]:
        """Dollars before an order, after it, and for the order alone.

        The roots the order touches are worked out afresh at the same prices before and after, so
        that their difference is the order and not the time that went by.
        """
        wanted: dict[Contract, int] = {}
        for leg in order.legs:
            wanted[leg.contract] = wanted.get(leg.contract, 0) + leg.quantity * order.units
        touched = roots(wanted)
        rest = sum(
            (self._of(root, holdings, now) for root in roots(holdings) if root not in touched), ZERO
        )
        mine = {held: n for held, n in holdings.items() if held.root in touched}
        then = {
            contract: mine.get(contract, 0) + wanted.get(contract, 0) for contract in mine | wanted
        }
        marks = mids(columns(tuple(then.items())), now)
        before, after = (self._needed(touched, held, marks, now) for held in (mine, then))
        alone = self._needed(touched, wanted, marks, now) if mine else after
        return rest + before, rest + after, alone

    def _needed(
        self,
        touched: Iterable[str],
        holdings: Holdings,
        marks: Mapping[Contract, float],
        now: Snapshot,
    ) -> Decimal:
        return sum(
            (needed(root, holdings, marks, spot(root, now), self._house) for root in touched), ZERO
        )

    def _of(self, root: str, holdings: Holdings, now: Snapshot) -> Decimal:
        """A root's requirement, remembered within a session and a tenth of a percent of spot."""
        step = round(log(spot(root, now)) / SPOT_STEP)
        known = self._known.get(root)
        if known is None or known.spot_step != step or known.day != now.day.session.day:
            held = {contract: n for contract, n in holdings.items() if contract.root == root}
            marks = mids(columns(tuple(held.items())), now)
            dollars = needed(root, held, marks, spot(root, now), self._house)
            known = self._known[root] = Remembered(now.day.session.day, step, dollars)
        return known.usd


def roots(holdings: Iterable[Contract]) -> tuple[str, ...]:
    """The roots among contracts, each once, in the order met."""
    return tuple(dict.fromkeys(contract.root for contract in holdings))


def mids(legs: Legs, now: Snapshot) -> dict[Contract, float]:
    """The mids of some contracts by one call.

    Raises
    ------
    QuoteMissing
        If one has none.
    """
    found: dict[Contract, float] = dict(
        zip(legs.contracts, now.marks(legs).table[MID].tolist(), strict=True)
    )
    for contract, mid in found.items():
        if isnan(mid):
            raise QuoteMissing(
                f"{contract} has no quote at {now.at}; wait for one or skip this tick"
            )
    return found


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
