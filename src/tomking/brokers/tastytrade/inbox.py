"""What the broker tells, made into facts exactly once, whatever its order and however often it comes.

The memory is a fold of the journal: orders that were sent, the numbers they were taken under, the parts
that have traded, what is over, the rows that are booked. Whatever was told before a crash and not
written is told again by the broker and is then new.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tomking.brokers.tastytrade.taken import closed_out
from tomking.brokers.tastytrade.told import Part, ToldLeg, ToldOrder
from tomking.core.contract import Contract
from tomking.core.dealings import (
    Acknowledged,
    BooksCompared,
    Doubted,
    ForeignHeld,
    ForeignMoved,
    ForeignSeen,
    ForeignTraded,
    RowBooked,
)
from tomking.core.errors import DataError, InvariantError
from tomking.core.facts import Fact, LegFilled, OrderEnded, Sent, Settled
from tomking.core.order import Order
from tomking.core.restraints import Halted
from tomking.core.rung import OPERATOR
from tomking.wire.orders import short_name
from tomking.wire.symbols import trading_symbol

#: How a word of the broker ends an order of ours.
ENDS = {
    "Filled": "filled", "Cancelled": "cancelled", "Expired": "expired", "Rejected": "rejected",
    "Removed": "cancelled", "Partially Removed": "cancelled",
}  # fmt: skip
#: How a name of ours ends: with the attempt, or with the digest of one that was too long.
OURS = re.compile(r".+(#\d+|~[0-9a-f]{12})")
#: The fee of a part of a leg of an order, which the broker has under a number.
Fee = Callable[[str, Order, int, Part], Decimal]


@dataclass(slots=True)
class TradeInbox:
    """What is known of this account's orders at the broker.

    ``orders`` are ours by the short name they are found by, ``numbers`` names by the broker's number,
    ``unconfirmed`` when each was sent of whose fate nothing is known, ``booked`` the rows of its ledger,
    ``charged`` the fill each part was booked as, ``held`` what our own orders have left us with and
    ``foreign_held``, by symbol, what is not ours; ``differences`` are those of the last comparison, if
    there ever was one.
    """

    orders: dict[str, Order] = field(default_factory=dict[str, Order])
    numbers: dict[str, str] = field(default_factory=dict[str, str])
    unconfirmed: dict[str, datetime] = field(default_factory=dict[str, datetime])
    parts: set[str] = field(default_factory=set[str])
    ended: set[str] = field(default_factory=set[str])
    foreign: set[str] = field(default_factory=set[str])
    booked: set[str] = field(default_factory=set[str])
    charged: dict[str, LegFilled] = field(default_factory=dict[str, LegFilled])
    held: dict[Contract, int] = field(default_factory=dict[Contract, int])
    foreign_held: dict[str, int] = field(default_factory=dict[str, int])
    differences: tuple[str, ...] | None = None

    def fold(self, facts: Iterable[Fact]) -> None:
        """Remember facts of the journal, old or just made."""
        for fact in facts:
            self._apply(fact)

    def _apply(self, fact: Fact) -> None:
        match fact:
            case Sent(at=at, order=order):
                name = short_name(order.id)
                self.orders[name] = order
                self.unconfirmed[name] = at
            case Acknowledged(order=order_id, number=number):
                self.numbers[number] = short_name(order_id)
                self.unconfirmed.pop(short_name(order_id), None)
            case LegFilled():
                self._traded(fact)
            case ForeignTraded(fill=fill, symbol=symbol, quantity=quantity):
                self.parts.add(fill)
                self._leave(symbol, quantity)
            case (
                ForeignHeld(symbol=symbol, quantity=quantity)
                | ForeignMoved(symbol=symbol, quantity=quantity)
            ):
                self._leave(symbol, quantity)
            case BooksCompared(differences=differences):
                self.differences = differences
            case Settled():
                self._hold(fact.contract, -fact.quantity)
                if fact.delivered is not None:
                    self._hold(fact.delivered, fact.delivered_quantity)
            case OrderEnded(order=order_id):
                self.ended.add(short_name(order_id))
                self.unconfirmed.pop(short_name(order_id), None)
            case ForeignSeen(number=number):
                self.foreign.add(number)
            case RowBooked(row=row):
                self.booked.add(row)
            case _:
                return

    def _traded(self, fact: LegFilled) -> None:
        self.parts.add(fact.fill)
        number, _, execution = fact.fill.split("/", 2)
        self.charged[f"{number}/{execution}/{trading_symbol(fact.contract)}"] = fact
        self._hold(fact.contract, fact.quantity)

    def _leave(self, symbol: str, quantity: int) -> None:
        """What somebody else trades is in the account and in nobody's plan."""
        self.foreign_held[symbol] = self.foreign_held.get(symbol, 0) + quantity

    def _hold(self, contract: Contract, quantity: int) -> None:
        self.held[contract] = self.held.get(contract, 0) + quantity
        if not self.held[contract]:
            del self.held[contract]

    @property
    def waiting(self) -> frozenset[str]:
        """Names of orders of ours that are not over."""
        return frozenset(self.orders.keys() - self.ended)

    def number_of(self, order_id: str) -> str | None:
        """The broker's number of an order of ours; nothing until it is known."""
        name = short_name(order_id)
        return next((number for number, its in self.numbers.items() if its == name), None)

    def hear(self, seen: ToldOrder, at: datetime, fee: Fee) -> list[Fact]:
        """The facts that are new in what was told of an order; they are remembered."""
        name = self.numbers.get(seen.number) or seen.name
        facts = list(
            self._of_ours(self.orders[name], name, seen, at, fee)
            if name in self.orders
            else self._of_others(seen, at)
        )
        self.fold(facts)
        return facts

    def _of_ours(
        self, order: Order, name: str, seen: ToldOrder, at: datetime, fee: Fee
    ) -> Iterator[Fact]:
        if seen.number not in self.numbers:
            yield Acknowledged(at, order.id, seen.number)
        if name in self.ended:
            return
        for leg in seen.legs:
            place = _place(order, leg)
            for part in leg.parts:
                fill = _fill_id(seen, place, part)
                if fill not in self.parts:
                    quantity = _lots(leg, part)
                    cost = fee(seen.number, order, place, part)
                    yield LegFilled(
                        min(part.at, at), order.id, place, order.legs[place].contract, quantity,
                        part.price, cost, fill,
                    )  # fmt: skip
        if seen.is_over and seen.is_told:
            yield OrderEnded(at, order.id, ENDS[seen.word], seen.note or _partly(seen))

    def _of_others(self, seen: ToldOrder, at: datetime) -> Iterator[Fact]:
        """Somebody else's order: said once, and each of its parts once."""
        if seen.number not in self.foreign:
            yield ForeignSeen(at, seen.number, str(seen))
            if OURS.fullmatch(
                seen.name
            ):  # what was wanted may be on already: nothing more is opened
                yield Halted(at, OPERATOR, f"{_forgotten(seen)}; then `tomking resume`")
        held = dict(self.held)
        for place, leg in enumerate(seen.legs):
            for part in leg.parts:
                fill = _fill_id(seen, place, part)
                if fill not in self.parts:
                    quantity = part.quantity if leg.quantity > 0 else -part.quantity
                    traded = ForeignTraded(
                        min(part.at, at), seen.number, leg.symbol, quantity, part.price, fill
                    )
                    yield traded
                    yield from closed_out(traded, leg.contract, held)

    def doubt(self, order: Order, at: datetime, why: str) -> Doubted:
        """An order that was sent and not answered."""
        self.unconfirmed[short_name(order.id)] = at
        return Doubted(at, order.id, why)


def _fill_id(seen: ToldOrder, place: int, part: Part) -> str:
    """A part's name, which is its alone: legs of a package may share the broker's."""
    return f"{seen.number}/{place}/{part.id}"


def _lots(leg: ToldLeg, part: Part) -> int:
    """How many of ours a part is, signed as it traded."""
    if part.quantity % leg.lot:
        raise DataError(
            f"{part.quantity} of {leg.symbol} traded, which is no whole number of lots of {leg.lot}: "
            "compare the books by hand"
        )
    return part.quantity // leg.lot * (1 if leg.quantity > 0 else -1)


def _place(order: Order, leg: ToldLeg) -> int:
    """Which of our legs a told one is; a package has each contract once."""
    for place, ours in enumerate(order.legs):
        if ours.contract == leg.contract and ours.quantity * leg.quantity > 0:
            return place
    raise InvariantError(
        f"the broker tells of {leg.quantity} {leg.symbol} in {order.id}, which has no such leg; "
        "stop and compare the books"
    )


def _forgotten(seen: ToldOrder) -> str:
    """An order that bears a name of ours and that the journal does not know."""
    return (
        f"order {seen.number} bears our name {seen.name} and is not in the journal: an old copy of that "
        "was restored, or another desk trades here; compare what is held, close what nobody wants"
    )


def _partly(seen: ToldOrder) -> str:
    """How much of an order that did not fill has traded; empty if nothing has."""
    traded = [abs(leg.quantity) - leg.remaining for leg in seen.legs]
    if seen.word == "Filled" or not any(traded):
        return ""
    return f"{traded[0]} of {abs(seen.legs[0].quantity)} of its first leg traded"
