"""A desk that holds an LT112 with naked puts, at the exchange of this process, day after day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from tomking.backtest.replay import owned
from tomking.brokers.simulated import SimulatedBroker
from tomking.core.facts import Fact, OrderEnded, RunStarted, Sent
from tomking.core.order import Leg, Order, Purpose
from tomking.engine.desk import Desk
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Broker, Inbox, Tick
from tomking.exchange.fills import MID
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.lt112 import LT112
from tomking.strategies.plan import Plan
from tomking.strategies.strangle import STRANGLE
from worlds.board import FRIDAY, Board, board
from worlds.desk import Brake, Scripted, Ticks
from worlds.orders import legs_of, option, traded

FAR = date(2026, 3, 31)
FRIDAY_BEFORE = date(2025, 12, 4)
NAKED = option("5000 P", FAR, "MES", "ESM26")
NAME = "lt112/2025-12-03/open:naked puts"
TARGET, STOP = f"{NAME}/target", f"{NAME}/stop {NAKED}"


def opened(root: str = "MES") -> Order:
    """The 1-1-2 of the rulebook's example: +5700 P, -5650 P, -2 of 5000 P."""
    return Order(
        "lt112/2025-12-03/open", 1, Purpose.OPEN, "lt112", "lt112/2025-12-03",
        (
            *_legs("+1 5700 P, -1 5650 P", "trap", root),
            *_legs("-2 5000 P", "naked puts", root),
        ), 1, Decimal(24),
    )  # fmt: skip


def strangled() -> Order:
    """A strangle: two naked shorts in one package."""
    legs = _legs("-1 5000 P, -1 7000 C", "strangle", "MES")
    return Order(
        "strangle/2025-12-03/open", 1, Purpose.OPEN, "strangle", "strangle/2025-12-03",
        legs, 1, Decimal(20),
    )  # fmt: skip


def _legs(text: str, tranche: str, root: str) -> tuple[Leg, ...]:
    future = f"{root}M26"
    named = ((n, replace(c, future=future)) for n, c in legs_of(text, FAR, root))
    return tuple(Leg(contract, n, tranche) for n, contract in named)


@dataclass
class Held:
    """The desk, its exchange, and what the naked put is quoted at."""

    desk: Desk
    exchange: Exchange
    broker: Broker
    root: str = "MES"
    day: date = FRIDAY
    put: tuple[float, float] = (17.0, 17.0)
    call: tuple[float, float] = (10.0, 10.0)
    price: float = 6000.0
    brake: Inbox = field(default_factory=Brake)

    def market(self, minute: float) -> Board:
        """The market at a minute of the day; all but the naked strikes stands still."""
        prices = {Decimal(5000): self.put, Decimal(7000): self.call}
        quotes = {
            contract: prices.get(contract.strike or Decimal(0), (50.0, 50.0))
            for position in self.desk.book.positions.values()
            for contract, _ in position.held
        }
        return board(self.day, minute, quotes=quotes, price=self.price)

    def look(self, *minutes: float, watch: str = "") -> list[Fact]:
        """The loop at some minutes of the day; what was written meanwhile."""
        before = len(self.facts)
        session = board(self.day).day.session
        ticks = [Tick(session.at(each), watch=frozenset(watch.split())) for each in minutes]
        self.run(ticks)
        return self.facts[before:]

    def close(self) -> list[Fact]:
        """The end of the day."""
        before, session = len(self.facts), board(self.day).day.session
        self.run([Tick(session.at(session.minutes), night=True)])
        return self.facts[before:]

    def run(self, ticks: Sequence[Tick]) -> None:
        session = board(self.day).day.session
        market = Scripted(lambda at: self.market(session.minute(at)))
        run(self.desk, clock=Ticks(ticks), market=market, broker=self.broker, inbox=self.brake)

    @property
    def facts(self) -> list[Fact]:
        """Everything that has been written."""
        return [fact for _, fact in self.desk.journal.read()]

    @property
    def at_work(self) -> dict[str, Order]:
        """What the book has at work, by intent."""
        return {w.order.intent: w.order for w in self.desk.book.working.values()}

    @property
    def at_the_venue(self) -> set[str]:
        """What the venue has at work, by intent."""
        return {order.intent for order in self.exchange.working()}

    def agree(self) -> None:
        """Money and holdings are the same on both sides, and so is what works."""
        assert self.desk.book.cash == self.exchange.ledger.cash
        assert dict(self.desk.book.holdings) == dict(self.exchange.holdings())
        assert set(self.at_work) == self.at_the_venue

    def restarted(self) -> "Held":
        """A desk that begins again from the same journal, at the same exchange."""
        journal = MemoryJournal(list(self.facts))
        desk = Desk(self.desk.strategies, self.desk.limits, TASTYTRADE, journal, backstops=True)
        start = self.facts[0]
        assert isinstance(start, RunStarted)
        desk.begin(start)
        return replace(self, desk=desk)


def holding(
    order: Order | None = None,
    prices: Sequence[str] = ("67.00", "57.00", "17.00"),
    *,
    cash: str = "200000",
    backstops: bool = True,
    plans: tuple[Plan, ...] = (LT112, STRANGLE),
    root: str = "MES",
    broker: Callable[[Exchange], Broker] = SimulatedBroker,
) -> Held:
    """A desk for which an order has filled the day before."""
    wanted = order or opened(root)
    at = board(FRIDAY_BEFORE).at
    before: list[Fact] = [RunStarted(at, "test", Decimal(cash), ""), *traded(wanted, prices, at)]
    exchange = Exchange(Decimal(0), TASTYTRADE, MID, "tastytrade", start=owned(before))
    desk = Desk(plans, Limits(), TASTYTRADE, MemoryJournal(before), backstops=backstops)
    start = before[0]
    assert isinstance(start, RunStarted)
    desk.begin(start)
    return Held(desk, exchange, broker(exchange), root)


def sent(facts: Sequence[Fact], position: str = NAME) -> list[Order]:
    """The orders that went about a position."""
    went = (fact.order for fact in facts if isinstance(fact, Sent))
    return [order for order in went if order.closes == position]


def ends(facts: Sequence[Fact], position: str = NAME) -> dict[str, str]:
    """How orders about a position ended, by their names without it."""
    over = {fact.order: fact.how for fact in facts if isinstance(fact, OrderEnded)}
    return {k.removeprefix(f"{position}/"): how for k, how in over.items() if position in k}
