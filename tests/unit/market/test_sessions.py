"""The session table against the rulebook's own dates and against a calendar library."""

import json
from datetime import date, time, timedelta
from pathlib import Path

import exchange_calendars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import FRIDAY, MONDAY, TUESDAY, WEDNESDAY
from tomking.core.errors import DataError
from tomking.market.sessions import (
    entry_day,
    is_entry_day,
    is_open,
    next_session,
    nth_weekday,
    on_or_after,
    on_or_before,
    previous_session,
    session_of,
    sessions_between,
)
from tomking.market.sessions_table import FIRST_YEAR, LAST_YEAR

pytestmark = pytest.mark.unit

RULEBOOK = json.loads((Path(__file__).parents[2] / "data/rulebook_dates.json").read_text())
DAYS = st.dates(date(FIRST_YEAR, 2, 1), date(LAST_YEAR, 11, 30))


def dates(name: str) -> dict[int, list[date]]:
    return {
        int(year): [date.fromisoformat(f"{year}-{day}") for day in days]
        for year, days in RULEBOOK[name].items()
    }


def weekdays(year: int) -> list[date]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [day for day in days if day.year == year and day.weekday() < 5]


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_the_full_closes_are_those_of_the_rulebook(year: int) -> None:
    closed = [day for day in weekdays(year) if session_of(day) is None]
    assert closed == dates("full_closes")[year]


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_the_half_days_are_those_of_the_rulebook_and_end_at_one(year: int) -> None:
    early = [day for day in weekdays(year) if (held := session_of(day)) and held.early]
    assert early == dates("closes_at_13")[year]
    held = session_of(early[0])
    assert held is not None
    assert held.closes.time() == time(13, 0)
    assert held.minutes == 210


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_the_fridays_without_a_0dte_are_those_of_the_rulebook(year: int) -> None:
    fridays = [day for day in weekdays(year) if day.weekday() == FRIDAY]
    without = [day for day in fridays if (held := session_of(day)) is None or held.early]
    assert without == dates("fridays_without_0dte")[year]


@pytest.mark.parametrize("year", [2025, 2026])
def test_first_wednesdays_second_tuesdays_and_quarterlies_are_those_of_the_rulebook(
    year: int,
) -> None:
    months = range(1, 13)
    assert [nth_weekday(year, m, WEDNESDAY, 1) for m in months] == dates("first_wednesdays")[year]
    assert [nth_weekday(year, m, TUESDAY, 2) for m in months] == dates("second_tuesdays")[year]
    thirds = [nth_weekday(year, m, FRIDAY, 3) for m in (3, 6, 9, 12)]
    assert thirds == dates("quarterly_third_fridays")[year]


@pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")
def test_every_session_and_half_day_is_that_of_the_calendar_library() -> None:
    calendar = exchange_calendars.get_calendar(
        "XNYS", start=f"{FIRST_YEAR}-01-01", end=f"{LAST_YEAR}-12-31"
    )
    ours = sessions_between(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    assert [held.day for held in ours] == [stamp.date() for stamp in calendar.sessions]
    early = [held.day for held in ours if held.early]
    assert early == [stamp.date() for stamp in calendar.early_closes]


@pytest.mark.parametrize("day", [date(2024, 12, 24), date(2025, 12, 24)])
def test_the_christmas_eves_that_other_calendars_miss_are_half_days(day: date) -> None:
    held = session_of(day)
    assert held is not None
    assert held.early


@pytest.mark.parametrize(
    "day", [date(2001, 9, 11), date(2012, 10, 29), date(2018, 12, 5), date(2025, 1, 9)]
)
def test_the_market_did_not_open_on_days_of_mourning_and_disaster(day: date) -> None:
    assert session_of(day) is None


@given(DAYS)
def test_neighbours_stand_on_either_side_of_a_day_and_enclose_no_other_session(day: date) -> None:
    before, after = previous_session(day), next_session(day)
    assert before.day < day < after.day
    held = session_of(day)
    between = sessions_between(before.day, after.day)
    assert between == ((before, after) if held is None else (before, held, after))


@given(DAYS)
def test_moving_to_a_session_leaves_an_open_day_alone(day: date) -> None:
    assert on_or_before(day) <= day <= on_or_after(day)
    assert is_open(on_or_before(day))
    assert is_open(on_or_after(day))
    assert (on_or_before(day) == day) is is_open(day)


def test_a_range_the_wrong_way_round_holds_no_session() -> None:
    assert sessions_between(date(2025, 2, 1), date(2025, 1, 1)) == ()


@pytest.mark.parametrize("day", [date(FIRST_YEAR - 1, 12, 31), date(LAST_YEAR + 1, 1, 1)])
def test_a_date_outside_the_table_is_an_error_that_names_its_years(day: date) -> None:
    for ask in (session_of, next_session, previous_session):
        with pytest.raises(DataError, match=f"{FIRST_YEAR} to {LAST_YEAR}"):
            ask(day)
    with pytest.raises(DataError, match=str(LAST_YEAR)):
        sessions_between(day, day)


def test_the_neighbour_beyond_either_end_is_an_error() -> None:
    with pytest.raises(DataError, match="outside"):
        next_session(date(LAST_YEAR, 12, 31))
    with pytest.raises(DataError, match="outside"):
        previous_session(date(FIRST_YEAR, 1, 1))


@pytest.mark.parametrize(("weekday", "n"), [(FRIDAY, 5), (MONDAY, 0)])
def test_a_weekday_the_month_does_not_have_is_an_error(weekday: int, n: int) -> None:
    with pytest.raises(DataError, match="2025-02"):
        nth_weekday(2025, 2, weekday, n)


def test_a_first_wednesday_on_a_holiday_moves_to_the_next_session_of_its_week() -> None:
    for scheduled, moved in RULEBOOK["first_wednesday_moved"].items():
        assert entry_day(date.fromisoformat(scheduled)) == date.fromisoformat(moved)


def test_a_monday_slot_on_a_holiday_moves_to_tuesday() -> None:
    for monday in dates("monday_leap_slot_moved")[2025]:
        assert entry_day(monday) == monday + timedelta(days=1)


def test_a_closed_friday_is_skipped_and_its_roll_is_made_on_thursday() -> None:
    good_friday = date(2026, 4, 3)
    assert entry_day(good_friday) is None
    assert entry_day(good_friday, "previous_day") == date(2026, 4, 2)
    assert entry_day(good_friday, "skip") is None


def test_a_slot_is_never_moved_into_another_week() -> None:
    assert entry_day(date(2001, 9, 13)) is None
    assert entry_day(date(2025, 9, 1), "previous_day") is None


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_monthly_slot_is_due_exactly_once_a_month(year: int) -> None:
    due = [day for day in weekdays(year) if is_entry_day(day, WEDNESDAY, 1)]
    scheduled = dates("first_wednesdays")[year]
    moved = RULEBOOK["first_wednesday_moved"]
    assert due == [date.fromisoformat(moved.get(str(day), str(day))) for day in scheduled]


def test_a_weekly_slot_is_due_on_its_day_or_its_substitute_only() -> None:
    week = [date(2025, 9, 1) + timedelta(days=n) for n in range(7)]
    assert [day for day in week if is_entry_day(day, MONDAY)] == [date(2025, 9, 2)]
    assert [day for day in week if is_entry_day(day, MONDAY, when_closed="skip")] == []
