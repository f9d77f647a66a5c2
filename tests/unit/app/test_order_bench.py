"""The bench of orders times real ones, and says so when none was taken."""

import pytest

from tomking.app.bench import orders
from worlds.standing import standing

pytestmark = [pytest.mark.integration, pytest.mark.performance]


def test_orders_are_timed_over_the_line_and_cancelled_again(monkeypatch):
    monkeypatch.setattr(orders, "ORDERS", 5)
    monkeypatch.setattr(orders, "BEFORE", 1)
    with standing() as there:
        taken, pace = orders.timed(there.line())
        assert len(taken) == 5
        assert min(taken) > 0.0
        assert pace > 0.0
        entries = next(iter(there.world.doors.values())).entries.values()
        assert {entry.word for entry in entries} == {"Cancel Requested"}


def test_nothing_is_measured_of_orders_that_are_refused(monkeypatch):
    monkeypatch.setattr(orders, "BEFORE", 1)
    with standing(cash="1") as there, pytest.raises(AssertionError, match="nothing was measured"):
        orders.timed(there.line())
