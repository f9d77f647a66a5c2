"""The figures of a whole run: growth, Sharpe ratio, drawdown, the worst stretches, margin."""

from collections.abc import Callable
from datetime import date
from math import sqrt

import numpy as np

from tomking.analysis.equity import F64, Curve, Fall, deepest
from tomking.core.value import value

TRADING_DAYS = 252
YEAR = 365.25


@value
class Performance:
    """Fractions, unless a name says otherwise; ``None`` where a figure has no meaning.

    ``sharpe`` is the mean of daily returns over their standard deviation, times the root of 252, with
    no interest taken off. ``margin_peak`` is the largest requirement as a share of net liq.
    """

    years: float
    gain: float
    cagr: float | None
    sharpe: float | None
    fall: Fall
    worst_day: float
    worst_day_on: date
    worst_week: float
    tail_day: float
    margin_peak: float
    margin_peak_on: date
    margin_mean: float
    on_peak_margin: float | None


def performance(path: Curve) -> Performance:
    """The figures of a curve with at least one session."""
    returns, share = path.returns, path.utilisation
    years = max((path.days[-1] - path.days[0]).days, 1) / YEAR
    grown = float(path.growth[-1])
    worst, peak = int(np.argmin(returns)), int(np.argmax(share))
    dollars = float(path.net_liq[-1] - path.flows[-1] - path.net_liq[0])
    most = float((share * path.net_liq).max())
    return Performance(
        years,
        grown - 1.0,
        grown ** (1.0 / years) - 1.0 if grown > 0 else None,
        sharpe(returns),
        deepest(path),
        float(returns[worst]),
        path.days[worst + 1],
        _worst_week(path),
        expected_shortfall(returns),
        float(share[peak]),
        path.days[peak],
        float(share[1:].mean()),
        dollars / most if most > 0 else None,
    )


def sharpe(returns: F64) -> float | None:
    """Annual Sharpe ratio of daily returns; ``None`` with fewer than two days or no movement.

    >>> import numpy as np
    >>> round(sharpe(np.array([0.01, -0.01, 0.02, 0.0])) or 0.0, 3)
    6.148
    """
    spread = float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    return float(returns.mean()) / spread * sqrt(TRADING_DAYS) if spread > 0 else None


def expected_shortfall(returns: F64, share: float = 0.05) -> float:
    """The mean of the worst ``share`` of days (at least one), as a fraction.

    >>> import numpy as np
    >>> expected_shortfall(np.array([-0.04, 0.01, 0.02, 0.0]))
    -0.04
    """
    count = max(1, int(len(returns) * share))
    return float(np.sort(returns)[:count].mean())


def _worst_week(path: Curve) -> float:
    """The worst calendar week, as a fraction."""
    return min(_by(path, lambda day: day.isocalendar()[:2]), default=0.0)


def _by(path: Curve, key: Callable[[date], tuple[int, int]]) -> list[float]:
    """Returns compounded over the sessions that share a key."""
    totals: dict[tuple[int, int], float] = {}
    for day, gain in zip(path.days[1:], path.returns.tolist(), strict=True):
        totals[key(day)] = totals.get(key(day), 1.0) * (1.0 + gain)
    return [total - 1.0 for total in totals.values()]
