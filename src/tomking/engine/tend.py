"""What is done to campaigns that stay: a position adjusted, a lost tranche sold again, as orders."""

from collections.abc import Iterator
from dataclasses import replace
from math import gcd

from tomking.core.money import points
from tomking.core.order import Leg, Order, Purpose, Structure
from tomking.core.reading import Skip, Stage, skip
from tomking.core.value import value
from tomking.engine.desk import Desk
from tomking.engine.exits import (
    EXIT,
    at_work,
    broken,
    is_remainder,
    on_tick,
    priced,
    well_again,
)
from tomking.engine.ladder import sight_of
from tomking.portfolio.book import Position
from tomking.portfolio.columns import columns_of
from tomking.risk.view import View
from tomking.strategies.adjust import Adjustment


@value
class Tended:
    """An adjustment or a renewal that is due: its order, or why there is none.

    ``close_instead`` is the position that goes when the order is refused; ``what`` names the matter in
    the ledger.
    """

    what: str
    strategy: str
    order: Order | Skip
    close_instead: Position | None = None


def adjustments(desk: Desk, view: View, watch: frozenset[str]) -> Iterator[Tended]:
    """Adjustments that are due among the positions looked at, the first of each position."""
    for position in tuple(view.book.positions.values()):
        watched = position.strategy in watch or desk.is_leaving(position.id)
        if watched and not _is_busy(desk, view, position) and not is_remainder(desk, position):
            due = _due(desk, view, position)
            if due is not None:
                yield due


def _is_busy(desk: Desk, view: View, position: Position) -> bool:
    """Whether it is being closed or adjusted already, or has been seen at an exit.

    What may have to go is not rolled while it is waited for a second look, or for its exit.
    """
    rules = desk.strategy(position.strategy).rules(position)
    return (
        any(not working.order.waits for working in view.book.closing(position.id))
        or any((position.id, rule) in desk.doubts for rule in rules)
        or (position.id, EXIT) in desk.leaving
    )


def _due(desk: Desk, view: View, position: Position) -> Tended | None:
    """The first adjustment that is due; none while a graver one waits for its second look.

    One that only closes is an exit: until its rules hold again it is looked for at every look.
    """
    strategy = desk.tending(position.strategy)
    for how in strategy.adjustments(position) if strategy else ():
        seen = broken(desk, view, position, how.stay_while)
        if seen is None:
            well_again(desk, view, position, how.name, how.stay_while)
        elif not how.legs:
            desk.leaving.add((position.id, how.name))
        if seen is None and any((position.id, rule) in desk.doubts for rule in how.stay_while):
            return None
        if seen is not None and strategy is not None:
            what = f"{position.id}/{how.name}"
            found = strategy.adjusted(position, how, view)
            order = found if isinstance(found, Skip) else _order(desk, view, position, how, found)
            instead = position if how.refused == "close" else None
            return Tended(what, position.strategy, order, instead)
    return None


def _order(
    desk: Desk, view: View, position: Position, how: Adjustment, wanted: Structure
) -> Order | Skip:
    """The order of an adjustment: a close of some legs, or a roll at the far side of every quote."""
    rolls, (units, legs) = bool(how.legs), smallest(wanted)
    order = Order(
        f"{position.campaign}/{position.tranche} {how.name}/{view.session.day}", 0,
        Purpose.ROLL if rolls else Purpose.CLOSE, position.strategy, position.campaign,
        legs, units, None, closes=position.id,
        replaces=at_work(view, position), why=how.name,
        joins="" if how.closes == "all" else position.id,
    )  # fmt: skip
    return _at_the_far_side(desk, view, order) if rolls else priced(desk, view, order)


def _at_the_far_side(desk: Desk, view: View, order: Order) -> Order | Skip:
    """An order numbered and priced where it trades at once, if its quotes are sound."""
    sight = sight_of(view, columns_of(order.legs, order.units), order.units)
    if sight.fault:
        return skip("quotes to price an order by", Stage.DATA, sight.fault, "sound", "R-DAT-03")
    limit = on_tick(points(sight.natural), order.root, order.legs)
    return replace(order, attempt=desk.attempts.get(order.intent, 0) + 1, limit=limit)


def renewals(desk: Desk, view: View, renew: frozenset[str]) -> Iterator[Tended]:
    """Tranches that campaigns have lost and sell again now."""
    for strategy in desk.strategies:
        tending = desk.tending(strategy.name) if strategy.name in renew else None
        for found in tending.renewals(view) if tending else ():
            if isinstance(found, Skip):
                yield Tended(f"{strategy.name}/renewal/{view.session.day}", strategy.name, found)
            else:
                yield _renewal(desk, view, strategy.name, found)


def _renewal(desk: Desk, view: View, strategy: str, wanted: Structure) -> Tended:
    intent = f"{wanted.campaign}/{wanted.shape}/{view.session.day}"
    units, legs = smallest(wanted)
    order = Order(
        intent, 0, Purpose.ROLL, strategy, wanted.campaign, legs, units, None,
        why=f"{wanted.shape} sold again",
    )  # fmt: skip
    return Tended(intent, strategy, _at_the_far_side(desk, view, order))


def smallest(wanted: Structure) -> tuple[int, tuple[Leg, ...]]:
    """Units and legs of a structure with no common factor left in the legs, as the venue wants them."""
    common = gcd(*(leg.quantity for leg in wanted.legs))
    legs = tuple(replace(leg, quantity=leg.quantity // common) for leg in wanted.legs)
    return int(wanted.units_max) * common, legs
