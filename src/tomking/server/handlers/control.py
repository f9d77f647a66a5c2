"""The hidden hand: the clock, what is to go wrong, and what has. Outside the broker's own name space."""

from aiohttp import web

from tomking.core.errors import ConfigError
from tomking.server.answers import Problem, one
from tomking.server.desk import DESK, answered
from tomking.server.faults import faults_in

PREFIX = "/__paper"


async def clock(request: web.Request) -> web.Response:
    """What time it is here: a paper market may be years away, and go faster."""
    return answered(request, one({"at": request.app[DESK].world.clock().isoformat()}))


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
    web.post(f"{PREFIX}/faults", order_faults),
    web.get(f"{PREFIX}/faults", show_faults),
    web.delete(f"{PREFIX}/faults", clear_faults),
)
