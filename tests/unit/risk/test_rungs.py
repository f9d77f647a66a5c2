"""The kill ladder as a fold: what an alarm, a move and a proposal leave behind."""

from dataclasses import replace
from datetime import date, timedelta
from functools import reduce

import pytest

from tomking.core.calendar import CLOSE, new_york
from tomking.core.facts import CashMoved, Fact
from tomking.core.money import ZERO
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.restraints import Alarmed, Proposed, RungMoved
from tomking.core.rung import AlarmLevel, Rung
from tomking.risk.rungs import BY_ALARM, RUNG_OF, KillLadder, climbed
from worlds.board import FRIDAY
from worlds.gates import exit_of

pytestmark = [pytest.mark.unit, pytest.mark.risk, pytest.mark.emergency]

YELLOW, ORANGE, RED = AlarmLevel
NOON = new_york(FRIDAY, CLOSE)
BEFORE, AFTER = FRIDAY - timedelta(days=1), FRIDAY + timedelta(days=3)


def alarmed(level: AlarmLevel, what: str = "VIX") -> Alarmed:
    """An alarm that a reading raised."""
    reading = Reading(what, Stage.DATA, Sense.BELOW, 31.0, 30.0)
    return Alarmed(NOON, level, (reading, replace(reading, name="another")))


def moved(after: Rung, by: str = BY_ALARM) -> RungMoved:
    return RungMoved(NOON, Rung.NORMAL, after, "", by)


def proposed(what: str, *positions: str) -> Proposed:
    orders = tuple(replace(exit_of(), closes=name) for name in positions)
    return Proposed(NOON, what, orders, (), "")


def folded(*facts: Fact, begin: KillLadder | None = None) -> KillLadder:
    return reduce(climbed, facts, begin or KillLadder())


def test_a_ladder_begins_at_its_foot_with_nothing_to_show() -> None:
    assert KillLadder() == KillLadder(
        Rung.NORMAL, "", date.min, None, date.min, "", shown=True, proposed=None
    )


@pytest.mark.rule("R-RNG-02")
def test_each_alarm_asks_for_its_rung() -> None:
    assert dict(RUNG_OF) == {
        YELLOW: Rung.NO_ENTRY, ORANGE: Rung.CLOSE_ONLY, RED: Rung.CLOSE_ONLY,
    }  # fmt: skip


@pytest.mark.rule("R-RNG-02")
@pytest.mark.parametrize(
    ("known", "on", "level", "news"),
    [
        (None, FRIDAY, YELLOW, True),
        (YELLOW, FRIDAY, YELLOW, False),
        (YELLOW, FRIDAY, ORANGE, True),
        (ORANGE, FRIDAY, ORANGE, False),
        (ORANGE, FRIDAY, YELLOW, False),
        (RED, FRIDAY, RED, False),
        (RED, BEFORE, YELLOW, True),  # every day has its first
        (RED, AFTER, YELLOW, True),
    ],
)
def test_an_alarm_is_news_once_a_day_and_when_it_is_louder(
    known: AlarmLevel | None, on: date, level: AlarmLevel, news: bool
) -> None:
    assert KillLadder(alarm=known, alarmed=on).is_news(level, FRIDAY) is news


@pytest.mark.rule("R-RNG-01")
@pytest.mark.parametrize(
    ("rung", "by", "alarm_on", "since", "lifts"),
    [
        (Rung.NO_ENTRY, BY_ALARM, BEFORE, BEFORE, True),
        (Rung.NO_ENTRY, BY_ALARM, FRIDAY, BEFORE, False),  # the alarm is today's
        (Rung.NO_ENTRY, BY_ALARM, BEFORE, FRIDAY, False),
        (Rung.NO_ENTRY, BY_ALARM, AFTER, BEFORE, False),
        (Rung.NO_ENTRY, "anna", BEFORE, BEFORE, False),  # a person lifts what a person did
        (Rung.CLOSE_ONLY, BY_ALARM, BEFORE, BEFORE, False),
        (Rung.NORMAL, BY_ALARM, BEFORE, BEFORE, False),
    ],
)
def test_a_new_session_lifts_what_a_yellow_alarm_did_and_nothing_else(
    rung: Rung, by: str, alarm_on: date, since: date, lifts: bool
) -> None:
    known = KillLadder(rung, by, since, YELLOW, alarm_on)
    assert known.may_lift(FRIDAY) is lifts


@pytest.mark.rule("R-RNG-04")
@pytest.mark.parametrize(
    ("begin", "level", "why", "shown"),
    [
        (KillLadder(), YELLOW, "VIX", True),
        (KillLadder(), ORANGE, "VIX", False),  # what could be done waits to be shown
        (KillLadder(), RED, "VIX", False),
        (KillLadder(shown=False), YELLOW, "VIX", False),
        # a quiet alarm takes nobody's place who put the desk there
        (KillLadder(Rung.CLOSE_ONLY, why="loss"), YELLOW, "loss", True),
        (KillLadder(Rung.REDUCE, why="loss"), YELLOW, "loss", True),
        (KillLadder(Rung.NO_ENTRY, why="loss"), YELLOW, "VIX", True),
        (KillLadder(Rung.CLOSE_ONLY, why="loss"), ORANGE, "VIX", False),
    ],
)
def test_an_alarm_is_remembered_with_its_first_reading(
    begin: KillLadder, level: AlarmLevel, why: str, shown: bool
) -> None:
    after = climbed(begin, alarmed(level))
    assert (after.alarm, after.alarmed, after.rung) == (level, FRIDAY, begin.rung)
    assert after.why.split(":")[0] == why
    assert after.shown is shown


@pytest.mark.rule("R-RNG-01")
@pytest.mark.parametrize("after", Rung)
@pytest.mark.parametrize("shown", [True, False])
def test_a_move_forgets_what_was_proposed_on_the_rung_before(after: Rung, shown: bool) -> None:
    begin = KillLadder(Rung.REDUCE, "x", BEFORE, shown=shown, proposed=("a",))
    there = climbed(begin, moved(after, "anna"))
    assert (there.rung, there.by, there.since, there.proposed) == (after, "anna", FRIDAY, None)
    assert there.shown is (shown or after is Rung.NORMAL)


@pytest.mark.rule("R-RNG-04")
def test_what_a_rung_has_named_grows_and_what_another_would_do_is_only_shown() -> None:
    begin = folded(alarmed(ORANGE), moved(Rung.REDUCE, "anna"))
    assert not begin.shown
    preview = climbed(begin, proposed("FLATTEN", "a", "b"))
    assert (preview.shown, preview.proposed) == (True, None)
    named = folded(proposed("REDUCE", "a"), proposed("REDUCE", "b"), begin=begin)
    assert (named.shown, named.proposed) == (True, ("a", "b"))
    assert climbed(begin, proposed("REDUCE")).proposed == ()


def test_other_facts_leave_the_ladder_where_it_is() -> None:
    known = folded(alarmed(RED), moved(Rung.LOCKED))
    assert climbed(known, CashMoved(NOON, ZERO, "")) is known
