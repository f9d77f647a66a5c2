"""Indicators of daily rows, each for the whole history at once.

Every function takes columns of equal length, oldest row first, and returns a column aligned with
them: row ``i`` uses rows up to ``i`` only and is NaN until enough of them exist. They are therefore
computed once and read at the last row before a day. A NaN in a price makes every later row of a
recursive indicator NaN (an average that forgot a price would look like one that knew it).
Conventions follow J. W. Wilder, *New Concepts in Technical Trading Systems* (1978), for RSI and
ATR; J. Bollinger and G. Appel for theirs.
"""

from collections.abc import Mapping
from itertools import accumulate
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from tomking.market.bars import Bars

F64: TypeAlias = NDArray[np.float64]

#: Rows of a year, the window of IV rank, IV percentile and the 52-week extremes.
YEAR = 252


def _smoothed(x: F64, weight: float, seed_rows: int) -> F64:
    """``y += weight * (x - y)``, seeded with the mean of the first ``seed_rows`` figures."""
    y = np.full(len(x), np.nan)
    if len(x) >= seed_rows:
        seed = float(x[:seed_rows].mean())
        later: list[float] = x[seed_rows:].tolist()
        y[seed_rows - 1 :] = list(
            accumulate(later, lambda held, new: held + weight * (new - held), initial=seed)
        )
    return y


def _after(x: F64, rows: int) -> F64:
    """The column with ``rows`` NaN put in front."""
    return np.concatenate((np.full(rows, np.nan), x))


def ema(x: F64, n: int) -> F64:
    """Exponential mean with weight ``2 / (n + 1)``, seeded with the simple mean of the first n rows."""
    return _smoothed(x, 2.0 / (n + 1.0), n)


def wilder(x: F64, n: int) -> F64:
    """Wilder's mean: weight ``1 / n``, seeded with the simple mean of the first n rows."""
    return _smoothed(x, 1.0 / n, n)


def rolling_mean(x: F64, n: int) -> F64:
    """Simple mean of the last n rows."""
    if len(x) < n:
        return np.full(len(x), np.nan)
    return _after(sliding_window_view(x, n).mean(axis=1), n - 1)


def rolling_max(x: F64, n: int) -> F64:
    """Highest of the last n rows."""
    if len(x) < n:
        return np.full(len(x), np.nan)
    return _after(_windowed_max(x, n), n - 1)


def rolling_min(x: F64, n: int) -> F64:
    """Lowest of the last n rows."""
    return -rolling_max(-x, n)


def _windowed_max(x: F64, n: int) -> F64:
    """Maximum of each run of n rows, by doubling: log n passes instead of n."""
    span, highest = 1, x
    while 2 * span <= n:
        highest = np.maximum(highest[:-span], highest[span:])
        span *= 2
    rest = n - span
    return np.maximum(highest[: len(highest) - rest], highest[rest:]) if rest else highest


def rsi(close: F64, n: int = 14) -> F64:
    """Relative strength index, 0 to 100; first at row n. A price that never moved reads 50."""
    moves = np.diff(close)
    up = wilder(np.maximum(moves, 0.0), n)
    down = wilder(np.maximum(-moves, 0.0), n)
    total = up + down
    still = total == 0.0
    share = np.where(still, 0.5, up / np.where(still, 1.0, total))
    return _after(100.0 * share, 1)[: len(close)]


def true_range(high: F64, low: F64, close: F64) -> F64:
    """The day's range, widened to the close before; the first row has no close before it."""
    before = np.concatenate((close[:1], close[:-1]))
    wide = np.maximum(high, before) - np.minimum(low, before)
    wide[:1] = high[:1] - low[:1]
    return wide


def atr(high: F64, low: F64, close: F64, n: int = 14) -> F64:
    """Average true range in points, by Wilder's mean; first at row n - 1.

    The rulebook says "14-day daily ATR" without the mean; Wilder's is the one that bears the name.
    """
    return wilder(true_range(high, low, close), n)


def bollinger(close: F64, n: int = 20, width: float = 2.0) -> tuple[F64, F64, F64, F64]:
    """Middle, upper and lower band and the place of the close between them, 0 low to 1 high.

    The deviation is that of the n rows themselves (divided by n). A band of no width has place 0.5.
    """
    if len(close) < n:
        nothing = np.full(len(close), np.nan)
        return nothing, nothing.copy(), nothing.copy(), nothing.copy()
    windows = sliding_window_view(close, n)
    middle = _after(windows.mean(axis=1), n - 1)
    spread = width * _after(windows.std(axis=1), n - 1)
    flat = spread == 0.0
    place = np.where(flat, 0.5, 0.5 + 0.5 * (close - middle) / np.where(flat, 1.0, spread))
    return middle, middle + spread, middle - spread, place


def macd(close: F64, fast: int = 12, slow: int = 26, signal: int = 9) -> tuple[F64, F64, F64]:
    """MACD line, its signal line and the histogram between them, in points."""
    line = ema(close, fast) - ema(close, slow)
    start = slow - 1
    smoothed = _after(ema(line[start:], signal), start)[: len(close)]
    return line, smoothed, line - smoothed


def rank(x: F64, n: int = YEAR) -> F64:
    """Where a figure stands between the least and the greatest of the last n rows, 0 to 1.

    Of VIX closes this is IV rank (rulebook 20) as a fraction; 0.5 when all n are equal.
    """
    low, high = rolling_min(x, n), rolling_max(x, n)
    flat = high == low
    return np.where(flat, 0.5, (x - low) / np.where(flat, 1.0, high - low))


def percentile(x: F64, n: int = YEAR) -> F64:
    """Share of the last n rows, today's included, that lie below today's figure, 0 to 1.

    Of VIX closes this is IV percentile (rulebook 20) as a fraction.
    """
    if len(x) < n:
        return np.full(len(x), np.nan)
    windows = sliding_window_view(x, n)
    share = np.count_nonzero(windows < windows[:, -1:], axis=1) / n
    return _after(np.where(np.isnan(x[n - 1 :]), np.nan, share), n - 1)


def iv_rank(vix_close: F64) -> F64:
    """IV rank of a year of VIX closes, 0 to 1."""
    return rank(vix_close)


def iv_percentile(vix_close: F64) -> F64:
    """IV percentile of a year of VIX closes, 0 to 1."""
    return percentile(vix_close)


def log_returns(close: F64) -> F64:
    """Logarithmic change from row to row; the first row is NaN."""
    return _after(np.diff(np.log(close)), 1)[: len(close)]


def rolling_correlation(x: F64, y: F64, n: int) -> F64:
    """Correlation of two columns over the last n rows, -1 to 1; NaN where one did not move."""
    if len(x) < n:
        return np.full(len(x), np.nan)
    a = sliding_window_view(x, n) - sliding_window_view(x, n).mean(axis=1, keepdims=True)
    b = sliding_window_view(y, n) - sliding_window_view(y, n).mean(axis=1, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    moved = scale > 0.0
    found = np.where(moved, (a * b).sum(axis=1) / np.where(moved, scale, 1.0), np.nan)
    return _after(np.clip(found, -1.0, 1.0), n - 1)


def vwap(price: F64, volume: F64) -> F64:
    """Volume-weighted mean price since the open, step by step; NaN until something traded."""
    traded = np.cumsum(volume)
    return np.where(
        traded > 0.0, np.cumsum(price * volume) / np.where(traded > 0.0, traded, 1), np.nan
    )


def all_indicators(bars: Bars) -> Mapping[str, F64]:
    """Every daily indicator of the rules by name, aligned with the rows of ``bars``.

    ``rsi`` 0 to 100; ``atr``, EMAs, bands, MACD and the 252-day extremes in points; ``bb_position``
    0 at the lower band, 1 at the upper; ``range20`` the highest high less the lowest low of 20 days
    over the close; ``volume20`` the mean volume of 20 days (NaN where the source has none).
    """
    close = bars.close
    middle, upper, lower, place = bollinger(close)
    line, signal, histogram = macd(close)
    spread20 = rolling_max(bars.high, 20) - rolling_min(bars.low, 20)
    return {
        "rsi": rsi(close),
        "atr": atr(bars.high, bars.low, close),
        **{f"ema{n}": ema(close, n) for n in (8, 21, 50, 200)},
        "bb_mid": middle, "bb_upper": upper, "bb_lower": lower, "bb_position": place,
        "macd": line, "macd_signal": signal, "macd_hist": histogram,
        "high252": rolling_max(bars.high, YEAR),
        "low252": rolling_min(bars.low, YEAR),
        "range20": spread20 / close,
        "volume20": rolling_mean(bars.volume, 20),
    }  # fmt: skip
