"""The hidden hand: the clock, what is to go wrong, and what has. Outside the broker's own name space."""

from datetime import timedelta
from decimal import Decimal

from aiohttp import web

from tomking.core.contract import Contract
from tomking.core.errors import ConfigError, TomKingError
from tomking.core.money import ZERO
from tomking.server import orders
from tomking.server.answers import Json, Problem, one
from tomking.server.desk import DESK, answered, json_of
from tomking.server.door import Door
from tomking.server.faults import faults_in
from tomking.server.figures import figure, json_in
from tomking.server.world import World
from tomking.wire.symbols import trading_symbol
from tomking.wire.words import FUTURE, instrument_of, lot_of

PREFIX = "/__paper"
#: Where orders come from that no client sent.
BY_HAND, BY_BROKER = "hand", "broker"
#: How many seconds may go by at once: a year.
LEAP_MAX_S = Decimal(366 * 86_400)


async def clock(request: web.Request) -> web.Response:
    """What time it is here, how fast it goes, and what its figures are worth: it may be years away."""
    world = request.app[DESK].world
    said = {"at": world.clock().isoformat(), "speed": world.clock.speed}
    return answered(request, one({**said, "evidence": world.evidence.name}))


async def move_clock(request: web.Request) -> web.Response:
    """So many seconds go by at once, and what happens in them happens."""
    said, world = await json_of(request), request.app[DESK].world
    seconds = float(figure(said.get("seconds"), "seconds", ZERO, LEAP_MAX_S))
    try:
        world.market(world.clock() + timedelta(seconds=seconds))
    except TomKingError as beyond:
        raise Problem(422, "no_market", f"there is no market then: {beyond}") from beyond
    world.clock.move(seconds)
    world.look()
    return await clock(request)


async def by_hand(request: web.Request) -> web.Response:
    """Somebody trades by hand: an order that no client sent, taken as any other is."""
    said, world = await json_of(request), request.app[DESK].world
    body = {"source": BY_HAND, **_part(said, "order")}
    return answered(request, orders.place(world, _door(request, said), body))


async def close_leg(request: web.Request) -> web.Response:
    """The broker closes what is held of a contract, at mid and at once, and asks nobody.

    What rests to close it is ended first.
    """
    said, world = await json_of(request), request.app[DESK].world
    door, symbol = _door(request, said), str(said.get("symbol", ""))
    world.look()
    held = {trading_symbol(each): each for each in door.exchange.holdings()}
    if symbol not in held:
        raise Problem(404, "record_not_found", f"nothing is held of {symbol!r}")
    body = _closing(held[symbol], door.exchange.holdings()[held[symbol]])
    world.as_one(lambda: _cleared(world, door, held[symbol]))
    answer = orders.place(world, door, body)
    orders.met(world, door, answer.body["data"]["order"]["id"])
    return answered(request, answer)


def _cleared(world: World, door: Door, contract: Contract) -> None:
    now = world.look()
    world.tell(door, door.clear(contract, "closed out by the broker", now), now)


def _closing(contract: Contract, held: int) -> Json:
    side = "Sell" if held > 0 else "Buy"
    kind = instrument_of(contract)
    leg = {
        "instrument-type": kind, "symbol": trading_symbol(contract),
        "quantity": abs(held) * lot_of(contract),
        "action": side if kind == FUTURE else f"{side} to Close",
    }  # fmt: skip
    return {"source": BY_BROKER, "order-type": "Market", "time-in-force": "Day", "legs": [leg]}


def _door(request: web.Request, said: Json) -> Door:
    """The account a body names, or the first."""
    doors = request.app[DESK].world.doors
    number = str(said.get("account", next(iter(doors))))
    if number not in doors:
        raise Problem(404, "record_not_found", f"there is no account {number}")
    return doors[number]


def _part(said: Json, name: str) -> Json:
    found = said.get(name)
    if not isinstance(found, dict):
        raise Problem(400, "bad_request", f"{name} is missing or no object")
    return found


async def order_faults(request: web.Request) -> web.Response:
    """Faults that strike from now on."""
    try:
        request.app[DESK].faults.order(faults_in(json_in(await request.read())))
    except ConfigError as wrong:
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
    web.post(f"{PREFIX}/hand", by_hand),
    web.post(f"{PREFIX}/close", close_leg),
    web.post(f"{PREFIX}/faults", order_faults),
    web.get(f"{PREFIX}/faults", show_faults),
    web.delete(f"{PREFIX}/faults", clear_faults),
)
