"""Breakers: losses against their baselines. The same readings are gates, alarms and locks.

Source: rulebook 17; a pass is a loss *below* the limit, so a loss of exactly 5 % blocks (27.18).
"""

from datetime import datetime
from math import isnan, nan

from tomking.core.figures import change, loss
from tomking.core.reading import Reading, Sense, Stage
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing
from tomking.risk.view import View

#: What each lock is called in ``Halted`` and ``Resumed``, in the order of ``BREAKERS``.
LOCKS = ("day loss", "week loss", "month loss", "loss streak", "drawdown")
#: The reason under which a desk suggests and a person trades.
MANUAL_MODE = "manual mode"
#: What no gain lifts: a person has to (rulebook 17).
BY_HAND = ("month loss", "drawdown", MANUAL_MODE)


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


def manual_mode(view: View) -> Reading:
    """VIX is not so high that only a person may decide (R-BRK-09)."""
    vix, most = view.market.vix.value, view.limits.manual_vix_max
    return Reading(
        "VIX for automatic orders", Stage.DATA, Sense.AT_MOST, vix, most, "points", "R-BRK-09"
    )


def may_resume(
    lock: str, net_liq: float, standing: Standing, now: datetime, limits: Limits
) -> tuple[Reading, ...]:
    """Whether a lock may be lifted without a person's judgement (R-BRK-08).

    A day after it tripped at the earliest, and with net liq 2 % above what it was then; the losses of a
    month and from the peak, and manual mode, take a person. An unknown net liq lifts nothing.
    """
    if lock in BY_HAND:
        return (
            Reading(f"{lock} lifts", Stage.DATA, Sense.IS, "by hand", "by itself", "", "R-BRK-08"),
        )
    trip = next((trip for trip in standing.trips if trip.reason == lock), None)
    hours = None if trip is None else (now - trip.at).total_seconds() / 3600.0
    before = float(trip.net_liq) if trip and trip.net_liq else nan
    gain = change(net_liq, before) if before > 0.0 and not isnan(net_liq) else None
    return (
        Reading(
            f"time since {lock}", Stage.DATA, Sense.AT_LEAST, hours, limits.resume_hours_min,
            "hours", "R-BRK-08",
        ),
        Reading(
            f"gain since {lock}", Stage.DATA, Sense.AT_LEAST, gain, limits.resume_gain_min,
            "of net liq then", "R-BRK-08",
        ),
    )  # fmt: skip


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
    manual = manual_mode(view)
    by_hand = (
        () if manual.passed or MANUAL_MODE in view.standing.reasons else ((MANUAL_MODE, manual),)
    )
    return by_hand + tuple(
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
    calm = view.market.vix.value <= limits.manual_vix_max
    return standing.streak < limits.loss_streak_max and view.net_liq > near and calm
