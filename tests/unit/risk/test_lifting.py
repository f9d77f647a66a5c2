"""What a person's word lifts: each refusal beside the word that passes."""

from datetime import timedelta
from decimal import Decimal
from functools import reduce

import pytest

from tomking.core.calendar import OPEN, new_york
from tomking.core.facts import CampaignClosed, Fact, MarginCalled
from tomking.core.restraints import Halted, RungMoved
from tomking.core.rung import OPERATOR, Rung
from tomking.risk.breakers import LOCKS, MANUAL_MODE
from tomking.risk.lifting import may_lift, may_move
from tomking.risk.limits import Limits
from tomking.risk.rungs import climbed
from tomking.risk.standing import EXPECTANCY, MARGIN_CALL, Standing, apply, start
from worlds.board import FRIDAY

pytestmark = [pytest.mark.unit, pytest.mark.risk, pytest.mark.emergency]
LIMITS = Limits()
NOON = new_york(FRIDAY, OPEN)


def folded(*facts: Fact) -> Standing:
    return reduce(lambda s, f: apply(s, f, LIMITS), facts, start(Decimal(100_000), LIMITS))


def lifts(reason: str, known: Standing, hours: float) -> bool:
    asked = may_lift(reason, known, NOON + timedelta(hours=hours), LIMITS)
    return all(reading.passed for reading in asked)


@pytest.mark.rule("R-BRK-08")
@pytest.mark.parametrize("lock", LOCKS)
def test_a_person_lifts_a_lock_a_day_later_and_a_drawdown_after_two_weeks(lock: str) -> None:
    known = folded(Halted(NOON, lock, "", Decimal(94_000)))
    least = 14 * 24.0 if lock == "drawdown" else 24.0
    assert not lifts(lock, known, least - 0.01)
    assert lifts(lock, known, least)


@pytest.mark.rule("R-BRK-08")
@pytest.mark.parametrize("reason", [OPERATOR, MANUAL_MODE])
def test_the_brake_and_manual_mode_are_lifted_at_once(reason: str) -> None:
    assert lifts(reason, folded(Halted(NOON, reason, "")), 0.0)


@pytest.mark.rule("R-BRK-08")
def test_a_margin_call_and_missing_data_lift_themselves_and_by_no_word() -> None:
    call = folded(MarginCalled(NOON, Decimal(1), Decimal(2)))
    assert not lifts(MARGIN_CALL, call, 1000.0)
    assert not lifts("data", folded(Halted(NOON, "data", "no quote")), 1000.0)


@pytest.mark.parametrize("reason", [OPERATOR, "day loss", "nonsense"])
def test_what_is_not_on_cannot_be_lifted(reason: str) -> None:
    (seen,) = may_lift(reason, folded(), NOON, LIMITS)
    assert str(seen) == f"{reason} is: off, must be on"


def test_a_strategy_that_its_record_pauses_is_lifted_by_its_name() -> None:
    lost = [
        CampaignClosed(NOON, f"lt112/{n}", "lt112", NOON, Decimal(-100), Decimal(1))
        for n in range(20)
    ]
    known = folded(*lost)
    assert lifts(f"{EXPECTANCY}lt112", known, 0.0)
    assert not lifts(f"{EXPECTANCY}strangle", known, 0.0)


def moves(here: Rung, to: Rung, days: int) -> bool:
    moved = RungMoved(NOON, Rung.NORMAL, here, "", "operator")
    ladder = climbed(folded().ladder, moved)
    asked = may_move(ladder, to, NOON + timedelta(days=days), LIMITS)
    return all(reading.passed for reading in asked)


@pytest.mark.rule("R-RNG-02")
@pytest.mark.parametrize("here", Rung)
@pytest.mark.parametrize("to", Rung)
def test_a_person_moves_the_desk_at_once_but_from_locked_a_day_later(here: Rung, to: Rung) -> None:
    assert moves(here, to, 1)
    begins_anew = here is Rung.LOCKED and to < Rung.FLATTEN
    assert moves(here, to, 0) is not begins_anew
