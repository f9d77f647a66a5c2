"""Brackets: one order that cancels others (OCO), or one that starts them (OTO, OTOCO)."""

from collections.abc import Mapping

from tomking.core.contract import Contract
from tomking.core.order import Bracket, Order

#: Orders a first one may start, and how many stand together without one: the broker's OCO has two.
STARTED_MAX, PAIR = 3, 2


def shape_objection(bracket: Bracket) -> str:
    """Why a bracket is none the venue takes, as a sentence; empty if it is one."""
    names = [order.intent for order in bracket.orders]
    if len(set(names)) < len(names):
        return "two orders of a bracket have one intent"
    if any(order.replaces for order in bracket.orders):
        return "an order of a new bracket replaces another"
    if bracket.first is None and len(bracket.together) < PAIR:
        return "one order alone cancels no other"
    if bracket.first is None:
        return "" if len(bracket.together) == PAIR else f"more than {PAIR} cancel each other"
    few = 1 <= len(bracket.together) <= STARTED_MAX
    return "" if few else f"an order starts one to {STARTED_MAX} others"


def held_after(order: Order | None, holdings: Mapping[Contract, int]) -> Mapping[Contract, int]:
    """What would be held once an order has filled whole: what the orders behind it will meet."""
    if order is None:
        return holdings
    after = dict(holdings)
    for leg in order.legs:
        after[leg.contract] = after.get(leg.contract, 0) + leg.quantity * order.units
    return after
