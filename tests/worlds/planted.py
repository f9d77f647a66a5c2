"""A market in which it is known which days win: every Friday is marked, and does what its mark says.

The price stands still, but for Fridays that lose: on those it falls from noon on. Whoever sells a put
spread in the morning wins on every other one. Marks stand in the calendar, so a gate can be made of any.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from tomking.analysis.shadows import Shadow
from tomking.backtest.shadows import World, carried, refused
from tomking.brokers.simulated import SimulatedBroker
from tomking.core.calendar import FRIDAY, after_open, before_close
from tomking.core.contract import Right
from tomking.core.facts import Fact, RunStarted
from tomking.engine.clock import SessionClock
from tomking.engine.desk import Desk
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.exchange.fills import MID
from tomking.exchange.venue import Exchange
from tomking.market.sessions import sessions_between
from tomking.market.snapshot import Day
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import EntryRule
from tomking.strategies.picks import Away, Delta, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import Before, LossBelow, ProfitBelow
from tomking.strategies.worth import WorthRule
from worlds.board import day_of
from worlds.flat import CAPITAL, GENEROUS, FlatBoard, NoBrake

FIRST = date(2024, 1, 5)
#: What Fridays are marked with, one after the other.
CALM, WINNER, LOSER = "CALM", "WINNER", "LOSER"
TURN = (CALM, WINNER, LOSER)
PRICE, VOL, NOON_MIN = 6000.0, 0.16, 150.0


def mark_of(day: date) -> str:
    """What a Friday is marked with; nothing on other days."""
    return TURN[(day - FIRST).days // 7 % len(TURN)] if day.weekday() == FRIDAY else ""


@dataclass(frozen=True)
class PlantedMarket:
    """The market of any instant, the same whoever looks and in whatever order."""

    def at(self, now: datetime) -> FlatBoard:
        """The price an hour after the open tells nothing of what is to come."""
        known = _day(now.date())
        session = known.session
        price = _price(now.date(), session.minute(now), session.minutes)
        closed = _price(now.date(), float(session.minutes), session.minutes)
        return FlatBoard(now, known, price, PRICE, VOL, 100.0 * VOL, closed_at=closed)


def _day(day: date) -> Day:
    blocked = {mark_of(day): "10:00"} if mark_of(day) else {}
    return day_of(day, vix_previous=100.0 * VOL, blocked=blocked, high=1e6)


def _price(day: date, minute: float, length: int) -> float:
    if mark_of(day) != LOSER:
        return PRICE
    gone = min(max(minute - NOON_MIN, 0.0) / (length - NOON_MIN), 1.0)
    return PRICE * (1.0 - (0.015 + 0.001 * (day.toordinal() % 5)) * gone)


def seller(*rules: EntryRule, take_when: tuple[WorthRule, ...] = ()) -> Plan:
    """A put spread sold each Friday at half past ten, and held to an hour before the close."""
    spread = (
        sell(1, Right.PUT, Delta(0.20), "short put"),
        buy(1, Right.PUT, Away("short put", 30.0), "long put"),
    )
    stay = (LossBelow(2.0), ProfitBelow(0.5), Before(before_close(60)))
    return Plan(
        name="friday_0dte", title="Planted", roots=("ES",), dte=0, dte_within=0,
        slots=(Slots(FRIDAY, after_open(60), after_open(60), holiday="skip"),), watch_min=15,
        shapes=(Shape("spread", (Tranche("spread", spread, stay),)),),
        enter_when=rules, take_when=take_when,
    )  # fmt: skip


def traded(plan: Plan, weeks: int, limits: Limits = GENEROUS) -> tuple[Sequence[Fact], World]:
    """The journal of so many weeks of a plan, and the world its shadows are carried in."""
    sessions = sessions_between(FIRST, FIRST + timedelta(days=7 * weeks - 1))
    market = PlantedMarket()
    desk = Desk((plan,), limits, TASTYTRADE, MemoryJournal())
    desk.begin(RunStarted(sessions[0].opens, "planted", CAPITAL, ""))
    run(
        desk,
        clock=SessionClock(sessions, (plan,)),
        market=market,
        broker=SimulatedBroker(account(CAPITAL)),
        inbox=NoBrake(),
    )
    facts = [fact for _, fact in desk.journal.read()]
    return facts, World(sessions, market, TASTYTRADE, limits, account)


def account(dollars: Decimal) -> Exchange:
    """An account at a venue that trades at mid."""
    return Exchange(dollars, TASTYTRADE, MID, "tastytrade")


def shadows_of(plan: Plan, weeks: int, limits: Limits = GENEROUS) -> tuple[Shadow, ...]:
    """The shadows of so many weeks of a plan."""
    facts, world = traded(plan, weeks, limits)
    return carried(refused(facts), (plan,), world)


def with_limits(**changes: object) -> Limits:
    """Generous limits but for some."""
    return replace(GENEROUS, **changes)
