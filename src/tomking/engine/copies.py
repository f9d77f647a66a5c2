"""Copies of a journal by their names: the standard library only, for whoever looks for what is left."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

#: What a copy is called: when it was made, and the number of its last fact.
NAME = re.compile(r"(\d{8}T\d{6}Z)-(\d+)\.db")
WHEN = "%Y%m%dT%H%M%SZ"


def name_of(at: datetime, facts: int) -> str:
    """``20260105T211530Z-812.db``: a copy of 812 facts."""
    return f"{at.astimezone(UTC):{WHEN}}-{facts}.db"


def backups(folder: Path) -> tuple[Path, ...]:
    """The backups of a folder, the oldest first; drafts and whatever else lies there are none."""
    try:
        names = os.listdir(folder)
    except OSError:
        return ()
    return tuple(folder / name for name in sorted(names, key=_age) if NAME.fullmatch(name))


def made_at(copy: Path) -> datetime:
    """When a copy was made, by its name."""
    when, _, _ = copy.stem.partition("-")
    return datetime.strptime(when, WHEN).replace(tzinfo=UTC)


def facts_in(copy: Path) -> int:
    """How many facts it holds, by its name."""
    return _age(copy.name)[1]


def _age(name: str) -> tuple[str, int]:
    """By when it was made, then by how far it goes: numbers have no leading noughts."""
    when, _, last = name.removesuffix(".db").partition("-")
    return when, int(last) if last.isdecimal() else 0
