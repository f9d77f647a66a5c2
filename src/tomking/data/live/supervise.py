"""One stream kept alive: begun again when it ends, asked when it is silent, given up to a human.

A connection that ends is begun anew after 2, 4, 8, 16 and 32 seconds, and everything that is wanted
is asked for again. Five tries without an event, or a login that is refused, need a human.

Silence is looked into before it is believed. Pings prove that a connection lives, but only while
events come too, because a gateway may answer for a feed that has frozen: after ``QUIET_S`` without an
event a few symbols are asked for again, which a live feed answers at once with the last it has. Nothing
by ``STALLED_S`` ends the connection. A symbol that alone is silent is asked for again after
``ASK_AGAIN_S``.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from tomking.core.errors import AuthExpired, Rejected, Transient
from tomking.core.value import value
from tomking.data.live.cache import Cache
from tomking.data.live.candles import Candles
from tomking.data.live.compact import Block, Oddities
from tomking.data.live.feed import SIGN_S, Conversation, Frame, Subscription, sign_of_life
from tomking.data.live.fields import CANDLE, QUOTE, TRADE
from tomking.wire.kept import PAUSES_S

#: Seconds between looks at a connection; without an event until the feed is probed, and up to which a
#: ping proves anything; without any frame until a connection is given up; of silence of a symbol.
LOOK_S, QUIET_S, STALLED_S, ASK_AGAIN_S = 1.0, 15.0, 60.0, 300.0
#: Symbols a probe asks for: one of them may have ended.
PROBES = 3


@value
class Pass:
    """A token for the feed, where it is, and at which level its quotes are told."""

    token: str = field(repr=False)
    url: str = ""
    level: str = ""


class Wire(Protocol):
    """A socket: texts out, texts in, and pings, of which it tells each that was answered."""

    async def send(self, text: str) -> None:
        """Send a frame."""
        ...

    async def receive(self) -> str | None:
        """The next frame; nothing for an answered ping.

        Raises
        ------
        Transient
            When there will be no more.
        """
        ...

    async def ping(self) -> None:
        """Ask for a sign of life."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


@value
class Ping:
    """When a ping was sent, and who waits for its answer."""

    at: float
    proof: "asyncio.Future[None] | None" = None


class Standing(StrEnum):
    """How a stream stands."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    NEEDS_HUMAN = "needs a human"
    CLOSED = "closed"


@dataclass(slots=True)
class Stream:
    """The feed into a cache. Everything here runs in one asyncio loop; time is passed in."""

    cache: Cache
    candles: Candles
    admit: Callable[[], Awaitable[Pass]]
    dial: Callable[[str], Awaitable[Wire]]
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    odd: Oddities = field(default_factory=Oddities)
    standing: Standing = Standing.CONNECTING
    why: str = ""
    connections: int = 0
    wanted: dict[Subscription, None] = field(default_factory=dict[Subscription, None])
    _wire: Wire | None = None
    _talk: Conversation | None = None
    _framed: float = 0.0
    _event: float = 0.0
    _told: bool = False
    _pings: "deque[Ping]" = field(default_factory=lambda: deque[Ping]())

    async def run(self) -> None:
        """Keep the feed coming until it needs a human."""
        tries = 0
        self.standing = Standing.CONNECTING
        while True:
            self._told = False
            try:
                await self._once()
            except (AuthExpired, Rejected) as refused:
                self._give_up(str(refused))
                return
            except Transient as fault:
                self.why = str(fault)
            tries = 0 if self._told else tries
            if self.standing is Standing.CLOSED:
                return
            if tries == len(PAUSES_S):
                self._give_up(f"{tries} tries without an event, the last: {self.why}")
                return
            self.standing = Standing.CONNECTING
            await self.sleep(PAUSES_S[tries])
            tries += 1

    async def ask(
        self, add: Iterable[Subscription] = (), remove: Iterable[Subscription] = ()
    ) -> None:
        """Want more, and less; on every connection from now on."""
        off = [each for each in remove if each in self.wanted]
        for gone in off:
            del self.wanted[gone]
        on = [each for each in add if each not in self.wanted]
        self.wanted |= dict.fromkeys(on)
        if self._talk is not None:
            await self._send(self._talk.ask(add=on, remove=off))

    async def proof(self) -> None:
        """Wait until everything told before now has been taken; without a connection nothing is.

        Raises
        ------
        Transient
            If the connection breaks meanwhile.
        """
        if self._wire is None or self.standing is not Standing.CONNECTED:
            return
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._ping(self._wire, answered)
        await answered

    async def _ping(self, wire: Wire, proof: "asyncio.Future[None] | None" = None) -> None:
        self._pings.append(Ping(self.clock(), proof))
        await wire.ping()

    async def close(self) -> None:
        """End it for good."""
        self.standing = Standing.CLOSED
        if self._wire is not None:
            await self._wire.close()

    def _give_up(self, why: str) -> None:
        self.standing, self.why = Standing.NEEDS_HUMAN, why

    async def _once(self) -> None:
        """One connection, from its token to its end.

        Raises
        ------
        Transient
            When it ends.
        """
        way = await self.admit()
        wire = self._wire = await self.dial(way.url)
        self._talk = Conversation(way.token, lambda: tuple(self.wanted), self._take, self.odd)
        self._framed = self._event = self.clock()
        self.connections += 1
        self.cache.connected(self._event)
        watching = asyncio.ensure_future(self._watch(wire))
        reading = asyncio.ensure_future(self._read(wire, self._talk))
        try:
            await self._send(self._talk.greet())
            done, _ = await asyncio.wait((reading, watching), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._talk = self._wire = None
            self.cache.lost()
            for ping in self._pings:
                if ping.proof is not None and not ping.proof.done():
                    ping.proof.set_exception(Transient("the feed broke while it was waited for"))
            self._pings.clear()
            for task in (reading, watching):
                task.cancel()
            await asyncio.gather(reading, watching, return_exceptions=True)
            await wire.close()

    async def _read(self, wire: Wire, talk: Conversation) -> None:
        while not talk.over:
            text = await wire.receive()
            if text is None:
                self._answered()
                continue
            self._framed = self.clock()
            answers = talk.hear(text)
            if answers:
                await self._send(answers)
            if talk.open and self._told:
                self.standing, self.why = Standing.CONNECTED, ""
        raise Transient(talk.over)

    def _answered(self) -> None:
        """A ping that was answered proves that all before it was told, while the feed itself lives."""
        if not self._pings:
            return
        ping = self._pings.popleft()
        if ping.at - self._event <= 2.0 * QUIET_S:
            self.cache.proven(ping.at)
        if ping.proof is not None and not ping.proof.done():
            ping.proof.set_result(None)

    def _take(self, block: Block) -> None:
        self._event, self._told = self._framed, True
        if block.kind == CANDLE:
            self.candles.take(block)
        else:
            self.cache.take(block, self._framed)

    async def _send(self, frames: Iterable[Frame]) -> None:
        for frame in frames:
            if self._wire is not None:
                await self._wire.send(json.dumps(frame))

    async def _watch(self, wire: Wire) -> None:
        """Pings, signs of life, and a look at who is silent."""
        signed = probed = self.clock()
        while True:
            await self.sleep(LOOK_S)
            now = self.clock()
            if now - (self._event if self._told else self._framed) > STALLED_S:
                raise Transient(f"the feed told nothing for {STALLED_S:.0f} s")
            await self._ping(wire)
            if now - signed >= SIGN_S:
                signed = now
                await self._send([sign_of_life()])
                await self._again(self.silent(ASK_AGAIN_S))
            if now - max(self._event, probed) >= QUIET_S:
                probed = now
                await self._again(self.silent(0.0)[:PROBES])

    def silent(self, longer_than_s: float) -> tuple[Subscription, ...]:
        """What was told once, and not for so long."""
        now = self.clock()
        found = (
            Subscription(kind, symbol)
            for kind in (TRADE, QUOTE)
            for symbol in self.cache.silent(now, longer_than_s, kind)
        )
        return tuple(each for each in found if each in self.wanted)

    async def _again(self, those: Iterable[Subscription]) -> None:
        """Off and on again: a live feed answers with the last it knows."""
        rows = tuple(those)
        if rows and self._talk is not None:
            await self._send(self._talk.ask(add=rows, remove=rows))
