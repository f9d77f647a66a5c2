"""A desk is killed at its steps and nothing is lost; builds with a planted fault are caught."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping

import pytest
from tests.kill.lives import ROOT
from tests.kill.matrix import RECOVERS_WITHIN_S, chosen, in_turn
from tests.kill.planted import BUILDS, PLANTS
from tests.kill.rows import Met
from tests.kill.traced import AFTER, BEFORE

pytestmark = [pytest.mark.integration, pytest.mark.emergency]

POINTS = 20


@pytest.fixture(scope="module")
def ran() -> str:
    """What a small matrix says: made by a process of its own, which may fork."""
    words = ("--points", str(POINTS), "--others")
    done = subprocess.run(
        [sys.executable, "-m", "tests.kill.matrix", *words],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture
def figures(ran: str) -> Mapping[str, float]:
    """Its figures."""
    said: Mapping[str, float] = json.loads(ran.splitlines()[-1])
    return said


def test_a_desk_that_is_killed_loses_nothing(figures: Mapping[str, float]) -> None:
    assert figures["kills"] >= POINTS + figures["torn_pages"]
    assert figures["in_doubt"] >= POINTS / 2
    assert figures["forbidden"] == 0
    assert figures["never_recovered"] == 0


def test_it_is_back_within_five_seconds(figures: Mapping[str, float]) -> None:
    assert figures["recovery_s_max"] < RECOVERS_WITHIN_S


def test_a_failing_disk_and_a_torn_page_lose_nothing(figures: Mapping[str, float]) -> None:
    assert figures["failing_disks"] == 2
    assert figures["torn_pages"] == 2


@pytest.mark.parametrize(
    ("build", "said"),
    [
        ("no id search before resend", "is at the exchange 2 times"),
        ("journal after send", "had two live orders|was never announced"),
        ("fill applied twice", "is journalled more than once"),
        ("cancel assumed", "in the journal and is Filled at the exchange"),
    ],
)
def test_a_build_with_a_planted_fault_is_caught(ran: str, build: str, said: str) -> None:
    assert BUILDS.keys() == PLANTS.keys()
    line = next(line for line in ran.splitlines() if line.startswith(f"planted {build!r}: "))
    assert re.search(said, line)


def met(name: str, nth: int, side: str, *, doubtful: bool = False) -> Met:
    return Met((name, nth, side), doubtful)


def test_points_in_doubt_come_first_and_every_kind_of_step_before_a_second_of_one() -> None:
    doubtful = [met("submit receive", n, AFTER, doubtful=True) for n in range(30)]
    others = [met("cancel send", n, BEFORE) for n in range(30)]
    points = chosen([*others, *doubtful], 10)
    assert [each.doubtful for each in points[:10]] == [True] * 7 + [False] * 3
    assert len(set(points)) == 60
    mixed = [*doubtful, met("roll send", 1, BEFORE), met("other hear", 1, BEFORE)]
    assert {each.point[0] for each in list(in_turn(mixed))[:3]} == {
        "submit receive", "roll send", "other hear",
    }  # fmt: skip


def test_with_points_enough_every_kind_of_step_is_among_them() -> None:
    doubtful = [met("submit receive", n, AFTER, doubtful=True) for n in range(90)]
    others = [met(f"look {n} receive", 1, AFTER) for n in range(40)]
    points = chosen([*doubtful, *others], 100)[:100]
    assert {each.point[0] for each in others} < {each.point[0] for each in points}
    assert sum(each.doubtful for each in points) == 60


def test_few_points_in_doubt_are_made_up_for_by_others() -> None:
    points = chosen([met("a send", n, BEFORE) for n in range(9)], 5)
    assert len(points) == 9
