"""What a strategy must have shown, how dear options must be, and how long they must still live: the
conditions of entry that documents 000 and 003 put on every trade of a strategy. Off by default.
"""

from math import isnan, nan

from tomking.core.reading import Reading, Sense, Stage
from tomking.market.expiry import MINUTES_A_YEAR, years_left
from tomking.risk.case import Case
from tomking.risk.limits import named
from tomking.risk.tally import Tally


def time_is_left(case: Case) -> Reading:
    """No option that is opened ends within so many minutes (R-EVT-06)."""
    now = case.view.market.at
    left = min(
        (
            years_left(leg.contract, now)
            for leg in case.order.legs
            if leg.opens and leg.contract.is_option
        ),
        default=nan,
    )
    return Reading(
        "time to the first expiry", Stage.MARKET, Sense.AT_LEAST,
        None if isnan(left) else left * MINUTES_A_YEAR, case.view.limits.expiry_minutes_min,
        "minutes", "R-EVT-06",
    )  # fmt: skip


def options_are_dear(case: Case) -> Reading:
    """IV percentile is at least the strategy's, where it has one (R-VIX-07)."""
    order, view = case.order, case.view
    bound = dict(view.limits.iv_percentile_min).get(order.strategy)
    if bound is None:
        return Reading(
            "IV percentile (not asked)", Stage.VIX, Sense.AT_LEAST, 0.0, 0.0, "", "R-VIX-07"
        )
    seen = view.market.day.indicators.get(order.root, {}).get("iv_percentile", nan)
    return Reading(
        "IV percentile", Stage.VIX, Sense.AT_LEAST, None if isnan(seen) else seen, bound, "",
        "R-VIX-07",
    )  # fmt: skip


def record_is_good(case: Case) -> Reading:
    """The strategy has won the share that is wanted of it, once enough is closed (R-POS-06)."""
    name, view = case.order.strategy, case.view
    tally = dict(view.standing.tallies).get(name, Tally())
    decided, enough = tally.wins + tally.losses, view.limits.kelly_trades_min
    share = tally.wins / decided if decided else 0.0
    bound = named(view.limits.win_rate_min, name, 0.0)
    if bound > 0.0 and decided < enough:
        said = f"share of {name} that won (not asked: {decided} of {enough} closed)"
        return Reading(said, Stage.POSITION_LIMIT, Sense.AT_LEAST, share, 0.0, "", "R-POS-06")
    return Reading(
        f"share of {name} that won", Stage.POSITION_LIMIT, Sense.AT_LEAST, share, bound, "",
        "R-POS-06",
    )  # fmt: skip


CONDITIONS = (time_is_left, options_are_dear, record_is_good)
