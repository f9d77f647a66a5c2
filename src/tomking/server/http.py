"""The server itself: routes, tokens, envelopes. Handlers only translate."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web

from tomking.server.answers import Problem, error
from tomking.server.desk import DESK, Desk
from tomking.server.handlers import access, accounts, instruments, lists, market, orders
from tomking.server.tokens import Tokens
from tomking.server.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: What may be asked without a token.
OPEN_TO_ALL = ("/oauth/token", "/symbols/search/", "/margin-requirements-public-configuration")
#: How long a token for the market feed lives.
QUOTES_LIVE = timedelta(hours=24)


def application(world: World, tokens: Tokens) -> web.Application:
    """The server over a world, ready to be run."""
    app = web.Application(middlewares=[_enveloped, _known])
    app[DESK] = Desk(world, tokens, Tokens(tokens.secret, "quotes", QUOTES_LIVE))
    for subject in (access, accounts, orders, instruments, market, lists):
        app.router.add_routes(subject.ROUTES)
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
    if not request.path.startswith(OPEN_TO_ALL) and request.path not in (
        *access.STREAMS,
        access.FEED,
    ):
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not desk.tokens.knows(given, desk.world.clock()):
            raise Problem(401, "token_invalid", "This token is invalid or has expired")
    return await handler(request)
