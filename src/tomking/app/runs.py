"""Kept runs: one sealed journal per backtest, named by its hash, complete or not there at all."""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tomking.app.home import home
from tomking.core.errors import ConfigError, DataCorrupt, DataError
from tomking.core.facts import Fact
from tomking.engine.canonical import digest
from tomking.engine.journal import REMEDY, SqliteJournal

SUFFIX = ".journal"
HASH_LETTERS = 16
FIRST = "run `tomking backtest` first"


class Kept(Protocol):
    """What of a run is kept: every fact, under the hash of them all."""

    @property
    def facts(self) -> Sequence[Fact]:
        """Everything that happened, in order."""
        ...

    @property
    def run_hash(self) -> str:
        """The first letters of the facts' digest."""
        ...


def folder() -> Path:
    """Where runs are kept."""
    return home() / "runs"


def keep(run: Kept) -> Path:
    """Write a run's journal and return where it lies; the same run again replaces itself.

    It is written under another name and renamed when it is whole, so a crash leaves no half run.

    Raises
    ------
    DataError
        If the folder cannot be written to.
    """
    kept = folder() / f"{run.run_hash}{SUFFIX}"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".keeping-", dir=kept.parent) as place:
            draft = Path(place) / kept.name
            journal = SqliteJournal.create(draft)
            try:
                journal.append(run.facts)
                journal.seal()
            finally:
                journal.close()
            draft.replace(kept)
    except OSError as fault:
        raise DataError(
            f"the run cannot be kept in {kept.parent} ({fault.strerror}): make room, or set "
            "TOMKING_HOME to a folder that may be written to"
        ) from fault
    os.utime(kept)
    return kept


def stored() -> tuple[Path, ...]:
    """Kept runs, the latest first."""
    found = [(path.stat().st_mtime_ns, path.name, path) for path in folder().glob(f"*{SUFFIX}")]
    return tuple(path for *_, path in sorted(found, reverse=True))


def find(hash_prefix: str | None = None) -> Path:
    """The kept run whose hash begins so; the latest when nothing is asked for.

    Raises
    ------
    ConfigError
        If no run is kept, none begins so, or several do.
    """
    runs = stored()
    if not runs:
        raise ConfigError(f"no run is stored in {folder()}: {FIRST}")
    if hash_prefix is None:
        return runs[0]
    if not re.fullmatch(r"[0-9a-f]+", hash_prefix):
        raise ConfigError(f"{hash_prefix!r} is not the beginning of a run hash: {_known(runs)}")
    matching = [path for path in runs if path.stem.startswith(hash_prefix)]
    if len(matching) != 1:
        how_many = "several stored runs begin" if matching else "no stored run begins"
        raise ConfigError(f"{how_many} with {hash_prefix!r}: {_known(tuple(matching) or runs)}")
    return matching[0]


def _known(runs: Sequence[Path]) -> str:
    """``choose one of 1f2e…, 3d4c…``, at most five of them."""
    more = f" and {len(runs) - 5} more" if len(runs) > 5 else ""
    return f"choose one of {', '.join(path.stem for path in runs[:5])}{more}"


def ledger(path: Path) -> tuple[Fact, ...]:
    """Every fact of a kept run, its chain checked.

    Raises
    ------
    DataCorrupt
        If the file does not hold, or a run's facts are not those its name promises.
    """
    facts = of_file(path)
    if len(path.stem) == HASH_LETTERS and digest(facts)[:HASH_LETTERS] != path.stem:
        raise DataCorrupt(
            f"{path} does not hold at fact {len(facts)}: its facts are not those of run "
            f"{path.stem}, the newest may be missing; {REMEDY}"
        )
    return facts


def of_file(path: Path) -> tuple[Fact, ...]:
    """Every fact of a journal file, whosever it is, its chain checked; the file is not touched.

    Raises
    ------
    DataCorrupt
        If it does not hold.
    """
    journal = SqliteJournal.reader(path)
    try:
        return tuple(fact for _, fact in journal.read())
    finally:
        journal.close()
