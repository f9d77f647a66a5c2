"""Backstops: single-leg stop-limits for the day that stand behind naked shorts while nobody watches.

The desk holds a package's stop; these only act if it does not. So their trigger lies beyond it, they go
out once the quotes of an open have settled, and an exit of the desk has them withdrawn first. The venue
lets no two orders close one contract, so a stop and the target that rests beside it are one order of
which the first to trade ends the other; a target that rests alone is withdrawn for that.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal
from math import isnan

from tomking.core.contract import Contract
from tomking.core.money import usd
from tomking.core.order import Leg, Order, Purpose
from tomking.core.product import product
from tomking.core.rung import Rung
from tomking.core.value import value
from tomking.core.venue import on_step, step_of
from tomking.engine.desk import Desk
from tomking.engine.entries import LAST_MIN
from tomking.engine.exits import residue, target_order
from tomking.market.snapshot import ASK
from tomking.portfolio.book import Position, Working
from tomking.portfolio.uncovered import prices_at, uncovered
from tomking.risk.view import View
from tomking.strategies.stops import nearest_loss

#: Minutes after the open from which they go out: before that quotes are too wide to wait behind.
ARMED_FROM_MIN = 10
#: They act at so many times the loss of the desk's stop (rulebook 0.6).
TIMES = Decimal("1.5")
#: How far beyond its trigger one may still trade, as a share of it: half of what the price band allows.
BEYOND = Decimal("0.25")
#: What could not be sent is not tried again sooner.
AGAIN = timedelta(minutes=15)


@value
class Backstop:
    """What is to stand behind a position: its stops, after its target where it has one.

    ``first`` are orders that rest alone and must have ended before these can be sent.
    """

    position: Position
    orders: tuple[Order, ...]
    first: tuple[str, ...] = ()


def in_the_way(view: View, order: Order, *, keeps_legs: bool) -> tuple[str, ...]:
    """Orders that must have ended before one may close its position: stops, and what is tied to them.

    Where a replacement ``keeps_legs``, so is what it would replace with other legs, or in part.
    """
    if not order.closes or order.waits:
        return ()
    replaced = view.book.working.get(order.replaces) if keeps_legs else None
    other = replaced is not None and not is_same_trade(replaced, order)
    return tuple(
        there.order.id
        for there in view.book.closing(order.closes)
        if tied(there) or (other and there.order.id == order.replaces)
    )


def is_same_trade(there: Working, order: Order) -> bool:
    """Whether an order wants of the same legs as many as one at work, of which none has traded."""
    if any(there.filled):
        return False
    ours, theirs = (
        {(leg.contract, leg.quantity * each.units) for leg in each.legs}
        for each in (order, there.order)
    )
    return ours == theirs


def tied(there: Working) -> bool:
    """Whether an order at work is a stop or was sent together with one: no other can replace it."""
    return there.order.is_backstop or bool(there.order.bracket)


def backstops(desk: Desk, view: View) -> Iterator[Backstop]:
    """What is to be sent behind positions now, or withdrawn so that it can be."""
    minute, ends = view.market.minute, view.session.minutes - LAST_MIN
    leaving = view.standing.ladder.rung >= Rung.FLATTEN
    if not desk.backstops or not ARMED_FROM_MIN <= minute < ends or leaving:
        return
    growing = {working.order.campaign for working in view.book.opening()}
    for position in tuple(view.book.positions.values()):
        if position.campaign not in growing and _may_have(desk, view, position):
            yield from _wanted(desk, view, position)


def _may_have(desk: Desk, view: View, position: Position) -> bool:
    """Whether a position stays as it is, has no stop yet, and the venue has not said no to one."""
    there = tuple(view.book.closing(position.id))
    busy = any(not one.order.rests for one in there)  # an exit, an adjustment, or a stop already
    doubted = position.id in desk.yielding or any(name == position.id for name, _ in desk.doubts)
    refused = desk.unguarded.get(position.id) == position.held
    soon = view.market.at < desk.armed_after.get(position.id, view.market.at)
    left = not position.whole or bool(residue(position))
    return not (busy or doubted or refused or soon or left)


def _wanted(desk: Desk, view: View, position: Position) -> Iterator[Backstop]:
    """The stops of a position, each alone; or with its target, where one rests or should."""
    stops = tuple(_stops(desk, view, position))
    there = tuple(one.order.id for one in view.book.closing(position.id))
    target = target_order(desk, position)
    if stops and target is not None:
        tied_up = (replace(each, bracket=target.id) for each in (target, *stops))
        yield Backstop(position, tuple(tied_up), there)
    elif stops:
        yield from (Backstop(position, (stop,), there) for stop in stops)


def _stops(desk: Desk, view: View, position: Position) -> Iterator[Order]:
    """A stop-limit for each naked short whose trigger the market has not reached."""
    worth = None if isnan(view.net_liq) else usd(view.net_liq)
    loss = nearest_loss(desk.strategy(position.strategy).rules(position), position, worth)
    if loss is None:
        return
    price, asks = dict(prices_at(position, TIMES * loss)), view.marks.table[ASK].tolist()
    row = {contract: position.row + n for n, (contract, _) in enumerate(position.held)}
    for contract, count in uncovered(position, view.book):
        if contract in price and asks[row[contract]] < float(price[contract]):
            yield _stop(desk, position, contract, count, price[contract])


def _stop(desk: Desk, position: Position, short: Contract, count: int, price: Decimal) -> Order:
    """The order that buys a short back behind its trigger, never nearer than it is meant."""
    trigger = stepped(price, short)
    intent = f"{position.id}/stop {short}"
    return Order(
        intent, desk.attempts.get(intent, 0) + 1, Purpose.CLOSE, position.strategy,
        position.campaign, (Leg(short, 1, position.tranche, opens=False),), count,
        -stepped(trigger * (1 + BEYOND), short),
        closes=position.id, trigger=trigger, why=f"backstop: {TIMES} times the loss of the stop",
    )  # fmt: skip


def stepped(price: Decimal, contract: Contract) -> Decimal:
    """A price of one option moved up to a step of its venue."""
    return on_step(price, step_of(product(contract.root), price, 1), ROUND_CEILING)
