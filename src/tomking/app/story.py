"""What a kept run or an account's journal says of a day, and when a strategy is asked next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tomking.app.desk_files import there
from tomking.app.runs import find, ledger, of_file
from tomking.core.calendar import NEW_YORK
from tomking.core.errors import ConfigError
from tomking.core.facts import Considered, Fact, Judged, RunStarted, SessionClosed
from tomking.market.sessions import session_of, sessions_between
from tomking.market.sessions_table import LAST_YEAR
from tomking.strategies.plan import Strategy

#: A slot is looked for this far ahead: longer than any plan sleeps.
AHEAD_DAYS = 400
OTHER_DAY = ", another run with --run, or run `tomking backtest --from --to` over that day"


@dataclass(frozen=True, slots=True)
class Told:
    """Facts with their numbers and the days they cover: of a run by its hash, or of an account."""

    name: str
    facts: tuple[Fact, ...]
    first: date
    last: date
    is_account: bool = False

    @property
    def title(self) -> str:
        """``run 1f2e…`` or ``account paper``."""
        return f"{self.kind} {self.name}"

    @property
    def kind(self) -> str:
        """What of the two it is, which is its key in a document too."""
        return "account" if self.is_account else "run"

    @property
    def unanswered(self) -> str:
        """Why a slot that came due has no answer."""
        if self.is_account:
            return "no answer is written: no desk that trades it was running."
        return "the run holds no answer: the session is not in its data."

    def on(self, day: date) -> Iterator[tuple[int, Fact]]:
        """The facts of a New York day.

        Raises
        ------
        ConfigError
            If they do not reach that day.
        """
        if not self.first <= day <= self.last:
            raise ConfigError(
                f"{self.title} covers {self.first} to {self.last}, not {day}: choose a day in it"
                + ("" if self.is_account else OTHER_DAY)
            )
        return (
            (number, fact)
            for number, fact in enumerate(self.facts, 1)
            if fact.at.astimezone(NEW_YORK).date() == day
        )

    def traded(self, strategy: str) -> bool:
        """Whether the strategy was part of the run; an account's may change, so each may have been."""
        if self.is_account:
            return True
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
                f"{strategy} is not part of {self.title}: choose another run with --run, or run "
                f"`tomking backtest --strategies {strategy}` first"
            )


def told(hash_prefix: str | None, account: str | None = None) -> Told:
    """The kept run whose hash begins so, the latest when nothing is asked for; or an account's journal.

    Raises
    ------
    ConfigError
        If there is none, it ended before its first session did, or both are named.
    """
    if account is not None:
        if hash_prefix is not None:
            raise ConfigError("--run and --account name two journals: leave one of them out")
        return _of_account(account)
    path = find(hash_prefix)
    facts = ledger(path)
    days = [fact.day for fact in facts if isinstance(fact, SessionClosed)]
    if not days:
        raise ConfigError(f"run {path.stem} holds no session: run `tomking backtest` again")
    return Told(path.stem, facts, days[0], days[-1])


def _of_account(account: str) -> Told:
    """The journal of an account, from its first fact to its newest."""
    journal = there(account).journal
    facts = of_file(journal) if journal.is_file() else ()
    if not facts:
        raise ConfigError(f"account {account} has no facts yet: `tomking paper` begins its journal")
    days = [fact.at.astimezone(NEW_YORK).date() for fact in (facts[0], facts[-1])]
    return Told(account, facts, days[0], days[1], is_account=True)


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
