"""Requests that only a paper service has: accounts opened and closed, money put in and taken out."""

from decimal import Decimal

from aiohttp import web

from tomking.core.facts import CashMoved
from tomking.core.money import CENT
from tomking.server.answers import Json, Problem, one
from tomking.server.desk import answered, json_of, world_of
from tomking.server.door import Door
from tomking.server.figures import dollars, flaw, text, word
from tomking.server.shown.account import account
from tomking.server.shown.balances import balance
from tomking.server.shown.clock import instant
from tomking.server.world import World
from tomking.wire.amounts import number

#: Houses by what an account may do.
HOUSES = {"Margin": "tastytrade", "Cash": "cash"}
#: The most that moves at once, the most an account holds, and how many accounts a server ever opens.
DEPOSIT_MAX, CASH_MAX, ACCOUNTS_MAX = Decimal(10**9), Decimal(10**12), 1000


async def open_account(request: web.Request) -> web.Response:
    """An account more, with what is paid in at once."""
    said, world = await json_of(request), world_of(request)
    kind = word(said.get("margin_or_cash", "Margin"), "margin_or_cash", HOUSES)
    paid = dollars(said.get("initial_deposit", 100_000), "initial_deposit", CENT, DEPOSIT_MAX)
    name = text(said.get("account_name"), "account_name") or "Paper"
    if len(world.others) >= ACCOUNTS_MAX:
        raise Problem(422, "too_many_accounts", f"no more than {ACCOUNTS_MAX} are opened here")
    now = world.look()

    def opened() -> Door:
        """The account with its money in it."""
        door = world.open_account(HOUSES[kind])
        door.move_cash(CashMoved(now.at, paid, f"paper money for {name}"))
        return door

    door = world.as_one(opened)
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
    door, said = _named(request, world), request.query.get("amount")
    amount = dollars(said, "amount", -DEPOSIT_MAX, DEPOSIT_MAX)
    now = world.look()
    if not amount:
        raise flaw("amount", "is nothing")
    if door.exchange.ledger.cash + amount > CASH_MAX:
        raise Problem(422, "too_much", f"an account holds no more than {CASH_MAX:,f} dollars here")
    if -amount > number(balance(door, now)["cash-available-to-withdraw"], "amount"):
        raise Problem(422, "insufficient_funds", "there is not so much to withdraw")
    why = "paper money" if amount > 0 else "paper money taken out"

    def moved() -> Json:
        """What the account has then."""
        door.move_cash(CashMoved(now.at, amount, why))
        world.tell(door, [], now)
        return balance(door, now)

    return answered(request, one(world.as_one(moved), 201))


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
