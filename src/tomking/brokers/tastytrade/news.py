"""The account stream: what happens to the account, kept until the loop asks. It never calls back.

Nothing is numbered and nothing is repeated after a reconnect, so every opening of the connection leaves
a gap: whoever reads it must look things up. An odd message is counted, never fatal.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import aiohttp

from tomking.core.errors import Transient
from tomking.wire.kept import Kept
from tomking.wire.line import Line

Json = Mapping[str, Any]
#: Seconds between signs of life, and without any word before the connection counts as dead.
HEARTBEAT_S, SILENT_S = 20.0, 60.0
CONNECT_WITHIN_S = 10.0
SECURE = "wss://streamer.tastyworks.com"


class Unheard(Transient):
    """The stream refuses what was said to it: most likely the token."""


@dataclass(slots=True)
class News:
    """Messages that wait to be read. ``gaps`` counts openings, each of which may have missed some."""

    kept: Kept = field(default_factory=Kept)
    odd: int = 0
    gaps: int = 0
    waiting: "SimpleQueue[Json]" = field(default_factory=SimpleQueue)
    _said: int = 0

    def take(self) -> list[Json]:
        """The messages that have come, oldest first."""
        found: list[Json] = []
        try:
            while True:
                found.append(self.waiting.get_nowait())
        except Empty:
            return found

    def said_odd(self) -> list[str]:
        """The odd messages since this was asked last, in words."""
        new, self._said = self.odd - self._said, self.odd
        return [f"{new} messages of the account stream could not be read"] if new else []

    def hear(self, text: str) -> None:
        """A frame: kept if it tells of something, counted if it is none."""
        try:
            said = json.loads(text)
        except json.JSONDecodeError:
            self.odd += 1
            return
        several = said.get("results") if isinstance(said, Mapping) else None
        for each in several if isinstance(several, list) else (said,):  # some come together
            self._take_in(each)

    def _take_in(self, said: object) -> None:
        if not isinstance(said, Mapping):
            self.odd += 1
        elif isinstance(said.get("data"), Mapping) and "type" in said:
            self.waiting.put(said)
        elif said.get("status") == "error":
            raise Unheard(f"the account stream says {said.get('message')!r}")
        elif said.get("status") != "ok":
            self.odd += 1

    def opened(self) -> None:
        """The connection works; what was said before it did is not known."""
        self.kept.opened()
        self.gaps += 1


class Socket(Protocol):
    """What is needed of a socket."""

    @property
    def closed(self) -> bool:
        """Whether it is."""
        ...

    async def send_json(self, data: Any) -> None:
        """Send a frame."""
        ...

    async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:
        """The next message; ``TimeoutError`` where none comes in time."""
        ...


#: A socket to an address, for as long as a block lasts.
Dial = Callable[[str], AbstractAsyncContextManager[Socket]]


@asynccontextmanager
async def dialled(url: str) -> AsyncIterator[Socket]:
    """A socket of the network."""
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(url, timeout=aiohttp.ClientWSTimeout(ws_close=1.0)) as socket,
    ):
        yield socket


async def listen(line: Line, news: News, dial: Dial = dialled) -> None:
    """One connection to the account stream, until it breaks.

    Raises
    ------
    Transient
        If it cannot be opened, is silent for too long or says that something is wrong.
    AuthExpired
        If nobody is logged in.
    """
    await line.session.refresh()
    try:
        async with dial(line.streamer_url or SECURE) as socket:
            await socket.send_json(_said(line, "connect", value=[line.account]))
            beating = asyncio.create_task(_beat(line, socket))
            try:
                await _read(socket, news)
            finally:
                beating.cancel()
    except Unheard:
        await line.session.refresh(force=True)  # a token may die before its time
        raise
    except aiohttp.ClientError as fault:
        raise Transient(f"the account stream broke ({type(fault).__name__})") from fault


async def _read(socket: Socket, news: News) -> None:
    within, hear = CONNECT_WITHIN_S, _first(news)
    while True:
        try:
            message = await socket.receive(within)
        except TimeoutError as fault:
            raise Transient(f"the account stream was silent for {within:.0f} s") from fault
        if message.type is not aiohttp.WSMsgType.TEXT:
            return
        hear(str(message.data))
        within, hear = SILENT_S, news.hear


def _first(news: News) -> Callable[[str], None]:
    """What becomes of the first frame: it says whether the account may be followed."""

    def hear(text: str) -> None:
        """The answer, and that the connection works."""
        news.hear(text)
        news.opened()

    return hear


async def _beat(line: Line, socket: Socket) -> None:
    """A sign of life now and then, with a token that is good."""
    while not socket.closed:
        await asyncio.sleep(HEARTBEAT_S)
        await line.session.refresh()
        await socket.send_json(_said(line, "heartbeat"))


def _said(line: Line, action: str, **more: object) -> dict[str, object]:
    return {"action": action, "auth-token": f"Bearer {line.session.session_token}", **more}
