"""Orphans: positions that have lost a leg or never got one, and how each can be repaired.

An order that ended with its legs traded out of step leaves one, and so does a leg that somebody else
closed. Such a position is no longer what its plan opened. What can be done about it is ranked: by what
stays naked, then by what the whole book would lose under stress, then by what getting there costs.
"""

from collections.abc import Mapping
from dataclasses import replace

from tomking.core.contract import Contract, Right
from tomking.core.facts import CLOSED_OUT, Fact, OrderEnded, Settled
from tomking.core.value import value
from tomking.portfolio import marks as worth
from tomking.portfolio.book import Book, Position, Working
from tomking.portfolio.columns import columns
from tomking.portfolio.holding import position_of
from tomking.portfolio.naked import Held, count_naked, naked
from tomking.risk.exposure import stress_loss
from tomking.risk.view import View

#: The intent of an order that buys back missing cover ends so.
COVER = "/cover"
#: How the matter of a repair is named in the ledger, after its position.
REPAIR = "/repair"
IN_PART, BY_OTHERS = "an order that traded in part", "a leg that somebody else closed"


@value
class Cut:
    """Why a position is not what its plan opened, and the contracts it should have been sold beside."""

    why: str
    missing: Held = ()


@value
class Way:
    """A way to repair: the contracts to trade, signed in all; ``opens`` when that is cover.

    ``naked`` is how many contracts are short without cover afterwards, ``loss`` what the whole book
    then loses under AUG5_LOW and ``cost`` half the width of what is traded, both in dollars.
    """

    name: str
    trades: Held
    naked: int
    loss: float
    cost: float
    opens: bool = False

    @property
    def rank(self) -> tuple[int, float, float]:
        """The least is the best; what cannot be measured comes last."""
        return self.naked, _known(self.loss), _known(self.cost)

    def __str__(self) -> str:
        bare = f"{self.naked} contracts naked" if self.naked else "nothing naked"
        return f"{self.name} ({bare}, loses ${self.loss:,.0f} under AUG5_LOW)"


def _known(figure: float) -> float:
    return figure if figure == figure else float("inf")


def in_step(working: Working) -> bool:
    """Whether the legs of an order have traded in their ratio so far."""
    first, unit = working.filled[0], working.order.legs[0].quantity
    pairs = zip(working.filled, working.order.legs, strict=True)
    return all(got * unit == first * leg.quantity for got, leg in pairs)


def cut_by(fact: Fact, before: Book, after: Book, known: Mapping[str, Cut]) -> Mapping[str, Cut]:
    """The positions that are held and cut once a fact has made one book of another."""
    found = known
    match fact:
        case OrderEnded(order=order) if order in before.working:
            found = _ended(before.working[order], known)
        case Settled(contract=contract, settlement=how) if how == CLOSED_OUT and contract.is_option:
            holders = (each.id for each in before.positions.values() if contract in dict(each.held))
            found = {**known, **{name: Cut(BY_OTHERS) for name in holders}}
        case _:
            pass
    if all(name in after.positions for name in found):
        return found
    return {name: cut for name, cut in found.items() if name in after.positions}


def _ended(ended: Working, known: Mapping[str, Cut]) -> Mapping[str, Cut]:
    """What is cut once an order is over: all it has touched if its legs traded out of step.

    Where cover was bought back whole the position is what it was meant to be.
    """
    order = ended.order
    if order.intent.endswith(COVER) and ended.complete:
        return {name: cut for name, cut in known.items() if name != order.joins}
    return {**known, **_left(ended, known)}


def _left(ended: Working, known: Mapping[str, Cut]) -> Mapping[str, Cut]:
    """What an order that is over leaves cut: everything it has touched if its legs are out of step."""
    order = ended.order
    if in_step(ended):
        return {}
    touched = {
        position_of(order, leg) for got, leg in zip(ended.filled, order.legs, strict=True) if got
    }
    missing = tuple(
        (leg.contract, leg.quantity * order.units - got)
        for got, leg in zip(ended.filled, order.legs, strict=True)
        if leg.opens and leg.quantity > 0 and leg.quantity * order.units > got
    )
    return {name: known.get(name) or Cut(IN_PART, missing) for name in touched}


def ways(position: Position, cut: Cut, view: View) -> tuple[Way, ...]:
    """The ways to repair a position, the best first; none leaves more of its campaign naked than now."""
    bare, all_of_it = naked(position, view.book), tuple((held, -n) for held, n in position.held)
    found = [_way(view, position, "close what is left", all_of_it)]
    if bare and len(bare) < len(position.held):
        shorts = tuple((contract, -quantity) for contract, quantity in bare)
        found.append(_way(view, position, "close the uncovered shorts", shorts))
    cover = _cover(cut, bare)
    if cover:
        found.append(_way(view, position, "buy back the cover", cover, opens=True))
    now = count_naked(position.campaign, view.book)
    return tuple(sorted((way for way in found if way.naked <= now), key=lambda way: way.rank))


def _way(view: View, position: Position, name: str, trades: Held, *, opens: bool = False) -> Way:
    """A way with what would come of it."""
    legs, traded = columns(_after(view.book.holdings, trades)), columns(trades)
    kept = replace(position, held=_after(dict(position.held), trades))
    book = replace(view.book, positions={**view.book.positions, position.id: kept})
    marks = view.market.marks(traded)
    return Way(
        name, trades, count_naked(position.campaign, book),
        stress_loss(legs, view, view.market.marks(legs)),
        worth.total(traded, marks) - worth.at_exit(traded, marks), opens,
    )  # fmt: skip


def _after(held: Mapping[Contract, int], trades: Held) -> Held:
    """What is held after some trades."""
    left = dict(held)
    for contract, quantity in trades:
        left[contract] = left.get(contract, 0) + quantity
    return tuple((contract, count) for contract, count in left.items() if count)


def _cover(cut: Cut, bare: Held) -> Held:
    """The longs that were meant to stand beside what is naked, as many as are wanted."""
    wanted: dict[Right | None, int] = {}
    for contract, quantity in bare:
        wanted[contract.right] = wanted.get(contract.right, 0) - quantity
    found: list[tuple[Contract, int]] = []
    for contract, count in cut.missing:
        part = min(count, wanted.get(contract.right, 0))
        if part:
            found.append((contract, part))
            wanted[contract.right] -= part
    return tuple(found)
