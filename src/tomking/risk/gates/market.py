"""MARKET, CORRELATION, VIX and PATTERN: what is going on today, and who else is in the boat."""

from math import inf

from tomking.core.figures import change
from tomking.core.order import Purpose
from tomking.core.reading import Reading, Sense, Stage
from tomking.risk.case import Case
from tomking.risk.correlation import group_margin_max, together
from tomking.risk.counts import of_group
from tomking.risk.crisis import crisis_budget
from tomking.risk.groups import group_of
from tomking.risk.kin import counted, is_named
from tomking.risk.pattern import pattern_score
from tomking.risk.sizing import margin_in_use


def events_are_known(case: Case) -> Reading:
    """The event calendar has not run out (R-EVT-03)."""
    seen = case.view.market.day.blocked.get("unknown", "known")
    return Reading("event calendar", Stage.MARKET, Sense.IS, seen, "known", "", "R-EVT-03")


def no_event_blocks_the_day(case: Case) -> Reading:
    """None of today's events forbids new positions (R-EVT-01)."""
    blocked = [
        name for name in case.view.market.day.blocked if name in case.view.limits.events_blocked
    ]
    seen = ", ".join(blocked) or "none"
    return Reading("events today", Stage.MARKET, Sense.IS, seen, "none", "", "R-EVT-01")


def half_day_is_young(case: Case) -> Reading:
    """On a half day entries end at 11:30 (R-EVT-02)."""
    session = case.view.session
    bound = case.view.limits.early_close_entry_until_min if session.early else session.minutes
    minute = case.view.market.minute
    return Reading(
        "minutes since the open", Stage.MARKET, Sense.AT_MOST, minute, bound, "", "R-EVT-02"
    )


def entries_today_are_few(case: Case) -> Reading:
    """Fewer automatic entries today than the limit (R-POS-04)."""
    done, bound = case.view.standing.entries_today, case.view.limits.entries_a_day_max
    return Reading("entries today", Stage.MARKET, Sense.BELOW, done, bound, "", "R-POS-04")


def root_has_a_group(case: Case) -> Reading:
    """Somebody has said what the root moves with (R-COR-07)."""
    placed = group_of(case.order.root, case.view.limits.groups)
    seen = "unknown" if placed is None else "known"
    return Reading("correlation group", Stage.CORRELATION, Sense.IS, seen, "known", "", "R-COR-07")


def group_has_room(case: Case) -> Reading:
    """Fewer campaigns in the group than its limit, less what is reserved for others (R-COR-01, -03)."""
    order, view = case.order, case.view
    group = group_of(order.root, view.limits.groups)
    held, most = of_group(group, order.strategy, case.slots, view)
    return Reading(
        f"campaigns in group {group}", Stage.CORRELATION, Sense.BELOW, held, most, "", "R-COR-01"
    )


def equity_groups_have_room(case: Case) -> Reading:
    """Fewer campaigns in A1 and A2 together than the limit (R-COR-02)."""
    limits = case.view.limits
    equity = group_of(case.order.root, limits.groups) in limits.equity_groups
    held = sum(group_of(root, limits.groups) in limits.equity_groups for _, root in case.slots)
    return Reading(
        f"campaigns in {' and '.join(limits.equity_groups)}", Stage.CORRELATION, Sense.BELOW,
        held if equity else 0, limits.equity_groups_max, "", "R-COR-02",
    )  # fmt: skip


def strategy_is_alone_in_its_group(case: Case) -> Reading:
    """A strategy that may be in a group once is not there yet (R-COR-04)."""
    order, limits = case.order, case.view.limits
    group, alone = group_of(order.root, limits.groups), limits.one_per_group
    inside = [name for _, name, root in case.campaigns if group_of(root, limits.groups) == group]
    held = counted(order.strategy, inside, alone, limits.variants)
    once = is_named(order.strategy, alone, limits.variants)
    return Reading(
        f"{order.strategy} in group {group}", Stage.CORRELATION, Sense.BELOW,
        held if once else 0, 1, "", "R-COR-04",
    )  # fmt: skip


def group_margin_is_small(case: Case) -> Reading:
    """Margin of the order's groups, the order in it, stays under its share of net liq (R-COR-05).

    A roll may leave it as it was.
    """
    limits, preview = case.view.limits, case.preview
    most = group_margin_max(group_of(case.order.root, limits.groups), limits)
    if case.order.purpose is Purpose.ROLL:
        most = max(most, _group_margin(case, float(preview.before)) or 0.0)
    return Reading(
        "margin of the group", Stage.CORRELATION, Sense.AT_MOST,
        _group_margin(case, float(preview.after)), most, "of net liq", "R-COR-05",
    )  # fmt: skip


def _group_margin(case: Case, whole: float) -> float | None:
    """The part of the account's margin that is of the order's groups, as a share of net liq.

    An account that holds nothing else takes the venue's own figure; otherwise the venue's is split by
    what the rule says of each root.
    """
    view, root = case.view, case.order.root
    roots = {contract.root for contract in view.book.holdings} | {root}
    inside = together(root, roots, view.limits)
    if view.capital <= 0:
        return None
    apart = roots - inside
    outside = margin_in_use(view, apart) if apart else 0.0
    return (whole - outside) / view.capital


def vix_is_fresh(case: Case) -> Reading:
    """VIX was seen lately; there is no stand-in for it (R-VIX-03)."""
    market = case.view.market
    age = (market.at - market.vix.at).total_seconds()
    return Reading(
        "age of VIX", Stage.VIX, Sense.AT_MOST, age, case.view.limits.vix_age_max_s, "seconds",
        "R-VIX-03",
    )  # fmt: skip


def vix_allows_opening(case: Case) -> Reading:
    """VIX is not above the ceiling for anything new; puts may be unlocked (R-VIX-02)."""
    vix, bound = case.view.market.vix.value, case.view.limits.vix_open_max
    if crisis_budget(case.order, case.view) > 0.0:
        bound = inf
    return Reading("VIX", Stage.VIX, Sense.AT_MOST, vix, bound, "points", "R-VIX-02")


def vix_has_not_jumped(case: Case) -> Reading:
    """VIX is not up by half since yesterday's close (R-VIX-04)."""
    market = case.view.market
    jump = change(market.vix.value, market.day.vix_previous.value)
    return Reading(
        "rise of VIX since the last close", Stage.VIX, Sense.AT_MOST,
        jump, case.view.limits.vix_spike_max, "share", "R-VIX-04",
    )  # fmt: skip


def pattern_is_good(case: Case) -> Reading:
    """The pattern score reaches its bar; recorded, and enforced only when asked (R-PAT-01).

    A corrected score that nobody supplied volume for is recorded as unknown; enforced, it refuses.
    """
    limits = case.view.limits
    score = pattern_score(case.view.market, case.order.root, limits.pattern_form)
    if score is None and limits.pattern_mode == "record" and limits.pattern_form == "corrected":
        return Reading(
            "pattern score (recorded)",
            Stage.PATTERN,
            Sense.IS,
            "unknown",
            "unknown",
            "",
            "R-PAT-02",
        )
    enforced = limits.pattern_mode == "enforce"
    would = "pass" if score is not None and score >= limits.pattern_min else "refuse"
    recorded = f"pattern score (recorded: {limits.pattern_min:g} would {would})"
    return Reading(
        "pattern score" if enforced else recorded, Stage.PATTERN, Sense.AT_LEAST, score,
        limits.pattern_min if enforced else 0.0, "of 100", "R-PAT-01",
    )  # fmt: skip


MARKET = (events_are_known, no_event_blocks_the_day, half_day_is_young, entries_today_are_few)
CORRELATION = (
    root_has_a_group,
    group_has_room,
    equity_groups_have_room,
    strategy_is_alone_in_its_group,
    group_margin_is_small,
)
VIX = (vix_is_fresh, vix_allows_opening, vix_has_not_jumped)
PATTERN = (pattern_is_good,)
