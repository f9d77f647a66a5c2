"""The minutes of a session: whose slot it is, who is looked at, when a fate is looked up."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter

from tomking.core.calendar import Session
from tomking.core.value import value
from tomking.engine.ports import Interest
from tomking.strategies.plan import Strategy, Tending
from tomking.strategies.slots import Slots

#: Minutes after something was sent at which its fate is looked up, and a doubt looked at again.
SETTLE = (1, 2)

#: While an order is at work nothing waits longer than this for a look.
RESTLESS_EVERY_MIN = 5

#: A slot is asked, and a close looked at, up to so many minutes after its time.
LATE_MIN = 5
#: So many minutes before the close is the last look at what ends that day (R-EOD-01).
EOD_MIN = 5

Due = tuple[tuple[str, tuple[int, ...]], ...]
Watched = tuple[tuple[str, int], ...]


@value
class Row:
    """A minute of a session: whose slot it is, whose last, who is looked at, who may sell again what
    is gone, and whether a fate is looked up; ``last_look`` and ``late`` count on a day on which
    something sold ends: the look at it, and the minutes after.
    """

    minute: int
    due: frozenset[str]
    last: frozenset[str]
    watch: frozenset[str]
    renew: frozenset[str]
    settling: bool
    last_look: bool = False
    late: bool = False

    @property
    def tends(self) -> frozenset[str]:
        """Strategies with something to do here if they hold anything."""
        return self.watch | self.renew


@value
class Grid:
    """The minutes of a session, ascending: all, those when something is due or watched, and due."""

    every: tuple[Row, ...]
    watched: tuple[Row, ...]
    due: tuple[Row, ...]

    def after(self, minute: int, interest: Interest, day: date) -> Row | None:
        """The next row of a day at which something can happen, as things stand."""
        held, restless, ends = interest.held, interest.restless, interest.ends <= day
        rows = self.every if restless or ends else self.watched if held else self.due
        for row in rows[bisect_right(rows, minute, key=attrgetter("minute")) :]:
            if row.due or (restless and row.settling) or not held.isdisjoint(row.tends):
                return row
            if ends and (row.last_look or (restless and row.late)):
                return row
        return None


@lru_cache(maxsize=256)
def grid(length: int, due: Due, watched: Watched, renew: Due = ()) -> Grid:
    """The minutes of a session.

    ``due`` gives each strategy's slot minutes, ``watched`` the minutes between looks at its
    positions, ``renew`` the minutes at which it may sell again what is gone.
    """
    asked = {minute for _, minutes in (*due, *renew) for minute in minutes}
    looked = {minute for _, every in watched for minute in range(every, length, every)}
    instants = asked | looked
    settling = {minute + later for minute in instants for later in SETTLE}
    settling |= set(range(RESTLESS_EVERY_MIN, length, RESTLESS_EVERY_MIN))
    late = range(length - EOD_MIN, length)
    rows = tuple(
        Row(
            minute,
            frozenset(name for name, minutes in due if minute in minutes),
            frozenset(name for name, minutes in due if minutes and minute == minutes[-1]),
            frozenset(name for name, every in watched if minute % every == 0 and minute > 0),
            frozenset(name for name, minutes in renew if minute in minutes),
            minute in settling,
            minute == late.start,
            minute in late,
        )
        for minute in sorted(each for each in instants | settling | {*late} if each < length)
    )
    return Grid(
        rows,
        tuple(row for row in rows if row.due or row.tends),
        tuple(row for row in rows if row.due),
    )


def slots_of(session: Session, strategies: Sequence[Strategy], delay_min: int = 0) -> Due:
    """The minutes at which each strategy is due in a session; strategies without a slot left out."""
    return _minutes(session, [(each.name, each.slots) for each in strategies], delay_min)


def renewals_of(session: Session, strategies: Sequence[Strategy], delay_min: int = 0) -> Due:
    """The minutes at which each strategy may sell again what is gone; those that never do left out."""
    tending = [(each.name, each.renew_slots) for each in strategies if isinstance(each, Tending)]
    return _minutes(session, tending, delay_min)


def _minutes(session: Session, asked: Sequence[tuple[str, Sequence[Slots]]], delay_min: int) -> Due:
    found = (
        (
            name,
            {
                minute + delay_min
                for each in slots
                for minute in each.minutes(session)
                if minute + delay_min < session.minutes
            },
        )
        for name, slots in asked
    )
    return tuple((name, tuple(sorted(minutes))) for name, minutes in found if minutes)


def minutes_of(session: Session, strategies: Sequence[Strategy], delay_min: int = 0) -> Grid:
    """Everything that may be due in a session; ``delay_min`` asks every slot that many minutes late."""
    watched = tuple((strategy.name, strategy.watch_min) for strategy in strategies)
    due = slots_of(session, strategies, delay_min)
    return grid(session.minutes, due, watched, renewals_of(session, strategies, delay_min))
