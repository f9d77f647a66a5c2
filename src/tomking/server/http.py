"""The server itself: routes, tokens, envelopes. Handlers only translate."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import hdrs, web

from tomking.core.errors import QuoteMissing
from tomking.server.answers import Json, Problem, error
from tomking.server.desk import DESK, Desk, bearer, door_of, has_key, number_of
from tomking.server.faults import Fault, Kind
from tomking.server.handlers import (
    access,
    accounts,
    control,
    instruments,
    lists,
    market,
    orders,
    paper,
)
from tomking.server.orders import met
from tomking.server.tokens import Tokens
from tomking.server.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: What may be asked without a token.
OPEN_TO_ALL = (
    control.PREFIX, "/oauth/token", "/symbols/search/", "/margin-requirements-public-configuration",
)  # fmt: skip
#: And where a token comes later, in a message, or is asked for.
ENTRANCES = frozenset({*access.STREAMS, access.FEED, access.SESSIONS})
#: How long a token for the market feed lives.
QUOTES_LIVE = timedelta(hours=24)
#: The status of what nobody foresaw.
BUG = 500


def application(
    world: World,
    tokens: Tokens,
    faults: Sequence[Fault] = (),
    watchlists: dict[str, Json] | None = None,
) -> web.Application:
    """The server over a world, ready to be run; ``watchlists`` are the customer's watchlists."""
    app = web.Application(middlewares=[_enveloped, _faulty, _known])
    app.on_response_prepare.append(_worded)
    app[DESK] = Desk(world, tokens, Tokens(tokens.secret, "quotes", QUOTES_LIVE))
    if watchlists is not None:
        app[DESK].lists = watchlists
    app[DESK].faults.order(faults)
    for subject in (access, accounts, orders, instruments, market, lists, paper, control):
        app.router.add_routes(subject.ROUTES)
    return app


@web.middleware
async def _enveloped(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Problems as the broker words them."""
    try:
        return await handler(request)
    except Problem as problem:
        return web.json_response(error(problem), status=problem.status)
    except QuoteMissing as missing:
        unknown = Problem(503, "quotes_unavailable", f"Something held has no quote now: {missing}")
        return web.json_response(error(unknown), status=503)
    except web.HTTPNotFound:
        nowhere = Problem(404, "not_found", f"no route {request.method} {request.path}")
        return web.json_response(error(nowhere), status=404)
    except web.HTTPError as refused:
        said = Problem(refused.status, _code(refused.reason), refused.text or refused.reason)
        return web.json_response(error(said), status=refused.status)
    except web.RequestPayloadError as torn:
        unread = Problem(400, "bad_request", f"The body cannot be read: {torn}")
        return web.json_response(error(unread), status=400)


def _code(reason: str) -> str:
    """The broker's manner of naming what is wrong.

    >>> _code("Method Not Allowed")
    'method_not_allowed'
    """
    return reason.lower().replace(" ", "_")


async def _worded(request: web.Request, answer: web.StreamResponse) -> None:
    """A bug, which the socket's own keeper has logged with its traceback, in the broker's words.

    The page that tells of it is plain; nothing this server means to say is.
    """
    if answer.status != BUG or answer.content_type != "text/plain" or request.transport is None:
        return
    if isinstance(answer, web.Response):
        message = f"{request.method} {request.path} met a bug of this server; its log says where"
        body = json.dumps(error(Problem(BUG, "internal_server_error", message))).encode()
        answer.body, answer.content_type = body, "application/json"
        answer.headers[hdrs.CONTENT_LENGTH] = str(len(body))


@web.middleware
async def _faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What was ordered to go wrong, goes wrong; the control of it never does."""
    desk = request.app[DESK]
    if request.path.startswith(control.PREFIX) or request.path in (*access.STREAMS, access.FEED):
        return await handler(request)
    fault = desk.faults.strike(request.method, request.path)
    if fault is None:
        return await handler(request)
    if fault.kind in (Kind.DELAYED, Kind.SILENT):
        await asyncio.sleep(fault.seconds)
    if fault.kind in (Kind.DROPPED, Kind.SILENT):
        return _hung_up(request)
    _beforehand(request, fault)
    answer = _spoilt(fault) or await handler(request)
    if fault.kind is Kind.LOST:
        return _hung_up(request)
    return _afterwards(answer, fault)


def _beforehand(request: web.Request, fault: Fault) -> None:
    """What happens just before the request is looked at."""
    desk = request.app[DESK]
    match fault.kind:
        case Kind.EXPIRED:
            desk.tokens.forget_all()
        case Kind.REVOKED:
            desk.tokens.forget(bearer(request))
        case Kind.RACED if request.match_info.get("number") in desk.world.doors:
            met(desk.world, door_of(request), number_of(request))
        case _:
            pass


def _afterwards(answer: web.StreamResponse, fault: Fault) -> web.StreamResponse:
    """The answer as it arrives."""
    if fault.kind is Kind.UNSURE:
        return _failed(fault)
    if fault.kind is Kind.LACKING and isinstance(answer, web.Response) and answer.text:
        body = without(fault.field, json.loads(answer.text))
        return web.json_response(body, status=answer.status)
    return answer


def without(name: str, said: Any) -> Any:
    """JSON without a field, wherever it is.

    >>> without("b", {"a": [{"b": 1, "c": 2}], "b": 3})
    {'a': [{'c': 2}]}
    """
    if isinstance(said, dict):
        return {key: without(name, each) for key, each in said.items() if key != name}
    return [without(name, each) for each in said] if isinstance(said, list) else said


def _failed(fault: Fault) -> web.Response:
    said = Problem(fault.status, "ordered", "this was ordered to go wrong")
    return web.json_response(error(said), status=fault.status)


def _spoilt(fault: Fault) -> web.Response | None:
    """The answer that a fault gives in place of the server's, if it does."""
    if fault.kind is Kind.ERROR:
        return _failed(fault)
    if fault.kind is Kind.PAGE:
        page = f"<html><body><h1>{fault.status}</h1></body></html>"
        return web.Response(text=page, content_type="text/html", status=fault.status)
    return None


def _hung_up(request: web.Request) -> web.StreamResponse:
    """The connection is cut; what is returned is sent to nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


@web.middleware
async def _known(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nobody gets in without a token that is good now."""
    desk = request.app[DESK]
    is_open = request.path.startswith(OPEN_TO_ALL) or request.path in ENTRANCES or has_key(request)
    if not is_open and not desk.tokens.knows(bearer(request), desk.world.clock()):
        raise Problem(401, "token_invalid", "This token is invalid or has expired")
    return await handler(request)
