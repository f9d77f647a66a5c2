"""The variance clock and the last session's share."""

from datetime import date, timedelta
from itertools import pairwise
from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import DataCorrupt
from tomking.market.surface import atm_sd, atm_sd_into
from tomking.market.variance import share_to_close, variance_clock
from tomking.market.volsvi import CHAIN_WEIGHTED, STRESS_WEIGHTED

pytestmark = pytest.mark.unit

MONDAY = date(2018, 7, 2)
HALF_DAY, HOLIDAY = date(2018, 7, 3), date(2018, 7, 4)
WEIGHT = CHAIN_WEIGHTED.weekend_weight
UNIT = 1.0 / (252 + 113 * WEIGHT)


def sessions(first, last):
    every = (first + timedelta(n) for n in range((last - first).days + 1))
    return [day for day in every if day.weekday() < 5 and day != HOLIDAY]


def ordinals(days):
    return np.array([day.toordinal() for day in days], dtype=np.int32)


def clock_of(first, last, surface=CHAIN_WEIGHTED):
    days = sessions(first, last)
    return variance_clock(ordinals(days), np.array([day == HALF_DAY for day in days]), surface)


CLOCK = clock_of(MONDAY, MONDAY + timedelta(40))


def at(day, minute, clock=CLOCK):
    return clock.at(day.toordinal(), float(minute))


def expiry(day, am=False, clock=CLOCK):
    return float(clock.expiry(ordinals([day]), np.array([am]))[0])


MEASURED = [
    (5, 0.55), (30, 0.52), (60, 0.48), (90, 0.44), (150, 0.38), (210, 0.34), (270, 0.27),
    (330, 0.20), (360, 0.16), (390, 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("minute", "share"), MEASURED)
def test_the_move_left_to_the_close_is_the_measured_median(minute, share):
    assert share_to_close(float(minute)) == pytest.approx(share, abs=1e-12)


def test_the_straddle_at_half_past_ten_is_0_386_of_a_vix_day():
    assert share_to_close(60.0) * sqrt(2 / pi) == pytest.approx(0.386, abs=0.004)


def test_the_move_left_falls_all_day_and_goes_with_the_root_of_time_at_the_end():
    shares = [share_to_close(float(minute)) for minute in range(391)]
    assert all(later < earlier for earlier, later in pairwise(shares))
    assert share_to_close(382.5) == pytest.approx(share_to_close(360.0) / 2)
    assert share_to_close(-100.0) == share_to_close(0.0)
    assert share_to_close(500.0) == 0.0
    assert np.isnan(share_to_close(np.nan))


def test_a_half_day_runs_the_same_course_by_one_o_clock_with_less_variance():
    assert share_to_close(210.0, 210.0) == 0.0
    assert share_to_close(105.0, 210.0) == pytest.approx(share_to_close(195.0) * sqrt(210 / 390))


def test_a_trading_day_counts_one_and_a_day_without_a_session_its_weight():
    thursday = MONDAY + timedelta(10)
    assert expiry(thursday) - expiry(thursday - timedelta(1)) == pytest.approx(UNIT)
    friday, monday = MONDAY + timedelta(11), MONDAY + timedelta(14)
    assert expiry(monday) - expiry(friday) == pytest.approx((1 + 2 * WEIGHT) * UNIT)
    after_holiday = HOLIDAY + timedelta(1)
    assert expiry(after_holiday) - expiry(HALF_DAY) == pytest.approx((1 + WEIGHT) * UNIT)


def test_a_year_of_252_sessions_is_one_year():
    days = 700_000 + np.linspace(0, 364, 252).astype(np.int32)
    clock = variance_clock(days, np.zeros(252, dtype=np.bool_))
    before = clock.closes[0] - UNIT
    assert clock.closes[-1] - before == pytest.approx(1.0)


def test_three_tenths_of_a_session_have_gone_by_before_it_opens():
    day = MONDAY + timedelta(9)
    assert expiry(day) - expiry(day, am=True) == pytest.approx(0.7 * UNIT)
    assert expiry(day, am=True) == at(day, 0)
    assert expiry(day) == at(day, 390)


def test_the_hours_of_a_session_take_their_measured_shares():
    day = MONDAY + timedelta(9)
    marks = [at(day, minute) for minute in (0, 60, 120, 180, 240, 300, 360, 390)]
    shares = np.diff(marks) / (0.7 * UNIT)
    assert shares * 1.01 == pytest.approx([0.35, 0.14, 0.11, 0.11, 0.11, 0.10, 0.09])


def test_a_half_day_is_over_at_one_o_clock():
    assert at(HALF_DAY, 210) == expiry(HALF_DAY)
    assert at(HALF_DAY, 105) - at(HALF_DAY, 0) == pytest.approx(
        at(MONDAY, 195) - at(MONDAY, 0), rel=1e-12
    )
    assert at(HALF_DAY, 240) > expiry(HALF_DAY)


def test_the_clock_never_stands_still_nor_runs_back_over_nights_weekends_and_holidays():
    values = [
        at(MONDAY + timedelta(day), minute)
        for day in range(20)
        for minute in range(0 if day == 0 else -570, 870, 15)
    ]
    assert (np.diff(values) > 0.0).all()


@given(day=st.integers(1, 38), minute=st.floats(-570.0, 869.9))
def test_an_instant_is_the_same_named_from_either_side_of_midnight(day, minute):
    here = MONDAY + timedelta(day)
    other = (1, -1440.0) if minute > 0.0 else (-1, 1440.0)
    there = at(here + timedelta(other[0]), minute + other[1])
    assert at(here, minute) == pytest.approx(there, abs=1e-12)


@pytest.mark.parametrize(
    "day", [HOLIDAY, MONDAY + timedelta(5), MONDAY - timedelta(3), MONDAY + timedelta(365)]
)
def test_an_expiry_that_is_no_session_of_the_table_is_nan(day):
    assert np.isnan(expiry(day))


def test_an_instant_outside_the_table_is_nan():
    last = MONDAY + timedelta(39)
    assert at(last, 390) == expiry(last)
    for day, minute in ((MONDAY, -1), (last, 391), (MONDAY, np.nan), (MONDAY - timedelta(9), 60)):
        assert np.isnan(at(day, minute))


def test_the_weekend_weighs_what_the_parameter_set_says():
    stress = clock_of(MONDAY, MONDAY + timedelta(40), STRESS_WEIGHTED)
    friday, monday = MONDAY + timedelta(11), MONDAY + timedelta(14)
    weekend = expiry(monday, clock=stress) - expiry(friday, clock=stress)
    ordinary = expiry(friday, clock=stress) - expiry(friday - timedelta(1), clock=stress)
    assert weekend / ordinary == pytest.approx(1 + 2 * STRESS_WEIGHTED.weekend_weight)


@pytest.mark.parametrize("days", [[], [5, 5], [7, 6]])
def test_sessions_out_of_order_are_refused(days):
    with pytest.raises(DataCorrupt, match="ascending"):
        variance_clock(np.array(days, dtype=np.int32), np.zeros(len(days), dtype=np.bool_))


@pytest.mark.parametrize("today", [MONDAY + timedelta(9), MONDAY + timedelta(11), HALF_DAY])
@pytest.mark.parametrize("am", [False, True])
def test_the_next_expiry_never_stands_below_todays_at_any_half_hour(today, am):
    following = today + timedelta(1)
    while following not in sessions(MONDAY, MONDAY + timedelta(40)):
        following += timedelta(1)
    length = 210.0 if today == HALF_DAY else 390.0
    sds = np.empty(2)
    for vix in range(10, 61):
        for minute in range(0, int(length) + 1, 30):
            years = np.array([expiry(today), expiry(following, am)]) - at(today, minute)
            share = share_to_close(float(minute), length)
            atm_sd_into(float(vix), years, np.array([True, False]), share, sds)
            assert sds[1] >= sds[0], (vix, minute)
            if not am:  # the surface alone is enough for a closing print, without being lifted
                assert atm_sd(float(vix), float(years[1])) > sds[0], (vix, minute)


@pytest.mark.parametrize(("vix", "step"), [(10, 1.16), (16, 0.90), (20, 0.83), (30, 0.75)])
def test_the_step_from_the_surface_to_the_measured_share_at_the_open_is_known(vix, step):
    today = MONDAY + timedelta(9)
    surface = atm_sd(float(vix), expiry(today) - at(today, 0))
    measured = share_to_close(0.0) * vix / 100 / sqrt(252)
    assert measured / surface == pytest.approx(step, abs=0.01)
