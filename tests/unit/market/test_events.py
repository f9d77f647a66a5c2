"""Events by the session they move, and what is said when a table has run out."""

from datetime import date

import pytest

from tomking.market.events import UNKNOWN, Event, EventTable, event_table

pytestmark = pytest.mark.unit


@pytest.fixture
def table() -> EventTable:
    return event_table(
        [
            Event("FOMC", date(2026, 1, 28), "14:00", "statement"),
            Event("FOMC", date(2026, 3, 18), "14:00", "statement"),
            Event("CPI", date(2026, 3, 18), "08:30", "February"),
            Event("NFP", date(2026, 4, 3), "08:30", "March, on Good Friday"),
            Event("CPI", date(2026, 4, 10), "08:30", "March"),
            Event("NFP", date(2026, 5, 8), "08:30", "April"),
            Event("OPEC", date(2026, 3, 1), "", "eight countries (Sunday)"),
            Event("OPEC", date(2026, 6, 7), "", "ministerial (Sunday)"),
        ]
    )


def test_a_day_names_its_events_with_their_new_york_time(table: EventTable) -> None:
    assert table.on(date(2026, 3, 18)) == {"FOMC": "14:00", "CPI": "08:30"}


def test_a_quiet_day_inside_every_table_has_nothing_to_say(table: EventTable) -> None:
    assert table.on(date(2026, 3, 17)) == {}


def test_a_weekend_meeting_moves_the_next_session(table: EventTable) -> None:
    assert table.on(date(2026, 3, 1)) == {}
    assert table.on(date(2026, 3, 2)) == {"OPEC": ""}


def test_a_release_on_good_friday_moves_monday_without_a_time(table: EventTable) -> None:
    assert table.on(date(2026, 4, 6), ("NFP",)) == {"NFP": ""}


def test_only_the_names_asked_for_count(table: EventTable) -> None:
    assert table.on(date(2026, 3, 18), ("CPI",)) == {"CPI": "08:30"}
    assert table.on(date(2026, 4, 10), ("FOMC",)) == {UNKNOWN: "FOMC after 2026-03-18"}


def test_after_the_last_event_of_a_table_the_day_is_unknown(table: EventTable) -> None:
    assert table.on(date(2026, 5, 8), ("CPI", "NFP")) == {
        "NFP": "08:30",
        UNKNOWN: "CPI after 2026-04-10",
    }
    assert table.on(date(2026, 6, 8), ("OPEC",)) == {"OPEC": ""}
    assert table.on(date(2026, 6, 9), ("OPEC",)) == {UNKNOWN: "OPEC after 2026-06-08"}


def test_before_the_year_of_the_first_event_the_day_is_unknown(table: EventTable) -> None:
    assert table.on(date(2026, 1, 2)) == {}
    assert "CPI before 2026-01-01" in table.on(date(2025, 12, 31))[UNKNOWN]


def test_an_event_without_any_table_is_unknown_and_not_absent() -> None:
    assert event_table([]).on(date(2026, 3, 18), ("CPI",)) == {UNKNOWN: "no table of CPI"}


def test_of_two_of_a_name_on_one_session_the_whole_day_wins() -> None:
    sunday, monday = date(2026, 3, 1), date(2026, 3, 2)
    pair = [Event("OPEC", sunday, "17:00", ""), Event("OPEC", monday, "10:00", "")]
    assert event_table(pair).on(monday, ("OPEC",)) == {"OPEC": ""}
    assert event_table(reversed(pair)).on(monday, ("OPEC",)) == {"OPEC": ""}


def test_looking_ahead_lists_the_days_that_say_something(table: EventTable) -> None:
    ahead = table.ahead(date(2026, 3, 16), 3, ("FOMC", "OPEC"))
    assert ahead == {
        date(2026, 3, 18): {"FOMC": "14:00"},
        date(2026, 3, 19): {UNKNOWN: "FOMC after 2026-03-18"},
    }
