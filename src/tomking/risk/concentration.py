"""Concentration: how much of a book moves together, as a score and as measured correlations.

Shown, never a gate. The score weighs every group's share of the margin by how it moved in a crisis
(rulebook 15); the correlations are those of daily returns, beside the groups somebody drew up.
"""

from collections.abc import Collection, Mapping
from math import isnan, nan
from types import MappingProxyType

import numpy as np

from tomking.core.reading import Reading, Sense, Stage
from tomking.core.value import value
from tomking.market.bars import Bars
from tomking.market.indicators import log_returns
from tomking.risk.groups import EQUITY_GROUPS
from tomking.risk.limits import Limits

#: How a group moved with shares in a crisis; below nought it moved against them.
CRISIS_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "A1": 0.95, "A2": 0.90, "B1": -0.20, "B2": 0.60, "C1": 0.70,
        "C2": 0.65, "D1": 0.50, "D2": 0.45, "E": 0.30, "V": 0.90,
    }
)  # fmt: skip
#: Of a perfect score of one group, and what shares of equity add.
WEIGHT_POINTS, EQUITY_POINTS = 50.0, 30.0
SPREAD_GROUPS, SPREAD_FACTOR = 4, 0.8
WARN = 70.0
COMMON_DAYS_MIN = 60
SAME, WATCH = 0.70, 0.50


def score(shares: Mapping[str, float], equity_groups: Collection[str] = EQUITY_GROUPS) -> float:
    """0-100: how much of a book's margin would move together, by its groups' shares of it (R-COR-09).

    ``equity_groups`` are those that are shares; a group without a crisis weight moves with them in full.

    >>> round(score({"A1": 1.0}), 1), round(score({"A1": 0.25, "B1": 0.25, "C1": 0.25, "D1": 0.25}), 2)
    (77.5, 29.5)
    """
    weighed = sum(share * abs(CRISIS_WEIGHTS.get(group, 1.0)) for group, share in shares.items())
    equity = sum(share for group, share in shares.items() if group in equity_groups)
    found = weighed * WEIGHT_POINTS + equity * EQUITY_POINTS
    spread = (
        SPREAD_FACTOR if sum(share > 0.0 for share in shares.values()) >= SPREAD_GROUPS else 1.0
    )
    return min(100.0, found * spread)


def concentration(shares: Mapping[str, float], limits: Limits) -> Reading:
    """The score against its warning; which groups are shares is the limits' affair."""
    found = score(shares, limits.equity_groups)
    return Reading(
        "crisis score", Stage.CORRELATION, Sense.AT_MOST, found, WARN, "of 100", "R-COR-09"
    )


@value
class Measured:
    """The correlation of two roots over their common days; NaN while there are too few of them."""

    first: str
    second: str
    days: int
    rho: float

    @property
    def word(self) -> str:
        """``same group`` above .70, ``watch`` above .50, ``apart``, or ``not measured``."""
        if isnan(self.rho):
            return "not measured"
        return "same group" if self.rho > SAME else "watch" if self.rho > WATCH else "apart"


def measured(first: str, second: str, bars: Mapping[str, Bars], days: int = 60) -> Measured:
    """The correlation of daily returns over the last common days (R-COR-10)."""
    one, two = bars.get(first), bars.get(second)
    if one is None or two is None:
        return Measured(first, second, 0, nan)
    common = np.intersect1d(one.days, two.days)[-(days + 1) :]
    count = max(len(common) - 1, 0)
    if count < COMMON_DAYS_MIN:
        return Measured(first, second, count, nan)
    a, b = (log_returns(each.close[np.isin(each.days, common)])[1:] for each in (one, two))
    return Measured(first, second, count, float(np.corrcoef(a, b)[0, 1]))
