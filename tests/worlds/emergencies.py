"""A desk that holds several trades and a venue that takes every order: what an alarm makes of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from math import isnan
from typing import Any

from tomking.core.contract import Contract
from tomking.core.facts import (
    Fact,
    Judged,
    OrderEnded,
    RunStarted,
    Sent,
)
from tomking.core.money import ZERO
from tomking.core.order import Order
from tomking.core.restraints import Proposed, RungMoved
from tomking.core.rung import Rung
from tomking.engine.desk import Desk
from tomking.engine.emergency import Hedge
from tomking.engine.hedged import Hedged
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Tick
from tomking.exchange.account import NOT_ASKED
from tomking.market.listing import front_future
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.preview import Preview
from tomking.risk.limits import Limits
from tomking.risk.verdict import Approved
from worlds.board import Board, board, day_of
from worlds.desk import Brake, Scripted, Ticks, tick
from worlds.orders import fills, order, traded

ALL = ("lt112", "strangle", "iron_condor", "butterfly_0dte", "friday_0dte", "ipmcc")

AHEAD = date(2026, 3, 31)
#: Strategy, legs and their prices; at 6000 points and a volatility of .15 all of them are sound.
TRADES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "lt112": ("-2 5000 P", ("17.00",)),
    "strangle": ("-1 5200 P, -1 6900 C", ("20.00", "18.00")),
    "iron_condor": ("-1 5700 P, +1 5650 P", ("60.00", "55.00")),
    "butterfly_0dte": ("+1 5900 P, -2 5850 P, +1 5800 P", ("60.00", "52.00", "45.00")),
    "friday_0dte": ("-1 6090 C, +1 6120 C", ("5.00", "1.00")),
    "ipmcc": ("+1 4800 C", ("1200.00",)),
}


@dataclass
class Venue:
    """A broker that takes everything and, when told to, fills it at its limit."""

    answer: Callable[[Order], Preview] = lambda _: NOT_ASKED
    sent: list[Order] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    keeps_legs: bool = False

    def preview(self, order: Order, now: Snapshot) -> Preview:
        """As told."""
        return self.answer(order)

    def submit(self, approved: Approved, now: Snapshot) -> None:
        """Remember it."""
        self.sent.append(approved.order)

    def cancel(self, order: str) -> None:
        """Remember it."""
        self.cancelled.append(order)

    def requirement(self, now: Snapshot) -> Decimal:
        """Nothing to speak of."""
        return ZERO

    def poll(self, now: Snapshot) -> Iterable[Fact]:
        """What was prepared."""
        told, self.facts = self.facts, []
        return told

    def find(self, intent: str) -> str | None:
        """Nothing is in doubt here."""
        return None

    def holdings(self) -> Mapping[Contract, int]:
        """Nobody asks."""
        return {}

    def fill(self, at: datetime) -> None:
        """Everything sent trades in full before the next look, each leg at a tick."""
        for wanted in self.sent:
            self.facts += fills(wanted, ("5.00",) * len(wanted.legs), at)
            self.facts.append(OrderEnded(at, wanted.id, "filled"))
        self.sent = []


@dataclass
class Emergency:
    """A desk, its venue and its market; ``look`` runs the loop at some minutes of the Friday."""

    desk: Desk
    venue: Venue
    market: Scripted
    hedge: Hedge | None = None
    brake: Brake = field(default_factory=Brake)

    @property
    def facts(self) -> list[Fact]:
        """Everything that has been written."""
        return [fact for _, fact in self.desk.journal.read()]

    def look(self, *minutes: float, closing: bool = False, night: bool = False) -> list[Fact]:
        """Run the loop at some minutes and return what was written."""
        before = len(self.facts)
        ticks = [replace(tick(minute), closing=closing, night=night) for minute in minutes]
        self.run(ticks)
        return self.facts[before:]

    def run(self, ticks: Sequence[Tick]) -> None:
        """Run the loop over ticks."""
        run(
            self.desk, clock=Ticks(ticks), market=self.market, broker=self.venue,
            inbox=self.brake, hedge=self.hedge,
        )  # fmt: skip

    def word(self, minute: float, moved: RungMoved) -> None:
        """A person moves the desk at a minute."""
        self.brake.commands[tick(minute).at] = [moved]


def emergency(
    *strategies: str,
    cash: str = "500000",
    hedge: Hedge | None = None,
    limits: Mapping[str, Any] | None = None,
    **market: Any,
) -> Emergency:
    """A desk that holds the trades of some strategies, since the last day, on a market as told."""
    rules = Limits(**dict(limits or {}))
    now = board(minute=60.0)
    names = tuple(Hedged(name) for name in TRADES)
    desk = Desk(names, rules, TASTYTRADE, MemoryJournal())
    desk.begin(RunStarted(now.day.session.opens, "test", Decimal(cash), ""))
    for name in strategies:
        legs, prices = TRADES[name]
        expiry = now.day.session.day if name == "friday_0dte" else AHEAD
        desk.note(traded(opened(name, legs, expiry), prices, now.day.session.opens))

    def script(at: datetime) -> Board:
        known = {"half_width": 0.1} | market
        return replace(board(minute=60.0, **known), at=at)

    return Emergency(desk, Venue(), Scripted(script), hedge)


def opened(name: str, legs: str, expiry: date) -> Order:
    """The order that opened a trade, its options on the future they are listed on."""
    wanted = order(legs, strategy=name, campaign=f"{name}/held", expiry=expiry, tranche="all")
    month = front_future("ES", expiry).future
    own = (replace(leg, contract=replace(leg.contract, future=month)) for leg in wanted.legs)
    return replace(wanted, legs=tuple(own))


def proposed(facts: Sequence[Fact], what: str) -> Proposed:
    """The proposal of that name, the only one."""
    (found,) = (fact for fact in facts if isinstance(fact, Proposed) and fact.what == what)
    return found


def sent(facts: Sequence[Fact]) -> tuple[Order, ...]:
    """The orders that were sent."""
    return tuple(fact.order for fact in facts if isinstance(fact, Sent))


#: VIX at a height nobody is surprised by, since it was there yesterday.
YELLOW = {"vix_points": 31.0, "day": day_of(board().at.date(), vix_previous=30.0)}
ORANGE = {"vix_points": 36.0, "day": day_of(board().at.date(), vix_previous=35.0)}


def red(*strategies: str, **changes: Any) -> Emergency:
    """A desk that has lost 3 % today, and what it holds."""
    on = emergency(*strategies, **changes)
    worth = on.desk.view(on.market.at(tick(60).at)).net_liq
    if not isnan(worth):
        start = Decimal(str(worth)) / Decimal("0.97")
        on.desk.standing = replace(on.desk.standing, day_start=start)
    return on


def rung(on: Emergency) -> Rung:
    """Where the desk stands."""
    return on.desk.standing.ladder.rung


def kinds(facts: Sequence[Fact]) -> list[str]:
    """The kinds of some facts, but for verdicts and closes of a session."""
    return [type(f).__name__ for f in facts if not isinstance(f, Judged)]


def word(on: Emergency, minute: float, to: Rung) -> None:
    """A person types a word."""
    on.word(minute, RungMoved(tick(minute).at, rung(on), to, "typed", "operator"))
