"""An order as JSON: what is sent, and what somebody sent.

The price of a package is for one unit of it, unsigned, with its effect in a word; quantities are those
of all units together, so the units are their greatest common divisor.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from math import gcd
from typing import Any

from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.order import Leg, Order, TimeInForce
from tomking.core.value import value
from tomking.wire.amounts import CREDIT, DEBIT, amount_of, number, plain, with_effect
from tomking.wire.symbols import contract_of, trading_symbol
from tomking.wire.words import (
    ORDER_TYPES,
    TIMES_IN_FORCE,
    action_of,
    instrument_of,
    lot_of,
    says_effect,
    side_of,
)

Body = Mapping[str, Any]
_TIFS = {word: tif for tif, word in TIMES_IN_FORCE.items()}
_PRICED = frozenset({"Limit", "Stop Limit"})
_TRIGGERED = frozenset({"Stop", "Stop Limit"})
SOURCE = "tomking"
#: What closes is refused where nothing is held that it could close; without it the broker opens instead.
STRICT: Mapping[str, bool] = {"strict-position-effect-validation": True}
#: The broker keeps no longer a name than this.
NAME_MAX = 36
#: The most contracts or shares of a leg, and the highest price, that an order may name. Far beyond what
#: any account carries: what they make together is still an exact amount of money.
QUANTITY_MAX, PRICE_MAX = Decimal(10**6), Decimal(10**6)
#: The most rows that are read as legs; the venue allows fewer, and says so.
ROWS_MAX = 20
#: The most letters of an identifier or a source.
LETTERS_MAX = 100


@value
class Flaw:
    """What is wrong with a body: where, and how."""

    domain: str
    reason: str

    def __str__(self) -> str:
        return f"{self.domain} {self.reason}"


@value
class AskedLeg:
    """A leg somebody sent: signed quantity of all units, shares in lots; ``opens`` is unknown for an
    outright future.
    """

    contract: Contract
    quantity: int
    opens: bool | None


@value
class Asked:
    """An order somebody sent. ``limit`` is the net credit per unit, + received and - paid."""

    legs: tuple[AskedLeg, ...]
    type: str
    tif: TimeInForce
    limit: Decimal | None = None
    trigger: Decimal | None = None
    until: date | None = None
    name: str = ""
    source: str = ""
    strict: bool = False

    @property
    def units(self) -> int:
        """How many of the smallest package the legs make."""
        return gcd(*(leg.quantity for leg in self.legs))


def body_of(order: Order) -> dict[str, Any]:
    """The JSON of an order: its intent is the identifier it is found by again."""
    body: dict[str, Any] = {
        "time-in-force": TIMES_IN_FORCE[order.tif],
        "order-type": ORDER_TYPES[order.type],
        "source": SOURCE,
        "external-identifier": short_name(order.id),
        "legs": [_leg_body(leg, order.units) for leg in order.legs],
    }
    if order.until is not None:
        body["gtc-date"] = order.until.isoformat()
    if order.limit is not None:
        body |= price_of(order.limit)
    if order.trigger is not None:
        body["stop-trigger"] = plain(order.trigger)
    if any(not leg.opens and says_effect(leg.contract) for leg in order.legs):
        body["advanced-instructions"] = STRICT
    return body


def change_of(order: Order) -> dict[str, Any]:
    """The JSON of an order that replaces another and has its legs: the broker takes none."""
    return {name: said for name, said in body_of(order).items() if name != "legs"}


def oco_of(orders: Sequence[Order]) -> dict[str, Any]:
    """The JSON of orders of which the first to trade ends the others."""
    return {"type": "OCO", "source": SOURCE, "orders": [body_of(order) for order in orders]}


def short_name(order_id: str) -> str:
    """The name an order is found by at the broker: its own, or the beginning of it and a digest.

    >>> short_name("lt112/2026-06-03/open#1")
    'lt112/2026-06-03/open#1'
    >>> len(short_name("friday_0dte/2026-06-05/close:call spread#12"))
    36
    """
    if len(order_id) <= NAME_MAX:
        return order_id
    digest = sha256(order_id.encode()).hexdigest()[:12]
    return f"{order_id[: NAME_MAX - 13]}~{digest}"


def price_of(limit: Decimal) -> dict[str, str]:
    """A price and its effect; an even one is a credit of nothing."""
    return with_effect("price", limit) if limit else {"price": "0.0", "price-effect": CREDIT}


def _leg_body(leg: Leg, units: int) -> dict[str, Any]:
    return {
        "instrument-type": instrument_of(leg.contract),
        "symbol": trading_symbol(leg.contract),
        "action": action_of(leg),
        "quantity": abs(leg.quantity) * units * lot_of(leg.contract),
    }


def asked_in(body: Body, today: date, legs: Sequence[AskedLeg] = ()) -> Asked | tuple[Flaw, ...]:
    """The order a body describes, or all that is wrong with it.

    Parameters
    ----------
    legs
        Those of the order it replaces, for a body without any.
    """
    flaws = list(_flaws(body, has_legs=bool(legs)))
    found: list[AskedLeg] = [] if _rows(body) else list(legs)
    for place, row in enumerate(_rows(body)[:ROWS_MAX]):
        leg = _leg(row, today)
        if isinstance(leg, DataError):
            flaws.append(Flaw(f"legs[{place}]", str(leg)))
        else:
            found.append(leg)
    if flaws:
        return tuple(flaws)
    kind = body["order-type"]
    until = body.get("gtc-date")
    return Asked(
        tuple(found), kind, _TIFS[body["time-in-force"]],
        amount_of(body, "price", PRICE_MAX) if kind in _PRICED else None,
        number(body["stop-trigger"], "stop-trigger", PRICE_MAX) if kind in _TRIGGERED else None,
        date.fromisoformat(str(until)) if until else None,
        body.get("external-identifier") or "", body.get("source") or "", _is_strict(body),
    )  # fmt: skip


def _is_strict(body: Body) -> bool:
    """Whether a leg that closes nothing is to be refused."""
    told = body.get("advanced-instructions")
    return isinstance(told, Mapping) and bool(told.get("strict-position-effect-validation", False))


def _rows(body: Body) -> Sequence[Mapping[str, Any]]:
    rows = body.get("legs", ())
    return rows if isinstance(rows, list) else ()


def _leg(row: object, today: date) -> AskedLeg | DataError:
    """A leg, or what is wrong with it."""
    try:
        if not isinstance(row, Mapping):
            raise DataError("is no object")
        for name in ("symbol", "action", "quantity"):
            if name not in row:
                raise DataError(f"{name} is missing")
        contract = contract_of(str(row["symbol"]), today)
        trading_symbol(contract)  # what nobody here can name again cannot be told of
        if row.get("instrument-type") not in (None, instrument_of(contract)):
            raise DataError(f"instrument-type is not {instrument_of(contract)}")
        sign, opens = side_of(str(row["action"]))
        return AskedLeg(contract, sign * _count(row["quantity"], lot_of(contract)), opens)
    except DataError as wrong:
        return wrong


def _count(said: object, lot: int) -> int:
    """A quantity in lots; shares come in hundreds here."""
    count = number(said, "quantity", QUANTITY_MAX)
    if count <= 0 or count != int(count):
        raise DataError("quantity must be a whole number above zero")
    if int(count) % lot:
        raise DataError(f"quantity must be so many times {lot}: shares are traded in lots here")
    return int(count) // lot


def _flaws(body: Body, *, has_legs: bool) -> Iterator[Flaw]:
    """What is missing or unknown in a body, its legs left aside."""
    kind, tif = body.get("order-type"), body.get("time-in-force")
    if not _is_among(kind, ORDER_TYPES.values()):
        yield Flaw("order-type", "is missing" if kind is None else "is not included in the list")
    if not _is_among(tif, _TIFS):
        yield Flaw("time-in-force", "is missing" if tif is None else "is not included in the list")
    if not _rows(body) and not has_legs:
        yield Flaw("legs", "is missing")
    if len(_rows(body)) > ROWS_MAX:
        yield Flaw("legs", f"are more than {ROWS_MAX}")
    if _is_among(kind, _PRICED):
        yield from _price_flaws(body)
    elif body.get("price") not in (None, "", 0, "0"):
        yield Flaw("price", "must be left out of an order of this type")
    if _is_among(kind, _TRIGGERED):
        yield from _number_flaws(body, "stop-trigger")
    if tif == TIMES_IN_FORCE[TimeInForce.GTD] or body.get("gtc-date"):
        yield from _date_flaws(body, "gtc-date")
    for name in ("external-identifier", "source"):
        said = body.get(name) or ""
        if not isinstance(said, str) or len(said) > LETTERS_MAX:
            yield Flaw(name, f"is no text of at most {LETTERS_MAX} letters")


def _is_among(said: object, words: Collection[str]) -> bool:
    """Whether something is one of some words; a list or an object never is."""
    return isinstance(said, str) and said in words


def _price_flaws(body: Body) -> Iterator[Flaw]:
    """A price is a number of at least zero, and says which way the money goes unless it is zero."""
    flaws = tuple(_number_flaws(body, "price"))
    yield from flaws
    if flaws:
        return
    effect = body.get("price-effect")
    if number(body["price"], "price", PRICE_MAX) and effect not in (CREDIT, DEBIT):
        yield Flaw(
            "price-effect", "is missing" if effect is None else "is not included in the list"
        )


def _number_flaws(body: Body, name: str) -> Iterator[Flaw]:
    try:
        said = number(body.get(name), name)
    except DataError:
        yield Flaw(name, "is missing" if body.get(name) is None else "is no number")
        return
    if said < 0:
        yield Flaw(name, "must not be below zero")
    if said > PRICE_MAX:
        yield Flaw(name, f"is beyond {PRICE_MAX:,f}")


def _date_flaws(body: Body, name: str) -> Iterator[Flaw]:
    try:
        date.fromisoformat(str(body.get(name)))
    except ValueError:
        yield Flaw(name, "is missing" if body.get(name) is None else "is no date")
