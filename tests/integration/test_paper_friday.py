"""A day over HTTP and the account stream, against the same day in one process: to the cent."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.worlds.served import Hands, world_at
from tests.worlds.standing import NUMBER, Standing, standing

from tomking.backtest.operator import SimulatedOperator
from tomking.brokers.simulated import SimulatedBroker
from tomking.brokers.tastytrade.broker import TastytradeBroker
from tomking.brokers.tastytrade.news import listen
from tomking.core.calendar import Session
from tomking.core.dealings import Acknowledged, BooksCompared, RowBooked
from tomking.core.facts import Fact, LegFilled, OrderEnded, RunStarted, Settled
from tomking.engine.clock import SessionClock
from tomking.engine.desk import Desk
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Broker, Interest, Tick
from tomking.market.sessions import sessions_between
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.server.world import World
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.lt112 import LT112
from tomking.strategies.plan import Strategy
from tomking.strategies.strangle import STRANGLE
from tomking.wire.kept import keep

CORE = (FRIDAY_0DTE, LT112, STRANGLE, LEAP_LADDER)
#: What only an account at a broker has.
BESIDE = (Acknowledged, RowBooked, BooksCompared)


class Moved:
    """A session clock that moves the hands of the market."""

    def __init__(self, clock: SessionClock, hands: Hands) -> None:
        self.clock, self.hands = clock, hands

    def ticks(self, interest: Interest) -> Iterator[Tick]:
        for tick in self.clock.ticks(interest):
            self.hands.at = tick.at
            yield tick


class Seen:
    """The server's own market, as it stands at an instant."""

    def __init__(self, world: World) -> None:
        self.world = world

    def at(self, now: object) -> Snapshot:
        return self.world.look()


def _traded(
    plans: Sequence[Strategy],
    sessions: tuple[Session, ...],
    hands: Hands,
    world: World,
    broker: Broker,
) -> list[Fact]:
    journal = MemoryJournal()
    desk = Desk(tuple(plans), Limits(), TASTYTRADE, journal)
    desk.begin(RunStarted(sessions[0].opens, "paper", Decimal(100_000), ""))
    clock = Moved(SessionClock(sessions, tuple(plans)), hands)
    run(desk, clock=clock, market=Seen(world), broker=broker, inbox=SimulatedOperator())
    return journal.facts


def _over_http(
    there: Standing, plans: Sequence[Strategy], sessions: tuple[Session, ...]
) -> list[Fact]:
    line = there.line()
    broker = TastytradeBroker(line, TASTYTRADE, sessions[0].opens)
    line.start(keep(broker.news.kept, lambda: listen(line, broker.news)), "news")
    facts = _traded(plans, sessions, there.clock, there.world, broker)
    assert broker.odd == []
    assert broker.news.odd == 0
    return facts


def _in_process(plans: Sequence[Strategy], sessions: tuple[Session, ...]) -> list[Fact]:
    world, hands = world_at(0.0, sessions[0].day)
    broker = SimulatedBroker(world.doors.pop(NUMBER).exchange)
    return _traded(plans, sessions, hands, world, broker)


def _plainly(facts: Sequence[Fact]) -> list[Fact]:
    """Facts without what the broker names in its own way."""
    return [_named(fact) for fact in facts if not isinstance(fact, BESIDE)]


def _named(fact: Fact) -> Fact:
    match fact:
        case LegFilled():
            return replace(fact, fill="", slippage=0.0)
        case OrderEnded():
            return replace(fact, note="")
        case Settled():
            return replace(fact, note="")
        case _:
            return fact


def _agree(plans: Sequence[Strategy], first: date, last: date) -> list[Fact]:
    """The facts of a window over HTTP, after they were found to be those of one process."""
    sessions = tuple(sessions_between(first, last))
    with standing(0.0, day=sessions[0].day) as there:
        theirs = _over_http(there, plans, sessions)
    ours = _in_process(plans, sessions)
    for one, other in zip(_plainly(theirs), _plainly(ours), strict=False):
        assert one == other
    assert len(_plainly(theirs)) == len(_plainly(ours))
    return theirs


def _count(facts: Sequence[Fact], kind: type[Fact]) -> int:
    return sum(isinstance(fact, kind) for fact in facts)


def test_a_friday_over_http_is_the_friday_in_one_process():
    facts = _agree((FRIDAY_0DTE,), date(2017, 6, 9), date(2017, 6, 9))
    assert _count(facts, LegFilled) == 8
    assert _count(facts, RowBooked) == 8
    assert _count(facts, BooksCompared) == 1


def test_a_season_of_the_core_over_http_is_the_season_in_one_process():
    facts = _agree(CORE, date(2017, 6, 1), date(2017, 9, 29))
    assert _count(facts, LegFilled) > 20
