"""The hidden hand: the clock, what is to go wrong, and what has. Outside the broker's own name space."""

from math import inf

from aiohttp import web

from tomking.core.errors import ConfigError
from tomking.server.answers import Problem, one
from tomking.server.desk import DESK, answered
from tomking.server.faults import faults_in

PREFIX = "/__paper"


async def clock(request: web.Request) -> web.Response:
    """What time it is here, and how fast it goes: a paper market may be years away."""
    world = request.app[DESK].world
    return answered(request, one({"at": world.clock().isoformat(), "speed": world.clock.speed}))


async def move_clock(request: web.Request) -> web.Response:
    """So many seconds go by at once, and what happens in them happens."""
    try:
        seconds = float((await request.json())["seconds"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise Problem(400, "bad_request", "seconds is missing or no number") from wrong
    if not 0.0 <= seconds < inf:
        raise Problem(400, "bad_request", "time goes forward alone")
    world = request.app[DESK].world
    world.clock.move(seconds)
    world.look()
    return await clock(request)


async def order_faults(request: web.Request) -> web.Response:
    """Faults that strike from now on."""
    try:
        request.app[DESK].faults.order(faults_in(await request.json()))
    except (ConfigError, ValueError) as wrong:
        raise Problem(400, "bad_request", str(wrong)) from wrong
    return _faults(request)


async def clear_faults(request: web.Request) -> web.Response:
    """No faults any more."""
    request.app[DESK].faults.clear()
    return _faults(request)


async def show_faults(request: web.Request) -> web.Response:
    """How many are left, and what has struck."""
    return _faults(request)


def _faults(request: web.Request) -> web.Response:
    faults = request.app[DESK].faults
    struck = [{"kind": kind.value, "path": path} for kind, path in faults.struck]
    return answered(request, one({"left": len(faults.left), "struck": struck}))


ROUTES = (
    web.get(f"{PREFIX}/clock", clock),
    web.post(f"{PREFIX}/clock", move_clock),
    web.post(f"{PREFIX}/faults", order_faults),
    web.get(f"{PREFIX}/faults", show_faults),
    web.delete(f"{PREFIX}/faults", clear_faults),
)
