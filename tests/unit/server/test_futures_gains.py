"""What closing futures brings is a transaction, so that they add up to the cash with futures too."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest

from tomking.core.facts import LegFilled, Settled
from tomking.market.snapshot import Marks
from tomking.server import orders
from tomking.server.answers import Problem
from tomking.server.file import LedgerFile
from tomking.server.gains import Gains
from tomking.server.keeping import keeper, taken_up
from tomking.server.shelf import Shelf
from tomking.server.shown.history import transactions
from tomking.server.tokens import Tokens
from tomking.wire.amounts import amount_of
from tomking.wire.symbols import contract_of
from worlds.served import DAY, NUMBER, put_in, world_at
from worlds.standing import standing

pytestmark = pytest.mark.integration


def wish(action, quantity):
    leg = {"instrument-type": "Future", "symbol": "/MESM7", "quantity": quantity, "action": action}
    return {"order-type": "Market", "time-in-force": "Day", "legs": [leg]}


def traded(world, clock, *wishes):
    door = world.doors[NUMBER]
    for action, quantity in wishes:
        orders.place(world, door, wish(action, quantity))
        clock.pass_minutes(20)
        world.look()
    return door


def added_up(door):
    return sum((amount_of(row, "net-value") for row in transactions(door)), Decimal(0))


def test_transactions_add_up_to_the_cash_when_futures_are_closed_in_parts():
    world, clock = world_at()
    door = traded(world, clock, ("Buy", 3), ("Sell", 1), ("Sell", 2), ("Sell", 1), ("Buy", 1))
    assert not door.exchange.holdings()
    assert Decimal(100_000) + added_up(door) == door.exchange.ledger.cash
    marks = [row for row in transactions(door) if row["transaction-sub-type"] == "Mark to Market"]
    assert [row["symbol"] for row in marks] == ["/MESM7"] * 3
    assert len({row["id"] for row in transactions(door)}) == 8


def test_opening_a_future_brings_nothing():
    world, clock = world_at()
    door = traded(world, clock, ("Buy", 1), ("Buy", 1))
    assert {row["transaction-type"] for row in transactions(door)} == {"Trade"}


def test_a_delivered_future_that_closes_one_brings_what_it_closes():
    held = contract_of("/ESM7", DAY)
    put = contract_of("./ESM7 E1AM7 170616P2400", DAY)
    at = world_at()[1].at
    bought = LegFilled(at, "1#0", 0, held, 1, Decimal(2350), Decimal(0), "f1")
    given = Settled(
        at, "p", put, 1, 2340.0, Decimal(0), Decimal(0), "exercised", held, -1, Decimal(2400)
    )
    assert Gains().at(2, [bought, given]) == Decimal(2500)


def test_the_gain_is_a_row_of_the_ledger_file_and_outlives_a_restart(tmp_path):
    world, clock = world_at()
    tokens = Tokens("secret", "refresh")
    file = LedgerFile.opened(tmp_path / "ledger.db", "terms")
    world.keep = keeper(file, world, tokens, {})
    door = traded(world, clock, ("Buy", 2), ("Sell", 1))
    (count,) = file.connection.execute(
        "SELECT count(*) FROM transactions WHERE sub_type='Mark to Market'"
    ).fetchone()
    assert count == 1
    other, _ = world_at()
    taken_up(LedgerFile.opened(tmp_path / "ledger.db", "terms"), other, tokens, {})
    assert transactions(other.doors[NUMBER]) == transactions(door)


@dataclass(frozen=True, slots=True)
class Blind(Shelf):
    """A market that has no quotes at all."""

    def marks(self, legs, shock=None):
        return Marks(np.full((9, len(legs)), np.nan), np.full(len(legs), np.nan))


@pytest.mark.parametrize(
    "path",
    ["accounts/{}/balances", "accounts/{}/balance-snapshots", "accounts/{}/net-liq",
     "accounts/{}/net-liq/history", "margin/accounts/{}/requirements"],
)  # fmt: skip
def test_while_something_held_has_no_quote_its_worth_is_not_available(path):
    with standing() as there:
        line, door = there.line(), there.world.doors[NUMBER]
        symbol = put_in(there.world, 0.3)[0]
        leg = {"instrument-type": "Equity Option", "symbol": symbol, "quantity": 1,
               "action": "Buy to Open"}  # fmt: skip
        market = there.world.market
        line.send(
            "POST", f"/accounts/{NUMBER}/orders",
            {"order-type": "Market", "time-in-force": "Day", "legs": [leg]},
        )  # fmt: skip
        there.clock.pass_minutes(2)
        assert line.get(f"/accounts/{NUMBER}/positions")["items"]
        there.world.market = lambda at: Blind(market(at))
        there.clock.pass_minutes(1)
        (held,) = line.get(f"/accounts/{NUMBER}/positions")["items"]
        assert held["close-price"] == held["average-open-price"]
        answer = there.asked(path.format(NUMBER))
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "quotes_unavailable")
        assert door.exchange.holdings()


def test_a_wrong_order_for_a_future_is_refused_as_any_other():
    world, _ = world_at()
    with pytest.raises(Problem):
        orders.place(world, world.doors[NUMBER], wish("Buy to Open", 1) | {"legs": []})
