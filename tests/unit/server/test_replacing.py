"""What stands in for an order: what is left of it and nothing else, and never beside it."""

from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from tomking.exchange.fills import in_lots, spread_fraction
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from tomking.server import brackets, orders
from tomking.server.answers import Json, Problem
from tomking.server.door import Door
from tomking.server.world import World
from worlds.served import NUMBER, Hands, put_in, world_at

pytestmark = pytest.mark.unit


@cache
def symbol(delta: float) -> str:
    """A put by its delta in the first hour, whatever that is later."""
    return put_in(world_at()[0], delta)[0]


def asked(price: str, action: str = "Buy to Open", quantity: int = 1, delta: float = 0.30) -> Json:
    """An order for a put, good till it is cancelled."""
    leg = {
        "instrument-type": "Equity Option", "symbol": symbol(delta), "action": action,
        "quantity": quantity,
    }  # fmt: skip
    effect = "Debit" if action.startswith("Buy") else "Credit"
    return {
        "time-in-force": "GTC", "order-type": "Limit", "price": price, "price-effect": effect,
        "legs": [leg],
    }  # fmt: skip


def at_work(price: str, quantity: int = 1, lot: int = 0) -> tuple[World, Hands, Door]:
    """A world in which an order, the first, has been at work for a minute and a bit."""
    world, clock = world_at()
    if lot:
        model = in_lots(spread_fraction(0.5), lot)
        exchange = Exchange(Decimal(100_000), TASTYTRADE, model, "tastytrade")
        world.doors[NUMBER] = Door(NUMBER, exchange)
    orders.place(world, world.doors[NUMBER], asked(price, quantity=quantity))
    clock.pass_minutes(1.1)
    world.look()
    return world, clock, world.doors[NUMBER]


def later(world: World, clock: Hands, minutes: int = 4) -> None:
    """The market is looked at minute by minute."""
    for _ in range(minutes):
        clock.pass_minutes(1.0)
        world.look()


def without_legs(body: Json) -> Json:
    """A body as the broker's own clients send it to replace an order."""
    return {name: said for name, said in body.items() if name != "legs"}


def held(door: Door) -> list[int]:
    """Contracts held."""
    return list(door.exchange.holdings().values())


@pytest.mark.parametrize(
    "named", [False, True], ids=["without legs", "with the legs that are left"]
)
def test_what_replaces_an_order_that_has_traded_in_part_is_for_what_is_left(named: bool) -> None:
    world, clock, door = at_work("9.00", quantity=3, lot=1)
    assert door.entries[1].filled(0) == 1
    body = asked("8.00", quantity=2)
    orders.place(world, door, body if named else without_legs(body), 1)
    later(world, clock)
    assert (door.entries[1].word, door.entries[2].word) == ("Cancelled", "Filled")
    assert held(door) == [3]


@pytest.mark.parametrize(
    "change", [{"quantity": 2}, {"delta": 0.20}, {"action": "Sell to Open"}],
    ids=["more of it", "another contract", "the other side"],
)  # fmt: skip
def test_a_replacement_takes_no_other_legs_and_is_refused_with_them(change: dict[str, Any]) -> None:
    world, clock, door = at_work("0.05")
    body = asked("0.10", **change)
    with pytest.raises(Problem) as refused:
        orders.place(world, door, body, 1)
    assert (refused.value.status, refused.value.code) == (422, "cannot_update_order")
    assert (
        orders.dry_run(world, door, body, 1).status == 201
    )  # which asks about an order, not for it
    later(world, clock)
    assert (door.entries[1].word, list(door.entries), held(door)) == ("Live", [1], [])


@pytest.mark.parametrize("number", [2, 3], ids=["the trigger", "what waits for it"])
def test_what_waits_for_a_trigger_does_not_begin_before_it_by_being_replaced(number: int) -> None:
    world, clock = world_at()
    door = world.doors[NUMBER]
    first, second = asked("0.05"), asked("0.06", delta=0.20)
    brackets.place(world, door, {"type": "OTO", "trigger-order": first, "orders": [second]})
    later(world, clock, 2)
    dearer = {**(first if number == 2 else second), "price": "9.00"}
    with pytest.raises(Problem) as refused:
        orders.place(world, door, dearer, number)
    assert refused.value.errors[0]["code"] == "cannot_update_order"
    later(world, clock)
    assert [entry.word for entry in door.entries.values()] == ["Live", "Contingent"]
    assert held(door) == []


def test_the_end_of_a_complex_order_is_that_of_what_replaced_a_part_of_it() -> None:
    world, clock, door = at_work("9.00")
    sales = [asked(price, "Sell to Close") for price in ("9.00", "8.00")]
    group = brackets.place(world, door, {"type": "OCO", "orders": sales})
    number = group.body["data"]["complex-order"]["id"]
    later(world, clock, 2)
    orders.place(world, door, {**sales[0], "price": "7.00"}, 3)
    later(world, clock, 2)
    seen = brackets.complex_of(door, door.groups[number])["orders"]
    assert [(row["id"], row["status"]) for row in seen] == [
        (3, "Cancelled"), (5, "Live"), (4, "Live"),
    ]  # fmt: skip
    assert {row["complex-order-id"] for row in seen} == {number}
    brackets.cancel(world, door, number)
    later(world, clock, 2)
    assert door.entries[5].word == "Cancelled"
    assert held(door) == [1]


def test_what_was_to_trade_later_does_not_once_it_has_been_replaced() -> None:
    world, clock = world_at()
    door = world.doors[NUMBER]
    body = asked("5.00")
    orders.place(world, door, body | {"behavior": "delayed", "delay": 120}, fated=True)
    orders.place(world, door, body | {"behavior": "immediate"}, 1, fated=True)
    later(world, clock)
    assert [entry.word for entry in door.entries.values()] == ["Cancelled", "Filled"]
    assert held(door) == [1]


def test_what_never_trades_ends_what_it_replaces_all_the_same() -> None:
    world, clock, door = at_work("0.05")
    orders.place(world, door, asked("9.00") | {"behavior": "never"}, 1, fated=True)
    later(world, clock)
    assert [entry.word for entry in door.entries.values()] == ["Cancelled", "Live"]
    assert held(door) == []


def test_of_an_order_of_the_evening_and_what_replaces_it_one_trades_in_the_morning() -> None:
    world, clock = world_at(410.0)
    door = world.doors[NUMBER]
    orders.place(world, door, asked("9.00"))
    orders.place(world, door, asked("8.00"), 1)
    clock.pass_minutes(1440.0 - 405.0)
    later(world, clock)
    assert [entry.word for entry in door.entries.values()] == ["Cancelled", "Filled"]
    assert held(door) == [1]
