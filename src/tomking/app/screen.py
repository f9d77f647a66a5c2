"""How answers look on a terminal: plain tables, two clocks, JSON on request."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tomking.core.calendar import LONDON, NEW_YORK
from tomking.core.codec import plain
from tomking.core.errors import ConfigError

#: Columns when nobody says how wide the page is: output to a file should not be cut to a small terminal.
PAGE_WIDTH = 150
STYLES = {
    "pass": "green",
    "PASS": "green",
    "FAIL": "bold red",
    "WARN": "yellow",
    "OVER": "bold red",
}


def show_json(data: Any) -> None:
    """One JSON document on a line."""
    print(json.dumps(plain(data), ensure_ascii=False))


def console() -> Console:
    """Standard output; without colours and of a fixed width when it is not a terminal."""
    width = None if sys.stdout is not None and sys.stdout.isatty() else PAGE_WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, markup=False)


def show(text: str = "") -> None:
    """A line or a paragraph."""
    print(text)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows under headings; PASS and FAIL in their colours."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for place, name in enumerate(columns):
        table.add_column(name, overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(Text(cell, STYLES.get(cell, "")) for cell in row))
    console().print(table)


def show_pairs(rows: Iterable[tuple[str, str]]) -> None:
    """Labels and what is said of them, side by side."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="cyan")
    grid.add_column(overflow="fold")
    for label, said in rows:
        grid.add_row(label, Text(said))
    console().print(grid)


def both_clocks(at: datetime) -> str:
    """``10:30 New York, 15:30 London``."""
    here, there = at.astimezone(NEW_YORK), at.astimezone(LONDON)
    return f"{here:%H:%M} New York, {there:%H:%M} London"


def clocks(at: datetime) -> dict[str, str]:
    """The same instant on both clocks, for JSON."""
    return {
        "at_new_york": at.astimezone(NEW_YORK).isoformat(),
        "at_london": at.astimezone(LONDON).isoformat(),
    }


def day_of(text: str) -> date:
    """A date as people type it.

    Raises
    ------
    ConfigError
        If it is none.

    >>> day_of("2018-02-05")
    datetime.date(2018, 2, 5)
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is not a date: write it as 2018-02-05") from None
