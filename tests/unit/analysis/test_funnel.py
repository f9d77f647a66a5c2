"""Who said no: candidates, refusals by gate and root, entries."""

from datetime import timedelta

import pytest

from tomking.analysis.answers import root_of
from tomking.analysis.funnel import Funnel, funnels, refused_orders
from tomking.analysis.tallies import Asked, Block
from tomking.core.facts import Considered, Fact, Judged
from tomking.core.reading import Stage
from unit.analysis.journals import LABELS, MONDAY, at, entered, opening, reading, refused

pytestmark = pytest.mark.unit

ASKED = Asked("lt112", "LT112", ("ES", "MES"), Block.MONTH)


def funnel(facts: list[Fact], entered_on: dict[str, str] | None = None) -> Funnel:
    (found,) = funnels(facts, (ASKED,), entered_on or {})
    return found


def test_a_slot_is_counted_once_under_its_last_answer() -> None:
    facts = [
        refused("lt112", MONDAY, reading("ES: VIX", Stage.VIX), when=at(MONDAY, 10)),
        refused("lt112", MONDAY, reading("ES: net credit"), when=at(MONDAY, 11)),
    ]
    found = funnel(facts)
    assert (found.candidates, found.refused, found.entered) == (1, 1, 0)
    assert found.by_gate == (("ES: net credit", 1),)
    assert found.by_stage == (("DATA", 1),)


def test_a_root_is_named_by_its_earliest_stage_and_a_slot_by_the_root_that_was_wanted() -> None:
    fact = refused(
        "lt112", MONDAY, reading("ES: margin", Stage.MARGIN), reading("ES: vega", Stage.GREEKS),
        reading("MES: net credit"),
    )  # fmt: skip
    found = funnel([fact])
    assert found.by_gate == (("ES: vega", 1),)
    assert [(r.root, r.gate, r.stage) for r in found.by_root] == [
        ("ES", "vega", "GREEKS"),
        ("MES", "net credit", "DATA"),
    ]


def test_an_order_refused_by_a_gate_is_found_in_its_verdict() -> None:
    order = opening("lt112", MONDAY, "MES")
    failed = reading("campaigns in group A1", Stage.CORRELATION)
    facts: list[Fact] = [
        Judged(at(MONDAY), order, (failed,), LABELS, approved=False),
        Considered(at(MONDAY), "lt112", order.campaign, "refused: campaigns in group A1", ()),
    ]
    found = funnel(facts)
    assert [(r.root, r.gate) for r in found.by_root] == [("MES", "campaigns in group A1")]
    assert refused_orders(facts) == (("OPEN", "CORRELATION", "campaigns in group A1", 1),)


def test_an_order_that_nobody_filled_is_neither_refused_nor_entered() -> None:
    order = opening("lt112", MONDAY)
    found = funnel(entered(order, at(MONDAY))[:3])
    assert (found.unfilled, found.refused, found.entered) == (1, 0, 0)


def test_an_entry_counts_whatever_was_answered_before() -> None:
    order = opening("lt112", MONDAY)
    facts = [refused("lt112", MONDAY, reading("ES: VIX")), *entered(order, at(MONDAY, 12))]
    found = funnel(facts, {order.campaign: "ES"})
    assert (found.candidates, found.entered, found.by_gate) == (1, 1, ())


@pytest.mark.parametrize(("days", "named"), [(19, False), (20, True)])
def test_a_gate_that_lets_hardly_anything_past_is_named_when_it_saw_enough(
    days: int, *, named: bool
) -> None:
    facts = [
        refused("lt112", MONDAY + timedelta(days=row), reading("ES: VIX")) for row in range(days)
    ]
    (refusal,) = funnel(list(facts)).by_root
    assert (refusal.share, refusal.nearly_all) == (1.0, named)


def test_the_first_root_is_tried_every_time_and_the_next_when_it_was_refused() -> None:
    second = MONDAY + timedelta(days=1)
    order = opening("lt112", second)
    facts: list[Fact] = [
        refused("lt112", MONDAY, reading("ES: vega"), reading("MES: net credit")),
        *entered(order, at(second)),
    ]
    found = funnel(facts, {order.campaign: "ES"})
    assert {r.root: (r.days, r.seen) for r in found.by_root} == {"ES": (1, 2), "MES": (1, 1)}


def test_a_reading_without_a_root_has_none() -> None:
    assert [root_of(reading(name)) for name in ("MES: VIX", "VIX", "note: VIX")] == ["MES", "", ""]
