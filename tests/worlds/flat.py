"""A world in which nothing can be earned: one volatility for the path and for every option, no costs.

The price is a geometric Brownian motion without drift in calendar time, r = q = 0, and every option is
quoted at its Black-Scholes price on the 0.05 tick with no width. Whatever a strategy makes on average is
what the engine invents. With another volatility for the path there is something to be earned, or lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from math import exp, log, sqrt

import numpy as np

from tomking.brokers.simulated import SimulatedBroker
from tomking.core.calendar import Session
from tomking.core.contract import Contract
from tomking.core.evidence import Evidence, Stamped
from tomking.core.facts import RunStarted
from tomking.core.order import Order
from tomking.core.reading import Skip
from tomking.core.value import value
from tomking.engine.clock import SessionClock
from tomking.engine.desk import Desk
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Interest, Tick
from tomking.exchange.fills import MID
from tomking.exchange.venue import Exchange
from tomking.market.sessions import sessions_between
from tomking.market.snapshot import Day
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.plan import Plan
from worlds.board import YEAR_MINUTES, Board, day_of

FREE = TASTYTRADE.scaled(Decimal(0))
CAPITAL = Decimal(10_000_000)
VOL = 0.16
NOBODY: frozenset[str] = frozenset()
#: Gates wide open, and one unit whatever the account.
GENEROUS = Limits(
    vix_bands=((1e9, 1.0),), reserve=0.0, margin_max=1e9, bp_trade_max=1e9,
    bp_trade_by_strategy=(), bp_by_strategy=(), bp_by_phase=((0, 1.0),), bp_by_stage=((0, 1.0),),
    stop_risk_max=1e9, defined_risk_max=1e9, short_margin_equity_max=1e9, delta_share_max=1e9,
    gamma_share_max=1e9, theta_min_usd=-1e12, vega_max_usd=1e12, notional_max=1e9,
    loss_day_max=1e9, loss_week_max=1e9, loss_month_max=1e9, loss_streak_max=10**9,
    drawdown_halve=1e9, drawdown_stop=1e9, drawdown_lock=1e9, spread_max=1e9,
    stress_loss_max=1e9, stress_margin_max=1e9, stress_trade_max=1e9,
    contracts_by_gbp=tuple(
        (name, ((0.0, 1.0),)) for name in ("friday_0dte", "diagonal", "calendar")
    ),
    contracts_by_phase=(("lt112", ((0.0, 1.0),)), ("leap_ladder", ((0.0, 1.0),))),
)  # fmt: skip


@value
class FlatBoard(Board):
    """A board of the flat world, which knows how its day closed once it has."""

    closed_at: float = float("nan")

    def fixing(self, contract: Contract) -> Stamped | Skip:
        return Stamped(self.closed_at, self.day.session.closes, Evidence.MODEL)


@dataclass
class FlatMarket:
    """The path, drawn as far as it has been looked at: blind to everything later by construction.

    ``vol`` is what options are priced at, ``moves`` what the path moves by.
    """

    seed: int
    vol: float = VOL
    moves: float = VOL
    price: float = 6000.0
    seen: datetime | None = None
    today: Day | None = None
    opened: float = 6000.0
    closed: float = float("nan")
    board: FlatBoard | None = None
    random: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.random = np.random.Generator(np.random.Philox(key=self.seed))

    def at(self, now: datetime) -> FlatBoard:
        """The market of an instant, which may not lie before the last one looked at."""
        if self.board is not None and self.board.at == now:
            return self.board
        if self.today is None or self.today.session.day != now.date():
            before = self.price
            self.today = replace(
                _day(now.date(), self.vol), previous_close=dict.fromkeys(("ES", "MES"), before)
            )
            self._draw(self.today.session.opens)
            self.opened = self.price
        session = self.today.session
        if now >= session.closes and (self.seen is None or self.seen < session.closes):
            self._draw(session.closes)
            self.closed = self.price
        self._draw(now)
        self.board = FlatBoard(
            now, self.today, self.price, self.opened, vol=self.vol, vix_points=100.0 * self.vol,
            closed_at=self.closed,
        )  # fmt: skip
        return self.board

    def _draw(self, now: datetime) -> None:
        """Move on to an instant by what the calendar time between is worth."""
        if self.seen is not None and now > self.seen:
            minutes = (now - self.seen).total_seconds() / 60.0
            sd = self.moves * sqrt(minutes / YEAR_MINUTES)
            self.price = exp(log(self.price) + sd * self.random.standard_normal() - 0.5 * sd * sd)
        self.seen = now


@cache
def _day(day: date, vol: float) -> Day:
    return day_of(day, vix_previous=100.0 * vol, high=1e6)


@dataclass(frozen=True)
class OneTrade:
    """A session clock that asks on the first day alone and stops when nothing is held any more."""

    clock: SessionClock

    def ticks(self, interest: Interest) -> Iterator[Tick]:
        """The clock's ticks, up to the end of the trade."""
        first = self.clock.sessions[0].day
        for tick in self.clock.ticks(interest):
            yield tick if tick.at.date() == first else replace(tick, due=NOBODY, last=NOBODY)
            if tick.closing and not interest.held:
                return


@dataclass(frozen=True)
class NoBrake:
    """Nobody commands anything."""

    def take(self, now: datetime, standing: object) -> tuple[()]:
        """Nothing."""
        return ()

    def may_send(self, order: Order) -> bool:
        """Always."""
        return True


def trade(
    plan: Plan, seed: int, first: date, last: date, vol: float = VOL, moves: float | None = None
) -> tuple[Desk, float]:
    """One trade of a plan on one path: the desk afterwards, and its profit in dollars.

    The path moves by what options are priced at unless ``moves`` says otherwise.
    """
    exchange = Exchange(CAPITAL, FREE, MID, "tastytrade")
    desk = Desk((plan,), GENEROUS, FREE, MemoryJournal())
    sessions: tuple[Session, ...] = sessions_between(first, last)
    desk.begin(RunStarted(sessions[0].opens, "flat", CAPITAL, str(seed)))
    run(
        desk,
        clock=OneTrade(SessionClock(sessions, (plan,))),
        market=FlatMarket(seed, vol, moves=vol if moves is None else moves),
        broker=SimulatedBroker(exchange),
        inbox=NoBrake(),
    )
    return desk, float(exchange.ledger.cash - CAPITAL)
