"""A recorded chain as plain CSV: its columns and figures checked before anything uses them.

One row a quote: ``at,root,expiry,right,strike,bid,ask``. Reading one into a store of columns for
backtests is not built; what is here says whether a file is whole.
"""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from tomking.core.contract import Right
from tomking.core.errors import DataError
from tomking.core.near import did_you_mean
from tomking.core.value import value

COLUMNS = ("at", "root", "expiry", "right", "strike", "bid", "ask")


@value
class ChainFile:
    """What a file holds: its rows, roots, and the first and last instant."""

    rows: int
    roots: tuple[str, ...]
    first: datetime
    last: datetime


def check_chain(path: Path) -> ChainFile:
    """Read a whole chain file and say what it holds.

    Raises
    ------
    DataError
        If it cannot be read, lacks a column, or a row does not hold what its column says.
    """
    try:
        with path.open(encoding="utf-8", newline="") as text:
            found = list(_rows(path, csv.DictReader(text)))
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(
            f"{path} cannot be read as a chain file: {fault}; give a UTF-8 CSV"
        ) from fault
    if not found:
        raise DataError(f"{path} holds no quote; give a file with at least one row")
    instants = [at for at, _ in found]
    roots = tuple(sorted({root for _, root in found}))
    return ChainFile(len(found), roots, min(instants), max(instants))


def _rows(path: Path, rows: "csv.DictReader[str]") -> Iterator[tuple[datetime, str]]:
    given = tuple(rows.fieldnames or ())
    missing = [name for name in COLUMNS if name not in given]
    if missing:
        hint = did_you_mean(missing[0], given)
        raise DataError(
            f"{path} has no column {', '.join(missing)}{hint}: it needs {', '.join(COLUMNS)}"
        )
    for number, row in enumerate(rows, 2):
        try:
            yield _row(row)
        except (ValueError, TypeError) as fault:
            raise DataError(
                f"{path}, line {number}: {fault}; correct the row or leave it out"
            ) from fault


def _row(row: dict[str, str]) -> tuple[datetime, str]:
    at = datetime.fromisoformat(row["at"])
    if at.tzinfo is None:
        raise ValueError(f"{row['at']} has no time zone")
    if at.date() > date.fromisoformat(row["expiry"]):
        raise ValueError(f"quoted after its expiry {row['expiry']}")
    Right(row["right"])
    bid, ask, strike = (float(row[name]) for name in ("bid", "ask", "strike"))
    if not (strike > 0.0 and 0.0 <= bid <= ask):
        raise ValueError(f"strike {row['strike']}, bid {row['bid']}, ask {row['ask']} cannot be")
    return at, row["root"]
