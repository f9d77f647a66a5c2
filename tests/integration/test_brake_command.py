"""The brake as it is pulled: real processes, with broken journals, no desk, no libraries."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.app.now import now
from tomking.core.facts import RunStarted
from tomking.engine.heartbeat import Heartbeat, Line, beat
from tomking.engine.journal import SqliteJournal

pytestmark = [pytest.mark.integration, pytest.mark.emergency]
SCRIPT = Path(sys.executable).with_name("tomking")
#: What ``halt`` and ``status`` start without, because it may be what is broken.
ABSENT = ("typer", "rich", "numpy", "pydantic", "tomlkit", "numba", "keyring", "zoneinfo")


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """An account that somebody began."""
    place = tmp_path / "paper"
    place.mkdir()
    (place / "tomking.toml").write_text('mode = "paper"\n')
    return place


def said(account: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"TOMKING_HOME": str(account.parent)}
    return subprocess.run(
        [SCRIPT, *words],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        encoding="utf-8",
    )  # fmt: skip


def status(account: Path) -> tuple[int, dict[str, Any]]:
    done = said(account, "status", "--json")
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def journal(account: Path) -> Path:
    made = SqliteJournal.create(account / "journal.db")
    made.append([RunStarted(now(), "paper", Decimal(100_000), "")])
    made.close()
    return made.path


def test_a_halt_without_a_desk_leaves_the_file_and_the_command(account: Path) -> None:
    assert status(account)[0] == 0
    done = said(account, "halt", "--reason", "smoke")
    assert (done.returncode, done.stderr) == (0, "")
    assert "paper is halted" in done.stdout
    assert "Positions stay, and exits still go" in done.stdout
    assert (account / "HALT").read_text().strip().endswith("smoke")
    (command,) = (account / "spool" / "in").iterdir()
    assert json.loads(command.read_text())["verb"] == "halt"
    code, shown = status(account)
    assert (code, shown["halted"], shown["commands_waiting"]) == (4, True, 1)


def test_a_reason_in_no_alphabet_does_not_keep_the_brake_from_being_pulled(account: Path) -> None:
    environment = os.environb | {b"TOMKING_HOME": os.fsencode(account.parent)}
    words = [os.fsencode(SCRIPT), b"halt", b"--reason", b"smoke \xff"]
    done = subprocess.run(words, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (account / "HALT").read_text().strip().endswith("smoke ?")
    assert status(account)[0] == 4


@pytest.mark.parametrize("damage", ["none", "noise", "empty", "folder", "torn"])
def test_halt_and_status_work_whatever_became_of_the_journal(account: Path, damage: str) -> None:
    place = account / "journal.db"
    if damage == "torn":
        journal(account)
        place.write_bytes(place.read_bytes()[:5000])
    elif damage == "folder":
        place.mkdir()
    elif damage != "none":
        place.write_bytes(b"" if damage == "empty" else os.urandom(9000))
    code, shown = status(account)
    assert code == (0 if damage == "none" else 4)
    assert len(shown["faults"]) == (0 if damage == "none" else 1)
    assert said(account, "halt").returncode == 0
    assert (account / "HALT").exists()


def test_a_damaged_heartbeat_is_one_sentence(account: Path) -> None:
    (account / "heartbeat.json").write_text('{"pid": 1')
    code, shown = status(account)
    assert code == 4
    assert "is damaged" in shown["faults"][0]
    page = said(account, "status")
    assert page.returncode == 4
    assert "NEEDS YOU: the heartbeat" in page.stdout


KILLED = """
import os, signal, sys
from decimal import Decimal
from pathlib import Path
from tomking.app.now import now
from tomking.core.facts import RunStarted
from tomking.engine.journal import SqliteJournal
journal = SqliteJournal.create(Path(sys.argv[1]))
for _ in range(50):
    journal.append([RunStarted(now(), "paper", Decimal(1), "x" * 500)])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_journal_of_a_desk_that_was_killed_is_read_to_its_last_fact(account: Path) -> None:
    place = account / "journal.db"
    done = subprocess.run([sys.executable, "-c", KILLED, place], check=False)
    assert done.returncode == -9
    assert (account / "journal.db-wal").stat().st_size > 0
    code, shown = status(account)
    assert (code, shown["faults"], shown["last_fact"]["seq"]) == (0, [], 50)
    assert said(account, "halt").returncode == 0


@pytest.mark.parametrize(("held", "code"), [(True, 4), (False, 0)])
def test_a_desk_that_is_gone_needs_a_person_when_something_is_held(
    account: Path, held: bool, code: int
) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    positions = (Line("lt112/1", "-2 ES 2026-06-18 4800 P"),) if held else ()
    heart = Heartbeat(gone.pid, now(), "paper", "NORMAL", (), "1", positions, (), None, 0)
    beat(account / "heartbeat.json", heart)
    journal(account)
    ended, shown = status(account)
    assert (ended, shown["running"], shown["pid_alive"]) == (code, False, False)
    assert shown["last_fact"]["kind"] == "RunStarted"


def test_a_desk_that_is_there_is_seen(account: Path) -> None:
    heart = Heartbeat(os.getpid(), now(), "paper", "NORMAL", (), "1", (), (), None, 0)
    beat(account / "heartbeat.json", heart)
    code, shown = status(account)
    assert (code, shown["running"], shown["pid"]) == (0, True, os.getpid())


def test_a_wrong_account_or_word_is_one_sentence_and_exit_code_2(account: Path) -> None:
    for words in (
        ["halt", "--account", "papr"],
        ["status", "--account", "../x"],
        ["halt", "now"],
        ["status", "--colour"],
    ):
        done = said(account, *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("tomking: ")
        assert done.stderr.count("\n") == 1
    assert not (account / "HALT").exists()
    assert not (account.parent / "papr").exists()


def test_halt_without_any_account_says_where_it_looked(tmp_path: Path) -> None:
    done = said(tmp_path / "home" / "paper", "halt")
    assert done.returncode == 2
    assert "there is no account in" in done.stderr
    assert "TOMKING_HOME" in done.stderr


@pytest.mark.parametrize("verb", ["halt", "status"])
def test_the_brake_starts_when_every_library_is_broken(account: Path, verb: str) -> None:
    """Each import of one fails, and the command does not notice; what it did load is the library's."""
    journal(account)
    beat(
        account / "heartbeat.json",
        Heartbeat(os.getpid(), now(), "paper", "NORMAL", (), "1", (), (), None, 0),
    )
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({ABSENT}))\n"
        "from tomking.app.main import main\n"
        f"assert main([{verb!r}]) == 0\n"
        "ours = {name.partition('.')[0] for name, there in sys.modules.items() if there}\n"
        "outside = ours - set(sys.stdlib_module_names) - {'tomking', '__main__'}\n"
        "assert not {name for name in outside if not name.startswith('_')}, outside\n"
    )
    environment = os.environ | {"TOMKING_HOME": str(account.parent)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {_source()!r}\n{code}"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _source() -> list[str]:
    import tomking

    return [str(Path(tomking.__file__).parents[1])]


def test_a_library_that_is_broken_would_be_noticed(account: Path) -> None:
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({ABSENT}))\n"
        "from tomking.app.main import main\n"
        "sys.exit(main(['rung']))\n"
    )
    environment = os.environ | {"TOMKING_HOME": str(account.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1


@pytest.mark.parametrize("words", [["halt", "--help"], ["help", "halt"], ["status", "-h"]])
def test_help_says_what_it_does_and_does_nothing(account: Path, words: list[str]) -> None:
    done = said(account, *words)
    assert done.returncode == 0
    assert done.stdout.startswith("usage: tomking ")
    assert "--json" in done.stdout
    assert not (account / "HALT").exists()
