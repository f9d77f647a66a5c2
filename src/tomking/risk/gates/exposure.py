"""GREEKS, MARGIN and POSITION_LIMIT: what the book would be with the order in it.

A trade that makes an already broken figure smaller is allowed: the bound is the limit, or what
stood there before if that was worse. Of margin this holds for a roll, which is judged on its net
change; anything else that opens finds the limit as it is.
"""

from decimal import Decimal
from math import inf

from tomking.core.money import ZERO
from tomking.core.order import Purpose
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.venue import Code
from tomking.portfolio import marks as worth
from tomking.risk.caps import reserve_of, usable_bp
from tomking.risk.case import Case
from tomking.risk.correlation import family
from tomking.risk.counts import of_phase, of_strategy
from tomking.risk.crisis import crisis_budget
from tomking.risk.exposure import (
    AUG5_MARGIN_FACTOR,
    HUNDRED_THOUSAND,
    bounds,
    joined,
    of_what_is_left,
    slope,
)
from tomking.risk.kin import row_of
from tomking.risk.sizing import held_in_row, margin_of_strategy


def _share(dollars: float, case: Case) -> float | None:
    """Dollars as a share of what the account may trade with (R-STG-02)."""
    return dollars / case.view.capital if case.view.capital > 0 else None


def _no_worse(limit: float, before: float) -> float:
    return max(limit, abs(before))


def _rolls(case: Case) -> bool:
    return case.order.purpose is Purpose.ROLL


def delta_is_small(case: Case) -> Reading:
    """The book's delta stays within its bound (R-GRK-01)."""
    most = bounds(case.view.limits, case.view.capital)
    return Reading(
        "delta of the book", Stage.GREEKS, Sense.AT_MOST, abs(case.after.delta),
        _no_worse(most.delta, case.before.delta), most.unit, "R-GRK-01",
    )  # fmt: skip


def gamma_is_small(case: Case) -> Reading:
    """The measured move changes the book's delta by no more than its bound (R-GRK-02)."""
    most = bounds(case.view.limits, case.view.capital)
    return Reading(
        "change of delta", Stage.GREEKS, Sense.AT_MOST, case.after.change,
        _no_worse(most.change, case.before.change), most.unit, "R-GRK-02",
    )  # fmt: skip


def theta_is_not_paid(case: Case) -> Reading:
    """The book does not pay more theta a day than the floor (R-GRK-03)."""
    view = case.view
    before = worth.dollar_theta(view.book.legs, view.marks)
    floor = min(view.limits.theta_min_usd * view.capital / HUNDRED_THOUSAND, before)
    return Reading(
        "theta", Stage.GREEKS, Sense.AT_LEAST, before + worth.dollar_theta(case.legs, case.marks),
        floor, "dollars a day", "R-GRK-03",
    )  # fmt: skip


def vega_is_small(case: Case) -> Reading:
    """A vol point moves the book by no more than its dollars (R-GRK-04)."""
    view = case.view
    before = worth.dollar_vega(view.book.legs, view.marks)
    after = before + worth.dollar_vega(case.legs, case.marks)
    bound = _no_worse(view.limits.vega_max_usd * view.capital / HUNDRED_THOUSAND, before)
    return Reading(
        "vega", Stage.GREEKS, Sense.AT_MOST, abs(after), bound, "dollars a vol point", "R-GRK-04"
    )


def leverage_is_small(case: Case) -> Reading:
    """Delta-weighted notional of the whole book stays under its multiple of net liq (R-GRK-06)."""
    view = case.view
    held = worth.gross_dollar_delta(view.book.legs, view.marks)
    after = worth.gross_dollar_delta(*joined(view.book.legs, view.marks, case.legs, case.marks))
    bound = _no_worse(view.limits.notional_max, _share(held, case) or 0.0)
    return Reading(
        "delta-weighted notional", Stage.GREEKS, Sense.AT_MOST,
        _share(after, case), bound, "times net liq", "R-GRK-06",
    )  # fmt: skip


def strategy_takes_its_share_of_greeks(case: Case) -> Reading:
    """The strategy's own delta and vega are at most its share of what the book may have (R-GRK-07)."""
    view, name = case.view, case.order.strategy
    bound = row_of(view.limits.greeks_by_strategy, name, view.limits.variants, inf)
    share = 0.0 if bound == inf else _share_of_greeks(case, name)
    return Reading(
        f"share of the Greeks' bounds that {name} takes", Stage.GREEKS, Sense.AT_MOST, share, bound,
        "", "R-GRK-07",
    )  # fmt: skip


def _share_of_greeks(case: Case, name: str) -> float | None:
    """The larger of a strategy's delta and vega, the order's among them, as shares of their bounds."""
    view, rows = case.view, dict(case.view.limits.greeks_by_strategy)
    held = held_in_row(view, name, rows)
    marks = view.market.marks(held)
    delta = slope(held, view, marks).delta + slope(case.legs, view, case.marks).delta
    vega = worth.dollar_vega(held, marks) + worth.dollar_vega(case.legs, case.marks)
    most = bounds(view.limits, view.capital).delta
    vega_most = view.limits.vega_max_usd * view.capital / HUNDRED_THOUSAND
    if most <= 0.0 or vega_most <= 0.0:
        return None
    return max(abs(delta) / most, abs(vega) / vega_most)


def buying_power_is_there(case: Case) -> Reading:
    """The order's margin fits into what regime, phase, stage and reserve leave (R-MRG-01).

    Puts sold in an unlocked crisis have a budget of their own beside it.
    """
    view, allowed = case.view, case.allowed
    free = usable_bp(
        view.capital,
        allowed.bp_share_max,
        reserve_of(view.market.vix.value, view.limits),
        float(case.preview.before),
    ) + crisis_budget(case.order, view)
    return Reading(
        f"margin of the order (bound by {allowed.bp_bound_by})", Stage.MARGIN, Sense.AT_MOST,
        float(case.preview.change), max(free, 0.0) if _rolls(case) else free, "dollars", "R-MRG-01",
    )  # fmt: skip


def venue_carries_the_order(case: Case) -> Reading:
    """The venue's dry run does not refuse the order for its margin (R-MRG-06)."""
    said = [str(seen) for seen in case.preview.refusals if seen.code is Code.MARGIN]
    return Reading(
        "margin refused by the venue", Stage.MARGIN, Sense.IS, said[0] if said else "none", "none",
        "", "R-MRG-06",
    )  # fmt: skip


def margin_in_all_is_small(case: Case) -> Reading:
    """Margin of the whole account stays under its ceiling (R-MRG-02)."""
    before = _share(float(case.preview.before), case) if _rolls(case) else None
    return Reading(
        "margin in all", Stage.MARGIN, Sense.AT_MOST, _share(float(case.preview.after), case),
        _no_worse(case.view.limits.margin_max, before or 0.0), "of net liq", "R-MRG-02",
    )  # fmt: skip


def margin_of_the_trade_is_small(case: Case) -> Reading:
    """The order alone, of a roll what it adds, needs less than its share of net liq (R-MRG-03)."""
    limits, preview = case.view.limits, case.preview
    rows, kinds = limits.bp_trade_by_strategy, limits.variants
    bound = row_of(rows, case.order.strategy, kinds, limits.bp_trade_max)
    return Reading(
        "margin of the trade", Stage.MARGIN, Sense.AT_MOST,
        _share(float(preview.change if _rolls(case) else preview.alone), case), bound, "of net liq",
        "R-MRG-03",
    )  # fmt: skip


def stress_loss_is_bearable(case: Case) -> Reading:
    """5 August 2024 at its low would cost the book no more than its share (R-STR-01)."""
    bound = max(case.view.limits.stress_loss_max, _share(case.stress_before, case) or 0.0)
    return Reading(
        "loss under AUG5_LOW", Stage.MARGIN, Sense.AT_MOST,
        _share(case.stress_after, case), bound, "of net liq", "R-STR-01",
    )  # fmt: skip


def stress_margin_is_met(case: Case) -> Reading:
    """After that loss, margin at 2.5 times today's is still covered (R-STR-02)."""
    before = _stressed(case.preview.before, case.stress_before, case) if _rolls(case) else None
    return Reading(
        "margin under AUG5_LOW", Stage.MARGIN, Sense.AT_MOST,
        _stressed(case.preview.after, case.stress_after, case),
        _no_worse(case.view.limits.stress_margin_max, before or 0.0), "of what is left", "R-STR-02",
    )  # fmt: skip


def _stressed(margin: Decimal, loss: float, case: Case) -> float | None:
    """Margin on the bad day as a share of what the day leaves."""
    then = float(max(margin, ZERO)) * AUG5_MARGIN_FACTOR
    return of_what_is_left(then, loss, case.view.capital)


def phase_unlocks_the_strategy(case: Case) -> Reading:
    """The account has grown into the strategy (R-PHA-04)."""
    standing, limits = case.view.standing, case.view.limits
    bound = row_of(limits.phase_by_strategy, case.order.strategy, limits.variants, 1)
    return Reading(
        "account phase", Stage.POSITION_LIMIT, Sense.AT_LEAST, standing.phase, bound, "",
        "R-PHA-04",
    )  # fmt: skip


def strategy_has_room(case: Case) -> Reading:
    """Fewer live campaigns of the strategy than its cap, which its variants share (R-POS-02)."""
    name = case.order.strategy
    held, bound = of_strategy(name, _strategies(case), case.view.limits)
    return Reading(
        f"{name} campaigns", Stage.POSITION_LIMIT, Sense.BELOW, held, bound, "", "R-POS-02"
    )


def _strategies(case: Case) -> list[str]:
    return [strategy for _, strategy, _ in case.campaigns]


def strategy_has_room_in_its_phase(case: Case) -> Reading:
    """Fewer live campaigns of the strategy and its family than the phase allows (R-POS-05)."""
    name = case.order.strategy
    held, bound = of_phase(name, _strategies(case), case.view)
    return Reading(
        f"{name} campaigns in the phase", Stage.POSITION_LIMIT, Sense.BELOW, held, bound, "",
        "R-POS-05",
    )  # fmt: skip


def phase_unlocks_the_product(case: Case) -> Reading:
    """The account has grown into what the strategy trades (R-PHA-05)."""
    order, limits = case.order, case.view.limits
    rows = {name: phase for name, root, phase in limits.roots_by_phase if root == order.root}
    own = row_of(tuple(rows.items()), order.strategy, limits.variants, 0)
    bound = max(own, rows.get("any", 0))
    return Reading(
        f"account phase for {order.root}", Stage.POSITION_LIMIT, Sense.AT_LEAST,
        case.view.standing.phase, bound, "", "R-PHA-05",
    )  # fmt: skip


def stage_unlocks_the_strategy(case: Case) -> Reading:
    """The deployment stage trades the strategy (R-STG-03)."""
    limits = case.view.limits
    bound = row_of(limits.stage_by_strategy, case.order.strategy, limits.variants, 3)
    return Reading(
        "deployment stage", Stage.POSITION_LIMIT, Sense.AT_LEAST, case.view.stage, bound, "",
        "R-STG-03",
    )  # fmt: skip


def margin_of_the_strategy_is_small(case: Case) -> Reading:
    """All campaigns of the strategy, the order among them, need less than their share (R-MRG-07).

    Of a roll it is what it adds: the rung that goes has its margin in the ladder already.
    """
    name, limits, preview = case.order.strategy, case.view.limits, case.preview
    bound = row_of(limits.bp_by_strategy, name, limits.variants, inf)
    held = 0.0 if bound == inf else margin_of_strategy(case.view, name)
    adds = float(preview.change if _rolls(case) else preview.alone)
    before = _share(held, case) if _rolls(case) else None
    return Reading(
        f"margin of {name}", Stage.MARGIN, Sense.AT_MOST, _share(held + adds, case),
        _no_worse(bound, before or 0.0), "of net liq", "R-MRG-07",
    )  # fmt: skip


def book_has_room(case: Case) -> Reading:
    """Fewer live campaigns in all than the least cap (R-POS-01)."""
    held = len(case.campaigns)
    return Reading(
        f"campaigns in all (bound by {case.allowed.positions_bound_by})", Stage.POSITION_LIMIT,
        Sense.BELOW, held, case.allowed.positions_max, "", "R-POS-01",
    )  # fmt: skip


def underlying_has_room(case: Case) -> Reading:
    """Fewer live campaigns on the underlying than its cap; MES is ES (R-POS-03)."""
    mine = family(case.order.root)
    held = sum(family(root) == mine for _, root in case.slots)
    bound = case.view.limits.positions_per_underlying_max
    return Reading(
        f"campaigns on {mine}", Stage.POSITION_LIMIT, Sense.BELOW, held, bound, "", "R-POS-03"
    )


GREEKS = (
    delta_is_small,
    gamma_is_small,
    theta_is_not_paid,
    vega_is_small,
    leverage_is_small,
    strategy_takes_its_share_of_greeks,
)
MARGIN = (
    venue_carries_the_order,
    buying_power_is_there,
    margin_in_all_is_small,
    margin_of_the_trade_is_small,
    margin_of_the_strategy_is_small,
    stress_loss_is_bearable,
    stress_margin_is_met,
)
POSITION_LIMIT = (
    phase_unlocks_the_strategy,
    phase_unlocks_the_product,
    stage_unlocks_the_strategy,
    strategy_has_room,
    strategy_has_room_in_its_phase,
    book_has_room,
    underlying_has_room,
)
