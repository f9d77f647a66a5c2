"""Ladders on the desk: what is quoted for an order at work, and what its walk does next."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tomking.core.facts import Walked
from tomking.core.order import Order
from tomking.core.product import product
from tomking.core.value import value
from tomking.core.venue import step_of
from tomking.engine.desk import Desk
from tomking.engine.walk import Move, Sight, move
from tomking.market.snapshot import AGE, ASK, BID, MID, Legs
from tomking.portfolio.columns import columns_of
from tomking.portfolio.package import natural, package_mid
from tomking.risk.view import View


def sight_of(view: View, legs: Legs, units: int) -> Sight:
    """A package as it is quoted now, and what is wrong with the quotes."""
    marks = view.market.marks(legs)
    bid, ask, oldest = marks.table[BID], marks.table[ASK], float(marks.table[AGE].max())
    fault = ""
    if np.isnan(marks.table[MID]).any():
        fault = "a leg has no quote"
    elif (bid > ask).any():
        fault = "quotes are crossed"
    elif oldest > view.limits.quote_age_max_s:
        fault = f"the oldest quote is {oldest:.0f} seconds old"
    return Sight(
        view.market.at, package_mid(marks, legs, units), natural(marks, legs, units), fault
    )


@value
class Step:
    """A ladder's next move: the order at work, what is quoted, and what is to be done."""

    order: Order
    sight: Sight
    move: Move


def steps(desk: Desk, view: View) -> Iterator[Step]:
    """What the ladders of working orders do now.

    An order that has not been confirmed as the only one for its intent is left alone, and so is one
    of which legs have traded out of step.
    """
    working = view.book.working
    for there in tuple(view.book.opening()):
        order = there.order
        walk = desk.walks.get(order.intent)
        left = there.units_left
        if walk is None or order.replaces in working or there.since >= view.market.at or not left:
            continue
        if order.attempt < desk.attempts[order.intent]:
            continue
        rest = replace(order, units=left)
        sight = sight_of(view, columns_of(order.legs, left), left)
        tick = step_of(product(order.root), walk.limit, len(order.legs))
        found = move(walk, sight, tick, view.limits)
        if found is not None:
            yield Step(rest, sight, found)


def repriced(step: Step, attempt: int) -> Order:
    """What is left of an order at its ladder's next price, to stand in for it."""
    order, limit = step.order, step.move.walk.limit
    return replace(order, attempt=attempt, limit=limit, replaces=order.id)


def told(step: Step) -> Walked:
    """A ladder's move as a fact."""
    walk, sight = step.move.walk, step.sight
    return Walked(
        sight.at, step.order.intent, walk.step, step.move.did, walk.limit, sight.mid, sight.natural,
        step.move.note,
    )  # fmt: skip
