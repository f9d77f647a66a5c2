"""The socket of the market feed: frames to and from the conversation, news at each look."""

import asyncio
from typing import Any

from aiohttp import WSMsgType, web

from tomking.market.snapshot import Snapshot
from tomking.server.answers import Problem
from tomking.server.dxlink import KEEPALIVE_S, Feed, Frame
from tomking.server.faults import FEED, Faults
from tomking.server.figures import object_in
from tomking.server.sending import Sending
from tomking.server.world import World

#: What stands in the line of frames for the answer to a ping.
PONG = "PONG"


async def serve(
    request: web.Request, world: World, feed: Feed, faults: Faults
) -> web.WebSocketResponse:
    """One connection, until the client goes or its conversation is over.

    A ping is answered in its turn, after all that was to be told before it: so an answer proves that
    nothing is on its way any more.
    """
    socket = web.WebSocketResponse(autoping=False)
    await socket.prepare(request)
    waiting: asyncio.Queue[Frame] = asyncio.Queue()

    def watch(now: Snapshot) -> None:
        """What is new of the market, for the client."""
        for frame in feed.news(now):
            waiting.put_nowait(frame)

    world.watchers.append(watch)
    sending = asyncio.create_task(_send(Sending(socket, faults, FEED), waiting, feed))
    try:
        async for message in socket:
            if message.type is WSMsgType.PING:
                waiting.put_nowait({"type": PONG, "data": message.data})
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
        return object_in(text.encode(errors="replace"))
    except Problem:
        return {}


async def _send(out: Sending, waiting: asyncio.Queue[Frame], feed: Feed) -> None:
    """Frames in order, and a sign of life while there are none; only data meets faults."""
    more = True
    while more and not (feed.over and waiting.empty()):
        try:
            frame = await asyncio.wait_for(waiting.get(), KEEPALIVE_S / 2)
        except TimeoutError:
            frame = {"type": "KEEPALIVE", "channel": 0}
        if frame["type"] == PONG:
            more = await out.pong(frame["data"])
        else:
            more = await out.send(frame, safe=frame["type"] != "FEED_DATA")
    await out.socket.close()
