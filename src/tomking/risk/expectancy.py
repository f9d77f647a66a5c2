"""Expectancy: whether a strategy still earns what it risks. What it has done too seldom is not asked.

Source: rulebook 11 rule 6 and 0.6. R is what the stops would have lost at entry, in dollars.
"""

from collections.abc import Iterator
from datetime import datetime

from tomking.core.reading import Reading, Sense, Stage
from tomking.risk.limits import Limits
from tomking.risk.outcomes import Outcome
from tomking.risk.standing import Standing

NOT_ASKED = "not asked"


def wins(strategy: str, standing: Standing, limits: Limits) -> Reading:
    """The share of winners among the last 20 closed campaigns (R-EXP-01); scratches are left out."""
    over = limits.expectancy_wins_over
    counted = [one for one in outcomes(strategy, standing) if not one.scratch][-over:]
    if len(counted) < over:
        return _not_asked(f"wins of {strategy} ({len(counted)} of {over} closed)", "R-EXP-01")
    share = sum(one.pnl > 0 for one in counted) / over
    return Reading(
        f"wins of {strategy} in its last {over}", Stage.DATA, Sense.AT_LEAST, share,
        limits.expectancy_wins_min, "of those closed", "R-EXP-01",
    )  # fmt: skip


def mean_r(strategy: str, standing: Standing, limits: Limits) -> Reading:
    """The mean of the last 30 closed campaigns in units of what each risked (R-EXP-02)."""
    return _mean(strategy, standing, limits, limits.expectancy_mean_min, "R-EXP-02")


def thin(strategy: str, standing: Standing, limits: Limits) -> Reading:
    """The same mean against the bar under which somebody should look (R-EXP-03); shown, never a gate."""
    return _mean(strategy, standing, limits, limits.expectancy_alert, "R-EXP-03")


def _mean(strategy: str, standing: Standing, limits: Limits, least: float, rule: str) -> Reading:
    over = limits.expectancy_mean_over
    last = outcomes(strategy, standing)[-over:]
    returns = [float(one.pnl) / one.risk for one in last if one.risk]
    if len(returns) < over:
        return _not_asked(f"mean R of {strategy} ({len(returns)} of {over} closed)", rule)
    return Reading(
        f"mean R of {strategy} over its last {over}", Stage.DATA, Sense.AT_LEAST,
        sum(returns) / over, least, "R", rule,
    )  # fmt: skip


def paused(standing: Standing, limits: Limits) -> Iterator[tuple[str, datetime]]:
    """Strategies that their own record stops, each with its last end."""
    for strategy, mine in standing.recent:
        asked = (wins(strategy, standing, limits), mean_r(strategy, standing, limits))
        if not all(reading.passed for reading in asked):
            yield strategy, mine[-1].at


def outcomes(strategy: str, standing: Standing) -> tuple[Outcome, ...]:
    """The last campaigns of a strategy, the oldest first."""
    return dict(standing.recent).get(strategy, ())


def _not_asked(name: str, rule: str) -> Reading:
    return Reading(name, Stage.DATA, Sense.IS, NOT_ASKED, NOT_ASKED, "", rule)
