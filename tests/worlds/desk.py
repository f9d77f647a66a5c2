"""A desk on a scripted market: what the loop does minute by minute, with the real exchange behind it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tomking.brokers.simulated import SimulatedBroker
from tomking.core.facts import Fact, RunStarted
from tomking.core.order import Order
from tomking.engine.desk import Desk
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Interest, Journal, Tick
from tomking.exchange.fills import MID, FillModel
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing
from tomking.strategies.plan import Strategy
from worlds.board import Board, board

Script = Callable[[datetime], Board]


class KeepsLegs(SimulatedBroker):
    """A venue like tastytrade: what replaces an order has its legs, and no others."""

    @property
    def keeps_legs(self) -> bool:
        """It does."""
        return True


@dataclass(frozen=True)
class Scripted:
    """A market that a function of the time describes."""

    script: Script

    def at(self, now: datetime) -> Board:
        """The market of that instant."""
        return self.script(now)


@dataclass(frozen=True)
class Ticks:
    """A clock of given ticks."""

    given: Sequence[Tick]

    def ticks(self, interest: Interest) -> Iterator[Tick]:
        """All of them, whatever is held."""
        return iter(self.given)


@dataclass
class Brake:
    """An inbox whose brake can be pulled, with commands by the minute."""

    on: bool = False
    commands: dict[datetime, list[Fact]] = field(default_factory=dict)

    def take(self, now: datetime, standing: Standing) -> Sequence[Fact]:
        """What was commanded for this instant."""
        return self.commands.pop(now, [])

    def may_send(self, order: Order) -> bool:
        """Whether the brake lets it through."""
        return not (order.adds_risk and self.on)


@dataclass
class Bench:
    """A desk, an exchange and a market; ``play`` runs the loop over some minutes of a day."""

    desk: Desk
    exchange: Exchange
    market: Scripted
    brake: Brake = field(default_factory=Brake)
    kind: type[SimulatedBroker] = SimulatedBroker

    @property
    def facts(self) -> list[Fact]:
        """Everything that has been written."""
        return [fact for _, fact in self.desk.journal.read()]

    def play(self, *ticks: Tick) -> list[Fact]:
        """Run the loop over some ticks and return what was written during them."""
        before = len(self.facts)
        run(
            self.desk, clock=Ticks(ticks), market=self.market,
            broker=self.kind(self.exchange), inbox=self.brake,
        )  # fmt: skip
        return self.facts[before:]


def bench(
    strategies: tuple[Strategy, ...],
    script: Script,
    *,
    cash: str = "150000",
    limits: Limits | None = None,
    fill: FillModel = MID,
    journal: Journal | None = None,
) -> Bench:
    """A fresh desk on a scripted market; its facts stay in memory unless a journal is given."""
    rules = limits or Limits()
    exchange = Exchange(Decimal(cash), TASTYTRADE, fill, rules.house)
    desk = Desk(strategies, rules, TASTYTRADE, journal or MemoryJournal())
    desk.begin(RunStarted(board().day.session.opens, "test", Decimal(cash), ""))
    return Bench(desk, exchange, Scripted(script))


def tick(minute: float, *, due: str = "", watch: str = "", last: bool = False) -> Tick:
    """A tick of the Friday: whose slot it is and whose positions are looked at."""
    names = frozenset(due.split())
    return Tick(
        board().day.session.at(minute), names, names if last else frozenset(),
        frozenset(watch.split()),
    )  # fmt: skip
