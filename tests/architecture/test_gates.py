"""Every gate has been seen passing and refusing, each on a day that is written down."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache

import pytest

from architecture.test_rules import ids
from architecture.tree import ROOT
from tomking.core.reading import STAGES, Stage
from tomking.risk.gates.sanity import SANITY
from tomking.risk.judge import EXPOSURE, Gate
from worlds.days import play
from worlds.gates import answers, scene

pytestmark = [pytest.mark.unit, pytest.mark.risk]

GATES = SANITY + EXPOSURE
gates = pytest.mark.parametrize("gate", GATES, ids=lambda gate: str(gate.__name__))


def rule_of(gate: Callable[..., object]) -> str:
    """The one rule a gate names."""
    (rule,) = ids(gate.__doc__ or "")
    return rule


@cache
def seen() -> Mapping[str, set[tuple[bool, str]]]:
    """What each rule answered on the days of ``tests/scenarios``, and on which."""
    found: dict[str, set[tuple[bool, str]]] = defaultdict(set)
    for path in sorted((ROOT / "tests" / "scenarios").glob("*.txt")):
        for asked in play(path):
            for reading in asked.readings:
                found[reading.rule].add((reading.passed, path.stem))
    return found


def test_each_gate_is_a_rule_of_its_own() -> None:
    """So that what a rule was seen to answer was answered by its gate."""
    rules = [rule_of(gate) for gate in GATES]
    assert len(set(rules)) == len(GATES)
    assert set(answers(scene())) == set(rules)


@gates
@pytest.mark.parametrize("passed", [True, False], ids=["passing", "refusing"])
def test_a_gate_was_seen_on_a_written_day(gate: Gate, passed: bool) -> None:
    assert {day for answer, day in seen()[rule_of(gate)] if answer is passed}


def test_a_gate_answers_under_its_own_rule_and_in_the_order_of_the_stages() -> None:
    readings = list(answers(scene()).values())
    assert [reading.rule for reading in readings] == [rule_of(gate) for gate in GATES]
    stages: list[Stage] = [reading.stage for reading in readings[len(SANITY) :]]
    assert stages == sorted(stages, key=STAGES.index)
