"""Slots by date: the rulebook's tables (27.4), holidays and half days."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    after_open,
    before_close,
    session,
)
from tomking.market.sessions import session_of, sessions_between
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.leap_protect import LEAP_PROTECT
from tomking.strategies.lt112 import LT112
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import Before, MoveBelow, UntilOnLastDay, WinningFrom
from tomking.strategies.strangle import STRANGLE

pytestmark = pytest.mark.unit

DATES = json.loads((Path(__file__).parents[2] / "data/rulebook_dates.json").read_text())
TEN = after_open(30)


def due(slots: Slots, first: date, last: date) -> list[date]:
    """The days on which a slot is due."""
    return [hours.day for hours in sessions_between(first, last) if slots.minutes(hours)]


@pytest.mark.rule("R-112-08")
@pytest.mark.parametrize("year", ["2025", "2026"])
def test_lt112_is_asked_on_the_rulebooks_first_wednesdays(year: str) -> None:
    moved = DATES["first_wednesday_moved"]
    days = [f"{year}-{day}" for day in DATES["first_wednesdays"][year]]
    expected = [date.fromisoformat(moved.get(day, day)) for day in days]
    found = due(LT112.slots[0], date(int(year), 1, 1), date(int(year), 12, 31))
    assert found == expected


@pytest.mark.parametrize("year", ["2025", "2026"])
def test_second_tuesdays_are_the_rulebooks(year: str) -> None:
    slots = Slots(TUESDAY, after_open(45), after_open(45), nth=2)
    expected = [date.fromisoformat(f"{year}-{day}") for day in DATES["second_tuesdays"][year]]
    assert due(slots, date(int(year), 1, 1), date(int(year), 12, 31)) == expected


@pytest.mark.rule("R-0DTE-01")
@pytest.mark.parametrize("year", ["2025", "2026"])
def test_0dte_is_asked_on_every_open_friday_and_never_in_its_stead(year: str) -> None:
    first, last = date(int(year), 1, 1), date(int(year), 12, 31)
    found = due(FRIDAY_0DTE.slots[0], first, last)
    fridays = [
        hours.day for hours in sessions_between(first, last) if hours.day.weekday() == FRIDAY
    ]
    assert found == fridays
    closed = {date.fromisoformat(f"{year}-{day}") for day in DATES["fridays_without_0dte"][year]}
    full = {day for day in found if (hours := session_of(day)) and not hours.early}
    assert not closed & full
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    assert full | closed == {day for day in every if day.weekday() == FRIDAY}


def test_a_monday_holiday_moves_the_slot_to_tuesday() -> None:
    moved = [date.fromisoformat(f"2025-{d}") for d in DATES["monday_leap_slot_moved"]["2025"]]
    slots = Slots(MONDAY, TEN, TEN)
    for day in moved:
        assert session_of(day) is None
        tuesday = session_of(day + timedelta(days=1))
        assert tuesday is not None
        assert slots.minutes(tuesday) == (30,)
        assert Slots(MONDAY, TEN, TEN, holiday="skip").minutes(tuesday) == ()


@pytest.mark.parametrize(
    ("weekday", "also", "said"),
    [
        (TUESDAY, 2, "Tuesday to Thursday"),
        (THURSDAY, 2, "Thursday to Friday"),
        (FRIDAY, 2, "Friday"),
    ],
)
def test_a_week_ends_on_friday_however_many_days_are_asked(
    weekday: int, also: int, said: str
) -> None:
    slots = Slots(weekday, TEN, TEN, also=also)
    assert str(slots).startswith(f"{said}, 10:00")
    assert len(due(slots, date(2025, 9, 8), date(2025, 9, 12))) == min(also, FRIDAY - weekday) + 1


def test_a_slot_is_asked_again_until_its_end() -> None:
    slots = Slots(WEDNESDAY, after_open(30), after_open(90), every_min=30)
    assert slots.minutes(session(date(2025, 9, 3))) == (30, 60, 90)
    assert slots.minutes(session(date(2025, 9, 4))) == ()


def test_a_slot_told_from_the_close_follows_a_half_day() -> None:
    slots = Slots(FRIDAY, before_close(90), before_close(60))
    assert slots.minutes(session(date(2025, 12, 5))) == (300, 330)
    assert slots.minutes(session(date(2025, 11, 28), early=True)) == (120, 150)


def test_a_slot_never_reaches_beyond_the_close() -> None:
    slots = Slots(FRIDAY, after_open(60), after_open(360), every_min=60)
    early = session(date(2025, 11, 28), early=True)
    assert max(slots.minutes(early)) <= early.minutes


def test_a_slot_prints_as_a_sentence() -> None:
    text = str(FRIDAY_0DTE.slots[0])
    assert text == "Friday, 10:30 to 13:30 New York, asked every 30 minutes; on a holiday skipped"


@pytest.mark.rule("R-SGL-07")
@pytest.mark.parametrize("year", ["2025", "2026"])
def test_a_strangle_is_asked_from_the_second_tuesday_to_the_thursday_after_it(year: str) -> None:
    (slots,) = STRANGLE.slots
    tuesdays = [date.fromisoformat(f"{year}-{day}") for day in DATES["second_tuesdays"][year]]
    week = [day + timedelta(days=n) for day in tuesdays for n in range(3)]
    found = due(slots, date(int(year), 1, 1), date(int(year), 12, 31))
    assert found == [day for day in week if session_of(day)]
    assert str(slots).startswith("second Tuesday to Thursday, 10:15 to 11:15 New York")


@given(day=st.dates(date(2024, 1, 1), date(2027, 12, 31)), also=st.integers(0, 3))
def test_later_days_belong_to_the_week_of_the_day_that_counts(day: date, also: int) -> None:
    slots = Slots(TUESDAY, TEN, TEN, nth=2, also=also)
    hours = session_of(day)
    if hours is not None and slots.minutes(hours):
        tuesday = day - timedelta(days=day.weekday() - TUESDAY)
        assert 8 <= tuesday.day <= 14
        assert day.weekday() - TUESDAY <= max(also, 1)  # one more where the Tuesday is a holiday


@pytest.mark.rule("R-LEP-06")
def test_the_ladder_is_asked_every_monday_and_on_tuesday_after_a_holiday() -> None:
    found = due(LEAP_LADDER.slots[0], date(2025, 1, 1), date(2025, 12, 31))
    moved = [date.fromisoformat(f"2025-{d}") for d in DATES["monday_leap_slot_moved"]["2025"]]
    assert {day + timedelta(days=1) for day in moved} <= set(found)
    assert not set(moved) & set(found)
    assert {day.weekday() for day in found} == {MONDAY, TUESDAY}
    assert len(found) == 52


@pytest.mark.rule("R-PMC-09")
def test_a_weekly_is_sold_again_on_thursday_before_a_closed_friday() -> None:
    friday, monday = IPMCC.renew_slots
    assert (friday.holiday, monday.holiday) == ("previous_day", "next_day")
    before = session_of(date(2025, 4, 17))  # Good Friday is the day after
    assert before is not None
    assert friday.minutes(before) == tuple(range(30, 361, 60))
    assert str(friday).endswith("on a holiday moved to the session before")
    labor = session_of(date(2025, 9, 2))
    assert labor is not None
    assert monday.minutes(labor) == (30, 60, 90)


@pytest.mark.parametrize("length", [390, 210], ids=["full day", "half day"])
@pytest.mark.parametrize("plan", [FRIDAY_0DTE, LT112, STRANGLE, IPMCC, LEAP_LADDER, LEAP_PROTECT],
                         ids=lambda plan: plan.name)  # fmt: skip
def test_every_clock_of_a_plan_strikes_at_a_look(plan: Plan, length: int) -> None:
    """A rule that acts at a time of day is looked at then, not at the next full hour after the close."""
    moments = [
        rule.moment.minute(length)
        for tranche in plan.tranches
        for rule in tranche.stay_while
        if isinstance(rule, Before | WinningFrom | UntilOnLastDay)
    ]
    assert all(0 < minute < length and minute % plan.watch_min == 0 for minute in moments)
    clocks = [rule for t in plan.tranches for rule in t.stay_while if rule.clock]
    timed = [rule for rule in clocks if not isinstance(rule, MoveBelow)]
    assert len(timed) == len(moments)
