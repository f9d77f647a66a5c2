"""The hidden hand on the clock: told, moved forward alone, and refused what is no time."""

from datetime import datetime

import pytest

from tomking.core.errors import Rejected
from worlds.standing import standing

pytestmark = pytest.mark.integration

CLOCK = "/__paper/clock"


def test_the_clock_says_what_time_it_is_and_how_fast_it_goes():
    with standing() as there:
        told = there.line().get(CLOCK)
        assert datetime.fromisoformat(told["at"]) == there.clock()
        assert told["speed"] == 0.0


def test_it_is_moved_by_so_many_seconds():
    with standing() as there:
        before = there.clock()
        answer = there.line().send("POST", CLOCK, {"seconds": 90})
        assert datetime.fromisoformat(answer.data["at"]) == there.clock()
        assert (there.clock() - before).total_seconds() == 90.0


@pytest.mark.parametrize("seconds", [-1, "soon", None, float("inf")])
def test_time_goes_forward_alone(seconds):
    with standing() as there:
        before = there.clock()
        body = {"seconds": str(seconds) if seconds == float("inf") else seconds}
        assert there.line().send("POST", CLOCK, body).is_no
        assert there.clock() == before


def test_nobody_else_is_asked_for_the_time():
    with standing() as there, pytest.raises(Rejected):
        there.line().get("/__paper/weather")
