"""What the plans state is the rulebook's (3, 4, 5, 7 and 0.6), figure by figure, typed by hand."""

from typing import Any

import pytest

from tomking.core.calendar import FRIDAY, WEDNESDAY, after_open, before_close
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.lt112 import LT112
from tomking.strategies.plan import Plan
from tomking.strategies.strangle import STRANGLE
from tomking.strategies.tune import figures

pytestmark = pytest.mark.unit

#: rule, plan, the end of a figure's name, all its values in the plan
SHEET: list[tuple[str, Plan, str, set[Any]]] = [
    ("R-0DTE-01", FRIDAY_0DTE, "Slots.weekday", {FRIDAY}),
    ("R-0DTE-01", FRIDAY_0DTE, "Slots.start", {after_open(60)}),
    ("R-0DTE-01", FRIDAY_0DTE, "Slots.until", {after_open(240)}),
    ("R-0DTE-01", FRIDAY_0DTE, "Slots.every_min", {30}),
    ("R-0DTE-01", FRIDAY_0DTE, "Slots.holiday", {"skip"}),
    ("R-0DTE-02", FRIDAY_0DTE, "VixBelow.ceiling", {30}),
    ("R-0DTE-03", FRIDAY_0DTE, "MovedUp.share", {0.005}),
    ("R-0DTE-03", FRIDAY_0DTE, "MovedDown.share", {0.005}),
    ("R-0DTE-04", FRIDAY_0DTE, "AtrAway.atr", {0.7, 0.5}),
    ("R-0DTE-04", FRIDAY_0DTE, "AtrAway.low", {0.15}),
    ("R-0DTE-04", FRIDAY_0DTE, "AtrAway.high", {0.25}),
    ("R-0DTE-04", FRIDAY_0DTE, "AtrAway.reject", {0.30}),
    ("R-0DTE-05", FRIDAY_0DTE, "Away.points", {30}),
    ("R-0DTE-06", FRIDAY_0DTE, "CreditOverCosts.times", {3}),
    ("R-0DTE-07", FRIDAY_0DTE, "WinningFrom.moment", {before_close(90)}),
    ("R-0DTE-08", FRIDAY_0DTE, "Before.moment", {before_close(60)}),
    ("R-0DTE-09", FRIDAY_0DTE, "VixRiseAtMost.share", {0.10}),
    ("R-0DTE-11", FRIDAY_0DTE, "MoveBelow.share", {0.05}),
    ("R-EVT-04", FRIDAY_0DTE, "NoEvent.names", {("FOMC", "CPI")}),
    ("R-MAN-01", FRIDAY_0DTE, "ProfitBelow.of_premium", {0.50}),
    ("R-MAN-02", FRIDAY_0DTE, "LossBelow.of_premium", {2}),
    ("R-112-01", LT112, "dte", {120}),
    ("R-112-01", LT112, "dte_within", {10}),
    ("R-112-02", LT112, "trap.long put.Delta.target", {0.25}),
    ("R-112-02", LT112, "trap.short put.Away.points", {50}),
    ("R-112-02", LT112, "naked puts.naked puts.Delta.target", {0.05}),
    ("R-112-03", LT112, "VixAtLeast.floor", {12}),
    ("R-112-03", LT112, "VixAtMost.ceiling", {35}),
    ("R-112-04", LT112, "NotAtHigh.days", {252}),
    ("R-112-05", LT112, "CreditAtLeast.points", {15}),
    ("R-112-07", LT112, "trap.ProfitBelow.of_premium", {0.50}),
    ("R-112-07", LT112, "trap.DteAbove.days", {7}),
    ("R-112-07", LT112, "naked puts.LossBelow.of_premium", {2}),
    ("R-112-07", LT112, "naked puts.LossBelowNetLiq.share", {0.02}),
    ("R-112-07", LT112, "naked puts.ShortDeltaBelow.delta", {0.25}),
    ("R-112-07", LT112, "naked puts.ProfitBelow.of_premium", {0.90}),
    ("R-112-07", LT112, "naked puts.DteAbove.days", {21}),
    ("R-112-08", LT112, "Slots.weekday", {WEDNESDAY}),
    ("R-112-08", LT112, "Slots.start", {after_open(30)}),
    ("R-112-08", LT112, "Slots.until", {after_open(90)}),
    ("R-112-08", LT112, "Slots.every_min", {30}),
    ("R-112-08", LT112, "Slots.nth", {1}),
    ("R-112-08", LT112, "Slots.holiday", {"next_day"}),
    ("R-MAN-01", LT112, "ProfitBelow.of_premium", {0.50, 0.90}),
    ("R-MAN-02", LT112, "LossBelow.of_premium", {2}),
    ("R-MAN-03", LT112, "LossBelowNetLiq.share", {0.02}),
    ("R-MAN-04", LT112, "ShortDeltaBelow.delta", {0.25}),
    ("R-MAN-05", LT112, "DteAbove.days", {7, 21}),
    ("R-SIZ-06", STRANGLE, "VixScaled.base", {2}),
    ("R-SIZ-06", STRANGLE, "VixScaled.at", {20}),
    ("R-SIZ-06", STRANGLE, "VixScaled.cap", {2}),
    ("R-MAN-01", LEAP_LADDER, "ProfitBelow.of_premium", {0.30}),
    ("R-MAN-04", LEAP_LADDER, "ShortDeltaBelow.delta", {0.30}),
]

ROWS = [
    pytest.param(*row[1:], id=f"{row[1].name} {row[2]}", marks=pytest.mark.rule(row[0]))
    for row in SHEET
]


@pytest.mark.parametrize(("plan", "key", "values"), ROWS)
def test_a_plan_states_the_figure_of_the_rulebook(plan: Plan, key: str, values: set[Any]) -> None:
    found = {figure.now for figure in figures(plan) if f".{figure.keys[-1]}".endswith(f".{key}")}
    assert found == values
