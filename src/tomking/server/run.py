"""The server as a process: sockets on loopback, a pulse, and one line that says where it is."""

import asyncio
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tomking.core.errors import ConfigError
from tomking.server.faults import Fault
from tomking.server.http import application
from tomking.server.tokens import Tokens
from tomking.server.world import World

LOOPBACK = "127.0.0.1"
#: Seconds between looks at the market that nobody asked for.
PULSE_S = 0.25


@dataclass(frozen=True, slots=True)
class Where:
    """What the server is told: ports (nought is a free one), certificates, what is to go wrong, and the
    customer's watchlists.
    """

    port: int = 0
    tls_port: int | None = None
    tls: ssl.SSLContext | None = None
    ca_file: str = ""
    faults: tuple[Fault, ...] = ()
    lists: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


async def serve(
    world: World, tokens: Tokens, where: Where, say: Callable[[str], None], stop: asyncio.Event
) -> None:
    """Serve until told to stop. All that can be refused is refused before it says where it is.

    Raises
    ------
    ConfigError
        If a door is taken by somebody else.
    """
    world.look()
    runner = web.AppRunner(
        application(world, tokens, where.faults, where.lists), access_log=None, shutdown_timeout=1.0
    )
    await runner.setup()
    try:
        await _opened(runner, where.port)
        if where.tls is not None:
            await _opened(runner, where.tls_port or 0, where.tls)
        say(json.dumps(_ready(runner, world, tokens, where)))
        while not stop.is_set():
            world.look()
            await _wait(stop)
    finally:
        await runner.cleanup()


async def _opened(runner: web.AppRunner, port: int, tls: ssl.SSLContext | None = None) -> None:
    """A door, open."""
    try:
        await web.TCPSite(runner, LOOPBACK, port, ssl_context=tls).start()
    except OSError as taken:
        raise ConfigError(
            f"port {port} cannot be served ({taken.strerror}): choose another, or 0 for a free one"
        ) from taken


async def _wait(stop: asyncio.Event) -> None:
    """Until the next look, or until it is over."""
    try:
        await asyncio.wait_for(stop.wait(), PULSE_S)
    except TimeoutError:
        return


def _ready(runner: web.AppRunner, world: World, tokens: Tokens, where: Where) -> dict[str, Any]:
    """Where the server is and how one gets in."""
    port, *others = (address[1] for address in runner.addresses)
    return {
        "base_url": f"http://{LOOPBACK}:{port}",
        "streamer_url": f"ws://{LOOPBACK}:{port}/streamer",
        "tls_url": f"https://localhost:{others[0]}" if others else None,
        "ca_file": where.ca_file or None,
        "client_secret": tokens.secret,
        "refresh_token": tokens.refresh,
        "account_number": next(iter(world.doors)),
    }
