"""Which gates a file's order meets, and which ask for what the file does not say.

Every gate the engine asks of an opening order has a row here: a test compares the two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from tomking.app.event_calendar import own_events
from tomking.app.ticket.campaigns import ORDER
from tomking.app.ticket.file import CLOCK, Ticket
from tomking.app.ticket.underlying import has_row
from tomking.core.reading import Reading
from tomking.core.value import value
from tomking.data.families import family_of
from tomking.data.tables import events
from tomking.market.events import UNKNOWN
from tomking.market.quoted import Quoted
from tomking.market.sessions import session_of
from tomking.risk.breakers import manual_mode
from tomking.risk.case import Case
from tomking.risk.gates import conditions, data, exposure, market, prevention, record, sanity
from tomking.risk.judge import Gate, unknown_product
from tomking.risk.kin import row_of
from tomking.risk.limits import Limits


class Need(StrEnum):
    """What a gate asks for beside legs, settings and net liq; the words say what a file leaves out."""

    VIX = "VIX"
    SEEN = "when VIX was seen"
    CLOSE = "VIX at the last close"
    CALENDAR = "a day the event calendar reaches"
    TIME = "at what time of a session it is sent"
    LAST = "at what time of its last day it is sent"
    GROUP = "a symbol whose group is known"
    HELD = "what is held"
    STRATEGY = "whose strategy the legs are"
    PAST = "what the account did before"
    WIDTH = "bids and asks"
    PRICES = "the prices of the days before"
    VOLS = "a year of its implied volatility"
    RECORD = "how the strategy's campaigns ended"


@value
class Row:
    """A gate, what it is called here with its rule, and what it needs: the first missing is said."""

    gate: Gate
    name: str
    needs: tuple[Need, ...] = ()


@value
class Unasked:
    """Limits that were not asked, by name and rule, and what the file would have to say."""

    limits: tuple[str, ...]
    missing: str

    def __str__(self) -> str:
        return f"{', '.join(self.limits)} (the file does not say {self.missing})"


PAST, COUNTED, OF_THE_STRATEGY = (Need.PAST,), (Need.GROUP, Need.HELD), (Need.STRATEGY,)
ALONE = (*COUNTED, *OF_THE_STRATEGY)
#: VIX for automatic orders is a breaker that an opening order is held against as well.
MANUAL = Row(lambda case: manual_mode(case.view), "manual mode (R-BRK-09)", (Need.VIX,))

#: Asked of the file by other names: what the venue would object to, the price, what may be closed.
BY_THE_VENUE: tuple[Gate, ...] = (
    sanity.price_is_on_a_tick, sanity.price_is_within_the_band, sanity.venue_takes_the_order,
    sanity.closes_no_more_than_it_holds, sanity.no_leg_opposes_another,
)  # fmt: skip

#: What a gate that is asked would ask besides, if the file said it: a governor among several.
PART_OF_ROWS: Mapping[Need, tuple[str, ...]] = MappingProxyType(
    {Need.PAST: ("drawdown of the account (R-BRK-05)",)}
)
ROWS = (
    Row(sanity.every_leg_is_quoted, "a quote of every leg (R-DAT-03)", (Need.WIDTH,)),
    Row(sanity.quotes_are_fresh, "age of the quotes (R-DAT-01)", (Need.WIDTH,)),
    Row(sanity.quotes_are_not_crossed, "crossed quotes (R-DAT-04)", (Need.WIDTH,)),
    Row(sanity.fuse_is_whole, "the fuse (R-VEN-06)", PAST),
    Row(data.trading_is_allowed, "reasons not to trade (R-BRK-06)", PAST),
    Row(data.opening_is_allowed, "phase and stage that forbid opening (R-BRK-07)"),
    Row(data.rung_lets_open, "rung of the kill ladder (R-RNG-01)", PAST),
    Row(data.loss_today_is_small, "loss of the day (R-BRK-01)", PAST),
    Row(data.loss_this_week_is_small, "loss of the week (R-BRK-02)", PAST),
    Row(data.loss_this_month_is_small, "loss of the month (R-BRK-03)", PAST),
    Row(data.losses_in_a_row_are_few, "losses in a row (R-BRK-04)", PAST),
    Row(data.spread_is_tradable, "width of the quotes (R-DAT-02)", (Need.WIDTH,)),
    Row(record.half_of_them_win, "wins of the last 20 (R-EXP-01)", PAST),
    Row(record.mean_r_is_not_negative, "mean of the last 30 (R-EXP-02)", PAST),
    Row(market.events_are_known, "event calendar (R-EVT-03)"),
    Row(market.no_event_blocks_the_day, "events of the day (R-EVT-01)", (Need.CALENDAR,)),
    Row(market.half_day_is_young, "time of the session (R-EVT-02)", (Need.TIME,)),
    Row(market.entries_today_are_few, "entries today (R-POS-04)", PAST),
    Row(conditions.time_is_left, "time to the first expiry (R-EVT-06)", (Need.LAST,)),
    Row(conditions.expiry_is_far_enough, "least days to expiry (R-EVT-07)", OF_THE_STRATEGY),
    Row(conditions.expiry_is_near_enough, "most days to expiry (R-EVT-08)", OF_THE_STRATEGY),
    Row(market.root_has_a_group, "correlation group (R-COR-07)", (Need.GROUP,)),
    Row(market.group_has_room, "room in the group (R-COR-01)", COUNTED),
    Row(market.equity_groups_have_room, "room in the equity groups (R-COR-02)", COUNTED),
    Row(market.strategy_is_alone_in_its_group, "one of a kind in a group (R-COR-04)", ALONE),
    Row(market.group_margin_is_small, "margin of the group (R-COR-05)", (Need.GROUP,)),
    Row(prevention.equity_is_not_crowded, "campaigns on equities (R-PRE-01)", COUNTED),
    Row(prevention.expiry_is_its_own, "one of a kind in an expiry (R-PRE-02)", ALONE),
    MANUAL,
    Row(market.vix_is_fresh, "age of VIX (R-VIX-03)", (Need.VIX, Need.SEEN)),
    Row(market.vix_allows_opening, "VIX ceiling (R-VIX-02)", (Need.VIX,)),
    Row(market.vix_has_not_jumped, "rise of VIX (R-VIX-04)", (Need.VIX, Need.CLOSE)),
    Row(conditions.crisis_takes_puts, "puts alone in a crisis (R-VIX-08)", (Need.VIX,)),
    Row(conditions.options_are_dear, "IV percentile (R-VIX-07)", (Need.STRATEGY, Need.VOLS)),
    Row(market.pattern_is_good, "pattern score (R-PAT-01)", (Need.PRICES,)),
    Row(exposure.delta_is_small, "delta of the book (R-GRK-01)"),
    Row(exposure.gamma_is_small, "change of delta (R-GRK-02)"),
    Row(exposure.theta_is_not_paid, "theta (R-GRK-03)"),
    Row(exposure.vega_is_small, "vega (R-GRK-04)"),
    Row(exposure.leverage_is_small, "delta-weighted notional (R-GRK-06)"),
    Row(
        exposure.strategy_takes_its_share_of_greeks,
        "Greeks of the strategy (R-GRK-07)",
        OF_THE_STRATEGY,
    ),
    Row(exposure.venue_carries_the_order, "margin refused by the venue (R-MRG-06)"),
    Row(exposure.buying_power_is_there, "margin of the order (R-MRG-01)"),
    Row(exposure.margin_in_all_is_small, "margin in all (R-MRG-02)"),
    Row(exposure.margin_of_the_trade_is_small, "margin of the trade (R-MRG-03)"),
    Row(
        exposure.margin_of_the_strategy_is_small,
        "margin of the strategy (R-MRG-07)",
        OF_THE_STRATEGY,
    ),
    Row(exposure.stress_loss_is_bearable, "loss under AUG5_LOW (R-STR-01)"),
    Row(exposure.stress_margin_is_met, "margin under AUG5_LOW (R-STR-02)"),
    Row(exposure.phase_unlocks_the_strategy, "strategies by phase (R-PHA-04)", OF_THE_STRATEGY),
    Row(exposure.phase_unlocks_the_product, "products by phase (R-PHA-05)", OF_THE_STRATEGY),
    Row(exposure.stage_unlocks_the_strategy, "strategies by stage (R-STG-03)", OF_THE_STRATEGY),
    Row(exposure.strategy_has_room, "campaigns of the strategy (R-POS-02)", ALONE),
    Row(exposure.strategy_has_room_in_its_phase, "campaigns in its phase (R-POS-05)", ALONE),
    Row(exposure.book_has_room, "campaigns in all (R-POS-01)", COUNTED),
    Row(exposure.underlying_has_room, "campaigns on the underlying (R-POS-03)", COUNTED),
    Row(prevention.premium_sold_is_little, "campaigns sold for a credit (R-PRE-03)", COUNTED),
    Row(prevention.expiries_are_apart, "campaigns around its expiry (R-PRE-07)", COUNTED),
    Row(conditions.record_is_good, "share that won (R-POS-06)", (Need.STRATEGY, Need.RECORD)),
)  # fmt: skip


def dated(market: Quoted, root: str, limits: Limits) -> Quoted:
    """The market of a file with its day's events: those that may forbid entries or move the root."""
    family = family_of(root)
    names = dict.fromkeys((*limits.events_blocked, *(family.events if family else ())))
    found = events(own_events()).on(market.at.date(), tuple(names))
    return replace(market, day=replace(market.day, blocked=found))


def known_of(case: Case, asked: Ticket) -> frozenset[Need]:
    """What a case has of what some gates ask for."""
    market, strategy, limits = case.view.market, case.order.strategy, case.view.limits

    def has_no(rows: tuple[tuple[str, float], ...]) -> bool:
        """Whether a condition is put on other strategies only, so that it needs no figure."""
        return row_of(rows, strategy, limits.variants, None) is None

    timed = CLOCK in asked.said
    first = min(leg.contract.expiry for leg in case.order.legs)
    there = {
        Need.VIX: market.vix.value == market.vix.value,
        Need.CALENDAR: UNKNOWN not in market.day.blocked,
        Need.TIME: timed and session_of(asked.at.date()) is not None,
        Need.LAST: timed or asked.at.date() < first,
        Need.GROUP: has_row(asked.product),
        Need.HELD: asked.account is not None,
        Need.STRATEGY: strategy != ORDER,
        Need.VOLS: has_no(limits.iv_percentile_min),
        Need.PAST: asked.past is not None,
        Need.RECORD: has_no(limits.win_rate_min) or asked.past is not None,
    }
    return frozenset(need for need, is_there in there.items() if is_there)


def asked_of(case: Case, known: frozenset[Need]) -> tuple[Reading, ...]:
    """Every gate that the file's figures suffice for, in the order of the evaluation stages."""
    found = tuple(row.gate(case) for row in ROWS if _missing(row, known) is None)
    return found if Need.GROUP in known else (*found, unknown_product(case.order))


def unasked(known: frozenset[Need]) -> Iterator[Unasked]:
    """The limits that were not asked, for want of what."""
    for need in Need:
        names = tuple(row.name for row in ROWS if _missing(row, known) is need)
        names += () if need in known else PART_OF_ROWS.get(need, ())
        if names:
            yield Unasked(names, need.value)


def _missing(row: Row, known: frozenset[Need]) -> Need | None:
    """The first thing a gate needs that is not known."""
    return next((need for need in row.needs if need not in known), None)
