"""Messages of a stream on their way to a client, and what may befall them there."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tomking.server.faults import OF_FILLS, Faults, Kind


@dataclass(slots=True)
class Sending:
    """One connection's way out. ``late`` is a message that goes after the next one."""

    socket: web.WebSocketResponse
    faults: Faults
    path: str
    late: list[str] = field(default_factory=list[str])

    async def send(self, message: dict[str, Any], *, safe: bool = False) -> bool:
        """Send a message; ``safe`` ones meet no fault. False once there is nobody to send to."""
        fills = message.get("type") == "Order" and any(
            leg["fills"] for leg in message["data"]["legs"]
        )
        fault = None if safe else self.faults.strike("WS", self.path, stream=True, fills=fills)
        kind = fault.kind if fault else None
        if kind is Kind.FROZEN:
            await asyncio.Event().wait()  # until the client goes, which ends this task
        if kind is Kind.CLOSED:
            await self.socket.close()
            return False
        if kind is Kind.LATE and not self.late:
            self.late.append(json.dumps(message))
            return True
        ahead = [json.dumps(told_early(message, kind))] if kind in OF_FILLS else []
        return await self._out([*ahead, *befallen(json.dumps(message), kind), *self._behind()])

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


def told_early(message: dict[str, Any], kind: Kind | None) -> dict[str, Any]:
    """An order that has traded as it is told before all of that has been booked.

    >>> legs = [{"quantity": 1, "remaining-quantity": 0, "fills": [1]}]
    >>> early = told_early({"data": {"status": "Filled", "legs": legs * 2}}, Kind.HALVED)
    >>> early["data"]["status"], [leg["fills"] for leg in early["data"]["legs"]]
    ('Live', [[1], []])
    """
    order = message["data"]
    whole = [] if kind is Kind.EARLY else order["legs"][:-1]
    rest = order["legs"][len(whole) :]
    if kind is Kind.EARLY:
        return {**message, "data": {**order, "status": "Filled",
                "legs": [{**leg, "fills": [], "remaining-quantity": 0} for leg in rest]}}  # fmt: skip
    late = [{**leg, "fills": [], "remaining-quantity": leg["quantity"]} for leg in rest]
    shown = {name: said for name, said in order.items() if name != "terminal-at"}
    return {**message, "data": {**shown, "status": "Live", "legs": [*whole, *late]}}


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
