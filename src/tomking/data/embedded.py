"""The history that is always there: daily index figures in the files of the installed ``arch``
wheel.

Only the compressed tables are opened; ``arch`` and ``pandas`` are never imported (1.5 s and 340
MB). Figures are Yahoo's daily rows (S&P 500, NASDAQ Composite), Cboe's VIX closes and FRED's WTI
spot.
"""

import csv
import gzip
import zlib
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from math import isfinite
from pathlib import Path

import numpy as np

from tomking.core.errors import ConfigError, DataCorrupt, DataError
from tomking.core.evidence import Evidence
from tomking.core.value import value
from tomking.market.bars import F64, Bars

#: Rules in points and contract sizes belong to an index of about this level (DESIGN 9).
LEVEL = 6000.0
SCALES = ("rebase", "literal")
REINSTALL = "reinstall it: pip install --force-reinstall 'arch>=8,<9'"

Row = tuple[date, list[float]]


@value
class History:
    """Daily rows for a run: what is known, and the sessions on which all of it is.

    ``spx`` holds every row the package has (1999-2018), multiplied by ``scale_factor``; ``vix``
    every close. ``first`` and ``last`` are the first and last session of the window with both.
    """

    spx: Bars
    vix: Bars
    first: date
    last: date
    scale_mode: str
    scale_factor: float


def window(start: date | None = None, end: date | None = None, scale: str = "rebase") -> History:
    """The embedded history between two dates, both included; by default all days that have a VIX.

    ``rebase`` multiplies the index by one factor that brings the window's last close to 6,000;
    ``literal`` leaves it alone.

    Raises
    ------
    ConfigError
        If the scale is neither.
    DataError
        If no session of the window has both an index and a VIX close.
    """
    if scale not in SCALES:
        raise ConfigError(f"unknown scale {scale!r}; choose one of {', '.join(SCALES)}")
    both = np.intersect1d(spx().days, vix().days)
    low = both[0] if start is None else start.toordinal()
    high = both[-1] if end is None else end.toordinal()
    inside = both[(both >= low) & (both <= high)]
    if len(inside) == 0:
        known = f"{date.fromordinal(int(both[0]))} to {date.fromordinal(int(both[-1]))}"
        raise DataError(
            f"no embedded session with an S&P 500 and a VIX close from {start or 'the start'} "
            f"to {end or 'the end'}; choose dates within {known}"
        )
    first, last = date.fromordinal(int(inside[0])), date.fromordinal(int(inside[-1]))
    factor = LEVEL / float(spx().close[spx().row(last)]) if scale == "rebase" else 1.0
    return History(spx().scaled(factor), vix(), first, last, scale, factor)


@cache
def spx() -> Bars:
    """S&P 500, 1999-01-04 to 2018-12-31. High, low, close and volume are real; the open is not.

    Before 2017 the printed open holds 13-27 % of the true overnight gap, from then on about 80 %:
    ``market.path.open_evidence`` says what it is worth on a date.
    """
    return read_bars(package_file("sp500"), Evidence.RECORDED)


@cache
def nasdaq() -> Bars:
    """NASDAQ Composite, 1999-2018: a stand-in for the NASDAQ 100, which no package holds."""
    return read_bars(package_file("nasdaq"), Evidence.PROXY)


@cache
def vix() -> Bars:
    """VIX closes, 2014-01-03 to 2019-01-03, in points; open, high, low and volume are NaN."""
    return read_closes(package_file("vix"), Evidence.RECORDED)


@cache
def wti() -> Bars:
    """WTI spot, 1986 to 2019-01-03, dollars a barrel: a stand-in for the front future; closes only."""
    return read_closes(package_file("wti"), Evidence.PROXY)


def package_file(name: str, package: str = "arch") -> Path:
    """Where a data file of an installed package lies.

    Raises
    ------
    DataError
        If the package is not installed or came without the file.
    """
    try:
        installed = distribution(package)
    except PackageNotFoundError as error:
        raise DataError(
            f"the package {package!r} that carries the history is not installed; {REINSTALL}"
        ) from error
    path = Path(str(installed.locate_file(f"{package}/data/{name}/{name}.csv.gz")))
    if not path.is_file():
        raise DataError(f"{package} {installed.version} came without {path.name}; {REINSTALL}")
    return path


def read_bars(path: Path, evidence: Evidence) -> Bars:
    """Daily open, high, low, close and volume; prices rounded to the cent they were printed in.

    Raises
    ------
    DataCorrupt
        If the file is not what it says: header, dates, figures, or a close outside the day's range.
    """
    rows = _rows(path, ("Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"))
    table = np.array([figures for _, figures in rows])
    opened, high, low, close = np.round(table[:, :4], 2).T
    inside = (low <= np.minimum(opened, close)) & (high >= np.maximum(opened, close)) & (low > 0)
    if not inside.all():
        day = rows[int(np.argmin(inside))][0]
        raise DataCorrupt(f"{path.name} has an impossible row on {day}; {REINSTALL}")
    return _bars(rows, (opened, high, low, close, table[:, 5]), evidence)


def read_closes(path: Path, evidence: Evidence) -> Bars:
    """Daily closes of a two-column table; rows without a figure (holidays) are dropped.

    Raises
    ------
    DataCorrupt
        If the file is not what it says: header, dates or figures.
    """
    rows = _rows(path, ("Date", None))
    close = np.array([figures[0] for _, figures in rows])
    unknown = np.full(len(close), np.nan)
    return _bars(rows, (unknown, unknown, unknown, close, unknown), evidence)


def _bars(rows: list[Row], columns: tuple[F64, F64, F64, F64, F64], evidence: Evidence) -> Bars:
    """Rows as read-only columns; the caches above share them with everybody."""
    days = np.array([day.toordinal() for day, _ in rows], dtype=np.int32)
    days.setflags(write=False)
    opened, high, low, close, volume = (_solid(column) for column in columns)
    return Bars(days, opened, high, low, close, volume, evidence)


def _solid(column: F64) -> F64:
    """A contiguous copy that cannot be written to."""
    copy = np.array(column, dtype=np.float64)
    copy.setflags(write=False)
    return copy


def _rows(path: Path, header: tuple[str | None, ...]) -> list[Row]:
    """Dates and figures of a table, in order; ``None`` in the header stands for any name."""
    found, *lines = list(csv.reader(_text(path).splitlines())) or [list[str]()]
    if len(found) != len(header) or any(
        wanted not in (None, name) for name, wanted in zip(found, header, strict=True)
    ):
        raise DataCorrupt(f"{path.name} begins with {found}, not {header}; {REINSTALL}")
    rows: list[Row] = []
    for line in lines:
        if not any(cell.strip(". ") for cell in line[1:]):
            continue
        row = _row(path, line[0], line[1:])
        if len(line) != len(header) or (rows and row[0] <= rows[-1][0]):
            raise DataCorrupt(f"{path.name} is out of order at {line[0]}; {REINSTALL}")
        rows.append(row)
    if not rows:
        raise DataCorrupt(f"{path.name} holds no rows; {REINSTALL}")
    return rows


def _text(path: Path) -> str:
    """The text of a compressed file, checked by its own checksum."""
    try:
        return gzip.decompress(path.read_bytes()).decode("ascii")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataCorrupt(f"{path.name} cannot be read ({error}); {REINSTALL}") from error


def _row(path: Path, when: str, cells: list[str]) -> Row:
    """A date written as month/day/year, and the figures beside it."""
    try:
        month, day, year = when.split("/")
        figures = [float(cell) for cell in cells]
        if not all(map(isfinite, figures)):
            raise ValueError("a figure is not finite")
        return date(int(year), int(month), int(day)), figures
    except ValueError as error:
        raise DataCorrupt(f"{path.name} is damaged at {when} ({error}); {REINSTALL}") from error
