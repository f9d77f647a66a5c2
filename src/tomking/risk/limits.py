"""Every figure a gate compares with, as one plain value.

Defaults are the rulebook's; each field carries its unit, its rule id and the bounds a configuration
may choose from. ``app`` fills it from TOML; nothing below ``app`` sees the file.
"""

from dataclasses import field
from typing import Any

from tomking.core.value import value
from tomking.risk.groups import EQUITY_GROUPS, GROUPS, Groups
from tomking.risk.kin import FAMILIES, VARIANTS
from tomking.risk.unlocks import ROOTS_BY_PHASE, Unlocks

Pairs = tuple[tuple[float, float], ...]
Named = tuple[tuple[str, float], ...]


def about(unit: str, rule: str, low: float = 0.0, high: float = 1e12) -> dict[str, Any]:
    """The metadata of a limit: unit, rule id, and the bounds it may be set within."""
    return {"unit": unit, "rule": rule, "low": low, "high": high}


SHARE = "share of net liq"


@value
class Limits:
    """The default sheet (rulebook 0.5 as corrected by 0.6)."""

    # VIX and buying power.
    vix_bands: Pairs = field(
        default=((13.0, 0.45), (18.0, 0.65), (25.0, 0.75), (30.0, 0.50), (1e9, 0.50)),
        metadata=about("VIX below this: share of net liq", "R-VIX-01"),
    )
    vix_table: str = field(
        default="bands",
        metadata=about(
            "bands | A | A_PUTS | A_LOW | A_HIGH | B | C | D | E | F | G | H | I", "R-VIX-01"
        ),
    )
    vix_hysteresis: float = field(default=0.0, metadata=about("points", "R-VIX-05", 0, 10))
    crisis_puts_max: float = field(default=0.20, metadata=about(SHARE, "R-VIX-06", 0, 0.5))
    crisis_vix: float = field(default=30.0, metadata=about("VIX points", "R-VIX-06", 0, 100))
    crisis_opens: str = field(default="all", metadata=about("all | puts", "R-VIX-08"))
    vix_open_max: float = field(default=35.0, metadata=about("points", "R-VIX-02", 0, 60))
    vix_age_max_s: float = field(default=300.0, metadata=about("seconds", "R-VIX-03", 1, 3600))
    vix_spike_max: float = field(default=0.50, metadata=about("share of a day", "R-VIX-04", 0, 5))
    reserve: float = field(default=0.20, metadata=about(SHARE, "R-MRG-01", 0, 0.9))
    reserve_by_vix: Pairs = field(
        default=(), metadata=about("VIX from this: share kept back", "R-MRG-08", 0, 0.95)
    )
    margin_max: float = field(default=0.80, metadata=about(SHARE, "R-MRG-02", 0, 1))
    bp_trade_max: float = field(default=0.30, metadata=about(SHARE, "R-MRG-03", 0, 1))
    bp_trade_by_strategy: Named = field(
        default=(
            ("friday_0dte", 0.20), ("friday_0dte_broken", 0.20), ("lt112", 0.30),
            ("strangle", 0.25), ("strangle_cl", 0.25), ("strangle_gc", 0.25), ("leap_ladder", 0.06),
        ),
        metadata=about(SHARE, "R-MRG-03"),
    )  # fmt: skip
    bp_by_strategy: Named = field(
        default=(("leap_ladder", 0.20),), metadata=about(SHARE, "R-MRG-07")
    )
    # Account phases and the deployment stage.
    phases_usd: tuple[float, ...] = field(
        default=(40_000.0, 55_000.0, 75_000.0, 95_000.0), metadata=about("dollars", "R-PHA-01")
    )
    phases_gbp: tuple[float, ...] = field(
        default=(30_000.0, 40_000.0, 60_000.0, 75_000.0), metadata=about("pounds", "R-PHA-01")
    )
    usd_per_gbp: float = field(
        default=1.27, metadata=about("dollars a pound", "R-PHA-02", 0.5, 3.0)
    )
    bp_by_phase: Pairs = field(
        default=((1, 0.50), (2, 0.65), (3, 0.75), (4, 0.80)), metadata=about(SHARE, "R-PHA-03")
    )
    positions_by_phase: Pairs = field(
        default=((1, 3), (2, 5), (3, 7), (4, 10)), metadata=about("campaigns", "R-POS-01")
    )
    phase_by_strategy: Named = field(
        default=(
            ("friday_0dte", 1), ("friday_0dte_broken", 1), ("lt112", 2), ("lt112_calendarised", 2),
            ("lt112_xl", 2), ("strangle", 2), ("ipmcc", 2), ("ipmcc_qqq", 2),
            ("leap_ladder", 2), ("leap_protect", 2), ("put_ratio", 2), ("iron_condor", 2),
            ("bear_trap", 3), ("butterfly_0dte", 3), ("butterfly", 3), ("iron_butterfly", 3),
            ("broken_wing", 3), ("diagonal", 3), ("calendar", 3), ("box", 3),
        ),
        metadata=about("phase", "R-PHA-04"),
    )  # fmt: skip
    roots_by_phase: Unlocks = field(
        default=ROOTS_BY_PHASE, metadata=about("strategy, root, phase", "R-PHA-05")
    )
    phase_gates: str = field(default="off", metadata=about("off | on", "R-PHA-06"))
    phase_months: Pairs = field(
        default=((2, 2), (3, 3), (4, 4)), metadata=about("months in the phase before", "R-PHA-06")
    )
    phase_wins: Pairs = field(
        default=((2, 0.60), (3, 0.65), (4, 0.70)), metadata=about("share that won", "R-PHA-06")
    )
    phase_drawdown: Pairs = field(
        default=((2, 0.15), (3, 0.12), (4, 0.10)), metadata=about("drawdown", "R-PHA-06")
    )
    phase_trades: Pairs = field(
        default=((2, 20), (3, 50), (4, 100)), metadata=about("closed campaigns", "R-PHA-06")
    )
    phase_demote_drawdown: float = field(
        default=0.20, metadata=about("drawdown", "R-PHA-07", 0.01, 1)
    )
    stage: int = field(default=4, metadata=about("deployment stage", "R-STG-01", 0, 4))
    bp_by_stage: Pairs = field(
        default=((0, 0.0), (1, 0.30), (2, 0.40), (3, 0.65), (4, 0.80)),
        metadata=about(SHARE, "R-STG-01"),
    )
    positions_by_stage: Pairs = field(
        default=((0, 0), (1, 1), (2, 3), (3, 5), (4, 10)), metadata=about("campaigns", "R-STG-01")
    )
    stage_capital_gbp: Pairs = field(
        default=((0, 0.0), (1, 5_000.0), (2, 10_000.0), (3, 20_000.0), (4, 1e9)),
        metadata=about("pounds", "R-STG-02"),
    )
    stage_by_strategy: Named = field(
        default=(
            ("friday_0dte", 1), ("friday_0dte_broken", 1), ("lt112", 2), ("lt112_calendarised", 3),
            ("lt112_xl", 3), ("bear_trap", 4), ("butterfly_0dte", 4), ("butterfly", 4),
            ("iron_butterfly", 4), ("broken_wing", 4), ("put_ratio", 4), ("diagonal", 4),
            ("calendar", 4), ("box", 4),
        ),
        metadata=about("stage; three where a strategy is not named", "R-STG-03"),
    )  # fmt: skip
    stage_successes: Pairs = field(
        default=((1, 0), (2, 5), (3, 10), (4, 20)), metadata=about("campaigns won", "R-STG-04")
    )
    stage_weeks: Pairs = field(
        default=((1, 0), (2, 2), (3, 2), (4, 2)),
        metadata=about("weeks in the stage before", "R-STG-04"),
    )
    # Positions and sizes.
    variants: Groups = field(default=VARIANTS, metadata=about("strategies", "R-POS-08"))
    positions_by_strategy: Named = field(
        default=(
            ("friday_0dte", 2), ("lt112", 4), ("strangle", 3), ("ipmcc", 2), ("leap_ladder", 5),
            ("bear_trap", 1), ("butterfly_0dte", 4), ("butterfly", 4), ("iron_butterfly", 1),
            ("broken_wing", 4), ("put_ratio", 4), ("iron_condor", 2), ("diagonal", 4),
            ("calendar", 4), ("box", 1),
        ),
        metadata=about("campaigns", "R-POS-02"),
    )  # fmt: skip
    positions_by_strategy_phase: tuple[tuple[str, Pairs], ...] = field(
        default=(
            ("strangle", ((1, 1), (2, 3), (3, 4), (4, 5))),
            ("ipmcc", ((1, 1), (2, 2), (3, 3), (4, 4))),
            ("leap_ladder", ((1, 0), (2, 2), (3, 3), (4, 10))),
            ("put_ratio", ((1, 0), (2, 2), (3, 4), (4, 5))),
            ("butterfly_0dte", ((1, 0), (3, 2), (4, 4))),
            ("diagonal", ((1, 0), (3, 2), (4, 4))),
        ),
        metadata=about("campaigns by phase", "R-POS-05"),
    )  # fmt: skip
    families: Groups = field(default=FAMILIES, metadata=about("strategies", "R-POS-05"))
    positions_per_underlying_max: int = field(
        default=2, metadata=about("campaigns", "R-POS-03", 1, 20)
    )
    entries_a_day_max: int = field(default=10, metadata=about("entries", "R-POS-04", 0, 100))
    stop_risk_max: float = field(default=0.02, metadata=about(SHARE, "R-SIZ-01", 0, 0.2))
    defined_risk_max: float = field(default=0.05, metadata=about(SHARE, "R-SIZ-02", 0, 0.5))
    contracts_by_gbp: tuple[tuple[str, Pairs], ...] = field(
        default=(
            (
                "friday_0dte",
                ((30_000, 1), (40_000, 2), (75_000, 3), (100_000, 4), (150_000, 5)),
            ),
        ),
        metadata=about("full-size contracts at this many pounds", "R-SIZ-03"),
    )
    contracts_by_phase: tuple[tuple[str, Pairs], ...] = field(
        default=(("lt112", ((1, 0.0), (2, 0.4), (3, 1.0), (4, 3.0))),),
        metadata=about("full-size units by phase", "R-SIZ-04"),
    )
    kelly_mode: str = field(default="off", metadata=about("off | on", "R-SIZ-10"))
    kelly_share: float = field(default=0.25, metadata=about("of Kelly's share", "R-SIZ-10", 0, 1))
    kelly_max: float = field(default=0.05, metadata=about(SHARE, "R-SIZ-10", 0, 0.25))
    kelly_trades_min: int = field(
        default=20, metadata=about("closed campaigns", "R-SIZ-10", 1, 1000)
    )
    win_streak: int = field(default=0, metadata=about("wins in a row; 0 is off", "R-SIZ-08", 0, 50))
    win_streak_factor: float = field(default=0.75, metadata=about("of the size", "R-SIZ-08", 0, 1))
    size_by_vix: Pairs = field(
        default=(), metadata=about("VIX from this: share of the size", "R-SIZ-11", 0, 2)
    )
    event_size_factor: float = field(default=1.0, metadata=about("of the size", "R-SIZ-09", 0, 1))
    # Conditions of entry that documents put on a strategy.
    win_rate_min: Named = field(default=(), metadata=about("share that won", "R-POS-06", 0, 1))
    iv_percentile_min: Named = field(default=(), metadata=about("IV percentile", "R-VIX-07", 0, 1))
    dte_min: Named = field(default=(), metadata=about("days", "R-EVT-07", 0, 3650))
    dte_max: Named = field(default=(), metadata=about("days", "R-EVT-08", 0, 3650))
    expiry_minutes_min: float = field(default=30.0, metadata=about("minutes", "R-EVT-06", 0, 1e6))
    # Correlation groups.
    one_slot: tuple[str, ...] = field(
        default=("leap_ladder", "leap_protect", "ipmcc"), metadata=about("strategies", "R-COR-08")
    )
    group_max_by_phase: tuple[tuple[str, Pairs], ...] = field(
        default=(), metadata=about("campaigns by phase", "R-COR-01")
    )
    group_max: Named = field(
        default=(
            ("A1", 2), ("A2", 3), ("B1", 2), ("B2", 2), ("C1", 2),
            ("C2", 1), ("D1", 2), ("D2", 1), ("E", 2), ("V", 1),
        ),
        metadata=about("campaigns", "R-COR-01"),
    )  # fmt: skip
    groups: Groups = field(default=GROUPS, metadata=about("roots", "R-COR-07"))
    equity_groups: tuple[str, ...] = field(
        default=EQUITY_GROUPS, metadata=about("groups", "R-COR-02")
    )
    group_margin_max: Named = field(default=(), metadata=about(SHARE, "R-COR-05", 0, 1))
    equity_groups_max: int = field(default=3, metadata=about("campaigns", "R-COR-02", 1, 20))
    group_reserve: tuple[tuple[str, str, int], ...] = field(
        default=(("A1", "friday_0dte", 1),), metadata=about("group, strategy, slots", "R-COR-03")
    )
    one_per_group: tuple[str, ...] = field(
        default=("lt112",), metadata=about("strategies", "R-COR-04")
    )
    short_margin_equity_max: float = field(default=0.30, metadata=about(SHARE, "R-COR-05", 0, 1))
    short_margin_other_max: float = field(default=0.20, metadata=about(SHARE, "R-COR-05", 0, 1))
    group_vix_step: float = field(default=30.0, metadata=about("VIX points", "R-COR-06", 0, 100))
    # What would have kept an account out of 5 August 2024.
    equity_positions_by_phase: Pairs = field(
        default=((0, 2), (4, 3)), metadata=about("campaigns on equities", "R-PRE-01")
    )
    expiry_near_days: int = field(default=3, metadata=about("days", "R-PRE-07", 0, 30))
    expiry_near_max: int = field(
        default=3, metadata=about("campaigns around an expiry", "R-PRE-07", 1, 100)
    )
    short_premium_max: int = field(
        default=5, metadata=about("campaigns sold for a credit", "R-PRE-03", 0, 100)
    )
    positions_max: int = field(default=10, metadata=about("campaigns", "R-PRE-03", 0, 100))
    short_margin_equity_warn: float = field(default=0.20, metadata=about(SHARE, "R-PRE-04", 0, 1))
    bullish_warn: int = field(default=4, metadata=about("campaigns", "R-PRE-05", 1, 100))
    correlation_warn: float = field(
        default=0.70, metadata=about("mean correlation", "R-PRE-06", -1, 1)
    )
    correlation_reduce: float = field(
        default=0.80, metadata=about("mean correlation", "R-PRE-06", -1, 1)
    )
    correlation_halt: float = field(
        default=0.90, metadata=about("mean correlation", "R-PRE-06", -1, 1)
    )
    # Greeks.
    delta_share_max: float = field(
        default=0.60, metadata=about("dollar delta as a share of net liq", "R-GRK-01", 0, 10)
    )
    gamma_share_max: float = field(
        default=0.72,
        metadata=about("change of dollar delta for 1 %, as a share of net liq", "R-GRK-02", 0, 10),
    )
    delta_shares_max: float = field(
        default=100.0, metadata=about("SPY shares per $100k, s4_literal", "R-GRK-05", 0, 1e5)
    )
    gamma_shares_max: float = field(
        default=20.0, metadata=about("SPY shares a point per $100k, s4_literal", "R-GRK-05", 0, 1e5)
    )
    theta_min_usd: float = field(
        default=-500.0, metadata=about("dollars a day per $100k", "R-GRK-03", -1e5, 0)
    )
    vega_max_usd: float = field(
        default=500.0, metadata=about("dollars a vol point per $100k", "R-GRK-04", 0, 1e5)
    )
    greeks_by_strategy: Named = field(
        default=(), metadata=about("share of the bounds", "R-GRK-07", 0, 1)
    )
    greeks_mode: str = field(default="dollars", metadata=about("dollars | s4_literal", "R-GRK-05"))
    notional_max: float = field(
        default=3.0, metadata=about("delta-weighted notional as a multiple", "R-GRK-06", 0, 20)
    )
    # Losses.
    loss_day_max: float = field(default=0.05, metadata=about(SHARE, "R-BRK-01", 0, 1))
    loss_week_max: float = field(default=0.10, metadata=about(SHARE, "R-BRK-02", 0, 1))
    loss_month_max: float = field(default=0.15, metadata=about(SHARE, "R-BRK-03", 0, 1))
    loss_streak_max: int = field(
        default=3, metadata=about("losing campaigns in a row", "R-BRK-04", 1, 20)
    )
    drawdown_halve: float = field(default=0.10, metadata=about("drawdown", "R-BRK-05", 0, 1))
    drawdown_stop: float = field(default=0.15, metadata=about("drawdown", "R-BRK-05", 0, 1))
    drawdown_lock: float = field(default=0.20, metadata=about("drawdown", "R-BRK-05", 0, 1))
    resume_hours_min: float = field(default=24.0, metadata=about("hours", "R-BRK-08", 0, 1000))
    resume_gain_min: float = field(
        default=0.02, metadata=about("gain from net liq at the trip", "R-BRK-08", 0, 1)
    )
    manual_vix_warn: float = field(default=40.0, metadata=about("points", "R-BRK-09", 0, 200))
    manual_vix_max: float = field(default=50.0, metadata=about("points", "R-BRK-09", 0, 200))
    # A strategy's own record.
    expectancy_wins_over: int = field(
        default=20, metadata=about("closed campaigns", "R-EXP-01", 1, 1000)
    )
    expectancy_wins_min: float = field(
        default=0.50, metadata=about("share of those closed", "R-EXP-01", 0, 1)
    )
    expectancy_mean_over: int = field(
        default=30, metadata=about("closed campaigns", "R-EXP-02", 1, 1000)
    )
    expectancy_mean_min: float = field(default=0.0, metadata=about("R", "R-EXP-02", -10, 10))
    expectancy_alert: float = field(default=0.05, metadata=about("R", "R-EXP-03", -10, 10))
    # Alarms and the kill ladder.
    alarm_loss: Named = field(
        default=(("YELLOW", 0.00714), ("ORANGE", 0.01429), ("RED", 0.02857)),
        metadata=about("day's loss as a share of its start", "R-ALM-01", 0, 1),
    )
    alarm_vix: Named = field(
        default=(("YELLOW", 30.0), ("ORANGE", 35.0)), metadata=about("points", "R-ALM-02", 0, 200)
    )
    alarm_flash: float = field(
        default=0.015, metadata=about("move of the index", "R-ALM-03", 0.001, 1)
    )
    alarm_flash_min: float = field(default=15.0, metadata=about("minutes", "R-ALM-03", 1, 120))
    alarm_margin: float = field(default=0.95, metadata=about(SHARE, "R-ALM-04", 0, 5))
    alarm_position: float = field(
        default=0.0029,
        metadata=about("campaign's loss today as a share of net liq", "R-ALM-05", 0, 1),
    )
    alarm_from_high: float = field(
        default=0.03, metadata=about("loss from the day's high", "R-ALM-06", 0, 1)
    )
    alarm_losses_min: int = field(
        default=3, metadata=about("losing campaigns in a day", "R-ALM-07", 1, 100)
    )
    alarm_loss_rate: float = field(
        default=0.50, metadata=about("share of the day's campaigns", "R-ALM-07", 0, 1)
    )
    alarm_vix_jump: str = field(default="YELLOW", metadata=about("YELLOW | ORANGE", "R-ALM-08"))
    alarm_poll_s: float = field(default=15.0, metadata=about("seconds", "R-ALM-10", 1, 300))
    orange_bp_factor: float = field(
        default=0.80, metadata=about("times the share that binds, as shown", "R-RNG-03", 0, 1)
    )
    reduce_closes_max: int = field(default=5, metadata=about("positions", "R-RNG-04", 1, 100))
    unwind_order: tuple[str, ...] = field(
        default=(
            "friday_0dte", "butterfly_0dte", "butterfly", "iron_butterfly", "broken_wing",
            "iron_condor", "strangle", "lt112", "put_ratio", "bear_trap", "leap_ladder",
            "diagonal", "calendar", "ipmcc",
        ),
        metadata=about("strategies", "R-RNG-05"),
    )  # fmt: skip
    excess_fall: float = field(default=0.02, metadata=about("fall of spot", "R-RNG-07", 0, 0.5))
    emergency_auto: str = field(default="propose", metadata=about("propose | auto", "R-RNG-08"))
    emergency_hedge: str = field(default="propose", metadata=about("propose | auto", "R-RNG-09"))
    # Quotes and events.
    quote_age_max_s: float = field(default=30.0, metadata=about("seconds", "R-DAT-01", 1, 600))
    spread_max: float = field(
        default=0.20, metadata=about("package width as a share of its legs", "R-DAT-02", 0, 2)
    )
    events_blocked: tuple[str, ...] = field(default=("FOMC",), metadata=about("events", "R-EVT-01"))
    early_close_entry_until_min: float = field(
        default=120.0, metadata=about("minutes from the open", "R-EVT-02", 0, 390)
    )
    pattern_min: float = field(default=65.0, metadata=about("points of 100", "R-PAT-01", 0, 100))
    pattern_form: str = field(default="legacy", metadata=about("legacy | corrected", "R-PAT-02"))
    pattern_mode: str = field(default="record", metadata=about("record | enforce", "R-PAT-01"))
    # How an opening order is priced.
    walk_mode: str = field(default="walk", metadata=about("walk | natural", "R-WLK-01"))
    walk_step: float = field(
        default=1 / 3, metadata=about("share of the way left to the far side", "R-WLK-01", 0.05, 1)
    )
    walk_give_max: float = field(
        default=0.75, metadata=about("share of the half-spread", "R-WLK-02", 0, 1)
    )
    walk_reprices_max: int = field(default=3, metadata=about("reprices", "R-WLK-03", 0, 3))
    walk_pace_max: float = field(
        default=2.0, metadata=about("prices a minute", "R-WLK-03", 0.1, 10)
    )
    # Stress.
    stress_loss_max: float = field(default=0.20, metadata=about(SHARE, "R-STR-01", 0, 1))
    stress_margin_max: float = field(default=1.00, metadata=about(SHARE, "R-STR-02", 0, 5))
    stress_trade_max: float = field(default=0.15, metadata=about(SHARE, "R-STR-03", 0, 1))
    hedge_premium_max: float = field(default=0.005, metadata=about(SHARE, "R-HDG-01", 0, 0.1))
    house: str = field(default="tastytrade", metadata=about("tastytrade | exchange", "R-MRG-04"))


def named(pairs: Named, key: str, otherwise: float) -> float:
    """The figure of a name in a table of pairs."""
    return next((figure for name, figure in pairs if name == key), otherwise)


def at_level(pairs: Pairs, level: float, below: float) -> float:
    """The figure of the highest row that does not stand above ``level``.

    >>> at_level(((1, 0.5), (2, 0.65)), 2, 0.0), at_level(((1, 0.5),), 0, 0.0)
    (0.65, 0.0)
    """
    return next((figure for floor, figure in reversed(pairs) if level >= floor), below)
