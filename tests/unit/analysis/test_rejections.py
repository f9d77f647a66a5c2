"""Considered entries by stage, hour, weekday and pattern: counted as they were written down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tomking.analysis.answers import answers
from tomking.analysis.rejections import BY, Rejection, rejections
from tomking.core.facts import Considered, Fact, Judged
from tomking.core.reading import Stage
from unit.analysis.journals import LABELS, MONDAY, at, entered, opening, reading, refused

pytestmark = pytest.mark.unit

TUESDAY = MONDAY + timedelta(days=1)


def told(facts: list[Fact], by: str, traded: tuple[str, ...] = ()) -> dict[str, Rejection]:
    return {row.label: row for row in rejections(facts, traded) if row.by == by}


def under(fact: Fact, score: str) -> Fact:
    assert isinstance(fact, Considered)
    return replace(fact, labels={"pattern": score})


def test_by_stage_and_weekday_a_slot_counts_once_under_its_last_answer() -> None:
    facts = [
        refused("lt112", MONDAY, reading("ES: VIX", Stage.VIX), when=at(MONDAY, 10)),
        refused("lt112", MONDAY, reading("ES: vega", Stage.GREEKS), when=at(MONDAY, 11)),
        refused("lt112", TUESDAY, reading("ES: VIX", Stage.VIX)),
    ]
    assert {label: row.stages for label, row in told(facts, "weekday").items()} == {
        "Monday": (("GREEKS", 1),),
        "Tuesday": (("VIX", 1),),
    }
    stages = told(facts, "stage")
    assert {label: (row.considered, row.refused) for label, row in stages.items()} == {
        "VIX": (2, 1),
        "GREEKS": (2, 1),
    }


def test_by_hour_every_recorded_answer_counts_in_new_york_time() -> None:
    facts = [
        refused("lt112", MONDAY, reading("ES: VIX", Stage.VIX), when=at(MONDAY, 10, 59)),
        refused("lt112", MONDAY, reading("ES: vega", Stage.GREEKS), when=at(MONDAY, 11)),
    ]
    assert {label: row.stages for label, row in told(facts, "hour").items()} == {
        "10:00": (("VIX", 1),),
        "11:00": (("GREEKS", 1),),
    }


def test_a_pattern_is_the_band_of_the_score_that_was_written_down() -> None:
    facts = [
        under(refused("lt112", MONDAY, reading("ES: VIX", Stage.VIX)), "71.0"),
        under(refused("lt112", TUESDAY, reading("ES: VIX", Stage.VIX)), "64.99"),
        refused("lt112", TUESDAY + timedelta(days=1), reading("ES: VIX", Stage.VIX)),
    ]
    assert list(told(facts, "pattern")) == ["65 to 80", "50 to 65", "not recorded"]


def test_a_slot_that_traded_was_considered_and_not_refused() -> None:
    order = opening("lt112", MONDAY)
    facts = [
        refused("lt112", MONDAY, reading("ES: VIX", Stage.VIX), when=at(MONDAY, 10)),
        *entered(order, at(MONDAY, 11)),
    ]
    row = told(facts, "weekday", (order.campaign,))["Monday"]
    assert (row.considered, row.refused, row.share) == (1, 0, 0.0)
    assert told(facts, "hour", (order.campaign,))["10:00"].refused == 1


def test_every_way_of_telling_adds_up_to_the_same_slots() -> None:
    facts = [
        refused("lt112", MONDAY + timedelta(days=row), reading("ES: VIX", Stage.VIX))
        for row in range(10)
    ]
    for by in BY[2:]:
        rows = told(list(facts), by).values()
        assert (sum(row.considered for row in rows), sum(row.refused for row in rows)) == (10, 10)


def test_a_verdict_brings_every_gate_that_refused_the_first_by_stage() -> None:
    order = opening("lt112", MONDAY, "MES")
    failed = (reading("margin in all", Stage.MARGIN), reading("campaigns", Stage.CORRELATION))
    (answer,) = answers(
        [
            Judged(at(MONDAY), order, failed, LABELS, approved=False),
            Considered(at(MONDAY), "lt112", order.campaign, "refused: campaigns", ()),
        ]
    )
    (veto,) = answer.vetoes
    assert veto.root == "MES"
    assert [one.name for one in veto.failed] == ["campaigns", "margin in all"]


def test_a_larger_root_that_did_not_fit_is_no_veto_once_a_smaller_one_went_out() -> None:
    asked = Considered(
        at(MONDAY), "lt112", f"lt112/{MONDAY}", "sent", (reading("ES: vega", Stage.GREEKS),)
    )
    (answer,) = answers([asked])
    assert answer.vetoes == ()
