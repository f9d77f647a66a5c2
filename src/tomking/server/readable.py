"""What a ledger file shows to whoever reads it with plain SQL: orders, fills, transactions, holdings.

Symbols are the broker's, times ISO 8601, amounts decimal text with + for what comes in. Shares are
counted one by one, as a client sees them.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from tomking.core.facts import Fact, LegFilled
from tomking.exchange.ledger import Ledger, multiplier, size
from tomking.server.door import Door
from tomking.server.entry import Entry
from tomking.server.shown.history import booked
from tomking.wire.amounts import amount_of
from tomking.wire.symbols import trading_symbol

Row = tuple[Any, ...]

TABLES = """
CREATE TABLE accounts(account TEXT PRIMARY KEY, cash TEXT NOT NULL, fees TEXT NOT NULL) STRICT;
CREATE TABLE holdings(
    account TEXT NOT NULL, symbol TEXT NOT NULL, quantity INTEGER NOT NULL, cost TEXT NOT NULL,
    PRIMARY KEY(account, symbol)) STRICT;
CREATE TABLE orders(
    account TEXT NOT NULL, number INTEGER NOT NULL, external_identifier TEXT NOT NULL,
    status TEXT NOT NULL, received TEXT NOT NULL, updated TEXT NOT NULL, ended TEXT,
    replaces INTEGER, complex_order INTEGER, PRIMARY KEY(account, number)) STRICT;
CREATE TABLE fills(
    account TEXT NOT NULL, fill TEXT NOT NULL, order_number INTEGER NOT NULL,
    symbol TEXT NOT NULL, quantity INTEGER NOT NULL, price TEXT NOT NULL, fee TEXT NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY(account, fill)) STRICT;
CREATE TABLE transactions(
    account TEXT NOT NULL, id INTEGER NOT NULL, at TEXT NOT NULL, type TEXT NOT NULL,
    sub_type TEXT NOT NULL, symbol TEXT NOT NULL, quantity TEXT NOT NULL, value TEXT NOT NULL,
    net_value TEXT NOT NULL, order_number INTEGER, PRIMARY KEY(account, id)) STRICT;
"""
#: The tables above, with the number of their columns.
WIDTHS = {"accounts": 3, "holdings": 4, "orders": 9, "fills": 8, "transactions": 10}


def order_rows(account: str, entries: Iterable[Entry]) -> Iterator[Row]:
    """Orders as they stand."""
    for entry in entries:
        yield (
            account, entry.number, entry.asked.name, entry.word, entry.received.isoformat(),
            entry.updated.isoformat(), None if entry.ended is None else entry.ended.isoformat(),
            entry.replaces or None, entry.group or None,
        )  # fmt: skip


def fill_rows(account: str, facts: Iterable[Fact]) -> Iterator[Row]:
    """Every leg that traded."""
    for fact in facts:
        if isinstance(fact, LegFilled):
            yield (
                account, fact.fill, int(fact.order.split("#")[0]), trading_symbol(fact.contract),
                fact.quantity * size(fact.contract), str(fact.price), str(fact.fee),
                fact.at.isoformat(),
            )  # fmt: skip


def transaction_rows(door: Door, first: int, facts: Iterable[Fact]) -> Iterator[Row]:
    """Everything that moved money or contracts, as the broker's transactions; ``first`` is the place
    of the first fact.
    """
    for place, fact in enumerate(facts, first):
        for row in booked(door, place, fact):
            yield (
                door.account, row["id"], fact.at.isoformat(), row["transaction-type"],
                row["transaction-sub-type"], row.get("symbol", ""), row.get("quantity", ""),
                str(amount_of(row, "value")), str(amount_of(row, "net-value")),
                row.get("order-id"),
            )  # fmt: skip


def holding_rows(account: str, ledger: Ledger) -> Iterator[Row]:
    """What is held and what it was entered at, in dollars, signed like the quantity."""
    for contract, quantity in ledger.holdings.items():
        cost: Decimal = ledger.cost[contract] * multiplier(contract)
        yield account, trading_symbol(contract), quantity * size(contract), str(cost)


def account_row(account: str, ledger: Ledger) -> Row:
    """Cash, and fees paid so far."""
    return account, str(ledger.cash), str(ledger.fees)


def everything(door: Door) -> dict[str, list[Row]]:
    """All that the tables hold of an account, table by table."""
    ledger, account = door.exchange.ledger, door.account
    return {
        "accounts": [account_row(account, ledger)],
        "holdings": list(holding_rows(account, ledger)),
        "orders": list(order_rows(account, door.entries.values())),
        "fills": list(fill_rows(account, door.facts)),
        "transactions": list(transaction_rows(door, 1, door.facts)),
    }
