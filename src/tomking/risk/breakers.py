"""Breakers: losses against their baselines. The same readings are gates, alarms and locks.

Source: rulebook 17; a pass is a loss *below* the limit, so a loss of exactly 5 % blocks (27.18).
"""

from tomking.core.figures import loss
from tomking.core.reading import Reading, Sense, Stage
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing
from tomking.risk.view import View

#: What each lock is called in ``Halted`` and ``Resumed``, in the order of ``BREAKERS``.
LOCKS = ("day loss", "week loss", "month loss", "loss streak", "drawdown")


def loss_today(net_liq: float, standing: Standing, limits: Limits) -> Reading:
    """The day's loss (R-BRK-01)."""
    share, most = loss(net_liq, float(standing.day_start)), limits.loss_day_max
    return _below("loss today", share, most, "of the baseline", "R-BRK-01")


def loss_this_week(net_liq: float, standing: Standing, limits: Limits) -> Reading:
    """The week's loss (R-BRK-02)."""
    share, most = loss(net_liq, float(standing.week_start)), limits.loss_week_max
    return _below("loss this week", share, most, "of the baseline", "R-BRK-02")


def loss_this_month(net_liq: float, standing: Standing, limits: Limits) -> Reading:
    """The month's loss (R-BRK-03)."""
    share, most = loss(net_liq, float(standing.month_start)), limits.loss_month_max
    return _below("loss this month", share, most, "of the baseline", "R-BRK-03")


def losses_in_a_row(net_liq: float, standing: Standing, limits: Limits) -> Reading:
    """Losing campaigns one after another (R-BRK-04)."""
    return _below(
        "losing campaigns in a row", standing.streak, limits.loss_streak_max, "", "R-BRK-04"
    )


def drawdown(net_liq: float, standing: Standing, limits: Limits) -> Reading:
    """Loss from the peak (R-BRK-05)."""
    share = loss(net_liq, float(standing.peak))
    return _below("drawdown", share, limits.drawdown_lock, "of the peak", "R-BRK-05")


def _below(name: str, seen: float | None, bound: float, unit: str, rule: str) -> Reading:
    return Reading(name, Stage.DATA, Sense.BELOW, seen, bound, unit, rule)


BREAKERS = (loss_today, loss_this_week, loss_this_month, losses_in_a_row, drawdown)


def losses(net_liq: float, standing: Standing, limits: Limits) -> tuple[Reading, ...]:
    """Every breaker's reading."""
    return tuple(read(net_liq, standing, limits) for read in BREAKERS)


def tripped(view: View) -> tuple[tuple[str, Reading], ...]:
    """Locks that should be on and are not yet, with the reading that trips each.

    An unknown loss trips nothing: it refuses what is new at its gate until it is known again.
    """
    if _far_from_any(view):
        return ()
    return tuple(
        (lock, reading)
        for lock, reading in zip(
            LOCKS, losses(view.net_liq, view.standing, view.limits), strict=True
        )
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
