"""In a world in which nothing can be earned, no strategy earns anything: the engine invents nothing.

2,000 paths a strategy with ``TOMKING_FULL=1`` (``make prove``); 500 for Friday 0DTE and 200 for LT112
in the suite.
"""

import os
from dataclasses import replace
from datetime import date
from math import sqrt

import numpy as np
import pytest

from tomking.core.facts import Fact, LegFilled, Sent, Settled
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112
from tomking.strategies.plan import Plan
from worlds.flat import trade

pytestmark = pytest.mark.integration

FULL = os.environ.get("TOMKING_FULL") == "1"
FRIDAY, MONDAY = date(2016, 3, 4), date(2016, 3, 8)
WEDNESDAY, SUMMER = date(2016, 3, 2), date(2016, 7, 20)
#: LT112 wants 15 points of credit: without a smile they are there at VIX 30.
WILD = 0.30
ONCE_A_DAY = replace(LT112, watch_min=195)


def profits(plan: Plan, count: int, first: date, last: date, vol: float) -> tuple[np.ndarray, int]:
    """Profit of a trade on each of so many paths, and on how many it was still open at the end."""
    runs = [trade(plan, seed, first, last, vol) for seed in range(count)]
    still = sum(bool(desk.book.positions) for desk, _ in runs)
    return np.array([usd for _, usd in runs]), still


def is_zero(usd: np.ndarray) -> None:
    """The mean within three standard errors of nought."""
    error = float(usd.std(ddof=1)) / sqrt(len(usd))
    assert error > 0
    assert abs(float(usd.mean())) <= 3.0 * error, f"mean {usd.mean():.2f}, error {error:.2f}"


def test_friday_0dte_earns_nothing_in_a_flat_world() -> None:
    usd, still = profits(FRIDAY_0DTE, 2000 if FULL else 500, FRIDAY, MONDAY, 0.16)
    assert still == 0
    is_zero(usd)


def test_lt112_earns_nothing_in_a_flat_world() -> None:
    usd, still = profits(ONCE_A_DAY, 2000 if FULL else 200, WEDNESDAY, SUMMER, WILD)
    assert still == 0
    is_zero(usd)


def is_late(fact: Fact) -> bool:
    """Whether something traded after half past three, or expired with its options held."""
    if isinstance(fact, LegFilled):
        return fact.at.hour * 60 + fact.at.minute > 15 * 60 + 30
    return isinstance(fact, Settled)


def test_in_a_flat_world_every_friday_ends_by_half_past_three() -> None:
    """An exit that concedes nothing where quotes are tight waits for ever (rulebook 3: 15:30)."""
    late = []
    for seed in range(20):
        desk, _ = trade(FRIDAY_0DTE, seed, FRIDAY, MONDAY)
        assert any(isinstance(fact, Sent) for fact in desk.journal.facts)
        late += [seed for fact in desk.journal.facts if is_late(fact)][:1]
    assert late == []
