"""Markets that never were: a calm year to warm up in, then a bull, a bear, a range, a crash or a spike.

Every market is a seeded daily history of an index and VIX, drawn back to its trend day by day, so that
what it is called is what it is. The broker here lays book and venue beside each other at every look.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import log, sqrt
from zlib import crc32

import numpy as np

from tomking.backtest.operator import SimulatedOperator
from tomking.backtest.run import agree
from tomking.brokers.simulated import SimulatedBroker
from tomking.core.calendar import Session
from tomking.core.contract import Contract
from tomking.core.evidence import Evidence
from tomking.core.facts import Fact, RunStarted
from tomking.core.order import Order
from tomking.data.embedded import History
from tomking.data.modelled import ModelMarket
from tomking.engine.clock import SessionClock
from tomking.engine.desk import Desk
from tomking.engine.loop import run as loop
from tomking.engine.memory import MemoryJournal
from tomking.exchange.fills import spread_fraction
from tomking.exchange.venue import Exchange
from tomking.market.bars import F64, Bars
from tomking.market.sessions import sessions_between
from tomking.market.snapshot import Snapshot
from tomking.portfolio import marks as worth
from tomking.portfolio.book import Book
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.preview import Preview
from tomking.risk.limits import Limits
from tomking.risk.verdict import Approved
from tomking.strategies.plan import Strategy

#: The warm-up begins here; the market that is named is the year after.
WARM, BEGINS, ENDS = date(2023, 1, 3), date(2024, 1, 2), date(2024, 12, 31)
START = 5000.0
YEAR = 252


@dataclass(frozen=True)
class Market:
    """A named market: its return over the year, where VIX lives, and what happens on the way.

    ``event`` bends the logs of index and VIX over the year's sessions; ``pull`` draws the index back to
    its trend each day, which keeps it in a range; ``first`` and ``sessions`` are what is traded of it.
    """

    gain: float
    vix: float
    event: Callable[[F64], tuple[F64, F64]] | None = None
    pull: float = 0.02
    first: int = 0
    sessions: int = 45


def crash(day: F64) -> tuple[F64, F64]:
    """From the 20th session a fifth is lost in eight, half of that made good in thirty; VIX sees 60."""
    fall = log(0.8) * np.interp(day, (19.0, 27.0, 57.0), (0.0, 1.0, log(0.9) / log(0.8)))
    return fall, log(60.0 / 16.0) * np.interp(day, (19.0, 26.0, 28.0, 70.0), (0.0, 1.0, 1.0, 0.2))


def spike(day: F64) -> tuple[F64, F64]:
    """From the 20th session VIX goes from 14 to 45 and back in ten, the index 6 % down and stays."""
    fall = log(0.94) * np.interp(day, (19.0, 24.0), (0.0, 1.0))
    return fall, log(45.0 / 14.0) * np.interp(day, (19.0, 24.0, 29.0), (0.0, 1.0, 0.0))


MARKETS: Mapping[str, Market] = {
    "bull": Market(0.18, 13.0, sessions=35),
    "bear": Market(-0.25, 28.0),
    "sideways": Market(0.0, 15.0, pull=0.15, sessions=18),
    "crash": Market(0.0, 16.0, crash, pull=0.15, sessions=60),
    "spike": Market(0.0, 14.0, spike, pull=0.15, sessions=40),
}


def history(name: str, seed: int = 1) -> History:
    """The daily rows of a market, its warm-up before it; the same seed is the same to the bit."""
    market = MARKETS[name]
    chance = np.random.default_rng((seed, crc32(name.encode())))
    sessions = sessions_between(WARM, ENDS)
    calm = sum(session.day < BEGINS for session in sessions)
    days = np.array([session.day.toordinal() for session in sessions], dtype=np.int32)
    trend = np.concatenate(
        (0.10 * _gone(calm), 0.10 + log(1.0 + market.gain) * _gone(len(days) - calm))
    )
    level = np.concatenate((np.full(calm, log(16.0)), np.full(len(days) - calm, log(market.vix))))
    noise = chance.standard_normal(len(days))
    vix = level + _returning(chance.standard_normal(len(days)) * 0.04 - 0.04 * noise, 0.10)
    spread = 0.75 * np.exp(vix) / 100.0 / sqrt(YEAR)
    index = log(START) + trend + _returning(noise * spread, market.pull)
    if market.event is not None:
        bent = market.event(np.arange(len(days) - calm, dtype=np.float64))
        index[calm:] += bent[0]
        vix[calm:] = np.where(bent[1] > 0.05, level[calm:] + bent[1], vix[calm:])
    first = calm + market.first
    return History(
        _rows(days, np.exp(index), spread, chance), _closes(days, np.exp(vix)),
        sessions[first].day, sessions[min(first + market.sessions, len(days)) - 1].day, "literal", 1.0,
    )  # fmt: skip


def _gone(count: int) -> F64:
    """The share of a year gone by at each of its closes."""
    return np.arange(1, count + 1) / count


def _returning(steps: F64, pull: float) -> F64:
    """A walk that is drawn back by a share of where it stands each day."""
    place, walk = 0.0, np.empty(len(steps))
    for row, step in enumerate(steps.tolist()):
        place += step - pull * place
        walk[row] = place
    return walk


def _rows(days: np.ndarray, close: F64, spread: F64, chance: np.random.Generator) -> Bars:
    """Opens near the close before, highs and lows a little beyond both ends of the day."""
    before = np.concatenate((close[:1], close[:-1]))
    opened = before * np.exp(0.4 * spread * chance.standard_normal(len(days)))
    top, bottom = np.maximum(opened, close), np.minimum(opened, close)
    high = top * np.exp(0.5 * spread * np.abs(chance.standard_normal(len(days))))
    low = bottom * np.exp(-0.5 * spread * np.abs(chance.standard_normal(len(days))))
    columns = (np.round(column, 2) for column in (opened, high, low, close))
    return Bars(days, *columns, np.full(len(days), np.nan), Evidence.RECORDED)


def _closes(days: np.ndarray, close: F64) -> Bars:
    nothing = np.full(len(days), np.nan)
    return Bars(days, nothing, nothing, nothing, np.round(close, 2), nothing, Evidence.RECORDED)


Seen = Callable[[Book, Snapshot], None]


@dataclass(frozen=True)
class Watched:
    """The simulated broker; at every look the ledger is the book, and at every close somebody looks."""

    inner: SimulatedBroker
    desk: Desk
    looks: tuple[Seen, ...] = ()
    after_close: tuple[Seen, ...] = ()
    closes: list[date] = field(default_factory=list)
    keeps_legs: bool = False

    def preview(self, order: Order, now: Snapshot) -> Preview:
        return self.inner.preview(order, now)

    def submit(self, approved: Approved, now: Snapshot) -> None:
        self.inner.submit(approved, now)

    def cancel(self, order: str) -> None:
        self.inner.cancel(order)

    def poll(self, now: Snapshot) -> Iterable[Fact]:
        agree(self.desk, self.inner.exchange)
        for look in self.looks:
            look(self.desk.book, now)
        return self.inner.poll(now)

    def requirement(self, now: Snapshot) -> Decimal:
        """Asked once a session, at its close."""
        agree(self.desk, self.inner.exchange)
        book, exchange = self.desk.book, self.inner.exchange
        held = worth.total(book.legs, now.marks(book.legs))
        assert abs(float(exchange.net_liq(now)) - float(book.cash) - held) < 0.01
        for look in (*self.looks, *self.after_close):
            look(book, now)
        self.closes.append(now.at.date())
        return self.inner.requirement(now)

    def find(self, intent: str) -> str | None:
        return self.inner.find(intent)

    def holdings(self) -> Mapping[Contract, int]:
        return self.inner.holdings()


@dataclass(frozen=True)
class Traded:
    """A market and what was done in it."""

    history: History
    sessions: tuple[Session, ...]
    desk: Desk
    broker: Watched
    facts: Sequence[Fact]


def traded(
    known: History,
    strategies: tuple[Strategy, ...],
    capital: int,
    looks: tuple[Seen, ...] = (),
    after_close: tuple[Seen, ...] = (),
) -> Traded:
    """The loop of a backtest on a history; ``looks`` are called at every look, the others at closes."""
    sessions = sessions_between(known.first, known.last)
    limits = Limits()
    exchange = Exchange(Decimal(capital), TASTYTRADE, spread_fraction(0.5), limits.house)
    desk = Desk(strategies, limits, TASTYTRADE, MemoryJournal())
    desk.begin(RunStarted(sessions[0].opens, "backtest", Decimal(capital), "seeded"))
    broker = Watched(SimulatedBroker(exchange), desk, looks, after_close)
    loop(
        desk, clock=SessionClock(sessions, strategies), market=ModelMarket(known, 1),
        broker=broker, inbox=SimulatedOperator(),
    )  # fmt: skip
    return Traded(known, sessions, desk, broker, desk.journal.facts)
