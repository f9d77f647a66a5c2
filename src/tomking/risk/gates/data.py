"""DATA: stage 0 of an opening order - breakers, reasons not to trade, quotes worth trading on."""

from collections.abc import Callable

import numpy as np

from tomking.core.reading import Reading, Sense, Stage
from tomking.market.snapshot import ASK, BID, MID
from tomking.risk import breakers
from tomking.risk.case import Case
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing


def spread_is_tradable(case: Case) -> Reading:
    """The package is not wider than a share of what its legs are worth (R-DAT-02)."""
    table, size = case.marks.table, np.abs(case.legs.quantity)
    width = float(((table[ASK] - table[BID]) * size).sum())
    worth = float((table[MID] * size).sum())
    share = width / worth if worth > 0 else None
    bound = case.view.limits.spread_max
    return Reading(
        "bid-ask width", Stage.DATA, Sense.BELOW, share, bound, "of the legs", "R-DAT-02"
    )


def trading_is_allowed(case: Case) -> Reading:
    """No reason not to trade is active (R-BRK-06)."""
    reasons = ", ".join(sorted(case.view.standing.reasons)) or "none"
    return Reading("reasons not to trade", Stage.DATA, Sense.IS, reasons, "none", "", "R-BRK-06")


def opening_is_allowed(case: Case) -> Reading:
    """Every governor lets something new be opened (R-BRK-07)."""
    closed = [cap.source for cap in case.allowed.caps if not cap.may_open]
    return Reading(
        "governors that forbid opening", Stage.DATA, Sense.IS,
        ", ".join(closed) or "none", "none", "", "R-BRK-07",
    )  # fmt: skip


def rung_lets_open(case: Case) -> Reading:
    """The desk stands on the lowest rung of the kill ladder (R-RNG-01)."""
    rung = case.view.standing.ladder.rung.name
    return Reading("rung of the kill ladder", Stage.DATA, Sense.IS, rung, "NORMAL", "", "R-RNG-01")


def _read(breaker: Callable[[float, Standing, Limits], Reading], case: Case) -> Reading:
    view = case.view
    return breaker(view.net_liq, view.standing, view.limits)


def loss_today_is_small(case: Case) -> Reading:
    """The day's loss is under its limit (R-BRK-01)."""
    return _read(breakers.loss_today, case)


def loss_this_week_is_small(case: Case) -> Reading:
    """The week's loss is under its limit (R-BRK-02)."""
    return _read(breakers.loss_this_week, case)


def loss_this_month_is_small(case: Case) -> Reading:
    """The month's loss is under its limit (R-BRK-03)."""
    return _read(breakers.loss_this_month, case)


def losses_in_a_row_are_few(case: Case) -> Reading:
    """Fewer losing campaigns in a row than the limit (R-BRK-04)."""
    return _read(breakers.losses_in_a_row, case)


DATA = (
    trading_is_allowed,
    opening_is_allowed,
    rung_lets_open,
    loss_today_is_small,
    loss_this_week_is_small,
    loss_this_month_is_small,
    losses_in_a_row_are_few,
    spread_is_tradable,
)
