"""Requests that only a paper service has: accounts opened and closed, money put in and taken out."""

from decimal import Decimal

from aiohttp import web

from tomking.core.errors import DataError
from tomking.core.facts import CashMoved
from tomking.server.answers import Problem, one
from tomking.server.desk import answered, json_of, world_of
from tomking.server.door import Door
from tomking.server.shown.account import account
from tomking.server.shown.balances import balance
from tomking.server.shown.clock import instant
from tomking.server.world import World
from tomking.wire.amounts import number

#: Houses by what an account may do.
HOUSES = {"Margin": "tastytrade", "Cash": "cash"}
DEPOSIT_MAX = Decimal(10**9)


async def open_account(request: web.Request) -> web.Response:
    """An account more, with what is paid in at once."""
    said, world = await json_of(request), world_of(request)
    kind = said.get("margin_or_cash", "Margin")
    if kind not in HOUSES:
        raise Problem(400, "validation_error", f"margin_or_cash is one of {', '.join(HOUSES)}")
    paid = _dollars(said.get("initial_deposit", 100_000), "initial_deposit")
    if not 0 < paid <= DEPOSIT_MAX:
        raise Problem(400, "validation_error", "initial_deposit is above zero and no fortune")
    now = world.look()
    door = world.open_account(HOUSES[str(kind)])
    name = str(said.get("account_name") or "Paper")
    door.move_cash(CashMoved(now.at, paid, f"paper money for {name}"))
    world.keep()
    shown = account(door.account, instant(now.at), is_cash=kind == "Cash") | {"nickname": name}
    return answered(request, one(shown, 201))


async def close_account(request: web.Request) -> web.Response:
    """An account less: nobody sees it any more."""
    world = world_of(request)
    door = _named(request, world)
    if len(world.doors) == 1:
        raise Problem(422, "last_account", "the last account stays: open another one first")
    world.close_account(door.account)
    world.keep()
    return web.Response(status=204)


async def deposit(request: web.Request) -> web.Response:
    """Money in, or out where the amount is below zero."""
    world = world_of(request)
    door, amount = _named(request, world), _dollars(request.query.get("amount"), "amount")
    now = world.look()
    if abs(amount) > DEPOSIT_MAX or not amount:
        raise Problem(400, "validation_error", "amount is not nothing and no fortune")
    if -amount > number(balance(door, now)["cash-available-to-withdraw"], "amount"):
        raise Problem(422, "insufficient_funds", "there is not so much to withdraw")
    why = "paper money" if amount > 0 else "paper money taken out"
    door.move_cash(CashMoved(now.at, amount, why))
    world.tell(door, [], now)
    return answered(request, one(balance(door, now), 201))


def _dollars(said: object, name: str) -> Decimal:
    try:
        amount = number(said, name)
    except DataError as wrong:
        raise Problem(400, "validation_error", str(wrong)) from wrong
    if amount != round(amount, 2):
        raise Problem(400, "validation_error", f"{name} is in whole cents")
    return amount


def _named(request: web.Request, world: World) -> Door:
    """The account a query names."""
    known = request.query.get("account_number", "")
    if known not in world.doors:
        raise Problem(403, "not_permitted", f"account {known} is none of yours")
    return world.doors[known]


ROUTES = (
    web.post("/accounts", open_account),
    web.delete("/accounts", close_account),
    web.post("/accounts/deposit", deposit),
)
