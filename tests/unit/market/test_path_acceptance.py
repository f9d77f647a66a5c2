"""The law of the modelled day against measured figures, on every full session of 2014-2018.

The measured ones are of real 0DTE sessions of 2023-26: no drift after 10:30 along the morning, and the
move from 10:30 to the close over .48 VIX days beyond .84 / 1.5 / 2 on .36 / .12 / .06 of days. VIX is
the previous close throughout.
"""

from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from tomking.core.value import value
from tomking.data import embedded
from tomking.market.path import OPEN_SINCE, day_shape, draw, path_key
from tomking.market.sessions import session_of

pytestmark = pytest.mark.unit

F64 = NDArray[np.float64]
SEEDS = range(1, 9)
HALF_PAST_TEN = 60
#: One standard deviation from 10:30 to the close in VIX days, as 0DTE options priced it.
IMPLIED = 0.48


@value
class Sample:
    """A row a seed, a column a session; returns in VIX days, ``move`` as a fraction."""

    days: tuple[date, ...]
    morning: F64
    afternoon: F64
    move: F64


@cache
def sample() -> Sample:
    history = embedded.window(scale="literal")
    known = [date.fromordinal(int(day)) for day in history.vix.days]
    days: list[date] = []
    rows: list[list[tuple[float, float, float]]] = []
    for row, day in enumerate(known):
        found = session_of(day)
        if row == 0 or day > history.last or found is None or found.early:
            continue
        shape = day_shape(history.spx, day, float(history.vix.close[row - 1]))
        paths = [draw(shape, path_key(seed, "SPX", day)) for seed in SEEDS]
        morning = [(path[HALF_PAST_TEN] / path[0] - 1.0, path) for path in paths]
        rows.append(
            [
                (move / shape.sd, np.log(path[-1] / path[HALF_PAST_TEN]) / shape.sd, move)
                for move, path in morning
            ]
        )
        days.append(day)
    morning, afternoon, move = np.array(rows).transpose(2, 1, 0)
    return Sample(tuple(days), morning, afternoon, move)


def standard_errors(drift: F64) -> float:
    """Mean over its standard error; a column is one day, whose seeds are not independent."""
    by_day = drift.mean(axis=0)
    return float(by_day.mean() / (by_day.std(ddof=1) / np.sqrt(len(by_day))))


def drift(seen: Sample) -> F64:
    """The afternoon along the sign of the morning: fading it earns the opposite."""
    return np.sign(seen.morning) * seen.afternoon


def test_there_are_enough_sessions_to_say_anything() -> None:
    assert len(sample().days) == 1245


def test_the_afternoon_neither_follows_the_morning_nor_fades_it() -> None:
    assert abs(standard_errors(drift(sample()))) < 2.0


@pytest.mark.parametrize("seed", SEEDS)
def test_no_single_seed_gives_the_afternoon_a_drift(seed: int) -> None:
    row = SEEDS.index(seed)
    assert abs(standard_errors(drift(sample())[row : row + 1])) < 2.0


@pytest.mark.parametrize("real_open", [False, True])
def test_neither_drawn_nor_printed_opens_give_the_afternoon_a_drift(real_open: bool) -> None:
    seen = sample()
    part = np.array([(day >= OPEN_SINCE) == real_open for day in seen.days])
    assert abs(standard_errors(drift(seen)[:, part])) < 2.0


def test_large_mornings_give_the_afternoon_no_drift_either() -> None:
    seen = sample()
    large = np.abs(seen.move) > 0.005
    counted = np.where(large, drift(seen), 0.0)[:, large.any(axis=0)]
    assert abs(standard_errors(counted)) < 2.0


@pytest.mark.parametrize(("beyond", "share"), [(0.84, 0.36), (1.5, 0.12), (2.0, 0.06)])
def test_the_afternoon_goes_as_far_as_measured(beyond: float, share: float) -> None:
    far = np.abs(sample().afternoon) / IMPLIED > beyond
    assert far.mean() == pytest.approx(share, abs=0.04)


def test_the_share_of_directional_mornings_is_what_it_was_when_this_was_written(
    record_property: Callable[[str, object], None],
) -> None:
    share = float((np.abs(sample().move) > 0.005).mean())
    record_property("share_of_mornings_beyond_half_a_percent", share)
    assert share == pytest.approx(0.12, abs=0.02)
