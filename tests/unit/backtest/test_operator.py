"""The imagined operator: locks and rungs are lifted after the days a careful person would take."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tomking.backtest.operator import SimulatedOperator
from tomking.core.calendar import CLOSE, new_york
from tomking.core.restraints import RungMoved
from tomking.core.rung import AlarmLevel, Rung
from tomking.risk.limits import Limits
from tomking.risk.rungs import KillLadder
from tomking.risk.standing import start

pytestmark = pytest.mark.unit

DAY = date(2025, 12, 5)
FRESH = start(Decimal(100_000), Limits())


def after(days: int) -> datetime:
    """So many days later."""
    return new_york(DAY, CLOSE) + timedelta(days=days)


@pytest.mark.rule("R-RNG-02")
@pytest.mark.parametrize(
    ("rung", "days"),
    [(Rung.CLOSE_ONLY, 1), (Rung.REDUCE, 1), (Rung.FLATTEN, 14), (Rung.LOCKED, 14)],
)
def test_a_rung_is_lifted_a_day_after_the_last_alarm_and_a_lock_after_a_fortnight(
    rung: Rung, days: int
) -> None:
    ladder = KillLadder(rung, "alarm", DAY, AlarmLevel.ORANGE, DAY, proposed=frozenset())
    known = replace(FRESH, ladder=ladder)
    assert SimulatedOperator().take(after(days - 1), known) == []
    (moved,) = SimulatedOperator().take(after(days), known)
    assert isinstance(moved, RungMoved)
    assert (moved.before, moved.after, moved.by) == (rung, Rung.NORMAL, "simulated operator")
    later = replace(known, ladder=replace(ladder, alarmed=DAY + timedelta(days=1)))
    assert SimulatedOperator().take(after(days), later) == []


def test_what_a_session_lifts_by_itself_is_left_to_it() -> None:
    for rung in (Rung.NORMAL, Rung.NO_ENTRY):
        known = replace(FRESH, ladder=KillLadder(rung, "alarm", DAY, AlarmLevel.YELLOW, DAY))
        assert SimulatedOperator().take(after(9), known) == []


def test_a_reduction_that_was_not_made_yet_is_waited_for() -> None:
    waiting = KillLadder(Rung.REDUCE, "alarm", DAY, AlarmLevel.ORANGE, DAY)
    assert SimulatedOperator().take(after(3), replace(FRESH, ladder=waiting)) == []
