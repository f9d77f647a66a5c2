"""Whatever is quoted, crossed or missing: a desk with naked shorts goes on, and its books agree."""

import os
from datetime import date
from math import nan
from random import Random

import pytest

from tomking.core.restraints import RungMoved
from tomking.core.rung import Rung
from tomking.engine.ports import Tick
from worlds.board import board
from worlds.naked import Held, holding, strangled

pytestmark = [pytest.mark.unit, pytest.mark.emergency]

#: Two whole days, a half day, and the last two of what is held.
DAYS = (
    date(2025, 12, 5), date(2025, 12, 8), date(2025, 12, 24), date(2026, 3, 30), date(2026, 3, 31),
)  # fmt: skip
SEEDS = 400 if os.environ.get("TOMKING_FULL") else 10
WATCHED = frozenset({"lt112", "strangle"})


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_is_quoted_a_desk_goes_on_and_its_books_agree(seed: int) -> None:
    dice = Random(seed)
    held = holding() if seed % 2 else holding(strangled(), ("10.00", "10.00"))
    for day in DAYS[: dice.randint(2, len(DAYS))]:
        held.day = day
        minutes = board(day).day.session.minutes
        for minute in sorted(dice.uniform(-30, minutes + 20) for _ in range(dice.randint(5, 20))):
            held = _looked(held, minute, dice)
        session = board(day).day.session
        held.run([Tick(session.at(minutes + 15), closing=True)])
        held.agree()


def _looked(held: Held, minute: float, dice: Random) -> Held:
    """A look at whatever the dice have quoted, after a start or a person's word now and then."""
    session = board(held.day).day.session
    held.put, held.call = _quote(dice, 1, 17, 52, 200), _quote(dice, 1, 10, 40, 90)
    held.price = dice.choice([6000.0, 6000.0, 5250.0, 5000.0, 6900.0, nan])
    at, rung = session.at(minute), held.desk.standing.ladder.rung
    if dice.random() < 0.03:
        to = dice.choice([Rung.CLOSE_ONLY, Rung.REDUCE, Rung.FLATTEN])
        held.desk.note([RungMoved(at, rung, to, "a word", "a person")])
    if dice.random() < 0.05:
        held = held.restarted()
    watch = WATCHED if dice.random() < 0.5 else frozenset[str]()
    held.run([Tick(at, watch=watch, night=not 0 <= minute < session.minutes)])
    return held


def _quote(dice: Random, *prices: float) -> tuple[float, float]:
    """A bid and an ask: none, crossed, no bid, half of one, or sound."""
    price, width = dice.choice(prices), dice.choice([0.0, 0.25, 1.0, 5.0])
    odd = [(nan, nan), (price + 2.0, price - 1.0), (0.0, 0.05), (0.0, nan)]
    return dice.choice([*odd, *4 * [(max(price - width, 0.0), price + width)]])
