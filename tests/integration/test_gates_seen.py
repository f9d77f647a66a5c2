"""Every gate passes and refuses because of data: in the default run, or on a named day."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from tomking.backtest.run import Run
from tomking.core.facts import Judged
from tomking.core.reading import Reading
from worlds.days import play
from worlds.gates import answers, scene

pytestmark = [pytest.mark.integration, pytest.mark.risk]

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def seen_in(readings: Iterable[Reading]) -> dict[str, set[bool]]:
    """Which answers each rule gave."""
    found: dict[str, set[bool]] = defaultdict(set)
    for reading in readings:
        found[reading.rule].add(reading.passed)
    return found


def test_every_gate_is_seen_passing_and_refusing(default_run: Run) -> None:
    judged = [reading for f in default_run.facts if isinstance(f, Judged) for reading in f.readings]
    days = [
        reading
        for path in SCENARIOS.glob("*.txt")
        for asked in play(path)
        for reading in asked.readings
    ]
    found = seen_in([*judged, *days])
    every = set(answers(scene()))
    assert sorted(rule for rule in every if True not in found[rule]) == [], "never passes"
    assert sorted(rule for rule in every if False not in found[rule]) == [], "never refuses"


def test_every_gate_is_asked_in_the_default_run(default_run: Run) -> None:
    judged = [reading for f in default_run.facts if isinstance(f, Judged) for reading in f.readings]
    assert {reading.rule for reading in judged} == set(answers(scene()))
