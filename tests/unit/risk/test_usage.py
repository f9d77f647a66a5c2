"""Headroom: what is used of every limit, by the gates' own figures."""

from dataclasses import replace
from typing import Any

import pytest

from tomking.core.reading import Sense
from tomking.risk.caps import allowance, caps_of
from tomking.risk.sizing import margin_in_use
from tomking.risk.usage import Usage, usage
from tomking.risk.view import View
from worlds.gates import answers, campaigns, scene

pytestmark = [pytest.mark.unit, pytest.mark.risk]


def used(seen: View) -> dict[str, Usage]:
    """Every limit of a view by what it is called."""
    found = usage(seen, allowance(caps_of(seen)), lambda roots: margin_in_use(seen, roots))
    return {one.reading.name: one for one in found}


def test_an_empty_account_uses_nothing_and_knows_all_its_limits() -> None:
    found = used(scene())
    figures = [one.reading.observed for one in found.values()]
    assert figures == [0.0] * len(found)
    assert all(one.reading.passed for one in found.values())
    assert found["buying power"].reading.bound == pytest.approx(0.65 * 0.8)


def test_the_governor_that_sets_a_limit_is_named() -> None:
    tight = used(scene(limits={"stage": 1}))
    assert tight["buying power"].bound_by == "stage 1"
    assert tight["buying power"].reading.bound == pytest.approx(0.24)
    assert tight["campaigns in all"].bound_by == "stage 1"
    assert used(scene())["buying power"].bound_by == "regime NORMAL"


def test_shares_are_of_what_the_stage_trades() -> None:
    whole = scene(holding=campaigns("lt112 ES"))
    part = scene(holding=campaigns("lt112 ES"), limits={"stage": 1})
    share, small = (used(seen)["margin in all"].reading.observed for seen in (whole, part))
    assert isinstance(share, float)
    assert isinstance(small, float)
    assert small == pytest.approx(share * 100_000.0 / 6_350.0)


#: What a gate calls a figure that stands beside the order's, by rule.
SAME = ("R-GRK-01", "R-GRK-02", "R-GRK-03", "R-GRK-04", "R-GRK-06", "R-STR-01")


@pytest.mark.parametrize("rule", SAME)
def test_the_figures_are_those_of_the_gates(rule: str) -> None:
    """A gate that is asked about next to nothing measures the book."""
    seen = scene(holding=campaigns("lt112 ES", "x SPX"))
    mine = next(one.reading for one in used(seen).values() if one.reading.rule == rule)
    far = answers(seen, legs="+1 9900 C", limit="-0.05", root="MES")[rule]
    assert isinstance(mine.observed, float)
    assert mine.observed == pytest.approx(far.observed, rel=0.01, abs=1.0)
    assert mine.sense is far.sense


@pytest.mark.parametrize(
    ("book", "name", "count"),
    [
        (("lt112 ES", "friday_0dte MES"), "slots of group A1", 2),
        (("lt112 ES", "x SPY"), "slots of A1 and A2", 2),
        (("lt112 ES", "friday_0dte MES"), "slots on ES", 2),
        (("leap_ladder SPY", "leap_ladder SPY"), "slots on SPY", 1),
        (("leap_ladder SPY", "leap_ladder SPY"), "campaigns in all", 2),
        (("leap_ladder SPY", "leap_ladder SPY"), "leap_ladder campaigns", 2),
    ],
)
def test_campaigns_and_slots_are_counted(book: tuple[str, ...], name: str, count: int) -> None:
    assert used(scene(book=book))[name].reading.observed == count


def test_a_full_group_is_within_its_limit_and_one_less_above_vix_thirty() -> None:
    held: dict[str, Any] = {"book": ("lt112 ES", "friday_0dte MES")}
    assert used(scene(**held))["slots of group A1"].reading.passed
    crisis = scene(**held, market={"vix_points": 31.0})
    assert not used(crisis)["slots of group A1"].reading.passed


#: The book, what is changed, an order that would come on top, and the rule of a count.
COUNTS: list[tuple[tuple[str, ...], dict[str, Any], tuple[str, str], str]] = [
    (("strangle CL",), {"memory": {"phase": 1}}, ("strangle", "GC"), "R-POS-05"),
    (("strangle_cl CL",), {"memory": {"phase": 3}}, ("strangle", "GC"), "R-POS-05"),
    (("butterfly SPX",), {"memory": {"phase": 3}}, ("broken_wing", "SPX"), "R-POS-05"),
    (("strangle CL", "strangle_gc GC"), {}, ("strangle_cl", "CL"), "R-POS-02"),
    (("own CL",), {}, ("own", "GC"), "R-POS-02"),
    (("lt112 ES",), {}, ("strangle", "ES"), "R-COR-01"),
    (("lt112 ES",), {"market": {"vix_points": 31.0}}, ("strangle", "ES"), "R-COR-01"),
    (("lt112 ES", "friday_0dte MES"), {}, ("strangle", "ES"), "R-COR-01"),
    (("strangle CL",), {"limits": {"group_max_by_phase": (("C1", ((1, 1), (4, 2))),)},
      "memory": {"phase": 2}}, ("strangle", "CL"), "R-COR-01"),
    (("lt112 ES", "x SPY"), {}, ("strangle", "ES"), "R-COR-02"),
    (("lt112 ES",), {}, ("strangle", "ES"), "R-POS-03"),
]  # fmt: skip


@pytest.mark.parametrize(("book", "changed", "asked", "rule"), COUNTS)
def test_a_count_and_its_bound_are_what_the_next_order_meets(
    book: tuple[str, ...], changed: dict[str, Any], asked: tuple[str, str], rule: str
) -> None:
    seen = scene(book=book, **changed)
    strategy, root = asked
    gate = answers(seen, strategy=strategy, root=root)[rule]
    (mine,) = (one.reading for one in used(seen).values() if one.reading.rule == rule)
    assert (mine.observed, mine.bound) == (gate.observed, gate.bound)


@pytest.mark.rule("R-COR-03")
def test_a_slot_that_is_kept_names_for_whom() -> None:
    assert used(scene(book=("lt112 ES",)))["slots of group A1"].bound_by == "kept for friday_0dte"
    assert used(scene(book=("friday_0dte ES",)))["slots of group A1"].bound_by == ""


def test_what_cannot_be_measured_is_unknown_and_not_within() -> None:
    seen = replace(scene(holding=campaigns("x GLD")), net_liq=0.0)
    margin = used(seen)["buying power"].reading
    assert margin.observed is None
    assert not margin.passed


def test_a_loss_is_below_its_limit_and_everything_else_at_most() -> None:
    senses = {one.reading.rule: one.reading.sense for one in used(scene()).values()}
    below = {rule for rule, sense in senses.items() if sense is Sense.BELOW}
    assert below == {f"R-BRK-0{n}" for n in range(1, 6)}
