"""Requests about accounts: who the customer is, what an account has and holds."""

from aiohttp import web

from tomking.server.answers import many, one
from tomking.server.desk import answered, door_of, world_of
from tomking.server.shown.account import account, balance, positions
from tomking.server.shown.clock import instant


async def accounts(request: web.Request) -> web.Response:
    """The customer's accounts."""
    world = world_of(request)
    mine = (account(door, instant(world.clock())) for door in world.doors.values())
    return answered(request, many({"account": each, "authority-level": "owner"} for each in mine))


async def one_account(request: web.Request) -> web.Response:
    """One of them."""
    return answered(request, one(account(door_of(request), instant(world_of(request).clock()))))


async def balances(request: web.Request) -> web.Response:
    """What the account has and owes."""
    now = world_of(request).look()
    return answered(request, one(balance(door_of(request), now)))


async def held(request: web.Request) -> web.Response:
    """Its positions."""
    now = world_of(request).look()
    marks = request.query.get("include-marks") == "true"
    return answered(request, many(positions(door_of(request), now, with_marks=marks)))


ROUTES = (
    web.get("/customers/me/accounts", accounts),
    web.get("/customers/me/accounts/{number}", one_account),
    web.get("/accounts/{number}/balances", balances),
    web.get("/accounts/{number}/balances/{currency}", balances),
    web.get("/accounts/{number}/positions", held),
)
