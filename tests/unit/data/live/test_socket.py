"""The feed's socket leaves nothing open, however its opening ends."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from tomking.core.errors import Transient
from tomking.data.live import socket
from tomking.data.live.socket import dial

pytestmark = pytest.mark.unit


@pytest.fixture(name="made")
def _made(monkeypatch: pytest.MonkeyPatch) -> list[aiohttp.ClientSession]:
    """The clients that were begun."""
    clients: list[aiohttp.ClientSession] = []
    begin = aiohttp.ClientSession

    def begun() -> aiohttp.ClientSession:
        clients.append(begin())
        return clients[-1]

    monkeypatch.setattr(socket.aiohttp, "ClientSession", begun)
    return clients


def silent(then: Callable[[str], Awaitable[None]]) -> None:
    """Something done before a server that takes a connection and never says a word."""

    async def _there() -> None:
        over = asyncio.Event()

        async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await over.wait()
            writer.close()

        server = await asyncio.start_server(taken, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await then(f"ws://127.0.0.1:{port}/")
        over.set()
        server.close()

    asyncio.run(_there())


def test_a_dial_that_is_called_off_leaves_no_client(made: list[aiohttp.ClientSession]) -> None:
    async def called_off(url: str) -> None:
        dialling = asyncio.ensure_future(dial(url))
        while not made:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        dialling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dialling

    silent(called_off)
    assert [client.closed for client in made] == [True]


def test_nobody_there_is_said_and_leaves_no_client(made: list[aiohttp.ClientSession]) -> None:
    with pytest.raises(Transient, match="does not answer"):
        asyncio.run(dial("ws://127.0.0.1:9/"))
    assert [client.closed for client in made] == [True]
