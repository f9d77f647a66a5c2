"""Whatever is sent to any route: an answer, soon, in the broker's words, and nothing half done.

Every route of the route table is asked, so that a new one is among them by itself.
"""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from itertools import cycle, islice, product
from time import monotonic
from typing import Any

import pytest
from aiohttp import TCPConnector
from aiohttp.test_utils import TestClient, TestServer

from tomking.core.product import PRODUCTS, SINGLY
from tomking.server import orders
from tomking.server.answers import Problem
from tomking.server.desk import DESK
from tomking.server.figures import json_in
from tomking.server.http import application
from tomking.server.shown.quotes import market_data
from tomking.server.tokens import Tokens
from tomking.server.world import World
from worlds.served import NUMBER, put_in, world_at

pytestmark = pytest.mark.integration

#: No request may take longer, in seconds of a crowded machine.
SOON_S = 10.0
#: Things that are no figure, no text and no object of reasonable size.
NASTY: tuple[Any, ...] = (
    "1e999999", "1e-999999", "0e999999", 10**30, "9" * 5000, 10**400, -1, 0, "-0.0", 1.5, 1e308,
    "NaN", "Infinity", "sNaN", True, None, "", " ", [], [[]], ["Limit"], {}, {"a": {"b": []}},
    "\x00", "é" * 3000, "'; drop table orders; --", "9999-12-31", "0001-01-01T00:00:00+23:59",
    "PT1e999S", [None] * 500, "𝟙", "١٢",
)  # fmt: skip
#: Bodies that are no JSON, or JSON nobody wants.
BODIES = (
    b"", b"\xff\xfe", b"[" * 5000, b'{"a":' * 5000, b"{", b"null", b"7", b"[]", b'"x"', b"{}", b"NaN",
    b'{"quantity": NaN}', b'{"quantity": 1e999999}', b'{"a": ' + b"9" * 5000 + b"}",
    b'{"name": "\\ud800"}', b'{"name": ' + b"[" * 300 + b"]" * 300 + b"}", b" " * 1_100_000,
)  # fmt: skip
#: What stands in a path or a query.
SAID = (
    "NOPE", "9" * 30, "9" * 5000, "1e999", "%00", "%ff%fe", "..%2f..", "SPY", "ES", "%2FESZ7",
    "-1", "NaN", "9999-12-31", "%F0%9D%9F%99", "%D9%A1", "VIX", "SPY%20%20%20999999P99999999",
    ".%2FESU7%20EW1N7%20170708P5000", ".%2FZNU7%20OZNU7%20170707C125",
)  # fmt: skip
QUERIES = (
    "page-offset", "per-page", "amount", "date", "start-date", "end-date", "symbol", "symbols",
    "symbol[]", "index", "equity-option", "instrument-collections[]", "product-code[]", "sort",
)  # fmt: skip
#: Forms and codings that are none.
HEADERS = (
    {"Content-Type": "application/json; charset=nothing"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "multipart/form-data; boundary=x"},
    {"Content-Encoding": "gzip"},
)


def good(world: World) -> dict[str, Any]:
    """A body that every route finds something good in."""
    leg = {"symbol": put_in(world, 0.3)[0], "action": "Sell to Open", "quantity": 1,
           "instrument-type": "Equity Option"}  # fmt: skip
    order = {
        "order-type": "Limit", "time-in-force": "GTD", "gtc-date": "2017-06-09", "price": "0.01",
        "price-effect": "Credit", "legs": [leg], "source": "x", "external-identifier": "y",
        "advanced-instructions": {},
    }  # fmt: skip
    return order | {
        "stop-trigger": "1.0", "value": "10.0", "value-effect": "Debit", "behavior": "delayed",
        "delay": "5", "schedule": "2017-06-08T15:00:00+00:00", "type": "OTO", "trigger-order": order,
        "orders": [order], "seconds": 0, "symbol": leg["symbol"], "account": NUMBER, "order": order,
        "account_name": "a", "margin_or_cash": "Cash", "initial_deposit": "1000.00", "name": "mine",
        "watchlist-entries": [], "login": "x", "password": "y", "client_secret": "x",
    }  # fmt: skip


def spoilt(body: dict[str, Any], each: int) -> Iterator[bytes]:
    """The body with one thing after another made nasty, in turn so many things of each name."""
    nasty = cycle(NASTY)
    for name in body:
        for thing in islice(nasty, each):
            yield json.dumps(body | {name: thing}).encode()
    for name in ("quantity", "symbol", "action", "instrument-type"):
        for thing in islice(nasty, each):
            leg = body["legs"][0] | {name: thing}
            yield json.dumps(body | {"legs": [leg], "order-type": "Limit"}).encode()
            yield json.dumps(
                body | {"type": "OCO", "orders": 2 * [body | {"legs": [leg]}]}
            ).encode()


def as_it_is(world: World) -> Any:
    """Accounts, what they hold, owe and ordered, and how much has happened to each by now."""
    world.look()
    return {number: (door.kept(), len(door.facts)) for number, door in world.doors.items()}


class Asked:
    """A server that is asked, and what is held against its answers."""

    def __init__(self, world: World, client: TestClient[Any, Any]) -> None:
        self.world, self.client, self.count = world, client, 0

    async def ask(self, method: str, path: str, **more: Any) -> int:
        """One request: answered soon, not with a bug, in the broker's words and as if never asked."""
        before, began = as_it_is(self.world), monotonic()
        headers = {"X-Api-Key": "secret"} | more.pop("headers", {})
        async with self.client.request(method, path, headers=headers, **more) as answer:
            text = await answer.text()
        about = f"{method} {path[:80]} {str(more)[:300]}: {answer.status} {text[:300]}"
        assert monotonic() - began < SOON_S, about
        assert answer.status < 500, about
        if answer.status >= 400:
            said = json.loads(text)
            oauth = path == "/oauth/token" and "error_code" in said
            assert oauth or {"code", "message"} <= said["error"].keys(), about
            assert as_it_is(self.world) == before, about
        self.count += 1
        return answer.status


def routes(app: Any) -> list[tuple[str, str]]:
    """Methods and paths, with the names in them in braces, patterns left out."""
    found = (
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    )
    return sorted(set(found))


def filled(path: str, said: str) -> str:
    """A path with something in place of each name; accounts are ours as well as not."""
    ours = re.sub(r"\{number\}", NUMBER, path)
    return re.sub(r"\{[^}]*\}", said, ours)


def play(scene: Any) -> None:
    async def run() -> None:
        world, _ = world_at()
        app = application(world, Tokens("secret", "refresh"))
        once = TCPConnector(force_close=True)  # a body that nobody reads ends its connection
        async with TestClient(TestServer(app), connector=once) as client:
            await scene(app, Asked(world, client))

    asyncio.run(run())


def with_bodies(app: Any) -> list[tuple[str, str]]:
    return [each for each in routes(app) if each[0] in ("POST", "PUT", "PATCH")]


def test_no_body_is_too_much_for_any_route():
    async def scene(app: Any, asked: Asked) -> None:
        for method, path in with_bodies(app):
            for body in BODIES:
                await asked.ask(method, filled(path, "1"), data=BytesIO(body))
            for headers in HEADERS:
                await asked.ask(method, filled(path, "1"), data=b"{}\xff", headers=headers)
        assert asked.count >= 15 * (len(BODIES) + len(HEADERS))

    play(scene)


def test_no_thing_in_a_body_is_too_much_for_any_route():
    async def scene(app: Any, asked: Asked) -> None:
        rows = good(asked.world)
        for place, (method, path) in enumerate(with_bodies(app)):
            every = 4 if path.endswith("/orders/dry-run") else 1
            nasty = {name: rows[name] for name in islice(cycle(rows), place, place + len(rows))}
            for body in spoilt(nasty, every):
                await asked.ask(method, filled(path, "1"), data=body)

    play(scene)


def test_no_word_in_a_path_or_a_query_is_too_much_for_any_route():
    async def scene(app: Any, asked: Asked) -> None:
        queries, words = cycle(QUERIES), cycle(SAID)
        for method, path in routes(app):
            for said in islice(words, len(SAID) if "{" in path else 5):
                query = "&".join(f"{name}={said}" for name in islice(queries, 3))
                there = f"{filled(path, said)}?account_number={NUMBER}&{query}"
                await asked.ask(method, there[:8000])

    play(scene)


@pytest.mark.parametrize("quantity", ["1e999999", 10**30, "1e-999999", "1e7"])
def test_an_order_of_no_reasonable_size_is_refused_at_once(quantity):
    async def scene(app: Any, asked: Asked) -> None:
        body = good(asked.world) | {"behavior": None}
        body["legs"][0]["quantity"] = quantity
        for path in ("orders", "orders/dry-run"):
            assert await asked.ask("POST", f"/accounts/{NUMBER}/{path}", json=body) == 400

    play(scene)


@pytest.mark.parametrize("root", sorted(PRODUCTS))
def test_an_order_for_anything_that_is_known_is_answered_though_it_is_not_traded_here(root):
    world, _ = world_at()
    door, named = world.doors[NUMBER], root.removesuffix(SINGLY)
    symbols = (named, f"/{named}Z7", f"{named:6}170616P00100000")
    for symbol, action, kind in product(
        symbols, ("Buy to Open", "Sell to Open", "Sell to Close", "Buy"), ("Limit", "Market")
    ):
        price = {"price": "1.00", "price-effect": "Debit" if action[0] == "B" else "Credit"}
        leg = {"symbol": symbol, "action": action, "quantity": 100}
        body = {"order-type": kind, "time-in-force": "Day", "legs": [leg]}
        with suppress(Problem):
            orders.dry_run(world, door, body | (price if kind == "Limit" else {}))
    assert not door.entries


@pytest.mark.parametrize(
    "symbol", ["./ESU7 EW1N7 170708P5000", "./ZNU7 OZNU7 170707C125", "./6EU7 EUUU7 170707C1.1"]
)
def test_what_cannot_be_named_again_is_neither_traded_nor_quoted(symbol):
    world, _ = world_at()
    leg = {"symbol": symbol, "action": "Buy to Open", "quantity": 1}
    body = {"order-type": "Market", "time-in-force": "Day", "legs": [leg]}
    with pytest.raises(Problem) as refused:
        orders.dry_run(world, world.doors[NUMBER], body)
    assert (refused.value.status, refused.value.errors[0]["domain"]) == (400, "legs[0]")
    assert market_data(symbol, world.look()) is None


@pytest.mark.parametrize("symbol", ["SPX", "VIX", "NDX"])
def test_an_index_itself_is_not_traded(symbol):
    world, _ = world_at()
    leg = {"symbol": symbol, "action": "Buy to Open", "quantity": 1}
    body = {"order-type": "Market", "time-in-force": "Day", "legs": [leg]}
    with pytest.raises(Problem) as refused:
        orders.place(world, world.doors[NUMBER], body)
    assert refused.value.status == 422
    assert refused.value.errors[0]["code"] == "instrument_validation_failed"


@pytest.mark.parametrize("said", [b"1e999", b"-1e999", b'{"a": [1.5e400]}', b"NaN", b"Infinity"])
def test_what_could_be_told_to_nobody_again_is_no_json(said):
    with pytest.raises(Problem) as refused:
        json_in(said)
    assert refused.value.status == 400
    assert json_in(b'{"a": [1.5e300]}') == {"a": [1.5e300]}


def test_what_is_good_passes():
    async def scene(app: Any, asked: Asked) -> None:
        body = good(asked.world) | {"price": "0.05", "behavior": "never"}
        del body["value"]
        assert await asked.ask("POST", f"/accounts/{NUMBER}/orders/dry-run", json=body) == 201
        assert await asked.ask("POST", f"/accounts/{NUMBER}/orders", json=body) == 201
        assert await asked.ask("POST", "/accounts", json=body) == 201
        assert await asked.ask("GET", "/option-chains/SPY/nested") == 200
        assert await asked.ask("GET", "/option-chains/NOPE/nested") == 404
        assert await asked.ask("DELETE", "/option-chains/SPY/nested") == 405

    play(scene)


def test_a_bug_is_told_in_the_brokers_words_logged_once_and_leaves_nothing_half_done(
    monkeypatch, caplog
):
    async def scene(app: Any, asked: Asked) -> None:
        def told(*_: object) -> None:
            raise ZeroDivisionError("a planted bug")

        body = good(asked.world) | {"behavior": None}
        before = as_it_is(asked.world)
        monkeypatch.setattr(orders, "_data", told)
        path, key = f"/accounts/{NUMBER}/orders", {"X-Api-Key": "secret"}
        async with asked.client.post(path, json=body, headers=key) as answer:
            assert answer.status == 500
            assert (await answer.json())["error"]["code"] == "internal_server_error"
        assert as_it_is(asked.world) == before
        monkeypatch.undo()
        assert await asked.ask("POST", path, json=body) == 201
        assert app[DESK].world.doors[NUMBER].last == before[NUMBER][0].last + 1

    with caplog.at_level(logging.ERROR):
        play(scene)
    logged = [each for each in caplog.records if each.exc_info]
    assert len(logged) == 1
    assert "a planted bug" in caplog.text


@pytest.mark.parametrize("path", ["/streamer", "/dxlink"])
def test_no_message_ends_a_stream(path):
    async def scene(app: Any, asked: Asked) -> None:
        token = app[DESK].quotes.make(asked.world.clock())
        begun: list[dict[str, Any]] = [
            {"type": "SETUP", "channel": 0}, {"type": "AUTH", "channel": 0, "token": token},
            {"type": "CHANNEL_REQUEST", "channel": 1, "service": "FEED"},
        ]  # fmt: skip
        row = {"type": "Candle", "symbol": "SPY{=d}", "fromTime": 0}
        rich = {
            "action": "connect", "value": [NUMBER], "auth-token": "x", "request-id": 1, "channel": 1,
            "acceptEventFields": {}, "acceptAggregationPeriod": 1, "add": [row], "remove": [row],
        }  # fmt: skip
        key = {"X-Api-Key": "secret"}
        async with asked.client.ws_connect(path, headers=key) as socket:
            for each in begun:
                await socket.send_json(each)
            for thing in NASTY:
                for kind in ("FEED_SETUP", "FEED_SUBSCRIPTION", "CHANNEL_REQUEST"):
                    for name in rich:
                        await socket.send_json(rich | {"type": kind, name: thing})
                    for name in row:
                        rows = [row | {name: thing}]
                        await socket.send_json(rich | {"type": kind, "add": rows, "remove": rows})
            for body in BODIES[2:-1]:
                await socket.send_str(body.decode())
            await socket.send_json({"type": "NOTHING", "action": "last", "channel": 1})
            while "NOTHING" not in (said := await socket.receive_str()) and '"last"' not in said:
                pass
            assert not socket.closed

    play(scene)
