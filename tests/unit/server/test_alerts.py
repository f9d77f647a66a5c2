"""The account stream, read by the broker's own client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from tastytrade import AlertStreamer
from tastytrade.account import AccountBalance, CurrentPosition
from tastytrade.order import OrderStatus, PlacedOrder

from worlds.served import NUMBER, Served, served, sold_spread

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]


@asynccontextmanager
async def listening(there: Served) -> AsyncIterator[AlertStreamer]:
    """The client's streamer, following the account."""
    streamer = AlertStreamer(there.session)
    streamer.base_url = there.streamer
    async with streamer:
        await streamer.subscribe_accounts([there.account])
        yield streamer
    for queue in streamer._queues.values():  # the client leaves its queues open
        await queue.receive_stream.aclose()
        await queue.send_stream.aclose()


def test_each_life_of_an_order_is_told_once_and_what_it_changed() -> None:
    async def scene() -> None:
        async with served() as there, listening(there) as streamer:
            placed = await there.account.place_order(
                there.session, sold_spread(there, 0.05), dry_run=False
            )
            there.clock.pass_minutes(2)
            there.world.look()
            orders = streamer.listen(PlacedOrder)
            told = [await anext(orders), await anext(orders)]
            assert [order.status for order in told] == [OrderStatus.RECEIVED, OrderStatus.FILLED]
            assert {order.id for order in told} == {placed.order.id}
            held = streamer.listen(CurrentPosition)
            assert {(await anext(held)).quantity_direction for _ in range(2)} == {"Short", "Long"}
            balance = await anext(streamer.listen(AccountBalance))
            assert (
                balance.cash_balance
                == (await there.account.get_balances(there.session)).cash_balance
            )
            assert balance.cash_balance > Decimal(100_000)

    asyncio.run(scene())


@asynccontextmanager
async def raw(there: Served) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The stream without a client of the broker's."""
    async with aiohttp.ClientSession() as http, http.ws_connect(there.streamer) as socket:
        yield socket


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ({"action": "heartbeat"}, "ok"),
        ({"action": "connect", "value": NUMBER}, "ok"),
        ({"action": "connect", "value": ["5WT99999"]}, "not authorized"),
        ({"action": "quote-alerts-subscribe"}, "connect-not-completed"),
        ({"action": "dance"}, "not implemented"),
        ({"action": "heartbeat", "auth-token": "Bearer old"}, "not authorized"),
    ],
)
def test_a_message_is_answered_under_its_own_number(message: dict[str, Any], answer: str) -> None:
    async def scene() -> None:
        async with served() as there, raw(there) as socket:
            token = {"auth-token": f"Bearer {there.session.session_token}", "request-id": 7}
            await socket.send_json(token | message)
            said = await socket.receive_json()
            assert said["request-id"] == 7
            assert said.get("message", said["status"]) == answer

    asyncio.run(scene())


def test_nobody_is_told_of_an_account_that_was_not_asked_for() -> None:
    async def scene() -> None:
        async with served() as there, raw(there) as socket:
            await there.account.place_order(there.session, sold_spread(there, 0.05), dry_run=False)
            there.clock.pass_minutes(2)
            there.world.look()
            await socket.send_str("no json")
            said = await socket.receive_json()
            assert said["status"] == "error"

    asyncio.run(scene())
