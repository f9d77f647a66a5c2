"""A backup is there whole, checked and under its name, or it is not there."""

import resource
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tomking.core.errors import DataError
from tomking.engine.backup import KEPT, back_up, backups, copied
from tomking.engine.journal import SqliteJournal
from unit.engine.facts import closes

pytestmark = pytest.mark.unit
AT = datetime(2026, 1, 5, 21, 15, 30, tzinfo=UTC)
COUNT = 40


@pytest.fixture(name="journal")
def _journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    """A journal at work: its newest facts stand in the log beside the file."""
    with closing(SqliteJournal.create(tmp_path / "journal.db")) as journal:
        journal.append(closes(COUNT))
        yield journal


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def verified(path: Path) -> int:
    with closing(SqliteJournal.reader(path)) as there:
        return there.verify()


def test_a_backup_of_a_journal_at_work_holds_every_fact_and_needs_no_file_beside_it(
    journal: SqliteJournal, folder: Path
) -> None:
    place = back_up(journal.path, folder, AT)
    assert place.name == f"20260105T211530Z-{COUNT}.db"
    assert [each.name for each in folder.iterdir()] == [place.name]
    assert verified(place) == COUNT
    journal.append(closes(COUNT + 1)[COUNT:])
    assert verified(place) == COUNT


def test_nobody_but_the_owner_reads_a_backup(journal: SqliteJournal, folder: Path) -> None:
    place = back_up(journal.path, folder, AT)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_backup_goes_on_as_a_journal(journal: SqliteJournal, folder: Path) -> None:
    """What the copy is for: another desk begins on it."""
    place = back_up(journal.path, folder, AT)
    with closing(SqliteJournal.open(place)) as there:
        assert there.append(closes(COUNT + 1)[COUNT:]) == COUNT + 1


def torn(source: Path, target: Path) -> None:
    """A copy of which the end never came to the disk."""
    copied(source, target)
    with open(target, "rb+") as file:
        file.truncate(target.stat().st_size // 2)


def older(source: Path, target: Path) -> None:
    """A sound copy of less than there was."""
    with closing(SqliteJournal.create(target.with_name("less.db"))) as there:
        there.append(closes(COUNT - 1))
        there.seal()
    shutil.move(target.with_name("less.db"), target)


def changed(source: Path, target: Path) -> None:
    """A copy in which a word of the middle is another."""
    copied(source, target)
    with closing(sqlite3.connect(target)) as there:
        there.execute("DROP TRIGGER journal_keeps_words")
        there.execute("UPDATE journal SET payload=payload || ' ' WHERE seq=20")
        there.commit()


@pytest.mark.parametrize("copy", [torn, older, changed])
def test_a_copy_that_does_not_hold_is_never_named_as_a_backup(
    copy: object, journal: SqliteJournal, folder: Path
) -> None:
    first = back_up(journal.path, folder, AT)
    with pytest.raises(DataError, match="does not hold and is not kept"):
        back_up(journal.path, folder, AT + timedelta(1), copy=copy)  # type: ignore[arg-type]
    assert backups(folder) == (first,)
    assert list(folder.iterdir()) == [first]


def test_the_oldest_are_dropped_and_nothing_else(journal: SqliteJournal, folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.db").write_text("a file of somebody's own")
    made = [back_up(journal.path, folder, AT + timedelta(day)) for day in range(KEPT + 2)]
    assert backups(folder) == tuple(made[2:])
    assert (folder / "mine.db").exists()


def test_of_two_in_one_second_the_longer_is_the_newer(journal: SqliteJournal, folder: Path) -> None:
    """By number, not by letters: 41 comes before 100."""
    folder.mkdir()
    for last in (100, 41, 9):
        (folder / f"20260105T211530Z-{last}.db").touch()
    assert [each.name.partition("-")[2] for each in backups(folder)] == ["9.db", "41.db", "100.db"]


def test_what_an_attempt_left_that_was_killed_is_taken_away(
    journal: SqliteJournal, folder: Path
) -> None:
    folder.mkdir()
    (folder / ".draft.77").write_text("half a journal")
    (folder / ".draft.77-journal").write_text("and its log")
    assert backups(folder) == ()
    place = back_up(journal.path, folder, AT)
    assert list(folder.iterdir()) == [place]


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """A disk on which no file grows beyond some bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_there_is_no_backup_and_those_from_before_stay(
    journal: SqliteJournal, folder: Path
) -> None:
    first = back_up(journal.path, folder, AT)
    with full_after(8192), pytest.raises(DataError, match="see that the disk has room"):
        back_up(journal.path, folder, AT + timedelta(1), kept=1)
    assert list(folder.iterdir()) == [first]
    assert verified(first) == journal.verify() == COUNT


def test_a_folder_that_is_a_file_is_said(journal: SqliteJournal, folder: Path) -> None:
    folder.write_text("in the way")
    with pytest.raises(DataError, match=r"no backup of .* was made in"):
        back_up(journal.path, folder, AT)
    assert backups(folder) == ()
