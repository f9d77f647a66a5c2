"""A plan with other figures: by the names people use, and nothing else changes."""

import json
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import Moment, after_open, before_close
from tomking.core.errors import ConfigError
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112
from tomking.strategies.plan import Plan
from tomking.strategies.stay import Before, LossBelow, ProfitBelow
from tomking.strategies.tune import bounds_of, figures, moment, moment_text, tunables, tune
from tomking.strategies.worth import CreditAtLeast

pytestmark = pytest.mark.unit
PLANS = (FRIDAY_0DTE, LT112)


def profits(plan: Plan) -> list[float]:
    """Every profit target of a plan, in order."""
    tranches = [tranche for shape in plan.shapes for tranche in shape.tranches]
    rules = [rule for tranche in tranches for rule in tranche.stay_while]
    return [rule.of_premium for rule in rules if isinstance(rule, ProfitBelow)]


def losses(plan: Plan) -> list[float]:
    """Every stop of a plan, in order."""
    tranches = [tranche for shape in plan.shapes for tranche in shape.tranches]
    rules = [rule for tranche in tranches for rule in tranche.stay_while]
    return [rule.of_premium for rule in rules if isinstance(rule, LossBelow)]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_tuning_to_the_present_values_changes_nothing(plan: Plan) -> None:
    again = tune(plan, tunables(plan))
    assert again == plan
    assert repr(again) == repr(plan)
    assert tune(plan, {}) == plan


@given(data=st.data(), plan=st.sampled_from(PLANS))
def test_a_tuned_plan_says_what_it_was_tuned_to(data: st.DataObject, plan: Plan) -> None:
    numbers = {key: now for key, now in tunables(plan).items() if isinstance(now, float)}
    chosen = data.draw(st.lists(st.sampled_from(sorted(numbers)), unique=True, max_size=4))
    bounds = {key: bounds_of(key) for key in chosen}
    changes = {
        key: data.draw(st.floats(low, min(high, 500.0))) for key, (low, high) in bounds.items()
    }
    tuned = tune(plan, changes)
    for key, wanted in changes.items():
        assert next(f.now for f in figures(tuned) if key in f.keys) == wanted
    assert tune(plan, tunables(tuned)) == tuned
    assert tune(tuned, tunables(plan)) == plan
    assert json.loads(json.dumps(tunables(tuned))) is not None


def test_a_figure_of_the_plan_itself_goes_by_its_name() -> None:
    assert tune(LT112, {"CreditAtLeast.points": 12}).take_when[0] == CreditAtLeast(12.0, "R-112-05")
    assert LT112.take_when[0] == CreditAtLeast(15.0, "R-112-05")


def test_a_rule_is_tuned_wherever_it_stands() -> None:
    assert losses(tune(FRIDAY_0DTE, {"LossBelow.of_premium": 1.0})) == [1.0, 1.0, 1.0]
    assert profits(tune(LT112, {"ProfitBelow.of_premium": 0.4})) == [0.4, 0.4]


def test_a_tranche_before_the_rule_means_that_tranche_only() -> None:
    assert profits(tune(LT112, {"naked puts.ProfitBelow.of_premium": 0.95})) == [0.5, 0.95]
    assert profits(tune(FRIDAY_0DTE, {"condor.ProfitBelow.of_premium": 0.25})) == [0.5, 0.5, 0.25]


def test_the_most_particular_name_wins_whatever_the_order() -> None:
    general, particular = ("ProfitBelow.of_premium", 0.3), ("trap.ProfitBelow.of_premium", 0.6)
    assert profits(tune(LT112, dict([general, particular]))) == [0.6, 0.3]
    assert profits(tune(LT112, dict([particular, general]))) == [0.6, 0.3]


def test_shapes_legs_and_lists_of_rules_are_names_too() -> None:
    assert tune(FRIDAY_0DTE, {"fade up.AtrAway.atr": 0.8}) != FRIDAY_0DTE
    tuned = tune(FRIDAY_0DTE, {"short call.AtrAway.atr": 0.8, "enter_when.VixBelow.ceiling": 25})
    assert {f.now for f in figures(tuned) if "short call.AtrAway.atr" in f.keys} == {0.8}
    assert {f.now for f in figures(tuned) if "short put.AtrAway.atr" in f.keys} == {0.7, 0.5}
    assert "VIX is below 25" in map(str, tuned.enter_when)


def test_two_rules_of_one_kind_in_one_list_are_numbered() -> None:
    twice = tune(LT112, {})
    tranche = twice.shapes[0].tranches[0]
    both = type(tranche)(tranche.name, tranche.legs, (LossBelow(1.0), LossBelow(3.0)))
    plan = Plan("x", "X", ("ES",), 1, 0, (), (type(twice.shapes[0])("s", (both,)),))
    assert tune(plan, tunables(plan)) == plan
    assert losses(tune(plan, {"s.trap.LossBelow#2.of_premium": 4})) == [1.0, 4.0]


def test_moments_are_written_from_the_open_or_the_close() -> None:
    tuned = tune(FRIDAY_0DTE, {"Before.moment": "close-45m", "Slots.start": "open + 75"})
    assert Before(before_close(45), "R-0DTE-08") in tuned.shapes[0].tranches[0].stay_while
    assert tuned.slots[0].start == after_open(75)


@given(st.sampled_from(["open", "close"]), st.integers(-390, 390))
def test_a_moment_reads_back(anchor: str, minutes: int) -> None:
    assert moment(moment_text(Moment(anchor, minutes))) == Moment(anchor, minutes)


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("CreditAtLeast.point", "CreditAtLeast.points"),
        ("LossBelow.of_premum", "LossBelow.of_premium"),
        ("naked put.ProfitBelow.of_premium", "naked puts.ProfitBelow.of_premium"),
        ("", None),
        ("Away.leg", None),
        ("name", None),
    ],
)
def test_an_unknown_name_lists_the_names_and_suggests_the_nearest(
    key: str, near: str | None
) -> None:
    with pytest.raises(ConfigError, match="the plan lt112 has no figure") as told:
        tune(LT112, {key: 1})
    assert near is None or f"did you mean {near!r}" in str(told.value)
    assert "LossBelowNetLiq.share" in str(told.value)


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("VixAtLeast.floor", "15", "must be a number of 0 or more"),
        ("VixAtLeast.floor", -1, "must be a number of 0 or more"),
        ("VixAtLeast.floor", nan, "must be a number of 0 or more"),
        ("VixAtLeast.floor", inf, "must be a number of 0 or more"),
        ("VixAtLeast.floor", True, "not true or false"),
        ("dte", 1.5, "must be a whole number from 0 to 1100"),
        ("watch_min", 0, "must be a whole number from 1 to 390"),
        ("Slots.every_min", 0, "must be a whole number from 1 to 390"),
        ("Slots.weekday", 6, "must be a whole number from 0 to 4"),
        ("Slots.nth", 6, "must be a whole number from 1 to 5, or none"),
        ("Slots.weekday", "none", "must be a whole number from 0 to 4"),
        ("Slots.holiday", "maybe", "must be one of next_day, previous_day, skip"),
        ("Slots.start", "10:30", r"write open\+60m or close-30m"),
        ("Slots.start", 60, r"write open\+60m or close-30m"),
        ("roots", "ES", "must be a list of texts"),
        ("roots", ["ES", 3], "must be a list of texts"),
    ],
)
def test_a_value_that_does_not_fit_says_what_does(key: str, value: Any, wanted: str) -> None:
    with pytest.raises(ConfigError, match=wanted) as told:
        tune(LT112, {key: value})
    assert f"lt112.{key}" in str(told.value)


def test_a_weekday_without_a_number_may_get_one() -> None:
    assert tune(FRIDAY_0DTE, {"Slots.nth": 1}).slots[0].nth == 1
    for nothing in (None, "none"):
        assert tune(LT112, {"Slots.nth": nothing}).slots[0].nth is None
