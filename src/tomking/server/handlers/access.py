"""Requests about who asks: tokens and streams."""

from urllib.parse import parse_qsl

from aiohttp import web

from tomking.server import alerts, market_feed
from tomking.server.answers import Problem, one
from tomking.server.desk import DESK, answered, bearer, has_key, json_of
from tomking.server.dxlink import Feed
from tomking.server.shown.account import customer
from tomking.server.shown.clock import instant

#: Streams; a token is in their messages, not in their headers.
STREAMS, FEED = ("/", "/streamer"), "/dxlink"
#: The older way in.
SESSIONS = "/sessions"


async def token(request: web.Request) -> web.Response:
    """An access token for a refresh token; its errors have a shape of their own."""
    said = await _form(request) if "form" in request.content_type else await json_of(request)
    desk = request.app[DESK]
    given = desk.tokens.give(
        str(said.get("client_secret", "")), str(said.get("refresh_token", "")), desk.world.clock()
    )
    if given is None:
        wrong = {"error_code": "invalid_grant", "error_description": "Grant revoked"}
        return web.json_response(wrong, status=400)
    desk.world.keep()
    lives = int(desk.tokens.lives.total_seconds())
    return web.json_response({"access_token": given, "token_type": "Bearer", "expires_in": lives})


async def _form(request: web.Request) -> dict[str, str]:
    """What a form says; letters that are none stand for nothing that is known."""
    return dict(parse_qsl((await request.read()).decode(errors="replace")))


async def log_in(request: web.Request) -> web.Response:
    """The older way in: a session for the secret as the name and the refresh token as the password."""
    said, desk = await json_of(request), request.app[DESK]
    at = desk.world.clock()
    given = desk.tokens.give(str(said.get("login", "")), str(said.get("password", "")), at)
    if given is None:
        raise Problem(401, "invalid_credentials", "Invalid login, please check your credentials")
    desk.world.keep()
    session = {
        "user": customer(instant(at)), "session-token": given,
        "session-expiration": instant(at + desk.tokens.lives),
    }  # fmt: skip
    return answered(request, one(session, 201))


async def validate(request: web.Request) -> web.Response:
    """Whether the token is good, which whoever comes here has shown."""
    return answered(request, one(customer(instant(request.app[DESK].world.clock())), 201))


async def log_out(request: web.Request) -> web.Response:
    """The token is good for nothing any more."""
    desk = request.app[DESK]
    desk.tokens.forget(bearer(request))
    desk.world.keep()
    return web.Response(status=204)


async def stream(request: web.Request) -> web.StreamResponse:
    """The account stream."""
    desk = request.app[DESK]
    desk.streams += 1
    name = f"{desk.streams:08x}"
    known = has_key(request)
    return await alerts.serve(request, desk.world, desk.tokens, name, desk.faults, known=known)


async def feed(request: web.Request) -> web.StreamResponse:
    """The market feed."""
    desk = request.app[DESK]
    conversation = Feed(lambda said: desk.quotes.knows(said, desk.world.clock()))
    return await market_feed.serve(request, desk.world, conversation, desk.faults)


async def quote_token(request: web.Request) -> web.Response:
    """A token for the market feed, and where that is: on the host that was asked."""
    desk, at = request.app[DESK], request.app[DESK].world.clock()
    scheme = "wss" if request.secure else "ws"
    url = f"{scheme}://{request.host}{FEED}"
    said = {
        "token": desk.quotes.make(at), "dxlink-url": url, "websocket-url": url, "level": "api",
        "issued-at": instant(at), "expires-at": instant(at + desk.quotes.lives),
    }  # fmt: skip
    return answered(request, one(said))


ROUTES = (
    *(web.get(path, stream) for path in STREAMS),
    web.get(FEED, feed),
    web.get("/api-quote-tokens", quote_token),
    web.post("/oauth/token", token),
    web.post(SESSIONS, log_in),
    web.post(f"{SESSIONS}/validate", validate),
    web.delete(SESSIONS, log_out),
)
