"""A market of typed-in figures: one price, one volatility for every option, r = q = 0.

What a gate or a rule looks at can be set one by one; what is not set is calm and liquid.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date, datetime
from math import isnan

import numpy as np

from tomking.core.calendar import Session, session
from tomking.core.contract import Contract, Expiry, Right, Settles
from tomking.core.errors import LookAhead
from tomking.core.evidence import Evidence, Stamped
from tomking.core.product import PRODUCTS
from tomking.core.reading import Skip, Stage, skip
from tomking.core.value import value
from tomking.data.chain import contract_of
from tomking.market import listing
from tomking.market.bars import F64, Bars
from tomking.market.delivery import back, future_after
from tomking.market.events import NAMES, Ahead
from tomking.market.sessions import month_end, session_of
from tomking.market.snapshot import (
    AGE,
    ASK,
    BID,
    DAYS_AHEAD,
    DELTA,
    GAMMA,
    MID,
    NO_SHOCK,
    THETA,
    VEGA,
    VOL,
    Day,
    Legs,
    Marks,
    Nearest,
    Quote,
    Shock,
)
from tomking.pricing import black

FRIDAY, WEDNESDAY = date(2025, 12, 5), date(2025, 9, 3)
#: Prices as shares of the board's: those of the S&P 500 family as they are, the others by hand, so that
#: at 6,000 crude oil stands at 72, gold at 2,400 and QQQ at 480.
ROOTS = ("ES", "MES", "SPX", "SPY", "CL", "MCL", "GC", "MGC", "QQQ")
SHARES = {root: known.per_index for root, known in PRODUCTS.items()} | {
    "CL": 0.012, "MCL": 0.012, "GC": 0.4, "MGC": 0.4, "QQQ": 0.08,
}  # fmt: skip
YEAR_MINUTES = 365.0 * 1440.0
CALM = {
    "atr": 65.0, "ema8": 5990.0, "ema21": 5980.0, "rsi": 50.0, "bb_position": 0.5,
    "macd": 5.0, "macd_signal": 4.0, "macd_hist": 1.0,
}  # fmt: skip


@value
class Board:
    """A snapshot and its chains. ``quotes`` overrides (bid, ask) of a contract; NaN is no quote.

    ``skew`` is how many times as much volatility rises below the price as a strike lies under it.
    """

    at: datetime
    day: Day
    price: float = 6000.0
    opened: float = 6000.0
    vol: float = 0.15
    skew: float = 0.0
    vix_points: float = 16.0
    vix_age_s: float = 0.0
    half_width: float = 0.0
    age_s: float = 0.0
    grid: float = 5.0
    greeks: bool = True
    roots: tuple[str, ...] = ROOTS
    quotes: Mapping[Contract, tuple[float, float]] = field(
        default_factory=dict[Contract, tuple[float, float]]
    )

    @property
    def minute(self) -> float:
        return self.day.session.minute(self.at)

    @property
    def vix(self) -> Stamped:
        seen = datetime.fromtimestamp(self.at.timestamp() - self.vix_age_s, self.at.tzinfo)
        return Stamped(self.vix_points, seen, Evidence.MODEL)

    def spot(self, root: str) -> Stamped | Skip:
        if root not in self.roots:
            return skip(f"{root} data", Stage.DATA, "no price", "a price")
        return Stamped(self.price * SHARES[root], self.at, Evidence.MODEL)

    def session_open(self, root: str) -> Stamped | Skip:
        if root not in self.roots:
            return skip(f"{root} data", Stage.DATA, "no price", "a price")
        opens = self.day.session.opens
        return Stamped(self.opened * SHARES[root], opens, Evidence.MODEL)

    def vwap(self, root: str) -> float:
        return 0.5 * (self.price + self.opened)

    def chain(self, root: str) -> "Strikes | Skip":
        if root not in self.roots:
            return skip(f"{root} options", Stage.DATA, "no option data", "a chain")
        return Strikes(root, self)

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Black-76 with one volatility; a future is worth the price."""
        count = len(legs)
        shares = np.array([SHARES[contract.root] for contract in legs.contracts])
        spot = shares * self.price * (1.0 + shock.spot)
        years = np.array([self.years(contract, shock.minutes) for contract in legs.contracts])
        vol = self.vol * factors(shock, years) * self.smile(spot, legs.strike)
        sign = np.where(legs.sign == 0.0, 1.0, legs.sign)
        strike = np.maximum(legs.strike, 1e-9)
        greeks = black.black76(spot, strike, years, vol, sign, 0.0) if count else np.empty((6, 0))
        table = np.zeros((9, count))
        table[MID], table[VOL], table[DELTA] = greeks[black.PRICE], vol, greeks[black.DELTA]
        table[GAMMA], table[VEGA] = greeks[black.GAMMA], greeks[black.VEGA]
        table[THETA] = greeks[black.THETA]
        future = legs.sign == 0.0
        table[MID] = np.where(future, spot, table[MID])
        table[DELTA] = np.where(future, 1.0, table[DELTA])
        table[[VOL, GAMMA, VEGA, THETA]] = np.where(future, 0.0, table[[VOL, GAMMA, VEGA, THETA]])
        self._quoted(legs, table, shock)
        return Marks(table, spot)

    def smile(self, spot: F64 | float, strike: F64) -> F64:
        """The factor on volatility at strikes below the price."""
        return 1.0 + self.skew * np.clip(1.0 - strike / spot, 0.0, 0.3)

    def _quoted(self, legs: Legs, table: F64, shock: Shock) -> None:
        """Bids and asks on the tick, in a shocked world off it; a mid lies half way between them."""
        half = self.half_width * shock.spread
        if shock != NO_SHOCK:
            table[BID], table[ASK] = np.maximum(table[MID] - half, 0.0), table[MID] + half
            table[MID] = 0.5 * (table[BID] + table[ASK])
            table[AGE] = np.where(np.isnan(table[MID]), np.inf, self.age_s)
            return
        for row, contract in enumerate(legs.contracts):
            bid, ask = self.quotes.get(contract) or quoted(float(table[MID, row]), half)
            age = np.inf if isnan(bid) or isnan(ask) else self.age_s
            table[[BID, ASK, MID, AGE], row] = bid, ask, 0.5 * (bid + ask), age

    def years(self, contract: Contract, minutes: float = 0.0) -> float:
        """Calendar years to the end of a contract; NaN once it is over. A share's do not matter."""
        if not contract.is_option and not contract.future:
            return 1.0
        hours = session_of(contract.expiry) or session(contract.expiry)
        ends = hours.opens if contract.settles is Settles.AM else hours.closes
        left = (ends - self.at).total_seconds() / 60.0 - minutes
        if not contract.is_option:
            return max(left, 1.0) / YEAR_MINUTES
        return left / YEAR_MINUTES if left > 0.0 else float("nan")

    def underlying(self, contract: Contract) -> Stamped | Skip:
        return self.spot(contract.root)

    def fixing(self, contract: Contract) -> Stamped | Skip:
        if self.at < self.day.session.closes:
            raise LookAhead(f"{contract} has not been fixed yet")
        return self.spot(contract.root)


def quoted(price: float, half: float) -> tuple[float, float]:
    """A quote around a price: on the 0.05 tick; NaN stays NaN.

    Without a width bid and ask are the price, and never less than a tick: nobody offers for nothing.
    """
    if half == 0.0:
        near = max(round(price / 0.05), 1) * 0.05 if price == price else price
        return near, near
    bid = max(0.0, np.floor((price - half) / 0.05 + 1e-9) * 0.05)
    return float(bid), float(np.ceil((price + half) / 0.05 - 1e-9) * 0.05)


def factors(shock: Shock, years: F64) -> F64:
    """The factor on volatility at each expiry, interpolated over days."""
    if not shock.vol:
        return np.ones(len(years))
    days, times = np.array(shock.vol).T
    return np.interp(years * 365.0, days, times)


def listed(root: str, today: date) -> tuple[Expiry, ...]:
    """What is listed of a root; gold's months, for which no rule is known, end five sessions early."""
    if root not in ("GC", "MGC"):
        return listing.expiries(root, today)
    months = [(today.year + n // 12, n % 12 + 1) for n in range(today.month - 1, today.month + 8)]
    ends = [back(month_end(year, month), 4) for year, month in months]
    return tuple(
        Expiry(day, Settles.PM, "monthly", future_after(root, day)) for day in ends if day >= today
    )


@value
class Strikes:
    """The chain of a root on a regular grid; ``by_delta`` searches the strikes within a quarter."""

    root: str
    board: Board

    def expiry_near(self, dte: int, within: int) -> Expiry | Skip:
        today = self.board.day.session.day
        found = listing.expiry_near(listed(self.root, today), today, dte, within)
        return found or skip("expiry", Stage.DATA, "none", "a listed one")

    def by_delta(
        self, expiry: Expiry, right: Right, delta: float, nearest: Nearest = "either"
    ) -> Quote | Skip:
        price = self.board.price * SHARES[self.root]
        years = self.board.years(contract_of("ES", expiry, right, 1.0))
        strikes = self.strikes(expiry, 0.6 * price, 1.4 * price)
        vol = self.board.vol * self.board.smile(price, strikes)
        known = black.black76(price, strikes, years, vol, float(right.sign), 0.0)
        away = np.abs(known[black.DELTA])
        if nearest != "either":
            fits = away >= delta - 1e-12 if nearest == "at_least" else away <= delta + 1e-12
            strikes, away = strikes[fits], away[fits]
        if not len(strikes):
            return skip("delta", Stage.DATA, "no strike has it", "a strike")
        return self._quote(expiry, right, float(strikes[int(np.argmin(np.abs(away - delta)))]))

    def by_strike(self, expiry: Expiry, right: Right, strike: float) -> Quote | Skip:
        steps = strike / self.board.grid
        low = np.floor(steps)
        tie = abs(steps - low - 0.5) < 1e-9
        near = low + (1.0 if right is Right.CALL else 0.0) if tie else np.round(steps)
        return self._quote(expiry, right, float(near) * self.board.grid)

    def strikes(self, expiry: Expiry, low: float, high: float) -> F64:
        grid = self.board.grid
        return np.arange(np.ceil(low / grid), np.floor(high / grid) + 1) * grid

    def _quote(self, expiry: Expiry, right: Right, strike: float) -> Quote:
        contract = contract_of(self.root, expiry, right, strike)
        legs = Legs(
            (contract,), np.array([strike]), np.array([float(right.sign)]), np.ones(1), np.ones(1)
        )
        table = self.board.marks(legs).table[:, 0].tolist()
        delta = table[DELTA] if self.board.greeks else float("nan")
        return Quote(
            contract, table[BID], table[ASK], delta, table[VOL], self.board.at, Evidence.MODEL
        )


def hours_of(day: date) -> Session:
    """The session of a date, or a full one where the market was closed."""
    return session_of(day) or session(day)


def history(high: float, rows: int = 260, last: date = FRIDAY) -> Bars:
    """So many equal daily rows that end the day before."""
    days = np.arange(last.toordinal() - rows, last.toordinal(), dtype=np.int32)
    level = np.full(rows, high)
    return Bars(days, level, level, level, level, level, Evidence.MODEL)


def day_of(
    day: date,
    *,
    vix_previous: float = 16.0,
    blocked: Mapping[str, str] | None = None,
    previous_close: float = 6000.0,
    indicators: Mapping[str, float] | None = None,
    high: float = 7000.0,
) -> Day:
    """A day as known before its open."""
    hours = hours_of(day)
    figures = dict(CALM) | dict(indicators or {})
    return Day(
        hours,
        {root: history(high, last=day) for root in ROOTS},
        dict.fromkeys(ROOTS, figures),
        {},
        blocked or {},
        dict.fromkeys(ROOTS, previous_close),
        Stamped(vix_previous, hours.opens, Evidence.MODEL),
        0.0,
        dividends={"SPY": (), "QQQ": ()},
        coming=dict.fromkeys(NAMES, Ahead(None, DAYS_AHEAD)),
    )


def board(on: date = FRIDAY, minute: float = 60.0, **changes: object) -> Board:
    """A calm, liquid market some minutes after the open of a day."""
    known = day_of(on)
    return replace(Board(known.session.at(minute), known), **changes)
