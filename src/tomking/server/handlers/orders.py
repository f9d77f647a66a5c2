"""Requests about orders."""

from aiohttp import web

from tomking.server import brackets, orders
from tomking.server.answers import many, one, paged
from tomking.server.desk import answered, door_of, json_of, number_of, page_of, world_of
from tomking.server.shown.orders import shown
from tomking.wire.words import ALIVE


async def all_orders(request: web.Request) -> web.Response:
    """Its orders, newest first."""
    world_of(request).look()
    door = door_of(request)
    rows = [shown(entry, door.account) for entry in reversed(door.entries.values())]
    return answered(request, paged(rows, *page_of(request)))


async def live_orders(request: web.Request) -> web.Response:
    """Orders that were made or changed today, whatever became of them."""
    now, door = world_of(request).look(), door_of(request)
    day = now.day.session.day
    rows = (
        shown(entry, door.account)
        for entry in door.entries.values()
        if entry.word in ALIVE
        or entry.updated.astimezone(now.day.session.opens.tzinfo).date() == day
    )
    return answered(request, many(rows))


async def one_order(request: web.Request) -> web.Response:
    """One of its orders."""
    world_of(request).look()
    door = door_of(request)
    return answered(request, one(shown(orders.found(door, number_of(request)), door.account)))


async def place(request: web.Request) -> web.Response:
    """Take an order, or what replaces one."""
    body, world = await json_of(request), world_of(request)
    return answered(request, orders.place(world, door_of(request), body, number_of(request)))


async def try_out(request: web.Request) -> web.Response:
    """What an order would need."""
    body, world = await json_of(request), world_of(request)
    if body.get("order-type") == orders.NOTIONAL:
        return answered(request, orders.notional(world, door_of(request), body))
    return answered(request, orders.dry_run(world, door_of(request), body, number_of(request)))


async def cancel(request: web.Request) -> web.Response:
    """Ask for an order's end."""
    world = world_of(request)
    return answered(request, orders.cancel(world, door_of(request), number_of(request)))


async def all_complex(request: web.Request) -> web.Response:
    """Its complex orders, newest first."""
    world_of(request).look()
    return answered(request, paged(list(brackets.live(door_of(request))), *page_of(request)))


async def live_complex(request: web.Request) -> web.Response:
    """The same, without pages."""
    world_of(request).look()
    return answered(request, many(brackets.live(door_of(request))))


async def one_complex(request: web.Request) -> web.Response:
    """One of them."""
    world_of(request).look()
    door = door_of(request)
    return answered(
        request, one(brackets.complex_of(door, brackets.found(door, number_of(request))))
    )


async def place_complex(request: web.Request) -> web.Response:
    """Take a complex order."""
    body = await json_of(request)
    return answered(request, brackets.place(world_of(request), door_of(request), body))


async def try_complex(request: web.Request) -> web.Response:
    """What a complex order would need."""
    body = await json_of(request)
    return answered(request, brackets.dry_run(world_of(request), door_of(request), body))


async def cancel_complex(request: web.Request) -> web.Response:
    """Ask for the end of all of it."""
    return answered(
        request, brackets.cancel(world_of(request), door_of(request), number_of(request))
    )


ROUTES = (
    web.get("/accounts/{number}/complex-orders", all_complex),
    web.post("/accounts/{number}/complex-orders", place_complex),
    web.post("/accounts/{number}/complex-orders/dry-run", try_complex),
    web.get("/accounts/{number}/complex-orders/live", live_complex),
    web.get(r"/accounts/{number}/complex-orders/{order:\d+}", one_complex),
    web.delete(r"/accounts/{number}/complex-orders/{order:\d+}", cancel_complex),
    web.get("/accounts/{number}/orders", all_orders),
    web.post("/accounts/{number}/orders", place),
    web.post("/accounts/{number}/orders/dry-run", try_out),
    web.get("/accounts/{number}/orders/live", live_orders),
    web.get("/accounts/{number}/orders/{order:\\d+}", one_order),
    web.put("/accounts/{number}/orders/{order:\\d+}", place),
    web.delete("/accounts/{number}/orders/{order:\\d+}", cancel),
    web.post("/accounts/{number}/orders/{order:\\d+}/dry-run", try_out),
)
