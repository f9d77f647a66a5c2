"""Options on crude oil: when they end, what they sit on, which strikes there are; and QQQ beside SPY."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import DataError
from tomking.core.evidence import Evidence
from tomking.market.bars import Bars
from tomking.market.delivery import back, closing_only, future_contract, last_day, out_by
from tomking.market.listing import crude_end, expiries, expiry_near
from tomking.market.path import FAR, close_shape, draw, path_key, vix_at, vix_day
from tomking.market.sessions import is_open
from tomking.market.strikes import listed_strikes, nearest_strike, strike_step

pytestmark = pytest.mark.unit

DAYS = st.dates(date(2014, 1, 2), date(2025, 12, 31)).filter(is_open)


@pytest.mark.parametrize(
    ("month", "ends"),
    [
        ((2015, 3), date(2015, 3, 17)),  # LO of April 2015
        ((2015, 12), date(2015, 12, 16)),  # of January 2016
        ((2018, 11), date(2018, 11, 14)),  # of December 2018
    ],
)
def test_options_end_three_business_days_before_their_future(
    month: tuple[int, int], ends: date
) -> None:
    assert crude_end(*month) == ends


@given(DAYS, st.sampled_from(("CL", "MCL")))
def test_one_expiry_a_month_two_years_out_each_on_the_future_that_follows(
    today: date, root: str
) -> None:
    found = expiries(root, today)
    assert len({(one.day.year, one.day.month) for one in found}) == len(found)
    assert timedelta(days=690) < found[-1].day - today <= timedelta(days=730)
    for one in found:
        assert one.future.startswith(root)
        crude = "CL" + one.future.removeprefix(root)
        assert one.day == back(last_day("CL", crude), 3)
        assert one.day < last_day(root, one.future)


def test_options_on_the_micro_are_an_anachronism_before_june_2022() -> None:
    assert all(one.anachronism for one in expiries("MCL", date(2022, 6, 3)))
    assert not any(one.anachronism for one in expiries("MCL", date(2022, 6, 6)))
    assert not any(one.anachronism for one in expiries("CL", date(2015, 6, 3)))


def test_what_an_option_on_oil_becomes_may_only_be_closed() -> None:
    """An option ends after the day by which its future is to be gone: it is flattened at once."""
    for one in expiries("CL", date(2015, 6, 3)):
        assert one.day > out_by("CL", one.future)
        assert closing_only(future_contract("CL", one.future), one.day)


def test_strikes_of_oil_stand_half_a_dollar_apart_near_and_far() -> None:
    for days in (10, 90, 400):
        found = listed_strikes("CL", 48.0, days, 30.0, 70.0)
        assert np.array_equal(found, np.arange(30.0, 70.5, 0.5))
        assert strike_step("MCL", 20.0, 48.0, days) == 0.5
    assert nearest_strike("CL", 48.0, 90, 39.75, -1) == 39.5
    assert nearest_strike("CL", 48.0, 90, 39.75, +1) == 40.0


@given(DAYS)
def test_qqq_is_listed_as_spy_is(today: date) -> None:
    assert expiries("QQQ", today) == expiries("SPY", today)
    assert strike_step("QQQ", 500.0, 505.0, 7) == strike_step("SPY", 600.0, 605.0, 7) == 1.0


def test_a_90_day_strangle_finds_a_month_and_a_year_of_calls_finds_one() -> None:
    today = date(2015, 6, 9)
    near = expiry_near(expiries("CL", today), today, 90, 10)
    assert near is not None
    assert (near.day, near.future) == (date(2015, 9, 17), "CLV15")
    assert expiry_near(expiries("QQQ", today), today, 365, 185) is not None


# -- the day of which only the close is known ----------------------------------------------------


def rows(*close: float) -> Bars:
    nothing = np.full(len(close), np.nan)
    days = np.arange(len(close), dtype=np.int32) + date(2015, 9, 1).toordinal()
    return Bars(days, nothing, nothing, nothing, np.array(close), nothing, Evidence.PROXY)


def test_a_day_of_closes_alone_has_no_open_and_no_extreme_it_must_reach() -> None:
    shape = close_shape(rows(49.2, 45.4), date(2015, 9, 2), 55.0)
    assert (shape.open, shape.high_known, shape.low_known) == (None, False, False)
    far = np.exp(FAR * vix_day(55.0))
    assert (shape.high, shape.low) == (pytest.approx(49.2 * far), pytest.approx(45.4 / far))
    with pytest.raises(DataError, match="start one session later"):
        close_shape(rows(49.2, 45.4), date(2015, 9, 1), 55.0)


def test_its_path_ends_on_the_close_and_wanders_beyond_both_closes() -> None:
    shape = close_shape(rows(48.0, 48.2), date(2015, 9, 2), 40.0)
    paths = [draw(shape, path_key(seed, "WTI", date(2015, 9, 2))) for seed in range(60)]
    assert all(path[-1] == 48.2 for path in paths)
    assert all(shape.low < path.min() and path.max() < shape.high for path in paths)
    spread = np.array([np.log(path.max() / path.min()) for path in paths])
    assert 0.5 < float(np.median(spread)) / vix_day(40.0) < 2.0


def test_a_day_on_which_nothing_changed_is_still_a_day() -> None:
    shape = close_shape(rows(45.15, 45.15), date(2015, 9, 2), 40.0, 210)
    path = draw(shape, path_key(1, "WTI", date(2015, 9, 2)))
    assert len(path) == 211
    assert path[-1] == 45.15
    assert path.max() > path.min()


def test_what_does_not_respond_to_the_path_stays_where_it_was() -> None:
    assert vix_at(30.0, vix_day(30.0), 40.0, 48.0, 0.0) == 30.0
    assert vix_at(30.0, vix_day(30.0), 40.0, 48.0) > 30.0
