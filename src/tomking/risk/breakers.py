"""Breakers: losses against their baselines. The same readings are gates, alarms and locks.

Source: rulebook 17; a pass is a loss *below* the limit, so a loss of exactly 5 % blocks (27.18).
"""

from tomking.core.figures import loss
from tomking.core.reading import Reading, Sense, Stage
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing
from tomking.risk.view import View

#: What each lock is called in ``Halted`` and ``Resumed``, in the order of ``loss_readings``.
LOCKS = ("day loss", "week loss", "month loss", "loss streak", "drawdown")


def losses(net_liq: float, standing: Standing, limits: Limits) -> tuple[Reading, ...]:
    """Loss of the day, the week, the month; losses in a row; drawdown from the peak."""
    baselines = (
        ("loss today", standing.day_start, limits.loss_day_max, "R-BRK-01"),
        ("loss this week", standing.week_start, limits.loss_week_max, "R-BRK-02"),
        ("loss this month", standing.month_start, limits.loss_month_max, "R-BRK-03"),
    )
    shares = tuple(
        Reading(
            name, Stage.DATA, Sense.BELOW, loss(net_liq, float(start)), bound,
            "of the baseline", rule,
        )
        for name, start, bound, rule in baselines
    )  # fmt: skip
    streak = Reading(
        "losing campaigns in a row", Stage.DATA, Sense.BELOW,
        standing.streak, limits.loss_streak_max, "", "R-BRK-04",
    )  # fmt: skip
    drawdown = Reading(
        "drawdown", Stage.DATA, Sense.BELOW,
        loss(net_liq, float(standing.peak)), limits.drawdown_lock, "of the peak", "R-BRK-05",
    )  # fmt: skip
    return (*shares, streak, drawdown)


def loss_readings(view: View) -> tuple[Reading, ...]:
    """The breakers read on a view."""
    return losses(view.net_liq, view.standing, view.limits)


def tripped(view: View) -> tuple[tuple[str, Reading], ...]:
    """Locks that should be on and are not yet, with the reading that trips each.

    An unknown loss trips nothing: it refuses what is new at its gate until it is known again.
    """
    if _far_from_any(view):
        return ()
    return tuple(
        (lock, reading)
        for lock, reading in zip(LOCKS, loss_readings(view), strict=True)
        if reading.observed is not None and not reading.passed and lock not in view.standing.reasons
    )


def _far_from_any(view: View) -> bool:
    """Whether no breaker can have tripped: asked on every tick, so words are made only when it may."""
    standing, limits = view.standing, view.limits
    least = min(
        limits.loss_day_max, limits.loss_week_max, limits.loss_month_max, limits.drawdown_lock
    )
    starts = (standing.day_start, standing.week_start, standing.month_start, standing.peak)
    near = float(max(starts)) * (1.0 - least)
    return standing.streak < limits.loss_streak_max and view.net_liq > near
