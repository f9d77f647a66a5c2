"""What has changed is kept before anybody is told of it, and what cannot be kept is told to nobody."""

from pathlib import Path

import pytest

from tomking.core.errors import DataError
from tomking.server import orders
from tomking.server.answers import Json, Problem
from tomking.server.file import LedgerFile
from tomking.server.keeping import keeper, taken_up
from tomking.server.shown.balances import worth_of
from tomking.server.tokens import Tokens
from tomking.server.world import Notice, World, nothing
from worlds.served import NUMBER, put_in, world_at

pytestmark = pytest.mark.unit


def sold(world: World) -> Json:
    """An order to sell a put for what anybody pays."""
    leg = {
        "instrument-type": "Equity Option", "symbol": put_in(world, 0.30)[0],
        "action": "Sell to Open", "quantity": 1,
    }  # fmt: skip
    return {
        "time-in-force": "Day", "order-type": "Limit", "price": "0.05", "price-effect": "Credit",
        "legs": [leg],
    }  # fmt: skip


def test_everything_is_kept_before_it_is_told() -> None:
    world, clock = world_at()
    world.look()
    log: list[str] = []

    def keep() -> None:
        """What the disk would have now."""
        entry = world.doors[NUMBER].entries.get(1)
        log.append(f"kept {entry.word}" if entry else "kept")

    def hear(_: str, notice: Notice) -> None:
        """What a client is told now."""
        log.append(f"told {notice[1].get('status', notice[0])}")

    world.keep = keep
    world.listeners.append(hear)
    orders.place(world, world.doors[NUMBER], sold(world))
    clock.pass_minutes(2)
    world.look()
    assert log == [
        "kept Received", "told Received", "kept Filled", "told Filled", "told CurrentPosition",
        "told AccountBalance",
    ]  # fmt: skip


def test_an_order_and_what_happened_before_it_are_kept_by_one_write() -> None:
    world, clock = world_at()
    door, writes, told = world.doors[NUMBER], list[int](), list[str]()
    body = sold(world)  # which looks at the market
    orders.place(world, door, body)
    clock.pass_minutes(2)
    world.keep = lambda: writes.append(len(door.entries))
    world.listeners.append(lambda _, notice: told.append(str(notice[1].get("status", notice[0]))))
    orders.place(world, door, body)
    assert writes == [2]
    assert told == ["Filled", "CurrentPosition", "AccountBalance", "Received"]


def test_what_happened_before_a_refused_order_is_kept_and_told() -> None:
    world, clock = world_at()
    door, told = world.doors[NUMBER], list[str]()
    orders.place(world, door, sold(world))
    clock.pass_minutes(2)
    world.listeners.append(lambda _, notice: told.append(str(notice[1].get("status", notice[0]))))
    with pytest.raises(Problem):
        orders.place(world, door, {"order-type": "Sometimes"})
    assert told[0] == "Filled"


def test_what_cannot_be_kept_is_told_to_nobody() -> None:
    world, _ = world_at()
    world.look()
    told: list[Notice] = []
    world.listeners.append(lambda _, notice: told.append(notice))

    def keep() -> None:
        """A disk without room."""
        raise DataError("the disk is full")

    world.keep = keep
    door, body = world.doors[NUMBER], sold(world)
    with pytest.raises(DataError, match="full"):
        orders.place(world, door, body)
    assert told == []
    assert not door.entries  # nor found by whoever looks for it
    world.keep = nothing
    assert orders.place(world, door, body).body["data"]["order"]["id"] == 1
    assert [kind for kind, _ in told] == ["Order"]


def test_tokens_and_watchlists_are_taken_up_with_the_account(tmp_path: Path) -> None:
    world, clock = world_at()
    tokens, lists = Tokens("secret", "refresh"), {"mine": {"name": "mine", "watchlist-entries": []}}
    token = tokens.make(clock.at)
    file = LedgerFile.opened(tmp_path / "ledger.db", "terms")
    assert taken_up(file, world, tokens, {}) is None
    keeper(file, world, tokens, lists)()
    others, found = Tokens("", ""), dict[str, Json]()
    at = taken_up(LedgerFile.opened(tmp_path / "ledger.db", "terms"), world, others, found)
    assert at == clock.at
    assert found == lists
    assert others.knows(token, clock.at)
    assert others.give("secret", "refresh", clock.at) not in (None, token)


def test_what_a_bug_undoes_leaves_no_trace_in_how_orders_are_matched() -> None:
    world, clock = world_at()
    door, body = world.doors[NUMBER], sold(world)

    def act() -> None:
        """An order for something far cheaper that trades, and then a bug."""
        leg = body["legs"][0] | {"symbol": put_in(world, 0.05)[0]}
        entry, _ = door.place(
            orders.asked_of(door, body | {"legs": [leg]}, world.look()), world.look()
        )
        door.meet(entry.number, world.look())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.as_one(act)
    orders.place(world, door, body)
    clock.pass_minutes(2)
    world.look()
    (fill,) = door.entries[1].fills
    (mark,) = worth_of(door.exchange.ledger, world.look()).values()
    assert float(fill.price) == pytest.approx(mark, rel=0.05)
