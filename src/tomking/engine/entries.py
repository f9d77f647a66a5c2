"""Entries: what a strategy wants to open at its slot, as an order or every reading against it."""

from collections.abc import Iterator

from tomking.core.money import points
from tomking.core.order import Order, Purpose, Structure
from tomking.core.product import product
from tomking.core.reading import Reading, Skip, Stage, of_root, skip
from tomking.core.value import value
from tomking.core.venue import step_of
from tomking.engine.desk import Desk
from tomking.engine.ladder import sight_of
from tomking.engine.walk import Sight, Walk, begin
from tomking.portfolio.book import Working
from tomking.portfolio.columns import columns_of
from tomking.risk.capacity import with_winners
from tomking.risk.sizing import sized
from tomking.risk.standing import OPENING
from tomking.risk.switches import account_may_hold
from tomking.risk.view import View
from tomking.strategies.plan import Strategy

#: An opening order that has not traded after this many minutes is withdrawn.
PATIENCE_MIN = 10
#: So many minutes before the close nothing new is waited for any more.
LAST_MIN = 5


@value
class Wish:
    """An opening order somebody wants, and all that was measured on the way: the plan and the size.

    ``walk`` is its ladder and ``sight`` the package it begins at, where it is not sent at the far
    side.
    """

    order: Order
    readings: tuple[Reading, ...]
    sight: Sight
    walk: Walk | None = None


def entry(desk: Desk, view: View, strategy: Strategy) -> Wish | Skip:
    """The opening order of the largest root of which one unit fits, or every reading against it.

    A smaller contract is tried when the larger is too big, not when the trade itself is not wanted. What
    the account may not hold is not asked.
    """
    may_hold = account_may_hold(strategy.name, view.standing.off, view.session.day)
    if not may_hold.passed:
        return Skip((may_hold,))
    against: list[Reading] = []
    for root in strategy.roots:
        wanted = strategy.enter(view, root)
        if isinstance(wanted, Skip):
            return Skip((*against, *(of_root(root, measured) for measured in wanted.readings)))
        sight = sight_of(view, columns_of(wanted.legs), 1)
        if sight.fault:
            seen = skip("quotes to price an order by", Stage.DATA, sight.fault, "sound", "R-DAT-03")
            return Skip((*against, *seen.readings))
        found = sized(wanted, view, strategy.name)
        rooms = with_winners(found.readings, root, entered_now(view), view.limits)
        against += (of_root(root, measured) for measured in (*wanted.readings, *rooms))
        if found.units >= 1:
            return _opening(desk, view, strategy, wanted, sight, found.units, tuple(against))
    return Skip(tuple(against))


def _opening(
    desk: Desk,
    view: View,
    strategy: Strategy,
    wanted: Structure,
    sight: Sight,
    units: int,
    readings: tuple[Reading, ...],
) -> Wish:
    """The order for a structure: at the first price of its ladder, or at the far side at once."""
    limit, walk = points(sight.natural), None
    if view.limits.walk_mode == "walk":
        tick = step_of(product(wanted.root), points(sight.mid), len(wanted.legs))
        walk = begin(sight, wanted.credit_min, tick, view.limits)
        limit = walk.limit
    intent = intent_of(strategy, view)
    order = Order(
        intent, desk.attempts.get(intent, 0) + 1, Purpose.OPEN, strategy.name, wanted.campaign,
        wanted.legs, units, limit,
        why=f"{wanted.shape}, credit {wanted.credit:.2f} at VIX {view.market.vix.value:.2f}",
    )  # fmt: skip
    return Wish(order, readings, sight, walk)


def entered_now(view: View, besides: str = "") -> tuple[Order, ...]:
    """The opening orders of other campaigns that were sent at this very instant."""
    return tuple(
        there.order
        for there in view.book.opening()
        if there.since == view.market.at and there.order.campaign != besides
    )


def intent_of(strategy: Strategy, view: View) -> str:
    """What a strategy wants today, as the name under which it is wanted once."""
    return f"{strategy.name}/{view.session.day}{OPENING}"


def stale_openings(view: View) -> Iterator[Working]:
    """Opening orders that have waited long enough, and all of them shortly before the close."""
    ending = view.market.minute >= view.session.minutes - LAST_MIN
    for working in view.book.adding():
        waited = (view.market.at - working.since).total_seconds() / 60.0
        if ending or waited >= PATIENCE_MIN:
            yield working


def already(desk: Desk, view: View, strategy: Strategy) -> bool:
    """Whether today's entry is done or on its way."""
    intent = intent_of(strategy, view)
    on_its_way = any(working.order.intent == intent for working in view.book.opening())
    return on_its_way or intent in view.standing.done
