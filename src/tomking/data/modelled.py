"""The modelled market of one family of roots: daily history, a modelled path for every session,
modelled chains on it.

``ModelMarket.at`` gives the market as it was known at an instant: the path up to then, VIX from
yesterday's close and the path, daily rows up to yesterday. The true VIX close arrives a quarter of
an hour after the close of the session.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import compress
from typing import TypeVar

import numpy as np

from tomking.core.calendar import AFTER_CLOSE, Session
from tomking.core.contract import Contract, Expiry, Settles
from tomking.core.errors import DataError, LookAhead
from tomking.core.evidence import Evidence, Stamped
from tomking.core.product import PRODUCTS
from tomking.core.reading import Skip, Stage, skip
from tomking.data.chain import ModelChain
from tomking.data.embedded import History
from tomking.data.families import SP500, Family
from tomking.data.sheet import Sheet, unquoted
from tomking.data.tables import carry as carry_table
from tomking.data.tables import events as event_table
from tomking.market.bars import F64, Bars
from tomking.market.carry import Carry, forward
from tomking.market.delivery import future_contract
from tomking.market.events import EventTable
from tomking.market.indicators import all_indicators, iv_percentile, iv_rank, vwap
from tomking.market.landscape import MINUTES_A_DAY, Axes, Landscape
from tomking.market.listing import front_future
from tomking.market.modelled import Columns, Cut, Instant, forwards, later, lay_out, mark
from tomking.market.modelled_landscape import laid_over
from tomking.market.path import (
    close_shape,
    day_shape,
    draw,
    open_evidence,
    path_key,
    u_shaped_volume,
    vix_at,
    vix_day,
)
from tomking.market.sessions import (
    previous_session,
    session_of,
    sessions_between,
)
from tomking.market.snapshot import DAYS_AHEAD, NO_SHOCK, Day, Legs, Marks, Shock
from tomking.market.variance import VarianceClock, share_to_close, variance_clock

#: Indicators in points, which follow the price of a root; the others are pure numbers.
SCALED = frozenset(
    {"atr", "ema8", "ema21", "ema50", "ema200", "bb_mid", "bb_upper", "bb_lower", "macd",
     "macd_signal", "macd_hist", "high252", "low252"}
)  # fmt: skip
#: Whose daily closes stand beside the rows of the roots, where they are measured.
VIX = "VIX"
#: Sets of legs kept laid out; a book has one, a working order another.
LAID_MAX = 256


T = TypeVar("T")
Contracts = tuple[Contract, ...]


@dataclass(frozen=True, slots=True)
class ByRoot(Mapping[str, T]):
    """Something of every root, made when it is first asked for."""

    roots: tuple[str, ...]
    make: Callable[[str], T]
    made: dict[str, T] = field(default_factory=dict)

    def __getitem__(self, root: str) -> T:
        if root not in self.roots:
            raise KeyError(root)
        if root not in self.made:
            self.made[root] = self.make(root)
        return self.made[root]

    def __iter__(self) -> Iterator[str]:
        return iter(self.roots)

    def __len__(self) -> int:
        return len(self.roots)


@dataclass(slots=True)
class Today:
    """One session of the model: its path, what was known before the open, VIX before and after.

    ``length`` is in minutes; ``levels`` are the prices of the roots as multiples of the family's
    history, which is the index here, and VIX is whatever the family has in its place.
    """

    day: Day
    length: int
    levels: Mapping[str, float]
    path: F64
    carry: Carry
    sd: float
    index_before: float
    vix_before: float
    vix_close: float
    open_evidence: Evidence


@dataclass(slots=True)
class ModelMarket:
    """The market of a family on embedded history. Its runs of one seed may share ``paths``."""

    history: History
    seed: int
    cut: Cut = field(default_factory=Cut)
    spreads: float = 1.0
    paths: MutableMapping[date, F64] = field(default_factory=dict)
    events: EventTable = field(default_factory=event_table)
    family: Family = SP500
    bars: Bars = field(init=False)
    volatility: Bars = field(init=False)
    clock: VarianceClock = field(init=False)
    rows: dict[tuple[str, Expiry], Columns] = field(init=False, default_factory=dict)
    _indicators: Mapping[str, list[float]] = field(init=False)
    _iv: Mapping[str, list[float]] = field(init=False)
    _today: Today | None = field(init=False, default=None)
    _laid: dict[Contracts, Columns] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = _clock_over(self.history)
        self.bars = self.family.rows(self.history)
        self.volatility = self.family.volatility(self.history)
        self._indicators = _lists(all_indicators(self.bars))
        closes = self.volatility.close
        self._iv = _lists({"iv_rank": iv_rank(closes), "iv_percentile": iv_percentile(closes)})

    def at(self, now: datetime) -> "ModelSnapshot":
        """The market of an instant; instants of one session share what was known before its open."""
        today = self._today
        if today is None or today.day.session.day != now.date():
            today = self._today = self._open(now.date())
        return ModelSnapshot(self, today, now)

    def path(self, session: Session) -> F64:
        """The modelled path of a session, minute by minute, the same for every window and worker."""
        known = self.paths.get(session.day)
        if known is None:
            vix = float(self.volatility.close[self.volatility.row(session.day) - 1])
            shaped = close_shape if self.family.closes_only else day_shape
            shape = shaped(self.bars, session.day, vix, session.minutes)
            key = path_key(self.seed, self.family.name, session.day)
            known = self.paths[session.day] = draw(shape, key)
        return known

    def columns(self, contracts: Contracts) -> Columns:
        """Contracts laid out for the kernels, once per set."""
        known = self._laid.get(contracts)
        if known is None:
            if len(self._laid) >= LAID_MAX:
                self._laid.clear()
            known = self._laid[contracts] = lay_out(contracts, self.clock, self.family.shares)
        return known

    def _open(self, day: date) -> Today:
        session = session_of(day)
        if session is None:
            raise DataError(f"{day} is not a session; choose a day on which the market was open")
        family, bars, vix = self.family, self.bars, self.volatility
        row, vix_row = bars.row(day), vix.row(day)
        before, vix_before = float(bars.close[row - 1]), float(vix.close[vix_row - 1])
        carry = family.carried(carry_table().at(day))
        levels = {root: level_of(root, share, day, carry) for root, share in family.shares.items()}
        known = Day(
            session,
            ByRoot(
                (*family.roots, VIX) if family.counted else family.roots,
                lambda root: (
                    vix.cut(0, vix_row) if root == VIX else bars.cut(0, row).scaled(levels[root])
                ),
            ),
            ByRoot(family.roots, lambda root: self._measured(levels[root], row, vix_row)),
            {},
            self.events.on(day, family.events),
            {root: before * level for root, level in levels.items()},
            Stamped(vix_before, known_at(day), vix.evidence),
            carry.rate,
            family.missing,
            family.dividends(self.history, day),
            self.events.coming(day, DAYS_AHEAD),
        )
        opened = Evidence.MODEL if family.closes_only else open_evidence(day)
        return Today(
            known, session.minutes, levels, self.path(session), carry, vix_day(vix_before), before,
            vix_before, float(vix.close[vix_row]), opened,
        )  # fmt: skip

    def _measured(self, level: float, row: int, vix_row: int) -> Mapping[str, float]:
        """Indicators as of yesterday's close, in points of a root that stands at ``level`` x index."""
        figures = {
            name: column[row - 1] * (level if name in SCALED else 1.0)
            for name, column in self._indicators.items()
        }
        return figures | {name: column[vix_row - 1] for name, column in self._iv.items()}


@dataclass(slots=True)
class ModelSnapshot:
    """The modelled market at one instant; lazy, and blind to everything later."""

    market: ModelMarket
    today: Today
    at: datetime
    minute: float = field(init=False)
    _instant: Instant | None = field(init=False, default=None)
    _marked: dict[tuple[Contracts, Shock], Marks] = field(init=False, default_factory=dict)
    _sheets: dict[Shock, Sheet] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.minute = self.today.day.session.minute(self.at)

    @property
    def day(self) -> Day:
        """What was known before the open."""
        return self.today.day

    @property
    def instant(self) -> Instant:
        """The figures the model prices from."""
        if self._instant is None:
            self._instant = self._seen()
        return self._instant

    @property
    def vix(self) -> Stamped:
        """VIX now: from the path until the true close is published."""
        published = self.minute >= self.today.length + AFTER_CLOSE
        evidence = self.market.volatility.evidence if published else Evidence.MODEL
        return Stamped(self.instant.vix, self.at, evidence)

    def spot(self, root: str) -> Stamped | Skip:
        """The price of a root now: a future is carried forward from the index."""
        if root not in self.today.levels:
            return skip(f"{root} data", Stage.DATA, f"no price for {root}", "a price")
        closed = self.minute >= self.today.length
        evidence = Evidence.MODEL if not closed else _evidence(root)
        return Stamped(self.instant.index * self.today.levels[root], self.at, evidence)

    def session_open(self, root: str) -> Stamped | Skip:
        """The price of the same thing at today's open."""
        if root not in self.today.levels:
            return skip(f"{root} data", Stage.DATA, f"no price for {root}", "a price")
        session = self.today.day.session
        if self.minute < 0:
            raise LookAhead(f"the session of {session.day} has not opened at {self.at:%H:%M}")
        level = self.today.levels[root]
        return Stamped(float(self.today.path[0]) * level, session.opens, self.today.open_evidence)

    def vwap(self, root: str) -> float:
        """The path so far, weighted by a U-shaped volume that is a model too."""
        last = int(min(self.minute, self.today.length))
        if last < 1:
            return float("nan")
        weight = u_shaped_volume(self.today.length)[:last]
        return float(vwap(self.today.path[1 : last + 1], weight)[-1]) * self.today.levels[root]

    def chain(self, root: str) -> "ModelChain | Skip":
        """The options of a root, priced when asked."""
        if root not in self.today.levels:
            return skip(f"{root} options", Stage.DATA, f"no option data for {root}", "a chain")
        market = self.market
        return ModelChain(
            root, self.at, self.instant, market.clock, market.rows, market.family.shares
        )

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Every leg marked in one call; whoever asks again for the same contracts is given the same."""
        asked = legs.contracts, shock
        known = self._marked.get(asked)
        if known is None:
            sheet = self._sheets.setdefault(shock, Sheet())
            known = self._marked[asked] = sheet.marks(legs.contracts, partial(self._priced, shock))
        return known

    def _priced(self, shock: Shock, contracts: Contracts) -> Marks:
        """Those of roots the market knows; the others have no quote."""
        known = [each.root in self.today.levels for each in contracts]
        if not all(known):
            return unquoted(known, self._priced(shock, tuple(compress(contracts, known))))
        columns, now, gone = self.market.columns(contracts), self.instant, shock.minutes
        if gone:
            now, shock = later(now, gone, self.market.clock), replace(shock, minutes=0.0)
        return mark(columns, now, shock, smooth=gone != 0.0)

    def landscape(self, legs: Legs, axes: Axes) -> Landscape:
        """What a table of worlds needs to know of the legs."""
        instants = [
            later(self.instant, ahead * MINUTES_A_DAY, self.market.clock) for ahead in axes.days
        ]
        return laid_over(self.market.columns(legs.contracts), instants, axes)

    def underlying(self, contract: Contract) -> Stamped | Skip:
        """The price of a contract's own future, index or share now."""
        if contract.root not in self.today.levels:
            return skip(f"{contract.root} data", Stage.DATA, "no price", "a price")
        if not contract.future:
            return self.spot(contract.root)
        future = future_contract(contract.root, contract.future)
        market = self.market
        price = forwards(lay_out((future,), market.clock, market.family.shares), self.instant)
        return Stamped(float(price[0]), self.at, Evidence.MODEL)

    def fixing(self, contract: Contract) -> Stamped | Skip:
        """The settlement price of a contract that expires today: the open for AM, else the close."""
        session = self.today.day.session
        if contract.expiry != session.day:
            return skip("fixing", Stage.DATA, f"{contract} does not expire today", "an expiry")
        morning = contract.settles is Settles.AM
        if self.minute < (0 if morning else self.today.length):
            raise LookAhead(f"{contract} has not been fixed yet at {self.at:%H:%M}")
        index = float(self.today.path[0 if morning else -1])
        evidence = self.today.open_evidence if morning else Evidence.RECORDED
        level = index * self.market.family.shares[contract.root]
        if contract.future and contract.is_option:
            future = future_contract(contract.root, contract.future)
            years = max((future.expiry - session.day).days, 0) / 365.0
            level = forward(level, self.today.carry, years)
        return Stamped(level, self.at, evidence)

    def _seen(self) -> Instant:
        """Index and VIX as of this minute, and where the clocks stand."""
        today, length, minute = self.today, self.today.length, self.minute
        if minute < 0:
            day = self.day.session.day
            raise LookAhead(f"the session of {day} has not opened at {self.at:%H:%M}")
        index = float(today.path[int(min(minute, length))])
        published = minute >= length + AFTER_CLOSE
        vix = (
            today.vix_close
            if published
            else vix_at(
                today.vix_before, today.sd, index, today.index_before, self.market.family.response
            )
        )
        ordinal = self.day.session.day.toordinal()
        return Instant(
            index, vix, ordinal, minute, float(length),
            share_to_close(minute, float(length)) if minute < length else 0.0,
            self.market.clock.at(ordinal, minute), today.carry, self.market.cut, self.market.spreads,
        )  # fmt: skip


def _lists(columns: Mapping[str, F64]) -> Mapping[str, list[float]]:
    """Columns as lists, of which single figures are read faster."""
    return {name: column.tolist() for name, column in columns.items()}


def level_of(root: str, share: float, day: date, carry: Carry) -> float:
    """The price of a root as a multiple of the history: its share, carried to its front future."""
    if not PRODUCTS[root].is_future:
        return share
    years = (front_future(root, day).expiry - day).days / 365.0
    return forward(share, carry, years)


def _evidence(root: str) -> Evidence:
    return Evidence.RECORDED if root == "SPX" else Evidence.PROXY


def _clock_over(history: History) -> VarianceClock:
    """The variance clock over a history and three years beyond it, for the expiries held at its end."""
    last = min(history.last + timedelta(days=1100), date(2027, 12, 31))
    sessions = sessions_between(history.first - timedelta(days=30), last)
    days = np.array([session.day.toordinal() for session in sessions], dtype=np.int32)
    early = np.array([session.early for session in sessions], dtype=np.bool_)
    return variance_clock(days, early)


def known_at(day: date) -> datetime:
    """The instant at which the closes of the session before a day were known."""
    last = previous_session(day)
    return last.at(last.minutes + AFTER_CLOSE)
