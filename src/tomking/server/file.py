"""The ledger of a server as one SQLite file: what has changed is on disk before anybody is told.

``state`` holds values as rows of JSON and ``facts`` all that happened; both are covered by a seal, so
that a file which was torn or changed is seen. The other tables say the same in plain columns, for
whoever reads the file without this program, and are compared with the state when it is opened. A
server that opens a file turns away the one that had it before.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from tomking.core.codec import UNREADABLE, from_json, to_json
from tomking.core.errors import ConfigError, DataCorrupt, DataError, InvariantError, Unusable
from tomking.core.facts import Fact
from tomking.server import readable
from tomking.server.changes import Changes, Written, sealed, sum_of
from tomking.server.door import Door
from tomking.server.kept import KeptDoor, KeptHouse, apart, text_of, together

#: How SQLite knows the file as ours ("tmkx"), and the version of its tables.
APPLICATION, VERSION = 0x746D6B78, 1
SCHEMA = f"""
PRAGMA application_id={APPLICATION};
PRAGMA user_version={VERSION};
CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE state(
    place INTEGER PRIMARY KEY, account TEXT NOT NULL, part TEXT NOT NULL, key TEXT NOT NULL,
    payload TEXT NOT NULL, UNIQUE(account, part, key)) STRICT;
CREATE TABLE facts(
    account TEXT NOT NULL, place INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL,
    payload TEXT NOT NULL, PRIMARY KEY(account, place)) STRICT;
{readable.TABLES}
"""
PUT_STATE = (
    "INSERT INTO state(account, part, key, payload) VALUES (?,?,?,?) "
    "ON CONFLICT(account, part, key) DO UPDATE SET payload=excluded.payload"
)
#: The first bytes of any SQLite file.
HEAD = b"SQLite format 3\0"
#: What SQLite calls operational and is damage to the file.
DAMAGED = ("no such table", "no such column", "Could not decode")
#: The account of what belongs to none.
HOUSE = ""
REMEDY = "serve another file, or restore this one from a copy"


@dataclass(slots=True)
class LedgerFile:
    """A file and what of it is known to be written.

    ``ahead`` is how far beyond the last look the market's clock may go before that is written again;
    ``until`` is the instant that was written last.
    """

    path: Path
    connection: sqlite3.Connection
    ahead: timedelta = timedelta(0)
    owner: int = 0
    seal: int = 0
    until: datetime | None = None
    written: Written = field(default_factory=Written)
    facts: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def opened(cls, path: Path, terms: str, ahead: timedelta = timedelta(0)) -> Self:
        """The file at a path, made if there is none.

        Parameters
        ----------
        terms
            The market and the house behind the accounts, which must be those it was begun with.

        Raises
        ------
        ConfigError
            If it was begun with other terms.
        DataCorrupt
            If it is no such file, or does not hold what it says.
        DataError
            If it cannot be written.
        """
        if path.exists():
            _ours(path)
        else:
            _made(path, terms)
        with reported(path):
            file = cls(path, _connected(path), ahead)
            file._look_over(terms)
            file.owner = file._taken_over()
            file.seal = int(file._about("seal"))
        return file

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been written yet."""
        return self._about("seal") == "0"

    def close(self) -> None:
        """Let go of it."""
        self.connection.close()

    def take_up(self, accounts: Callable[[KeptHouse], Mapping[str, Door]]) -> KeptHouse:
        """Bring accounts to where the file has them; what belongs to none is returned.

        Raises
        ------
        DataCorrupt
            If the file does not hold what it says, or has other accounts.
        """
        with reported(self.path):
            try:
                self._check_seal()
                kept = self._kept(KeptHouse, HOUSE)
                doors = accounts(kept)
                for account, door in doors.items():
                    facts = [from_json(kind, said) for kind, said in self._facts_of(account)]
                    door.take_up(self._kept(KeptDoor, account), facts)
                    self._check_readable(door)
                    self.facts[account] = len(facts)
            except UNREADABLE as fault:
                raise _corrupt(self.path, f"what it holds cannot be read: {fault}") from fault
        house: KeptHouse = kept
        self.until = house.clock
        for account, state in {HOUSE: house, **{n: d.kept() for n, d in doors.items()}}.items():
            self.written.parts |= {(account, part): dict(all_) for part, all_ in apart(state)}
        return house

    def write(self, doors: Mapping[str, Door], house: KeptHouse) -> bool:
        """Put on disk whatever has changed, in one transaction; whether there was anything.

        Raises
        ------
        DataError
            If the disk is full or the file cannot be written; then nothing of it is in the file.
        InvariantError
            If another server has opened the file since.
        """
        made = {
            each: self.written.compared(each, apart(door.kept())) for each, door in doors.items()
        }
        beside = replace(house, clock=self._clock(house.clock))
        made[HOUSE] = self.written.compared(HOUSE, apart(beside))
        new = {each: door.facts[self.facts.get(each, 0) :] for each, door in doors.items()}
        if not any(new.values()) and not any(each.matters for each in made.values()):
            return False
        seal = self.seal
        with reported(self.path), self._transaction():
            for account, changes in made.items():
                seal = sealed(seal, self._put(account, changes))
            for account, door in doors.items():
                seal = sealed(seal, self._append(door, new[account]))
                self._put_readable(door, made[account], new[account])
            self._say("seal", str(seal))
        self._wrote(made, new, seal, beside.clock)
        return True

    def _wrote(
        self, made: Mapping[str, Changes], new: Mapping[str, list[Fact]], seal: int, until: datetime
    ) -> None:
        """What was written is known to be."""
        for changes in made.values():
            self.written.keep(changes)
        for account, facts in new.items():
            self.facts[account] = self.facts.get(account, 0) + len(facts)
        self.seal, self.until = seal, until

    def _clock(self, at: datetime) -> datetime:
        """What is written of the clock: what was, until that has been reached."""
        return at + self.ahead if self.until is None or at > self.until else self.until

    def _put(self, account: str, made: Changes) -> int:
        run = self.connection.executemany
        run("DELETE FROM state WHERE account=? AND part=? AND key=?", made.gone)
        run(PUT_STATE, made.put)
        return made.change

    def _append(self, door: Door, new: list[Fact]) -> int:
        first = self.facts.get(door.account, 0) + 1
        rows = [
            (door.account, place, fact.at.isoformat(), type(fact).__name__, to_json(fact))
            for place, fact in enumerate(new, first)
        ]
        self.connection.executemany("INSERT INTO facts VALUES (?,?,?,?,?)", rows)
        return sum(map(sum_of, rows))

    def _put_readable(self, door: Door, made: Changes, new: list[Fact]) -> None:
        """The plain tables, where what they show has changed."""
        account, ledger = door.account, door.exchange.ledger
        numbers = [int(key) for _, part, key, _ in made.put if part == "entries"]
        self._rows("orders", readable.order_rows(account, (door.entries[n] for n in numbers)))
        self._rows("fills", readable.fill_rows(account, new))
        first = self.facts.get(account, 0) + 1
        self._rows("transactions", readable.transaction_rows(door, first, new))
        if any(part.startswith("exchange.ledger.") for _, part in made.parts):
            self._rows("accounts", iter([readable.account_row(account, ledger)]))
            self.connection.execute("DELETE FROM holdings WHERE account=?", (account,))
            self._rows("holdings", readable.holding_rows(account, ledger))

    def _rows(self, table: str, rows: Iterator[readable.Row]) -> None:
        slots = ",".join("?" * readable.WIDTHS[table])
        self.connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({slots})", rows)

    def _kept(self, kind: Any, account: str) -> Any:
        rows: dict[str, dict[str, str]] = {}
        said = "SELECT part, key, payload FROM state WHERE account=? ORDER BY place"
        for part, key, payload in self.connection.execute(said, (account,)):
            rows.setdefault(part, {})[key] = payload
        if not rows:
            raise _corrupt(self.path, f"it has no account {account}")
        return together(kind, rows)

    def _facts_of(self, account: str) -> list[tuple[str, str]]:
        said = "SELECT kind, payload FROM facts WHERE account=? ORDER BY place"
        return self.connection.execute(said, (account,)).fetchall()

    def _check_seal(self) -> None:
        """State and facts are what was written, none is missing and none was added."""
        total = 0
        for row in self.connection.execute("SELECT account, part, key, payload FROM state"):
            self.written.sums[row[:3]] = sum_of(row)
            total = sealed(total, sum_of(row))
        for row in self.connection.execute("SELECT account, place, at, kind, payload FROM facts"):
            total = sealed(total, sum_of(row))
        if total != self.seal:
            raise _corrupt(self.path, "it was changed after it was written")

    def _check_readable(self, door: Door) -> None:
        """The plain tables say what the state does."""
        for table, rows in readable.everything(door).items():
            said = f"SELECT * FROM {table} WHERE account=?"
            found = self.connection.execute(said, (door.account,)).fetchall()
            if sorted(found, key=text_of) != sorted(rows, key=text_of):
                raise _corrupt(self.path, f"its {table} are not those of its state")

    def _taken_over(self) -> int:
        """The number of this owner: whoever had the file before is turned away from now on."""
        claim = "UPDATE about SET value=value+1 WHERE name='owner' RETURNING value"
        return int(self.connection.execute(claim).fetchone()[0])

    def _look_over(self, terms: str) -> None:
        """Whether it is sound, of our version, and of these terms."""
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            raise _corrupt(self.path, f"its tables are of version {version} and not {VERSION}")
        (sound,) = self.connection.execute("PRAGMA integrity_check(1)").fetchone()
        if sound != "ok":
            raise _corrupt(self.path, str(sound))
        begun = self._about("terms")
        if begun != terms:
            raise ConfigError(f"{self.path} was begun with {begun}, not {terms}: ask for the same")

    def _about(self, name: str) -> str:
        row = self.connection.execute("SELECT value FROM about WHERE name=?", (name,)).fetchone()
        if row is None:
            raise _corrupt(self.path, f"it does not say its {name}")
        return str(row[0])

    def _say(self, name: str, said: str) -> None:
        self.connection.execute("UPDATE about SET value=? WHERE name=?", (said, name))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, and only while the file is ours."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            if int(self._about("owner")) != self.owner:
                raise InvariantError(
                    f"another server has opened {self.path} and this one stops: serve a file once"
                )
            yield
            self.connection.execute("COMMIT")
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")


def _made(path: Path, terms: str) -> None:
    """A new file, which is there whole or not at all."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists():
        raise _corrupt(path, f"it is gone and {log.name}, a part of it, is not")
    new = path.with_name(f"{path.name}.new")
    with reported(path):
        try:
            new.unlink(missing_ok=True)
            connection = _connected(new)
            connection.executescript(f"BEGIN;{SCHEMA}COMMIT;")
            about = {"terms": terms, "owner": "0", "seal": "0"}
            connection.executemany("INSERT INTO about VALUES (?,?)", about.items())
            connection.close()
            new.replace(path)
        except OSError as fault:
            raise DataError(f"{path} cannot be made ({fault}): choose another place") from fault


def _ours(path: Path) -> None:
    """Whether a file may be opened at all: it is touched only if its first bytes say what it is."""
    try:
        with path.open("rb") as file:
            head = file.read(len(HEAD) + 72)
    except OSError as fault:
        raise DataError(f"{path} cannot be read ({fault}): choose another file") from fault
    if not head.startswith(HEAD) or int.from_bytes(head[68:72]) != APPLICATION:
        raise _corrupt(path, "it is no ledger of an exchange server")


def _connected(path: Path) -> sqlite3.Connection:
    """A connection in which nothing begins a transaction by itself and a commit is on disk."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _corrupt(path: Path, what: str) -> DataCorrupt:
    return DataCorrupt(f"{path} cannot be served: {what}; {REMEDY}")


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """SQLite's faults as ours: the file is damaged, or cannot be used now."""
    try:
        yield
    except sqlite3.OperationalError as fault:
        if any(sign in str(fault) for sign in DAMAGED):
            raise _corrupt(path, str(fault)) from fault
        raise Unusable(
            f"{path} cannot be used ({fault}): see that no other process writes to it, that the "
            "folder may be written to and that the disk has room, then try again"
        ) from fault
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:
        raise _corrupt(path, str(fault)) from fault
