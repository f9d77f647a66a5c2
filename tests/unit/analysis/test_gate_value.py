"""Gates and what they were worth: who counts for whom, with which sign, and when nothing is told."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tomking.analysis.gate_value import Refuser, gate_ledger
from tomking.analysis.premium import NO_LEVEL, PREMIUM, measurable, selects_on
from tomking.analysis.shadows import Candidate, Shadow, candidates
from tomking.app import strategies
from tomking.core.evidence import Evidence
from tomking.core.facts import Fact
from tomking.core.reading import Reading, Sense, Stage
from tomking.strategies import worth
from tomking.strategies.plan import Plan
from unit.analysis.journals import MONDAY, at, entered, opening, reading, refused

pytestmark = pytest.mark.unit

ROOM = Reading("ES: buying power (bound by stage 1)", Stage.MARGIN, Sense.AT_LEAST, 0.0, 1.0, "",
               "R-MRG-01")  # fmt: skip
CREDIT = Reading("ES: net credit", Stage.DATA, Sense.AT_LEAST, 0.0, 1.0, "", "R-112-05")
TALKS_OF_PRICE = (
    worth.CreditAtLeast, worth.CreditOverCosts, worth.CreditOverWidth, worth.DebitAtMost,
    worth.RewardAtLeast, worth.ExtrinsicAtMost, worth.CostAtMost,
)  # fmt: skip


def shadow(
    week: int, pnl: str | None, *failed: Reading, evidence: Evidence = Evidence.MODEL
) -> Shadow:
    day = MONDAY + timedelta(days=7 * week)
    mine = Candidate("lt112", f"lt112/{day}", "ES", at(day), failed or (ROOM,))
    return Shadow(mine, None if pnl is None else Decimal(pnl), evidence)


def test_a_gate_is_worth_what_its_refused_trades_would_have_lost() -> None:
    (only, first) = gate_ledger([shadow(week, "-50") for week in range(20)], 1).values
    assert (only.refuser, first.refuser) == (Refuser.ONLY, Refuser.FIRST)
    assert (only.rule, only.gate, only.value) == ("R-MRG-01", "buying power", 50.0)
    assert only.interval is not None
    assert (only.interval.low, only.interval.high, only.interval.blocks) == (50.0, 50.0, 20)


def test_days_are_counted_and_not_trades() -> None:
    twice = [shadow(week, "-50") for week in range(10)] * 2
    (only, _) = gate_ledger(twice, 1).values
    assert (only.trades, only.days, only.enough, only.value) == (20, 10, False, None)


def test_what_could_not_be_carried_is_refused_and_no_trade() -> None:
    found = [shadow(week, None if week % 2 else "10") for week in range(40)]
    ledger = gate_ledger(found, 1)
    assert (ledger.refused, ledger.carried) == (40, 20)
    assert {(one.refused, one.trades, one.value) for one in ledger.values} == {(40, 20, -10.0)}


def test_the_weakest_quote_decides_whether_a_floor_is_measurable() -> None:
    recorded = [shadow(w, "10", CREDIT, evidence=Evidence.RECORDED) for w in range(20)]
    (only, _) = gate_ledger(recorded, 1).values
    assert (only.is_measurable, only.value) == (True, -10.0)
    (mixed, _) = gate_ledger([*recorded, shadow(20, "10", CREDIT)], 1).values
    assert (mixed.is_measurable, mixed.value) == (False, None)
    assert mixed.selects == "asks what the structure brings"


def test_a_candidate_is_told_by_its_first_refusal_if_it_was_refused_to_the_last() -> None:
    second = MONDAY + timedelta(days=1)
    order = opening("lt112", second)
    facts: list[Fact] = [
        refused("lt112", MONDAY, reading("ES: VIX", Stage.VIX), when=at(MONDAY, 10)),
        refused("lt112", MONDAY, reading("ES: vega", Stage.GREEKS), when=at(MONDAY, 11)),
        refused("lt112", second, reading("ES: VIX", Stage.VIX), when=at(second, 10)),
        *entered(order, at(second, 11)),
    ]
    (found,) = candidates(facts, (order.campaign,))
    assert (found.root, found.at) == ("ES", at(MONDAY, 10))
    assert [one.name for one in found.failed] == ["ES: VIX"]


def test_every_root_that_was_refused_is_a_candidate_of_its_own() -> None:
    facts = [refused("lt112", MONDAY, reading("ES: vega", Stage.GREEKS), reading("MES: credit"))]
    assert [one.root for one in candidates(facts, ())] == ["ES", "MES"]


def test_two_sides_of_one_rule_are_one_gate() -> None:
    sides = [
        Reading(f"ES: credit of the {side} side", Stage.DATA, Sense.AT_LEAST, 0.0, 1.0, "", "R-0DTE-06")
        for side in ("put", "call")
    ]  # fmt: skip
    (found,) = candidates([refused("friday_0dte", MONDAY, *sides)], ())
    assert len(found.failed) == 1


@pytest.mark.parametrize("name", strategies.names())
def test_what_a_plan_asks_about_its_price_is_known_to_select_on_premium(name: str) -> None:
    plan = strategies.find(name)
    assert isinstance(plan, Plan)
    priced = [rule.rule for rule in plan.take_when if isinstance(rule, TALKS_OF_PRICE)]
    assert [rule for rule in priced if rule not in PREMIUM] == []


def test_stage_vix_selects_on_volatility_but_for_the_age_of_the_figure() -> None:
    assert selects_on("R-0DTE-02", "VIX")
    assert not any(selects_on(rule, "VIX") for rule in NO_LEVEL)
    assert not selects_on("R-COR-01", "CORRELATION")
    assert measurable("R-0DTE-06", "DATA", Evidence.PROXY)
    assert not measurable("R-0DTE-06", "DATA", Evidence.MODEL)
