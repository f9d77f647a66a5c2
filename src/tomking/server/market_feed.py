"""The socket of the market feed: frames to and from the conversation, news at each look."""

import asyncio
import json
from typing import Any

from aiohttp import WSMsgType, web

from tomking.market.snapshot import Snapshot
from tomking.server.dxlink import KEEPALIVE_S, Feed, Frame
from tomking.server.world import World


async def serve(request: web.Request, world: World, feed: Feed) -> web.WebSocketResponse:
    """One connection, until the client goes or its conversation is over."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    waiting: asyncio.Queue[Frame] = asyncio.Queue()

    def watch(now: Snapshot) -> None:
        """What is new of the market, for the client."""
        for frame in feed.news(now):
            waiting.put_nowait(frame)

    world.watchers.append(watch)
    sending = asyncio.create_task(_send(socket, waiting, feed))
    try:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                for frame in feed.hear(_frame(message.data)):
                    waiting.put_nowait(frame)
                watch(world.look())
    finally:
        world.watchers.remove(watch)
        sending.cancel()
    return socket


def _frame(text: str) -> dict[str, Any]:
    """A frame; what is none is one without a type, which the conversation objects to."""
    try:
        said = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


async def _send(socket: web.WebSocketResponse, waiting: asyncio.Queue[Frame], feed: Feed) -> None:
    """Frames in order, and a sign of life while there are none."""
    while not (feed.over and waiting.empty()):
        try:
            frame = await asyncio.wait_for(waiting.get(), KEEPALIVE_S / 2)
        except TimeoutError:
            frame = {"type": "KEEPALIVE", "channel": 0}
        try:
            await socket.send_json(frame)
        except ConnectionResetError:  # the client went while it was being told
            return
    await socket.close()
