"""The clock of a desk that trades: the same instants as in a backtest, waited for.

Between them it looks at least once a minute, which is its heartbeat, and every few seconds while an
order is at work; outside of sessions it looks too, for alarms alone. An instant that has gone by while
nobody looked is not made up for: a slot is asked within a few minutes of its time or not at all, by a
desk that has just started within its minute. A close is looked at as long as a slot is asked; one that
was missed is made up for by others' figures (``engine/late_close.py``).
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tomking.core.calendar import AFTER_CLOSE, NEW_YORK, Session
from tomking.core.errors import DataError
from tomking.engine.instants import LATE_MIN, Grid, Row, minutes_of
from tomking.engine.ports import Interest, Tick
from tomking.market.sessions import next_session, session_of
from tomking.strategies.plan import Strategy

#: Seconds between looks: at most, and while an order is at work.
HEARTBEAT_S, RESTLESS_S = 60.0, 5.0
#: Sessions in which the next slot is looked for: a plan that is asked once a month has one.
DUE_WITHIN = 30


@dataclass(slots=True)
class LiveClock:
    """Instants as they come. ``now`` is what time it is there; ``wait`` lets so many of its seconds pass
    and says whether to go on; ``night_s`` are the seconds between looks outside of sessions, ``closed``
    the last session whose close was looked at, before a stop.
    """

    strategies: tuple[Strategy, ...]
    now: Callable[[], datetime]
    wait: Callable[[float], bool]
    night_s: float = HEARTBEAT_S
    closed: date = date.max

    def ticks(self, interest: Interest) -> Iterator[Tick]:
        """Instants until somebody says stop; the first is now."""
        now, goes_on = self.now(), True
        if self._is_close(now):
            yield Tick(now, closing=True)
        while goes_on:
            session = self._session()
            goes_on = yield from self._night(session.opens)
            if goes_on:
                goes_on = yield from self._day(session, interest)

    def _session(self) -> Session:
        """The session that is on, or comes next."""
        now = self.now().astimezone(NEW_YORK)
        today = session_of(now.date())
        if today is not None and now < _end(today):
            return today
        return next_session(now.date())

    def _is_close(self, now: datetime) -> bool:
        """Whether a session has just ended whose close nobody has looked at."""
        today = session_of(now.astimezone(NEW_YORK).date())
        if today is None or self.closed >= today.day:
            return False
        return _end(today) <= now <= _end(today) + timedelta(minutes=LATE_MIN)

    def _night(self, opens: datetime) -> Generator[Tick, None, bool]:
        """Looks before a session; whether to go on then."""
        while (left := (opens - self.now()).total_seconds()) > 0:
            yield Tick(self.now(), night=True)
            if not self.wait(min(left, self.night_s)):
                return False
        return self.wait(0.0)

    def _day(self, session: Session, interest: Interest) -> Generator[Tick, None, bool]:
        """The instants of a session that are left, its close last; whether to go on then."""
        rows = minutes_of(session, self.strategies)
        seen = self._minute(session) - 1.0
        while (minute := self._minute(session)) < session.minutes:
            yield _tick(
                self.now(), [row for row in rows.every if seen < row.minute <= minute], minute
            )
            seen = minute
            if not self.wait(self._pause(rows, session, interest)):
                return False
        while (left := (_end(session) - self.now()).total_seconds()) > 0:
            yield Tick(self.now(), night=True)
            if not self.wait(min(left, HEARTBEAT_S)):
                return False
        if self.now() <= _end(session) + timedelta(minutes=LATE_MIN):
            yield Tick(self.now(), closing=True)  # else the machine slept: a day of another session
        return self.wait(0.0)

    def _minute(self, session: Session) -> float:
        """Minutes since the open."""
        return session.minute(self.now())

    def _pause(self, rows: Grid, session: Session, interest: Interest) -> float:
        """Seconds to the next look."""
        longest = RESTLESS_S if interest.restless else HEARTBEAT_S
        minute = self._minute(session)
        row = rows.after(int(minute), interest, session.day)
        due = session.minutes if row is None else row.minute
        return min(longest, max(0.0, 60.0 * (due - minute)))


def due_after(
    now: datetime, strategies: tuple[Strategy, ...], interest: Interest
) -> datetime | None:
    """When the next slot comes, or the next look at what is held; nothing if not for long.

    A look comes each minute whatever happens; this is one at which a plan is asked something.
    """
    day = now.astimezone(NEW_YORK).date()
    with suppress(DataError):  # beyond the last year of the table nobody knows
        for _ in range(DUE_WITHIN):
            session = session_of(day) or next_session(day)
            minute = int(session.minute(now)) if now >= session.opens else -1
            row = minutes_of(session, strategies).after(minute, interest, session.day)
            if row is not None:
                return session.at(row.minute)
            day = session.day + timedelta(days=1)
    return None


def _end(session: Session) -> datetime:
    """When a session's official closes are known."""
    return session.closes + timedelta(minutes=AFTER_CLOSE)


def _tick(at: datetime, rows: list[Row], minute: float) -> Tick:
    """What has become due since the last look, as one instant."""
    fresh = [row for row in rows if minute - row.minute <= LATE_MIN]
    return Tick(
        at,
        frozenset[str]().union(*(row.due for row in fresh)),
        frozenset[str]().union(*(row.last for row in fresh)),
        frozenset[str]().union(*(row.watch for row in rows)),
        frozenset[str]().union(*(row.renew for row in fresh)),
    )
