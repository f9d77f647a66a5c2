"""A Friday on which the call spread of the plan is quoted as told, for what walks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tomking.core.facts import Fact, Sent, Walked
from tomking.core.order import Order, Purpose
from tomking.engine.ports import Journal
from tomking.exchange.fills import NATURAL, FillModel
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import Board, board
from worlds.desk import Bench, bench, tick
from worlds.orders import option

NAME = "friday_0dte"
SHORT, WING = option("6105 C"), option("6135 C")


def spread_at(now: datetime, mid: float, half: float) -> Board:
    """A market at an instant in which the call spread of the plan costs so much."""
    quotes = {
        SHORT: (mid + 1.0 - half / 2, mid + 1.0 + half / 2),
        WING: (1.0 - half / 2, 1.0 + half / 2),
    }
    return replace(board(price=6042.0, vol=0.6, quotes=quotes), at=now)


def on_moving(
    *quotes: tuple[float, float, float],
    fill: FillModel = NATURAL,
    limits: Limits | None = None,
    journal: Journal | None = None,
) -> Bench:
    """A desk on a market of (from this minute, mid of the spread, its half-width)."""

    def script(now: datetime) -> Board:
        minute = (now - board(minute=0.0).at).total_seconds() / 60.0
        _, mid, half = [row for row in quotes if row[0] <= minute][-1]
        return spread_at(now, mid, half)

    plan = replace(FRIDAY_0DTE, take_when=())
    return bench((plan,), script, fill=fill, limits=limits, journal=journal)


def looks(on: Bench, *minutes: float) -> list[Fact]:
    """The plan is asked at half past ten, and then looked after."""
    return on.play(tick(60, due=NAME), *(tick(minute) for minute in minutes))


def opening(facts: Sequence[Fact]) -> list[Order]:
    """The opening orders that were sent."""
    orders = [fact.order for fact in facts if isinstance(fact, Sent)]
    return [order for order in orders if order.purpose is Purpose.OPEN]


def ladder(facts: Sequence[Fact]) -> list[tuple[str, int, str]]:
    """The ladder as it was written."""
    return [(f.did, f.step, str(f.limit)) for f in facts if isinstance(f, Walked)]
