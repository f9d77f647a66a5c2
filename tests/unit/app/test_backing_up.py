"""A desk copies its journal when something is new in it, and goes on when it cannot."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tomking.app.backing_up import Backups
from tomking.app.desk_files import DeskFiles
from tomking.app.running import Ended
from tomking.core.errors import Exit
from tomking.engine.backup import backups
from tomking.engine.journal import SqliteJournal
from unit.engine.facts import closes
from worlds.board import board
from worlds.desk import bench

pytestmark = pytest.mark.unit


@pytest.fixture(name="journal")
def _journal(files: DeskFiles) -> Iterator[SqliteJournal]:
    with closing(SqliteJournal.create(files.journal)) as journal:
        journal.append(closes(3))
        yield journal


def test_what_has_a_copy_is_not_copied_again(files: DeskFiles, journal: SqliteJournal) -> None:
    copies = Backups(files, journal, pytest.fail)
    assert copies() is not None
    assert copies() is None
    journal.append(closes(4)[3:])
    assert copies() is not None
    assert [each.name.partition("-")[2] for each in backups(files.backups)] == ["3.db", "4.db"]


def test_a_copy_that_cannot_be_made_is_said_and_ends_the_desk_with_another_code(
    files: DeskFiles, journal: SqliteJournal
) -> None:
    said: list[str] = []
    files.backups.write_text("in the way")
    copies = Backups(files, journal, said.append)
    assert copies() is None
    assert said == [copies.fault]
    assert "no backup of" in copies.fault
    assert Ended(bench((), lambda at: board()).desk, copies.fault).code is Exit.NEEDS_HUMAN
    files.backups.unlink()
    assert copies() is not None
    assert Ended(bench((), lambda at: board()).desk, copies.fault).code is Exit.OK
