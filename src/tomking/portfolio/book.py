"""The book: positions, working orders, cash and campaigns, as a fold of facts.

Positions are held contracts of one tranche; a campaign is what a trader calls the trade and
outlives its tranches. Nothing here is ever set: ``apply(book, fact)`` gives the next book.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime
from decimal import Decimal
from math import gcd

from tomking.core.contract import Contract
from tomking.core.errors import InvariantError
from tomking.core.facts import (
    CampaignClosed,
    CashMoved,
    Fact,
    LegFilled,
    OrderEnded,
    RunStarted,
    Sent,
    Settled,
)
from tomking.core.money import ZERO
from tomking.core.order import Leg, Order, Purpose
from tomking.core.product import Delivers, product
from tomking.core.value import value
from tomking.market.snapshot import Legs
from tomking.portfolio.columns import columns


@value
class Position:
    """What is held of one tranche.

    ``held`` is (contract, signed total). ``premium`` is the dollars received (+) or paid (-) for it
    so far, before fees; ``basis`` the dollars at which futures are carried, with opposite sign,
    since they cost no cash. ``row`` is where its legs begin in the book's columns.
    """

    id: str
    strategy: str
    campaign: str
    tranche: str
    root: str
    held: tuple[tuple[Contract, int], ...]
    units: int
    premium: Decimal
    basis: Decimal
    fees: Decimal
    opened: datetime
    row: int = 0
    whole: bool = True

    @property
    def expiry_legs(self) -> tuple[Contract, ...]:
        """The option contracts among what is held."""
        return tuple(contract for contract, _ in self.held if contract.is_option)

    @property
    def legs_to_close(self) -> tuple[int, tuple[Leg, ...]]:
        """Units and per-unit legs of the order that takes this down, with no common factor left.

        A limit is then a price per contract where one contract is closed, as the venue wants it.
        """
        units = gcd(*(quantity for _, quantity in self.held))
        return units, tuple(
            Leg(contract, -quantity // units, self.tranche, opens=False)
            for contract, quantity in self.held
        )


@value
class Working:
    """An order at the venue, when it went, and how much of each leg has traded."""

    order: Order
    since: datetime
    filled: tuple[int, ...]

    @property
    def complete(self) -> bool:
        """Whether every leg has traded in full."""
        wanted = (leg.quantity * self.order.units for leg in self.order.legs)
        return all(got == want for got, want in zip(self.filled, wanted, strict=True))

    @property
    def units_left(self) -> int:
        """Units of which nothing has traded yet; none while legs have traded out of step."""
        done = {got // leg.quantity for got, leg in zip(self.filled, self.order.legs, strict=True)}
        whole = all(
            got % leg.quantity == 0 for got, leg in zip(self.filled, self.order.legs, strict=True)
        )
        return self.order.units - done.pop() if whole and len(done) == 1 else 0


@value
class Campaign:
    """A trade as a person counts it: its money so far (``flow``, after fees) and what is left open."""

    strategy: str
    opened: datetime
    flow: Decimal
    fees: Decimal
    positions: int


@value
class Book:
    """Everything held, wanted and owned. ``moved`` is cash put in or taken out since the start."""

    cash: Decimal
    positions: Mapping[str, Position]
    working: Mapping[str, Working]
    campaigns: Mapping[str, Campaign]
    legs: Legs = field(compare=False)  # columns of the positions: derived, and arrays
    moved: Decimal = ZERO

    def of(self, strategy: str) -> Iterator[Position]:
        """Positions of one strategy."""
        return (held for held in self.positions.values() if held.strategy == strategy)

    def closing(self, position: str) -> Iterator[Working]:
        """Working orders that would close a position, resting ones included."""
        return (order for order in self.working.values() if order.order.closes == position)

    def opening(self) -> Iterator[Working]:
        """Working orders that would open something."""
        return (order for order in self.working.values() if order.order.purpose is Purpose.OPEN)

    @property
    def holdings(self) -> Mapping[Contract, int]:
        """Signed contracts, netted over positions."""
        net: dict[Contract, int] = {}
        for position in self.positions.values():
            for contract, quantity in position.held:
                net[contract] = net.get(contract, 0) + quantity
        return {contract: quantity for contract, quantity in net.items() if quantity}


def empty_book(cash: Decimal) -> Book:
    """A book with money and nothing else."""
    return Book(cash, {}, {}, {}, columns(()))


def apply(book: Book, fact: Fact) -> Book:
    """The book after a fact; facts that do not touch it leave it as it was."""
    match fact:
        case RunStarted(capital=capital):
            return empty_book(capital)
        case Sent(at, order):
            working = Working(order, at, (0,) * len(order.legs))
            return replace(book, working={**book.working, order.id: working})
        case LegFilled():
            return _filled(book, fact)
        case OrderEnded(order=order_id):
            if order_id not in book.working:
                return book
            return replace(book, working={k: w for k, w in book.working.items() if k != order_id})
        case Settled():
            return _settled(book, fact)
        case CashMoved(amount=amount):
            return replace(book, cash=book.cash + amount, moved=book.moved + amount)
        case CampaignClosed(campaign=name):
            return replace(book, campaigns={k: c for k, c in book.campaigns.items() if k != name})
        case _:
            return book


def fold(book: Book, facts: Iterable[Fact]) -> Book:
    """The book after many facts."""
    for fact in facts:
        book = apply(book, fact)
    return book


def position_id(order: Order, tranche: str) -> str:
    """The name of the position a tranche of an opening order becomes."""
    return f"{order.intent}:{tranche}"


def _filled(book: Book, fact: LegFilled) -> Book:
    """A leg traded: money, the order's progress, and the position it opens or takes down."""
    if fact.order not in book.working:
        raise InvariantError(f"{fact.order} traded but is not at work; reconcile with the venue")
    working = book.working[fact.order]
    order, leg = working.order, working.order.legs[fact.leg]
    progress = list(working.filled)
    progress[fact.leg] += fact.quantity
    working = replace(working, filled=tuple(progress))
    name = order.closes or position_id(order, leg.tranche)
    before = book.positions.get(name) or _opened(order, leg.tranche, name, fact)
    cash, basis = _traded(before, fact.contract, fact.quantity, fact.price)
    after = replace(
        before,
        held=_with(before.held, fact.contract, fact.quantity),
        premium=before.premium + cash,
        basis=before.basis + basis,
        fees=before.fees + fact.fee,
        whole=_whole(working, leg.tranche),
    )
    book = replace(
        book, cash=book.cash + cash - fact.fee, working={**book.working, fact.order: working}
    )
    return _placed(book, name, after, cash - fact.fee, fact.fee)


def _opened(order: Order, tranche: str, name: str, fact: LegFilled) -> Position:
    return Position(
        name, order.strategy, order.campaign, tranche, order.root, (), order.units,
        ZERO, ZERO, ZERO, fact.at,
    )  # fmt: skip


def _traded(
    position: Position, contract: Contract, quantity: int, price: Decimal
) -> tuple[Decimal, Decimal]:
    """Cash and change of basis of a trade: options and shares are paid for, futures are carried."""
    traded = product(contract.root)
    if contract.is_option or traded.delivers is Delivers.SHARES:
        return -quantity * price * traded.multiplier, ZERO
    return _future_traded(position, contract, quantity, price)


def _future_traded(
    position: Position, contract: Contract, quantity: int, price: Decimal
) -> tuple[Decimal, Decimal]:
    """Cash and change of basis when futures are added to, or set against, what a position holds.

    Adding costs no cash and is carried; against an opposite holding the carried dollars of as many
    contracts turn into money at once, at their average.
    """
    point = product(contract.root).multiplier
    held = dict(position.held).get(contract, 0)
    shut = min(abs(held), abs(quantity)) if held * quantity < 0 else 0
    if not shut:
        return ZERO, -quantity * price * point
    way = 1 if quantity > 0 else -1
    freed = position.basis * shut / abs(held)
    more = (abs(quantity) - shut) * way
    return -way * shut * price * point + freed, -freed - more * price * point


def _with(
    held: tuple[tuple[Contract, int], ...], contract: Contract, quantity: int
) -> tuple[tuple[Contract, int], ...]:
    """The holding with some more (or less) of a contract; nothing is kept at zero."""
    total = dict(held)
    total[contract] = total.get(contract, 0) + quantity
    return tuple((key, n) for key, n in total.items() if n)


def _whole(working: Working, tranche: str) -> bool:
    """Whether the legs of a tranche have traded in their ratio: whole packages, however many."""
    legs = [
        (got, leg.quantity)
        for got, leg in zip(working.filled, working.order.legs, strict=True)
        if leg.tranche == tranche
    ]
    first, wanted = legs[0]
    return all(got * wanted == first * quantity for got, quantity in legs)


def _placed(book: Book, name: str, position: Position, flow: Decimal, fee: Decimal) -> Book:
    """The book with a position put in, or taken out when nothing of it is held."""
    positions = {key: held for key, held in book.positions.items() if key != name}
    if position.held:
        positions[name] = position
    was = book.campaigns.get(position.campaign)
    campaign = Campaign(
        position.strategy,
        was.opened if was else position.opened,
        (was.flow if was else ZERO) + flow,
        (was.fees if was else ZERO) + fee,
        sum(held.campaign == position.campaign for held in positions.values()),
    )
    return _numbered(
        replace(
            book,
            positions=positions,
            campaigns={**book.campaigns, position.campaign: campaign},
        )
    )


def _numbered(book: Book) -> Book:
    """Positions told where their legs stand in freshly built columns."""
    row = 0
    positions: dict[str, Position] = {}
    for name, position in book.positions.items():
        positions[name] = replace(position, row=row) if position.row != row else position
        row += len(position.held)
    held = tuple(pair for position in positions.values() for pair in position.held)
    return replace(book, positions=positions, legs=columns(held))


def _settled(book: Book, fact: Settled) -> Book:
    """An expiry, shared out over the positions that held the contract."""
    for name, position in tuple(book.positions.items()):
        mine = dict(position.held).get(fact.contract, 0)
        if mine:
            book = _share_of(book, name, position, fact, mine)
    return book


def _share_of(book: Book, name: str, position: Position, fact: Settled, mine: int) -> Book:
    cash, fee = fact.cash * mine / fact.quantity, fact.fee * mine / fact.quantity
    basis = position.basis if fact.contract.is_option else ZERO
    held = _with(position.held, fact.contract, -mine)
    if fact.delivered is not None:
        got = fact.delivered_quantity * mine // fact.quantity  # exact: one for each contract
        realised, carried = _traded(position, fact.delivered, got, fact.delivered_price)
        held = _with(held, fact.delivered, got)
        cash, basis = cash + realised, basis + carried
    after = replace(
        position, held=held, premium=position.premium + cash, basis=basis, fees=position.fees + fee
    )
    book = replace(book, cash=book.cash + cash - fee)
    return _placed(book, name, after, cash - fee, fee)
