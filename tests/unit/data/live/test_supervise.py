"""One stream kept alive, on virtual time: begun again, asked again, given up to a human."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tomking.core.errors import AuthExpired, Rejected, Transient
from tomking.data.live.cache import FRESH_S, Cache
from tomking.data.live.candles import Candles
from tomking.data.live.feed import Subscription
from tomking.data.live.fields import BID, QUOTE
from tomking.data.live.supervise import (
    ASK_AGAIN_S,
    PAUSES_S,
    QUIET_S,
    STALLED_S,
    Pass,
    Standing,
    Stream,
    Wire,
)

pytestmark = pytest.mark.unit

SPY, QQQ = Subscription(QUOTE, "SPY"), Subscription(QUOTE, "QQQ")
CLOSED = "closed"


@dataclass
class Time:
    """Seconds that pass as fast as somebody waits for them."""

    now: float = 1_000_000.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait, and let everybody else go first."""
        self.waits.append(seconds)
        self.now += seconds
        for _ in range(5):
            await asyncio.sleep(0)


@dataclass
class Far:
    """The far end of a connection: it admits, opens a channel and answers subscriptions.

    ``tells`` says whether it has anything to tell, ``answers`` whether pings come back.
    """

    tells: bool = True
    answers: bool = True
    refuses: bool = False
    heard: list[dict[str, Any]] = field(default_factory=list)
    waiting: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    closed: bool = False

    async def send(self, text: str) -> None:
        """What the client says, and what it is answered."""
        frame = json.loads(text)
        self.heard.append(frame)
        answer = {
            "SETUP": {"type": "AUTH_STATE", "channel": 0, "state": "UNAUTHORIZED"},
            "AUTH": {"type": "AUTH_STATE", "channel": 0,
                     "state": "UNAUTHORIZED" if self.refuses else "AUTHORIZED"},
            "CHANNEL_REQUEST": {"type": "CHANNEL_OPENED", "channel": 1},
        }.get(frame["type"])  # fmt: skip
        if answer is not None:
            self.says(answer)
        for row in frame.get("add", ()) if self.tells else ():
            self.quote(row["symbol"])

    def says(self, frame: dict[str, Any]) -> None:
        """A frame for the client."""
        self.waiting.put_nowait(json.dumps(frame))

    def quote(self, symbol: str, bid: float = 1.0) -> None:
        """A quote of a symbol."""
        values = [symbol, bid, bid + 0.1, 0, 0]
        self.says({"type": "FEED_DATA", "channel": 1, "data": [QUOTE, values]})

    async def receive(self) -> str | None:
        """The next frame, or an answered ping."""
        said = await self.waiting.get()
        if said == CLOSED:
            raise Transient("the far end is gone")
        return said

    async def ping(self) -> None:
        """A ping is answered by nothing."""
        if self.answers:
            self.waiting.put_nowait(None)

    async def close(self) -> None:
        """It is over."""
        self.closed = True

    def asked(self, verb: str = "add") -> list[str]:
        """The symbols that were put on, or taken off."""
        return [row["symbol"] for frame in self.heard for row in frame.get(verb, ())]


@dataclass
class World:
    """A stream, its far ends one after another, and time."""

    ends: list[Far]
    refusal: Exception | None = None
    time: Time = field(default_factory=Time)
    used: list[Far] = field(default_factory=list)
    stream: Stream = field(init=False)

    def __post_init__(self) -> None:
        cache = Cache()
        cache.follow(("SPY", "QQQ"))
        self.stream = Stream(cache, Candles(), self._admit, self._dial, self.time, self.time.sleep)
        self.stream.wanted = {SPY: None, QQQ: None}

    async def _admit(self) -> Pass:
        if self.refusal is not None:
            raise self.refusal
        return Pass("token", "ws://far")

    async def _dial(self, url: str) -> Wire:
        if not self.ends:
            raise Transient("nobody answers")
        self.used.append(self.ends.pop(0))
        return self.used[-1]

    def play(self, scene: Callable[["World"], Awaitable[None]]) -> None:
        """A scene while the stream runs."""

        async def run() -> None:
            running = asyncio.ensure_future(self.stream.run())
            try:
                await asyncio.wait_for(scene(self), 10)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

        asyncio.run(run())

    async def until(self, is_so: Callable[[], bool], within_s: float = 7200.0) -> None:
        """Until something is so, in virtual time."""
        ends = self.time.now + within_s
        while not is_so():
            assert self.time.now < ends, "it never came to that"
            await asyncio.sleep(0)

    def age(self, symbol: str = "SPY") -> float:
        """Seconds since a quote was known to be right."""
        return self.stream.cache.frozen(self.time.now).figure(symbol, BID, QUOTE)[1]


def connected(there: World) -> bool:
    """Whether the stream tells anything."""
    return there.stream.standing is Standing.CONNECTED


def test_a_connection_that_ends_is_begun_again_and_asked_for_everything() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        there.used[0].waiting.put_nowait(CLOSED)
        await there.until(lambda: len(there.used) == 2 and connected(there))
        assert there.used[0].closed
        assert there.used[1].asked() == ["SPY", "QQQ"]
        assert PAUSES_S[0] in there.time.waits
        assert PAUSES_S[1] not in there.time.waits

    World([Far(), Far()]).play(scene)


def test_five_tries_without_an_event_need_a_human_who_may_try_again() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: there.stream.standing is Standing.NEEDS_HUMAN)
        assert there.time.waits == list(PAUSES_S)
        assert "nobody answers" in there.stream.why
        there.ends.append(Far())
        again = asyncio.ensure_future(there.stream.run())
        await there.until(lambda: connected(there))
        again.cancel()
        assert there.stream.why == ""

    World([]).play(scene)


def test_an_event_makes_the_tries_begin_anew() -> None:
    async def scene(there: World) -> None:
        for number in range(8):
            await there.until(lambda number=number: len(there.used) > number and connected(there))
            there.used[-1].waiting.put_nowait(CLOSED)
            await there.until(lambda: not connected(there))
        assert there.stream.standing is Standing.CONNECTING

    World([Far() for _ in range(9)]).play(scene)


@pytest.mark.parametrize("refusal", [AuthExpired("keys refused"), Rejected("no token")])
def test_a_refused_login_needs_a_human_at_once(refusal: Exception) -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: there.stream.standing is Standing.NEEDS_HUMAN)
        assert there.time.waits == []
        assert there.stream.why == str(refusal)

    World([], refusal).play(scene)


def test_a_token_the_feed_refuses_is_tried_anew_with_another() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        assert [frame["type"] for frame in there.used[0].heard].count("AUTH") == 1

    World([Far(refuses=True), Far()]).play(scene)


def test_a_quiet_feed_that_answers_stays_connected_and_its_quotes_good() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        ends, oldest = there.time.now + 1500.0, 0.0
        while there.time.now < ends:
            await asyncio.sleep(0)
            oldest = max(oldest, there.age("SPY"), there.age("QQQ"))
        assert oldest <= FRESH_S
        assert there.stream.connections == 1

    World([Far()]).play(scene)


def test_a_frozen_feed_behind_a_gateway_that_answers_is_found_out() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        there.used[0].tells = False
        froze = there.time.now
        await there.until(lambda: there.age() > FRESH_S)
        assert there.time.now - froze <= 2.0 * QUIET_S + FRESH_S + 2.0
        await there.until(lambda: len(there.used) == 2)
        assert there.time.now - froze <= STALLED_S + 5.0
        assert there.used[0].asked("remove").count("SPY") >= 2

    World([Far(), Far()]).play(scene)


def test_a_socket_that_is_open_and_says_nothing_is_given_up() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: len(there.used) == 2 and connected(there))
        assert there.time.now - 1_000_000.0 >= STALLED_S

    World([Far(tells=False, answers=False), Far()]).play(scene)


def test_a_symbol_that_alone_is_silent_is_asked_for_again() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        began = there.time.now
        while there.time.now < began + ASK_AGAIN_S + 60.0:
            await there.time.sleep(1.0)
            there.used[0].quote("SPY")
        assert "QQQ" in there.used[0].asked("remove")
        assert there.used[0].asked().count("QQQ") >= 2
        assert "SPY" not in there.used[0].asked("remove")
        assert there.age("QQQ") <= FRESH_S

    World([Far()]).play(scene)


def test_signs_of_life_are_sent() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        await there.until(lambda: there.time.now > 1_000_200.0)
        kinds = [frame["type"] for frame in there.used[0].heard]
        assert kinds.count("KEEPALIVE") >= 5

    World([Far()]).play(scene)


def test_odd_frames_do_not_end_a_connection() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        for text in ("{", "[]", '{"type": "FEED_DATA", "data": [1, 2, 3]}'):
            there.used[0].waiting.put_nowait(text)
        there.used[0].quote("SPY", 2.0)
        view = lambda: there.stream.cache.frozen(there.time.now).figure("SPY", BID, QUOTE)[0]  # noqa: E731
        await there.until(lambda: view() == 2.0)
        assert there.stream.odd.count >= 3
        assert there.stream.connections == 1

    World([Far()]).play(scene)


def test_more_and_less_is_asked_of_a_connection_at_once() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        more = Subscription(QUOTE, "IWM")
        await there.stream.ask(add=(more, SPY), remove=(QQQ,))
        assert there.used[0].asked()[-1] == "IWM"
        assert there.used[0].asked().count("SPY") == 1
        assert there.used[0].asked("remove") == ["QQQ"]
        assert set(there.stream.wanted) == {SPY, more}

    World([Far()]).play(scene)


def test_a_closed_stream_stays_closed() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        await there.stream.close()
        there.used[0].waiting.put_nowait(CLOSED)
        await there.until(lambda: there.stream.cache.frozen(0.0).proven < 0.0)
        assert there.stream.standing is Standing.CLOSED
        assert len(there.used) == 1

    World([Far(), Far()]).play(scene)


def test_a_proof_waits_until_everything_told_before_it_was_taken() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        there.used[0].quote("SPY", 7.0)
        await there.stream.proof()
        assert there.stream.cache.frozen(there.time.now).figure("SPY", BID, QUOTE)[0] == 7.0

    World([Far()]).play(scene)


def test_a_proof_that_breaks_off_says_so_and_without_a_connection_there_is_none() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        there.used[0].answers = False
        waited = asyncio.ensure_future(there.stream.proof())
        await asyncio.sleep(0)
        there.used[0].waiting.put_nowait(CLOSED)
        with pytest.raises(Transient, match="broke"):
            await waited
        await there.stream.proof()

    World([Far()]).play(scene)


def test_an_answer_proves_the_instant_its_own_ping_was_sent() -> None:
    async def scene(there: World) -> None:
        await there.until(lambda: connected(there))
        there.used[0].answers = False
        await there.until(lambda: len(there.stream._pings) >= 3)
        first, then = there.stream._pings[0].at, there.stream._pings[1].at
        there.used[0].waiting.put_nowait(None)
        await there.until(lambda: there.stream._pings[0].at == then)
        assert there.stream.cache.frozen(there.time.now).proven == first < then

    World([Far()]).play(scene)
