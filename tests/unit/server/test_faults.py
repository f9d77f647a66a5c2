"""Faults: what was ordered to go wrong goes wrong, as often as ordered, and is told afterwards."""

from typing import Any

import aiohttp
import pytest
from httpx2 import HTTPError
from tastytrade.utils import TastytradeError

from tomking.core.errors import ConfigError
from tomking.server.faults import Fault, Faults, Kind, faults_in
from worlds.served import NUMBER, Served, play, sold_spread

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]
BALANCES = f"/accounts/{NUMBER}/balances/USD"


async def ordered(there: Served, *faults: dict[str, Any]) -> None:
    """Faults, ordered over the control route."""
    answer = await there.session._client.post("/__paper/faults", json=list(faults))
    assert answer.status_code == 200


def test_a_fault_strikes_as_often_as_it_was_ordered_and_after_what_it_lets_by() -> None:
    faults = Faults([Fault(Kind.ERROR, "*/orders", "POST", times=2, skip=1)])
    struck = [faults.strike("POST", "/accounts/1/orders") is not None for _ in range(5)]
    assert struck == [False, True, True, False, False]
    assert faults.strike("GET", "/accounts/1/orders") is None
    assert faults.struck == [(Kind.ERROR, "/accounts/1/orders")] * 2


def test_a_stream_meets_faults_of_streams_alone() -> None:
    faults = Faults([Fault(Kind.TWICE), Fault(Kind.LOST)])
    assert faults.strike("WS", "/streamer") == Fault(Kind.LOST)
    assert faults.strike("WS", "/streamer", stream=True) == Fault(Kind.TWICE)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ({}, "a list"),
        ([{}], "needs a kind"),
        ([{"kind": "oops"}], "needs a kind"),
        ([{"kind": "lost", "route": "*"}], "'route'"),
        ([{"kind": "lost", "times": "often"}], "a number"),
        ([{"kind": "delay", "seconds": -1}], "a number"),
    ],
)
def test_what_is_no_fault_is_said(rows: object, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        faults_in(rows)


def test_an_answer_that_is_lost_leaves_the_order_behind() -> None:
    async def scene(there: Served) -> None:
        await ordered(there, {"kind": "lost", "path": "*/orders", "method": "POST"})
        with pytest.raises(HTTPError):
            await there.account.place_order(there.session, sold_spread(there, 4.0), dry_run=False)
        (entry,) = there.world.doors[NUMBER].named("ours/1")
        assert entry.word in ("Received", "Live")
        found = await there.account.get_live_orders(there.session)
        assert [order.external_identifier for order in found] == ["ours/1"]

    play(scene)


def test_a_request_that_is_dropped_never_was() -> None:
    async def scene(there: Served) -> None:
        await ordered(there, {"kind": "drop", "path": "*/orders", "method": "POST"})
        with pytest.raises(HTTPError):
            await there.account.place_order(there.session, sold_spread(there, 4.0), dry_run=False)
        assert not there.world.doors[NUMBER].entries

    play(scene)


@pytest.mark.parametrize(
    "fault", [{"kind": "error", "status": 429}, {"kind": "html"}, {"kind": "expire"}]
)
def test_an_answer_that_went_wrong_is_none_and_the_next_is_right(fault: dict[str, Any]) -> None:
    async def scene(there: Served) -> None:
        await ordered(there, {**fault, "path": BALANCES})
        with pytest.raises(TastytradeError):
            await there.account.get_balances(there.session)
        await there.session.refresh(force=True)
        assert (await there.account.get_balances(there.session)).cash_balance == 100_000
        told = (await there.session._client.get("/__paper/faults")).json()["data"]
        assert told["struck"] == [{"kind": fault["kind"], "path": BALANCES}]

    play(scene)


async def heard(there: Served, *faults: dict[str, Any]) -> list[str]:
    """The words of an order's lives that a client hears, until nothing more comes."""
    words: list[str] = []
    async with aiohttp.ClientSession() as http, http.ws_connect(there.streamer) as socket:
        token = f"Bearer {there.session.session_token}"
        await socket.send_json({"action": "connect", "value": [NUMBER], "auth-token": token})
        await socket.receive()
        await ordered(there, *faults)
        await there.account.place_order(there.session, sold_spread(there, 0.05), dry_run=False)
        there.clock.pass_minutes(2)
        there.world.look()
        await socket.send_json({"action": "heartbeat", "auth-token": token, "request-id": 9})
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            try:
                said = message.json()
            except ValueError:
                words.append("torn")
                continue
            if said.get("request-id") == 9:
                break
            if said["type"] == "Order":
                words.append(said["data"]["status"])
    return words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("duplicate", ["Received", "Received", "Filled"]),
        ("reorder", ["Filled", "Received"]),
        ("swallow", ["Filled"]),
        ("malformed", ["torn", "Filled"]),
        ("close", []),
    ],
)
def test_a_stream_goes_wrong_as_ordered(kind: str, words: list[str]) -> None:
    async def scene(there: Served) -> None:
        assert await heard(there, {"kind": kind, "path": "/streamer"}) == words

    play(scene)
