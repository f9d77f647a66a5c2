"""The account stream: what happens to an account, told to whoever subscribed. Nothing is told twice.

Every message is the whole object, never a difference; nothing is numbered and nothing is repeated after
a reconnect, so that a client must look things up again, as at the broker.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tomking.server.answers import Problem
from tomking.server.faults import ALERTS, Faults
from tomking.server.figures import object_in
from tomking.server.sending import Sending
from tomking.server.shown.clock import millis
from tomking.server.tokens import Tokens
from tomking.server.world import Notice, World

Json = dict[str, Any]
#: What a client may ask for besides its accounts; nothing is ever sent for it.
_SILENT = frozenset(
    {"public-watchlists-subscribe", "quote-alerts-subscribe", "user-message-subscribe"}
)


@dataclass(slots=True)
class Subscriber:
    """One connection: which accounts it follows, and what waits to be sent to it.

    One that ``is_known`` by its key needs no token.
    """

    id: str
    world: World
    tokens: Tokens
    is_known: bool = False
    accounts: frozenset[str] = frozenset()
    waiting: asyncio.Queue[Json] = field(default_factory=asyncio.Queue[Json])

    def hear(self, account: str, notice: Notice) -> None:
        """Something happened: kept for the client if it follows the account."""
        if account in self.accounts:
            kind, data = notice
            message = {"type": kind, "data": data, "timestamp": millis(self.world.clock())}
            self.waiting.put_nowait(message)

    def answer(self, asked: Mapping[str, Any]) -> Json:
        """What is said to a message of the client; its token is looked at each time."""
        action = str(asked.get("action", ""))
        reply: Json = {"action": action, "web-socket-session-id": self.id}
        if "request-id" in asked:
            reply["request-id"] = asked["request-id"]
        flaw = self._flaw(action, asked)
        if flaw:
            return {"status": "error", "message": flaw, **reply}
        if action == "connect":
            self.accounts = _named(asked)
            reply["value"] = sorted(self.accounts)
        return {"status": "ok", **reply}

    def _flaw(self, action: str, asked: Mapping[str, Any]) -> str:
        """Why a message is not followed; empty if it is."""
        token = str(asked.get("auth-token", "")).removeprefix("Bearer ")
        if not self.is_known and not self.tokens.knows(token, self.world.clock()):
            return "not authorized"
        if action == "connect":
            return "" if _named(asked) <= self.world.doors.keys() else "not authorized"
        if action in _SILENT:
            return "" if self.accounts else "connect-not-completed"
        return "" if action == "heartbeat" else "not implemented"


def _named(asked: Mapping[str, Any]) -> frozenset[str]:
    """The accounts of a message: a list, or one by itself."""
    value = asked.get("value", [])
    return frozenset(map(str, value) if isinstance(value, list) else (str(value),))


async def serve(
    request: web.Request, world: World, tokens: Tokens, name: str, faults: Faults, *, known: bool
) -> web.WebSocketResponse:
    """One connection, until the client goes."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    here = Subscriber(name, world, tokens, known)
    world.listeners.append(here.hear)
    sending = asyncio.create_task(_send(Sending(socket, faults, ALERTS), here))
    try:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                here.waiting.put_nowait(_answered(here, message.data))
    finally:
        world.listeners.remove(here.hear)
        sending.cancel()
    return socket


def _answered(here: Subscriber, text: str) -> Json:
    try:
        asked = object_in(text.encode(errors="replace"))
    except Problem:
        return {"status": "error", "message": "not implemented", "web-socket-session-id": here.id}
    return here.answer(asked)


async def _send(out: Sending, here: Subscriber) -> None:
    """One message at a time, in the order in which things happened; answers meet no fault."""
    more = True
    while more:
        message = await here.waiting.get()
        more = await out.send(message, safe="type" not in message)
