"""A journal that is gone, shortened or another one is seen without reading all of it."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tomking.app.cli.status import command, lines
from tomking.app.desk_files import DeskFiles, files_of
from tomking.app.last_fact import last_fact
from tomking.app.standing_now import seen
from tomking.core.errors import DataCorrupt
from tomking.core.facts import RunStarted
from tomking.engine.backup import back_up
from tomking.engine.heartbeat import Heartbeat, beat
from tomking.engine.journal import SqliteJournal

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 6, 17, tzinfo=UTC)


@pytest.fixture(name="files")
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeskFiles:
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path))
    files = files_of()
    files.spool.make()
    return files


def written(files: DeskFiles, count: int, note: str = "") -> SqliteJournal:
    made = SqliteJournal.create(files.journal)
    made.append([RunStarted(NOON, "paper", Decimal(place), note) for place in range(count)])
    made.close()
    return made


def beats(files: DeskFiles, last: int, hashed: str = "", **more: object) -> Heartbeat:
    said = {"rung": "NORMAL", "reasons": (), "next_due": None, **more}
    heart = Heartbeat(
        os.getpid(), NOON, "paper", said["rung"], said["reasons"], "1.00", (), (), said["next_due"],
        last, last_hash=hashed,
    )  # fmt: skip
    beat(files.heartbeat, heart)
    return heart


def needs(files: DeskFiles) -> str:
    return " ".join(seen(files, NOON).needs_human)


def test_a_journal_as_its_desk_left_it_needs_nobody(files: DeskFiles) -> None:
    made = written(files, 3)
    beats(files, made.last, made.head)
    assert needs(files) == ""
    SqliteJournal.open(files.journal).append([RunStarted(NOON, "paper", Decimal(9), "")])
    assert needs(files) == "", "it may have grown since"


def test_a_journal_that_is_gone_needs_a_person(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    beats(files, 3, "h")
    assert "is gone, and its desk wrote 3: `tomking takeover`" in needs(files)
    assert command() == 4
    assert "it may trade" not in capsys.readouterr().out


def test_a_journal_that_was_shortened_needs_a_person(files: DeskFiles) -> None:
    made = written(files, 3)
    beats(files, made.last, made.head)
    files.journal.unlink()
    written(files, 2)
    assert "ends at fact 2, and its desk wrote 3" in needs(files)


def test_another_journal_in_its_place_needs_a_person(files: DeskFiles) -> None:
    made = written(files, 3)
    beats(files, made.last, made.head)
    files.journal.unlink()
    written(files, 4, "another")
    assert "has another fact 3 than its desk wrote" in needs(files)


def test_a_copy_says_too_how_far_it_went(files: DeskFiles) -> None:
    written(files, 3)
    back_up(files.journal, files.backups, NOON)
    beats(files, 1)
    assert needs(files) == ""
    files.journal.unlink()
    assert "is gone, and 20260306T170000Z-3.db holds 3" in needs(files)
    files.heartbeat.unlink()
    assert "is gone, and 20260306T170000Z-3.db holds 3" in needs(files)


def test_a_last_fact_that_was_changed_is_damage(files: DeskFiles) -> None:
    written(files, 2)
    with closing(sqlite3.connect(files.journal)) as there:
        there.execute("DROP TRIGGER journal_keeps_words")
        there.execute("UPDATE journal SET payload = replace(payload, '1', '7') WHERE seq = 2")
        there.commit()
    with pytest.raises(DataCorrupt, match="its last fact, 2, was changed"):
        last_fact(files.journal)
    assert "was changed" in needs(files)


def test_what_a_desk_may_do_is_said_by_whatever_holds_it_back(files: DeskFiles) -> None:
    def may(age_s: float = 0.0) -> str:
        found = seen(files, NOON + timedelta(seconds=age_s))
        return next(line for line in lines(found) if line.startswith("  may "))

    beats(files, 0)
    assert may() == "  may        everything the plans and the gates allow"
    beats(files, 0, rung="CLOSE_ONLY")
    assert may().startswith("  may        at CLOSE_ONLY nothing opens, and what taking risk off")
    beats(files, 0, reasons=("day loss",))
    assert may() == "  may        nothing opens (day loss); exits go"
    files.halt.touch()
    assert may() == "  may        nothing opens (day loss, HALT); exits go"
    assert may(age_s=9999.0) == "  may        nothing: no desk is running"


def test_when_a_plan_is_asked_next_stands_on_both_clocks(files: DeskFiles) -> None:
    beats(files, 0, next_due=NOON)
    assert "  next due   Fri 2026-03-06 12:00 New York, 17:00 London" in lines(seen(files, NOON))
    beats(files, 0)
    assert "  next due   not known" in lines(seen(files, NOON))
