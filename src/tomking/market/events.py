"""Scheduled events that stop entries: FOMC, CPI, NFP and OPEC by date."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from tomking.core.value import value
from tomking.market.sessions import on_or_after

#: The events we keep tables of.
NAMES = ("FOMC", "CPI", "NFP", "OPEC")
#: The key that says a table has run out.
UNKNOWN = "unknown"


@value
class Event:
    """One event: its name, date, New York time (empty: no fixed time) and what it was."""

    name: str
    day: date
    time: str
    what: str


@value
class Ahead:
    """What lies ahead of one event's name: calendar days to the ``next`` one, 0 for today.

    ``None`` says there is none within ``known`` days; of later ones nobody says anything.
    """

    next: int | None
    known: int


@value
class EventTable:
    """Events by the session they move, and the dates each table answers for (first, last)."""

    by_day: Mapping[date, Mapping[str, str]]
    covers: Mapping[str, tuple[date, date]]

    def on(self, day: date, names: Collection[str] = NAMES) -> Mapping[str, str]:
        """The events of a date with their time, such as ``{"FOMC": "14:00"}``.

        An empty time means the whole day counts: OPEC has no fixed hour, and an event of a day on
        which the market was closed is news at the next open. A date outside a table's reach adds
        ``{"unknown": "CPI after 2026-12-10"}``. Ask only for the ``names`` that matter: a gap in
        the OPEC table need not stop a trade in the S&P 500.
        """
        found = {name: at for name, at in self.by_day.get(day, {}).items() if name in names}
        gaps = self._gaps(day, names)
        return found | {UNKNOWN: "; ".join(gaps)} if gaps else found

    def ahead(
        self, day: date, days: int, names: Collection[str] = NAMES
    ) -> Mapping[date, Mapping[str, str]]:
        """The dates from ``day`` to ``days`` calendar days later on which ``on`` says something."""
        dates = (day + timedelta(days=n) for n in range(days + 1))
        return {each: events for each in dates if (events := self.on(each, names))}

    def coming(self, day: date, days: int, names: Collection[str] = NAMES) -> Mapping[str, Ahead]:
        """What lies ahead of each name, ``days`` at most; nothing of one whose table does not reach."""
        found: dict[str, Ahead] = {}
        for name in names:
            first, last = self.covers.get(name, (date.max, date.min))
            if first <= day <= last:
                reach = min(days, (last - day).days)
                found[name] = Ahead(self._next(name, day, reach), reach)
        return found

    def _next(self, name: str, day: date, days: int) -> int | None:
        dates = (self.by_day.get(day + timedelta(days=n), {}) for n in range(days + 1))
        return next((n for n, those in enumerate(dates) if name in those), None)

    def ending(self, day: date, days: int, names: Collection[str] = NAMES) -> Mapping[str, date]:
        """Names whose table ends before a date or within so many days of it, with its last date."""
        limit = day + timedelta(days=days)
        ends = {name: self.covers[name][1] if name in self.covers else date.min for name in names}
        return {name: last for name, last in ends.items() if last < limit}

    def _gaps(self, day: date, names: Collection[str]) -> list[str]:
        gaps: list[str] = []
        for name in names:
            if name not in self.covers:
                gaps.append(f"no table of {name}")
                continue
            first, last = self.covers[name]
            if day < first:
                gaps.append(f"{name} before {first}")
            elif day > last:
                gaps.append(f"{name} after {last}")
        return gaps


def event_table(events: Iterable[Event]) -> EventTable:
    """A table of events, each on the session it moves.

    An event on a day without a session (OPEC at the weekend, NFP on Good Friday, the FOMC of Sunday
    2020-03-15) stands on the next session, without a time. A table answers from 1 January of the
    year of its first event, since none of ours begins in the middle of a schedule, to its last
    event.
    """
    by_day: dict[date, dict[str, str]] = {}
    covers: dict[str, tuple[date, date]] = {}
    for event in sorted(events, key=lambda event: event.day):
        moved = on_or_after(event.day)
        clock = event.time if moved == event.day else ""
        # Two of one name on one session: the whole day wins over a time, the earlier over the later.
        day = by_day.setdefault(moved, {})
        day[event.name] = min(day.get(event.name, clock), clock)
        first = covers.get(event.name, (date(event.day.year, 1, 1), event.day))[0]
        covers[event.name] = (first, max(event.day, moved))
    return EventTable(by_day, covers)
