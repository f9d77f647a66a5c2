"""Candles of the feed: daily rows before today, minutes of today.

A symbol may come back normalised (``SPX{=1d}`` asked, ``SPX{=d}`` told), so candles are kept by what
the symbol says and not by how it is written. The newest candle goes on changing; one told again
replaces itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Lock

import numpy as np

from tomking.core.calendar import NEW_YORK
from tomking.core.evidence import Evidence
from tomking.core.value import value
from tomking.data.live.compact import Block, Oddities, figures
from tomking.data.live.fields import BAR
from tomking.market.bars import F64, Bars

#: Bits of a candle's flags.
REMOVED, SNAPSHOT_END, SNAPSHOT_CUT = 2, 8, 16
TIME, OPEN, HIGH, LOW, CLOSE, VOLUME, VWAP = range(7)
DAILY, MINUTES = "d", "m"
#: The instant after which no candle begins, in seconds of the epoch: the year 2100.
TIME_MAX = 4_102_444_800.0


@value
class Series:
    """What a candle symbol says: of what, and how long each candle is."""

    of: str
    length: str

    @property
    def symbol(self) -> str:
        """The symbol it is asked for by."""
        return f"{self.of}{{={self.length}}}"


def series_of(symbol: str) -> Series:
    """What a candle symbol says, attributes aside.

    >>> series_of("SPX{=1d,tho=true}"), series_of("/ESZ26:XCME{=d}").symbol
    (Series(of='SPX', length='d'), '/ESZ26:XCME{=d}')
    """
    of, _, rest = symbol.partition("{=")
    length = rest.rstrip("}").split(",")[0]
    return Series(of, length[1:] if length[:1] == "1" and not length[1:2].isdigit() else length)


@dataclass(slots=True)
class Candles:
    """Candles by series and the instant they begin at, in seconds of the epoch."""

    odd: Oddities = field(default_factory=Oddities)
    _rows: dict[Series, dict[float, F64]] = field(default_factory=dict[Series, dict[float, F64]])
    _whole: set[Series] = field(default_factory=set[Series])
    _lock: Lock = field(default_factory=Lock)

    def take(self, block: Block) -> None:
        """Candles told by the feed; one without a time is odd, one that is removed goes."""
        columns = [figures(block.columns[name], self.odd) if name in block.columns
                   else np.full(len(block.symbols), np.nan) for name in BAR]  # fmt: skip
        table = np.array(columns).T
        flags = np.nan_to_num(table[:, -1]).astype(np.int64).tolist()
        with self._lock:
            for symbol, row, flag in zip(block.symbols, table, flags, strict=True):
                self._put(series_of(symbol), row[:-1], flag)

    def _put(self, series: Series, row: F64, flags: int) -> None:
        known = self._rows.setdefault(series, {})
        at = float(row[TIME]) / 1000.0
        if not 0.0 <= at < TIME_MAX:
            self.odd.report(f"a candle of {series.symbol} without a time that can be")
        elif flags & REMOVED:
            known.pop(at, None)
        else:
            known[at] = row
        if flags & (SNAPSHOT_END | SNAPSHOT_CUT):
            self._whole.add(series)

    def has(self, series: Series) -> bool:
        """Whether everything there is of a series was told."""
        with self._lock:
            return series in self._whole

    def forget(self, wanted: Callable[[Series], bool]) -> None:
        """Drop the series that are not wanted any more."""
        with self._lock:
            for series in [each for each in self._rows if not wanted(each)]:
                del self._rows[series]
                self._whole.discard(series)

    def rows(self, series: Series) -> F64:
        """The candles of a series, oldest first: a row each, columns ``TIME`` to ``VWAP``."""
        with self._lock:
            known = self._rows.get(series, {})
            return np.array([known[at] for at in sorted(known)]).reshape(-1, VWAP + 1)


def daily(rows: F64, before: date, evidence: Evidence) -> Bars:
    """Daily candles as rows of earlier dates only; a candle without a close is none."""
    rows = rows[~np.isnan(rows[:, CLOSE])]
    days = np.array([_day(at / 1000.0).toordinal() for at in rows[:, TIME]], dtype=np.int32)
    bars = Bars(
        days, rows[:, OPEN], rows[:, HIGH], rows[:, LOW], rows[:, CLOSE], rows[:, VOLUME], evidence
    )
    return bars.before(before)


def _day(at: float) -> date:
    """The date of a daily candle, which begins at midnight: London's on some feeds, else New York's."""
    there = datetime.fromtimestamp(at, UTC)
    return there.date() if there.hour == 0 else there.astimezone(NEW_YORK).date()


def since(rows: F64, opens: datetime, until: datetime) -> F64:
    """The minutes of today that have begun by an instant."""
    at = rows[:, TIME] / 1000.0
    return rows[(at >= opens.timestamp()) & (at < until.timestamp())]


def weighted(rows: F64) -> float:
    """The volume-weighted price of minutes; NaN while none says both."""
    said = ~np.isnan(rows[:, VWAP]) & (rows[:, VOLUME] > 0.0)
    if not said.any():
        return float("nan")
    return float(np.average(rows[said, VWAP], weights=rows[said, VOLUME]))
