"""Rows of the broker's ledger as facts: fees that differ, settlements, dividends, money moved.

A row is booked once, by its number. Removal of an option and what it delivers are two rows here and one
fact there; a trade is known from its order already, so that its row only says what it cost in truth.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from tomking.brokers.tastytrade.inbox import TradeInbox
from tomking.brokers.tastytrade.told import instant, known
from tomking.core.codec import UNREADABLE
from tomking.core.contract import Contract
from tomking.core.dealings import FeesDiffered, ForeignMoved, RowBooked
from tomking.core.errors import DataError
from tomking.core.facts import CashMoved, DividendBooked, Fact, Settled
from tomking.core.money import ZERO
from tomking.core.product import product
from tomking.core.reading import Skip
from tomking.core.value import value
from tomking.market.snapshot import Snapshot
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
#: What becomes shares or a future when it ends so.
BECOMES = ("assigned", "exercised")
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
    def ends(self) -> bool:
        """Whether it takes off an option that is over."""
        return self.kind == DELIVER and self.sub in ENDINGS

    @property
    def delivers(self) -> bool:
        """Whether it brings or takes contracts without a trade."""
        return self.kind == DELIVER and self.sub not in ENDINGS and bool(self.said.get("action"))

    @property
    def symbol(self) -> str:
        """What it is about; empty for money alone."""
        return str(self.said.get("symbol") or "")


def fixed(now: Snapshot, contract: Contract) -> float | None:
    """Where something was fixed, as the market tells it."""
    if contract.expiry != now.day.session.day:
        return None
    seen = now.fixing(contract)
    return seen.value if not isinstance(seen, Skip) and isfinite(seen.value) else None


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
    except UNREADABLE as fault:
        raise DataError(f"a row of the broker's ledger cannot be read: {fault!r}") from fault


def read(
    rows: Iterable[Json], inbox: TradeInbox, since: datetime, fixing: Fixing, odd: list[str]
) -> tuple[list[Fact], date | None]:
    """The facts of what the ledger tells since an instant, and the day of the oldest row left over.

    What cannot be read or booked is said in ``odd`` and must be read again.
    """
    found: list[Row] = []
    left: list[date] = []
    for said in rows:
        try:
            found.append(row_of(said))
        except DataError as fault:
            odd.append(str(fault))
            left.append(_day_of(said, since.date()))
    mine = [row for row in found if row.at > since]
    facts = booked(mine, inbox, fixing, odd)
    left += [row.at.date() for row in mine if row.id not in inbox.booked]
    return facts, min(left, default=None)


def _day_of(said: object, first: date) -> date:
    """The day of a row that cannot be read as a whole; the first there is if not even that can."""
    try:
        row: Any = said
        return date.fromisoformat(str(row.get("transaction-date") or row["executed-at"])[:10])
    except UNREADABLE:
        return first


def booked(rows: Sequence[Row], inbox: TradeInbox, fixing: Fixing, odd: list[str]) -> list[Fact]:
    """The facts of rows that are not booked yet, oldest first; they are remembered.

    Of an instant what ended comes first: it takes along what was delivered. A row of which nothing can
    be made is said in ``odd`` and stays unbooked: it is tried again.
    """
    made: list[Fact] = []
    new = (row for row in rows if row.id not in inbox.booked)
    fresh = sorted(new, key=lambda row: (row.at, not row.ends))
    for row in fresh:
        if row.id in inbox.booked:  # a row before has taken it along
            continue
        try:
            facts = list(_facts(row, fresh, inbox, fixing))
        except (DataError, *UNREADABLE) as fault:
            odd.append(f"row {row.id} of the broker's ledger is not booked: {fault or repr(fault)}")
            continue
        inbox.fold(facts)
        made += facts
    return made


def _facts(row: Row, fresh: Sequence[Row], inbox: TradeInbox, fixing: Fixing) -> Iterator[Fact]:
    what = f"{row.kind}, {row.sub}"
    if row.kind == TRADE:
        yield from _trade(row, inbox)
    elif row.ends:
        yield from _ended(row, fresh, inbox, fixing)
        what = f"{row.sub} of {row.symbol}"
    elif row.delivers:
        options = ((each, count) for each, count in inbox.held.items() if each.is_option)
        if any(_came_of(row, each, count) for each, count in options):
            raise DataError(f"the option that became {row.symbol} has not ended yet")
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


def _ended(row: Row, fresh: Sequence[Row], inbox: TradeInbox, fixing: Fixing) -> Iterator[Fact]:
    """An option that ended: what of it was ours, with what came in its place, and what was not."""
    contract = known(row.symbol, row.at.date())
    held = 0 if contract is None else inbox.held.get(contract, 0)
    how, sign = ENDINGS[row.sub]
    side = sign or _sign(held or inbox.foreign_held.get(row.symbol, 0))
    count = int(number(row.said["quantity"], "quantity"))
    mine = side * min(count, abs(held)) if held * side > 0 else 0
    into = _became(row, contract, side * count, fresh, inbox) if how in BECOMES else []
    if contract is not None and mine:
        cash = row.value * mine / (side * count)
        price = fixing(contract)
        if how == "cash_settled":
            price = _settled_at(contract, cash / mine)
        if how in BECOMES and not into:
            raise DataError(f"{contract} was {how} and what it became is not told yet")
        if price is None and not contract.is_option:
            raise DataError(f"{contract} ended and where it was fixed is not known")
        settled = Settled(row.at, "", contract, mine, price, cash, row.fee, how)
        yield _with(settled, into) if into else settled
    if into:
        yield from _taken_along(into, contract, mine)
    left = _theirs(side * count - mine, inbox.foreign_held.get(row.symbol, 0))
    if left:
        yield ForeignMoved(row.at, row.symbol, -left, row.sub)


def _theirs(ended: int, held: int) -> int:
    """What of an end is of what somebody else holds: no more than that, which may have left already."""
    return _sign(ended) * min(abs(ended), abs(held)) if ended * held > 0 else 0


def _became(
    row: Row, contract: Contract | None, count: int, fresh: Sequence[Row], inbox: TradeInbox
) -> list[Row]:
    """The rows that came in place of so many of an option; none until all of them are there."""
    if contract is None:
        return []
    same = [
        each
        for each in fresh
        if each.at == row.at and each.id not in inbox.booked and _came_of(each, contract, count)
    ]
    sizes = {each.id: abs(_signed(each)) // _lot(each) for each in same}
    whole = [each for each in same if sizes[each.id] == abs(count)]
    if whole:
        return whole[:1]
    taken: list[Row] = []
    left = abs(count)
    for each in same:
        if sizes[each.id] <= left:
            taken.append(each)
            left -= sizes[each.id]
    return taken if not left else []


def _came_of(row: Row, contract: Contract, count: int) -> bool:
    """Whether a row is what an option held so becomes: its underlying, at its strike, its way."""
    if not row.delivers or contract.right is None:
        return False
    got = known(row.symbol, row.at.date())
    if got is None or got.is_option or (got.root, got.future) != (contract.root, contract.future):
        return False
    try:
        at_strike = number(row.said["price"], "price") == contract.strike
        return at_strike and _sign(_signed(row)) == contract.right.sign * _sign(count)
    except (DataError, *UNREADABLE):  # said when its own turn comes
        return False


def _taken_along(into: Sequence[Row], contract: Contract | None, mine: int) -> Iterator[Fact]:
    """Rows of what an option became are booked with it; what of them is not ours is somebody else's."""
    right = None if contract is None else contract.right
    ours = 0 if right is None else right.sign * mine * _lot(into[0])
    rest = sum(_signed(each) for each in into) - ours
    if rest:
        yield ForeignMoved(into[0].at, into[0].symbol, rest, into[0].sub)
    for each in into:
        yield RowBooked(each.at, each.id, f"{each.sub} of {each.symbol}")


def _lot(row: Row) -> int:
    return lot_of(contract_of(row.symbol, row.at.date()))


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


def _with(settled: Settled, into: Sequence[Row]) -> Settled:
    """A settlement with what it delivered; where nobody told its price, at what that came for."""
    right, fees = settled.contract.right, sum((each.fee for each in into), ZERO)
    price = number(into[0].said["price"], "price")
    return replace(
        settled,
        fee=settled.fee + fees,
        delivered=contract_of(into[0].symbol, into[0].at.date()),
        delivered_quantity=settled.quantity * (right.sign if right else 0),
        delivered_price=price,
        price=float(price) if settled.price is None else settled.price,
    )


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
