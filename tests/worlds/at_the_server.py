"""A desk at the exchange server: the loop on a clock that moves the server's, or in one process."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tomking.backtest.operator import SimulatedOperator
from tomking.brokers.simulated import SimulatedBroker
from tomking.brokers.tastytrade.broker import TastytradeBroker
from tomking.brokers.tastytrade.news import listen
from tomking.core.calendar import Session
from tomking.core.facts import Fact, RunStarted
from tomking.engine.clock import SessionClock
from tomking.engine.desk import Desk
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Broker, Interest, Tick
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.plan import Strategy
from tomking.wire.kept import keep
from tomking.wire.line import Line
from worlds.served import Hands, world_at
from worlds.standing import NUMBER, Standing


@dataclass
class Traded:
    """What came of it: the facts, the desk, and the adapter if there was one."""

    facts: list[Fact]
    desk: Desk
    broker: TastytradeBroker | None = None


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

    def __init__(self, look: Callable[[], Snapshot]) -> None:
        self.look = look

    def at(self, now: object) -> Snapshot:
        return self.look()


def traded(
    plans: Sequence[Strategy],
    sessions: Sequence[Session],
    hands: Hands,
    market: Seen,
    broker: Broker,
    *,
    backstops: bool = False,
) -> Traded:
    """Sessions traded from the first open to the last close."""
    journal = MemoryJournal()
    desk = Desk(tuple(plans), Limits(), TASTYTRADE, journal, backstops=backstops)
    desk.begin(RunStarted(sessions[0].opens, "paper", Decimal(100_000), ""))
    clock = Moved(SessionClock(tuple(sessions), tuple(plans)), hands)
    run(desk, clock=clock, market=market, broker=broker, inbox=SimulatedOperator())
    return Traded(journal.facts, desk)


async def _at_once(seconds: float) -> None:
    """A pause that takes no time."""
    await asyncio.sleep(0)


def over_http(
    there: Standing,
    plans: Sequence[Strategy],
    sessions: Sequence[Session],
    line: Line | None = None,
    *,
    backstops: bool = False,
) -> Traded:
    """The same through the adapter, the wire and the server."""
    line = line or there.line()
    broker = TastytradeBroker(line, TASTYTRADE, sessions[0].opens)
    line.start(keep(broker.news.kept, lambda: listen(line, broker.news), _at_once), "news")
    broker.news.kept.wait_open(10)
    market = Seen(there.look)
    done = traded(plans, sessions, there.clock, market, broker, backstops=backstops)
    return Traded(done.facts, done.desk, broker)


def in_process(
    plans: Sequence[Strategy], sessions: Sequence[Session], *, backstops: bool = False
) -> Traded:
    """The same with the exchange in this process."""
    world, hands = world_at(0.0, sessions[0].day)
    broker = SimulatedBroker(world.doors.pop(NUMBER).exchange)
    return traded(plans, sessions, hands, Seen(world.look), broker, backstops=backstops)
