"""A server with a ledger file, visited over HTTP and its account stream, that can be killed."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

from tomking.server.file import LedgerFile
from tomking.server.http import application
from tomking.server.keeping import keeper, taken_up
from tomking.server.tokens import Tokens
from tomking.server.world import World
from worlds.served import NUMBER, Hands, world_at

Json = dict[str, Any]


@dataclass
class Visited:
    """A server on a file. ``told`` is what its stream has said of each order and holding last."""

    path: Path
    cash: str
    clock: Hands | None = None
    token: str = ""
    orders: dict[int, Json] = field(default_factory=dict)
    positions: dict[str, Json] = field(default_factory=dict)
    beats: int = 0
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def __post_init__(self) -> None:
        self.runner.run(self._start())

    @property
    def at(self) -> Hands:
        """Its clock."""
        assert self.clock is not None
        return self.clock

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Json]:
        """The status and the body of an answer about the account."""
        return self.runner.run(self._ask(method, f"/accounts/{NUMBER}/{path}", body))

    def rows(self, path: str) -> list[Json]:
        """A list it answers with, whole."""
        _, said = self.ask("GET", f"{path}?per-page=2000")
        return list(said["data"]["items"])

    def listen(self) -> None:
        """Hear everything the stream has said so far."""
        self.runner.run(self._listen())

    def restart(self) -> None:
        """The process is gone, and another is started on its file."""
        self.runner.run(self._stop())
        self.orders, self.positions = {}, {}
        self.runner.run(self._start())

    def close(self) -> None:
        """It is not needed any more."""
        self.runner.run(self._stop())
        self.runner.close()

    async def _start(self) -> None:
        self.world, clock = world_at(cash=self.cash)
        self.clock = self.clock or clock
        self.world.clock = self.clock
        tokens, lists = Tokens("secret", "refresh", timedelta(days=999)), dict[str, Json]()
        self.file = LedgerFile.opened(self.path, "twin")
        taken_up(self.file, self.world, tokens, lists)
        self.world.keep = keeper(self.file, self.world, tokens, lists)
        self.server = TestServer(_app(self.world, tokens), host="127.0.0.1")
        await self.server.start_server()
        self.session = aiohttp.ClientSession()
        if not self.token:
            grant = {"client_secret": "secret", "refresh_token": "refresh"}
            _, said = await self._ask("POST", "/oauth/token", grant)
            self.token = said["access_token"]
        self.stream = await self.session.ws_connect(self.server.make_url("/streamer"))
        await self._say({"action": "connect", "value": [NUMBER]})

    async def _stop(self) -> None:
        await self.stream.close()
        await self.session.close()
        await self.server.close()
        self.file.close()

    async def _ask(self, method: str, path: str, body: object = None) -> tuple[int, Json]:
        headers = {"Authorization": self.token}
        url = f"http://127.0.0.1:{self.server.port}{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None) or {}

    async def _say(self, message: Json) -> None:
        self.beats += 1
        said = {"auth-token": self.token, "request-id": self.beats, **message}
        await self.stream.send_json(said)
        while True:
            heard = await self.stream.receive_json(timeout=10)
            if heard.get("request-id") == self.beats:
                assert heard["status"] == "ok"
                return
            if heard["type"] == "Order":
                self.orders[heard["data"]["id"]] = heard["data"]
            if heard["type"] == "CurrentPosition":
                self.positions[heard["data"]["symbol"]] = heard["data"]

    async def _listen(self) -> None:
        await self._say({"action": "heartbeat"})


def _app(world: World, tokens: Tokens) -> Any:
    return application(world, tokens)
