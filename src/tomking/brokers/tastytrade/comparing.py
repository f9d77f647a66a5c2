"""Our books against the broker's, contract by contract. The broker is right; nothing is mended silently.

What was in the account before this desk, and what somebody else traded there, is counted and left alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tomking.brokers.tastytrade.inbox import RECONCILING, TradeInbox
from tomking.brokers.tastytrade.told import expiry_of
from tomking.core.codec import UNREADABLE
from tomking.core.dealings import BooksCompared, ForeignHeld, ForeignMoved
from tomking.core.errors import DataError
from tomking.core.facts import Fact
from tomking.core.restraints import Halted, Resumed
from tomking.wire.amounts import number
from tomking.wire.symbols import trading_symbol
from tomking.wire.words import lot_of

Json = Mapping[str, Any]


def held_there(rows: Sequence[Json]) -> dict[str, int]:
    """Signed quantities by symbol, as the broker counts them; what is gone is left out.

    Raises
    ------
    DataError
        If a row cannot be read: books that are half known are not compared.
    """
    found: dict[str, int] = {}
    for row in rows:
        try:
            symbol, count = str(row["symbol"]), int(number(row["quantity"], "quantity"))
            sign = -1 if row.get("quantity-direction") == "Short" else 1
        except UNREADABLE as fault:
            raise DataError(
                f"a position of the broker cannot be read: {fault!r} in {row!r:.200}"
            ) from fault
        found[symbol] = found.get(symbol, 0) + sign * count
    return {symbol: count for symbol, count in found.items() if count}


def held_here(inbox: TradeInbox) -> dict[str, int]:
    """The same from our own facts: what our orders left, and what is nobody's here."""
    found = {
        trading_symbol(contract): quantity * lot_of(contract)
        for contract, quantity in inbox.held.items()
    }
    for symbol, quantity in inbox.foreign_held.items():
        found[symbol] = found.get(symbol, 0) + quantity
    return {symbol: quantity for symbol, quantity in found.items() if quantity}


def may_compare(inbox: TradeInbox, fresh: Sequence[Fact], *, looked: bool) -> bool:
    """Not before what was told is written; at first not while a trade of ours may be untold.

    ``looked`` is whether the orders have been looked up.
    """
    known = looked and not (inbox.unconfirmed or inbox.waiting)
    quiet = all(isinstance(fact, Halted | Resumed) for fact in fresh)
    return quiet and (known or inbox.differences is not None)


def compared(rows: Sequence[Json], inbox: TradeInbox, at: datetime) -> Iterator[Fact]:
    """What follows from a look at the broker's positions: told when it is the first or a new answer."""
    theirs = held_there(rows)
    if inbox.differences is None:
        ours = held_here(inbox)
        found = [
            ForeignHeld(at, symbol, quantity - ours.get(symbol, 0))
            for symbol, quantity in sorted(theirs.items())
            if quantity != ours.get(symbol, 0)
        ]
        yield from found
        yield BooksCompared(at, ())
        if inbox.reconciling:
            yield Resumed(at, RECONCILING, "our books and the broker's have been compared")
        return
    gone = {each.symbol: each for each in _expired(theirs, inbox, at)}
    yield from gone.values()
    ours = {symbol: n for symbol, n in held_here(inbox).items() if symbol not in gone}
    differ = tuple(
        f"{symbol} {ours.get(symbol, 0)} here, {theirs.get(symbol, 0)} there"
        for symbol in sorted({*ours, *theirs})
        if ours.get(symbol, 0) != theirs.get(symbol, 0)
    )
    if differ != inbox.differences:
        yield BooksCompared(at, differ)
        if differ and not inbox.differences:
            yield Halted(at, RECONCILING, "; ".join(differ))
    if not differ and (inbox.differences or inbox.reconciling) and not inbox.revived:
        yield Resumed(at, RECONCILING, "our books and the broker's agree again")


def _expired(theirs: Mapping[str, int], inbox: TradeInbox, at: datetime) -> Iterator[ForeignMoved]:
    """What is nobody's here, has expired on a day before and is there no more: it leaves the count.

    The row that says so may be older than this desk, or of a kind that nobody here can read.
    """
    ours = {trading_symbol(contract) for contract in inbox.held}
    for symbol, count in sorted(inbox.foreign_held.items()):
        if count and symbol not in ours and not theirs.get(symbol, 0):
            end = expiry_of(symbol, at.date())
            if end is not None and end < at.date():
                yield ForeignMoved(at, symbol, -count, f"it expired on {end} and is there no more")
