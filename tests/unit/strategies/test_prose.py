"""A plan in words says what it does; as data it becomes itself again."""

import json
import tomllib
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from architecture.tree import ROOT
from tomking import strategies
from tomking.core.errors import ConfigError
from tomking.strategies.entry import VixBelow
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.ipmcc import IPMCC, WEEK
from tomking.strategies.lt112 import LT112
from tomking.strategies.picks import AtrAway, Delta
from tomking.strategies.plan import Plan
from tomking.strategies.prose import VOCABULARY, from_data, prose, table, to_data
from tomking.strategies.stay import ProfitBelow
from tomking.strategies.tune import bounds_of, rule_of, tunables, tune

pytestmark = pytest.mark.unit
APPROVED = ROOT / "tests" / "approvals"
#: Every plan of the house, variants included.
PLANS = tuple(
    dict.fromkeys(
        plan
        for module in iter_modules(strategies.__path__, f"{strategies.__name__}.")
        for plan in vars(import_module(module.name)).values()
        if isinstance(plan, Plan)
    )
)


def printed(plan: Plan) -> str:
    """The prose and the table, as they are approved."""
    rows = "".join(f"{row.part} | {row.says} | {row.rule}\n" for row in table(plan))
    return f"{prose(plan)}\n{rows}"


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_a_plan_reads_as_it_was_approved(plan: Plan) -> None:
    """Read the new text, and copy it over the old one if the plan was meant to change."""
    approved = (APPROVED / f"{plan.name}.txt").read_text(encoding="utf-8")
    assert printed(plan) == approved


def test_every_plan_is_announced_and_approved() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = sorted(plan.name for plan in PLANS)
    assert names == sorted(project["entry-points"]["tomking.strategies"])
    assert {path.stem for path in APPROVED.glob("*.txt")} >= set(names)


def allowed(key: str) -> st.SearchStrategy[float]:
    """Figures that a key may be given."""
    low, high = bounds_of(key)
    return st.floats(low, min(high, 1000.0))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_every_figure_of_a_plan_is_in_its_words(plan: Plan) -> None:
    for key, now in tunables(plan).items():
        if isinstance(now, float) and now:
            tuned = tune(plan, {key: now * (1.5 if now * 1.5 <= bounds_of(key)[1] else 0.5)})
            assert printed(tuned) != printed(plan), key


@given(data=st.data(), plan=st.sampled_from(PLANS))
def test_a_plan_comes_back_from_its_data(data: st.DataObject, plan: Plan) -> None:
    numbers = [key for key, now in tunables(plan).items() if isinstance(now, float)]
    keys = data.draw(st.lists(st.sampled_from(numbers), unique=True, max_size=5))
    tuned = tune(plan, {key: data.draw(allowed(key)) for key in keys})
    again = from_data(json.loads(json.dumps(to_data(tuned))))
    assert again == tuned
    assert repr(again) == repr(tuned)
    assert prose(again) == prose(tuned)


def test_half_a_size_and_a_month_less_slot_are_said() -> None:
    said = " ".join(prose(FRIDAY_0DTE).split())
    assert "It takes half its size unless" in said
    assert "every Friday at 10:30 New York" in said
    assert "on the first Wednesday of the month" in " ".join(prose(LT112).split())


@pytest.mark.rule("R-PMC-09")
def test_a_table_says_of_each_tranche_when_it_ends_and_what_it_covers() -> None:
    rows = {(row.part, row.says, row.rule) for row in table(IPMCC)}
    assert ("leap and weekly, weekly, expiry", str(WEEK), "") in rows
    assert ("leap and weekly, leap, covers", "closed only after the weekly", "") in rows
    sold = ("leap and weekly, weekly, renewed when", "the call sold stands above the call bought")
    assert (*sold, "R-PMC-02") in rows


def test_the_expiry_of_a_plan_is_said_where_a_tranche_follows_it() -> None:
    assert [row.part for row in table(IPMCC) if row.part == "expiry"] == []
    assert prose(IPMCC).splitlines()[2].startswith("Trades options on SPY. It is asked")
    assert [row.part for row in table(LT112) if row.part == "expiry"] == ["expiry"]


def test_every_entry_and_stay_rule_of_the_plans_has_an_id() -> None:
    rows = [row for plan in PLANS for row in table(plan)]
    assert [row for row in rows if "when" in row.part and not row.rule] == []
    assert [row for row in rows if "stay while" in row.part and not row.rule] == []


def test_the_vocabulary_is_what_rules_and_picks_are_there() -> None:
    assert {"VixBelow", "ProfitBelow", "AtrAway", "Delta", "Before"} <= set(VOCABULARY)
    assert rule_of(VixBelow(30.0, "R-0DTE-02")) == "R-0DTE-02"
    assert rule_of(ProfitBelow(0.5)) == "R-MAN-01"
    assert rule_of(AtrAway(0.7)) == "R-0DTE-04"
    assert rule_of(Delta(0.25)) == ""


def _at(data: dict[str, Any], *path: str | int) -> Any:
    part: Any = data
    for step in path:
        part = part[step]
    return part


Spoiling = Callable[[dict[str, Any]], object]
TRAP = ("shapes", 0, "tranches", 0)
SPOILT: list[tuple[Spoiling, str]] = [
    (lambda d: d.pop("roots"), "lt112 lacks roots"),
    (lambda d: d.update(colour="red"), "lt112 has no field 'colour'"),
    (lambda d: d.update(dte="x"), "must be a whole number"),
    (lambda d: d.update(shapes={}), "must be a list"),
    (lambda d: d.update(slots=[3]), "must be a table with the fields of Slots"),
    (lambda d: _at(d, *TRAP, "legs", 0).update(right="PUTT"), "did you mean 'PUT'"),
    (lambda d: _at(d, *TRAP, "legs", 0, "pick").update(kind="Delt"), "did you mean 'Delta'"),
    (lambda d: _at(d, *TRAP, "stay_while").append({}), "unknown rule"),
    (lambda d: _at(d, *TRAP, "stay_while", 0).update(of_premium=None), "must be a number"),
    (lambda d: _at(d, "enter_when", 0).pop("floor"), "lacks floor"),
    (lambda d: _at(d, "slots", 0).update(start="noon"), "close-30m"),
]


@pytest.mark.parametrize(("spoil", "said"), SPOILT)
def test_data_that_is_no_plan_is_told_with_the_place(spoil: Spoiling, said: str) -> None:
    data = to_data(LT112)
    spoil(data)
    with pytest.raises(ConfigError, match=said) as told:
        from_data(data)
    assert "lt112" in str(told.value)
