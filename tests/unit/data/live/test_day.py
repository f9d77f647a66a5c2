"""A day made of candles: what is known, what is named as missing, and never a guess."""

from datetime import UTC, date, datetime, time, timedelta
from math import isnan, nan
from typing import Any

import numpy as np
import pytest

from tomking.core.calendar import Session, new_york
from tomking.core.evidence import Evidence
from tomking.data.live.candles import (
    DAILY,
    MINUTES,
    REMOVED,
    SNAPSHOT_CUT,
    SNAPSHOT_END,
    Candles,
    Series,
    daily,
    series_of,
    since,
    weighted,
)
from tomking.data.live.compact import blocks
from tomking.data.live.day import YIELD, Known, carried_by, day_of, rate_in
from tomking.data.live.fields import CANDLE, FIELDS
from tomking.market.bars import Bars
from tomking.market.sessions import previous_session, session_of, sessions_between

pytestmark = pytest.mark.unit

DAY = date(2025, 6, 6)
SPX_DAYS = Series("SPX", DAILY)
#: A candle between its time and its flags: prices, volume, and the price by volume.
FIGURES = (1.0, 2.0, 0.5, 1.5, 10.0, 1.2)


def told(candles: Candles, symbol: str, *rows: tuple[Any, ...]) -> None:
    """Candles as the feed tells them."""
    values = [each for row in rows for each in (symbol, *row)]
    for block in blocks([CANDLE, values], FIELDS, candles.odd):
        candles.take(block)


def ms(at: datetime) -> float:
    """An instant as the feed writes it."""
    return at.timestamp() * 1000.0


def bars(root: str, until: date, count: int = 300) -> Bars:
    """Rows of the sessions before a date, each root on its own way."""
    days = [one.day.toordinal() for one in sessions_between(until - timedelta(days=600), until)]
    days = [each for each in days if each < until.toordinal()][-count:]
    chance = np.random.default_rng(len(root))
    close = 100.0 * np.exp(np.cumsum(chance.normal(0.0, 0.01, len(days))))
    return Bars(
        np.array(days, dtype=np.int32), close, close * 1.01, close * 0.99, close, close,
        Evidence.LIVE,
    )  # fmt: skip


def known(*roots: str, until: date = DAY, rate: float = 0.04) -> Known:
    """What was told of some roots."""
    return Known({root: bars(root, until) for root in roots}, rate, Evidence.LIVE)


def session(day: date = DAY) -> Session:
    """The session of a date."""
    found = session_of(day)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("symbol", "of", "length"),
    [
        ("SPX{=d}", "SPX", "d"), ("SPX{=1d}", "SPX", "d"), ("SPY{=1d,tho=true}", "SPY", "d"),
        ("/ESZ26:XCME{=m}", "/ESZ26:XCME", "m"), ("SPX{=15m}", "SPX", "15m"),
    ],
)  # fmt: skip
def test_a_candle_symbol_is_known_however_it_is_written(symbol: str, of: str, length: str) -> None:
    assert series_of(symbol) == Series(of, length)


def test_a_series_is_whole_when_its_last_candle_came() -> None:
    for flag in (SNAPSHOT_END, SNAPSHOT_CUT):
        candles = Candles()
        told(candles, "SPX{=d}", (ms(new_york(DAY, time())), *FIGURES, 0))
        assert not candles.has(SPX_DAYS)
        told(candles, "SPX{=1d}", (ms(new_york(date(2025, 6, 5), time())), *FIGURES, flag))
        assert candles.has(SPX_DAYS)
        assert len(candles.rows(SPX_DAYS)) == 2
    candles.forget(lambda each: False)
    assert not candles.has(SPX_DAYS)


def test_a_candle_told_again_replaces_itself_and_one_removed_goes() -> None:
    candles, at = Candles(), ms(new_york(DAY, time()))
    told(candles, "SPX{=d}", (at, *FIGURES, 0), (at, 9.0, *FIGURES[1:], 0))
    assert candles.rows(SPX_DAYS)[:, 1].tolist() == [9.0]
    told(candles, "SPX{=d}", (at, *FIGURES, REMOVED))
    assert len(candles.rows(SPX_DAYS)) == 0


def test_a_candle_without_a_time_is_odd_and_costs_no_other() -> None:
    candles = Candles()
    told(candles, "SPX{=d}", ("NaN", *FIGURES, 0), (ms(new_york(DAY, time())), *FIGURES, "NaN"))
    told(candles, "SPX{=d}", (1e30, *FIGURES, 0), (-5.0, *FIGURES, 0))
    assert len(candles.rows(SPX_DAYS)) == 1
    assert candles.odd.count == 3
    assert "without a time" in candles.odd.last[0]


@pytest.mark.parametrize(
    "midnight", [new_york(date(2025, 6, 5), time()), datetime(2025, 6, 5, tzinfo=UTC)]
)
def test_daily_candles_begin_at_either_midnight_and_end_before_today(midnight: datetime) -> None:
    candles = Candles()
    told(
        candles, "SPX{=d}", (ms(midnight + timedelta(days=1)), *FIGURES, 0),
        (ms(midnight), *FIGURES, 0), (ms(midnight - timedelta(days=1)), 1, 1, 1, "NaN", 1, 1, 0),
    )  # fmt: skip
    found = daily(candles.rows(SPX_DAYS), DAY, Evidence.LIVE)
    assert [date.fromordinal(int(day)) for day in found.days] == [date(2025, 6, 5)]
    assert found.close.tolist() == [1.5]


def test_the_price_by_volume_is_of_the_minutes_since_the_open() -> None:
    candles, opens = Candles(), session().opens
    rows = [
        (ms(opens + timedelta(minutes=n)), 1.0, 2.0, 0.5, 1.5, volume, price, 0)
        for n, volume, price in ((-1, 99.0, 9.0), (0, 1.0, 1.0), (1, 3.0, 2.0), (2, 5.0, 7.0))
    ]
    told(candles, "SPY{=m}", *rows)
    minutes = candles.rows(Series("SPY", MINUTES))
    assert weighted(since(minutes, opens, opens + timedelta(minutes=2))) == pytest.approx(1.75)
    assert isnan(weighted(since(minutes, opens, opens)))


def test_a_day_has_indicators_of_each_root_and_volatility_of_the_index_alone() -> None:
    day = day_of(session(), known("SPX", "VIX", "QQQ", "GC"), ("SPX", "ES", "QQQ", "GC"))
    assert set(day.bars) == {"SPX", "ES", "QQQ", "GC"}
    assert "iv_rank" in day.indicators["ES"]
    assert "iv_rank" not in day.indicators["GC"]
    assert day.indicators["ES"]["rsi"] == pytest.approx(day.indicators["SPX"]["rsi"])
    assert 1.0 < day.previous_close["ES"] / day.previous_close["SPX"] < 1.02
    assert day.vix_previous.evidence is Evidence.LIVE
    assert {"FOMC", "CPI", "NFP"} <= set(day.coming)


def test_every_two_families_are_correlated_over_the_days_both_have() -> None:
    day = day_of(session(), known("SPX", "VIX", "QQQ", "GC"), ("SPX", "ES", "MES", "QQQ", "GC"))
    assert day.correlations["SPX", "ES"] == pytest.approx(1.0)
    assert abs(day.correlations["QQQ", "GC"]) < 1.0
    short = Known({"SPX": bars("SPX", DAY, 30), "QQQ": bars("QQQ", DAY, 30)}, 0.04, Evidence.LIVE)
    assert day_of(session(), short, ("SPX", "QQQ")).correlations == {}


def test_what_is_not_known_is_named() -> None:
    day = day_of(session(), known("SPX"), ("SPX", "GC", "IWM"))
    assert {"VIX history", "GC history", "IWM history", "IWM dividends"} <= set(day.missing)
    assert isnan(day.vix_previous.value)
    assert "iv_rank" not in day.indicators["SPX"]
    assert "IWM" not in day.dividends
    assert set(day.bars) == {"SPX"}


def test_history_that_ends_too_early_is_left_out() -> None:
    late = known("SPX", "VIX", until=previous_session(DAY).day)
    day = day_of(session(), late, ("SPX", "ES"))
    assert {"SPX history", "ES history", "VIX history"} <= set(day.missing)
    assert day.indicators == {}


def test_a_yield_that_is_not_published_yet_is_named() -> None:
    later = date(2026, 11, 27)
    day = day_of(session(later), known("SPX", "VIX", until=later), ("SPX",))
    assert YIELD in day.missing
    assert YIELD not in day_of(session(), known("SPX"), ("SPX",)).missing


def test_the_rate_is_the_venues_else_the_tables() -> None:
    assert day_of(session(), known("SPX", rate=0.031), ("SPX",)).rate == 0.031
    assert 0.0 < day_of(session(), known("SPX", rate=nan), ("SPX",)).rate < 0.1
    assert rate_in({"risk-free-rate": "0.0425"}) == 0.0425
    assert all(isnan(rate_in(odd)) for odd in (None, {}, {"risk-free-rate": "much"}, []))


def test_only_the_index_and_its_shares_have_a_yield() -> None:
    carried = carried_by(DAY, 0.04, ("SPX", "ES", "SPY", "GLD"))
    assert carried.rate == 0.04
    assert set(carried.yields) == {"SPX", "SPY"}
    assert 0.005 < carried.yields["SPX"] < 0.03
