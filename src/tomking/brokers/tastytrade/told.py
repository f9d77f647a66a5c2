"""An order as the broker tells it, read once into a value; what cannot be read is said, not guessed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tomking.core.calendar import NEW_YORK
from tomking.core.codec import UNREADABLE
from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.value import value
from tomking.engine.late_close import Closed
from tomking.wire.amounts import number
from tomking.wire.symbols import contract_of
from tomking.wire.words import ALIVE, OVER, lot_of, side_of

Json = Mapping[str, Any]
#: A listed option on what is not traded here: its root, its last day, its right and its strike.
LISTED = re.compile(r"[A-Z0-9]{1,6} *(\d{6})[CP]\d{8}")


@value
class Part:
    """A part of a leg that traded: as the broker counts it, unsigned, at a price in points."""

    id: str
    quantity: int
    price: Decimal
    at: datetime


@value
class ToldLeg:
    """A leg as the broker counts it: signed, how much of it has not traded, and the parts that have.

    ``contract`` is nothing where the symbol is of what is not traded here; ``lot`` is how many the
    broker counts for one of ours.
    """

    contract: Contract | None
    symbol: str
    quantity: int
    remaining: int
    parts: tuple[Part, ...]
    lot: int = 1

    @property
    def is_told(self) -> bool:
        """Whether every contract that has traded is among the parts: they may come later."""
        return sum(part.quantity for part in self.parts) == abs(self.quantity) - self.remaining


@value
class ToldOrder:
    """An order: its number, the name its sender gave it, where it stands, its legs.

    ``group`` is the number of the complex order it belongs to, empty if to none.
    """

    number: str
    name: str
    word: str
    legs: tuple[ToldLeg, ...]
    note: str = ""
    group: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it will never trade again."""
        return self.word in OVER

    @property
    def may_trade(self) -> bool:
        """Whether it may trade yet, or has done so although no part of it is told."""
        return not self.is_over or self.word == "Filled"

    @property
    def is_told(self) -> bool:
        """Whether all that has traded of it is known; what is filled whole has nothing left."""
        whole = self.word != "Filled" or all(leg.remaining == 0 for leg in self.legs)
        return whole and all(leg.is_told for leg in self.legs)

    def __str__(self) -> str:
        legs = ", ".join(f"{leg.quantity:+d} {leg.symbol}" for leg in self.legs)
        return f"{legs} ({self.word})"


def told(row: Json, today: date) -> ToldOrder:
    """The order of a row.

    Raises
    ------
    DataError
        If something that must be there is missing, or means nothing here.
    """
    try:
        word = str(row["status"])
        # of an order that is over and did not fill, nothing more comes
        ends = word in OVER and word != "Filled"
        legs = tuple(_leg(each, today, ends=ends) for each in _rows(row["legs"]))
        if ends and not any(leg.remaining for leg in legs):  # else it would have filled
            legs = tuple(_given_up(leg) for leg in legs)
        told_number = str(row["id"])
    except UNREADABLE as fault:
        raise DataError(
            f"an order of the broker cannot be read: {fault!r} in {row!r:.200}"
        ) from fault
    if word not in ALIVE | OVER:
        raise DataError(
            f"order {told_number} of the broker is {word!r}, which is no word for an order"
        )
    name, note, group = (
        str(row.get(key) or "")
        for key in ("external-identifier", "reject-reason", "complex-order-id")
    )
    return ToldOrder(told_number, name, word, legs, note, group)


def _rows(said: object) -> Sequence[Json]:
    if not isinstance(said, list):
        raise TypeError("legs are no list")
    return said


def _leg(row: Json, today: date, *, ends: bool) -> ToldLeg:
    symbol, count = str(row["symbol"]), _count(row["quantity"])
    contract = known(symbol, today)
    sign, _ = side_of(str(row["action"]))
    parts = tuple(_part(each) for each in row.get("fills") or ())
    left = count - sum(part.quantity for part in parts) if ends else 0
    return ToldLeg(
        contract, symbol, sign * count, _count(row.get("remaining-quantity", left)), parts,
        1 if contract is None else lot_of(contract),
    )  # fmt: skip


def _given_up(leg: ToldLeg) -> ToldLeg:
    """A leg of which nothing remains because its order is over: what did not trade was given up."""
    return replace(leg, remaining=abs(leg.quantity) - sum(part.quantity for part in leg.parts))


def known(symbol: str, today: date) -> Contract | None:
    """The contract of a symbol; nothing where it is of what is not traded here."""
    try:
        return contract_of(symbol, today)
    except DataError:
        return None


def expiry_of(symbol: str, today: date) -> date | None:
    """The last day of an option or a future by its symbol; nothing where there is none, or none is read.

    >>> expiry_of("MSFT  260619P00400000", date(2026, 6, 1))
    datetime.date(2026, 6, 19)
    """
    contract = known(symbol, today)
    if contract is not None:
        return contract.expiry if contract.is_option or contract.future else None
    found = LISTED.fullmatch(symbol)
    if found is None:
        return None
    try:
        return date.fromisoformat(f"20{found[1]}")
    except ValueError:
        return None


def _part(row: Json) -> Part:
    return Part(
        str(row.get("ext-exec-id") or row["fill-id"]),
        _count(row["quantity"]),
        number(row["fill-price"], "fill-price"),
        instant(row["filled-at"]),
    )


@value
class Balance:
    """What the account was worth and what margin it needed, as it was asked for at an instant."""

    at: datetime
    net_liq: Decimal
    requirement: Decimal


def balance_of(row: Json, at: datetime) -> Balance:
    """A balance as it was answered at an instant of ours, in dollars: the broker's clock may go wrong.

    Raises
    ------
    DataError
        If a figure of it is missing or none.
    """
    try:
        return Balance(
            at,
            number(row["net-liquidating-value"], "net-liquidating-value"),
            number(row["maintenance-requirement"], "maintenance-requirement"),
        )
    except UNREADABLE as fault:
        raise DataError(f"a balance of the broker cannot be read: {fault!r}") from fault


def snapshot_of(row: Json) -> Closed:
    """The balance of a day's end, in dollars.

    Raises
    ------
    DataError
        If a figure of it is missing or none.
    """
    try:
        return Closed(
            number(row["net-liquidating-value"], "net-liquidating-value"),
            number(row["maintenance-requirement"], "maintenance-requirement"),
            "the broker's snapshot",
        )
    except (KeyError, ValueError) as fault:
        raise DataError(f"a balance of the broker cannot be read: {fault!r}") from fault


def instant(said: object) -> datetime:
    """An instant as the broker writes it, in the exchanges' own time."""
    return datetime.fromisoformat(str(said)).astimezone(NEW_YORK)


def _count(said: object) -> int:
    """A whole number of what the broker counts."""
    count = number(said, "quantity")
    if count != int(count):
        raise DataError(f"{count} is no whole number: parts of shares are not known here")
    return int(count)
