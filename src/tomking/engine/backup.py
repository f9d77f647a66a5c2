"""Copies of a journal: whole and checked, or not there at all.

SQLite's own backup makes them, so a copy is of one instant though a desk writes on. It has a backup's
name only when it is on the disk and its chain of hashes holds; until then it is a draft, which nothing
takes for a backup. What there is already is never taken away to make room.
"""

import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from tomking.core.errors import DataCorrupt, DataError
from tomking.engine.durable import sync
from tomking.engine.journal import SqliteJournal

#: Copies that are kept: the newest of them, one a session and one a stop.
KEPT = 14
#: What a backup is called: when it was made, and the number of its last fact.
NAME = re.compile(r"\d{8}T\d{6}Z-\d+\.db")
#: Nobody but the owner reads what an account trades.
FOLDER_MODE, FILE_MODE = 0o700, 0o600
DRAFT = ".draft"
#: How a journal is copied into an empty file.
Copy = Callable[[Path, Path], None]


def copied(journal: Path, target: Path) -> None:
    """Copy a journal as it stands into an empty file, which then needs no log beside it."""
    source = sqlite3.connect(f"{journal.resolve().as_uri()}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(target, isolation_level=None)) as there:
        there.execute("PRAGMA synchronous=OFF")  # it is made durable as a whole, before it counts
        source.backup(there)
        there.execute("PRAGMA journal_mode=DELETE")


def back_up(
    journal: Path, folder: Path, at: datetime, kept: int = KEPT, copy: Copy = copied
) -> Path:
    """Copy a journal into a folder, check the copy, and return where it is; the oldest are dropped.

    Raises
    ------
    DataError
        If no sound copy could be made; then there is none, and those from before are as they were.
    """
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        _sweep(folder)
        draft = folder / f"{DRAFT}.{os.getpid()}"
        try:
            place = _made(journal, draft, at, copy)
        finally:
            _sweep(folder)
        sync(folder)
    except DataCorrupt as fault:
        raise DataError(
            f"the copy of {journal} does not hold and is not kept ({fault}): check the journal itself "
            "with scripts/verify_journal.py"
        ) from fault
    except (OSError, sqlite3.Error) as fault:
        raise DataError(
            f"no backup of {journal} was made in {folder} ({_said(fault)}): see that the disk has room "
            "and the folder may be written to; the journal is as it was"
        ) from fault
    for old in backups(folder)[:-kept]:
        with suppress(OSError):  # it is dropped next time
            old.unlink()
    return place


def backups(folder: Path) -> tuple[Path, ...]:
    """The backups of a folder, the oldest first; drafts and whatever else lies there are none."""
    try:
        names = os.listdir(folder)
    except OSError:
        return ()
    return tuple(folder / name for name in sorted(names, key=_age) if NAME.fullmatch(name))


def _age(name: str) -> tuple[str, int]:
    """By when it was made, then by how far it goes: numbers have no leading noughts."""
    when, _, last = name.removesuffix(".db").partition("-")
    return when, int(last) if last.isdecimal() else 0


def _made(journal: Path, draft: Path, at: datetime, copy: Copy) -> Path:
    """A copy under its name, once it is on the disk and holds."""
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    with closing(SqliteJournal.reader(journal)) as now:
        last, head = now.last, now.head
    copy(journal, draft)
    with closing(SqliteJournal.reader(draft)) as there:
        there.holds(last, head)
        until = there.last
    with open(draft, "rb+") as file:
        os.fsync(file.fileno())
    place = draft.with_name(f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{until}.db")
    os.replace(draft, place)
    return place


def _sweep(folder: Path) -> None:
    """Take away what an attempt has left that did not come to its end."""
    for left in folder.glob(f"{DRAFT}.*"):
        left.unlink(missing_ok=True)


def _said(fault: OSError | sqlite3.Error) -> str:
    return fault.strerror or str(fault) if isinstance(fault, OSError) else str(fault)
