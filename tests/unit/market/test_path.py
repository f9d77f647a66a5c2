"""The modelled day: what it must meet exactly, what it must never do, and its kernel's slow twin."""

import math
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import DataCorrupt, DataError, LookAhead
from tomking.core.evidence import Evidence
from tomking.market.bars import Bars
from tomking.market.path import (
    DayShape,
    day_shape,
    draw,
    open_evidence,
    path_key,
    u_shaped_volume,
    variance_shares,
    vix_at,
    vix_day,
)
from tomking.market.path_kernel import NEAREST, model_day

pytestmark = pytest.mark.unit

FRIDAY = date(2018, 2, 9)
KEY = path_key(7, "SPX", FRIDAY)
QUIET = DayShape(6000.0, 6004.0, 6031.0, 5987.0, 6012.0, vix_day(15.0))
UNKNOWN_OPEN = DayShape(6000.0, None, 6031.0, 5987.0, 6012.0, vix_day(15.0))


def bars(rows: Sequence[tuple[date, float, float, float, float]]) -> Bars:
    days = np.array([row[0].toordinal() for row in rows], dtype=np.int32)
    opened, high, low, close = np.array([row[1:] for row in rows]).T
    volume = np.full(len(rows), np.nan)
    return Bars(days, opened, high, low, close, volume, Evidence.RECORDED)


# What a path must meet, and what may not matter to it.


@pytest.mark.parametrize("shape", [QUIET, UNKNOWN_OPEN])
def test_high_low_and_close_are_met_exactly_and_nothing_lies_outside(shape: DayShape) -> None:
    for seed in range(50):
        path = draw(shape, path_key(seed, "SPX", FRIDAY))
        assert (path.max(), path.min(), path[-1]) == (shape.high, shape.low, shape.close)
        assert len(path) == 391


def test_a_known_open_is_met_and_an_unknown_one_is_drawn() -> None:
    keys = [path_key(seed, "SPX", FRIDAY) for seed in range(50)]
    assert {draw(QUIET, key)[0] for key in keys} == {QUIET.open}
    assert len({draw(UNKNOWN_OPEN, key)[0] for key in keys}) > 40


def test_the_same_key_gives_the_same_path_to_the_bit() -> None:
    assert draw(QUIET, KEY).tobytes() == draw(QUIET, KEY).tobytes()


def test_another_seed_gives_another_path_with_the_same_day() -> None:
    one, other = draw(QUIET, KEY), draw(QUIET, path_key(8, "SPX", FRIDAY))
    assert (one[1:-1] != other[1:-1]).mean() > 0.9
    assert (one.max(), one.min(), one[-1]) == (other.max(), other.min(), other[-1])


def test_a_key_names_the_seed_the_root_and_the_day() -> None:
    days = [date(2018, 2, 9), date(2018, 2, 12)]
    keys = {path_key(s, root, day) for s in (1, 11) for root in ("SPX", "NDX") for day in days}
    assert len(keys) == 8
    assert all(0 <= key < 2**128 for key in keys)


def test_the_level_of_the_index_does_not_change_the_shape_of_the_path() -> None:
    factor = 0.4
    small = DayShape(2400.0, 2401.6, 2412.4, 2394.8, 2404.8, QUIET.sd)
    assert draw(small, KEY) == pytest.approx(draw(QUIET, KEY) * factor, rel=1e-9)


def test_a_half_day_has_211_levels() -> None:
    half = DayShape(6000.0, None, 6031.0, 5987.0, 6012.0, vix_day(15.0), minutes=210)
    path = draw(half, KEY)
    assert len(path) == 211
    assert (path.max(), path.min(), path[-1]) == (half.high, half.low, half.close)


def test_a_day_without_range_stands_still() -> None:
    flat = DayShape(6000.0, None, 6010.0, 6010.0, 6010.0, vix_day(15.0))
    assert set(draw(flat, KEY)) == {6010.0}


def test_the_high_comes_first_as_often_as_the_low_on_a_day_that_went_nowhere() -> None:
    shape = DayShape(6000.0, 6000.0, 6040.0, 6000.0**2 / 6040.0, 6000.0, vix_day(15.0))
    paths = [draw(shape, path_key(seed, "SPX", FRIDAY)) for seed in range(400)]
    first = np.mean([path.argmax() < path.argmin() for path in paths])
    assert abs(first - 0.5) < 3 * 0.5 / math.sqrt(400)


def test_no_minute_sticks_to_an_extreme_that_is_the_close() -> None:
    trend = DayShape(6000.0, 5990.0, 6120.0, 5990.0, 6120.0, vix_day(15.0))
    for seed in range(50):
        path = draw(trend, path_key(seed, "SPX", FRIDAY))
        assert (path == trend.high).sum() <= 3


# Stale first prints.

OLD = [
    (date(2015, 3, 2), 100.0, 101.0, 99.0, 100.0),
    (date(2015, 3, 3), 100.2, 100.2, 97.0, 98.0),
    (date(2015, 3, 4), 98.0, 99.0, 98.0, 98.5),
]


def test_before_2017_an_extreme_at_the_print_of_the_open_only_bounds() -> None:
    shape = day_shape(bars(OLD), date(2015, 3, 3), 15.0)
    assert (shape.open, shape.high_known, shape.low_known) == (None, False, True)
    paths = [draw(shape, path_key(seed, "SPX", date(2015, 3, 3))) for seed in range(50)]
    assert all(path.max() <= 100.2 and path.min() == 97.0 and path[-1] == 98.0 for path in paths)
    assert np.median([path.max() for path in paths]) < 100.1
    assert day_shape(bars(OLD), date(2015, 3, 4), 15.0).low_known is False


def test_from_2017_on_the_open_is_a_proxy_and_every_extreme_counts() -> None:
    later = [(row[0].replace(year=2017), row[1], row[2], row[3], row[4]) for row in OLD]
    shape = day_shape(bars(later), date(2017, 3, 3), 15.0)
    assert (shape.open, shape.high_known, shape.low_known) == (100.2, True, True)
    assert open_evidence(date(2017, 1, 3)) is Evidence.PROXY
    assert open_evidence(date(2016, 12, 30)) is Evidence.MODEL


def test_a_shape_needs_its_own_row_and_the_one_before_and_no_later_one() -> None:
    history = bars(OLD)
    whole = day_shape(history, date(2015, 3, 3), 15.0)
    assert whole == day_shape(history.before(date(2015, 3, 4)), date(2015, 3, 3), 15.0)
    with pytest.raises(LookAhead):
        day_shape(history.before(date(2015, 3, 3)), date(2015, 3, 3), 15.0)
    with pytest.raises(DataError, match="one session later"):
        day_shape(history, date(2015, 3, 2), 15.0)


# Figures that cannot be one day's.


@pytest.mark.parametrize(
    "shape",
    [
        DayShape(6000.0, None, 6010.0, 5990.0, 6011.0, 0.01),
        DayShape(6000.0, None, 6010.0, 5990.0, 5989.0, 0.01),
        DayShape(6000.0, 6011.0, 6010.0, 5990.0, 6000.0, 0.01),
        DayShape(6000.0, None, 5990.0, 6010.0, 6000.0, 0.01),
        DayShape(math.nan, None, 6010.0, 5990.0, 6000.0, 0.01),
        DayShape(6000.0, None, math.inf, 5990.0, 6000.0, 0.01),
        DayShape(6000.0, None, 6010.0, 0.0, 6000.0, 0.01),
        DayShape(6000.0, None, 6010.0, 5990.0, 6000.0, 0.0),
        DayShape(6000.0, None, 6010.0, 5990.0, 6000.0, 1e-9),
        DayShape(6000.0, None, 6010.0, 5990.0, 6000.0, 0.01, minutes=200),
        DayShape(6000.0, None, 6010.0, 5990.0, 6000.0, 0.01, minutes=30),
    ],
)
def test_figures_that_cannot_be_one_days_are_refused(shape: DayShape) -> None:
    with pytest.raises(DataCorrupt):
        draw(shape, KEY)


# Any shape at all.


@st.composite
def shapes(draw_from: st.DrawFn) -> DayShape:
    low = draw_from(st.floats(1000.0, 8000.0))
    high = low * (1.0 + draw_from(st.sampled_from([0.0, 1e-12, 1e-5, 0.004, 0.02, 0.15])))
    part = st.sampled_from([0.0, 1e-9, 0.3, 0.5, 1.0 - 1e-9, 1.0])

    def inside() -> float:
        return min(high, max(low, low + draw_from(part) * (high - low)))

    return DayShape(
        previous_close=low * draw_from(st.floats(0.85, 1.15)),
        open=draw_from(st.sampled_from([None, inside()])),
        high=high,
        low=low,
        close=inside(),
        sd=vix_day(draw_from(st.floats(5.0, 150.0))),
        minutes=draw_from(st.sampled_from([60, 210, 390])),
        high_known=draw_from(st.booleans()),
        low_known=draw_from(st.booleans()),
    )


@given(shapes(), st.integers(0, 2**64))
def test_any_day_is_met(shape: DayShape, seed: int) -> None:
    path = draw(shape, path_key(seed, "SPX", FRIDAY))
    assert len(path) == shape.minutes + 1
    assert np.isfinite(path).all()
    assert path[-1] == shape.close
    assert shape.open is None or path[0] == shape.open
    assert shape.low <= path.min() <= path.max() <= shape.high
    assert not shape.high_known or path.max() == shape.high
    assert not shape.low_known or path.min() == shape.low


# The kernel's slow twin: plain numbers, written from the description.


def plain_clock(wander: Sequence[float], shares: Sequence[float], gone: float) -> list[float]:
    clock, state = [gone], 0.0
    for half, share in enumerate(shares):
        state = wander[half] if half == 0 else 0.6 * state + 0.8 * wander[half]
        step = 0.60 * 0.65 * share * math.exp(state - 0.5) / 6
        clock += [clock[-1] + step * (i + 1) for i in range(6)]
    return clock


def plain_bridge(
    noise: Sequence[float], clock: list[float], ends: tuple[float, float]
) -> list[float]:
    steps = [later - earlier for earlier, later in zip([0.0, *clock], clock, strict=False)]
    walk = np.cumsum([math.sqrt(step) * z for step, z in zip(steps, noise, strict=True)])
    start, close = ends
    missing = close - start - walk[-1]
    return [start + w + missing * t / clock[-1] for w, t in zip(walk, clock, strict=True)]


def plain_reach(path: list[float], clock: list[float], sign: int) -> float:
    """The expected extreme over minutes: that of the grid and a share of the step around it."""
    best = max(range(len(path)), key=lambda i: sign * path[i])
    around = clock[max(best - 1, 0) : best + 2]
    step = (around[-1] - around[0]) / (len(around) - 1)
    return path[best] + sign * 0.5826 * (1 - 5**-0.5) * math.sqrt(step)


def plain_minutes(
    path: list[float], clock: list[float], fine: np.ndarray, low: float, high: float
) -> list[float]:
    minutes: list[float] = []
    for i, (here, there) in enumerate(pairwise(path)):
        variance, at = (clock[i + 1] - clock[i]) / 5, here
        minutes.append(here)
        for left, z in zip((4, 3, 2, 1), fine[i], strict=True):
            at += (there - at) / (left + 1) + math.sqrt(variance * left / (left + 1)) * z
            at = 2 * high - at if at > high else 2 * low - at if at < low else at
            at = min(max(at, low), high)
            minutes.append(at)
    return [*minutes, path[-1]]


def plain_bend(path: list[float], goal: Sequence[float], known: Sequence[bool]) -> list[float]:
    _, close, high, low = goal
    start = goal[0] if known[0] else close
    ceiling, floor = max(start, close), min(start, close)
    if ceiling == high:
        path = [high - abs(high - x) for x in path]
    if floor == low:
        path = [low + abs(x - low) for x in path]
    top, bottom = max(path), min(path)
    up = (high - ceiling) / (top - ceiling) if top > ceiling else 1.0
    down = (floor - low) / (floor - bottom) if bottom < floor else 1.0
    up, down = up if known[1] else min(up, 1.0), down if known[2] else min(down, 1.0)
    above = [ceiling + (x - ceiling) * up if x > ceiling else x for x in path]
    both = [floor - (floor - x) * down if x < floor else x for x in above]
    return [min(max(x, low), high) for x in both]


GOALS = (
    ((0.0, 0.3, 0.6, -0.4), (False, True, True)),
    ((0.0, 0.3, 0.6, -0.4), (False, False, True)),
    ((0.0, -0.3, 0.5, -0.4), (False, True, False)),
    ((0.2, -0.1, 0.6, -0.5), (True, True, True)),
    ((0.4, -0.5, 0.4, -0.5), (True, True, True)),
)


@pytest.mark.parametrize(("goal", "known"), GOALS)
@pytest.mark.parametrize("choice", range(NEAREST))
def test_the_kernel_agrees_with_its_plain_twin(
    goal: tuple[float, ...], known: tuple[bool, ...], choice: int
) -> None:
    random = np.random.default_rng(11 + choice)
    shares = variance_shares(90)
    noise, wander = random.standard_normal((9, 19)), random.standard_normal((9, 3))
    fine = random.standard_normal((18, 4))
    fast = model_day(noise, wander, fine, choice, shares, np.array(goal), np.array(known))

    start, close, high, low = goal
    ranked: list[tuple[float, list[float], list[float]]] = []
    for row in range(9):
        clock = plain_clock(list(wander[row]), list(shares), 0.0 if known[0] else 0.60 * 0.35)
        for sign in (1, -1):
            path = plain_bridge(list(sign * noise[row]), clock, (start, close))
            above, below = plain_reach(path, clock, 1) - high, low - plain_reach(path, clock, -1)
            above, below = (
                above if known[1] else max(above, 0),
                below if known[2] else max(below, 0),
            )
            ranked.append((above**2 + below**2, path, clock))
    _, path, clock = sorted(ranked, key=lambda entry: entry[0])[choice]
    path[-1] = close
    minutes = plain_minutes(path, clock, fine, min(low, *path), max(high, *path))
    assert fast == pytest.approx(plain_bend(minutes, goal, known), abs=1e-9)


# The smaller figures.


def test_a_full_session_has_all_of_its_variance_and_a_half_day_two_thirds() -> None:
    assert variance_shares(390).sum() == pytest.approx(1.0)
    assert variance_shares(390)[:2].sum() == pytest.approx(0.35 / 1.01)
    assert variance_shares(390)[-1] == pytest.approx(0.09 / 1.01)
    assert variance_shares(210).sum() == pytest.approx(0.69 / 1.01)
    assert len(variance_shares(210)) == 7


def test_vix_rises_when_the_index_falls_and_stands_still_when_it_does() -> None:
    sd = vix_day(20.0)
    assert vix_at(20.0, sd, 6000.0, 6000.0) == 20.0
    fallen = vix_at(20.0, sd, 6000.0 * math.exp(-sd), 6000.0)
    assert fallen == pytest.approx(20.0 * math.exp(0.088), rel=1e-12)
    assert vix_at(20.0, sd, 6060.0, 6000.0) < 20.0


@pytest.mark.parametrize("minutes", [210, 390])
def test_volume_adds_to_one_and_is_heaviest_at_both_ends(minutes: int) -> None:
    volume = u_shaped_volume(minutes)
    assert volume.sum() == pytest.approx(1.0)
    assert len(volume) == minutes
    assert volume[0] == pytest.approx(volume[-1])
    assert volume[0] == pytest.approx(3 * volume[minutes // 2], rel=0.02)
