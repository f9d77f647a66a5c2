"""A desk that is asked to go: it goes on asking its broker for a few seconds, and no longer."""

import pytest

from tomking.app.stopping import LEAVES_WITHIN_S, Stopping

pytestmark = pytest.mark.unit


def test_patience_is_endless_until_somebody_asks_and_then_runs_out_from_the_first_time() -> None:
    now = [100.0]
    stopping = Stopping(clock=lambda: now[0])
    assert stopping.patience() == float("inf")
    assert not stopping.stop.is_set()
    stopping.ask()
    now[0] += 2.0
    stopping.ask()
    assert stopping.stop.is_set()
    assert stopping.patience() == LEAVES_WITHIN_S - 2.0
    now[0] += 20.0
    assert stopping.patience() < 0.0


def test_a_desk_that_has_seen_enough_closes_takes_its_time() -> None:
    stopping = Stopping()
    stopping.stop.set()
    assert stopping.patience() == float("inf")
