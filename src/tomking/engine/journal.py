"""The journal as a file: facts in SQLite, appended in one transaction and chained by hash.

A row's hash covers the hash before it, so no row can change without every later one showing it;
triggers refuse to update or delete. One process writes; readers open the file read-only. What is
read and does not hold is :class:`DataCorrupt` with the number of the fact.
``scripts/verify_journal.py`` checks a file without this program.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tomking.core.codec import from_json, to_json
from tomking.core.errors import DataCorrupt, DataError, Overtaken, Unusable
from tomking.core.facts import Fact
from tomking.engine.chain import GENESIS, link

SCHEMA = """
CREATE TABLE journal(
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL,
    prev_hash TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is never shortened'); END;
CREATE TRIGGER journal_keeps_words BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is never rewritten'); END;
CREATE TRIGGER journal_keeps_order BEFORE INSERT ON journal
    WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)
    BEGIN SELECT RAISE(ABORT, 'the journal only grows at its end'); END;
"""

Row = tuple[int, str, str, str, str, str]


@dataclass(slots=True)
class SqliteJournal:
    """A journal file. ``last`` and ``head`` are the number and the hash of its newest fact."""

    path: Path
    connection: sqlite3.Connection
    last: int = 0
    head: str = GENESIS

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new, empty journal; a file that is there already is not touched.

        Raises
        ------
        DataError
            If the file exists or the folder cannot be written to.
        """
        if path.exists():
            raise DataError(f"{path} exists already: open it, or choose another name")
        with _reported(path):
            _made(path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The journal of this process, to read and to append to: the single writer."""
        return cls._opened(path, "rw")

    @classmethod
    def reader(cls, path: Path) -> Self:
        """A journal to look at; the file is opened read-only."""
        return cls._opened(path, "ro")

    @classmethod
    def _opened(cls, path: Path, mode: str) -> Self:
        if not path.is_file():
            raise DataError(f"there is no journal at {path}: check the name")
        with _reported(path):
            journal = cls(path, _connected(path, mode))
            journal.last, journal.head = journal._end()
        return journal

    def append(self, facts: Sequence[Fact]) -> int:
        """Write facts in one transaction, durable on return, and return the last number.

        Raises
        ------
        DataError
            If the disk is full or the file cannot be written; then none of the facts is in it.
        Overtaken
            If another process has written since: a journal has one writer.
        """
        rows = tuple(self._chained(facts))
        if not rows:
            return self.last
        with _reported(self.path, self.last + 1), self._transaction():
            if self._end() != (self.last, self.head):
                raise Overtaken(
                    f"{self.path} has grown behind this writer's back after fact {self.last}: "
                    "end the other process, then start again"
                )
            self.connection.executemany("INSERT INTO journal VALUES (?,?,?,?,?,?)", rows)
        self.last, self.head = rows[-1][0], rows[-1][-1]
        return self.last

    def read(self, after: int = 0) -> Iterator[tuple[int, Fact]]:
        """Facts with their numbers, oldest first, each checked against the chain as it is read.

        Raises
        ------
        DataCorrupt
            At the first fact that is missing, changed or of an unknown kind.
        """
        with _reported(self.path, after + 1):
            before = self._hash_of(after)
        seq = after
        for row in self._rows(after):
            seq += 1
            before = self._checked(row, seq, before)
            yield seq, self._fact(row)

    def verify(self) -> int:
        """Read every fact and return how many there are.

        Raises
        ------
        DataCorrupt
            With the number of the first fact that does not hold.
        """
        return sum(1 for _ in self.read())

    def holds(self, seq: int, hashed: str) -> None:
        """Check every row against the chain without reading what it says, and that a fact is in it.

        Raises
        ------
        DataCorrupt
            At the first row that is missing or changed, or if the fact of that number has another hash.
        """
        before = GENESIS
        for place, row in enumerate(self._rows(0), 1):
            before = self._checked(row, place, before)
        if self._hash_of(seq) != hashed:
            raise self._corrupt(seq, "it is another one")

    def seal(self) -> None:
        """Fold the log back into one plain file and close: for a journal nobody will append to."""
        with _reported(self.path):
            self.connection.execute("PRAGMA journal_mode=DELETE")
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, whatever ends it; other writers wait or are turned away."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def _chained(self, facts: Iterable[Fact]) -> Iterator[Row]:
        seq, before = self.last, self.head
        for fact in facts:
            seq += 1
            kind, at, payload = type(fact).__name__, fact.at.isoformat(), to_json(fact)
            hashed = link(before, seq, at, kind, payload)
            yield seq, at, kind, payload, before, hashed
            before = hashed

    def _end(self) -> tuple[int, str]:
        newest = "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
        row: tuple[int, str] | None = self.connection.execute(newest).fetchone()
        return row or (0, GENESIS)

    def _hash_of(self, seq: int) -> str:
        if seq == 0:
            return GENESIS
        row = self.connection.execute("SELECT hash FROM journal WHERE seq=?", (seq,)).fetchone()
        if row is None:
            raise self._corrupt(seq, "it is missing")
        return str(row[0])

    def _rows(self, after: int) -> Iterator[Row]:
        """Rows in order, a database fault on the way told as what it means."""
        seq = after
        with _reported(self.path, seq + 1):
            wanted = "SELECT seq, at, kind, payload, prev_hash, hash FROM journal"
            cursor = self.connection.execute(f"{wanted} WHERE seq>? ORDER BY seq", (after,))
        while True:
            with _reported(self.path, seq + 1):
                row: Row | None = cursor.fetchone()
            if row is None:
                return
            seq += 1
            yield row

    def _checked(self, row: Row, seq: int, before: str) -> str:
        """The hash of a row that stands where it should and says what it said."""
        found, at, kind, payload, prev_hash, hashed = row
        if found != seq:
            raise self._corrupt(seq, "it is missing")
        if prev_hash != before:
            raise self._corrupt(seq, "its chain to the fact before is broken")
        if hashed != link(before, seq, at, kind, payload):
            raise self._corrupt(seq, "it was changed after it was written")
        return hashed

    def _fact(self, row: Row) -> Fact:
        try:
            return from_json(row[2], row[3])
        except DataCorrupt as fault:
            raise self._corrupt(row[0], str(fault)) from fault

    def _corrupt(self, seq: int, what: str) -> DataCorrupt:
        return DataCorrupt(f"{self.path} does not hold at fact {seq}: {what}; {REMEDY}")


#: What SQLite calls operational and is damage to the file.
DAMAGED = ("no such table", "no such column", "Could not decode")
REMEDY = (
    "no entry may be made on it: restore the file from a backup, or, if it is the journal of a "
    "backtest, run `tomking backtest` again"
)


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    """A connection in which nothing begins a transaction by itself."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=5.0
    )
    if mode != "ro":
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    return connection


def _made(path: Path) -> None:
    """An empty journal, which is there whole or not at all: under its name only when it is ready."""
    new = path.with_name(f"{path.name}.new")
    try:
        for left in ("-wal", "-shm", ""):  # of a start that was cut off
            new.with_name(f"{new.name}{left}").unlink(missing_ok=True)
        connection = _connected(new, "rwc")
        connection.executescript(f"BEGIN;{SCHEMA}COMMIT;")
        connection.close()
        new.replace(path)
    except OSError as fault:
        raise DataError(
            f"{path} cannot be made ({fault.strerror}): see that its folder may be written to"
        ) from fault


@contextmanager
def _reported(path: Path, seq: int = 1) -> Iterator[None]:
    """SQLite's faults as ours: what is damaged, near which fact, and what to do."""
    try:
        yield
    except sqlite3.OperationalError as fault:
        if any(sign in str(fault) for sign in DAMAGED):
            raise DataCorrupt(f"{path} holds no sound journal ({fault}); {REMEDY}") from fault
        raise Unusable(
            f"{path} cannot be used ({fault}): see that no other process writes to it, that the "
            "folder may be written to and that the disk has room, then try again"
        ) from fault
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:  # or the name of a column is torn
        raise DataCorrupt(f"{path} cannot be read at fact {seq} ({fault}); {REMEDY}") from fault
