"""The end of a journal, read with nothing but the standard library and without touching the file."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from tomking.core.errors import DataCorrupt
from tomking.core.value import value
from tomking.engine.chain import link

NEWEST = "SELECT seq, at, kind, payload, prev_hash, hash FROM journal ORDER BY seq DESC LIMIT 1"
HASH = "SELECT hash FROM journal WHERE seq = ?"
SWITCHES = (
    "SELECT kind, payload FROM journal "
    "WHERE seq > ? AND kind IN ('SwitchedOff', 'SwitchedOn') ORDER BY seq"
)

TRADES = (
    "SELECT count(*) FROM journal "
    "WHERE seq > ? AND kind IN ('Sent', 'LegFilled', 'Settled', 'Revived')"
)


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
    seq, at, kind, payload, before, hashed = row
    if not (isinstance(seq, int) and isinstance(at, str) and isinstance(kind, str)):
        raise DataCorrupt(f"the journal {journal} is damaged: its last row is no fact")
    if hashed != link(str(before), seq, at, kind, str(payload)):
        raise DataCorrupt(f"the journal {journal} is damaged: its last fact, {seq}, was changed")
    return LastFact(seq, at, kind)


def has(journal: Path, seq: int, hashed: str) -> bool:
    """Whether a journal's fact of that number is the one with that hash.

    Raises
    ------
    DataCorrupt
        If the file is no journal or cannot be read.
    """
    try:
        return [(hashed,)] == _rows(journal, HASH, (seq,))
    except (sqlite3.Error, OSError) as fault:
        raise DataCorrupt(f"the journal {journal} cannot be read ({fault})") from fault


def switched(journal: Path, after: int) -> tuple[tuple[str, str], ...]:
    """Strategies switched off or on after a fact, in order, and why; empty where there is no journal.

    Raises
    ------
    DataCorrupt
        If the file is no journal or cannot be read.
    """
    if not journal.exists():
        return ()
    try:
        rows = _rows(journal, SWITCHES, (after,))
        return tuple((said["strategy"], _why(str(kind), said)) for kind, said in map(_told, rows))
    except (sqlite3.Error, OSError, ValueError, LookupError, TypeError) as fault:
        raise DataCorrupt(f"the journal {journal} cannot be read ({fault})") from fault


def dealings(journal: Path, after: int) -> int:
    """How many facts after one change what is held or at work; none where there is no journal.

    Raises
    ------
    DataCorrupt
        If the file is no journal or cannot be read.
    """
    if not journal.exists():
        return 0
    try:
        ((found,),) = _rows(journal, TRADES, (after,))
    except (sqlite3.Error, OSError, ValueError) as fault:
        raise DataCorrupt(f"the journal {journal} cannot be read ({fault})") from fault
    return found if isinstance(found, int) else 0


def _told(row: tuple[object, ...]) -> tuple[object, dict[str, str]]:
    kind, payload = row
    return kind, json.loads(str(payload))


def _why(kind: str, said: dict[str, str]) -> str:
    return said["why"] if kind == "SwitchedOff" else f"on from the next session: {said['why']}"


def _newest(journal: Path) -> tuple[object, ...] | None:
    """The last row."""
    return next(iter(_rows(journal, NEWEST, ())), None)


def _rows(journal: Path, asked: str, given: tuple[int, ...]) -> list[tuple[object, ...]]:
    """Some rows; a file in a folder nobody may write to is read as one that does not change."""
    try:
        return _read(journal, "mode=ro", asked, given)
    except sqlite3.OperationalError:
        log = journal.with_name(f"{journal.name}-wal")
        if log.exists() and log.stat().st_size:
            raise
        return _read(journal, "mode=ro&immutable=1", asked, given)


def _read(journal: Path, how: str, asked: str, given: tuple[int, ...]) -> list[tuple[object, ...]]:
    address = f"file:{quote(str(journal))}?{how}"
    with closing(sqlite3.connect(address, uri=True, timeout=0.05)) as connection:
        return connection.execute(asked, given).fetchall()
