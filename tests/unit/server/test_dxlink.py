"""The market feed: its conversation frame by frame, and the broker's own client reading it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from tastytrade import DXLinkStreamer
from tastytrade.dxfeed import Greeks, Quote, Trade

from tomking.core.contract import Right
from tomking.core.reading import Skip
from tomking.server.candles import candles
from tomking.server.dxlink import Feed
from tomking.wire.symbols import streamer_symbol
from worlds.served import Served, served, world_at

pytestmark = pytest.mark.integration

SETUP = {"type": "SETUP", "channel": 0, "version": "1"}
AUTH = {"type": "AUTH", "channel": 0, "token": "good"}
OPEN = {"type": "CHANNEL_REQUEST", "channel": 1, "service": "FEED"}


def feed(*frames: dict[str, Any]) -> Feed:
    """A conversation that has heard so much."""
    conversation = Feed(lambda token: token == "good")
    for frame in frames:
        conversation.hear(frame)
    return conversation


def test_a_client_is_asked_for_its_token_and_let_in() -> None:
    conversation = feed()
    said = conversation.hear(SETUP)
    assert [frame["type"] for frame in said] == ["SETUP", "AUTH_STATE"]
    assert said[1]["state"] == "UNAUTHORIZED"
    (state,) = conversation.hear(AUTH)
    assert state["state"] == "AUTHORIZED"
    (opened,) = conversation.hear(OPEN)
    assert (opened["type"], opened["channel"]) == ("CHANNEL_OPENED", 1)


def test_a_bad_token_ends_the_conversation_at_once() -> None:
    conversation = feed(SETUP)
    (said,) = conversation.hear(AUTH | {"token": "bad"})
    assert said["error"] == "UNAUTHORIZED"
    assert conversation.over


@pytest.mark.parametrize(
    ("before", "frame", "error"),
    [
        ((), AUTH, "UNSUPPORTED_PROTOCOL"),
        ((SETUP,), OPEN, "UNAUTHORIZED"),
        ((SETUP, AUTH), OPEN | {"channel": 2}, "BAD_ACTION"),
        ((SETUP, AUTH), {"type": "FEED_SETUP", "channel": 1}, "BAD_ACTION"),
        ((SETUP, AUTH, OPEN), {"type": "SING", "channel": 1}, "BAD_ACTION"),
        ((SETUP, AUTH), {"type": "AUTH", "channel": "one"}, "INVALID_MESSAGE"),
        ((SETUP, AUTH, OPEN), {"channel": 1}, "BAD_ACTION"),
    ],
)
def test_what_is_out_of_order_is_refused(
    before: tuple[dict[str, Any], ...], frame: dict[str, Any], error: str
) -> None:
    (said,) = feed(*before).hear(frame)
    assert said["error"] == error


def asked(symbols: list[str], **more: object) -> dict[str, Any]:
    """A subscription to quotes."""
    add = [{"type": "Quote", "symbol": symbol} for symbol in symbols]
    return {"type": "FEED_SUBSCRIPTION", "channel": 1, "add": add, **more}


def test_values_come_in_the_order_of_the_fields_asked_for() -> None:
    fields = ["askPrice", "eventSymbol", "colour", "bidPrice"]
    setup = {"type": "FEED_SETUP", "channel": 1, "acceptEventFields": {"Quote": fields}}
    world, _ = world_at()
    conversation = feed(SETUP, AUTH, OPEN, setup, asked(["SPY", "QQQQ"]))
    (frame,) = conversation.news(world.look())
    kind, values = frame["data"]
    assert kind == "Quote"
    assert values[1:3] == ["SPY", "NaN"]
    assert values[0] > values[3] > 0.0


def test_only_what_is_new_is_sent_and_only_while_it_is_wanted() -> None:
    world, clock = world_at()
    conversation = feed(SETUP, AUTH, OPEN, asked(["SPY"]))
    assert list(conversation.news(world.look()))
    assert not list(conversation.news(world.look()))
    clock.pass_minutes(5)
    assert list(conversation.news(world.look()))
    gone = {
        "type": "FEED_SUBSCRIPTION",
        "channel": 1,
        "remove": [{"type": "Quote", "symbol": "SPY"}],
    }
    conversation.hear(gone)
    clock.pass_minutes(5)
    assert not list(conversation.news(world.look()))
    conversation.hear(asked(["SPY"]))
    (closed,) = conversation.hear({"type": "CHANNEL_CANCEL", "channel": 1})
    assert closed["type"] == "CHANNEL_CLOSED"
    assert not list(conversation.news(world.look()))


def test_days_that_look_alike_are_all_told() -> None:
    """VIX has its closes alone, and twice in five years the same on two days running."""
    now = world_at()[0].look()
    wanted = {
        "type": "FEED_SUBSCRIPTION",
        "channel": 1,
        "add": [{"type": "Candle", "symbol": "VIX{=d}"}],
    }
    setup = {"type": "FEED_SETUP", "channel": 1, "acceptEventFields": {"Candle": ["time", "close"]}}
    conversation = feed(SETUP, AUTH, OPEN, setup, wanted)
    told = [value for frame in conversation.news(now) for value in frame["data"][1]]
    assert told[::2] == [each["time"] for each in candles("VIX{=d}", 0.0, now)]
    closes = told[1::2]
    assert any(one == other for one, other in pairwise(closes))
    assert not list(conversation.news(now))


@pytest.mark.parametrize("compact", ["COMPACT", "FULL"])
@pytest.mark.parametrize("kind", ["Quote", "Greeks", "Trade", "Candle"])
def test_no_frame_is_longer_than_a_client_takes(kind: str, compact: str) -> None:
    now = world_at()[0].look()
    strikes = [f".SPXW170616P{strike}" for strike in range(4000, 7000, 5)]
    symbols = ["SPX{=d}"] if kind == "Candle" else strikes
    add = [{"type": kind, "symbol": symbol} for symbol in symbols]
    setup = {"type": "FEED_SETUP", "channel": 1, "acceptDataFormat": compact}
    frames = feed(
        SETUP, AUTH, OPEN, setup, {"type": "FEED_SUBSCRIPTION", "channel": 1, "add": add}
    ).news(now)
    lengths = [len(json.dumps(frame)) for frame in frames]
    assert len(lengths) > 2
    assert max(lengths) < 60_000


@asynccontextmanager
async def reading(there: Served) -> AsyncIterator[DXLinkStreamer]:
    """The client's streamer of the market."""
    streamer = DXLinkStreamer(there.session)
    async with streamer:
        yield streamer
    for queue in (*streamer._send.values(), *streamer._recv.values()):  # left open by the client
        await queue.aclose()


def option(there: Served, root: str) -> str:
    """The stream's symbol of a put of the nearest month."""
    chain = there.world.look().chain(root)
    assert not isinstance(chain, Skip)
    expiry = chain.expiry_near(30, 10)
    assert not isinstance(expiry, Skip)
    quote = chain.by_delta(expiry, Right.PUT, 0.16)
    assert not isinstance(quote, Skip)
    return streamer_symbol(quote.contract)


@pytest.mark.parametrize("root", ["SPY", "SPX", "ES", "MES"])
def test_the_brokers_client_reads_quotes_and_greeks_of_an_option(root: str) -> None:
    async def scene() -> None:
        async with served() as there, reading(there) as streamer:
            symbol = option(there, root)
            await streamer.subscribe(Quote, [symbol])
            await streamer.subscribe(Greeks, [symbol])
            quote, greeks = await streamer.get_event(Quote), await streamer.get_event(Greeks)
            assert quote.event_symbol == greeks.event_symbol == symbol
            assert 0 < quote.bid_price < quote.ask_price
            assert float(greeks.delta) == pytest.approx(-0.16, abs=0.03)
            there.clock.pass_minutes(10)
            there.world.look()
            assert (await streamer.get_event(Quote)).event_symbol == symbol

    asyncio.run(scene())


def test_an_index_has_a_price_and_no_quote() -> None:
    async def scene() -> None:
        async with served() as there, reading(there) as streamer:
            await streamer.subscribe(Quote, ["VIX", "SPX", "SPY"])
            await streamer.subscribe(Trade, ["VIX", "SPX"])
            assert (await streamer.get_event(Quote)).event_symbol == "SPY"
            assert streamer.get_event_nowait(Quote) is None
            prices = {(await streamer.get_event(Trade)).event_symbol for _ in range(2)}
            assert prices == {"VIX", "SPX"}

    asyncio.run(scene())
