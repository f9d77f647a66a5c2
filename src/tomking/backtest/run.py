"""``run(spec) -> Run``: a backtest as a function of values."""

import gc
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from time import perf_counter

from tomking.backtest.operator import REVIEW_DAYS, SimulatedOperator
from tomking.brokers.simulated import SimulatedBroker
from tomking.core.calendar import AFTER_CLOSE, Session
from tomking.core.errors import ConfigError, DataError, InvariantError
from tomking.core.facts import Fact, RunStarted
from tomking.core.money import ZERO
from tomking.core.value import value
from tomking.data.embedded import History, window
from tomking.data.families import SP500, Family, invented
from tomking.data.modelled import ModelMarket
from tomking.data.several import SeveralMarkets
from tomking.data.tables import events as event_table
from tomking.engine.canonical import digest
from tomking.engine.clock import SessionClock
from tomking.engine.desk import Desk
from tomking.engine.hedging import sought
from tomking.engine.loop import run as loop
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Interest, Tick
from tomking.exchange.assignment import EarlyExercise, Mode
from tomking.exchange.fills import FillModel, spread_fraction
from tomking.exchange.venue import Exchange
from tomking.exchange.working import LATENCY_S, latency
from tomking.market.bars import F64
from tomking.market.events import Event
from tomking.market.modelled import Cut
from tomking.market.sessions import sessions_between
from tomking.portfolio.fees import TASTYTRADE, FeeSchedule
from tomking.risk.limits import Limits
from tomking.strategies.plan import Strategy


@value
class RunSpec:
    """Everything a backtest depends on. Two runs of equal specs give equal hashes.

    ``fees_factor`` scales the fee table, ``spreads`` every quote's width, ``cut`` the modelled
    premiums; ``delay_min`` asks every slot late. ``strategies`` are the plans themselves, so a
    tuned plan is another spec. ``early_exercise`` is how holders of what we are short act (their die
    has the run's ``seed``), ``latency_s`` the seconds from sending anything to its effect, ``events``
    somebody's own dates over the shipped ones.
    """

    strategies: tuple[Strategy, ...]
    capital: Decimal
    start: date | None = None
    end: date | None = None
    seed: int = 1
    scale: str = "rebase"
    fill: FillModel = field(default_factory=lambda: spread_fraction(0.5))
    limits: Limits = field(default_factory=Limits)
    fees_factor: Decimal = Decimal(1)
    spreads: float = 1.0
    cut: Cut = field(default_factory=Cut)
    delay_min: int = 0
    early_exercise: Mode = field(default=Mode.RATIONAL, repr=False)
    latency_s: float = field(default=LATENCY_S, repr=False)
    events: tuple[Event, ...] = field(default=(), repr=False)

    @property
    def mechanics(self) -> bool:
        """Whether every strategy trades what has no real volatility: then no money is counted."""
        return bool(self.strategies) and all(invented(each.roots) for each in self.strategies)

    def text(self) -> str:
        """The spec as one line of text: what the journal keeps and the hash begins with.

        Holders, latency and events are told where they are not the usual ones, so that a run hashes as
        it did before they could be chosen.
        """
        told = [repr(self)]
        if self.early_exercise is not Mode.RATIONAL:
            told.append(f"early_exercise={self.early_exercise.value!r}")
        if self.latency_s != LATENCY_S:
            told.append(f"latency_s={self.latency_s!r}")
        if self.events:
            told.append(f"events={self.events!r}")
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class Run:
    """What a backtest was told and what came of it."""

    spec: RunSpec
    history: History
    sessions: tuple[Session, ...]
    facts: tuple[Fact, ...]
    desk: Desk
    exchange: Exchange
    final_net_liq: Decimal
    elapsed_s: float
    run_hash: str


Paths = MutableMapping[date, F64]
Progress = Callable[[int, int], None]


def run(
    spec: RunSpec,
    *,
    paths: Paths | None = None,
    progress: Progress | None = None,
    history: History | None = None,
) -> Run:
    """Trade a window of the embedded history and return everything that happened.

    ``paths`` may be shared between runs of one seed and scale; ``progress`` hears (done, all)
    sessions. ``history`` stands in for the embedded window.

    Raises
    ------
    ConfigError
        If a delay is negative, a latency out of bounds, two strategies bear one name, or one whose money
        counts would share an account with one whose does not.
    DataError
        If the window holds no session.
    InvariantError
        If the exchange's ledger and the book disagree at the end: a bug.
    """
    if spec.delay_min < 0:
        raise ConfigError(
            f"a delay of {spec.delay_min} minutes would know the future; give 0 or more"
        )
    names = [strategy.name for strategy in spec.strategies]
    if len(set(names)) < len(names):
        raise ConfigError(f"two strategies bear one name among {', '.join(names)}; rename one")
    apart(spec)
    with _collector_at_rest():
        return _made(spec, history, {} if paths is None else paths, progress)


def apart(spec: RunSpec) -> None:
    """Refuse strategies of both kinds in one account.

    Raises
    ------
    ConfigError
        If some trade what has no real volatility and others do not.
    """
    odd = [each.name for each in spec.strategies if invented(each.roots)]
    if odd and not spec.mechanics:
        raise ConfigError(
            f"of {' and '.join(odd)} no money is counted, for the implied volatility is invented: run "
            f"{'it' if len(odd) == 1 else 'them'} apart, with --strategies {','.join(odd)}"
        )


def market_of(spec: RunSpec, history: History, paths: Paths) -> ModelMarket | SeveralMarkets:
    """The market a spec is traded on; ``paths`` are those of the S&P 500."""
    calendar = event_table(spec.events)

    def _modelled(family: Family, drawn: Paths) -> ModelMarket:
        return ModelMarket(
            history, spec.seed, spec.cut, spec.spreads, drawn, events=calendar, family=family
        )

    first = _modelled(SP500, paths)
    if not spec.mechanics:
        return first
    others = invented(root for one in spec.strategies for root in one.roots)
    return SeveralMarkets((first, *(_modelled(family, {}) for family in others)))


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No search for cycles: a run leaves next to none, and the search walks its facts each time."""
    at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if at_work:
            gc.enable()


def _made(spec: RunSpec, given: History | None, paths: Paths, progress: Progress | None) -> Run:
    """The run of a spec that makes sense; its time is all of it, the hash too."""
    began = perf_counter()
    history = window(spec.start, spec.end, spec.scale) if given is None else given
    sessions = sessions_of(history)
    exchange, fees = venue(spec), fees_of(spec)
    market = market_of(spec, history, paths)
    journal = MemoryJournal()
    desk = Desk(spec.strategies, spec.limits, fees, journal)
    start = RunStarted(sessions[0].opens, "backtest", spec.capital, spec.text())
    desk.begin(start)
    clock = SessionClock(sessions, spec.strategies, spec.delay_min)
    loop(
        desk,
        clock=clock if progress is None else _Watched(clock, progress),
        market=market,
        broker=SimulatedBroker(exchange),
        inbox=SimulatedOperator(REVIEW_DAYS, spec.limits),
        hedge=sought,
    )
    agree(desk, exchange)
    now = market.at(sessions[-1].at(sessions[-1].minutes + AFTER_CLOSE))
    final, run_hash = exchange.net_liq(now), digest(journal.facts)[:16]
    return Run(
        spec, history, sessions, tuple(journal.facts), desk, exchange, final,
        perf_counter() - began, run_hash,
    )  # fmt: skip


def venue(spec: RunSpec) -> Exchange:
    """The exchange a spec is traded at.

    Raises
    ------
    ConfigError
        If its latency is out of bounds.
    """
    return Exchange(
        spec.capital, fees_of(spec), spec.fill, spec.limits.house, latency(spec.latency_s), spec.seed,
        EarlyExercise(spec.early_exercise, spec.seed),
    )  # fmt: skip


def fees_of(spec: RunSpec) -> FeeSchedule:
    """The fee table a spec is charged by."""
    return TASTYTRADE.scaled(spec.fees_factor)


def agree(desk: Desk, exchange: Exchange) -> None:
    """The exchange's ledger against the book: holdings to the contract, money to the cent.

    Futures cost no cash, so money is cash and what futures are carried at: the venue carries one average
    price for an account, the book one for each campaign, and the sums are the same.
    """
    book, ledger = desk.book, exchange.ledger
    ours = book.cash + sum((held.basis for held in book.positions.values()), ZERO)
    theirs = ledger.cash - ledger.carried
    if dict(book.holdings) != dict(ledger.holdings) or ours != theirs:
        raise InvariantError(
            f"the book holds {dict(book.holdings)} and ${ours}, the exchange "
            f"{dict(ledger.holdings)} and ${theirs}"
        )


def sessions_of(history: History) -> tuple[Session, ...]:
    """The sessions that can be drawn: with an index, a VIX, and a VIX the day before."""
    known = set(history.vix.days.tolist()) & set(history.spx.days.tolist())
    first_vix = int(history.vix.days[0])
    found = tuple(
        session
        for session in sessions_between(history.first, history.last)
        if session.day.toordinal() in known and session.day.toordinal() > first_vix
    )
    if not found:
        raise DataError(
            f"no session from {history.first} to {history.last} can be traded; widen it"
        )
    return found


@dataclass(frozen=True, slots=True)
class _Watched:
    """A session clock that tells somebody how far it has come."""

    clock: SessionClock
    progress: Progress

    def ticks(self, interest: Interest) -> Iterator[Tick]:
        """The clock's instants, each session counted as it closes."""
        done, total = 0, len(self.clock.sessions)
        for tick in self.clock.ticks(interest):
            yield tick
            if tick.closing:
                done += 1
                self.progress(done, total)
