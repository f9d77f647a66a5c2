"""A second exchange in this process, given the same orders at the same instants as a server was.

It knows the venue and nothing of the server: numbers, waiting at night and the broker's words are
written here a second time, in the plainest way, so that the two can be compared.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import gcd
from typing import Any

from tomking.core.contract import Contract
from tomking.core.errors import QuoteMissing
from tomking.core.facts import DividendBooked, Fact, LegFilled, OrderEnded, Settled
from tomking.core.order import Bracket, Leg, Order, Purpose, TimeInForce
from tomking.core.product import product
from tomking.core.value import value
from tomking.core.venue import Code
from tomking.exchange.venue import Exchange
from tomking.exchange.working import Status
from tomking.market.snapshot import Snapshot
from tomking.portfolio.preview import Refusal
from tomking.wire.symbols import trading_symbol

Json = dict[str, Any]
TIFS = {"Day": TimeInForce.DAY, "GTC": TimeInForce.GTC}
WORDS = {
    Status.RECEIVED: "Received", Status.ROUTED: "In Flight", Status.LIVE: "Live",
    Status.CONTINGENT: "Contingent", Status.CANCEL_REQUESTED: "Cancel Requested",
    Status.FILLED: "Filled", Status.CANCELLED: "Cancelled", Status.EXPIRED: "Expired",
    Status.REJECTED: "Rejected",
}  # fmt: skip
#: Until when after the close orders reach the exchange.
AFTER = timedelta(minutes=15)


@value
class Wish:
    """An order as a person thinks of it: signed quantities of all units, and whether each opens."""

    legs: tuple[tuple[Contract, int, bool], ...]
    limit: Decimal
    tif: str = "Day"

    def body(self, *, with_legs: bool = True) -> Json:
        """What a client sends."""
        said: Json = {
            "order-type": "Limit", "time-in-force": self.tif, "price": str(abs(self.limit)),
            "price-effect": "Credit" if self.limit >= 0 else "Debit", "external-identifier": "twin",
        }  # fmt: skip
        return said | ({"legs": [_leg(*leg) for leg in self.legs]} if with_legs else {})


def _leg(contract: Contract, quantity: int, opens: bool) -> Json:
    kind = "Equity Option" if contract.is_option else "Equity"
    action = f"{'Buy' if quantity > 0 else 'Sell'} to {'Open' if opens else 'Close'}"
    return {
        "instrument-type": kind, "symbol": trading_symbol(contract), "action": action,
        "quantity": abs(quantity) * lot(contract),
    }  # fmt: skip


def lot(contract: Contract) -> int:
    """How many a client counts for one of the exchange's."""
    return 1 if contract.is_option else product(contract.root).multiplier


def is_open(now: Snapshot) -> bool:
    """Whether orders reach the exchange now."""
    session = now.day.session
    return session.opens <= now.at < session.closes + AFTER


@dataclass
class Twin:
    """The exchange and what its clients would be told, kept in plain dictionaries."""

    exchange: Exchange
    market: Callable[[datetime], Snapshot]
    last: int = 0
    orders: dict[int, Order] = field(default_factory=dict)
    wishes: dict[int, Wish] = field(default_factory=dict)
    groups: dict[int, tuple[int, ...]] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    now: Snapshot = field(init=False)

    def look(self, at: datetime) -> None:
        """An instant goes by."""
        self.now = self.market(at)
        if is_open(self.now):
            for number in self.waiting:
                self.exchange.submit(self.orders[number], self.now)
            self.waiting = []
        self.facts += self.exchange.step(self.now)

    def order(self, number: int, wish: Wish, held: Mapping[Contract, int], replaces: int) -> Order:
        """The exchange's order: what is to close and meets nothing opens."""
        units = gcd(*(quantity for _, quantity, _ in wish.legs))
        legs = tuple(
            Leg(each, n // units, "", opens=opens or held.get(each, 0) * n >= 0)
            for each, n, opens in wish.legs
        )
        purpose = Purpose.OPEN if any(leg.opens for leg in legs) else Purpose.CLOSE
        old = self.orders[replaces].id if replaces else ""
        return Order(
            str(number), 1, purpose, "", "", legs, units, wish.limit, replaces=old,
            tif=TIFS[wish.tif],
        )  # fmt: skip

    def refused(self, wish: Wish, replaces: int = 0) -> bool:
        """Whether the dry run objects; at night it does not mind that the market is closed."""
        if replaces and self.is_over(replaces):
            return True
        said = self._objections(self.order(0, wish, self.exchange.holdings(), replaces))
        return any(is_open(self.now) or each.code is not Code.NEXT_SESSION for each in said)

    def _objections(self, order: Order) -> tuple[Refusal, ...]:
        try:
            return self.exchange.preview(order, self.now).refusals
        except QuoteMissing as missing:
            return (Refusal(Code.MARGIN, str(missing)),)

    def place(self, wish: Wish, replaces: int = 0) -> int:
        """Take an order, and say under which number; nought if it is refused."""
        if self.refused(wish, replaces):
            return 0
        self.last += 1
        order = self.order(self.last, wish, self.exchange.holdings(), replaces)
        self.orders[self.last], self.wishes[self.last] = order, wish
        if is_open(self.now):
            self.exchange.submit(order, self.now)
        else:
            self.waiting.append(self.last)
        self._succeed(replaces, self.last)
        return self.last

    def _succeed(self, old: int, new: int) -> None:
        """What replaces a side of a complex order is a side of it."""
        for group, numbers in self.groups.items():
            if old in numbers:
                self.groups[group] = (*numbers, new)

    def place_together(self, first: Wish | None, others: tuple[Wish, ...]) -> int:
        """Take a complex order, and say under which number; nought if it is refused."""
        wishes = (*(() if first is None else (first,)), *others)
        held = self.exchange.holdings()
        group = self.last + 1
        numbers = tuple(range(group + 1, group + 1 + len(wishes)))
        made: list[Order] = []
        for number, wish in zip(numbers, wishes, strict=True):
            made.append(self.order(number, wish, held, 0))
            if first is not None and wish is first:
                held = dict(held)
                for contract, quantity, _ in first.legs:
                    held[contract] = held.get(contract, 0) + quantity
        bracket = (
            Bracket(str(group), tuple(made))
            if first is None
            else Bracket(str(group), tuple(made[1:]), made[0])
        )
        if self.exchange.preview_bracket(bracket, self.now).refusals:
            return 0
        self.last = numbers[-1]
        self.orders |= dict(zip(numbers, made, strict=True))
        self.wishes |= dict(zip(numbers, wishes, strict=True))
        self.groups[group] = numbers
        self.exchange.submit_bracket(bracket, self.now)
        return group

    def cancel(self, number: int) -> bool:
        """Ask for an order's end; whether there was anything to ask for."""
        if self.is_over(number):
            return False
        if number in self.waiting:
            self.waiting.remove(number)
            self.gone.add(number)
        else:
            self.exchange.cancel(self.orders[number].id)
        return True

    def is_over(self, number: int) -> bool:
        """Whether the end of an order has been told."""
        name = self.orders[number].id
        ends = (fact for fact in self.facts if isinstance(fact, OrderEnded))
        return number in self.gone or any(fact.order == name for fact in ends)

    def word(self, number: int) -> str:
        """Where an order is."""
        if number in self.gone:
            return "Cancelled"
        status = self.exchange.status(self.orders[number].id, self.now.at)
        return "Received" if status is None else WORDS[status]

    def fills(self, number: int) -> list[tuple[int, int, Decimal]]:
        """What of an order has traded: leg, quantity as a client counts it, and price."""
        return [
            (fact.leg, abs(fact.quantity) * lot(fact.contract), fact.price)
            for fact in self.facts
            if isinstance(fact, LegFilled) and fact.order == self.orders[number].id
        ]

    def held(self) -> dict[str, tuple[int, Decimal]]:
        """Signed quantity and average price by symbol."""
        ledger = self.exchange.ledger
        return {
            trading_symbol(each): (quantity * lot(each), abs(ledger.entry(each)))
            for each, quantity in ledger.holdings.items()
        }

    def money(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """Cash, net liquidation and what margin is needed; nothing while something has no quote."""
        try:
            net_liq, needed = self.exchange.net_liq(self.now), self.exchange.requirement(self.now)
        except QuoteMissing:
            return None
        return self.exchange.ledger.cash, net_liq.quantize(Decimal("0.01")), needed

    def moved(self) -> Iterator[tuple[str, int, Decimal]]:
        """Everything that moved money or contracts: symbol, quantity, and what it brought, net."""
        for fact in self.facts:
            if isinstance(fact, LegFilled):
                count = fact.quantity * lot(fact.contract)
                each = 1 if not fact.contract.is_option else product(fact.contract.root).multiplier
                yield (
                    trading_symbol(fact.contract),
                    abs(count),
                    -count * fact.price * each - fact.fee,
                )
            elif isinstance(fact, Settled):
                yield trading_symbol(fact.contract), abs(fact.quantity), fact.cash - fact.fee
                if fact.delivered is not None:
                    count = fact.delivered_quantity * lot(fact.delivered)
                    paid = -count * fact.delivered_price
                    yield trading_symbol(fact.delivered), abs(count), paid
            elif isinstance(fact, DividendBooked):
                yield "", 0, fact.cash
