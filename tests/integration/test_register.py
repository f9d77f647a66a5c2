"""What the documents disagree about (rulebook 26) and a user may want otherwise is a line of a file."""

from dataclasses import replace
from pathlib import Path

import pytest

from tomking.app import strategies
from tomking.app.config.load import load
from tomking.risk.kin import VARIANTS
from tomking.risk.limits import Limits
from tomking.strategies.prose import prose
from tomking.strategies.tune import tune

pytestmark = pytest.mark.integration

#: The row of the register, the table of the file, and the line a user writes for the other reading.
STRATEGIES = [
    (1, "friday_0dte", '"VixBelow.ceiling" = 40'),
    (1, "friday_0dte", '"VixBelow.ceiling" = 25'),
    (4, "friday_0dte", '"AtrAway.atr" = 0'),
    (5, "friday_0dte", '"LossBelow.of_premium" = 1'),
    (6, "friday_0dte", '"ProfitBelow.of_premium" = 0.25'),
    (6, "friday_0dte", '"ProfitBelow.of_premium" = 1'),
    (7, "friday_0dte", '"Slots.until" = "close-60m"'),
    (7, "friday_0dte", '"Before.moment" = "close-30m"'),
    (8, "friday_0dte", 'roots = ["SPY"]'),
    (12, "lt112", "dte = 42"),
    (14, "lt112", '"naked puts.ProfitBelow.of_premium" = 0.95'),
    (15, "lt112", '"naked puts.LossBelow.of_premium" = 3'),
    (15, "lt112", '"LossBelowNetLiq.share" = 0.01'),
    (16, "lt112", '"Slots.nth" = "none"'),
    (19, "lt112", '"naked puts.DteAbove.days" = 7'),
    (20, "strangle", "dte = 52"),
    (20, "strangle", '"Delta.target" = 0.16'),
    (22, "strangle", '"Slots.weekday" = 3'),
    (22, "strangle", '"Slots.nth" = "none"'),
    (23, "strangle", '"LossBelow.of_premium" = 2.5'),
    (24, "strangle", '"VixAtMost.ceiling" = 60'),
    (24, "strangle", '"VixAtMostHeld.points" = 60'),
    (25, "ipmcc", '"IntoTheMoney.bear" = 2'),
    (27, "ipmcc", '"ExtrinsicAtMost.share" = 0.05'),
    (28, "ipmcc", '"LossBelow.of_premium" = 0.2'),
    (32, "leap_ladder", '"LossBelow.of_premium" = 0.5'),
    (32, "leap_ladder", '"ShortDeltaBelow.delta" = 1'),
    (33, "leap_ladder", '"VixSteps.times" = 1'),
    (33, "leap_ladder", '"VixAtMost.ceiling" = 25'),
    (36, "butterfly_0dte", '"MovedAtLeast.share" = 0.01'),
    (37, "butterfly_0dte", '"RewardAtLeast.times" = 10'),
    (38, "diagonal", '"VixAtMostHeld.points" = 15'),
]
LIMITS = [
    (9, "win_rate_min", "friday_0dte = 0.92"),
    (11, "win_rate_min", "friday_0dte = 0.88"),
    (12, "dte_min", "lt112 = 35"),
    (12, "dte_max", "lt112 = 50"),
    (24, "vix_open_max", "60"),
    (29, "phase_by_strategy", "ipmcc = 1"),
    (31, "bp_trade_by_strategy", "leap_ladder = 0.02"),
    (33, "size_by_vix", "25 = 0.5"),
    (35, "phase_by_strategy", "bear_trap = 2"),
    (40, "vix_table", '"E"'),
    (41, "vix_table", '"A_PUTS"'),
    (41, "crisis_puts_max", "0"),
    (41, "crisis_opens", '"puts"'),
    (44, "vix_open_max", "40"),
    (45, "phases_usd", "[43900, 61700, 80000, 95000]"),
    (48, "stage_weeks", "2 = 1"),
    (49, "groups", 'A1 = ["ES", "MES"]'),
    (50, "group_max", "A1 = 3"),
    (50, "short_margin_other_max", "0.10"),
    (52, "positions_by_phase", "1 = 5"),
    (53, "stop_risk_max", "0.01"),
    (53, "defined_risk_max", "0.02"),
    (53, "alarm_position", "0.001"),
    (54, "bp_trade_max", "0.25"),
    (55, "loss_day_max", "0.03"),
    (56, "loss_streak_max", "2"),
    (56, "alarm_losses_min", "2"),
    (57, "vega_max_usd", "50"),
    (58, "theta_min_usd", "-1000"),
    (59, "reserve_by_vix", "25 = 0.35"),
    (60, "margin_max", "0.65"),
    (60, "alarm_margin", "0.80"),
    (64, "pattern_mode", '"enforce"'),
    (64, "pattern_form", '"corrected"'),
    (76, "usd_per_gbp", "1.28"),
    (77, "one_slot", '["ipmcc"]'),
    (80, "vix_spike_max", "0.25"),
    (80, "alarm_vix_jump", '"ORANGE"'),
]
#: Other trades, which are plans of their own: their row, and what they vary.
PLANS = [
    (1, "friday_0dte_high_vix", "friday_0dte"),
    (3, "friday_0dte_broken", "friday_0dte"),
    (16, "lt112_twice", "lt112"),
    (12, "lt112_calendarised", "lt112"),
    (12, "lt112_xl", "lt112"),
    (30, "leap_protect", "leap_ladder"),
    (20, "strangle_cl", "strangle"),
    (2, "friday_0dte_with_move", "friday_0dte"),
    (3, "friday_0dte_moved", "friday_0dte"),
    (14, "lt112_whole", "lt112"),
    (18, "lt112_hedge", "lt112"),
    (25, "ipmcc_month", "ipmcc"),
    (25, "ipmcc_outside", "ipmcc"),
    (34, "bear_trap_eleven", "bear_trap"),
]


def written(path: Path, text: str) -> Path:
    """A settings file."""
    path.write_text(text + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("row", "name", "line"), STRATEGIES)
def test_another_reading_of_a_strategy_is_a_line(
    row: int, name: str, line: str, tmp_path: Path
) -> None:
    settings = load(written(tmp_path / f"{row}.toml", f"[strategies.{name}]\n{line}"))
    usual = strategies.plan(name)
    tuned = tune(usual, settings.tunings[name])
    assert prose(tuned) != prose(usual)


@pytest.mark.parametrize(("row", "key", "line"), LIMITS)
def test_another_reading_of_a_limit_is_a_line(
    row: int, key: str, line: str, tmp_path: Path
) -> None:
    table = f"[limits.{key}]\n{line}" if " = " in line else f"[limits]\n{key} = {line}"
    limits = load(written(tmp_path / f"{row}.toml", table)).limits
    changed = {
        name for name in Limits.__slots__ if getattr(limits, name) != getattr(Limits(), name)
    }
    assert changed == {key}


@pytest.mark.parametrize(("row", "name", "of"), PLANS)
def test_another_trade_is_a_plan_of_its_own(row: int, name: str, of: str) -> None:
    found, usual = strategies.plan(name), strategies.plan(of)
    assert found.variant_of == of
    assert name in dict(VARIANTS)[of]
    assert replace(found, name=of, title=usual.title, variant_of="") != usual
    assert of in {each.name for each in strategies.chosen((of,))}
    assert name not in {each.name for each in strategies.chosen(("all",))}
