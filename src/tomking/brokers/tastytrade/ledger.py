"""Rows of the broker's ledger as facts: fees that differ, settlements, dividends, money moved.

A row is booked once, by its number. Removal of an option and what it delivers are two rows here and one
fact there; a trade is known from its order already, so that its row only says what it cost in truth.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isnan, nan
from typing import Any

from tomking.brokers.tastytrade.inbox import TradeInbox
from tomking.brokers.tastytrade.told import instant, known
from tomking.core.contract import Contract
from tomking.core.dealings import FeesDiffered, ForeignMoved, RowBooked
from tomking.core.errors import DataError
from tomking.core.facts import CashMoved, DividendBooked, Fact, Settled
from tomking.core.money import ZERO
from tomking.core.product import product
from tomking.core.value import value
from tomking.portfolio.holding import position_of
from tomking.wire.amounts import amount_of, number
from tomking.wire.orders import short_name
from tomking.wire.symbols import contract_of
from tomking.wire.words import lot_of

Json = Mapping[str, Any]
TRADE, DELIVER, MONEY = "Trade", "Receive Deliver", "Money Movement"
#: How the broker names the end of an option, and the sign of what ended where the name says it.
ENDINGS: Mapping[str, tuple[str, int]] = {
    "Expiration": ("expired", 0),
    "Cash Settled Exercise": ("cash_settled", 1),
    "Cash Settled Assignment": ("cash_settled", -1),
    "Exercise": ("exercised", 1),
    "Assignment": ("assigned", -1),
}
#: Futures are settled in cash every day at the broker and carried at their entry price here.
DAILY = "Mark to Market"
#: The fixing of what has expired, if it is known.
Fixing = Callable[[Contract], float | None]


@value
class Row:
    """A row: what every one of them has, and the rest as it came."""

    id: str
    kind: str
    sub: str
    at: datetime
    value: Decimal
    net: Decimal
    said: Json

    @property
    def fee(self) -> Decimal:
        """What was charged."""
        return self.value - self.net

    @property
    def symbol(self) -> str:
        """What it is about; empty for money alone."""
        return str(self.said.get("symbol") or "")


def row_of(said: Json) -> Row:
    """A row of the ledger.

    Raises
    ------
    DataError
        If what every row has is missing or no figure.
    """
    try:
        return Row(
            str(said["id"]), str(said["transaction-type"]), str(said["transaction-sub-type"]),
            instant(said["executed-at"]),
            amount_of(said, "value"), amount_of(said, "net-value"), said,
        )  # fmt: skip
    except (KeyError, ValueError) as fault:
        raise DataError(f"a row of the broker's ledger cannot be read: {fault!r}") from fault


def booked(rows: Sequence[Row], inbox: TradeInbox, fixing: Fixing, odd: list[str]) -> list[Fact]:
    """The facts of rows that are not booked yet, oldest first; they are remembered.

    A row of which nothing can be made is said in ``odd`` and stays unbooked: it is tried again.
    """
    made: list[Fact] = []
    fresh = [row for row in rows if row.id not in inbox.booked]
    for place, row in enumerate(fresh):
        if row.id in inbox.booked:  # the row before has taken it along
            continue
        try:
            facts = list(_facts(row, fresh[place + 1 : place + 2], inbox, fixing))
        except DataError as fault:
            odd.append(f"row {row.id} of the broker's ledger is not booked: {fault}")
            continue
        inbox.fold(facts)
        made += facts
    return made


def _facts(row: Row, after: Sequence[Row], inbox: TradeInbox, fixing: Fixing) -> Iterator[Fact]:
    what = f"{row.kind}, {row.sub}"
    if row.kind == TRADE:
        yield from _trade(row, inbox)
    elif row.kind == DELIVER and row.sub in ENDINGS:
        yield from _ended(row, after, inbox, fixing)
        what = f"{row.sub} of {row.symbol}"
    elif row.kind == DELIVER and row.said.get("action"):
        yield ForeignMoved(row.at, row.symbol, _signed(row), what)
    elif row.kind == MONEY and row.sub != DAILY:
        yield from _money(row, inbox)
    yield RowBooked(row.at, row.id, what)


def _trade(row: Row, inbox: TradeInbox) -> Iterator[Fact]:
    """The true fee of a trade, where it was booked with another: its campaign bears the difference."""
    part = f"{row.said.get('order-id')}/{execution(row.said)}/{row.symbol}"
    fill = inbox.charged.get(part)
    if fill is None or fill.fee == row.fee:
        return
    order = inbox.orders.get(short_name(fill.order))
    position = "" if order is None else position_of(order, order.legs[fill.leg])
    campaign = "" if order is None else order.campaign
    yield FeesDiffered(row.at, fill.fill, row.fee - fill.fee, position, campaign)


def execution(said: Json) -> str:
    """What a trade is called where it was made: the same in an order and in the ledger."""
    return str(said.get("ext-exec-id") or said.get("exec-id") or said.get("fill-id") or "")


def _ended(row: Row, after: Sequence[Row], inbox: TradeInbox, fixing: Fixing) -> Iterator[Fact]:
    """An option that ended: what of it was ours, with what came in its place, and what was not."""
    contract = known(row.symbol, row.at.date())
    held = 0 if contract is None else inbox.held.get(contract, 0)
    how, sign = ENDINGS[row.sub]
    side = sign or _sign(held or inbox.foreign_held.get(row.symbol, 0))
    count = int(number(row.said["quantity"], "quantity"))
    mine = side * min(count, abs(held)) if held * side > 0 else 0
    if contract is not None and mine:
        cash = row.value * mine / (side * count)
        price = fixing(contract)
        if how == "cash_settled":
            price = _settled_at(contract, cash / mine)
        settled = Settled(
            row.at, "", contract, mine, nan if price is None else price, cash, row.fee, how
        )
        into = next((other for other in after if _delivers(other, row, how)), None)
        if into is None:
            yield settled
        else:
            yield _with(settled, into)
            yield RowBooked(into.at, into.id, f"{into.sub} of {into.symbol}")
    left = _theirs(side * count - mine, inbox.foreign_held.get(row.symbol, 0))
    if left:
        yield ForeignMoved(row.at, row.symbol, -left, row.sub)


def _theirs(ended: int, held: int) -> int:
    """What of an end is of what somebody else holds: no more than that, which may have left already."""
    return _sign(ended) * min(abs(ended), abs(held)) if ended * held > 0 else 0


def _sign(count: int) -> int:
    return (count > 0) - (count < 0)


def _signed(row: Row) -> int:
    """How much a row brought (+) or took, as the broker counts it."""
    count = int(number(row.said["quantity"], "quantity"))
    return count if str(row.said["action"]).startswith("Buy") else -count


def _settled_at(contract: Contract, each: Decimal) -> float:
    """The price something was settled at, from the cash a contract of it brought."""
    if contract.strike is None or contract.right is None:
        raise DataError(
            f"{contract} was settled in cash and is no option: look at the broker's ledger"
        )
    inside = each / product(contract.root).multiplier
    return float(contract.strike + contract.right.sign * inside)


def _delivers(row: Row, ended: Row, how: str) -> bool:
    """Whether a row is what came in place of an option."""
    return (
        how in ("assigned", "exercised")
        and row.kind == DELIVER
        and row.sub not in ENDINGS
        and row.at == ended.at
        and bool(row.said.get("action"))
    )


def _with(settled: Settled, into: Row) -> Settled:
    """A settlement with what it delivered; where nobody told its price, at what that came for."""
    contract = contract_of(into.symbol, into.at.date())
    each = number(into.said["price"], "price")
    fixed = float(each) if isnan(settled.price) else settled.price
    return Settled(
        settled.at, "", settled.contract, settled.quantity, fixed, settled.cash,
        settled.fee + into.fee, settled.settlement, contract, _signed(into) // lot_of(contract), each,
    )  # fmt: skip


def _money(row: Row, inbox: TradeInbox) -> Iterator[Fact]:
    """Money that came or went: a dividend on shares held, or anything else."""
    share = _share(row, row.at.date())
    held = inbox.held.get(share, 0) if share is not None else 0
    if row.sub == "Dividend" and share is not None and held:
        each = row.net / (held * lot_of(share))
        yield DividendBooked(row.at, share, held, each, row.net)
    elif row.net != ZERO:
        yield CashMoved(row.at, row.net, f"{row.sub}: {row.said.get('description', '')}")


def _share(row: Row, day: date) -> Contract | None:
    return known(row.symbol, day) if row.symbol else None
