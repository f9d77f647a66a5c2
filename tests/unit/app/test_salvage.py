"""An account whose journal does not hold: what is left is shown, from where, how old, and exits 4."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from tomking.app.account_now import account_now
from tomking.app.desk_files import DeskFiles
from tomking.app.main import main
from tomking.app.now import instant
from tomking.app.salvage import salvaged
from tomking.core.errors import DataCorrupt
from tomking.engine.backup import back_up
from tomking.engine.heartbeat import Line, beat, read
from worlds import accounts

pytestmark = pytest.mark.unit
COMMANDS = ["takeover", "positions", "orders"]


def damaged(files: DeskFiles, at: int) -> None:
    """A fact changed behind the journal's back."""
    with closing(sqlite3.connect(files.journal)) as there:
        there.execute("DROP TRIGGER journal_keeps_words")
        there.execute("UPDATE journal SET at = '1999-01-01T00:00:00+00:00' WHERE seq = ?", (at,))
        there.commit()


def told(files: DeskFiles, facts: int) -> None:
    """A desk that had written so many facts, and holds a condor."""
    accounts.beats(files, instant() - timedelta(minutes=10))
    heart = read(files.heartbeat)
    assert heart is not None
    held = (Line("friday_0dte/x", "-2 ES 5950 P"),)
    beat(files.heartbeat, type(heart)(
        heart.pid, heart.at, "paper", "NORMAL", (), "", held, (), None, facts,
    ))  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_the_facts_before_the_damage_are_shown_with_what_the_desk_said(
    command: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, accounts.condor())
    last = len(salvaged(files).facts)
    told(files, last)
    damaged(files, last)
    capsys.readouterr()
    assert main([command]) == 4
    page = capsys.readouterr().out
    assert f"THE JOURNAL DOES NOT HOLD: {files.journal} does not hold at fact {last}" in page
    assert f"Below is the first {last - 1} facts of journal.db, which hold" in page
    assert f"The last heartbeat, 10 min ago, knew {last} facts and said:" in page
    assert "  held: friday_0dte/x: -2 ES 5950 P" in page
    assert "WHAT IS BELOW IS OLDER than that heartbeat" in page
    assert "ES 2025-12-05 5950 P" in page
    assert main([command, "--json"]) == 4
    said = json.loads(capsys.readouterr().out)["damage"]
    assert (said["facts"], said["copied"]) == (last - 1, None)
    assert said["heart"]["last_seq"] == last


@pytest.mark.parametrize("command", COMMANDS)
def test_a_copy_that_goes_further_is_taken_and_its_age_said(
    command: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, accounts.condor())
    whole = salvaged(files).facts
    place = back_up(files.journal, files.backups, instant() - timedelta(hours=3))
    files.journal.write_text("no database, but long enough to look like one" * 50)
    capsys.readouterr()
    assert main([command]) == 4
    page = capsys.readouterr().out
    assert f"Below is the copy {place}, made 3 h ago: {len(whole)} facts" in page
    assert "ES 2025-12-05 5950 P" in page


@pytest.mark.parametrize("command", COMMANDS)
def test_a_journal_that_is_gone_is_not_an_account_that_holds_nothing(
    command: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    told(files, 12)
    capsys.readouterr()
    assert main([command]) == 4
    page = capsys.readouterr().out
    assert "is gone, and its desk wrote 12" in page
    assert "No fact of it is left, and no copy holds one." in page
    with pytest.raises(DataCorrupt, match="is gone"):
        account_now(files)


def test_a_copy_that_does_not_hold_is_passed_over(files: DeskFiles) -> None:
    accounts.written(files, accounts.condor())
    older = back_up(files.journal, files.backups, instant() - timedelta(hours=3))
    newer = back_up(files.journal, files.backups, instant())
    newer.write_text("torn")
    files.journal.write_text("torn too" * 600)
    found = salvaged(files)
    assert found.damage is not None
    assert found.damage.source == f"the copy {older}"


def test_a_sound_journal_has_no_damage(files: DeskFiles) -> None:
    accounts.written(files, accounts.condor())
    assert salvaged(files).damage is None
    assert main(["takeover"]) == 0
