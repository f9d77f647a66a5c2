"""Far ends on virtual time: a loop that does not wait, tokens, a market feed and an account."""

import asyncio
import json
import selectors
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from typing import Any

import aiohttp
import httpx2

from tomking.brokers.tastytrade.news import Socket
from tomking.core.calendar import NEW_YORK, new_york
from tomking.core.errors import Transient
from tomking.data.embedded import window
from tomking.data.live.fields import FIELDS, FIGURES, QUOTE
from tomking.data.live.market import TOKENS
from tomking.data.live.supervise import Wire
from tomking.data.modelled import ModelMarket
from tomking.market.snapshot import Snapshot
from tomking.server.dxlink import Feed
from tomking.server.hours import looked_at
from tomking.server.shown.futures import nested_futures

Json = dict[str, Any]
#: When it begins: a new day is taken up while it warms up, and then come an open and a close.
BEGINS = new_york(date(2017, 6, 8), time(23, 30))
#: Seconds between frames, and quotes of each: 220 a second.
FRAME_S, OF_A_FRAME = 0.1, 22
CUT = "cut"


class Jumping(selectors.DefaultSelector):
    """Does not wait, but says that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """What is ready; if nothing is, time has gone by."""
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits for something that nobody will do"
            self.now += max(timeout, 0.0)
        return ready


class Virtual(asyncio.SelectorEventLoop):
    """A loop whose clock is the selector's."""

    def __init__(self) -> None:
        self.jumping = Jumping()
        super().__init__(self.jumping)

    def time(self) -> float:
        """Seconds since it began."""
        return self.jumping.now

    def epoch(self) -> float:
        """Seconds of the epoch."""
        return BEGINS.timestamp() + self.jumping.now


@cache
def modelled() -> ModelMarket:
    return ModelMarket(window(), seed=7)


@dataclass
class Rest:
    """The broker's requests: tokens, and the little that a market asks for."""

    loop: Virtual
    token_s: float
    tokens: dict[str, float] = field(default_factory=dict)
    made: int = 0
    making: int = 0
    making_max: int = 0
    refused: int = 0

    def is_good(self, said: str) -> bool:
        """Whether a token is known and lives."""
        return self.loop.epoch() < self.tokens.get(said.removeprefix("Bearer "), 0.0)

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """The answer to a request; a token takes a moment, so that two could be made at once."""
        path = request.url.path
        if path == "/oauth/token":
            self.making += 1
            self.making_max = max(self.making_max, self.making)
            try:
                await asyncio.sleep(0.05)
            finally:  # whoever asked may be called off
                self.making -= 1
            self.made += 1
            now, token = self.loop.epoch(), f"token-{self.made}"
            self.tokens = {each: end for each, end in self.tokens.items() if end > now}
            self.tokens[token] = now + self.token_s
            return httpx2.Response(200, json={"access_token": token, "expires_in": self.token_s})
        if not self.is_good(request.headers.get("Authorization", "")):
            self.refused += 1
            return httpx2.Response(401, json={"error": {"code": "token_expired"}})
        if path.startswith("/futures-option-chains/ES"):
            chain = nested_futures("ES", looked_at(modelled().at, BEGINS))
            return httpx2.Response(200, json={"data": chain})
        said: Json = {"items": []}
        if path == TOKENS:
            said = {"token": "quotes", "dxlink-url": "ws://far"}
        return httpx2.Response(200, json={"data": {**said, "risk-free-rate": "0.01"}})


@dataclass
class Far:
    """The far end of the market feed: every connection it has had, one at a time."""

    loop: Virtual
    sent: int = 0
    quotes: int = 0
    dropped: int = 0
    connections: int = 0
    last: dict[str, float] = field(default_factory=dict)
    _prices: dict[str, tuple[float, float]] = field(default_factory=dict)
    _feed: Feed | None = None
    _frames: "asyncio.Queue[tuple[str | None, int]]" = field(default_factory=asyncio.Queue)
    _symbols: tuple[str, ...] = ()
    _serial: int = 0

    async def dial(self, url: str) -> Wire:
        """A new connection."""
        self._feed, self._frames, self._symbols = Feed(lambda token: True), asyncio.Queue(), ()
        self.connections += 1
        self.last.clear()
        return self

    async def send(self, text: str) -> None:
        """What the client says, its answers, and what is new of the market it asks for."""
        feed = self._feed
        if feed is None:
            raise Transient("the far end is gone")
        frame = json.loads(text)
        for answer in feed.hear(frame):
            self._put(answer)
        if frame["type"] == "FEED_SUBSCRIPTION":
            for news in feed.news(self.seen()):
                self._put(news)
            followed = feed.channels[1].subscribed.get(QUOTE, {})
            self._symbols = tuple(each for each in followed if each in self._prices)
            self._prices = {each: self._prices[each] for each in self._symbols}
            self.last = {each: self.last[each] for each in self._symbols if each in self.last}

    def seen(self) -> Snapshot:
        """The market it tells of."""
        return looked_at(modelled().at, datetime.fromtimestamp(self.loop.epoch(), NEW_YORK))

    async def pour(self) -> None:
        """Quotes at a steady pace, for as long as somebody hears them."""
        place = 0
        while True:
            await asyncio.sleep(FRAME_S)
            symbols = self._symbols
            if self._feed is not None and symbols:
                chosen = [symbols[(place + n) % len(symbols)] for n in range(OF_A_FRAME)]
                place += OF_A_FRAME
                self._frames.put_nowait((self._frame(chosen), OF_A_FRAME))
                self.quotes += OF_A_FRAME
                self.sent += OF_A_FRAME

    def _frame(self, symbols: Iterable[str]) -> str:
        """A frame of quotes, each with a number of its own where its time belongs."""
        values: list[str | float] = []
        for symbol in symbols:
            self._serial += 1
            told = int(BEGINS.timestamp() * 1000.0) + self._serial
            self.last[symbol] = told / 1000.0
            values += (symbol, *self._prices[symbol], told, told)
        return json.dumps({"type": "FEED_DATA", "channel": 1, "data": [QUOTE, values]})

    def _put(self, frame: Json) -> None:
        data, events = frame.get("data"), 0
        if data and data[0] in FIGURES:
            width = len(FIELDS[data[0]])
            events = len(data[1]) // width
            self.sent += events
            if data[0] == QUOTE:
                rows = zip(*(data[1][place::width] for place in range(3)), strict=True)
                self._prices |= {symbol: (bid, ask) for symbol, bid, ask in rows}
                for symbol in data[1][::width]:
                    self.last.pop(symbol, None)
        self._frames.put_nowait((json.dumps(frame), events))

    async def receive(self) -> str | None:
        """The next frame, or an answered ping."""
        text, _ = await self._frames.get()
        if text == CUT:
            raise Transient("the far end is gone")
        return text

    async def ping(self) -> None:
        """A ping is answered in its turn."""
        self._frames.put_nowait((None, 0))

    async def close(self) -> None:
        """It is over; what was on its way is lost."""
        self._feed = None

    @property
    def open(self) -> bool:
        """Whether there is a connection."""
        return self._feed is not None

    @property
    def waiting(self) -> tuple[int, int]:
        """Frames that nobody has read yet, and the events of them."""
        rows = [self._frames.get_nowait() for _ in range(self._frames.qsize())]
        for row in rows:
            self._frames.put_nowait(row)
        return len(rows), sum(events for _, events in rows)

    @property
    def symbols(self) -> int:
        """How many symbols quotes are told of."""
        return len(self._symbols)

    def cut(self) -> None:
        """End the connection; what was on its way never comes."""
        while not self._frames.empty():
            self.dropped += self._frames.get_nowait()[1]
        self._feed = None
        self._frames.put_nowait((CUT, 0))


@dataclass
class Account:
    """The far end of the account stream."""

    rest: Rest
    connections: int = 0
    heard: int = 0
    refused: int = 0
    closed: bool = False
    _waiting: "asyncio.Queue[Json | None]" = field(default_factory=asyncio.Queue)

    @asynccontextmanager
    async def dial(self, url: str) -> AsyncIterator[Socket]:
        """A new connection."""
        self._waiting, self.closed = asyncio.Queue(), False
        self.connections += 1
        yield self
        self.closed = True

    async def send_json(self, data: Any) -> None:
        """A sign of life is answered, and something happens to the account."""
        self.heard += 1
        self.refused += not self.rest.is_good(data["auth-token"])
        self._waiting.put_nowait({"status": "ok", "action": data["action"]})
        self._waiting.put_nowait({"type": "AccountBalance", "data": {"cash-balance": self.heard}})

    async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:
        """The next message."""
        said = await asyncio.wait_for(self._waiting.get(), timeout)
        kind = aiohttp.WSMsgType.CLOSED if said is None else aiohttp.WSMsgType.TEXT
        return aiohttp.WSMessage(kind, json.dumps(said), "")

    def cut(self) -> None:
        """End the connection."""
        self._waiting.put_nowait(None)
