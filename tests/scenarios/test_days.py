"""Every day scenario: a text file beside this one, played against the gates."""

from pathlib import Path

import pytest

from worlds.days import Asked, play

pytestmark = pytest.mark.scenario

DAYS = sorted(Path(__file__).parent.glob("*.txt"))
ASKED = [(path.stem, asked) for path in DAYS for asked in play(path)]


@pytest.mark.parametrize(("day", "asked"), ASKED, ids=lambda x: getattr(x, "text", x))
def test_a_day_is_answered_as_it_was_written_down(day: str, asked: Asked) -> None:
    answers = {reading.rule: reading for reading in asked.readings}
    assert asked.verdict == asked.expected, day
    assert [str(answers[rule]) for rule in asked.fails if answers[rule].passed] == []
    assert [str(answers[rule]) for rule in asked.passes if not answers[rule].passed] == []


def test_the_fifth_of_august_is_the_first_scenario() -> None:
    assert DAYS[0].stem.startswith("2024_08_05")
