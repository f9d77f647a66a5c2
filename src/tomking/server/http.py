"""The server itself: routes, tokens, envelopes. Handlers only translate."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from tomking.server import alerts, market_feed, orders
from tomking.server.answers import Answer, Problem, error, many, one, paged
from tomking.server.door import Door
from tomking.server.dxlink import Feed
from tomking.server.shown.account import account, balance, positions
from tomking.server.shown.clock import instant
from tomking.server.shown.orders import shown
from tomking.server.tokens import Tokens
from tomking.server.world import World
from tomking.wire.words import ALIVE

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: What may be asked without a token.
OPEN_TO_ALL = ("/oauth/token", "/symbols/search/", "/margin-requirements-public-configuration")
#: Streams; a token is in their messages, not in their headers.
STREAMS, FEED = ("/", "/streamer"), "/dxlink"
PER_PAGE = 250
#: How long a token for the market feed lives.
QUOTES_LIVE = timedelta(hours=24)


@dataclass(slots=True)
class Desk:
    """What handlers look at: ``tokens`` for requests, ``quotes`` for the market feed; ``streams`` counts
    the connections that were ever made.
    """

    world: World
    tokens: Tokens
    quotes: Tokens
    streams: int = 0


DESK = web.AppKey("desk", Desk)


def application(world: World, tokens: Tokens) -> web.Application:
    """The server over a world, ready to be run."""
    app = web.Application(middlewares=[_enveloped, _known])
    app[DESK] = Desk(world, tokens, Tokens(tokens.secret, "quotes", QUOTES_LIVE))
    app.router.add_routes(
        [
            *(web.get(path, stream) for path in STREAMS),
            web.get(FEED, feed),
            web.get("/api-quote-tokens", quote_token),
            web.post("/oauth/token", token),
            web.get("/customers/me/accounts", accounts),
            web.get("/customers/me/accounts/{number}", one_account),
            web.get("/accounts/{number}/balances", balances),
            web.get("/accounts/{number}/balances/{currency}", balances),
            web.get("/accounts/{number}/positions", held),
            web.get("/accounts/{number}/orders", all_orders),
            web.post("/accounts/{number}/orders", place),
            web.post("/accounts/{number}/orders/dry-run", try_out),
            web.get("/accounts/{number}/orders/live", live_orders),
            web.get("/accounts/{number}/orders/{order:\\d+}", one_order),
            web.put("/accounts/{number}/orders/{order:\\d+}", place),
            web.delete("/accounts/{number}/orders/{order:\\d+}", cancel),
            web.post("/accounts/{number}/orders/{order:\\d+}/dry-run", try_out),
        ]
    )
    return app


@web.middleware
async def _enveloped(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Problems as the broker words them."""
    try:
        return await handler(request)
    except Problem as problem:
        return web.json_response(error(problem), status=problem.status)
    except web.HTTPNotFound:
        missing = Problem(404, "not_found", f"no route {request.method} {request.path}")
        return web.json_response(error(missing), status=404)


@web.middleware
async def _known(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nobody gets in without a token that is good now."""
    desk = request.app[DESK]
    if not request.path.startswith(OPEN_TO_ALL) and request.path not in (*STREAMS, FEED):
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not desk.tokens.knows(given, desk.world.clock()):
            raise Problem(401, "token_invalid", "This token is invalid or has expired")
    return await handler(request)


async def token(request: web.Request) -> web.Response:
    """An access token for a refresh token; its errors have a shape of their own."""
    said = await request.post() if "form" in request.content_type else await _json(request)
    desk = request.app[DESK]
    given = desk.tokens.give(
        str(said.get("client_secret", "")), str(said.get("refresh_token", "")), desk.world.clock()
    )
    if given is None:
        wrong = {"error_code": "invalid_grant", "error_description": "Grant revoked"}
        return web.json_response(wrong, status=400)
    lives = int(desk.tokens.lives.total_seconds())
    return web.json_response({"access_token": given, "token_type": "Bearer", "expires_in": lives})


async def stream(request: web.Request) -> web.StreamResponse:
    """The account stream."""
    desk = request.app[DESK]
    desk.streams += 1
    return await alerts.serve(request, desk.world, desk.tokens, f"{desk.streams:08x}")


async def feed(request: web.Request) -> web.StreamResponse:
    """The market feed."""
    desk = request.app[DESK]
    conversation = Feed(lambda said: desk.quotes.knows(said, desk.world.clock()))
    return await market_feed.serve(request, desk.world, conversation)


async def quote_token(request: web.Request) -> web.Response:
    """A token for the market feed, and where that is: on the host that was asked."""
    desk, at = request.app[DESK], request.app[DESK].world.clock()
    scheme = "wss" if request.secure else "ws"
    url = f"{scheme}://{request.host}{FEED}"
    said = {
        "token": desk.quotes.make(at), "dxlink-url": url, "websocket-url": url, "level": "api",
        "issued-at": instant(at), "expires-at": instant(at + desk.quotes.lives),
    }  # fmt: skip
    return _answer(request, one(said))


async def accounts(request: web.Request) -> web.Response:
    """The customer's accounts."""
    world = request.app[DESK].world
    mine = (account(door, instant(world.clock())) for door in world.doors.values())
    return _answer(request, many({"account": each, "authority-level": "owner"} for each in mine))


async def one_account(request: web.Request) -> web.Response:
    """One of them."""
    return _answer(request, one(account(_door(request), instant(request.app[DESK].world.clock()))))


async def balances(request: web.Request) -> web.Response:
    """What the account has and owes."""
    now = request.app[DESK].world.look()
    return _answer(request, one(balance(_door(request), now)))


async def held(request: web.Request) -> web.Response:
    """Its positions."""
    now = request.app[DESK].world.look()
    marks = request.query.get("include-marks") == "true"
    return _answer(request, many(positions(_door(request), now, with_marks=marks)))


async def all_orders(request: web.Request) -> web.Response:
    """Its orders, newest first."""
    request.app[DESK].world.look()
    door = _door(request)
    rows = [shown(entry, door.account) for entry in reversed(door.entries.values())]
    return _answer(request, paged(rows, *_page(request)))


async def live_orders(request: web.Request) -> web.Response:
    """Orders that were made or changed today, whatever became of them."""
    now, door = request.app[DESK].world.look(), _door(request)
    day = now.day.session.day
    rows = (
        shown(entry, door.account)
        for entry in door.entries.values()
        if entry.word in ALIVE
        or entry.updated.astimezone(now.day.session.opens.tzinfo).date() == day
    )
    return _answer(request, many(rows))


async def one_order(request: web.Request) -> web.Response:
    """One of its orders."""
    request.app[DESK].world.look()
    door = _door(request)
    return _answer(request, one(shown(orders.found(door, _number(request)), door.account)))


async def place(request: web.Request) -> web.Response:
    """Take an order, or what replaces one."""
    body, world = await _json(request), request.app[DESK].world
    return _answer(request, orders.place(world, _door(request), body, _number(request)))


async def try_out(request: web.Request) -> web.Response:
    """What an order would need."""
    body, world = await _json(request), request.app[DESK].world
    return _answer(request, orders.dry_run(world, _door(request), body, _number(request)))


async def cancel(request: web.Request) -> web.Response:
    """Ask for an order's end."""
    world = request.app[DESK].world
    return _answer(request, orders.cancel(world, _door(request), _number(request)))


def _door(request: web.Request) -> Door:
    number = request.match_info["number"]
    doors = request.app[DESK].world.doors
    if number not in doors:
        raise Problem(403, "not_permitted", f"account {number} is none of yours")
    return doors[number]


def _page(request: web.Request) -> tuple[int, int]:
    """Which page of a list is asked for, and how long pages are."""
    said = request.query
    try:
        offset, each = int(said.get("page-offset", 0)), int(said.get("per-page", PER_PAGE))
    except ValueError as wrong:
        raise Problem(400, "bad_request", "page-offset and per-page are whole numbers") from wrong
    return max(offset, 0), max(each, 1)


def _number(request: web.Request) -> int:
    """The order a path names; nought where it names none."""
    return int(request.match_info.get("order", 0))


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        said = await request.json()
    except json.JSONDecodeError as wrong:
        raise Problem(400, "bad_request", f"The body is no JSON: {wrong}") from wrong
    if not isinstance(said, dict):
        raise Problem(400, "bad_request", "The body is no JSON object")
    return said


def _answer(request: web.Request, answer: Answer) -> web.Response:
    return web.json_response({**answer.body, "context": request.path}, status=answer.status)
