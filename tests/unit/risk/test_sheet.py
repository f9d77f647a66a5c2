"""The default sheet is the rulebook's (0.5 as corrected by 0.6), figure by figure, typed by hand."""

from dataclasses import fields
from typing import Any

import pytest

from tomking.risk.exposure import AUG5_LOW, AUG5_MARGIN_FACTOR
from tomking.risk.groups import GROUPS
from tomking.risk.limits import Limits
from tomking.risk.unlocks import ROOTS_BY_PHASE

pytestmark = [pytest.mark.unit, pytest.mark.risk]

#: rule, field, the rulebook's figure
SHEET: list[tuple[str, str, Any]] = [
    (
        "R-VIX-01", "vix_bands",
        ((13, 0.45), (18, 0.65), (25, 0.75), (30, 0.50), (1e9, 0.50)),  # 1e9: no VIX stands higher
    ),
    ("R-VIX-02", "vix_open_max", 35),
    ("R-VIX-03", "vix_age_max_s", 5 * 60),
    ("R-VIX-04", "vix_spike_max", 0.50),
    ("R-MRG-01", "reserve", 0.20),
    ("R-MRG-02", "margin_max", 0.80),
    ("R-MRG-03", "bp_trade_max", 0.30),
    (
        "R-MRG-03", "bp_trade_by_strategy",
        (
            ("friday_0dte", 0.20), ("friday_0dte_broken", 0.20), ("lt112", 0.30),
            ("strangle", 0.25), ("strangle_cl", 0.25), ("strangle_gc", 0.25), ("leap_ladder", 0.06),
        ),
    ),
    ("R-MRG-07", "bp_by_strategy", (("leap_ladder", 0.20),)),
    ("R-MRG-04", "house", "tastytrade"),
    ("R-PHA-01", "phases_usd", (40_000, 55_000, 75_000, 95_000)),
    ("R-PHA-01", "phases_gbp", (30_000, 40_000, 60_000, 75_000)),
    ("R-PHA-02", "usd_per_gbp", 1.27),
    ("R-PHA-03", "bp_by_phase", ((1, 0.50), (2, 0.65), (3, 0.75), (4, 0.80))),
    (
        "R-PHA-04", "phase_by_strategy",
        (
            ("friday_0dte", 1), ("friday_0dte_broken", 1), ("lt112", 2), ("lt112_calendarised", 2),
            ("lt112_xl", 2), ("strangle", 2), ("strangle_cl", 3), ("strangle_gc", 3),
            ("ipmcc", 2), ("ipmcc_qqq", 2),
            ("leap_ladder", 2), ("leap_protect", 2), ("put_ratio", 2), ("iron_condor", 2),
            ("bear_trap", 3), ("butterfly_0dte", 3), ("butterfly", 3), ("iron_butterfly", 3),
            ("broken_wing", 3), ("diagonal", 3), ("calendar", 3), ("box", 3),
        ),
    ),
    ("R-PHA-06", "phase_gates", "off"),
    ("R-PHA-06", "phase_months", ((2, 2), (3, 3), (4, 4))),
    ("R-PHA-06", "phase_wins", ((2, 0.60), (3, 0.65), (4, 0.70))),
    ("R-PHA-06", "phase_drawdown", ((2, 0.15), (3, 0.12), (4, 0.10))),
    ("R-PHA-06", "phase_trades", ((2, 20), (3, 50), (4, 100))),
    ("R-PHA-07", "phase_demote_drawdown", 0.20),
    ("R-STG-02", "stage_capital_gbp", ((0, 0), (1, 5_000), (2, 10_000), (3, 20_000), (4, 1e9))),
    ("R-STG-04", "stage_successes", ((1, 0), (2, 5), (3, 10), (4, 20))),
    ("R-STG-04", "stage_weeks", ((1, 0), (2, 2), (3, 2), (4, 2))),
    ("R-VIX-05", "vix_hysteresis", 0),
    ("R-VIX-06", "crisis_puts_max", 0.20),
    ("R-VIX-06", "crisis_vix", 30),
    ("R-VIX-08", "crisis_opens", "all"),
    ("R-EVT-06", "expiry_minutes_min", 30),
    ("R-SIZ-10", "kelly_mode", "off"),
    ("R-SIZ-10", "kelly_share", 0.25),
    ("R-SIZ-10", "kelly_max", 0.05),
    ("R-SIZ-10", "kelly_trades_min", 20),
    ("R-SIZ-08", "win_streak", 0),
    ("R-SIZ-08", "win_streak_factor", 0.75),
    ("R-SIZ-09", "event_size_factor", 1),
    ("R-COR-02", "equity_groups", ("A1", "A2")),
    ("R-COR-08", "one_slot", ("leap_ladder", "leap_protect", "ipmcc")),
    ("R-STG-01", "stage", 4),
    ("R-STG-01", "bp_by_stage", ((0, 0), (1, 0.30), (2, 0.40), (3, 0.65), (4, 0.80))),
    ("R-STG-01", "positions_by_stage", ((0, 0), (1, 1), (2, 3), (3, 5), (4, 10))),
    ("R-POS-01", "positions_by_phase", ((1, 3), (2, 5), (3, 7), (4, 10))),
    (
        "R-POS-02", "positions_by_strategy",
        (
            ("friday_0dte", 2), ("lt112", 4), ("strangle", 3), ("ipmcc", 2), ("leap_ladder", 5),
            ("bear_trap", 1), ("butterfly_0dte", 4), ("butterfly", 4), ("iron_butterfly", 1),
            ("broken_wing", 4), ("put_ratio", 4), ("iron_condor", 2), ("diagonal", 4),
            ("calendar", 4), ("box", 1),
        ),
    ),
    (
        "R-POS-08", "variants",
        (
            (
                "friday_0dte",
                (
                    "friday_0dte_broken", "friday_0dte_high_vix", "friday_0dte_moved",
                    "friday_0dte_with_move",
                ),
            ),
            (
                "lt112",
                ("lt112_calendarised", "lt112_hedge", "lt112_twice", "lt112_whole", "lt112_xl"),
            ),
            ("strangle", ("strangle_cl", "strangle_gc")),
            ("ipmcc", ("ipmcc_month", "ipmcc_outside", "ipmcc_qqq")),
            ("leap_ladder", ("leap_protect",)), ("bear_trap", ("bear_trap_eleven",)),
        ),
    ),
    (
        "R-POS-05", "families",
        (
            ("butterfly_0dte", ("butterfly", "iron_butterfly", "broken_wing")),
            ("diagonal", ("calendar",)),
        ),
    ),
    ("R-POS-03", "positions_per_underlying_max", 2),
    ("R-POS-04", "entries_a_day_max", 10),
    ("R-SIZ-01", "stop_risk_max", 0.02),
    ("R-SIZ-02", "defined_risk_max", 0.05),
    (
        "R-SIZ-03", "contracts_by_gbp",
        (("friday_0dte", ((30_000, 1), (40_000, 2), (75_000, 3), (100_000, 4), (150_000, 5))),),
    ),
    ("R-SIZ-04", "contracts_by_phase", (("lt112", ((1, 0), (2, 0.4), (3, 1), (4, 3))),)),
    (
        "R-COR-01", "group_max",
        (
            ("A1", 2), ("A2", 3), ("B1", 2), ("B2", 2), ("C1", 2),
            ("C2", 1), ("D1", 2), ("D2", 1), ("E", 2), ("V", 1),
        ),
    ),
    ("R-COR-02", "equity_groups_max", 3),
    ("R-COR-03", "group_reserve", (("A1", "friday_0dte", 1),)),
    ("R-COR-04", "one_per_group", ("lt112",)),
    ("R-COR-05", "short_margin_equity_max", 0.30),
    ("R-COR-05", "short_margin_other_max", 0.20),
    ("R-COR-06", "group_vix_step", 30),
    ("R-GRK-01", "delta_share_max", 0.60),
    ("R-GRK-02", "gamma_share_max", 0.72),
    ("R-GRK-03", "theta_min_usd", -500),
    ("R-GRK-04", "vega_max_usd", 500),
    ("R-GRK-05", "greeks_mode", "dollars"),
    ("R-GRK-05", "delta_shares_max", 100),
    ("R-GRK-05", "gamma_shares_max", 20),
    ("R-GRK-06", "notional_max", 3),
    ("R-BRK-01", "loss_day_max", 0.05),
    ("R-BRK-02", "loss_week_max", 0.10),
    ("R-BRK-03", "loss_month_max", 0.15),
    ("R-BRK-04", "loss_streak_max", 3),
    ("R-BRK-05", "drawdown_halve", 0.10),
    ("R-BRK-05", "drawdown_stop", 0.15),
    ("R-BRK-05", "drawdown_lock", 0.20),
    ("R-DAT-01", "quote_age_max_s", 30),
    ("R-DAT-02", "spread_max", 0.20),
    ("R-EVT-01", "events_blocked", ("FOMC",)),
    ("R-EVT-02", "early_close_entry_until_min", 2 * 60),
    ("R-PAT-01", "pattern_min", 65),
    ("R-PAT-01", "pattern_mode", "record"),
    ("R-WLK-01", "walk_mode", "walk"),
    ("R-WLK-01", "walk_step", pytest.approx(1 / 3)),
    ("R-WLK-02", "walk_give_max", 0.75),
    ("R-WLK-03", "walk_reprices_max", 3),
    ("R-WLK-03", "walk_pace_max", 2),
    ("R-STR-01", "stress_loss_max", 0.20),
    ("R-STR-02", "stress_margin_max", 1.00),
    ("R-STR-03", "stress_trade_max", 0.15),
    ("R-VIX-01", "vix_table", "bands"),
    ("R-MRG-08", "reserve_by_vix", ()),
    ("R-SIZ-11", "size_by_vix", ()),
    ("R-POS-06", "win_rate_min", ()),
    ("R-VIX-07", "iv_percentile_min", ()),
    ("R-EVT-07", "dte_min", ()),
    ("R-EVT-08", "dte_max", ()),
    ("R-GRK-07", "greeks_by_strategy", ()),
    ("R-COR-01", "group_max_by_phase", ()),
    ("R-COR-05", "group_margin_max", ()),
    ("R-COR-07", "groups", GROUPS),  # ten of them: test_correlation.py
    ("R-PHA-05", "roots_by_phase", ROOTS_BY_PHASE),  # test_unlocks.py
    (
        "R-STG-03", "stage_by_strategy",
        (
            ("friday_0dte", 1), ("friday_0dte_broken", 1), ("lt112", 2), ("lt112_calendarised", 3),
            ("lt112_xl", 3), ("bear_trap", 4), ("butterfly_0dte", 4), ("butterfly", 4),
            ("iron_butterfly", 4), ("broken_wing", 4), ("put_ratio", 4), ("diagonal", 4),
            ("calendar", 4), ("box", 4),
        ),
    ),
    (
        "R-POS-05", "positions_by_strategy_phase",
        (
            ("strangle", ((1, 1), (2, 3), (3, 4), (4, 5))),
            ("ipmcc", ((1, 1), (2, 2), (3, 3), (4, 4))),
            ("leap_ladder", ((1, 0), (2, 2), (3, 3), (4, 10))),
            ("put_ratio", ((1, 0), (2, 2), (3, 4), (4, 5))),
            ("butterfly_0dte", ((1, 0), (3, 2), (4, 4))),
            ("diagonal", ((1, 0), (3, 2), (4, 4))),
        ),
    ),
    ("R-PRE-01", "equity_positions_by_phase", ((0, 2), (4, 3))),
    ("R-PRE-07", "expiry_near_days", 3),
    ("R-PRE-07", "expiry_near_max", 3),
    ("R-PRE-03", "short_premium_max", 5),
    ("R-PRE-03", "positions_max", 10),
    ("R-PRE-04", "short_margin_equity_warn", 0.20),
    ("R-PRE-05", "bullish_warn", 4),
    ("R-PRE-06", "correlation_warn", 0.70),
    ("R-PRE-06", "correlation_reduce", 0.80),
    ("R-PRE-06", "correlation_halt", 0.90),
    ("R-BRK-08", "resume_hours_min", 24),
    ("R-BRK-08", "resume_gain_min", 0.02),
    ("R-BRK-09", "manual_vix_warn", 40),
    ("R-BRK-09", "manual_vix_max", 50),
    ("R-EXP-01", "expectancy_wins_over", 20),
    ("R-EXP-01", "expectancy_wins_min", 0.50),
    ("R-EXP-02", "expectancy_mean_over", 30),
    ("R-EXP-02", "expectancy_mean_min", 0),
    ("R-EXP-03", "expectancy_alert", 0.05),
    (
        "R-ALM-01", "alarm_loss",
        (("YELLOW", 0.00714), ("ORANGE", 0.01429), ("RED", 0.02857)),
    ),
    ("R-ALM-02", "alarm_vix", (("YELLOW", 30), ("ORANGE", 35))),
    ("R-ALM-03", "alarm_flash", 0.015),
    ("R-ALM-03", "alarm_flash_min", 15),
    ("R-ALM-04", "alarm_margin", 0.95),
    ("R-ALM-05", "alarm_position", 0.0029),
    ("R-ALM-06", "alarm_from_high", 0.03),
    ("R-ALM-07", "alarm_losses_min", 3),
    ("R-ALM-07", "alarm_loss_rate", 0.50),
    ("R-ALM-08", "alarm_vix_jump", "YELLOW"),
    ("R-ALM-10", "alarm_poll_s", 15),
    ("R-RNG-03", "orange_bp_factor", 0.80),
    ("R-RNG-04", "reduce_closes_max", 5),
    (
        "R-RNG-05", "unwind_order",
        (
            "friday_0dte", "butterfly_0dte", "butterfly", "iron_butterfly", "broken_wing",
            "iron_condor", "strangle", "lt112", "put_ratio", "bear_trap", "leap_ladder", "diagonal",
            "calendar", "ipmcc",
        ),
    ),
    ("R-RNG-07", "excess_fall", 0.02),
    ("R-RNG-08", "emergency_auto", "propose"),
    ("R-RNG-09", "emergency_hedge", "propose"),
    ("R-PAT-02", "pattern_form", "legacy"),
    ("R-HDG-01", "hedge_premium_max", 0.005),
]  # fmt: skip

ROWS = [pytest.param(*row, id=row[1], marks=pytest.mark.rule(row[0])) for row in SHEET]


@pytest.mark.parametrize(("rule", "name", "figure"), ROWS)
def test_a_default_is_the_rulebooks_and_stands_under_its_rule(
    rule: str, name: str, figure: Any
) -> None:
    (known,) = [each for each in fields(Limits) if each.name == name]
    assert getattr(Limits(), name) == figure
    assert known.metadata["rule"] == rule


def test_every_figure_of_the_sheet_is_typed_here_once() -> None:
    assert sorted(name for _, name, _ in SHEET) == sorted(each.name for each in fields(Limits))


@pytest.mark.rule("R-STR-01")
def test_the_shock_is_the_low_of_the_fifth_of_august() -> None:
    """Spot, volatility by days to expiry, points more on far puts, width of quotes (21.3)."""
    term = ((30, 2.8), (60, 1.9), (90, 1.6), (120, 1.6), (365, 1.15))
    assert AUG5_LOW.spot == -0.073
    assert AUG5_LOW.vol == term
    assert AUG5_LOW.wing == 0.08
    assert AUG5_LOW.spread == 5


@pytest.mark.rule("R-STR-02")
def test_margin_is_two_and_a_half_times_todays_under_stress() -> None:
    assert AUG5_MARGIN_FACTOR == 2.5
