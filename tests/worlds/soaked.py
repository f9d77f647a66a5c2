"""A day of streams on virtual time: the live reader, the account stream and a desk's heart.

Nobody waits: the loop's clock is moved on to whatever is due next (``far_ends``). The far ends are the
exchange server's own feed with a steady pace of quotes on top, an account stream that answers signs of
life, and requests under tokens that end. Both streams are cut at the same instant, again and again, so
that both want a token at once.
"""

import asyncio
import gc
import resource
import tracemalloc
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx2

from tomking.app.desk_files import DeskFiles
from tomking.app.recording import Recorded, WhileItCan
from tomking.app.running import Beats
from tomking.brokers.tastytrade.news import News, listen
from tomking.core.calendar import NEW_YORK
from tomking.core.evidence import Evidence
from tomking.core.facts import RunStarted
from tomking.data.live.cache import Cache
from tomking.data.live.candles import Candles
from tomking.data.live.compact import Oddities
from tomking.data.live.failover import Spare
from tomking.data.live.fields import QUOTE, TOLD
from tomking.data.live.following import Following
from tomking.data.live.listings import Listings
from tomking.data.live.market import TOKENS, LiveMarket, passed
from tomking.data.live.names import Names
from tomking.data.live.supervise import Pass, Stream
from tomking.data.live.window import wants
from tomking.data.recorder import Recorder
from tomking.engine.desk import Desk
from tomking.engine.heartbeat import read
from tomking.engine.journal import SqliteJournal
from tomking.engine.live_clock import HEARTBEAT_S, LiveClock
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112
from tomking.wire.budget import Budget
from tomking.wire.kept import keep
from tomking.wire.keys import Keys
from tomking.wire.line import Line
from tomking.wire.session import Place, SafeSession
from worlds.far_ends import BEGINS, FRAME_S, Account, Far, Rest, Virtual

T = TypeVar("T")
ROOTS = ("ES", "MES", "SPX", "SPY")


@dataclass(frozen=True)
class Told:
    """How long it goes, in hours, and of that how much warms up; how often streams are cut, and how long
    a token lives, in seconds; and whether every allocation is counted, which takes three times as long,
    or what is resident.
    """

    hours: float
    warm_hours: float
    cut_s: float = 1800.0
    token_s: float = 900.0
    counts: bool = False


class InStep(Line):
    """A line whose loop runs only while somebody waits for it, and then until nothing is on its way."""

    def _waited(
        self, coroutine: Coroutine[Any, Any, T], timeout_s: float, patience: object = None
    ) -> T:
        made = self._loop.run_until_complete(asyncio.wait_for(coroutine, timeout_s))
        self._loop.run_until_complete(asyncio.sleep(FRAME_S))
        return made

    def start(self, coroutine: Coroutine[Any, Any, T], name: str) -> "Future[T]":
        """Something that goes on beside the requests."""
        return cast("Future[T]", self._loop.create_task(coroutine, name=name))


@dataclass
class Soak:
    """Everything of it, and what is counted."""

    told: Told
    folder: Path
    loop: Virtual = field(init=False)
    rest: Rest = field(init=False)
    far: Far = field(init=False)
    account: Account = field(init=False)
    news: News = field(default_factory=News)
    notices: int = 0
    beats: int = 0
    missed: int = 0
    behind: int = 0
    reports: list[str] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.loop = Virtual()
        self.rest = Rest(self.loop, self.told.token_s)
        self.far, self.account = Far(self.loop), Account(self.rest)

    def run(self) -> dict[str, float | list[float]]:
        """All of it; what came of it in figures."""
        if self.told.counts:
            tracemalloc.start()
        asyncio.set_event_loop(self.loop)
        line = self._line()
        market = self._market(line)
        told = partial(listen, line, self.news, self.account.dial)
        kept = [
            line.start(keep(self.news.kept, told), "account"),
            line.start(self.far.pour(), "quotes"),
            line.start(self._cuts(), "cuts"),
        ]  # fmt: skip
        try:
            first = self._beating(line, market)
        finally:
            for each in kept:
                each.cancel()
            market.close()
            self.loop.run_until_complete(line._end())
            self.loop.close()
            asyncio.set_event_loop(None)
            tracemalloc.stop()
        return self._figures(market, first)

    def now(self) -> datetime:
        """The instant it is."""
        return datetime.fromtimestamp(self.loop.epoch(), NEW_YORK)

    @property
    def hours(self) -> float:
        """How long it has gone."""
        return (self.loop.epoch() - BEGINS.timestamp()) / 3600.0

    def _line(self) -> Line:
        session = SafeSession(Keys("secret", "refresh"), Place("http://far"), clock=self.loop.epoch)
        session._client = httpx2.AsyncClient(
            base_url="http://far", transport=httpx2.MockTransport(self.rest)
        )
        line = InStep(
            "5WT00001", session, self.now, "ws://account", Budget(10**6, 10**6), _loop=self.loop
        )
        line.run(session.refresh(), 10.0)
        return line

    def _market(self, line: Line) -> LiveMarket:
        """What ``open_market`` makes, with a token asked for in the same thread."""
        odd = Oddities()
        made, candles = Cache(odd), Candles(odd)

        async def admit() -> Pass:
            return passed(await line._read(TOKENS, {}))

        stream = Stream(made, candles, admit, self.far.dial, self.loop.epoch, odd=odd)
        following = Following(ROOTS, Names())
        spare = Spare(line, made, following.names.symbol, odd)
        market = LiveMarket(
            line, self.now, Evidence.MODEL, wants((FRIDAY_0DTE, LT112)), following, made, candles,
            stream, Listings(line, odd), odd, spare,
        )  # fmt: skip
        market.reconnect()
        self.loop.run_until_complete(asyncio.sleep(1.0))
        return market

    async def _cuts(self) -> None:
        """Both streams, just before the desk looks: it looks while neither is there."""
        while True:
            await asyncio.sleep(self.told.cut_s)
            self.far.cut()
            self.account.cut()

    def _beating(self, line: Line, market: LiveMarket) -> tuple[int, int]:
        """A desk that trades nothing, at the instants of one that does; memory before and after."""
        files = DeskFiles(self.folder)
        journal = SqliteJournal.create(files.journal)
        recorder = Recorder(files.folder)
        desk = Desk((), Limits(), TASTYTRADE, journal)
        desk.begin(RunStarted(self.now(), "paper", Decimal(100_000), ""))
        seen = Recorded(market, WhileItCan(recorder, self.reports.append))
        beats = Beats(files, "paper", market, journal, self.reports.append, clock=self.now)
        warm, before = 0, self.now()
        clock = LiveClock((), self.now, self._wait)
        for tick in clock.ticks(desk):
            seen.at(tick.at)
            self.notices += len(self.news.take())
            beats(desk, tick)
            heart = read(files.heartbeat)
            assert heart is not None
            gone = (heart.at - before).total_seconds()
            before, self.beats = heart.at, self.beats + 1
            self.missed += max(0, round(gone / HEARTBEAT_S) - 1)
            self._compare(market)
            if self.hours >= len(self.levels) + 1:
                self.levels.append(round(self._bytes() / 1e6, 2))
            if not warm and self.hours >= self.told.warm_hours:
                warm = self._bytes()
        recorder.close()
        journal.close()
        self.notices += len(self.news.take())
        return warm, self._bytes()

    def _wait(self, seconds: float) -> bool:
        """Let seconds pass; whether to go on."""
        self.loop.run_until_complete(asyncio.sleep(max(seconds, 0.0)))
        return self.hours < self.told.hours

    def _compare(self, market: LiveMarket) -> None:
        """Whether the cache has of every symbol what was told last, while there is a connection."""
        view = market.cache.frozen(self.loop.epoch())
        symbols = tuple(self.far.last) if self.far.open else ()
        heard = view.table[TOLD[QUOTE], view.rows(symbols)].tolist()
        frames, _ = self.far.waiting
        if not frames:
            self.behind += sum(
                1 for symbol, each in zip(symbols, heard, strict=True)
                if symbol in view.places and each != self.far.last[symbol]
            )  # fmt: skip

    def _bytes(self) -> int:
        """What is in use."""
        gc.collect()
        return tracemalloc.get_traced_memory()[0] if self.told.counts else _resident()

    def _figures(
        self, market: LiveMarket, memory: tuple[int, int]
    ) -> dict[str, float | list[float]]:
        warm, after = memory
        far = self.far
        _, on_its_way = far.waiting
        return {
            "hours": round(self.hours, 3), "quotes": far.quotes,
            "quotes_per_second": round(far.quotes / self.hours / 3600.0, 1),
            "connections": far.connections, "account_connections": self.account.connections,
            "lost": far.sent - far.dropped - on_its_way - market.cache.events,
            "behind": self.behind, "dropped_by_cuts": far.dropped,
            "tokens": self.rest.made, "tokens_at_once": self.rest.making_max,
            "tokens_refused": self.rest.refused + self.account.refused,
            "notices_lost": self.account.heard - self.notices,
            "heartbeats": self.beats, "heartbeats_missed": self.missed, "odd": market.odd.count,
            "reports": len(self.reports), "symbols": far.symbols,
            "warm_mb": round(warm / 1e6, 3), "growth_mb": round((after - warm) / 1e6, 3),
            "hourly_mb": self.levels,
        }  # fmt: skip


def _resident() -> int:
    """Bytes of this process that are in memory now; nought where the system does not say."""
    place = Path("/proc/self/statm")
    return int(place.read_text().split()[1]) * resource.getpagesize() if place.exists() else 0


def soaked(told: Told, folder: Path) -> dict[str, float | list[float]]:
    """What came of a soak in an empty folder."""
    return Soak(told, folder).run()
