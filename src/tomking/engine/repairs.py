"""Repairs: what is sent for a position that is cut, told as an alert until nothing is left to mend.

A repair is an ordinary order with a limit, judged like any other: a CLOSE of what is left, or a REDUCE
that buys cover back. If the best way is refused the next is tried, and each refusal is written down.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import gcd

from tomking.core.facts import Fact
from tomking.core.order import Leg, Order, Purpose
from tomking.core.restraints import Halted, Resumed
from tomking.core.value import value
from tomking.engine.desk import Desk
from tomking.engine.exits import at_work, closing, nobody_bids, priced, residue
from tomking.engine.orphans import COVER, REPAIR, Way, in_step, ways
from tomking.portfolio.book import Position, Working
from tomking.portfolio.naked import naked
from tomking.risk.view import View

#: The reason not to open anything while a package is in pieces.
ORPHANED = "orphaned legs"
#: Minutes an opening may work with its legs out of step, which may only be told out of order.
OUT_OF_STEP_MIN = 1.0


@value
class Repair:
    """A position that is cut, and the orders that would mend it, the best first."""

    position: Position
    orders: tuple[Order, ...]

    @property
    def matter(self) -> str:
        """What it is called in the ledger."""
        return f"{self.position.id}{REPAIR}"


def repairs(desk: Desk, view: View) -> Iterator[Repair]:
    """What to offer for each position that is cut and about which nothing is at work."""
    for position in cut_now(desk, view):
        working = [w for w in view.book.working.values() if w.order.closes == position.id]
        if any(not there.order.waits for there in working):
            continue
        found = ways(position, desk.cut[position.id], view)
        beside = [str(way) for way in found]
        yield Repair(
            position,
            tuple(
                _order(desk, view, position, way, [*beside[:row], *beside[row + 1 :]])
                for row, way in enumerate(found)
            ),
        )


def cut_now(desk: Desk, view: View) -> Iterator[Position]:
    """Positions that want a repair: what became shares or a future, or is worth nothing, does not."""
    opening = {there.order.campaign for there in view.book.adding() if not there.order.closes}
    for name in desk.cut:
        position = view.book.positions.get(name)
        if position is None or position.campaign in opening:
            continue
        if not residue(position) and not nobody_bids(view, position):
            yield position


def _order(desk: Desk, view: View, position: Position, way: Way, beside: list[str]) -> Order:
    """The order of a way: at the far side of every quote, further with each attempt."""
    other = f"; else {'; else '.join(beside)}" if beside else ""
    why = f"{desk.cut[position.id].why} left it: {way}{other}"
    whole = closing(desk, view, position, why, replaces=at_work(view, position))
    units, legs = _smallest(position, way)
    if legs == whole.legs:
        return whole
    if way.opens:
        return priced(desk, view, replace(
            whole, intent=f"{position.id}{COVER}", purpose=Purpose.REDUCE, joins=position.id,
            legs=legs, units=units,
        ))  # fmt: skip
    return priced(desk, view, replace(
        whole, intent=f"{position.id}/shorts", legs=legs, units=units
    ))  # fmt: skip


def _smallest(position: Position, way: Way) -> tuple[int, tuple[Leg, ...]]:
    """Units and legs of what a way trades, with no common factor left."""
    units = gcd(*(count for _, count in way.trades))
    return units, tuple(
        Leg(contract, count // units, position.tranche, way.opens)
        for contract, count in way.trades
    )  # fmt: skip


def out_of_step(view: View) -> frozenset[str]:
    """Opening orders whose legs have been out of step for a while: what is left of them is withdrawn."""
    at = view.market.at
    return frozenset(
        there.order.id
        for there in view.book.adding()
        if not in_step(there) and at - there.since >= timedelta(minutes=OUT_OF_STEP_MIN)
    )


def beyond(view: View) -> frozenset[str]:
    """Orders that would close more than their position still holds: once traded they would have opened.

    Somebody else closed it, or one side of a pair has traded and the venue has not ended the other. An
    exit of what is still there is sent again at its size by itself.
    """
    return frozenset(
        there.order.id for there in view.book.working.values() if _is_beyond(there, view)
    )


def _is_beyond(there: Working, view: View) -> bool:
    order, position = there.order, view.book.positions.get(there.order.closes)
    if not order.closes or (position is not None and not order.waits):
        return False
    held = {} if position is None else dict(position.held)
    return any(
        abs(leg.quantity * order.units - got) > abs(held.get(leg.contract, 0))
        for leg, got in zip(order.legs, there.filled, strict=True)
        if not leg.opens
    )


def alerts(desk: Desk, view: View) -> Iterator[Fact]:
    """That something is in pieces, once, and that nothing is any more."""
    pieces = [
        f"{position.id}: {desk.cut[position.id].why} left {_said(position)}{_bare(position, view)}"
        for position in cut_now(desk, view)
    ]
    halted = ORPHANED in desk.standing.reasons
    if pieces and not halted:
        yield Halted(view.market.at, ORPHANED, "; ".join(pieces))
    if halted and not pieces:
        yield Resumed(view.market.at, ORPHANED, "nothing is left in pieces")


def _said(position: Position) -> str:
    return ", ".join(f"{count:+d} {contract}" for contract, count in position.held)


def _bare(position: Position, view: View) -> str:
    bare = sum(-count for _, count in naked(position, view.book))
    return f", {bare} of them naked" if bare else ""
