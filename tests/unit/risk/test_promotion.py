"""Signatures: what they add up to, and when one may not be written."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tomking.core.calendar import NEW_YORK
from tomking.core.facts import CampaignClosed, Fact
from tomking.core.reading import Skip
from tomking.core.restraints import CrisisUnlocked, RungMoved, StageDemoted, StagePromoted
from tomking.core.rung import Rung
from tomking.risk.crisis import last_day
from tomking.risk.limits import Limits
from tomking.risk.promotion import Record, missing, promotion, recorded, unlocking

pytestmark = [pytest.mark.unit, pytest.mark.risk, pytest.mark.rule("R-STG-04")]

DAY = datetime(2026, 1, 5, 12, tzinfo=NEW_YORK)
LIMITS = Limits()


def later(days: float) -> datetime:
    return DAY + timedelta(days=days)


def won(days: float, pnl: str = "100") -> CampaignClosed:
    name = f"friday_0dte/{days}"
    return CampaignClosed(later(days), name, "friday_0dte", later(days), Decimal(pnl), Decimal(4))


def begun(days: float = 0.0, stage: int = 1) -> StagePromoted:
    return StagePromoted(later(days), stage, 0, 0.0, "T. King: to begin")


def known(*facts: Fact) -> Record:
    return recorded(facts, LIMITS)


def test_without_a_signature_the_first_stage_is_next() -> None:
    none = known(won(1))
    assert (none.signed, none.next, none.wins) == (False, 1, 0)
    made = promotion(none, DAY, "T. King: to begin", LIMITS)
    assert isinstance(made, StagePromoted)
    assert (made.stage, made.wins, made.weeks) == (1, 0, 0.0)


def test_winners_count_from_the_first_stage_on_and_losers_do_not() -> None:
    found = known(won(-3), begun(), won(1), won(2, "-90"), won(3, "3"), won(4))
    assert (found.stage, found.wins) == (1, 2)


@pytest.mark.parametrize(("wins", "days", "may"), [(5, 14, True), (4, 14, False), (5, 13, False)])
def test_the_next_stage_needs_winners_and_weeks_both(wins: int, days: int, may: bool) -> None:
    found = known(begun(), *(won(1 + n / 10) for n in range(wins)))
    made = promotion(found, later(days), "T. King: five Fridays", LIMITS)
    assert isinstance(made, StagePromoted) is may
    if isinstance(made, Skip):
        assert [seen.rule for seen in made.failed] == ["R-STG-04"]


def test_there_is_no_stage_above_the_highest() -> None:
    top = known(begun(0, 4), *(won(n) for n in range(30)))
    asked = missing(top, later(100).date(), LIMITS)
    assert [seen.passed for seen in asked] == [False]
    assert isinstance(promotion(top, later(100), "T. King: more", LIMITS), Skip)


@pytest.mark.rule("R-STG-05")
@pytest.mark.parametrize(
    "fall",
    [
        StageDemoted(later(20), 1, "a bad week"),
        RungMoved(later(20), Rung.CLOSE_ONLY, Rung.FLATTEN, "red", "operator"),
    ],
)
def test_who_falls_back_to_the_first_stage_counts_anew(fall: Fact) -> None:
    found = known(begun(), *(won(n) for n in range(1, 7)), begun(15, 2), fall, won(21))
    assert (found.stage, found.since, found.wins) == (1, later(20).date(), 1)


def test_the_order_of_files_does_not_matter() -> None:
    told = (begun(), won(1), won(2))
    assert known(*told) == known(*reversed(told))


@pytest.mark.rule("R-VIX-06")
@pytest.mark.parametrize(("vix", "may"), [(30.01, True), (30.0, False), (16.0, False)])
def test_puts_are_unlocked_in_a_crisis_alone(vix: float, may: bool) -> None:
    until = later(2).date()
    made = unlocking(vix, DAY, until, "T. King: paid for fear", LIMITS)
    assert isinstance(made, CrisisUnlocked) is may
    if isinstance(made, CrisisUnlocked):
        assert known(made).crisis_until == until


@pytest.mark.rule("R-VIX-06")
def test_an_unlock_lasts_three_sessions() -> None:
    days = [later(n).date() for n in (0, 1, 2, 3)]
    assert last_day(days) == days[2]
    assert last_day(days[:2]) == days[1]
