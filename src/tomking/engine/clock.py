"""When to look: the clock of a backtest, which waits for nothing."""

from collections.abc import Iterator

from tomking.core.calendar import AFTER_CLOSE, Session
from tomking.core.value import value
from tomking.engine.instants import minutes_of
from tomking.engine.ports import Interest, Tick
from tomking.strategies.plan import Strategy


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
        for session in self.sessions:
            minutes = minutes_of(session, self.strategies, self.delay_min)
            minute = -1
            while (row := minutes.after(minute, interest, session.day)) is not None:
                yield Tick(session.at(row.minute), row.due, row.last, row.watch, row.renew)
                minute = row.minute
            yield Tick(session.at(session.minutes + AFTER_CLOSE), closing=True)
