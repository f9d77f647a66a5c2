"""Which days the market is open, from the generated table: sessions, their neighbours, entry days."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Literal

from tomking.core.calendar import FRIDAY, Session, session
from tomking.core.errors import DataError
from tomking.core.value import value
from tomking.market.sessions_table import CLOSED, EARLY, FIRST_YEAR, LAST_YEAR

WhenClosed = Literal["next_day", "previous_day", "skip"]


def _dates(table: Mapping[int, str]) -> frozenset[date]:
    return frozenset(
        date(year, int(day[:2]), int(day[2:]))
        for year, days in table.items()
        for day in days.split()
    )


_CLOSED = _dates(CLOSED)
_EARLY = _dates(EARLY)


@value
class _Open:
    """Every session's date, ascending, and the same as ordinals for searching."""

    days: tuple[date, ...]
    ordinals: tuple[int, ...]


@cache
def _open() -> _Open:
    first = date(FIRST_YEAR, 1, 1)
    length = (date(LAST_YEAR, 12, 31) - first).days + 1
    days = (first + timedelta(days=n) for n in range(length))
    held = tuple(day for day in days if day.weekday() < 5 and day not in _CLOSED)
    return _Open(held, tuple(day.toordinal() for day in held))


def is_known(day: date) -> bool:
    """Whether a date lies in the years of the table."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _inside(day: date) -> None:
    if not is_known(day):
        raise DataError(
            f"no session is known for {day}: the table holds {FIRST_YEAR} to {LAST_YEAR}; choose a "
            "date in it, or widen it with scripts/sessions_table.py"
        )


@cache
def session_of(day: date) -> Session | None:
    """The session of a date, or nothing when the market does not open.

    Late openings of the past (2001-09-17 and a few others) count as 09:30.

    Raises
    ------
    DataError
        Outside the years of the table.

    >>> session_of(date(2025, 7, 4)) is None, session_of(date(2025, 7, 3)).minutes
    (True, 210)
    """
    _inside(day)
    if day.weekday() > 4 or day in _CLOSED:
        return None
    return _opened(day)


@cache
def _opened(day: date) -> Session:
    """The session of a day known to be open."""
    return session(day, early=day in _EARLY)


def is_open(day: date) -> bool:
    """Whether the market opens on a date, half days included."""
    return session_of(day) is not None


def _session(place: int, asked: date) -> Session:
    days = _open().days
    if not 0 <= place < len(days):
        raise DataError(
            f"the neighbour of {asked} lies outside the session table, which holds {FIRST_YEAR} to "
            f"{LAST_YEAR}"
        )
    return _opened(days[place])


def next_session(day: date) -> Session:
    """The first session after a date."""
    _inside(day)
    return _session(bisect_right(_open().ordinals, day.toordinal()), day)


def previous_session(day: date) -> Session:
    """The last session before a date."""
    _inside(day)
    return _session(bisect_left(_open().ordinals, day.toordinal()) - 1, day)


def on_or_after(day: date) -> date:
    """A date if the market opens on it, else the next one on which it does."""
    return day if is_open(day) else next_session(day).day


def on_or_before(day: date) -> date:
    """A date if the market opens on it, else the last one before on which it did."""
    return day if is_open(day) else previous_session(day).day


def sessions_between(first: date, last: date) -> tuple[Session, ...]:
    """Every session from ``first`` to ``last``, both included; none when they are the wrong way
    round.

    Raises
    ------
    DataError
        If either date lies outside the years of the table.
    """
    _inside(first)
    _inside(last)
    ordinals = _open().ordinals
    places = range(
        bisect_left(ordinals, first.toordinal()), bisect_right(ordinals, last.toordinal())
    )
    days = _open().days
    return tuple(_opened(days[place]) for place in places)


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th Monday (0) to Sunday (6) of a month, by the calendar alone.

    Raises
    ------
    DataError
        If the month has no such day (a fifth Friday, mostly).

    >>> nth_weekday(2025, 9, 2, 1)
    datetime.date(2025, 9, 3)
    """
    first = date(year, month, 1)
    day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
    if n < 1 or day.month != month:
        raise DataError(f"{year}-{month:02d} has no weekday {weekday} number {n}")
    return day


def third_friday(year: int, month: int) -> date:
    """The third Friday of a month, or the session before it when the market is closed then.

    >>> third_friday(2026, 6)
    datetime.date(2026, 6, 18)
    """
    return on_or_before(nth_weekday(year, month, FRIDAY, 3))


def month_end(year: int, month: int) -> date:
    """The last session of a month.

    >>> month_end(2025, 8)
    datetime.date(2025, 8, 29)
    """
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return on_or_before(last)


def entry_day(scheduled: date, when_closed: WhenClosed = "next_day") -> date | None:
    """The day a scheduled entry is made, holidays considered (rulebook 2).

    A Monday to Thursday on which the market is closed moves to the next session *of the same week*;
    a Friday has none left and is skipped. ``previous_day`` moves the other way within the week (a
    weekly roll due on a closed Friday is made on Thursday). A half day is a day: whether to trade
    on it is for the strategy to say.

    >>> entry_day(date(2025, 1, 1)), entry_day(date(2025, 4, 18))
    (datetime.date(2025, 1, 2), None)
    >>> entry_day(date(2025, 4, 18), "previous_day")
    datetime.date(2025, 4, 17)
    """
    if is_open(scheduled):
        return scheduled
    if when_closed == "skip":
        return None
    moved = (next_session if when_closed == "next_day" else previous_session)(scheduled).day
    return moved if moved.isocalendar()[:2] == scheduled.isocalendar()[:2] else None


def is_entry_day(
    day: date, weekday: int, nth: int | None = None, when_closed: WhenClosed = "next_day"
) -> bool:
    """Whether a slot on the (n-th) weekday is due on this date, substitution included.

    ``nth`` counts weekdays of the month in which the *scheduled* day lies; ``None`` is every week.

    >>> is_entry_day(date(2025, 1, 2), weekday=2, nth=1), is_entry_day(date(2025, 1, 8), 2, 1)
    (True, False)
    """
    scheduled = day + timedelta(days=weekday - day.weekday())
    if nth is not None and (scheduled.day - 1) // 7 + 1 != nth:
        return False
    return entry_day(scheduled, when_closed) == day
