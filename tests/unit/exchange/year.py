"""A year of random trading: a drawn market with three underlyings, and a trader without a plan.

``Tape`` keeps the account in the plainest way there is, every contract paid for in full, futures too:
what it says the account is worth depends on no average, no basis and no order of events.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from math import gcd
from random import Random

import numpy as np

from tomking.core.calendar import Session
from tomking.core.contract import Contract, Right, Settles
from tomking.core.evidence import Evidence, Stamped
from tomking.core.facts import DividendBooked, Fact, LegFilled, OrderEnded, Sent, Settled
from tomking.core.money import cents
from tomking.core.order import Bracket, Leg, Order, Purpose
from tomking.core.product import product
from tomking.core.reading import Skip, Stage, skip
from tomking.core.value import value
from tomking.data.tables import spy_dividends
from tomking.exchange.venue import Exchange
from tomking.market.listing import expiries
from tomking.market.sessions import next_session, sessions_between
from tomking.market.snapshot import AGE, ASK, BID, MID, NO_SHOCK, Chain, Day, Legs, Marks, Shock
from tomking.portfolio.book import Book, Position, apply, empty_book
from tomking.portfolio.columns import columns

YEAR = 2025
VOL, LEVEL = 0.16, 6000.0
ROOTS = ("ES", "SPX", "SPY", "SPY")
GRID = {"ES": 10, "SPX": 10, "SPY": 1}
ZERO = Decimal(0)


@cache
def path(seed: int) -> Mapping[date, tuple[float, float]]:
    """The index at the open and the close of every session of the year."""
    days = sessions_between(date(YEAR, 1, 2), date(YEAR, 12, 31))
    steps = np.random.default_rng(seed).normal(0.0, VOL / np.sqrt(504.0), 2 * len(days))
    levels = np.round(LEVEL * np.exp(np.cumsum(steps)), 2).reshape(-1, 2).tolist()
    return {session.day: tuple(pair) for session, pair in zip(days, levels, strict=True)}


@value
class Market:
    """The drawn market at an instant: the index moves in a line from the open to the close."""

    at: datetime
    day: Day
    opened: float
    closed: float

    @property
    def minute(self) -> float:
        return self.day.session.minute(self.at)

    @property
    def vix(self) -> Stamped:
        return self.day.vix_previous

    @property
    def index(self) -> float:
        share = min(max(self.minute / self.day.session.minutes, 0.0), 1.0)
        return self.opened + share * (self.closed - self.opened)

    def price(self, contract: Contract, index: float) -> float:
        """Of what a contract is written on: each future is four points above the one before it."""
        if contract.root == "SPY":
            return round(index / 10.0, 2)
        if contract.root == "SPX":
            return round(index, 2)
        ahead = "HMUZ".index(contract.future[-3]) + 4 * (int(contract.future[-2:]) - YEAR % 100)
        return round((index + 4.0 * ahead) * 4.0) / 4.0

    def spot(self, root: str) -> Stamped | Skip:
        return Stamped(self.index / (10.0 if root == "SPY" else 1.0), self.at, Evidence.MODEL)

    def session_open(self, root: str) -> Stamped | Skip:
        return self.spot(root)

    def vwap(self, root: str) -> float:
        return self.index

    def chain(self, root: str) -> Chain | Skip:
        return skip("chain", Stage.DATA, "none", "present")

    def underlying(self, contract: Contract) -> Stamped | Skip:
        return Stamped(self.price(contract, self.index), self.at, Evidence.MODEL)

    def fixing(self, contract: Contract) -> Stamped | Skip:
        morning = contract.settles is Settles.AM
        index = self.opened if morning else self.closed
        return Stamped(self.price(contract, index), self.at, Evidence.MODEL)

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Intrinsic value and a bell of time value around the strike, on the tick; a tick wide."""
        under = np.array([self.price(contract, self.index) for contract in legs.contracts])
        days = np.array([contract.expiry.toordinal() for contract in legs.contracts])
        left = np.maximum(days - self.day.session.day.toordinal(), 0) + 0.2
        wide = VOL * under * np.sqrt(np.minimum(left, 1e4) / 365.0)
        bell = 0.4 * wide * np.exp(-(((under - legs.strike) / wide) ** 2))
        step = np.where(under < 1000.0, 0.01, 0.05)
        worth = np.maximum(legs.sign * (under - legs.strike), 0.0) + bell
        mid = np.where(legs.sign == 0.0, under, np.round(worth / step) * step)
        half = np.where(legs.sign == 0.0, np.where(under < 1000.0, 0.01, 0.25), step)
        table = np.zeros((9, len(legs)))
        table[[BID, ASK, MID]] = np.maximum(mid - half, 0.0), mid + half, mid
        table[[BID, ASK, MID]] = np.round(table[[BID, ASK, MID]], 4)
        table[AGE] = 0.0
        return Marks(table, under)


@cache
def day_of(session: Session) -> Day:
    """What is known of a session before its open."""
    paid = spy_dividends().between(session.day, next_session(session.day).day)
    vix = Stamped(16.0, session.opens, Evidence.MODEL)
    return Day(session, {}, {}, {}, {}, {}, vix, 0.04, (), {"SPY": paid})


def market_at(seed: int, session: Session, minute: float) -> Market:
    """The drawn market some minutes after the open."""
    return Market(session.at(minute), day_of(session), *path(seed)[session.day])


@dataclass
class Tape:
    """Money and contracts as if everything were paid for in full, and what has been counted."""

    cash: Decimal
    held: dict[Contract, int] = field(default_factory=dict[Contract, int])
    fees: Decimal = ZERO

    def take(self, fact: Fact) -> None:
        """Add a fact."""
        match fact:
            case LegFilled():
                self._trade(fact.contract, fact.quantity, fact.price)
                self._charge(fact.fee)
            case Settled():
                self._settle(fact)
                self._charge(fact.fee)
            case DividendBooked():
                self.cash += fact.cash
            case _:
                pass

    def _charge(self, fee: Decimal) -> None:
        self.cash -= fee
        self.fees += fee

    def _trade(self, contract: Contract, quantity: int, price: Decimal) -> None:
        self.cash -= cents(quantity * price * product(contract.root).multiplier)
        self.held[contract] = self.held.get(contract, 0) + quantity

    def _settle(self, fact: Settled) -> None:
        """The old contract goes for what it is worth by itself, the new one comes at the strike."""
        contract, each = fact.contract, ZERO
        self.held[contract] -= fact.quantity
        price = Decimal(repr(fact.price))
        if contract.right is None:
            each = price
        elif fact.settlement == "cash_settled":
            each = max(ZERO, (price - (contract.strike or ZERO)) * contract.right.sign)
        self.cash += fact.quantity * each * product(contract.root).multiplier
        if fact.delivered is not None:
            self._trade(fact.delivered, fact.delivered_quantity, fact.delivered_price)

    def worth(self, now: Market, legs: Legs) -> Decimal:
        """Cash and everything held at mid."""
        marks = dict(zip(legs.contracts, now.marks(legs).table[MID].tolist(), strict=True))
        return self.cash + sum(
            (
                Decimal(repr(marks[contract])) * n * product(contract.root).multiplier
                for contract, n in self.held.items()
                if n
            ),
            ZERO,
        )


@dataclass
class Trader:
    """Opens and closes without a thought, and keeps a book of it."""

    random: Random
    exchange: Exchange
    book: Book
    tape: Tape
    facts: list[Fact] = field(default_factory=list[Fact])
    sent: int = 0
    resting: list[Order] = field(default_factory=list[Order])
    orders: list[Order] = field(default_factory=list[Order])
    kinds: Counter[str] = field(default_factory=Counter[str])

    def look(self, now: Market) -> list[Fact]:
        """Let the venue step, and write down everything it says."""
        found = self.exchange.step(now)
        for fact in found:
            self.facts.append(fact)
            self.book = apply(self.book, fact)
            self.tape.take(fact)
        return found

    def send(self, order: Order, now: Market) -> None:
        """Hand an order over."""
        self.kinds[str(order.type)] += 1
        self.orders.append(order)
        self.book = apply(self.book, Sent(now.at, order))
        self.exchange.submit(order, now)

    def send_bracket(self, bracket: Bracket, now: Market) -> None:
        """Hand orders over that know of each other."""
        self.kinds["bracket"] += 1
        for order in bracket.orders:
            self.book = apply(self.book, Sent(now.at, order))
        self.exchange.submit_bracket(bracket, now)

    def trade(self, now: Market) -> None:
        """Close something if much is held, else open something.

        Little is held at a time: of a small book the least margin is found at once. What rests is
        cancelled or replaced by something that trades, the next time round.
        """
        positions = list(self.book.positions.values())
        while self.resting:
            self._decide(self.resting.pop(), now)
        if len(positions) > 5 or (positions and self.random.random() < 0.25):
            self.send(self._closing(self.random.choice(positions)), now)
        else:
            wanted = self._opening(now)
            if wanted is not None:
                self._send_somehow(wanted, now)

    def _send_somehow(self, wanted: Order, now: Market) -> None:
        """As it is, far from the market at first, at the market, or with its exits behind it."""
        single, draw = len(wanted.legs) == 1, self.random.random()
        if draw < 0.15:
            far = Decimal(5000) if wanted.legs[0].quantity < 0 or not single else Decimal("-0.05")
            self.resting.append(wanted)
            self.send(replace(wanted, limit=far), now)
        elif single and draw < 0.4:
            self.send(replace(wanted, limit=None), now)
        elif single and draw < 0.6:
            self.send_bracket(self._bracket(wanted, now), now)
        else:
            self.send(wanted, now)

    def _decide(self, rested: Order, now: Market) -> None:
        """Cancel what rests, or replace it at a price that trades."""
        if self.random.random() < 0.5:
            self.kinds["cancel"] += 1
            self.exchange.cancel(rested.id)
        else:
            self.kinds["replace"] += 1
            self.send(replace(rested, attempt=2, replaces=rested.id), now)

    def _bracket(self, first: Order, now: Market) -> Bracket:
        """An order with a profit and a stop behind it, of which one ends the other."""
        (leg,) = first.legs
        quoted = now.marks(columns([(leg.contract, 1)])).table[MID].item()
        step = Decimal("0.5") if quoted >= 10.0 else Decimal("0.05")
        near = Decimal(round(quoted / float(step))) * step
        sold = leg.quantity < 0
        back = replace(leg, quantity=-leg.quantity, opens=False)
        stop, target = (near * 2, near / 2) if sold else (near / 2, near * 2)
        exits = tuple(
            replace(
                first, intent=f"{first.campaign}/{name}", purpose=Purpose.CLOSE, legs=(back,),
                closes=f"{first.intent}:all", limit=limit, trigger=trigger,
            )
            for name, limit, trigger in (
                ("target", _at(target, step) * (-1 if sold else 1), None),
                ("stop", None, _at(stop, step)),
            )
        )  # fmt: skip
        return Bracket(first.campaign, exits, first)

    def _opening(self, now: Market) -> Order | None:
        root = self.random.choice(ROOTS)
        chosen: dict[Contract, int] = {}
        for _ in range(self.random.randint(1, 3)):
            contract, quantity = self._pick(root, now), self.random.choice((-2, -1, -1, 1, 1, 2))
            if self.exchange.holdings().get(contract, 0) * quantity >= 0:
                chosen[contract] = quantity
        if not chosen:
            return None
        units = gcd(*chosen.values())
        legs = tuple(Leg(contract, n // units, "all") for contract, n in chosen.items())
        sells = all(leg.quantity < 0 for leg in legs)
        return self._order(legs, units, Decimal("0.05") if sells else Decimal(-2000))

    def _pick(self, root: str, now: Market) -> Contract:
        """An option near the money that expires within a month."""
        listed = [e for e in expiries(root, now.day.session.day) if e.day <= _month(now)]
        expiry = self.random.choice(listed[:8])
        here = now.index / (10.0 if root == "SPY" else 1.0)
        strike = (round(here / GRID[root]) + self.random.randint(-12, 12)) * GRID[root]
        right = self.random.choice(tuple(Right))
        return Contract(root, expiry.day, right, Decimal(strike), expiry.future, expiry.settles)

    def _order(self, legs: tuple[Leg, ...], units: int, limit: Decimal) -> Order:
        self.sent += 1
        name = f"c{self.sent}"
        return Order(f"{name}/open", 1, Purpose.OPEN, "year", name, legs, units, limit)

    def _closing(self, position: Position) -> Order:
        units, legs = position.legs_to_close
        if position.outright:
            contract, held = position.outright[0]
            units, legs = abs(held), (Leg(contract, -held // abs(held), "all", opens=False),)
        self.sent += 1
        sells = all(leg.quantity < 0 for leg in legs)
        limit, trigger = Decimal("0.50") if sells else Decimal(-9000), None
        if len(legs) == 1 and self.random.random() < 0.4:  # at the market, or by a stop in reach
            limit, trigger = None, self.random.choice((None, Decimal(9000 if sells else "0.50")))
        return Order(
            f"{position.id}/close{self.sent}", 1, Purpose.CLOSE, "year", position.campaign,
            legs, units, limit, closes=position.id, trigger=trigger,
        )  # fmt: skip


def _at(price: Decimal, step: Decimal) -> Decimal:
    """A price on the step, one step at least."""
    return max(round(price / step), 1) * step


def _month(now: Market) -> date:
    return now.day.session.day + timedelta(days=30)


def trader(seed: int, exchange: Exchange, cash: Decimal) -> Trader:
    """Somebody with an account."""
    return Trader(Random(seed), exchange, empty_book(cash), Tape(cash))


def rejected(facts: list[Fact]) -> list[OrderEnded]:
    """Orders the venue would not take."""
    return [fact for fact in facts if isinstance(fact, OrderEnded) and fact.how == "rejected"]
