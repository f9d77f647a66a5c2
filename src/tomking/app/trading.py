"""A desk that trades: the one loop over a clock that waits, a market that streams and a broker.

Start-up and recovery are one path: the journal is replayed, the broker is asked what became of
everything, and only then is anything considered. What was sent and is not known is waited for.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Protocol

from tomking.app.commanding import carried
from tomking.app.live import LIVE
from tomking.brokers.tastytrade.broker import TastytradeBroker
from tomking.brokers.tastytrade.news import listen
from tomking.brokers.tastytrade.rounds import SELDOM, Rounds
from tomking.core.contract import Contract
from tomking.core.dealings import AccountNamed, WentOn
from tomking.core.errors import ConfigError
from tomking.core.facts import Fact, RunStarted
from tomking.core.value import value
from tomking.engine.desk import Desk
from tomking.engine.hedging import sought
from tomking.engine.journal import SqliteJournal
from tomking.engine.live_clock import LiveClock
from tomking.engine.loop import run
from tomking.engine.ports import Clock, Inbox, Interest, Tick
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import FeeSchedule
from tomking.risk.limits import Limits
from tomking.strategies.plan import Strategy
from tomking.wire.amounts import amount_of
from tomking.wire.kept import keep
from tomking.wire.line import Line

#: Seconds a stream may take to open, and a stopping desk for its entries to end.
OPEN_WITHIN_S, STOP_WITHIN_S = 10.0, 8.0


@value
class Told:
    """What a desk is told: what it trades, within which limits, and the text of all of it.

    ``backstops`` is whether stops are sent to rest at the broker behind naked shorts.
    """

    mode: str
    strategies: tuple[Strategy, ...]
    limits: Limits
    fees: FeeSchedule
    settings: str
    backstops: bool = True


class Time(Protocol):
    """What time it is at the market, and how to wait there."""

    @property
    def night_s(self) -> float:
        """Seconds between looks outside of sessions."""
        ...

    def now(self) -> datetime:
        """The instant."""
        ...

    def wait(self, seconds: float) -> bool:
        """Let seconds pass, unless somebody says stop; whether to go on."""
        ...

    def rest(self, seconds: float) -> None:
        """Let seconds pass, whatever is said."""
        ...


class Streamed(Protocol):
    """A market that follows what is held."""

    def at(self, now: datetime) -> Snapshot:
        """The market of an instant."""
        ...

    def follow(self, contracts: Iterable[Contract]) -> None:
        """What must be quoted whatever happens."""
        ...


#: Told of every look: the desk as it stands, and the instant.
Beat = Callable[[Desk, Tick], None]


def trade(
    told: Told,
    journal: SqliteJournal,
    line: Line,
    market: Streamed,
    inbox: Inbox,
    time: Time,
    beat: Beat,
    report: Callable[[str], None],
    before: Sequence[Fact] = (),
) -> Desk:
    """Trade until somebody says stop, and leave what protects positions at the broker.

    ``before`` was decided before there was a journal: a run that begins takes it over.

    Raises
    ------
    ConfigError
        If something is held of a strategy that is not configured.
    FuseBlown, InvariantError
        If the desk must not go on.
    """
    desk = Desk(told.strategies, told.limits, told.fees, journal, backstops=told.backstops)
    broker = opened(told, desk, journal, line, time.now(), before)
    instants = LiveClock(
        told.strategies, time.now, time.wait, time.night_s, desk.standing.last_close
    )
    clock = Beating(instants, desk, partial(_told, broker, report, beat))
    followed = Followed(market, desk)
    run(
        desk, clock=clock, market=followed, broker=broker, inbox=inbox, hedge=sought,
        closes=broker.closed,
    )  # fmt: skip
    withdraw(desk, broker, followed, time, report)
    return desk


def opened(
    told: Told,
    desk: Desk,
    journal: SqliteJournal,
    line: Line,
    now: datetime,
    before: Sequence[Fact] = (),
) -> TastytradeBroker:
    """The desk as its journal left it, and the broker with what that remembers, its news on."""
    first = next(journal.read(), None)
    named = account_named(told.mode, line.account, (fact for _, fact in journal.read()), now)
    if first is None:
        capital = amount_of(line.get(f"/accounts/{line.account}/balances/USD"), "cash-balance")
        desk.begin(RunStarted(now, told.mode, capital, told.settings))
        desk.note(carried(before, now))
        since = now
    else:
        since = first[1].at
        desk.begin(RunStarted(since, told.mode, Decimal(0), told.settings))
        desk.note([WentOn(now, told.mode, told.settings)])
    desk.note(named)
    broker = TastytradeBroker(line, told.fees, since, told.limits.house, rounds=rounds_of(told))
    broker.remember(fact for _, fact in journal.read())
    line.start(keep(broker.news.kept, lambda: listen(line, broker.news)), "account stream")
    broker.news.kept.wait_open(OPEN_WITHIN_S)
    return broker


def account_named(
    mode: str, number: str, facts: Iterable[Fact], now: datetime
) -> tuple[AccountNamed, ...]:
    """Whose journal it is, as a fact if none says so yet.

    Raises
    ------
    ConfigError
        If it is of another account, or of paper where real money is to be traded, or the reverse.
    """
    known = ""
    for fact in facts:
        match fact:
            case RunStarted(mode=was) | WentOn(mode=was) if was != mode:
                raise ConfigError(
                    f"this journal is of a {was} account and {mode} was asked for: nothing that was "
                    "traded there is held here; make another account with `tomking init`"
                )
            case AccountNamed(number=known):
                pass
            case _:
                continue
    if known and known != number:
        raise ConfigError(
            f"this journal is of account {known} and the keys open {number}: log in to {known}, or "
            "make another account with `tomking init`"
        )
    return () if known else (AccountNamed(now, mode, number),)


def rounds_of(told: Told) -> Rounds:
    """How often orders are looked up: the broker counts requests, an exchange of our own does not."""
    return Rounds(resting=SELDOM) if told.mode == LIVE else Rounds()


def withdraw(
    desk: Desk,
    broker: TastytradeBroker,
    market: Streamed,
    time: Time,
    report: Callable[[str], None],
) -> None:
    """Take back every order that opens; what closes stays at work, what is told by now is written.

    What is still at work after that is told to whoever stops the desk: nobody watches it any more.
    """
    desk.note(broker.poll(market.at(time.now())))
    openings = [each.order.id for each in desk.book.adding()]
    for order in openings:
        broker.cancel(order)
    for _ in range(int(STOP_WITHIN_S)):
        gone = not any(order in desk.book.working for order in openings)
        if gone or broker.line.patience() <= 0.0:
            break
        time.rest(1.0)
        desk.note(broker.poll(market.at(time.now())))
    for order in openings:
        if order in desk.book.working:
            report(f"{order} may still be at work at the broker: look there, and cancel it by hand")


def _told(
    broker: TastytradeBroker, report: Callable[[str], None], beat: Beat, desk: Desk, tick: Tick
) -> None:
    """After a look: what could not be read or asked is said once, then the heart beats."""
    odd, broker.odd = broker.odd, []
    for line in dict.fromkeys(odd):
        report(line)
    beat(desk, tick)


@dataclass(frozen=True, slots=True)
class Beating:
    """A clock that tells of every look after it is over."""

    clock: Clock
    desk: Desk
    beat: Beat

    def ticks(self, interest: Interest) -> Iterator[Tick]:
        """The clock's instants."""
        for tick in self.clock.ticks(interest):
            yield tick
            self.beat(self.desk, tick)


@dataclass(frozen=True, slots=True)
class Followed:
    """A market that is told what is held, and what is being bought, before it is looked at."""

    market: Streamed
    desk: Desk

    def at(self, now: datetime) -> Snapshot:
        """The market of an instant."""
        self.market.follow(held_or_wanted(self.desk))
        return self.market.at(now)

    def follow(self, contracts: Iterable[Contract]) -> None:
        """What must be quoted whatever happens."""
        self.market.follow(contracts)


def held_or_wanted(desk: Desk) -> set[Contract]:
    """Every contract that is held or at work."""
    wanted = {leg.contract for each in desk.book.working.values() for leg in each.order.legs}
    return wanted | set(desk.book.holdings)
