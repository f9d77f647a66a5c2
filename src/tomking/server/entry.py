"""An order as the broker shows it: numbered, with its lives, its fills and what it replaces."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from tomking.core.contract import Contract
from tomking.core.facts import Fact, LegFilled, OrderEnded
from tomking.core.order import Leg, Order, Purpose
from tomking.core.value import value
from tomking.exchange.working import Status
from tomking.wire.orders import Asked, AskedLeg

#: The broker's words for where an order is.
WORDS: Mapping[Status, str] = MappingProxyType(
    {
        Status.RECEIVED: "Received", Status.ROUTED: "In Flight", Status.LIVE: "Live",
        Status.CONTINGENT: "Contingent", Status.CANCEL_REQUESTED: "Cancel Requested",
        Status.FILLED: "Filled", Status.CANCELLED: "Cancelled", Status.EXPIRED: "Expired",
        Status.REJECTED: "Rejected",
    }
)  # fmt: skip


@value
class Fill:
    """A part of a leg that traded: contracts, unsigned, at a price in points."""

    id: str
    leg: int
    quantity: int
    price: Decimal
    at: datetime


@value
class Entry:
    """An order of an account.

    ``word`` is where it stands and ``ended`` when that became final; ``replaces`` and ``replaced_by``
    are numbers of other orders, ``group`` and ``tag`` its complex order and its place there; nought
    and empty where there is none.
    """

    number: int
    asked: Asked
    order: Order
    received: datetime
    updated: datetime
    word: str = WORDS[Status.RECEIVED]
    live: datetime | None = None
    ended: datetime | None = None
    note: str = ""
    fills: tuple[Fill, ...] = ()
    replaces: int = 0
    replaced_by: int = 0
    group: int = 0
    tag: str = ""

    def filled(self, leg: int) -> int:
        """Contracts of a leg that have traded, unsigned."""
        return sum(fill.quantity for fill in self.fills if fill.leg == leg)

    @property
    def left(self) -> tuple[AskedLeg, ...]:
        """Its legs as far as they have not traded: those of whatever replaces it."""
        units = self.order.units - self.filled(0) // abs(self.order.legs[0].quantity)
        each = zip(self.asked.legs, self.order.legs, strict=True)
        return tuple(replace(asked, quantity=leg.quantity * units) for asked, leg in each)


def order_of(number: int, asked: Asked, held: Mapping[Contract, int], replaces: str = "") -> Order:
    """The exchange's order for what was asked, under the broker's number.

    An outright future closes what it meets; nobody says so. What is to close where nothing is held
    opens, as at the broker, which only warns of it.
    """
    units = asked.units
    legs = tuple(
        Leg(leg.contract, leg.quantity // units, "", opens=_opens(leg, held)) for leg in asked.legs
    )
    purpose = Purpose.OPEN if any(leg.opens for leg in legs) else Purpose.CLOSE
    return Order(
        str(number), 1, purpose, "", "", legs, units, asked.limit,
        replaces=replaces, tif=asked.tif, until=asked.until, trigger=asked.trigger,
    )  # fmt: skip


def _opens(leg: AskedLeg, held: Mapping[Contract, int]) -> bool:
    against = held.get(leg.contract, 0) * leg.quantity < 0
    return not against if leg.opens is None else leg.opens or not against


def is_waiting(entry: Entry) -> bool:
    """Whether an order waits for another: what triggers it, or what it replaces."""
    return entry.word == WORDS[Status.CONTINGENT]


def flipped(entry: Entry) -> bool:
    """Whether a leg that was to close opens instead."""
    legs = zip(entry.asked.legs, entry.order.legs, strict=True)
    return any(asked.opens is False and leg.opens for asked, leg in legs)


def told(entry: Entry, fact: Fact) -> Entry:
    """The order after a fact about it."""
    match fact:
        case LegFilled():
            fill = Fill(fact.fill, fact.leg, abs(fact.quantity), fact.price, fact.at)
            return replace(entry, fills=(*entry.fills, fill), updated=fact.at)
        case OrderEnded():
            word = WORDS[Status(fact.how)]
            return replace(entry, word=word, ended=fact.at, updated=fact.at, note=fact.note)
        case _:
            return entry


def stands(entry: Entry, status: Status, at: datetime) -> Entry:
    """The order where the exchange says it is now."""
    word = WORDS[status]
    if word == entry.word or entry.ended is not None:
        return entry
    live = entry.live or (at if status is Status.LIVE else None)
    return replace(entry, word=word, live=live, updated=at)
