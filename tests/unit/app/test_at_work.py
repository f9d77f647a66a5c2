"""A desk takes an account: one writer, no option without effect, nothing left of a refused start."""

import json
import os
from pathlib import Path

import pytest

from tomking.app.at_work import at_work, begins_nothing, to_trade
from tomking.app.commanding import commanded
from tomking.app.desk_files import DeskFiles, files_of
from tomking.app.main import main
from tomking.core.errors import ConfigError, Taken
from tomking.core.money import usd
from tomking.core.restraints import SwitchedOff
from tomking.engine.backup import back_up
from tomking.engine.sole import COMMAND, sole
from tomking.engine.spool import OFF, Command
from tomking.risk.limits import Limits
from worlds import accounts

pytestmark = pytest.mark.unit

PAPER = ["paper", "--day", "2017-08-04", "--speed", "0", "--sessions", "1"]


@pytest.fixture(name="files")
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeskFiles:
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path))
    return files_of()


def test_a_second_desk_is_refused_before_anything_is_touched(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [])
    files.ledger.touch()
    line = json.dumps({"base_url": "http://127.0.0.1:1"})
    files.exchange.write_text(line)
    before = files.journal.read_bytes()
    with at_work(files):
        for words in (PAPER, ["paper", "--join", str(files.exchange)], ["run"]):
            assert main(words) == 4
            assert f"process {os.getpid()}" in capsys.readouterr().err
    assert files.journal.read_bytes() == before
    assert files.exchange.read_text() == line
    assert not files.heartbeat.exists()


def test_a_command_is_left_to_a_desk_that_has_not_beaten_yet(files: DeskFiles) -> None:
    accounts.written(files, [])
    wanted = Command(OFF, accounts.AT, "doctor", "no futures", "lt112")
    with at_work(files):
        came = commanded(files, Limits(), usd(100_000), wanted)
    assert came.asked is not None
    assert came.facts == ()
    assert [type(one) for one in commanded(files, Limits(), usd(100_000), wanted).facts] == [
        SwitchedOff
    ]


def test_two_commands_do_not_write_at_once(files: DeskFiles) -> None:
    accounts.written(files, [])
    wanted = Command(OFF, accounts.AT, "doctor", "no futures", "lt112")
    with sole(files.lock, COMMAND), pytest.raises(Taken, match="a command"):
        commanded(files, Limits(), usd(100_000), wanted)
    assert not files.spool.inside.exists()


def test_a_refused_start_leaves_no_folder(files: DeskFiles) -> None:
    with pytest.raises(ConfigError), at_work(files):
        begins_nothing(files, ("--day",), joins=True)
    assert not files.folder.exists()


def test_a_folder_with_something_in_it_stays(files: DeskFiles) -> None:
    with at_work(files):
        accounts.written(files, [])
    assert files.journal.exists()
    with at_work(files):
        files.journal.unlink()
    assert files.folder.exists(), "it was there before"


def test_an_account_that_nobody_made_is_refused_and_not_made(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["paper", "--account", "typo"]) == 2
    assert "`tomking init NAME` makes one" in capsys.readouterr().err
    assert not files_of("typo").folder.exists()
    assert to_trade("paper") == files


@pytest.mark.parametrize(
    ("day", "said"),
    [("2017-13-45", "is not a date"), ("2017-08-05", "has no session"), ("soon", "is not a date")],
)
def test_a_day_that_is_none_is_the_asker_s_mistake(
    day: str, said: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["paper", "--day", day]) == 2
    assert said in capsys.readouterr().err
    assert not files.folder.exists()


@pytest.mark.parametrize("words", [(), ("--mirror",)])
def test_an_account_of_real_money_is_not_spent_on_paper(
    words: tuple[str, ...], files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.folder.mkdir()
    files.settings.write_text('mode = "live"')
    assert main(["paper", *words]) == 2
    assert "trade paper with another account" in capsys.readouterr().err
    assert not files.journal.exists()


@pytest.mark.parametrize("words", [("--day", "2017-08-04"), ("--capital", "5"), ("--minute", "0")])
def test_where_an_account_has_traded_nothing_says_how_it_begins(
    words: tuple[str, str], files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.folder.mkdir()
    files.ledger.touch()
    assert main(["paper", *words]) == 2
    assert f"{words[0]} cannot stand where paper has traded already" in capsys.readouterr().err
    assert main(["paper", "--join", "no.json", *words]) == 2
    assert "cannot stand beside --join" in capsys.readouterr().err
    begins_nothing(files, (), joins=False)


def test_a_journal_that_is_gone_is_not_begun_anew(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [])
    back_up(files.journal, files.backups, accounts.AT)
    files.journal.unlink()
    assert main(["paper"]) == 4
    assert "is gone" in capsys.readouterr().err
    assert not files.journal.exists()
