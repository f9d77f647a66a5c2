"""Real money: every condition refused by itself, and all of them together let through."""

from typing import Any

import pytest

from tomking.app.live import (
    OFF,
    ON,
    SWITCH_KEY,
    SWITCH_VARIABLE,
    live_refusals,
    switch_of,
    word_for,
)
from tomking.core.evidence import Evidence
from worlds.rings import Pocket

pytestmark = [pytest.mark.unit, pytest.mark.risk]

ALL: dict[str, Any] = {
    "account": "ira",
    "mode": "live",
    "switch": ON,
    "stage": 1,
    "typed": "LIVE ira",
    "evidence": {"quotes": Evidence.LIVE, "history": Evidence.RECORDED, "carry": Evidence.LIVE},
}


def refused(**changes: Any) -> list[str]:
    return [reading.name for reading in live_refusals(**{**ALL, **changes})]


def test_all_together_refuse_nothing() -> None:
    assert refused() == []
    assert refused(stage=4, evidence={"quotes": Evidence.LIVE}) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"mode": "paper"}, "mode in the settings"),
        ({"switch": OFF}, "the live switch"),
        ({"switch": ""}, "the live switch"),
        ({"stage": 0}, "deployment stage signed for"),
        ({"typed": None}, "the word typed"),
        ({"typed": "yes"}, "the word typed"),
        ({"typed": "LIVE other"}, "the word typed"),
        ({"evidence": {}}, "evidence of quotes"),
        ({"evidence": {"history": Evidence.LIVE}}, "evidence of quotes"),
        ({"evidence": {"quotes": Evidence.RECORDED}}, "evidence of quotes"),
        ({"evidence": {"quotes": Evidence.MODEL}}, "evidence of quotes"),
        ({"evidence": ALL["evidence"] | {"history": Evidence.PROXY}}, "evidence of history"),
        ({"evidence": ALL["evidence"] | {"carry": Evidence.MODEL}}, "evidence of carry"),
    ],
)
def test_each_that_is_missing_refuses_by_itself(change: dict[str, Any], name: str) -> None:
    assert refused(**change) == [name]


def test_everything_that_is_missing_is_named() -> None:
    bare = refused(mode="paper", switch=OFF, stage=0, typed=None, evidence={})
    assert len(bare) == 5


def test_a_model_is_named_with_what_is_wanted() -> None:
    (seen,) = live_refusals(**{**ALL, "evidence": ALL["evidence"] | {"history": Evidence.MODEL}})
    assert str(seen) == "evidence of history: MODEL, must be RECORDED or LIVE"


def test_the_switch_is_that_of_its_account() -> None:
    ring = Pocket()
    assert switch_of("ira", {}, ring) == OFF
    assert switch_of("ira", {SWITCH_VARIABLE: "ira"}, ring) == ON
    assert switch_of("ira", {SWITCH_VARIABLE: "on"}, ring) == OFF
    assert switch_of("ira", {SWITCH_VARIABLE: "other"}, ring) == OFF
    ring.put("ira", SWITCH_KEY, ON)
    assert switch_of("ira", {}, ring) == ON
    assert switch_of("other", {}, ring) == OFF
    ring.put("ira", SWITCH_KEY, "yes")
    assert switch_of("ira", {}, ring) == OFF
    assert word_for("ira") == "LIVE ira"
