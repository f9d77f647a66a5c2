"""A desk at the exchange server that holds a naked put: through the adapter, the wire and the stream."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tomking.backtest.replay import owned
from tomking.brokers.tastytrade.broker import TastytradeBroker
from tomking.brokers.tastytrade.news import listen
from tomking.core.facts import Fact, LegFilled, OrderEnded, RunStarted, Sent
from tomking.core.order import Leg, Order, Purpose
from tomking.engine.desk import Desk
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Tick
from tomking.exchange.fills import spread_fraction
from tomking.exchange.venue import Exchange
from tomking.market.sessions import session_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.server import orders
from tomking.server.door import Door
from tomking.strategies.lt112 import LT112
from tomking.wire.kept import keep
from tomking.wire.symbols import contract_of
from worlds.at_the_server import Seen
from worlds.desk import Brake, Ticks
from worlds.served import DAY, NUMBER, put_in
from worlds.standing import Standing, standing

INTENT = "lt112/2017-06-06/open"
NAME = f"{INTENT}:naked puts"


@dataclass
class HeldThere:
    """The desk, its adapter, and the server."""

    there: Standing
    desk: Desk
    broker: TastytradeBroker

    def look(self, *minutes: float, watch: str = "") -> list[Fact]:
        """The loop at some minutes of the day; what was written meanwhile."""
        before = len(self.facts)
        for minute in minutes:
            at = self.at(minute)
            self.there.clock.at = at
            ticks = Ticks([Tick(at, watch=frozenset(watch.split()))])
            market = Seen(self.there.look)
            run(self.desk, clock=ticks, market=market, broker=self.broker, inbox=Brake())
        return self.facts[before:]

    def at(self, minute: float) -> datetime:
        session = session_of(DAY)
        assert session is not None
        return session.opens + timedelta(minutes=minute)

    def met(self, intent: str) -> None:
        """Somebody takes an order of ours, whatever the quotes say."""
        (order,) = (w.order for w in self.desk.book.working.values() if w.order.intent == intent)
        number = int(str(self.broker.inbox.number_of(order.id)))

        async def _met() -> None:
            orders.met(self.there.world, self.door, number)

        asyncio.run_coroutine_threadsafe(_met(), self.there.loop).result(10)

    @property
    def door(self) -> Door:
        return self.there.world.doors[NUMBER]

    @property
    def facts(self) -> list[Fact]:
        return [fact for _, fact in self.desk.journal.read()]

    @property
    def at_work(self) -> dict[str, Order]:
        """What the book has at work, by intent."""
        return {w.order.intent: w.order for w in self.desk.book.working.values()}

    def agree(self) -> None:
        """Money and holdings are the same on both sides, nothing was sent twice, and nothing is odd."""
        ledger = self.door.exchange.ledger
        assert self.desk.book.cash == ledger.cash
        assert dict(self.desk.book.holdings) == dict(ledger.holdings)
        assert len(self.desk.book.working) == len(self.door.exchange.working())
        names = [entry.asked.name for entry in self.door.entries.values()]
        assert len(names) == len(set(names))

    def restarted(self) -> "HeldThere":
        """Another desk from the same journal, with an adapter of its own."""
        self.there.lines.pop().close()
        return _held(self.there, self.facts)


@contextmanager
def holding() -> Iterator[HeldThere]:
    """Two puts sold the day before at their price now; the server stands five minutes after the open."""
    with standing(5.0) as there:
        symbol, bid, ask = put_in(there.world, 0.20)
        short = contract_of(symbol, DAY)
        sold = Order(
            INTENT, 1, Purpose.OPEN, "lt112", "lt112/2017-06-06",
            (Leg(short, -1, "naked puts"),), 2, Decimal(str(bid)),
        )  # fmt: skip
        at, price = there.clock.at - timedelta(days=1), Decimal(f"{(bid + ask) / 2:.2f}")
        before: list[Fact] = [
            RunStarted(at, "paper", Decimal(200_000), ""), Sent(at, sold),
            LegFilled(at, sold.id, 0, short, -2, price, Decimal(0), "1/0/1"),
            OrderEnded(at, sold.id, "filled"),
        ]  # fmt: skip
        exchange = Exchange(
            Decimal(0), TASTYTRADE, spread_fraction(0.5), "tastytrade", start=owned(before)
        )
        there.world.doors[NUMBER] = Door(NUMBER, exchange)
        yield _held(there, before)


def _held(there: Standing, facts: list[Fact]) -> HeldThere:
    line = there.line()
    broker = TastytradeBroker(line, TASTYTRADE, there.clock.at - timedelta(minutes=1))
    broker.remember(facts)
    line.start(keep(broker.news.kept, lambda: listen(line, broker.news)), "news")
    broker.news.kept.wait_open(10)
    desk = Desk((LT112,), Limits(), TASTYTRADE, MemoryJournal(list(facts)), backstops=True)
    start = facts[0]
    assert isinstance(start, RunStarted)
    desk.begin(start)
    return HeldThere(there, desk, broker)
