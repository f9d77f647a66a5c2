"""What a strategy must have shown, how dear options must be, and how long they must still live: the
conditions of entry that documents 000 and 003 put on every trade of a strategy. Off by default.
"""

from math import inf, isnan, nan

from tomking.core.calendar import dte
from tomking.core.reading import Reading, Sense, Stage
from tomking.market.expiry import MINUTES_A_YEAR, years_left
from tomking.risk.case import Case
from tomking.risk.crisis import in_crisis, opens_puts_only
from tomking.risk.kin import row_of
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


def expiry_is_far_enough(case: Case) -> Reading:
    """The nearest option that is opened has the strategy's least days left (R-EVT-07)."""
    days = min(_ends(case), default=None)
    limits = case.view.limits
    bound = row_of(limits.dte_min, case.order.strategy, limits.variants, 0.0)
    return Reading(
        "days to the first expiry", Stage.MARKET, Sense.AT_LEAST, days, bound, "days", "R-EVT-07"
    )


def expiry_is_near_enough(case: Case) -> Reading:
    """The farthest option that is opened has no more than the strategy's most days left (R-EVT-08)."""
    days = max(_ends(case), default=None)
    limits = case.view.limits
    bound = row_of(limits.dte_max, case.order.strategy, limits.variants, inf)
    return Reading(
        "days to the last expiry", Stage.MARKET, Sense.AT_MOST, days, bound, "days", "R-EVT-08"
    )


def _ends(case: Case) -> list[int]:
    today = case.view.session.day
    opened = (leg.contract for leg in case.order.legs if leg.opens and leg.contract.is_option)
    return [dte(contract.expiry, today) for contract in opened]


def crisis_takes_puts(case: Case) -> Reading:
    """In a crisis nothing but puts is opened, where that is asked for (R-VIX-08)."""
    asked = case.view.limits.crisis_opens == "puts" and in_crisis(case.view)
    fits = not asked or opens_puts_only(case.order)
    seen = "puts alone" if fits else "other options"
    return Reading(
        "opened in a crisis", Stage.VIX, Sense.IS, seen if asked else "not asked",
        "puts alone" if asked else "not asked", "", "R-VIX-08",
    )  # fmt: skip


def options_are_dear(case: Case) -> Reading:
    """IV percentile is at least the strategy's, where it has one (R-VIX-07)."""
    order, view = case.order, case.view
    rows, kinds = view.limits.iv_percentile_min, view.limits.variants
    bound = row_of(rows, order.strategy, kinds, None)
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
    bound = row_of(view.limits.win_rate_min, name, view.limits.variants, 0.0)
    if bound > 0.0 and decided < enough:
        said = f"share of {name} that won (not asked: {decided} of {enough} closed)"
        return Reading(said, Stage.POSITION_LIMIT, Sense.AT_LEAST, share, 0.0, "", "R-POS-06")
    return Reading(
        f"share of {name} that won", Stage.POSITION_LIMIT, Sense.AT_LEAST, share, bound, "",
        "R-POS-06",
    )  # fmt: skip


MARKET_CONDITIONS = (time_is_left, expiry_is_far_enough, expiry_is_near_enough)
VIX_CONDITIONS = (crisis_takes_puts, options_are_dear)
POSITION_CONDITIONS = (record_is_good,)
