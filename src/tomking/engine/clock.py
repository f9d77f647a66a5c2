"""When to look: the instants of a session at which a slot, a watch or a settling look is due."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from tomking.core.calendar import AFTER_CLOSE, Session
from tomking.core.value import value
from tomking.engine.ports import Interest, Tick
from tomking.strategies.plan import Strategy

#: Minutes after something was sent at which its fate is looked up, and a doubt looked at again.
SETTLE = (1, 2)

#: While an order is at work nothing waits longer than this for a look.
RESTLESS_EVERY_MIN = 5

Grid = tuple[tuple[int, frozenset[str], frozenset[str], frozenset[str], bool], ...]
Due = tuple[tuple[str, tuple[int, ...]], ...]
Watched = tuple[tuple[str, int], ...]


@lru_cache(maxsize=256)
def grid(length: int, due: Due, watched: Watched) -> Grid:
    """Rows of (minute, due, last, watch, settling) of a session, ascending.

    ``due`` gives each strategy's slot minutes, ``watched`` the minutes between looks at its
    positions.
    """
    asked = {minute for _, minutes in due for minute in minutes}
    looked = {minute for _, every in watched for minute in range(every, length, every)}
    instants = asked | looked
    settling = {minute + later for minute in instants for later in SETTLE}
    settling |= set(range(RESTLESS_EVERY_MIN, length, RESTLESS_EVERY_MIN))
    return tuple(
        (
            minute,
            frozenset(name for name, minutes in due if minute in minutes),
            frozenset(name for name, minutes in due if minutes and minute == minutes[-1]),
            frozenset(name for name, every in watched if minute % every == 0 and minute > 0),
            minute in settling,
        )
        for minute in sorted(minute for minute in instants | settling if minute < length)
    )


@value
class SessionClock:
    """Every due instant of a run of sessions, at once: the clock of a backtest.

    ``delay_min`` asks every slot that many minutes late (a sensitivity run).
    """

    sessions: tuple[Session, ...]
    strategies: tuple[Strategy, ...]
    delay_min: int = 0

    def ticks(self, interest: Interest) -> Iterator[Tick]:
        """Instants in order; those at which nothing could happen are left out."""
        watched = tuple((strategy.name, strategy.watch_min) for strategy in self.strategies)
        for session in self.sessions:
            rows = grid(
                session.minutes, slots_of(session, self.strategies, self.delay_min), watched
            )
            for minute, due, last, watch, settling in rows:
                if due or (settling and interest.restless) or (watch & interest.held):
                    yield Tick(session.at(minute), due, last, watch)
            yield Tick(session.at(session.minutes + AFTER_CLOSE), closing=True)


def slots_of(session: Session, strategies: Sequence[Strategy], delay_min: int = 0) -> Due:
    """The minutes at which each strategy is due in a session; strategies without a slot left out."""
    due = (
        (
            strategy.name,
            tuple(
                sorted(
                    {
                        minute + delay_min
                        for slots in strategy.slots
                        for minute in slots.minutes(session)
                        if minute + delay_min < session.minutes
                    }
                )
            ),
        )
        for strategy in strategies
    )
    return tuple((name, minutes) for name, minutes in due if minutes)
