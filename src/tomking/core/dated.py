"""Rows of figures that are in force from a day on: which one counts on another day."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A row with a first day."""

    @property
    def since(self) -> date:
        """The first day."""
        ...


D = TypeVar("D", bound=Dated)


def begun(rows: Iterable[D], day: date) -> D | None:
    """The newest row that has begun on a day; before the first row none."""
    known = [row for row in rows if row.since <= day]
    return max(known, key=_since) if known else None


def in_force(rows: Iterable[D], day: date) -> D:
    """The newest row that has begun on a day; before the first row the first, of at least one."""
    some = tuple(rows)
    return begun(some, day) or min(some, key=_since)


def _since(row: Dated) -> date:
    return row.since
