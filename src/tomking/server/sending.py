"""Messages of a stream on their way to a client, and what may befall them there."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tomking.server.faults import Faults, Kind


@dataclass(slots=True)
class Sending:
    """One connection's way out. ``late`` is a message that goes after the next one."""

    socket: web.WebSocketResponse
    faults: Faults
    path: str
    late: list[str] = field(default_factory=list[str])

    async def send(self, message: dict[str, Any], *, safe: bool = False) -> bool:
        """Send a message; ``safe`` ones meet no fault. False once there is nobody to send to."""
        fault = None if safe else self.faults.strike("WS", self.path, stream=True)
        kind = fault.kind if fault else None
        if kind is Kind.FROZEN:
            await asyncio.Event().wait()  # until the client goes, which ends this task
        if kind is Kind.CLOSED:
            await self.socket.close()
            return False
        if kind is Kind.LATE and not self.late:
            self.late.append(json.dumps(message))
            return True
        return await self._out([*befallen(json.dumps(message), kind), *self._behind()])

    async def pong(self, data: bytes) -> bool:
        """Answer a ping, which meets no fault of its own. False once there is nobody to answer."""
        try:
            await self.socket.pong(data)
        except ConnectionResetError:
            return False
        return not self.socket.closed

    def _behind(self) -> list[str]:
        late, self.late = self.late, []
        return late

    async def _out(self, texts: list[str]) -> bool:
        try:
            for text in texts:
                await self.socket.send_str(text)
        except ConnectionResetError:  # the client went while it was being told
            return False
        return not self.socket.closed


def befallen(text: str, kind: Kind | None) -> list[str]:
    """What becomes of a message.

    >>> befallen("ab", Kind.TWICE), befallen("ab", Kind.TORN), befallen("ab", Kind.NEVER)
    (['ab', 'ab'], ['a'], [])
    """
    if kind is Kind.NEVER:
        return []
    if kind is Kind.TORN:
        return [text[: len(text) // 2]]
    return [text, text] if kind is Kind.TWICE else [text]
