"""The end of a journal, read with nothing but the standard library and without touching the file."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from tomking.core.errors import DataCorrupt
from tomking.core.value import value

NEWEST = "SELECT seq, at, kind FROM journal ORDER BY seq DESC LIMIT 1"


@value
class LastFact:
    """The newest row of a journal."""

    seq: int
    at: str
    kind: str


def last_fact(journal: Path) -> LastFact | None:
    """The newest fact; nothing where there is no journal, or none in it.

    Raises
    ------
    DataCorrupt
        If the file is no journal or cannot be read.
    """
    if not journal.exists():
        return None
    try:
        row = _newest(journal)
    except (sqlite3.Error, OSError) as fault:
        raise DataCorrupt(f"the journal {journal} cannot be read ({fault})") from fault
    if row is None:
        return None
    seq, at, kind = row
    if not (isinstance(seq, int) and isinstance(at, str) and isinstance(kind, str)):
        raise DataCorrupt(f"the journal {journal} is damaged: its last row is no fact")
    return LastFact(seq, at, kind)


def _newest(journal: Path) -> tuple[object, object, object] | None:
    """The last row; a file in a folder nobody may write to is read as one that does not change."""
    try:
        return _row(journal, "mode=ro")
    except sqlite3.OperationalError:
        log = journal.with_name(f"{journal.name}-wal")
        if log.exists() and log.stat().st_size:
            raise
        return _row(journal, "mode=ro&immutable=1")


def _row(journal: Path, how: str) -> tuple[object, object, object] | None:
    address = f"file:{quote(str(journal))}?{how}"
    with closing(sqlite3.connect(address, uri=True, timeout=0.05)) as connection:
        row: tuple[object, object, object] | None = connection.execute(NEWEST).fetchone()
    return row
