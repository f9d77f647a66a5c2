"""The socket of the feed: the thin shell between a conversation and the network."""

import asyncio
import ssl
from dataclasses import dataclass

import aiohttp

from tomking.core.errors import Transient
from tomking.data.live.supervise import Wire

#: Seconds to connect, and the longest frame that is read.
DIAL_S, FRAME_MAX = 10.0, 4 * 1024 * 1024


@dataclass(slots=True)
class Socket:
    """A WebSocket that tells of answered pings."""

    client: aiohttp.ClientSession
    there: aiohttp.ClientWebSocketResponse

    async def send(self, text: str) -> None:
        """Send a frame."""
        try:
            await self.there.send_str(text)
        except (aiohttp.ClientError, ConnectionError) as fault:
            raise Transient(f"the feed's socket is gone ({type(fault).__name__})") from fault

    async def receive(self) -> str | None:
        """The next frame; nothing for an answered ping."""
        while True:
            said = await self.there.receive()
            if said.type is aiohttp.WSMsgType.TEXT:
                return str(said.data)
            if said.type is aiohttp.WSMsgType.PONG:
                return None
            if said.type is aiohttp.WSMsgType.PING:
                await self.there.pong(said.data)
                continue
            raise Transient(f"the feed closed the socket ({said.type.name.lower()})")

    async def ping(self) -> None:
        """Ask for a sign of life."""
        try:
            await self.there.ping()
        except (aiohttp.ClientError, ConnectionError) as fault:
            raise Transient(f"the feed's socket is gone ({type(fault).__name__})") from fault

    async def close(self) -> None:
        """End it, whatever state it is in."""
        try:
            await self.there.close()
        finally:
            await self.client.close()


async def dial(url: str, tls: ssl.SSLContext | None = None) -> Wire:
    """A socket to the feed.

    Raises
    ------
    Transient
        If there is nobody.
    """
    client, there = aiohttp.ClientSession(), None
    try:
        there = await asyncio.wait_for(
            client.ws_connect(url, autoping=False, max_msg_size=FRAME_MAX, ssl=tls or True), DIAL_S
        )
    except (aiohttp.ClientError, OSError, TimeoutError) as fault:
        raise Transient(f"the feed at {url} does not answer ({type(fault).__name__})") from fault
    finally:
        if there is None:  # also when the attempt itself is called off
            await client.close()
    return Socket(client, there)
