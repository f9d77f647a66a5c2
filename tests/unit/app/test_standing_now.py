"""How an account stands: what is believed, what is not, and when a person is needed."""

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.app import last_fact as newest
from tomking.app.cli.status import lines
from tomking.app.desk_files import DeskFiles, files_of
from tomking.app.last_fact import last_fact
from tomking.app.standing_now import STALE_S, Seen, alive, seen
from tomking.core.errors import DataCorrupt
from tomking.core.facts import RunStarted
from tomking.core.restraints import SwitchedOff, SwitchedOn
from tomking.engine.heartbeat import Heartbeat, Line, beat
from tomking.engine.journal import SqliteJournal
from tomking.engine.spool import HALT, Command
from worlds import accounts

pytestmark = [pytest.mark.unit, pytest.mark.emergency]
NOON = datetime(2026, 3, 6, 17, tzinfo=UTC)
HELD = (Line("lt112/1", "-2 ES 2026-06-18 4800 P"),)
GONE = 2**30  # more processes than any system has


@pytest.fixture
def files(home: Path) -> DeskFiles:
    made = files_of()
    made.spool.make()
    return made


def beats(
    files: DeskFiles,
    age_s: float = 10.0,
    pid: int | None = None,
    held: tuple[Line, ...] = (),
    rung: str = "NORMAL",
    reason: str = "day loss",
) -> None:
    heart = Heartbeat(
        os.getpid() if pid is None else pid, NOON - timedelta(seconds=age_s), "paper", rung,
        (reason,), "98765.43", held, (), NOON + timedelta(minutes=5),
        int(files.journal.exists()),
    )  # fmt: skip
    beat(files.heartbeat, heart)


def journal(files: DeskFiles) -> SqliteJournal:
    made = SqliteJournal.create(files.journal)
    made.append([RunStarted(NOON, "paper", Decimal(1), "")])
    return made


def look(files: DeskFiles) -> Seen:
    return seen(files, NOON)


def page(files: DeskFiles) -> str:
    return "\n".join(lines(look(files)))


def test_an_account_without_a_desk_needs_nobody(files: DeskFiles) -> None:
    found = look(files)
    assert (found.running, found.halted, found.needs_human) == (False, False, ())
    assert "no desk has left a heartbeat" in page(files)


@pytest.mark.parametrize(
    ("leaves", "may"),
    [
        ((True, True), "everything the plans and the gates allow"),
        ((False, True), "send exits alone"),
        ((False, False), "send nothing, exits neither"),
    ],
)
def test_what_the_settings_let_out_is_told(
    leaves: tuple[bool, bool], may: str, files: DeskFiles
) -> None:
    beat(files.heartbeat, Heartbeat(
        os.getpid(), NOON, "paper", "NORMAL", (), "1", HELD, (), None, 0, (), (), "", *leaves,
    ))  # fmt: skip
    assert f"may        {may}" in page(files)
    needs = ("it holds positions, and its desk sends nothing, exits neither",)
    assert look(files).needs_human == (() if leaves[1] else needs)


def test_what_traded_after_the_last_heartbeat_needs_somebody_once_the_desk_is_gone(
    files: DeskFiles,
) -> None:
    accounts.written(files, accounts.condor())
    beat(files.heartbeat, Heartbeat(
        2**30, NOON, "paper", "NORMAL", (), "1", (), (), None, 1,
    ))  # fmt: skip
    (why,) = look(files).needs_human
    assert why.startswith("its desk ended before it could tell what has traded")
    last = look(files).fact
    assert last is not None
    beat(files.heartbeat, Heartbeat(
        2**30, NOON, "paper", "NORMAL", (), "1", (), (), None, last.seq,
    ))  # fmt: skip
    assert look(files).needs_human == ()


def test_a_decision_after_the_last_heartbeat_is_no_trade(files: DeskFiles) -> None:
    made = journal(files)
    beat(files.heartbeat, Heartbeat(2**30, NOON, "paper", "NORMAL", (), "1", (), (), None, 1))
    made.append([SwitchedOff(NOON, "lt112", "no futures", "doctor")])
    made.close()
    assert look(files).needs_human == ()


def test_a_desk_at_work_says_everything(files: DeskFiles) -> None:
    journal(files).close()
    beats(files, held=HELD)
    found = look(files)
    assert found.running
    assert found.needs_human == ()
    said = page(files)
    for part in (
        "running (paper",
        "10 s ago",
        "NORMAL",
        "day loss",
        "$98,765.43",
        "lt112/1: -2 ES",
    ):
        assert part in said
    assert "1: RunStarted at 2026-03-06T17:00:00+00:00" in said


@pytest.mark.parametrize(
    ("age_s", "pid", "running"),
    [
        (STALE_S, None, True),
        (STALE_S + 1, None, False),
        (10.0, GONE, False),
        (-STALE_S - 1, None, False),
    ],
)
def test_a_desk_runs_while_its_heart_beats_and_its_process_is_there(
    files: DeskFiles, age_s: float, pid: int | None, running: bool
) -> None:
    beats(files, age_s, pid, HELD)
    assert look(files).running is running
    assert bool(look(files).needs_human) is not running
    assert ("NOT running" in page(files)) is not running


def test_a_desk_that_stopped_with_nothing_held_needs_nobody(files: DeskFiles) -> None:
    beats(files, 100_000.0, GONE)
    assert look(files).needs_human == ()
    assert "its process is gone, last heartbeat 28 h ago" in page(files)


def test_a_brake_and_a_lock_need_a_person(files: DeskFiles) -> None:
    beats(files, rung="LOCKED")
    assert look(files).needs_human == ("it was flattened and waits for a person",)
    files.halt.write_text("noon by t. king: smoke\n")
    assert len(look(files).needs_human) == 2
    assert "YES: noon by t. king: smoke" in page(files)
    files.halt.write_text("")
    assert "YES: the HALT file says nothing" in page(files)


def test_a_desk_that_was_not_told_to_go_on_needs_a_person(files: DeskFiles) -> None:
    beats(files, reason="operator")
    (why,) = look(files).needs_human
    assert "still holds back" in why


def test_damaged_files_are_one_sentence_each_and_need_a_person(files: DeskFiles) -> None:
    files.heartbeat.write_text("{")
    files.journal.write_text("no database, but long enough to look like one" * 50)
    found = look(files)
    assert len(found.faults) == 2
    assert all("\n" not in fault for fault in found.faults)
    assert found.needs_human == found.faults
    assert "NEEDS YOU" in page(files)


def test_facts_after_the_heartbeat_are_counted(files: DeskFiles) -> None:
    made = journal(files)
    beats(files)
    made.append([RunStarted(NOON, "paper", Decimal(1), "")] * 2)
    made.close()
    assert "3: RunStarted at 2026-03-06T17:00:00+00:00, 2 since the heartbeat" in page(files)


def test_a_journal_is_read_while_its_desk_writes_it(files: DeskFiles) -> None:
    made = journal(files)
    assert made.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    made.connection.execute("BEGIN IMMEDIATE")
    found = last_fact(files.journal)
    made.connection.execute("ROLLBACK")
    made.close()
    assert found is not None
    assert found.seq == 1


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may only be looked at: whoever asks for locks is turned away."""
    asked = newest._read

    def row(journal: Path, how: str, *words: Any) -> list[tuple[object, ...]]:
        if "immutable" not in how:
            raise sqlite3.OperationalError("unable to open database file")
        return asked(journal, how, *words)

    monkeypatch.setattr(newest, "_read", row)


@pytest.mark.usefixtures("locked")
def test_a_journal_beside_which_nothing_can_be_written_is_read(files: DeskFiles) -> None:
    journal(files).close()
    found = last_fact(files.journal)
    assert found is not None
    assert found.seq == 1


@pytest.mark.usefixtures("locked")
def test_a_journal_whose_log_nobody_can_read_is_not_guessed_at(files: DeskFiles) -> None:
    made = journal(files)
    with pytest.raises(DataCorrupt, match="cannot be read"):
        last_fact(files.journal)
    made.close()


def test_an_empty_journal_has_no_last_fact(files: DeskFiles) -> None:
    SqliteJournal.create(files.journal).close()
    assert last_fact(files.journal) is None
    assert last_fact(files.folder / "none") is None


def test_a_database_that_is_no_journal_is_told(files: DeskFiles) -> None:
    connection = sqlite3.connect(files.journal)
    connection.execute(
        "CREATE TABLE journal(seq TEXT, at TEXT, kind TEXT, payload, prev_hash, hash)"
    )
    connection.execute("INSERT INTO journal VALUES ('one', 'now', 'x', '', '', '')")
    connection.commit()
    connection.close()
    with pytest.raises(DataCorrupt, match="its last row is no fact"):
        last_fact(files.journal)


def test_commands_odd_files_and_other_accounts_are_shown(files: DeskFiles) -> None:
    files.spool.drop(Command(HALT, NOON, "t. king"))
    (files.spool.odd / "x").touch()
    other = files_of("other")
    other.folder.mkdir()
    other.halt.touch()
    said = page(files)
    assert "1 waiting to be taken" in said
    assert "1 in the spool that are no commands" in said
    assert "others     other (--account NAME)" in said


def test_a_process_is_there_or_gone_or_nobody_can_tell() -> None:
    assert alive(os.getpid()) is True
    assert alive(GONE) is False
    assert alive(2**80) is False
    assert alive(0) is None
    assert alive(1) is True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux says so")
def test_a_process_that_has_ended_and_that_nobody_took_note_of_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-I", "-c", ""]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)  # it is over and not yet reaped
        assert alive(ended.pid) is False


def test_what_is_switched_off_is_shown_by_the_desk_and_by_what_was_written_since(
    files: DeskFiles,
) -> None:
    made = journal(files)
    made.append([off("lt112", "no futures"), off("strangle", "no short calls")])
    assert look(files).off == (("lt112", "no futures"), ("strangle", "no short calls"))
    heart = Heartbeat(
        os.getpid(), NOON, "paper", "NORMAL", (), "1", (), (), None, 3, (),
        (Line("lt112", "no futures"),),
    )  # fmt: skip
    beat(files.heartbeat, heart)
    assert look(files).off == (("lt112", "no futures"),)
    made.append([SwitchedOn(NOON, "lt112", "enabled", "operator")])
    made.close()
    assert "  off        lt112: on from the next session: enabled" in page(files)


def test_before_the_first_run_what_is_switched_off_is_shown_too(files: DeskFiles) -> None:
    made = SqliteJournal.create(files.before)
    made.append([off("lt112", "no futures")])
    made.close()
    assert look(files).off == (("lt112", "no futures"),)


def off(strategy: str, why: str) -> SwitchedOff:
    return SwitchedOff(NOON, strategy, why, "doctor")
