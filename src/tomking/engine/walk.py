"""Price walking: an opening order asks for mid first and concedes step by step, down to a floor.

Pure: what a ladder does next follows from where it stands and what is quoted. The floor is set by
the first quotes and does not follow the market down: a trade that has run away is another trade. A
step is a confirmed replace and never a second send. Sources: rulebook 23 (order failures) and 0.6
(retry); how far and how fast are public practice (Option Alpha: 4 steps, to the far side).
"""

from dataclasses import replace
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isfinite

from tomking.core.money import points
from tomking.core.value import value
from tomking.core.venue import on_step
from tomking.risk.limits import Limits

STEPPED, PAUSED, RESUMED, ABANDONED = "stepped", "paused", "resumed", "abandoned"


@value
class Sight:
    """A package at one look: its net credit per unit at mid and at the far side, in points.

    ``fault`` says why the quotes are not to be acted on; it is empty when they are.
    """

    at: datetime
    mid: float
    natural: float
    fault: str = ""


@value
class Walk:
    """A ladder: the least it takes, the price it asks, how many steps that was, and since when."""

    floor: Decimal
    limit: Decimal
    step: int
    since: datetime
    paused: bool = False


@value
class Move:
    """What a ladder does at a look, why, and the ladder afterwards."""

    did: str
    walk: Walk
    note: str = ""


def begin(sight: Sight, least: float, tick: Decimal, limits: Limits) -> Walk:
    """The first price: mid, on the tick to the trader's side; and the floor.

    The floor gives up at most a share of the half-spread, on the tick to the far side's, and never
    goes beyond that side or below the least credit the plan takes.

    Parameters
    ----------
    least
        Points per unit; minus infinity when the plan names none.
    """
    give = limits.walk_give_max * max(sight.mid - sight.natural, 0.0)
    floor = max(
        on_step(points(sight.mid - give), tick, ROUND_FLOOR),
        on_step(points(sight.natural), tick, ROUND_CEILING),
    )
    if isfinite(least):
        floor = max(floor, on_step(points(least), tick, ROUND_CEILING))
    start = on_step(points(sight.mid), tick, ROUND_CEILING)
    return Walk(floor, max(start, floor), 0, sight.at)


def move(walk: Walk, sight: Sight, tick: Decimal, limits: Limits) -> Move | None:
    """What an order that has not traded does now; nothing when it is to wait.

    It pauses while quotes are crossed, stale or missing, keeps a price for its share of a minute and
    one that the far side meets, and is abandoned when it may not concede any more.
    """
    if sight.fault:
        return None if walk.paused else Move(PAUSED, replace(walk, paused=True), sight.fault)
    held_s = (sight.at - walk.since).total_seconds()
    if held_s < 60.0 / limits.walk_pace_max or float(walk.limit) <= sight.natural:
        return Move(RESUMED, replace(walk, paused=False)) if walk.paused else None
    if walk.limit <= walk.floor:
        return Move(ABANDONED, walk, f"the floor is {walk.floor}")
    if walk.step >= limits.walk_reprices_max:
        return Move(ABANDONED, walk, f"priced again {walk.step} times")
    price = _next(walk, sight, tick, limits)
    return Move(STEPPED, Walk(walk.floor, price, walk.step + 1, sight.at))


def _next(walk: Walk, sight: Sight, tick: Decimal, limits: Limits) -> Decimal:
    """A share of the way to the far side, a tick at least, and not beyond the floor."""
    left = max(float(walk.limit) - sight.natural, 0.0)
    wanted = on_step(points(float(walk.limit) - limits.walk_step * left), tick, ROUND_CEILING)
    return max(min(wanted, walk.limit - tick), walk.floor)
