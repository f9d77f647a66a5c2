"""What the broker tells, made into facts exactly once, whatever its order and however often it comes.

The memory is a fold of the journal: orders that were sent, the numbers they were taken under, the parts
that have traded, what is over, the rows that are booked. Whatever was told before a crash and not
written is told again by the broker and is then new.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    Revived,
    RowBooked,
)
from tomking.core.errors import DataError, OutcomeUnknown
from tomking.core.facts import Fact, LegFilled, OrderEnded, Sent, Settled
from tomking.core.order import Order
from tomking.core.restraints import Halted, Resumed
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
#: The reason not to trade while the books differ: what is held may be closed, nothing is opened.
RECONCILING = "reconciling"
#: The fee of a part of a leg of an order, which the broker has under a number.
Fee = Callable[[str, Order, int, Part], Decimal]


@dataclass(slots=True)
class TradeInbox:
    """What is known of this account's orders at the broker.

    ``orders`` are ours by the short name they are found by, ``numbers`` names by the broker's number,
    ``sent`` when each went and ``unconfirmed`` when those of whose fate nothing is known, ``booked`` the
    rows of its ledger, ``charged`` the fill each part was booked as, ``held`` what our own orders have
    left us with and ``foreign_held``, by symbol, what is not ours; ``differences`` are those of the last
    comparison, if there ever was one. ``reconciling`` is whether the books are in doubt, ``revived`` the
    names of orders at work that counted as over, ``strange`` the numbers of those told amiss, and
    ``groups`` the complex order that an order is part of, by their numbers.
    """

    orders: dict[str, Order] = field(default_factory=dict[str, Order])
    numbers: dict[str, str] = field(default_factory=dict[str, str])
    unconfirmed: dict[str, datetime] = field(default_factory=dict[str, datetime])
    sent: dict[str, datetime] = field(default_factory=dict[str, datetime])
    parts: set[str] = field(default_factory=set[str])
    ended: set[str] = field(default_factory=set[str])
    foreign: set[str] = field(default_factory=set[str])
    booked: set[str] = field(default_factory=set[str])
    charged: dict[str, LegFilled] = field(default_factory=dict[str, LegFilled])
    held: dict[Contract, int] = field(default_factory=dict[Contract, int])
    foreign_held: dict[str, int] = field(default_factory=dict[str, int])
    differences: tuple[str, ...] | None = None
    reconciling: bool = False
    revived: set[str] = field(default_factory=set[str])
    strange: set[str] = field(default_factory=set[str])
    groups: dict[str, str] = field(default_factory=dict[str, str])

    def fold(self, facts: Iterable[Fact]) -> None:
        """Remember facts of the journal, old or just made."""
        for fact in facts:
            self._apply(fact)

    def _apply(self, fact: Fact) -> None:
        match fact:
            case Sent(at=at, order=order):
                name = short_name(order.id)
                self.orders[name] = order
                self.unconfirmed[name] = self.sent[name] = at
            case Acknowledged(order=order_id, number=number):
                self.numbers[number] = short_name(order_id)
                self.foreign.discard(number)  # it came without its name once
                self.unconfirmed.pop(short_name(order_id), None)
            case LegFilled():
                self._traded(fact)
            case ForeignTraded(fill=fill, symbol=symbol, quantity=quantity):
                self.parts.add(fill)
                self._leave(symbol, quantity)
            case OrderEnded(order=order_id):
                self.ended.add(short_name(order_id))
                self.unconfirmed.pop(short_name(order_id), None)
                self.revived.discard(short_name(order_id))
            case Revived(order=order):
                self.ended.discard(short_name(order.id))
                self.revived.add(short_name(order.id))
            case Settled():
                self._hold(fact.contract, -fact.quantity)
                if fact.delivered is not None:
                    self._hold(fact.delivered, fact.delivered_quantity)
            case RowBooked(row=row):
                self.booked.add(row)
            case _:
                self._compared(fact)

    def _compared(self, fact: Fact) -> None:
        """What is not ours, and how the books stand."""
        match fact:
            case (
                ForeignHeld(symbol=symbol, quantity=quantity)
                | ForeignMoved(symbol=symbol, quantity=quantity)
            ):
                self._leave(symbol, quantity)
            case ForeignSeen(number=number):
                self.foreign.add(number)
            case BooksCompared(differences=differences):
                self.differences = differences
            case Halted(reason=reason) | Resumed(reason=reason) if reason == RECONCILING:
                self.reconciling = isinstance(fact, Halted)
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

    @property
    def waiting_since(self) -> tuple[datetime, ...]:
        """When each of these was sent."""
        return tuple(self.sent[name] for name in self.waiting)

    def is_ours(self, row: object) -> bool:
        """Whether a row that cannot be read is of an order of ours, as far as it says."""
        if not isinstance(row, Mapping):
            return False
        said: Mapping[str, object] = row
        name, number = str(said.get("external-identifier")), str(said.get("id"))
        return name in self.orders or number in self.numbers

    def standing_for(self, intent: str) -> str | None:
        """The order of ours that stands for an intent: the live one, else the last.

        Raises
        ------
        OutcomeUnknown
            If one was sent and it cannot be known yet whether it was taken.
        """
        mine = [(name, each) for name, each in self.orders.items() if each.intent == intent]
        if any(name in self.unconfirmed for name, _ in mine):
            raise OutcomeUnknown(f"whether {intent} was taken is not known yet")
        alive = [each for name, each in mine if name not in self.ended]
        last = alive or [each for _, each in mine]
        return last[-1].id if last else None

    def number_of(self, order_id: str) -> str | None:
        """The broker's number of an order of ours; nothing until it is known."""
        name = short_name(order_id)
        return next((number for number, its in self.numbers.items() if its == name), None)

    def bound_to(self, order_id: str) -> frozenset[str]:
        """Names of the orders not over that were sent as one with an order, itself among them."""
        bracket = self.orders[short_name(order_id)].bracket
        every = (name for name in self.waiting if self.orders[name].bracket == bracket)
        return frozenset(every) if bracket else frozenset({short_name(order_id)})

    def hear(self, seen: ToldOrder, at: datetime, fee: Fee) -> list[Fact]:
        """The facts that are new in what was told of an order; they are remembered.

        What contradicts our own order is not an exception: it is said, and nothing is opened until the
        books have been compared.
        """
        if seen.group:
            self.groups[seen.number] = seen.group
        if self._is_nobodys_yet(seen):
            return []
        name, facts = self._name_of(seen), list[Fact]()
        try:
            for fact in (
                self._of_ours(self.orders[name], name, seen, at, fee)
                if name in self.orders
                else self._of_others(seen, at)
            ):
                facts.append(fact)
        except DataError as odd:
            facts += self._said_once(seen, at, str(odd))
        self.fold(facts)
        return facts

    def _name_of(self, seen: ToldOrder) -> str:
        """Whose order it is: ours by its number or its name, nobody's of ours by an empty one.

        A name of ours has one number. A second is a replacement's that kept the name of what it stands
        in for, as long as one is waited for, or somebody else's work.
        """
        known = self.numbers.get(seen.number)
        if known is not None:
            return known
        if seen.name not in self.numbers.values():
            return seen.name
        if seen.number in self.foreign:
            return ""
        waited = (name for name in self.unconfirmed if self._stands_in(name, seen.name))
        return next(waited, "")

    def _is_nobodys_yet(self, seen: ToldOrder) -> bool:
        """Whether a new order came without a name while one of ours waits to be found: it may be that.

        As long as one does everything is looked up again, so nothing is lost by not hearing it.
        """
        new = seen.number not in self.numbers and seen.number not in self.foreign
        return not seen.name and new and bool(self.unconfirmed)

    def _stands_in(self, name: str, old: str) -> bool:
        """Whether an order of ours was sent in place of another."""
        replaces = self.orders[name].replaces
        return bool(replaces) and short_name(replaces) == old

    def _of_ours(
        self, order: Order, name: str, seen: ToldOrder, at: datetime, fee: Fee
    ) -> Iterator[Fact]:
        places = _places(order, seen)
        first = seen.number not in self.numbers
        if first:
            yield Acknowledged(at, order.id, seen.number)
        if name in self.ended:
            if not self._is_more(seen, places, first=first):
                return
            yield Revived(at, order, self._booked(order, seen, places))
            yield Halted(at, RECONCILING, f"{order.id} was over here and is not there: {seen}")
        for place, leg in zip(places, seen.legs, strict=True):
            for part in leg.parts:
                fill = _fill_id(seen, place, part)
                if fill not in self.parts:
                    if place >= len(order.legs):
                        yield _others_part(seen, leg, part, fill, at)
                        continue
                    quantity = _lots(leg, part)
                    cost = fee(seen.number, order, place, part)
                    yield LegFilled(
                        min(part.at, at), order.id, place, order.legs[place].contract, quantity,
                        part.price, cost, fill,
                    )  # fmt: skip
        if max(places, default=0) >= len(order.legs):
            yield from self._said_once(seen, at, f"{order.id} has other legs there: {seen}")
        if seen.is_over and seen.is_told:
            yield OrderEnded(at, order.id, ENDS[seen.word], seen.note or _partly(seen))

    def _is_more(self, seen: ToldOrder, places: Sequence[int], *, first: bool) -> bool:
        """Whether what is told of an order that is over here is news: it has traded, or it lives.

        One whose number was known has been told to its end, so that it lives is old news told late.
        """
        told = zip(places, seen.legs, strict=True)
        fills = {_fill_id(seen, place, part) for place, leg in told for part in leg.parts}
        return bool(fills - self.parts) or (first and seen.may_trade)

    def _booked(self, order: Order, seen: ToldOrder, places: Sequence[int]) -> tuple[int, ...]:
        """How much of each leg of an order is booked already, signed."""
        done = [0] * len(order.legs)
        for place, leg in zip(places, seen.legs, strict=True):
            for part in leg.parts if place < len(done) else ():
                if _fill_id(seen, place, part) in self.parts:
                    done[place] += _lots(leg, part)
        return tuple(done)

    def _said_once(self, seen: ToldOrder, at: datetime, why: str) -> Iterator[Halted]:
        """What cannot be of an order that we sent: said once, until the books have been compared."""
        if seen.number not in self.strange:
            self.strange.add(seen.number)
            yield Halted(at, RECONCILING, why)

    def _of_others(self, seen: ToldOrder, at: datetime) -> Iterator[Fact]:
        """Somebody else's order: said once, and each of its parts once."""
        if seen.number not in self.foreign:
            yield ForeignSeen(at, seen.number, str(seen))
            if seen.name in self.orders:
                yield Halted(at, RECONCILING, _second(seen))
            elif OURS.fullmatch(
                seen.name
            ):  # what was wanted may be on already: nothing more is opened
                yield Halted(at, OPERATOR, f"{_forgotten(seen)}; then `tomking resume`")
        held = dict(self.held)
        for place, leg in enumerate(seen.legs):
            for part in leg.parts:
                fill = _fill_id(seen, place, part)
                if fill not in self.parts:
                    traded = _others_part(seen, leg, part, fill, at)
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


def _others_part(
    seen: ToldOrder, leg: ToldLeg, part: Part, fill: str, at: datetime
) -> ForeignTraded:
    """A part that no order of ours explains."""
    quantity = part.quantity if leg.quantity > 0 else -part.quantity
    return ForeignTraded(min(part.at, at), seen.number, leg.symbol, quantity, part.price, fill)


def _places(order: Order, seen: ToldOrder) -> list[int]:
    """Which of our legs each told one is, a package has each contract once; beyond them if none."""
    ours = {(leg.contract, leg.quantity > 0): place for place, leg in enumerate(order.legs)}
    return [
        len(order.legs) + row if leg.contract is None
        else ours.get((leg.contract, leg.quantity > 0), len(order.legs) + row)
        for row, leg in enumerate(seen.legs)
    ]  # fmt: skip


def _second(seen: ToldOrder) -> str:
    """An order under a name of ours that has an order already."""
    return (
        f"order {seen.number} bears our name {seen.name}, which has another: it is not ours; see who "
        "trades here, and cancel or close it by hand"
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
