"""Indicators against plain twins, published examples and the properties they must have."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tomking.core.evidence import Evidence
from tomking.market import indicators as ind
from tomking.market.bars import Bars

pytestmark = pytest.mark.unit

F64 = NDArray[np.float64]

KEYS = {
    "rsi", "atr", "ema8", "ema21", "ema50", "ema200", "bb_mid", "bb_upper", "bb_lower",
    "bb_position", "macd", "macd_signal", "macd_hist", "high252", "low252", "range20", "volume20",
}  # fmt: skip


def walk(rows: int, seed: int) -> Bars:
    """A random history with ranges that hold open and close."""
    rng = np.random.default_rng(seed)
    close = 2000.0 * np.exp(np.cumsum(rng.normal(0.0003, 0.01, rows)))
    start = np.concatenate((close[:1], close[:-1])) * np.exp(rng.normal(0.0, 0.003, rows))
    high = np.maximum(start, close) * (1.0 + abs(rng.normal(0.0, 0.004, rows)))
    low = np.minimum(start, close) * (1.0 - abs(rng.normal(0.0, 0.004, rows)))
    volume = rng.uniform(1e6, 2e6, rows)
    days = np.arange(735000, 735000 + rows, dtype=np.int32)
    return Bars(days, start, high, low, close, volume, Evidence.MODEL)


def plain_smoothed(x: list[float], weight: float, n: int) -> list[float]:
    out = [math.nan] * len(x)
    if len(x) >= n:
        out[n - 1] = sum(x[:n]) / n
        for i in range(n, len(x)):
            out[i] = (1.0 - weight) * out[i - 1] + weight * x[i]
    return out


def plain_rsi(close: list[float], n: int) -> list[float]:
    moves = [b - a for a, b in pairwise(close)]
    up = plain_smoothed([max(m, 0.0) for m in moves], 1.0 / n, n)
    down = plain_smoothed([max(-m, 0.0) for m in moves], 1.0 / n, n)
    pairs = zip(up, down, strict=True)
    return [math.nan, *(100.0 - 100.0 / (1.0 + u / d) if d else 100.0 for u, d in pairs)]


def plain_atr(bars: Bars, n: int) -> list[float]:
    ranges = [float(bars.high[0] - bars.low[0])]
    for i in range(1, len(bars)):
        high, low, before = bars.high[i], bars.low[i], bars.close[i - 1]
        ranges.append(float(max(high - low, abs(high - before), abs(low - before))))
    return plain_smoothed(ranges, 1.0 / n, n)


def plain_windowed(x: list[float], n: int, f: Callable[[list[float]], float]) -> list[float]:
    return [math.nan if i + 1 < n else f(x[i + 1 - n : i + 1]) for i in range(len(x))]


def deviation(x: list[float]) -> float:
    mean = sum(x) / len(x)
    return math.sqrt(sum((v - mean) ** 2 for v in x) / len(x))


def same(found: F64, wanted: list[float]) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("rows", [0, 1, 5, 14, 15, 40, 300])
def test_every_indicator_equals_its_plain_twin(rows: int) -> None:
    bars = walk(rows, 7) if rows else walk(1, 7).cut(0, 0)
    close = bars.close.tolist()
    same(ind.ema(bars.close, 8), plain_smoothed(close, 2.0 / 9.0, 8))
    same(ind.rsi(bars.close), plain_rsi(close, 14) if rows else [])
    same(ind.atr(bars.high, bars.low, bars.close), plain_atr(bars, 14) if rows else [])
    same(ind.rolling_max(bars.high, 37), plain_windowed(bars.high.tolist(), 37, max))
    same(ind.rolling_min(bars.low, 20), plain_windowed(bars.low.tolist(), 20, min))
    same(ind.rolling_mean(bars.close, 20), plain_windowed(close, 20, lambda x: sum(x) / len(x)))
    middle, upper, lower, place = ind.bollinger(bars.close)
    half = [2.0 * d for d in plain_windowed(close, 20, deviation)]
    same(upper - middle, half)
    same(middle - lower, half)
    same(place * (upper - lower) + lower, [c if i > 18 else math.nan for i, c in enumerate(close)])


def test_macd_is_the_fast_mean_less_the_slow_and_its_signal_their_mean() -> None:
    close = walk(120, 3).close
    line, signal, histogram = ind.macd(close)
    fast = plain_smoothed(close.tolist(), 2.0 / 13.0, 12)
    slow = plain_smoothed(close.tolist(), 2.0 / 27.0, 26)
    wanted = [f - s for f, s in zip(fast, slow, strict=True)]
    same(line, wanted)
    same(signal, [math.nan] * 25 + plain_smoothed(wanted[25:], 0.2, 9))
    same(histogram, (line - signal).tolist())
    assert np.flatnonzero(np.isfinite(signal))[0] == 33


def test_rsi_is_that_of_the_published_worksheet() -> None:
    """Closes and answers of the RSI worksheet of StockCharts' ChartSchool (QQQ, from 2009-12-14)."""
    close = np.array([
        44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826,
        45.8931, 46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
    ])  # fmt: skip
    found = ind.rsi(close)
    assert np.isnan(found[:14]).all()
    assert np.round(found[14:], 2).tolist() == [70.53, 66.32, 66.55, 69.41, 66.36, 57.97]


def test_rsi_of_a_rise_a_fall_and_a_standstill() -> None:
    up = np.arange(1.0, 31.0)
    assert ind.rsi(up)[-1] == 100.0
    assert ind.rsi(up[::-1].copy())[-1] == 0.0
    assert ind.rsi(np.full(30, 5.0))[-1] == 50.0


def test_true_range_reaches_back_over_a_gap() -> None:
    high, low, close = (
        np.array(x) for x in ([10.0, 13.0, 9.0], [9.0, 12.0, 8.0], [9.5, 12.5, 8.5])
    )
    assert ind.true_range(high, low, close).tolist() == [1.0, 3.5, 4.5]


def test_atr_by_hand() -> None:
    """Ranges 2, 4, 6 then 3 over three days: mean 4, then 4 + (3 - 4) / 3."""
    close = np.full(4, 10.0)
    spread = np.array([1.0, 2.0, 3.0, 1.5])
    found = ind.atr(close + spread, close - spread, close, 3)
    np.testing.assert_allclose(found, [math.nan, math.nan, 4.0, 11.0 / 3.0])


def test_ema_by_hand() -> None:
    """Seed (1 + 2 + 3) / 3 = 2, weight 1/2: then 3 and 4."""
    assert ind.ema(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 3)[2:].tolist() == [2.0, 3.0, 4.0]


def test_a_flat_market_stands_in_the_middle_of_its_bands_and_of_its_year() -> None:
    flat = np.full(300, 15.0)
    assert ind.bollinger(flat)[3][-1] == 0.5
    assert ind.iv_rank(flat)[-1] == 0.5
    assert ind.iv_percentile(flat)[-1] == 0.0


def test_iv_rank_and_percentile_by_hand() -> None:
    vix = np.concatenate((np.full(250, 12.0), [32.0, 17.0]))
    assert ind.iv_rank(vix)[-1] == 0.25
    assert ind.iv_percentile(vix)[-1] == pytest.approx(250 / 252)
    assert np.isnan(ind.iv_rank(vix)[:251]).all()
    assert np.isnan(ind.iv_percentile(vix)[:251]).all()
    assert np.isnan(ind.iv_percentile(vix[:100])).all()


def test_correlation_knows_the_same_the_opposite_and_the_still() -> None:
    x = ind.log_returns(walk(80, 5).close)[1:]
    np.testing.assert_allclose(ind.rolling_correlation(x, 3.0 * x, 20)[19:], 1.0)
    np.testing.assert_allclose(ind.rolling_correlation(x, -x, 20)[19:], -1.0)
    assert np.isnan(ind.rolling_correlation(x, np.zeros(79), 20)).all()
    assert np.isnan(ind.rolling_correlation(x, x, 80)).all()


def test_correlation_equals_numpys() -> None:
    x, y = (ind.log_returns(walk(90, seed).close)[1:] for seed in (1, 2))
    found = ind.rolling_correlation(x, y, 60)
    assert found[-1] == pytest.approx(np.corrcoef(x[-60:], y[-60:])[0, 1], abs=1e-12)


def test_vwap_weighs_by_volume_and_waits_for_the_first_trade() -> None:
    found = ind.vwap(np.array([9.0, 10.0, 20.0]), np.array([0.0, 3.0, 1.0]))
    np.testing.assert_allclose(found, [math.nan, 10.0, 12.5])


def test_all_indicators_are_there_and_aligned_with_the_rows() -> None:
    bars = walk(300, 11)
    found = ind.all_indicators(bars)
    assert set(found) == KEYS
    assert {len(column) for column in found.values()} == {300}
    assert all(np.isfinite(column[-1]) for column in found.values())
    assert found["range20"][-1] == (bars.high[-20:].max() - bars.low[-20:].min()) / bars.close[-1]


def test_all_indicators_of_a_short_history_are_unknown_and_not_wrong() -> None:
    found = ind.all_indicators(walk(7, 1))
    assert all(np.isnan(column).all() for column in found.values())


@given(st.integers(1, 320), st.integers(0, 1000))
def test_later_rows_change_nothing_earlier(end: int, seed: int) -> None:
    bars = walk(320, seed)
    whole, cut = ind.all_indicators(bars), ind.all_indicators(bars.cut(0, end))
    for name, column in cut.items():
        np.testing.assert_array_equal(whole[name][:end], column)
    for f in (ind.iv_rank, ind.iv_percentile, ind.log_returns):
        np.testing.assert_array_equal(f(bars.close)[:end], f(bars.close[:end]))


@given(st.floats(0.1, 10.0), st.integers(0, 1000))
def test_scaling_prices_scales_points_and_leaves_shares_alone(factor: float, seed: int) -> None:
    bars = walk(300, seed)
    before, after = ind.all_indicators(bars), ind.all_indicators(bars.scaled(factor))
    shares = {"rsi", "bb_position", "range20", "volume20"}
    for name in KEYS:
        scale = 1.0 if name in shares else factor
        np.testing.assert_allclose(after[name], scale * before[name], rtol=1e-9, atol=1e-7)


@given(st.lists(st.floats(1.0, 1e4), min_size=16, max_size=60))
def test_rsi_stays_between_0_and_100(close: list[float]) -> None:
    found = ind.rsi(np.array(close))[14:]
    assert ((found >= 0.0) & (found <= 100.0)).all()


@given(st.lists(st.floats(9.0, 90.0), min_size=252, max_size=260))
def test_rank_and_percentile_are_shares(vix: list[float]) -> None:
    for f in (ind.iv_rank, ind.iv_percentile):
        found = f(np.array(vix))[251:]
        assert ((found >= 0.0) & (found <= 1.0)).all()


def test_a_missing_price_is_never_smoothed_over() -> None:
    close = walk(60, 2).close.copy()
    close[30] = math.nan
    for column in (ind.rsi(close), ind.ema(close, 8), ind.atr(close, close, close)):
        assert np.isfinite(column[29])
        assert np.isnan(column[30:]).all()
