"""Exits: what closes a position, what rests at its target, and what a closing order will take."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from tomking.core.money import points
from tomking.core.order import Leg, Order, Purpose, TimeInForce
from tomking.core.product import product
from tomking.core.venue import on_step, step_of
from tomking.engine.desk import START, Desk, Doubt
from tomking.engine.last_day import last_legs, left_to_end
from tomking.market.delivery import out_by
from tomking.market.snapshot import BID, Legs, Marks
from tomking.portfolio.book import Position, Working
from tomking.portfolio.columns import columns_of
from tomking.portfolio.package import natural, package_mid, price_band
from tomking.risk.view import View
from tomking.strategies.plan import profit_price
from tomking.strategies.stay import ProfitBelow, StayRule, kept, reading

#: Stops do not look at the first ten minutes; exits in no hurry wait until twenty past the open.
STOPS_FROM_MIN, PATIENT_FROM_MIN = 10, 20
#: An exit at work has so long to trade before it concedes more, however often anybody looks.
PATIENCE = timedelta(minutes=1)
#: What a position that its plan has given up is watched for, until it is gone.
EXIT = "exit"
#: A package is taken to be at least this wide, in points, when an exit concedes a part of its width.
CONCEDE_MIN = 0.20


def exits(desk: Desk, view: View, watch: frozenset[str]) -> Iterator[Order]:
    """Closing orders: for what a plan no longer keeps, and to reprice those that have not traded.

    What covers and what is covered may be told to go at once; the covered then goes once.
    """
    going: set[str] = set()
    for position in tuple(view.book.positions.values()):
        if position.id in going:
            continue
        working = next((w for w in view.book.closing(position.id) if not w.order.waits), None)
        if working is not None and working.order.purpose is Purpose.CLOSE:
            if view.market.at - working.since >= PATIENCE:
                yield from repriced(desk, view, position, working)
            continue
        left = residue(position)
        if position.id in desk.cut and not left:  # its repair is another's (engine/repairs.py)
            continue
        if left:
            if not nobody_bids(view, position):
                yield closing(desk, view, position, left, replaces=at_work(view, position))
        elif (late := left_to_end(position, view)) is not None and not late.passed:
            yield last_day(desk, view, position, str(late))
        elif position.strategy in watch or desk.is_leaving(position.id):
            for order in _given_up(desk, view, position):
                if order.closes not in going:
                    going.add(order.closes)
                    yield order


def last_day(desk: Desk, view: View, position: Position, why: str) -> Order:
    """An order for what was sold till today and stands too near the money to be left to end."""
    order = closing(desk, view, position, why, replaces=at_work(view, position))
    units, legs = last_legs(position, view)
    return (
        order if legs == order.legs else priced(desk, view, replace(order, units=units, legs=legs))
    )


def _given_up(desk: Desk, view: View, position: Position) -> Iterator[Order]:
    """Closing orders for a position its plan no longer keeps; what it covers goes first.

    Until that is gone the doubt about it stays, so that it follows at once and nothing is sold against
    it again; what is being sold against it now is withdrawn. Once doubted or given up a position is
    looked at until it is gone or seen to be well: a quote may be missing at the second look, and a gate
    or the broker may say no to its exit.
    """
    rules = desk.strategy(position.strategy).rules(position)
    rule = broken(desk, view, position, rules)
    if rule is not None or any((position.id, each) in desk.doubts for each in rules):
        desk.leaving.add((position.id, EXIT))
    else:
        well_again(desk, view, position, EXIT, rules)
        well_again(desk, view, position, START, rules)
    if rule is None:
        return
    why, first = str(reading(rule, position, view)), first_closed(desk, view, position)
    if position not in first:
        desk.doubts.add((position.id, rule))
        desk.unwanted |= {working.order.id for working in _selling(desk, view, position)}
    for each in first:
        yield closing(desk, view, each, why, replaces=at_work(view, each))


def well_again(
    desk: Desk, view: View, position: Position, what: str, rules: Sequence[StayRule]
) -> None:
    """Watch a position no longer for one matter once every rule of it is seen to hold."""
    key = position.id, what
    if key in desk.leaving and all(reading(rule, position, view).passed for rule in rules):
        desk.leaving.discard(key)


def first_closed(desk: Desk, view: View, position: Position) -> tuple[Position, ...]:
    """What is closed when a position is to go: itself, or what it covers as long as that is held.

    Nothing while an order is at work that sells what it covers: once filled, that would stand alone.
    """
    names = _covered(desk, position)
    covered = [
        other
        for other in view.book.of(position.strategy)
        if other.campaign == position.campaign and other.tranche in names
    ]
    if not covered:
        return () if any(_selling(desk, view, position)) else (position,)
    return tuple(each for each in covered if not is_closing(view, each))


def _covered(desk: Desk, position: Position) -> Sequence[str]:
    """The tranches of its campaign that a position covers."""
    strategy = desk.tending(position.strategy)
    return strategy.covered(position) if strategy else ()


def _selling(desk: Desk, view: View, position: Position) -> Iterator[Working]:
    """Orders at work that open what a position covers."""
    names = _covered(desk, position)
    for working in view.book.adding():
        opens = (leg.opens and leg.tranche in names for leg in working.order.legs)
        if working.order.campaign == position.campaign and any(opens):
            yield working


def is_closing(view: View, position: Position) -> bool:
    """Whether an order to take a position down is at work, one that rests left aside."""
    return any(
        not w.order.waits and w.order.purpose is Purpose.CLOSE
        for w in view.book.closing(position.id)
    )


def residue(position: Position) -> str:
    """Why a position is wound down whatever its plan says; empty if it is what the plan opened.

    What an option became goes first, at once: a future is never rolled, and never held to the day it
    would have to be out by. Then goes what is left of a tranche that has lost a leg to a resting stop
    or to assignment.
    """
    for contract, _ in position.outright:
        by = f", out by {out_by(contract.root, contract.future)}" if contract.future else ""
        return f"flatten what was delivered{by}"
    if position.stopped:
        return "close what a stop at the venue left"
    return "close what an assignment left" if position.assigned else ""


def is_remainder(desk: Desk, position: Position) -> bool:
    """Whether a position is no longer what its plan opened, and so is wound down or repaired."""
    return bool(residue(position)) or position.id in desk.cut


def nobody_bids(view: View, position: Position) -> bool:
    """Whether all that is left is long and worth nothing to anybody: it is left to expire."""
    bids: list[float] = view.marks.table[BID].tolist()
    return all(
        contract.is_option and quantity > 0 and bids[position.row + row] == 0.0
        for row, (contract, quantity) in enumerate(position.held)
    )


def at_work(view: View, position: Position) -> str:
    """The order about a position that the next one stands in for: its target, or an adjustment.

    The newest, which itself stands in for any before it. A stop, and a target that is tied to one, are
    never replaced: they are withdrawn first.
    """
    there = reversed(tuple(view.book.closing(position.id)))
    free = (w.order.id for w in there if not (w.order.is_backstop or w.order.bracket))
    return next(free, "")


def broken(
    desk: Desk, view: View, position: Position, rules: Sequence[StayRule]
) -> StayRule | None:
    """The first rule that is broken and may act now; doubts are remembered and forgotten here."""
    minute = view.market.minute
    rests = any(w.order.rests for w in view.book.closing(position.id))
    for rule in rules:
        key = (position.id, rule)
        if kept(rule, position, view):
            desk.doubts.discard(key)
        elif _may_act(desk, rule, key, minute, rests):
            desk.doubts.difference_update({(position.id, each) for each in rules})
            return rule
    return None


def _may_act(desk: Desk, rule: StayRule, key: Doubt, minute: float, rests: bool) -> bool:
    """Whether a broken rule closes at once: clocks do, stops need a second look, the rest wait."""
    if rule.clock:
        return True
    if rule.twice:
        if minute < STOPS_FROM_MIN:
            return False
        if key in desk.doubts or key[0] in desk.yielding:
            return True
        desk.doubts.add(key)
        return False
    resting = rests and isinstance(rule, ProfitBelow)
    return minute >= PATIENT_FROM_MIN and not resting


def closing(desk: Desk, view: View, position: Position, why: str, *, replaces: str = "") -> Order:
    """An order that takes a position down at the far side of every quote, and further each attempt.

    The first attempt concedes half the package's width beyond the far side, every later one a whole
    width more: an exit that waits for a fair price may wait for ever. What it trades at is the
    venue's affair; the limit is only the worst it will take, and stays inside the venue's price
    band. While a leg has no mark there is none: such an order asks no price and is never sent.
    """
    units, legs = position.legs_to_close
    for contract, held in position.outright[:1]:  # the venue takes one future or share an order
        units = abs(held)
        legs = (Leg(contract, -held // units, position.tranche, opens=False),)
    return priced(
        desk, view,
        Order(
            f"{position.id}/close", 0, Purpose.CLOSE, position.strategy,
            position.campaign, legs, units, None, closes=position.id, replaces=replaces, why=why,
        ),
    )  # fmt: skip


def repriced(desk: Desk, view: View, position: Position, working: Working) -> Iterator[Order]:
    """What is left of a closing order, at a price that concedes more.

    One that takes down a part of the position goes on taking down that part: the units of it that have
    not traded, and none while its legs are told out of step.
    """
    order = working.order
    if {contract for contract, _ in position.held} <= {leg.contract for leg in order.legs}:
        yield closing(desk, view, position, order.why, replaces=order.id)
    elif working.units_left:
        rest = replace(order, units=working.units_left, replaces=order.id)
        yield priced(desk, view, rest)


def priced(desk: Desk, view: View, order: Order) -> Order:
    """An order to close certain legs, numbered, at the worst price its attempt will take."""
    columns = columns_of(order.legs, order.units)
    attempt = desk.attempts.get(order.intent, 0) + 1
    price = worst_price(view.market.marks(columns), columns, order.units, attempt)
    limit = on_tick(points(price), order.root, order.legs) if price == price else None
    return replace(order, attempt=attempt, limit=limit)


def worst_price(marks: Marks, legs: Legs, units: int, attempt: int) -> float:
    """The least credit per unit an exit will take: the far side, and more with each attempt."""
    far, mid = natural(marks, legs, units), package_mid(marks, legs, units)
    width = max(2.0 * (mid - far), CONCEDE_MIN)
    return max(far - (attempt - 0.5) * width, mid - price_band(marks, legs, units))


def profit_orders(desk: Desk, view: View) -> Iterator[Order]:
    """Orders that rest at the venue until the plan's share of the premium is earned.

    While an opening order still works more may come: the target is of all of it.
    """
    growing = {working.order.campaign for working in view.book.opening()}
    for position in view.book.positions.values():
        if position.campaign in growing or next(view.book.closing(position.id), None):
            continue
        order = target_order(desk, position)
        if order is not None:
            yield order


def target_order(desk: Desk, position: Position) -> Order | None:
    """The order that rests at a position's target, if its plan has one and it can be had.

    Where a side was bought back at a loss the other can be worth too little for the target: nobody pays
    to be bought out.
    """
    target = desk.strategy(position.strategy).target(position)
    if target is None or not position.whole or is_remainder(desk, position):
        return None
    units, legs = position.legs_to_close
    limit = on_tick(profit_price(position, target), position.root, legs)
    if limit >= 0 and all(leg.quantity > 0 for leg in legs):
        return None
    intent = f"{position.id}/target"
    return Order(
        intent, desk.attempts.get(intent, 0) + 1, Purpose.CLOSE, position.strategy,
        position.campaign, legs, units, limit,
        closes=position.id, tif=TimeInForce.GTC, why=f"{target:.0%} of the premium earned",
    )  # fmt: skip


def on_tick(price: Decimal, root: str, legs: tuple[Leg, ...]) -> Decimal:
    """A limit moved to the venue's steps, to the side that earns no less than asked.

    Legs that all sell are never given away: the venue takes no debit for them.
    """
    options = all(leg.contract.is_option for leg in legs)
    step = step_of(product(root), price, len(legs), is_option=options)
    limit = on_step(price, step, ROUND_CEILING)
    return limit if any(leg.quantity > 0 for leg in legs) else max(limit, step)
