"""Limits that refuse nothing: what a shadow is traded under, at one unit."""

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from types import MappingProxyType
from typing import Any

from tomking.core.product import product
from tomking.risk.groups import group_of
from tomking.risk.limits import Limits

ANY = 1e9
#: Every limit that could refuse, size, halt or alarm, at a figure at which it does none of it.
OPENED: Mapping[str, Any] = MappingProxyType(
    {
        "vix_bands": ((ANY, ANY),), "vix_table": "bands", "crisis_puts_max": ANY,
        "vix_open_max": ANY, "vix_age_max_s": ANY, "vix_spike_max": ANY,
        "reserve": 0.0, "margin_max": ANY, "bp_trade_max": ANY, "bp_trade_by_strategy": (),
        "bp_by_strategy": (), "roots_by_phase": (), "phase_gates": "off",
        "phases_usd": (-ANY,), "phases_gbp": (-ANY,), "bp_by_phase": ((0, ANY),),
        "positions_by_phase": ((0, ANY),), "phase_by_strategy": (),
        "stage": 4, "bp_by_stage": ((0, ANY),), "positions_by_stage": ((0, ANY),),
        "stage_capital_gbp": ((0, ANY),), "positions_by_strategy_phase": (), "kelly_mode": "off",
        "iv_percentile_min": (), "group_margin_max": (), "dte_min": (), "dte_max": (),
        "crisis_vix": ANY, "crisis_opens": "all", "win_rate_min": (),
        "reserve_by_vix": (), "size_by_vix": (), "greeks_by_strategy": (), "expiry_minutes_min": 0.0,
        "win_streak": 0, "event_size_factor": 1.0, "group_max_by_phase": (),
        "expectancy_wins_min": -ANY, "expectancy_mean_min": -ANY,
        "positions_per_underlying_max": int(ANY), "entries_a_day_max": int(ANY),
        "stop_risk_max": ANY, "defined_risk_max": ANY, "contracts_by_phase": (),
        "equity_groups_max": int(ANY), "group_reserve": (), "one_per_group": (),
        "short_margin_equity_max": ANY, "short_margin_other_max": ANY, "group_vix_step": ANY,
        "equity_positions_by_phase": ((0, ANY),), "expiry_near_max": int(ANY),
        "short_premium_max": int(ANY), "positions_max": int(ANY), "short_margin_equity_warn": ANY,
        "bullish_warn": int(ANY), "correlation_warn": ANY, "correlation_reduce": ANY,
        "correlation_halt": ANY, "delta_share_max": ANY, "gamma_share_max": ANY,
        "delta_shares_max": ANY, "gamma_shares_max": ANY, "theta_min_usd": -ANY,
        "vega_max_usd": ANY, "notional_max": ANY, "loss_day_max": ANY, "loss_week_max": ANY,
        "loss_month_max": ANY, "loss_streak_max": int(ANY), "drawdown_halve": ANY,
        "drawdown_stop": ANY, "drawdown_lock": ANY, "manual_vix_warn": ANY, "manual_vix_max": ANY,
        "alarm_loss": tuple((level, ANY) for level in ("YELLOW", "ORANGE", "RED")),
        "alarm_vix": (("YELLOW", ANY), ("ORANGE", ANY)), "alarm_flash": ANY, "alarm_margin": ANY,
        "alarm_position": ANY, "alarm_from_high": ANY, "alarm_losses_min": int(ANY),
        "alarm_loss_rate": ANY, "orange_bp_factor": 1.0, "spread_max": ANY, "events_blocked": (),
        "early_close_entry_until_min": ANY, "pattern_mode": "record", "stress_loss_max": ANY,
        "stress_margin_max": ANY, "stress_trade_max": ANY,
    }
)  # fmt: skip
#: Those that are set for the strategy and the root of a shadow.
BY_SHADOW = frozenset(
    {"positions_by_strategy", "contracts_by_gbp", "group_max", "stage_by_strategy"}
)
#: What refuses nothing by itself: how fresh quotes must be to trade on, how orders are priced, whose
#: margin rates, what people and emergencies do.
KEPT = frozenset(
    {
        "usd_per_gbp", "groups", "equity_groups", "vix_hysteresis", "phase_months",
        "phase_wins", "phase_drawdown",
        "phase_trades", "phase_demote_drawdown", "stage_successes", "stage_weeks", "kelly_share",
        "kelly_max", "kelly_trades_min", "win_streak_factor", "one_slot", "expectancy_wins_over",
        "expectancy_mean_over", "expectancy_alert", "expiry_near_days",
        "greeks_mode", "resume_hours_min", "resume_gain_min",
        "alarm_flash_min", "alarm_vix_jump", "alarm_poll_s", "reduce_closes_max", "unwind_order",
        "excess_fall", "emergency_auto", "emergency_hedge", "quote_age_max_s", "pattern_min",
        "pattern_form", "walk_mode", "walk_step", "walk_give_max", "walk_reprices_max",
        "walk_pace_max", "hedge_premium_max", "house", "variants",
        "families",
    }
)  # fmt: skip


def unlimited(limits: Limits, strategy: str, root: str) -> Limits:
    """Limits under which one unit of one strategy in one root passes every gate."""
    what = product(root)
    whole = product(what.micro_of).multiplier / what.multiplier if what.micro_of else 1.0
    return replace(
        limits,
        **OPENED,
        positions_by_strategy=((strategy, ANY),),
        stage_by_strategy=((strategy, 0),),
        contracts_by_gbp=((strategy, ((-inf, 1.0 / whole),)),),
        group_max=((group_of(root, limits.groups) or "", ANY),),
    )
