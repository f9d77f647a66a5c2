"""The book: positions, working orders, cash and campaigns, as a fold of facts.

Positions are held contracts of one tranche; a campaign is what a trader calls the trade and
outlives its tranches. Nothing here is ever set: ``apply(book, fact)`` gives the next book.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from math import gcd

from tomking.core.contract import Contract
from tomking.core.dealings import FeesDiffered, Revived
from tomking.core.errors import InvariantError
from tomking.core.facts import (
    CampaignClosed,
    CashMoved,
    DividendBooked,
    Fact,
    LegFilled,
    OrderEnded,
    RunStarted,
    Sent,
    Settled,
)
from tomking.core.money import ZERO
from tomking.core.order import Leg, Order, Purpose
from tomking.core.product import product
from tomking.core.value import value
from tomking.market.snapshot import Legs
from tomking.portfolio.columns import columns
from tomking.portfolio.holding import cut, dollars, holding_with, position_of, traded


@value
class Position:
    """What is held of one tranche.

    ``held`` is (contract, signed total). ``premium`` is the dollars received (+) or paid (-) for it
    so far, before fees; ``opening_premium`` those of what opened it and of rolls that joined, which
    no close moves: shares of the premium are of this. ``basis`` is the dollars at which futures are
    carried, with opposite sign, since they cost no cash. ``row`` is where its legs begin in the
    book's columns. ``assigned`` says that an option of it became shares or a future, ``stopped`` that a
    stop at the venue bought some of it back, or more than all: it is no longer what its plan opened.
    """

    id: str
    strategy: str
    campaign: str
    tranche: str
    root: str
    held: tuple[tuple[Contract, int], ...]
    units: int
    premium: Decimal
    opening_premium: Decimal
    basis: Decimal
    fees: Decimal
    opened: datetime
    row: int = 0
    whole: bool = True
    assigned: bool = False
    stopped: bool = False

    @property
    def outright(self) -> tuple[tuple[Contract, int], ...]:
        """The shares and futures among what is held."""
        return tuple((contract, n) for contract, n in self.held if not contract.is_option)

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
    """A trade as a person counts it: its money so far, after fees, and what all of it was opened for."""

    strategy: str
    opened: datetime
    flow: Decimal
    fees: Decimal
    positions: int
    opening_premium: Decimal = ZERO


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
        """Working orders that would open a campaign."""
        return (order for order in self.working.values() if order.order.purpose is Purpose.OPEN)

    def adding(self) -> Iterator[Working]:
        """Working orders of which a leg opens, those of campaigns already there included."""
        return (
            there for there in self.working.values() if any(leg.opens for leg in there.order.legs)
        )

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
        case Revived(at, order, filled):
            return replace(book, working={**book.working, order.id: Working(order, at, filled)})
        case LegFilled():
            return _filled(book, fact)
        case OrderEnded(order=order_id):
            if order_id not in book.working:
                return book
            return replace(book, working={k: w for k, w in book.working.items() if k != order_id})
        case Settled():
            return _settled(book, fact)
        case DividendBooked():
            return _paid(book, fact)
        case CashMoved(amount=amount):
            return replace(book, cash=book.cash + amount, moved=book.moved + amount)
        case FeesDiffered():
            return _recharged(book, fact)
        case CampaignClosed(campaign=name):
            return replace(book, campaigns={k: c for k, c in book.campaigns.items() if k != name})
        case _:
            return book


def fold(book: Book, facts: Iterable[Fact]) -> Book:
    """The book after many facts."""
    return reduce(apply, facts, book)


def _filled(book: Book, fact: LegFilled) -> Book:
    """A leg traded: money, the order's progress, and the position it opens or takes down."""
    if fact.order not in book.working:
        raise InvariantError(f"{fact.order} traded but is not at work; reconcile with the venue")
    working = book.working[fact.order]
    order, leg = working.order, working.order.legs[fact.leg]
    progress = list(working.filled)
    progress[fact.leg] += fact.quantity
    working = replace(working, filled=tuple(progress))
    name = position_of(order, leg)
    overrun = not leg.opens and name not in book.positions  # both ends of a pair have traded
    before = book.positions.get(name) or _opened(order, leg.tranche, name, fact)
    point = product(fact.contract.root).multiplier
    cash, basis = _traded(before, fact.contract, fact.quantity, fact.price * point)
    after = replace(
        before,
        held=holding_with(before.held, fact.contract, fact.quantity),
        premium=before.premium + cash,
        opening_premium=before.opening_premium + (cash if leg.opens or order.joins else ZERO),
        basis=before.basis + basis,
        fees=before.fees + fact.fee,
        whole=_whole(working, name),
        stopped=before.stopped or order.is_backstop or overrun,
    )
    book = replace(
        book, cash=book.cash + cash - fact.fee, working={**book.working, fact.order: working}
    )
    return _placed(book, name, after, cash - fact.fee, fact.fee)


def _opened(order: Order, tranche: str, name: str, fact: LegFilled) -> Position:
    return Position(
        name, order.strategy, order.campaign, tranche, order.root, (), order.units,
        ZERO, ZERO, ZERO, ZERO, fact.at,
    )  # fmt: skip


def _traded(
    position: Position, contract: Contract, quantity: int, each: Decimal
) -> tuple[Decimal, Decimal]:
    return traded(dict(position.held).get(contract, 0), position.basis, contract, quantity, each)


def _whole(working: Working, position: str) -> bool:
    """Whether an order's legs of a position have traded in their ratio: whole packages, however many."""
    legs = [
        (got, leg.quantity)
        for got, leg in zip(working.filled, working.order.legs, strict=True)
        if position_of(working.order, leg) == position
    ]
    first, wanted = legs[0]
    return all(got * wanted == first * quantity for got, quantity in legs)


def _placed(book: Book, name: str, position: Position, flow: Decimal, fee: Decimal) -> Book:
    """The book with a position put in, or taken out when nothing of it is held."""
    positions = {key: held for key, held in book.positions.items() if key != name}
    if position.held:
        positions[name] = position
    was, there = book.campaigns.get(position.campaign), book.positions.get(name)
    opening = position.opening_premium - (there.opening_premium if there else ZERO)
    campaign = Campaign(
        position.strategy,
        was.opened if was else position.opened,
        (was.flow if was else ZERO) + flow,
        (was.fees if was else ZERO) + fee,
        sum(held.campaign == position.campaign for held in positions.values()),
        (was.opening_premium if was else ZERO) + opening,
    )
    campaigns = {**book.campaigns, position.campaign: campaign}
    return _numbered(replace(book, positions=positions, campaigns=campaigns))


def _recharged(book: Book, fact: FeesDiffered) -> Book:
    """Another fee than was booked: its position's and campaign's, cash alone where these are over."""
    more, position, campaign = fact.amount, fact.position, fact.campaign
    positions, campaigns = dict(book.positions), dict(book.campaigns)
    if position in positions:
        positions[position] = replace(positions[position], fees=positions[position].fees + more)
    if campaign in campaigns:
        was = campaigns[campaign]
        campaigns[campaign] = replace(was, flow=was.flow - more, fees=was.fees + more)
    return replace(book, cash=book.cash - more, positions=positions, campaigns=campaigns)


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
    """The end of a contract, shared out over the positions that held it; what it delivers nets."""
    done = 0
    for name, part in _parts(book, fact):
        cash, fee = (cut(whole, done, part, fact.quantity) for whole in (fact.cash, fact.fee))
        book = _share_of(book, name, part, fact, cash, fee)
        done += part
    return book if fact.delivered is None else _netted(book, fact.delivered, fact.netted_at)


def _parts(book: Book, fact: Settled) -> list[tuple[str, int]]:
    """How many contracts of each position a settlement takes, signed as held.

    All of them when all of the account's end; of a part the oldest positions bear the most, since an
    assignment does not say whose it is.
    """
    holders = _holders(book, fact.contract)
    if sum(mine for _, mine in holders) == fact.quantity:
        return holders
    parts: list[tuple[str, int]] = []
    left = fact.quantity
    for name, mine in holders:
        if left and mine * left > 0:
            part = min(mine, left, key=abs)
            parts.append((name, part))
            left -= part
    return parts


def _holders(book: Book, contract: Contract) -> list[tuple[str, int]]:
    """The positions that hold a contract and how many, the oldest first."""
    found = [
        (position.opened, name, mine)
        for name, position in book.positions.items()
        if (mine := dict(position.held).get(contract, 0))
    ]
    return [(name, mine) for _, name, mine in sorted(found)]


def _share_of(book: Book, name: str, mine: int, fact: Settled, cash: Decimal, fee: Decimal) -> Book:
    """The book after a position's part of a settlement."""
    position = book.positions[name]
    held, basis = holding_with(position.held, fact.contract, -mine), position.basis
    if not fact.contract.is_option:  # a future ends at its own gain, not at the account's average
        cash, basis = mine * dollars(fact.contract, fact.fixing) + basis, ZERO
    if fact.delivered is not None:
        got = fact.delivered_quantity * mine // fact.quantity  # exact: one for each contract
        each = fact.delivered_price * product(fact.delivered.root).multiplier
        realised, carried = _traded(position, fact.delivered, got, each)
        held = holding_with(held, fact.delivered, got)
        cash, basis = cash + realised, basis + carried
    after = replace(
        position, held=held, premium=position.premium + cash, basis=basis,
        fees=position.fees + fee, assigned=position.assigned or fact.delivered is not None,
    )  # fmt: skip
    book = replace(book, cash=book.cash + cash - fee)
    return _placed(book, name, after, cash - fee, fee)


def _netted(book: Book, contract: Contract, price: Decimal) -> Book:
    """What one position holds long and another short, set against each other as the venue nets it.

    The account holds only the difference, so there is nothing left to trade: two orders would pay
    twice for nothing. Each is closed at the price of the last delivery, the oldest first.
    """
    holders = _holders(book, contract)
    spare = min(sum(n for _, n in holders if n > 0), -sum(n for _, n in holders if n < 0))
    each = dollars(contract, price)
    for way in (1, -1) if spare else ():
        left = spare
        for name, mine in holders:
            if left and mine * way > 0:
                part = min(abs(mine), left)
                book = _crossed(book, name, contract, -way * part, each)
                left -= part
    return book


def _crossed(book: Book, name: str, contract: Contract, quantity: int, each: Decimal) -> Book:
    position = book.positions[name]
    cash, basis = _traded(position, contract, quantity, each)
    after = replace(
        position,
        held=holding_with(position.held, contract, quantity),
        premium=position.premium + cash,
        basis=position.basis + basis,
    )
    return _placed(replace(book, cash=book.cash + cash), name, after, cash, ZERO)


def _paid(book: Book, fact: DividendBooked) -> Book:
    """A dividend, received or owed by the positions that hold the shares."""
    lot, done = product(fact.contract.root).multiplier, 0
    for name, mine in _holders(book, fact.contract):
        part = mine * lot
        cash = cut(fact.cash, done, part, fact.quantity)
        position = book.positions[name]
        after = replace(position, premium=position.premium + cash)
        book = _placed(replace(book, cash=book.cash + cash), name, after, cash, ZERO)
        done += part
    return book
