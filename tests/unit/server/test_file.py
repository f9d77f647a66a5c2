"""The ledger file: what is written is what is read, and what does not hold is refused in a sentence."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tomking.core.errors import ConfigError, DataCorrupt, InvariantError
from tomking.server import brackets, orders
from tomking.server.changes import Written
from tomking.server.file import LedgerFile
from tomking.server.kept import KeptDoor, KeptHouse, apart, text_of, together
from tomking.server.tokens import Tokens
from tomking.server.world import World
from tomking.wire.symbols import trading_symbol
from worlds.served import NUMBER, Hands, put_in, world_at

pytestmark = pytest.mark.unit
TERMS = "--seed 7"


def body(
    world: World, delta: float, price: str, effect: str, tif: str = "GTC"
) -> dict[str, object]:
    """An order to sell or buy one put."""
    action = "Sell to Open" if effect == "Credit" else "Buy to Open"
    leg = {
        "instrument-type": "Equity Option", "symbol": put_in(world, delta)[0], "action": action,
        "quantity": 1,
    }  # fmt: skip
    return {
        "time-in-force": tif, "order-type": "Limit", "price": price, "price-effect": effect,
        "external-identifier": f"ours/{price}", "legs": [leg],
    }  # fmt: skip


def lively() -> tuple[World, Hands]:
    """An account in which an order has filled, one rests, one is asked to end and two wait for it."""
    world, clock = world_at(cash="1000000")
    door = world.doors[NUMBER]
    orders.place(world, door, body(world, 0.30, "0.05", "Credit"))
    orders.place(world, door, body(world, 0.20, "0.05", "Debit"))
    clock.pass_minutes()
    orders.place(world, door, body(world, 0.20, "0.06", "Debit") | {"legs": []}, 2)
    first = body(world, 0.25, "0.07", "Debit")
    others = [body(world, 0.15, "0.08", "Debit"), body(world, 0.10, "0.09", "Debit")]
    brackets.place(world, door, {"type": "OTOCO", "trigger-order": first, "orders": others})
    return world, clock


def house(world: World) -> KeptHouse:
    """What belongs to no account, at the instant of the last look."""
    assert world.seen is not None
    return KeptHouse(
        world.seen, Tokens("secret", "refresh").kept(), {"mine": '{"name":"mine"}'}, {}
    )


def written(path: Path, world: World) -> LedgerFile:
    """A file that holds a world."""
    file = LedgerFile.opened(path, TERMS)
    assert file.is_empty
    assert file.write(world.doors, house(world))
    return file


def test_every_part_of_an_account_comes_back_from_its_rows_as_it_was() -> None:
    world, _ = lively()
    kept = world.doors[NUMBER].kept()
    assert kept.exchange.orders.working
    assert kept.exchange.orders.cancels
    assert kept.exchange.ledger.holdings
    assert {each.waits for each in kept.exchange.orders.working.values()} >= {"2#1"}
    rows = {
        part: {text_of(key): text_of(item) for key, item in items.items()}
        for part, items in apart(kept)
    }
    assert together(KeptDoor, rows) == kept


def test_an_account_that_was_taken_up_goes_on_exactly_as_the_other_does(tmp_path: Path) -> None:
    world, clock = lively()
    written(tmp_path / "ledger.db", world).close()
    other, hands = world_at(cash="5")
    file = LedgerFile.opened(tmp_path / "ledger.db", TERMS)
    found = file.take_up(lambda _: other.doors)
    assert found == house(world)
    there, here = other.doors[NUMBER], world.doors[NUMBER]
    assert there.kept() == here.kept()
    assert there.facts == here.facts
    hands.at = clock.at
    for _ in range(3):
        clock.pass_minutes(200)
        hands.pass_minutes(200)
        assert there.look(other.market(hands.at)) == here.look(world.market(clock.at))
    assert there.kept() == here.kept()


def test_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    world, _ = lively()
    file = written(tmp_path / "ledger.db", world)
    assert not file.write(world.doors, house(world))


def test_a_change_is_written_as_the_rows_it_changes() -> None:
    known = Written()
    known.keep(known.compared("a", iter([("part", {1: "one", 2: "two", 3: "three"})])))
    made = known.compared("a", iter([("part", {1: "one", 3: "drei", 4: "four"})]))
    assert made.gone == [("a", "part", "2")]
    assert made.put == [("a", "part", "3", '"drei"'), ("a", "part", "4", '"four"')]


def test_another_order_of_the_same_items_is_written_anew() -> None:
    known = Written()
    known.keep(known.compared("a", iter([("part", {1: "one", 2: "two"})])))
    made = known.compared("a", iter([("part", {2: "two", 1: "one"})]))
    assert [row[2] for row in made.put] == ["2", "1"]
    assert made.change == 0


def test_the_clock_is_written_ahead_and_not_with_every_look(tmp_path: Path) -> None:
    world, clock = world_at()
    world.look()
    file = LedgerFile.opened(tmp_path / "ledger.db", TERMS, ahead=timedelta(minutes=5))
    began = clock.at
    file.write(world.doors, house(world))
    assert file.until == began + timedelta(minutes=5)
    clock.pass_minutes(4)
    world.look()
    assert not file.write(world.doors, house(world))
    clock.pass_minutes(2)
    world.look()
    assert file.write(world.doors, house(world))
    assert file.until == clock.at + timedelta(minutes=5)


def test_whoever_reads_the_file_finds_orders_fills_and_holdings_in_plain_columns(
    tmp_path: Path,
) -> None:
    world, _ = lively()
    written(tmp_path / "ledger.db", world).close()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as reader:
        seen = reader.execute("SELECT number, external_identifier, status FROM orders").fetchall()
        fill = reader.execute("SELECT order_number, quantity, price, fee FROM fills").fetchall()
        held = reader.execute("SELECT symbol, quantity FROM holdings").fetchall()
        (cash,) = reader.execute("SELECT cash FROM accounts").fetchone()
    assert seen[:3] == [
        (1, "ours/0.05", "Filled"), (2, "ours/0.05", "Cancel Requested"),
        (3, "ours/0.06", "Contingent"),
    ]  # fmt: skip
    assert [row[:2] for row in fill] == [(1, -1)]
    ledger = world.doors[NUMBER].exchange.ledger
    assert held == [(trading_symbol(next(iter(ledger.holdings))), -1)]
    assert cash == str(ledger.cash)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("DELETE FROM state WHERE part='exchange.orders.working'", "changed"),
        ("UPDATE state SET payload='\"9.0\"' WHERE part LIKE '%cash'", "changed"),
        ("DELETE FROM facts WHERE place=1", "changed"),
        ("UPDATE fills SET quantity=-2", "fills are not"),
        ("DELETE FROM holdings", "holdings are not"),
        ("UPDATE accounts SET cash='1'", "accounts are not"),
        ("UPDATE orders SET status='Live' WHERE number=1", "orders are not"),
        ("DELETE FROM about WHERE name='seal'", "say its seal"),
        ("DROP TABLE facts", "no such table"),
        ("PRAGMA application_id=1", "no ledger"),
        ("PRAGMA user_version=99", "version 99"),
    ],
)  # fmt: skip
def test_a_file_that_was_changed_is_refused(tmp_path: Path, harm: str, said: str) -> None:
    world, _ = lively()
    written(tmp_path / "ledger.db", world).close()
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as file:
        file.execute(harm)
    with pytest.raises(DataCorrupt, match=said):
        LedgerFile.opened(tmp_path / "ledger.db", TERMS).take_up(lambda _: world_at()[0].doors)


@pytest.mark.parametrize("bytes_", [b"", b"no database at all, but longer than a page" * 200])
def test_a_foreign_file_is_refused(tmp_path: Path, bytes_: bytes) -> None:
    (tmp_path / "ledger.db").write_bytes(bytes_)
    with pytest.raises(DataCorrupt, match="cannot be served"):
        LedgerFile.opened(tmp_path / "ledger.db", TERMS)
    assert (tmp_path / "ledger.db").read_bytes() == bytes_


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    world, _ = lively()
    written(tmp_path / "ledger.db", world).close()
    whole = (tmp_path / "ledger.db").read_bytes()
    for kept in (len(whole) // 2, len(whole) - 4096):
        (tmp_path / "ledger.db").write_bytes(whole[:kept])
        with pytest.raises(DataCorrupt, match="cannot be served"):
            LedgerFile.opened(tmp_path / "ledger.db", TERMS).take_up(lambda _: world_at()[0].doors)


def test_what_is_left_of_a_file_that_is_gone_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "ledger.db-wal").write_bytes(b"what was not yet in the file")
    with pytest.raises(DataCorrupt, match=r"ledger\.db-wal"):
        LedgerFile.opened(tmp_path / "ledger.db", TERMS)


def test_another_market_behind_a_file_is_refused(tmp_path: Path) -> None:
    world, _ = lively()
    written(tmp_path / "ledger.db", world).close()
    with pytest.raises(ConfigError, match="begun with --seed 7, not --seed 8"):
        LedgerFile.opened(tmp_path / "ledger.db", "--seed 8")


def test_a_server_whose_file_another_has_opened_writes_no_more(tmp_path: Path) -> None:
    world, clock = lively()
    first = written(tmp_path / "ledger.db", world)
    LedgerFile.opened(tmp_path / "ledger.db", TERMS)
    clock.pass_minutes()
    world.look()
    with pytest.raises(InvariantError, match="another server"):
        first.write(world.doors, house(world))
