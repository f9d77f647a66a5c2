"""What the venue says to an order before it works: its own rules, the table's, and those of routing."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from tomking.core.calendar import Session
from tomking.core.contract import Contract
from tomking.core.facts import OrderEnded
from tomking.core.order import Order
from tomking.core.venue import Checkpoint, Code
from tomking.exchange.orders import Orders
from tomking.exchange.working import Status, is_matchable
from tomking.portfolio.preflight import Situation, refusals
from tomking.portfolio.preview import Refusal


def objections(
    order: Order, orders: Orders, held: Mapping[Contract, int], session: Session, at: datetime
) -> Iterator[Refusal]:
    """Why the venue will not take an order, margin left aside.

    ``held`` is what it would meet; the orders of its bracket are not at work yet and claim nothing.
    """
    alive, forerunner = orders.find(order.intent), order.replaces
    if alive in orders.working and alive != forerunner:
        note = f"{alive} is working for the same intent; replace or cancel it first"
        yield Refusal(Code.VALIDATION, note)
    if orders.ended.get(forerunner) is Status.FILLED:
        note = f"{forerunner}, which it would replace, has filled"
        yield Refusal(Code.CANNOT_UPDATE, note)
    elif forerunner in orders.working and orders.replacement(forerunner):
        note = f"{orders.replacement(forerunner)} replaces {forerunner} already"
        yield Refusal(Code.CANNOT_UPDATE, note)
    elif forerunner in orders.working and orders.is_chained(forerunner):
        note = f"{forerunner} waits for another order to fill, or others for it: cancel all of them"
        yield Refusal(Code.CANNOT_UPDATE, note)
    met = Situation(held, session, at, orders.claimed(order), orders.opening(order))
    yield from refusals(order, met, Checkpoint.PREFLIGHT)


def routed(
    unrouted: set[str], orders: Orders, session: Session, at: datetime
) -> Iterator[OrderEnded]:
    """Orders that arrive now, and the ends of those the dry run had let through in vain."""
    for name, entry in tuple(orders.working.items()):
        if name in unrouted and is_matchable(entry, at):
            unrouted.discard(name)
            said = refusals(entry.order, Situation({}, session, at), Checkpoint.ROUTING)
            if said:
                yield from orders.end(name, Status.REJECTED, "; ".join(map(str, said)), at)
    unrouted &= orders.working.keys()
