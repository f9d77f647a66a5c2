"""The live market put together: a line to the venue, its feed, its chains, and one snapshot a tick.

Paper and live differ in the line's address and in the evidence that is told here. Nothing calls back:
the loop asks for an instant and is given what the feed had told by then.
"""

import asyncio
import ssl
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from math import isfinite
from threading import Event
from typing import Any, Protocol, TypeVar

import numpy as np

from tomking.core.calendar import NEW_YORK, Session
from tomking.core.contract import Contract
from tomking.core.errors import BrokerError, Rejected, Transient
from tomking.core.evidence import Evidence, Stamped
from tomking.core.value import value
from tomking.data.live.cache import FRESH_S, Cache, View
from tomking.data.live.candles import MINUTES, Candles, Series, daily
from tomking.data.live.compact import Oddities
from tomking.data.live.day import Known, rate_in
from tomking.data.live.failover import Spare
from tomking.data.live.feed import Subscription
from tomking.data.live.fields import CANDLE, HEARD, QUOTE, TRADE
from tomking.data.live.following import Following
from tomking.data.live.level import not_of_now, worth
from tomking.data.live.listings import Listings
from tomking.data.live.names import VIX, Names, is_index
from tomking.data.live.snapshot import LiveSnapshot, Sources, sources_of
from tomking.data.live.socket import dial
from tomking.data.live.supervise import Pass, Standing, Stream
from tomking.data.live.window import Want, laid
from tomking.market.sessions import next_session, session_of

T = TypeVar("T")
RATE, TOKENS = "/margin-requirements-public-configuration", "/api-quote-tokens"
#: Seconds a new day may wait for its history and its first quotes, and for these out of hours, when what
#: is held may not be quoted any more; a request of the loop for its turn; between looks while waiting;
#: the share of a window that must have been told by then.
READY_S, CLOSED_S, TURN_S, LOOK_S, TOLD_MIN = 15.0, 1.0, 10.0, 0.02, 0.9
#: A move of the price after which a window is laid anew, and the time after which it is in any case.
RELAID_MOVE, RELAID = 0.01, timedelta(minutes=30)


class Line(Protocol):
    """What the live market needs of a line (``wire.line``)."""

    def get(self, path: str, **query: Any) -> Any:
        """The data of an answer."""
        ...

    def start(self, coroutine: Coroutine[Any, Any, T], name: str) -> "Future[T]":
        """Something that goes on in the line's loop."""
        ...

    def run(self, coroutine: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """What comes of something there."""
        ...


@value
class State:
    """How the market stands: where its quotes come from, and what is wrong with it if anything is."""

    standing: Standing
    source: str
    why: str
    stale: tuple[str, ...]
    connections: int
    symbols: int
    odd: int

    @property
    def needs_human(self) -> bool:
        """Whether nobody will try again by himself."""
        return self.standing is Standing.NEEDS_HUMAN


@dataclass(slots=True)
class LiveMarket:
    """The market of an account; made by ``open_market``. ``at`` belongs to one thread."""

    line: Line
    clock: Callable[[], datetime]
    evidence: Evidence
    wanted: Sequence[Want]
    following: Following
    cache: Cache
    candles: Candles
    stream: Stream
    listings: Listings
    odd: Oddities
    spare: Spare
    proves: bool = False
    level: str | None = None
    _sources: Sources | None = None
    _running: "Future[None] | None" = None
    _whole: bool = False
    _asked: tuple[Subscription, ...] = ()
    _laid: dict[str, tuple[float, datetime]] = field(
        default_factory=dict[str, tuple[float, datetime]]
    )

    @property
    def worth(self) -> Evidence:
        """What its quotes are, by the level that the broker has told; LIVE only once it has."""
        return worth(self.level or "", self.evidence)

    def at(self, now: datetime) -> LiveSnapshot:
        """What is known of an instant; the first look of a session waits for its history."""
        now = now.astimezone(NEW_YORK)
        session = session_now(now)
        self._catch_up()
        if self._sources is None or self._sources.day.session.day != session.day:
            self._begin(session)
            self._sources = self._made(session)
            self._lay(now)
            is_open = session.opens <= now < session.closes
            self._until(self._is_told, READY_S if is_open else CLOSED_S)
        elif (not self._whole and self._has_history()) or self._sources.evidence is not self.worth:
            self._sources = self._made(session)
        self._stream_what_was_missed()
        self._lay(now)
        stands_in = (
            self.level is None or self.worth is self.evidence
        )  # not of now there is no spare
        if stands_in and self.spare.is_needed(at := self.clock().timestamp()):
            self.spare.stand_in(at, now.date(), self.following.contracts())
        return self._seen(now)

    def _catch_up(self) -> None:
        """Where the clock may jump, wait for what the feed tells of the new instant."""
        if self.proves:
            try:
                self.line.run(self.stream.proof(), TURN_S)
            except Transient as fault:
                self.odd.report(f"the feed was waited for in vain: {fault}")

    def follow(self, contracts: Iterable[Contract]) -> None:
        """Stream these as long as they are held, and what they are on."""
        held = tuple(contracts)
        if set(held) != set(self.following.held):
            self.following.held = held
            self._subscribe()

    def state(self) -> State:
        """How it stands now."""
        view = self.cache.frozen(self.clock().timestamp())
        stream, symbols = self.stream, tuple(self.following.symbols())
        standing, why = self.feed()
        return State(
            standing, self.spare.source(view), why or self.spare.why,
            stale(view, symbols, self._needed()), stream.connections, len(symbols), self.odd.count,
        )  # fmt: skip

    def feed(self) -> tuple[Standing, str]:
        """How the feed stands, and why if it does not."""
        fault = _fault_of(self._running)
        return (Standing.NEEDS_HUMAN, fault) if fault else (self.stream.standing, self.stream.why)

    def reconnect(self) -> None:
        """Begin the feed, or begin it again after a human has looked."""
        if self._running is None or self._running.done():
            self._running = self.line.start(self.stream.run(), "market feed")

    def close(self) -> None:
        """End the stream."""
        self.line.run(self.stream.close(), TURN_S)

    def _seen(self, now: datetime) -> LiveSnapshot:
        assert self._sources is not None
        return LiveSnapshot(now, self.cache.frozen(self.clock().timestamp()), self._sources)

    def _begin(self, session: Session) -> None:
        """A new session: its fronts, and its candles anew."""
        self.following.begin(session.day)
        self._laid.clear()
        self._subscribe()
        self.candles.forget(lambda each: False)
        asked = self.following.candles(session.opens)
        self._ask(add=asked, remove=(*self._asked, *asked))
        self._asked = asked
        self._until(self._has_history, READY_S)

    def _has_history(self) -> bool:
        """Whether every daily series has come."""
        return all(map(self.candles.has, self.following.daily().values()))

    def _made(self, session: Session) -> Sources:
        """The day as far as its history is told; made once more if that came late."""
        self._whole = self._has_history()
        bars = {
            root: daily(self.candles.rows(each), session.day, self.worth)
            for root, each in self.following.daily().items()
        }
        known = Known(bars, self._rate(), self.worth)
        return sources_of(
            session, known, self.following, self.listings.chains,
            lambda symbol: self.candles.rows(Series(symbol, MINUTES)),
        )  # fmt: skip

    def _rate(self) -> float:
        try:
            return rate_in(self.line.get(RATE))
        except BrokerError as fault:
            self.odd.report(f"no risk-free rate: {fault}")
            return float("nan")

    def _lay(self, now: datetime) -> None:
        """Windows around where prices are, laid anew when they have moved or grown old."""
        seen = self._seen(now)
        before = dict(self.following.windows)
        for root in dict.fromkeys(each.root for each in self.wanted):
            spot, vix = seen.spot(root), seen.vix.value
            if isinstance(spot, Stamped) and vix > 0.0 and self._is_due(root, spot.value, now):
                chain = self.listings.chain(root, now)
                if chain is not None:
                    window = laid(chain, self.wanted, spot.value, vix, now.date())
                    self.following.lay(root, window)
                    self._laid[root] = spot.value, now
        if self.following.windows != before:
            self._subscribe()

    def _stream_what_was_missed(self) -> None:
        """Strikes that were asked for at the last look and that no window holds."""
        assert self._sources is not None
        missed = sorted(self._sources.missed, key=str)
        self._sources.missed.clear()
        if missed and self.following.also(missed):
            self._subscribe()

    def _is_due(self, root: str, spot: float, now: datetime) -> bool:
        known = self._laid.get(root)
        if known is None:
            return True
        return abs(spot / known[0] - 1.0) > RELAID_MOVE or now - known[1] > RELAID

    def _subscribe(self) -> None:
        """Ask the stream for exactly what is followed."""
        wanted = dict.fromkeys(self.following.wanted())
        symbols = self.following.symbols()
        gone = [each for each in self.stream.wanted if each.kind != CANDLE and each not in wanted]
        self.cache.follow(symbols)
        self._ask(add=wanted, remove=gone)
        self.cache.forget({each.symbol for each in gone} - symbols.keys())

    def _ask(self, *, add: Iterable[Subscription], remove: Iterable[Subscription]) -> None:
        """Ask for more and less; where the stream breaks meanwhile, the next connection asks for all."""
        try:
            self.line.run(self.stream.ask(tuple(add), tuple(remove)), TURN_S)
        except Transient as fault:
            self.odd.report(f"the feed was not asked: {fault}")

    def _is_told(self) -> bool:
        """Whether something was told of everything that is traded: an option nobody quotes is left."""
        view, needed = self.cache.frozen(self.clock().timestamp()), self._needed()
        windows = [*self.following.windows.values()]
        options = [symbol for window in windows for symbol in window.values()]
        told = ~np.isnan(view.table[HEARD[QUOTE], view.rows(options)])
        return not stale(view, needed, needed) and (not options or told.mean() >= TOLD_MIN)

    def _needed(self) -> tuple[str, ...]:
        """What must stream: VIX, what stands for the roots, and what is held."""
        fronts = (self.following.fronts.get(root) for root in (*self.following.roots, VIX))
        ours = (*(front for front in fronts if front is not None), *self.following.held)
        return tuple(self.following.names.symbol(contract) for contract in ours)

    @staticmethod
    def _until(is_so: Callable[[], bool], within_s: float) -> None:
        """Wait until something is so, and not for ever: what is missing then is said to be missing."""
        ends, pause = time.monotonic() + within_s, Event()
        while not is_so() and time.monotonic() < ends:
            pause.wait(LOOK_S)


def open_market(
    line: Line,
    roots: Sequence[str],
    evidence: Evidence,
    clock: Callable[[], datetime],
    *,
    wanted: Sequence[Want] = (),
    tls: ssl.SSLContext | None = None,
    proves: bool = False,
    delayed: bool = False,
) -> LiveMarket:
    """The market behind a line, its feed begun.

    Parameters
    ----------
    roots
        What is traded: their history makes the day, and their prices are streamed first.
    evidence
        What its figures are: LIVE at the broker, MODEL from a modelled exchange, RECORDED from a replay.
    wanted
        The expiries whose strikes are streamed (``window.wants``).
    clock
        Our own time, by which the feed's silence and the age of a quote are measured: that of the
        market may stand still or go faster, on paper.
    proves
        Whether every look first waits until all that was told has been taken: where time may jump.
    delayed
        Whether quotes that are not of now are taken for what they are: no real money is traded by them.
    """
    odd = Oddities()
    cache, candles = Cache(odd), Candles(odd)

    async def admit() -> Pass:
        """A token, asked for outside the loop that the answer comes through.

        Where real money is traded, quotes that are not of now end the feed as a login does that is
        refused.
        """
        way = passed(await asyncio.to_thread(line.get, TOKENS))
        made.level = way.level
        if made.worth is not evidence:
            odd.report(not_of_now(way.level))
        if evidence is Evidence.LIVE and made.worth is not evidence and not delayed:
            raise Rejected(not_of_now(way.level))
        return way

    stream = Stream(
        cache, candles, admit, partial(dial, tls=tls), lambda: clock().timestamp(), odd=odd
    )
    following = Following(tuple(roots), Names())
    spare = Spare(line, cache, following.names.symbol, odd)
    made = LiveMarket(
        line, clock, evidence, wanted, following, cache, candles, stream,
        Listings(line, odd), odd, spare, proves,
    )  # fmt: skip
    made.reconnect()
    return made


def _fault_of(running: "Future[None] | None") -> str:
    """What a feed died of that should not have ended it: a mistake of ours, which a human has to see."""
    if running is None or not running.done() or running.cancelled():
        return ""
    fault = running.exception()
    return f"the feed failed ({type(fault).__name__}: {fault})" if fault else ""


def passed(said: Any) -> Pass:
    """The token and the address in the venue's answer.

    Raises
    ------
    Rejected
        If it gives none: an account without market data has to be helped by a human.
    """
    if isinstance(said, dict) and said.get("token") and said.get("dxlink-url"):
        return Pass(str(said["token"]), str(said["dxlink-url"]), str(said.get("level") or ""))
    raise Rejected(
        "the broker gives no token for its market feed: look at the account's agreements"
    )


def session_now(now: datetime) -> Session:
    """The session of a date, and on a day without one the next."""
    day = now.astimezone(NEW_YORK).date()
    return session_of(day) or next_session(day)


def stale(view: View, symbols: Iterable[str], needed: Sequence[str]) -> tuple[str, ...]:
    """Symbols nobody may decide by: indexes by their last price, all else by their quotes.

    What was never told counts where it is needed; a venue need not know everything that is asked of it.
    """
    named = tuple(symbols)
    rows = view.rows(named)
    index = np.array([is_index(symbol) for symbol in named], dtype=np.bool_)
    ages = np.where(index, view.ages(TRADE, rows), view.ages(QUOTE, rows))
    return tuple(
        symbol
        for symbol, age in zip(named, ages.tolist(), strict=True)
        if age > FRESH_S and (isfinite(age) or symbol in needed)
    )
