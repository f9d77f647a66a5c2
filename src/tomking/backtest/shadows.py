"""Shadows after a run: every refused entry carried to its end, each in an account of its own.

A shadow asks its plan again at the instant at which it was refused, without the rules that refused it,
and trades one unit through the same loop and venue: fills, fees, exits by the plan's rules, expiry. Its
desk counts with what the account had; its venue lends without asking and no limit refuses.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from tomking.analysis.shadows import Candidate, Shadow, candidates, once
from tomking.analysis.trades import entered
from tomking.backtest.run import Paths, RunSpec, fees_of, market_of, sessions_of, venue
from tomking.backtest.unlimited import unlimited
from tomking.brokers.simulated import SimulatedBroker
from tomking.core.calendar import AFTER_CLOSE, Session
from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Evidence
from tomking.core.facts import Considered, Fact, LegFilled, RunStarted, SessionClosed
from tomking.core.order import Order, Structure
from tomking.core.product import PRODUCTS
from tomking.core.reading import Reading, Skip
from tomking.core.value import value
from tomking.data.embedded import History
from tomking.engine.clock import SessionClock
from tomking.engine.desk import Desk
from tomking.engine.loop import run as loop
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Interest, Market, Tick
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import FeeSchedule
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing
from tomking.risk.view import View
from tomking.strategies.plan import Plan, Strategy

#: What the venue of a shadow holds, so that it carries anything.
LENT = Decimal(1_000_000_000)
NOBODY: frozenset[str] = frozenset()

Progress = Callable[[int, int], None]


@value
class World:
    """Where shadows are carried: the run's sessions, market, fees and limits, and venues like its own.

    ``venue`` opens an account with so many dollars; ``delay_min`` is that of the run's slots.
    """

    sessions: tuple[Session, ...]
    market: Market
    fees: FeeSchedule
    limits: Limits
    venue: Callable[[Decimal], Exchange]
    delay_min: int = 0


@value
class Refused:
    """A refused candidate, and what its account was worth at the last close before, in dollars."""

    candidate: Candidate
    account: Decimal


def refused(facts: Sequence[Fact]) -> tuple[Refused, ...]:
    """Every refused candidate of a journal, in order."""
    had = _Account.of(facts)
    return tuple(
        Refused(candidate, had.before(candidate.at.date()))
        for candidate in candidates(facts, entered(facts))
    )


def world_of(spec: RunSpec, history: History, paths: Paths) -> World:
    """The world of a run on a history; ``paths`` are its own, or drawn again."""
    return World(
        sessions_of(history), market_of(spec, history, paths), fees_of(spec), spec.limits,
        lambda dollars: venue(replace(spec, capital=dollars)), spec.delay_min,
    )  # fmt: skip


def carried(
    wanted: Sequence[Refused],
    strategies: Sequence[Strategy],
    world: World,
    progress: Progress | None = None,
) -> tuple[Shadow, ...]:
    """The shadow of each refused candidate, in order; none knows of the others.

    ``progress`` hears (done, all) candidates.
    """
    known = {strategy.name: strategy for strategy in strategies}
    found: list[Shadow] = []
    for each in wanted:
        strategy = known[each.candidate.strategy]
        found.append(_shadow(each.candidate, strategy, each.account, world))
        if progress is not None:
            progress(len(found), len(wanted))
    return tuple(found)


@value
class _Account:
    """What an account was worth at the close of each day, and before the first."""

    days: tuple[date, ...]
    worth: tuple[Decimal, ...]

    @classmethod
    def of(cls, facts: Sequence[Fact]) -> "_Account":
        """The account of a journal."""
        start = next(fact.capital for fact in facts if isinstance(fact, RunStarted))
        closes = [fact for fact in facts if isinstance(fact, SessionClosed)]
        return cls(tuple(each.day for each in closes), (start, *(each.net_liq for each in closes)))

    def before(self, day: date) -> Decimal:
        """What there was at the last close before a day."""
        return self.worth[bisect_left(self.days, day)]


@value
class _Willing:
    """A plan without what refused it, the structure it then wants, and what would have refused next."""

    plan: Strategy
    structure: Structure
    against: tuple[Reading, ...] = ()


def _shadow(candidate: Candidate, strategy: Strategy, account: Decimal, world: World) -> Shadow:
    """One candidate carried to its end, or why it cannot be."""
    if candidate.root not in PRODUCTS:
        return _without(candidate, "no root of it could be priced")
    desk = _desk(candidate, strategy, account, world)
    willing = _asked_again(strategy, candidate.root, desk.view(world.market.at(candidate.at)))
    if isinstance(willing, Skip):
        return _without(candidate, str(willing))
    against = (*candidate.failed, *willing.against)
    candidate = replace(candidate, failed=once(against))
    desk.strategies = (willing.plan,)
    exchange = world.venue(LENT)
    place = bisect_left([session.day for session in world.sessions], candidate.at.date())
    clock = SessionClock(world.sessions[place:], (willing.plan,), world.delay_min)
    loop(
        desk,
        clock=_Once(clock, candidate.at),
        market=world.market,
        broker=SimulatedBroker(exchange),
        inbox=_Nobody(),
    )
    return _outcome(candidate, willing, desk, exchange, world)


def _without(candidate: Candidate, why: str) -> Shadow:
    return Shadow(candidate, None, Evidence.MODEL, why)


def _desk(candidate: Candidate, strategy: Strategy, account: Decimal, world: World) -> Desk:
    """A desk that counts with what the account had and has nothing on."""
    limits = unlimited(world.limits, candidate.strategy, candidate.root)
    desk = Desk((strategy,), limits, world.fees, MemoryJournal())
    desk.begin(RunStarted(candidate.at, "shadow", account, candidate.slot))
    return desk


def _asked_again(strategy: Strategy, root: str, view: View) -> _Willing | Skip:
    """A plan asked for one root at its full size: as it is, without entry rules, without floors.

    Of a plan that is code nothing can be taken away: it is asked as it is.
    """
    if not isinstance(strategy, Plan):
        wanted = strategy.enter(view, root)
        return wanted if isinstance(wanted, Skip) else _Willing(strategy, wanted)
    whole = replace(strategy, roots=(root,), half_size_unless=(), size=())
    ready = replace(whole, enter_when=())
    asked = whole.enter(view, root)
    if isinstance(asked, Structure):
        return _Willing(whole, asked)
    asked = ready.enter(view, root)
    if isinstance(asked, Structure):
        return _Willing(ready, asked)
    content = replace(ready, take_when=())
    wanted = content.enter(view, root)
    return wanted if isinstance(wanted, Skip) else _Willing(content, wanted, asked.failed)


def _outcome(
    candidate: Candidate, willing: _Willing, desk: Desk, exchange: Exchange, world: World
) -> Shadow:
    """What one unit made; what is still open at its mark after the last close."""
    facts = [fact for _, fact in desk.journal.read()]
    if not any(isinstance(fact, LegFilled) for fact in facts):
        return _without(candidate, _unfilled(facts))
    if not desk.book.positions:
        pnl, note = exchange.ledger.cash - LENT, ""
    else:
        last, note = world.sessions[-1], "still open at the end"
        now = world.market.at(last.at(last.minutes + AFTER_CLOSE))
        try:
            pnl = exchange.net_liq(now) - LENT
        except QuoteMissing as missing:
            return _without(candidate, str(missing))
    return Shadow(candidate, pnl, willing.structure.evidence, note)


def _unfilled(facts: Sequence[Fact]) -> str:
    """Why nothing was opened: what still refused it, or that nobody traded it."""
    asked = [fact for fact in facts if isinstance(fact, Considered)]
    refused = [fact for fact in asked if fact.outcome != "sent"]
    return str(refused[0]) if refused and len(refused) == len(asked) else "nobody traded the order"


@dataclass(frozen=True, slots=True)
class _Once:
    """A clock that asks on one day alone, from an instant on, and stops when nothing is held."""

    clock: SessionClock
    at: datetime

    def ticks(self, interest: Interest) -> Iterator[Tick]:
        """The clock's ticks from the instant to the end of the trade."""
        for tick in self.clock.ticks(interest):
            if tick.at < self.at:
                continue
            asks = tick.at.date() == self.at.date()
            yield tick if asks else replace(tick, due=NOBODY, last=NOBODY)
            if tick.closing and not interest.held:
                return


@dataclass(frozen=True, slots=True)
class _Nobody:
    """An inbox in which nothing lies."""

    def take(self, now: datetime, standing: Standing) -> tuple[()]:
        """Nothing."""
        return ()

    def may_send(self, order: Order) -> bool:
        """Always."""
        return True
