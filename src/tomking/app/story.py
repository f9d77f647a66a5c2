"""What a kept run says of a day: its facts, what a strategy was asked, and when it is asked next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tomking.app.runs import find, ledger
from tomking.core.calendar import NEW_YORK
from tomking.core.errors import ConfigError
from tomking.core.facts import Considered, Fact, Judged, RunStarted, SessionClosed
from tomking.market.sessions import session_of, sessions_between
from tomking.market.sessions_table import LAST_YEAR
from tomking.strategies.plan import Strategy

#: A slot is looked for this far ahead: longer than any plan sleeps.
AHEAD_DAYS = 400


@dataclass(frozen=True, slots=True)
class Told:
    """A kept run: its hash, its facts with their numbers, and the days it covers."""

    run: str
    facts: tuple[Fact, ...]
    first: date
    last: date

    def on(self, day: date) -> Iterator[tuple[int, Fact]]:
        """The facts of a New York day.

        Raises
        ------
        ConfigError
            If the run does not reach that day.
        """
        if not self.first <= day <= self.last:
            raise ConfigError(
                f"run {self.run} covers {self.first} to {self.last}, not {day}: choose a day in it, "
                "another run with --run, or run `tomking backtest --from --to` over that day"
            )
        return (
            (number, fact)
            for number, fact in enumerate(self.facts, 1)
            if fact.at.astimezone(NEW_YORK).date() == day
        )

    def traded(self, strategy: str) -> bool:
        """Whether the strategy was part of the run."""
        start = next(fact for fact in self.facts if isinstance(fact, RunStarted))
        return f"name={strategy!r}" in start.settings or self.asked(strategy)

    def asked(self, strategy: str) -> bool:
        """Whether a slot of the strategy came due in the run."""
        return any(
            isinstance(fact, Considered) and fact.strategy == strategy for fact in self.facts
        )

    def must_have(self, strategy: str) -> None:
        """Refuse a strategy that was no part of the run.

        Raises
        ------
        ConfigError
            If it was none.
        """
        if not self.traded(strategy):
            raise ConfigError(
                f"{strategy} is not part of run {self.run}: choose another run with --run, or run "
                f"`tomking backtest --strategies {strategy}` first"
            )


def told(hash_prefix: str | None) -> Told:
    """The kept run whose hash begins so; the latest when nothing is asked for.

    Raises
    ------
    ConfigError
        If there is none, or it ended before its first session did.
    """
    path = find(hash_prefix)
    facts = ledger(path)
    days = [fact.day for fact in facts if isinstance(fact, SessionClosed)]
    if not days:
        raise ConfigError(f"run {path.stem} holds no session: run `tomking backtest` again")
    return Told(path.stem, facts, days[0], days[-1])


def asked(facts: Sequence[tuple[int, Fact]], strategy: str) -> tuple[Considered | Judged, ...]:
    """What a strategy was asked and what was judged of it, in order."""
    return tuple(
        fact
        for _, fact in facts
        if (isinstance(fact, Considered) and fact.strategy == strategy)
        or (isinstance(fact, Judged) and fact.order.strategy == strategy)
    )


def due(strategy: Strategy, day: date) -> tuple[datetime, ...]:
    """The instants of a day at which a strategy is asked; none on most days."""
    session = session_of(day)
    if session is None:
        return ()
    minutes = {minute for slots in strategy.slots for minute in slots.minutes(session)}
    return tuple(session.at(minute) for minute in sorted(minutes))


def next_slot(strategy: Strategy, day: date) -> datetime | None:
    """The first instant after a day at which a strategy is asked."""
    last = min(day + timedelta(days=AHEAD_DAYS), date(LAST_YEAR, 12, 31))
    for session in sessions_between(day + timedelta(days=1), last):
        instants = due(strategy, session.day)
        if instants:
            return instants[0]
    return None
