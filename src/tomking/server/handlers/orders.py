"""Requests about orders."""

from collections.abc import Iterator

from aiohttp import web

from tomking.market.snapshot import Snapshot
from tomking.server import brackets, orders
from tomking.server.answers import Json, many, one, paged
from tomking.server.desk import answered, door_of, has_key, json_of, number_of, page_of, world_of
from tomking.server.door import Door
from tomking.server.shown.orders import shown
from tomking.server.world import World
from tomking.wire.words import ALIVE


async def all_orders(request: web.Request) -> web.Response:
    """Its orders, newest first."""
    world_of(request).look()
    door = door_of(request)
    rows = [shown(entry, door.account) for entry in reversed(door.entries.values())]
    return answered(request, paged(rows, *page_of(request)))


async def live_orders(request: web.Request) -> web.Response:
    """Orders that were made or changed today, whatever became of them."""
    now = world_of(request).look()
    return answered(request, many(_live(door_of(request), now)))


def _live(door: Door, now: Snapshot) -> Iterator[Json]:
    day, zone = now.day.session.day, now.day.session.opens.tzinfo
    for entry in door.entries.values():
        if entry.word in ALIVE or entry.updated.astimezone(zone).date() == day:
            yield shown(entry, door.account)


async def all_of_customer(request: web.Request) -> web.Response:
    """The orders of all accounts, newest first."""
    doors = world_after_look(request).doors.values()
    rows = [shown(each, door.account) for door in doors for each in door.entries.values()]
    return answered(request, paged(sorted(rows, key=_newest), *page_of(request)))


async def live_of_customer(request: web.Request) -> web.Response:
    """What was made or changed today in any account."""
    world = world_after_look(request)
    now = world.look()
    return answered(request, many(row for door in world.doors.values() for row in _live(door, now)))


def world_after_look(request: web.Request) -> World:
    """The world, after everything that has happened by now."""
    world = world_of(request)
    world.look()
    return world


def _newest(row: Json) -> int:
    return -int(row["id"])


async def one_order(request: web.Request) -> web.Response:
    """One of its orders."""
    world_of(request).look()
    door = door_of(request)
    return answered(request, one(shown(orders.found(door, number_of(request)), door.account)))


async def place(request: web.Request) -> web.Response:
    """Take an order, or what replaces one."""
    body, world = await json_of(request), world_of(request)
    number, fated = number_of(request), has_key(request)
    return answered(request, orders.place(world, door_of(request), body, number, fated=fated))


async def try_out(request: web.Request) -> web.Response:
    """What an order would need."""
    body, world = await json_of(request), world_of(request)
    if body.get("order-type") == orders.NOTIONAL:
        return answered(request, orders.notional(world, door_of(request), body))
    return answered(request, orders.dry_run(world, door_of(request), body, number_of(request)))


async def try_margin(request: web.Request) -> web.Response:
    """What an order would do to buying power, as the margin service says it."""
    body, world = await json_of(request), world_of(request)
    data = orders.dry_run(world, door_of(request), body).body["data"]
    effect = data["buying-power-effect"]
    results = {
        "buying-power-impact": effect["impact"], "buying-power-impact-effect": effect["effect"],
        **{name: said for name, said in effect.items() if name.startswith(("change", "new"))},
    }  # fmt: skip
    return answered(request, one({"orders": [data["order"]], "last-results": results}, 201))


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
    web.patch("/accounts/{number}/orders/{order:\\d+}", place),
    web.get("/customers/me/orders", all_of_customer),
    web.get("/customers/me/orders/live", live_of_customer),
    web.post("/margin/accounts/{number}/dry-run", try_margin),
    web.delete("/accounts/{number}/orders/{order:\\d+}", cancel),
    web.post("/accounts/{number}/orders/{order:\\d+}/dry-run", try_out),
)
