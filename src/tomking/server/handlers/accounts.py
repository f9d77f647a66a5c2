"""Requests about accounts: who the customer is, what an account has and holds."""

from datetime import date

from aiohttp import web

from tomking.core.money import cents
from tomking.server.answers import Json, Problem, many, one, paged
from tomking.server.desk import answered, door_of, numbered, page_of, world_of
from tomking.server.shown.account import account, customer, position_limit, trading_status
from tomking.server.shown.balances import balance, effective, margin_report, positions
from tomking.server.shown.clock import instant
from tomking.server.shown.equities import root_of
from tomking.server.shown.history import fees_on, transactions, wanted
from tomking.wire.amounts import plain, with_effect

#: The house of accounts that may not borrow.
CASH = "cash"


async def accounts(request: web.Request) -> web.Response:
    """The customer's accounts."""
    world = world_of(request)
    at = instant(world.clock())
    mine = (account(each, at, is_cash=world.others.get(each) == CASH) for each in world.doors)
    return answered(request, many({"account": each, "authority-level": "owner"} for each in mine))


async def one_account(request: web.Request) -> web.Response:
    """One of them."""
    number, world = door_of(request).account, world_of(request)
    is_cash = world.others.get(number) == CASH
    return answered(request, one(account(number, instant(world.clock()), is_cash=is_cash)))


async def balances(request: web.Request) -> web.Response:
    """What the account has and owes."""
    now = world_of(request).look()
    return answered(request, one(balance(door_of(request), now)))


async def held(request: web.Request) -> web.Response:
    """Its positions."""
    now = world_of(request).look()
    marks = request.query.get("include-marks") == "true"
    return answered(request, many(positions(door_of(request), now, with_marks=marks)))


async def who(request: web.Request) -> web.Response:
    """The customer."""
    return answered(request, one(customer(instant(world_of(request).clock()))))


async def may(request: web.Request) -> web.Response:
    """What the account is allowed to do."""
    at, door = instant(world_of(request).look().at), door_of(request)
    return answered(request, one(trading_status(door.account, at, is_called=door.is_called)))


async def limits(request: web.Request) -> web.Response:
    """The most it may order and hold."""
    return answered(request, one(position_limit(door_of(request).account)))


async def snapshots(request: web.Request) -> web.Response:
    """Its balances at the ends of days: of today alone, as it is now."""
    now, when = world_of(request).look(), request.query.get("time-of-day", "EOD")
    row: Json = balance(door_of(request), now) | {"time-of-day": when}
    return answered(request, paged([row], *page_of(request)))


async def history(request: web.Request) -> web.Response:
    """What happened to it."""
    world_of(request).look()
    query = {name: request.query.getall(name) for name in request.query}
    rows = wanted(transactions(door_of(request)), query)
    return answered(request, paged(rows, *page_of(request)))


async def one_transaction(request: web.Request) -> web.Response:
    """One thing that happened to it."""
    number = numbered(request, "row")
    found = [row for row in transactions(door_of(request)) if row["id"] == number]
    if not found:
        raise Problem(404, "record_not_found", f"Couldn't find transaction {number}")
    return answered(request, one(found[0]))


async def fees(request: web.Request) -> web.Response:
    """What it paid in fees on a day, today's where none is named."""
    today = world_of(request).look().at.date()
    try:
        day = date.fromisoformat(request.query.get("date", today.isoformat()))
    except ValueError as wrong:
        raise Problem(400, "bad_request", "date is a day such as 2026-11-27") from wrong
    return answered(request, one(with_effect("total-fees", -fees_on(door_of(request), day))))


async def margin(request: web.Request) -> web.Response:
    """What all that is held needs."""
    return answered(request, one(margin_report(door_of(request), world_of(request).look())))


async def net_liq(request: web.Request) -> web.Response:
    """What it was worth: the value now, under the names of both generations of clients."""
    now = world_of(request).look()
    worth = float(door_of(request).exchange.net_liq(now))
    row: Json = {"time": instant(now.at)}
    for name in ("open", "high", "low", "close"):
        row |= {name: worth, f"pending-cash-{name}": 0.0, f"total-{name}": worth}
        row |= {f"pendingCash{name.title()}": 0.0, f"total{name.title()}": worth}
    return answered(request, many([row]))


async def net_liq_now(request: web.Request) -> web.Response:
    """What it is worth now."""
    now, door = world_of(request).look(), door_of(request)
    worth = plain(cents(door.exchange.net_liq(now)))
    row = {"account-number": door.account, "net-liquidating-value": worth, "time": instant(now.at)}
    return answered(request, one(row))


async def effective_margin(request: web.Request) -> web.Response:
    """The rates an underlying is margined at here."""
    symbol = request.match_info["symbol"]
    root = root_of(symbol)
    if not root:
        raise Problem(404, "record_not_found", f"Couldn't find an underlying {symbol}")
    today = world_of(request).look().at.date()
    door_of(request)
    return answered(request, one(effective(symbol, root, today)))


ROUTES = (
    web.get("/accounts/{number}/net-liq", net_liq_now),
    web.get("/accounts/{number}/margin-requirements/{symbol:.+}/effective", effective_margin),
    web.get("/customers/me", who),
    web.get("/accounts/{number}/trading-status", may),
    web.get("/accounts/{number}/position-limit", limits),
    web.get("/accounts/{number}/balance-snapshots", snapshots),
    web.get("/accounts/{number}/transactions", history),
    web.get("/accounts/{number}/transactions/total-fees", fees),
    web.get(r"/accounts/{number}/transactions/{row:\d+}", one_transaction),
    web.get("/accounts/{number}/net-liq/history", net_liq),
    web.get("/margin/accounts/{number}/requirements", margin),
    web.get("/customers/me/accounts", accounts),
    web.get("/customers/me/accounts/{number}", one_account),
    web.get("/accounts/{number}/balances", balances),
    web.get("/accounts/{number}/balances/{currency}", balances),
    web.get("/accounts/{number}/positions", held),
)
