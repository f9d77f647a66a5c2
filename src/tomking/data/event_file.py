"""A user's own dates of events: one CSV, checked whole before anything of it counts.

One row an event: ``date,time,name,source``, ascending. The time is New York's, or left out where the
whole day counts. Own rows are laid over the shipped ones: where both name an event of one day, the
own row holds.
"""

import csv
import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, time
from itertools import pairwise
from pathlib import Path

from tomking.core.errors import DataError
from tomking.core.near import did_you_mean
from tomking.market.events import NAMES, Event
from tomking.market.sessions import is_known

COLUMNS = ("date", "time", "name", "source")
SOURCE_MAX = 200
#: Days between two dates of one name beyond which one is missing; meetings of OPEC keep no calendar.
GAP_MAX = {"FOMC": 70, "CPI": 70, "NFP": 70}


def read_events(path: Path) -> tuple[Event, ...]:
    """The events of a file, in its order.

    Raises
    ------
    DataError
        If it cannot be read, lacks a column or has one too many, or a row is no event: with its line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            found = tuple(_rows(path, csv.DictReader(text, strict=True)))
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise DataError(f"{path} cannot be read as events: {fault}; give a UTF-8 CSV") from fault
    if not found:
        raise DataError(f"{path} holds no event; give a file with at least one row")
    return found


def laid_over(own: Sequence[Event], others: Sequence[Event]) -> tuple[Event, ...]:
    """All events by day and name; where both name one, the own row holds."""
    rows = {(event.day, event.name): event for event in (*others, *own)}
    return tuple(rows[key] for key in sorted(rows))


def whole(own: Sequence[Event], shipped: Sequence[Event]) -> None:
    """Raise if own dates leave a hole behind what is known: a table would vouch for it.

    Raises
    ------
    DataError
        Naming the dates between which one is missing.
    """
    mine = {(event.day, event.name) for event in own}
    for name, most in GAP_MAX.items():
        days = [event.day for event in laid_over(own, shipped) if event.name == name]
        for before, after in pairwise(days):
            if (after, name) in mine and (after - before).days > most:
                raise DataError(
                    f"no {name} is named between {before} and {after}: add the dates between, or the "
                    "days there would pass for quiet ones"
                )


def write_events(path: Path, events: Sequence[Event]) -> None:
    """Write events whole or not at all: beside the file first, then in its place.

    Raises
    ------
    DataError
        If the folder cannot be written to; the file is then as it was.
    """
    beside = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=path.parent, suffix=".csv", delete=False
        ) as text:
            beside = text.name
            rows = csv.writer(text)
            rows.writerow(COLUMNS)
            rows.writerows((one.day.isoformat(), one.time, one.name, one.what) for one in events)
            text.flush()
            os.fsync(text.fileno())
        Path(beside).replace(path)
    except OSError as fault:
        if beside:
            Path(beside).unlink(missing_ok=True)
        raise DataError(
            f"{path} cannot be written: {fault}; set TOMKING_HOME to a folder that can"
        ) from fault


def _rows(path: Path, rows: "csv.DictReader[str]") -> Iterator[Event]:
    given = tuple(rows.fieldnames or ())
    if given != COLUMNS:
        raise DataError(f"{path} begins with {','.join(given)!r}: it needs {','.join(COLUMNS)}")
    last: Event | None = None
    for row in rows:
        where = f"{path}, line {rows.line_num}"
        event = _event(row, where)
        if last is not None and (event.day, event.name) == (last.day, last.name):
            raise DataError(f"{where}: {event.name} on {event.day} is there twice; take one out")
        if last is not None and (event.day, event.name) < (last.day, last.name):
            raise DataError(
                f"{where}: {event.name} on {event.day} stands after {last.name} on {last.day}; sort "
                "the rows by date and then by name"
            )
        last = event
        yield event


def _event(row: dict[str | None, str | None], where: str) -> Event:
    """A row as an event."""
    if None in row or None in row.values():
        raise DataError(f"{where} does not hold {len(COLUMNS)} fields: quote a comma in a text")
    day, clock, name, source = (str(row[column]).strip() for column in COLUMNS)
    if name not in NAMES:
        hint = did_you_mean(name, NAMES)
        raise DataError(f"{where}: unknown event {name[:40]!r}{hint}; known: {', '.join(NAMES)}")
    if not source or len(source) > SOURCE_MAX or not source.isprintable():
        raise DataError(
            f"{where}: say where the date is from, in 1 to {SOURCE_MAX} printable characters"
        )
    return Event(name, _day(day, where), _clock(clock, where), source)


def _day(text: str, where: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise DataError(f"{where}: {text[:40]!r} is no date such as 2027-01-27") from None
    if text != day.isoformat() or not is_known(day):
        raise DataError(f"{where}: {text!r} is no date of the session table, such as 2027-01-27")
    return day


def _clock(text: str, where: str) -> str:
    """A time as the tables have it; nothing where the whole day counts."""
    try:
        fits = not text or f"{time.fromisoformat(text):%H:%M}" == text
    except ValueError:
        fits = False
    if not fits:
        raise DataError(f"{where}: {text[:40]!r} is no time such as 14:00; leave it out for a day")
    return text
