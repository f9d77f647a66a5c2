"""An exchange server in a thread of its own, for clients that are not asynchronous."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date

import httpx2
from aiohttp import web
from aiohttp.typedefs import Handler

from tomking.market.snapshot import Snapshot
from tomking.server.desk import DESK
from tomking.server.faults import Fault, Faults
from tomking.server.http import application
from tomking.server.tokens import Tokens
from tomking.server.world import World
from tomking.wire.budget import Budget
from tomking.wire.keys import Keys
from tomking.wire.line import Line
from tomking.wire.session import Place
from worlds.served import DAY, NUMBER, Hands, world_at

KEYS = Keys("secret", "refresh")
UNBOUND = Budget(a_minute=1_000_000, a_day=1_000_000)


@dataclass
class Standing:
    """A server: its world, the clock that is moved by hand, and where it is."""

    world: World
    clock: Hands
    faults: Faults
    place: Place
    loop: asyncio.AbstractEventLoop
    tokens: Tokens
    lines: list[Line] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)

    def look(self) -> Snapshot:
        """The market as the server sees it, looked at where the server runs."""

        async def _look() -> Snapshot:
            return self.world.look()

        return asyncio.run_coroutine_threadsafe(_look(), self.loop).result(10)

    def line(self, keys: Keys = KEYS, budget: Budget = UNBOUND) -> Line:
        """A line to it, closed with it."""
        line = Line.open(keys, self.place, NUMBER, self.clock, budget)
        self.lines.append(line)
        return line

    def asked(self, path: str) -> httpx2.Response:
        """The plain answer to a request, whatever it is."""
        token = {"Authorization": self.tokens.make(self.clock())}
        return httpx2.get(f"{self.place.base_url}/{path.lstrip('/')}", headers=token)

    def wrong(self, *faults: Fault) -> None:
        """What is to go wrong from now on."""
        self.faults.order(faults)


def standing(
    minute: float = 60.0, cash: str = "100000", day: date = DAY, faults: Faults | None = None
) -> AbstractContextManager[Standing]:
    """A server on loopback that ends with the block."""
    return stood(*world_at(minute, day, cash), faults)


@contextmanager
def stood(world: World, clock: Hands, faults: Faults | None = None) -> Iterator[Standing]:
    """The same of a world; its ``log`` is every request that came, by method and path."""
    tokens = Tokens("secret", "refresh")
    app = application(world, tokens)
    log: list[tuple[str, str]] = []

    @web.middleware
    async def noted(request: web.Request, handler: Handler) -> web.StreamResponse:
        log.append((request.method, request.path))
        return await handler(request)

    app.middlewares.append(noted)
    if faults is not None:
        app[DESK].faults = faults
    loop, ready = asyncio.new_event_loop(), threading.Event()
    ports: list[int] = []
    runner = web.AppRunner(app, shutdown_timeout=0.5)

    async def _begin() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ports.append(runner.addresses[0][1])
        ready.set()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(_begin(), loop).result(10)
    ready.wait(10)
    at = f"127.0.0.1:{ports[0]}"
    there = Standing(
        world,
        clock,
        app[DESK].faults,
        Place(f"http://{at}", f"ws://{at}/streamer"),
        loop,
        tokens,
        log=log,
    )
    try:
        yield there
    finally:
        for line in there.lines:
            line.close()
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
