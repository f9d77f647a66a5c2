"""Commands of an account, in this process: what each writes, and each refusal."""

import io
import json
import os
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tomking.app import typed
from tomking.app.cli import flatten, halt, resume, rung
from tomking.app.desk_files import DeskFiles, files_of
from tomking.app.flattening import flattening
from tomking.app.main import main
from tomking.core.errors import ConfigError
from tomking.core.facts import RunStarted
from tomking.core.restraints import Proposed
from tomking.engine.durable import put
from tomking.engine.journal import SqliteJournal
from tomking.engine.spool import Command
from tomking.risk.limits import Limits
from worlds import accounts
from worlds.desk import tick
from worlds.emergencies import emergency
from worlds.rings import Types

pytestmark = [pytest.mark.unit, pytest.mark.emergency]


def commands(files: DeskFiles) -> list[Command]:
    return [taken.command for taken in files.spool.take() if taken.command]


# init


def test_an_account_begins_safe_and_its_settings_are_sound(
    files: DeskFiles, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (home / "strategies").is_dir()
    assert main(["init", "second"]) == 0
    said = capsys.readouterr().out
    assert [line[:5] for line in said.splitlines()[1:]] == ["  1. ", "  2. ", "  3. "]
    assert main(["config", "check", str(files.settings), "--json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert (checked["sound"], checked["changed"]) == (True, [])
    assert main(["config", "show", "--config", str(files.settings), "--json"]) == 0
    rows = {row["key"]: row for row in json.loads(capsys.readouterr().out)["settings"]}
    assert rows["mode"]["value"] == "paper"
    assert rows["desk.automatic_entry"]["value"] is False
    assert rows["desk.execution"]["value"] == "off"


def test_every_line_of_the_first_settings_may_be_said(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the # a line means what it says, and that is the default."""
    text = files.settings.read_text()
    spoken = [
        line.removeprefix("# ")
        for line in text.splitlines()
        if line.startswith(("[", "# [")) or ("=" in line and "`" not in line)
    ]
    assert len(spoken) > 25
    put(files.settings, "\n".join(spoken))
    capsys.readouterr()
    assert main(["config", "check", str(files.settings), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] == []


def test_an_account_that_is_there_is_left_as_it_is(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.settings.write_text("mode = 'paper' # mine")
    assert main(["init"]) == 2
    assert "is there already and stays as it is" in capsys.readouterr().err
    assert "mine" in files.settings.read_text()
    assert main(["init", "second", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["account"] == "second"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('mode = "real"', "mode = 'real' is not allowed: it must be one of paper, live"),
        (
            "[desk]\nautomatic_entry = 1",
            "automatic_entry = 1 is not allowed: it must be true or false",
        ),
        ('[desk]\nexecution = "on"', "it must be one of off, prepare, send"),
        ("[desk]\nsend = true", "unknown key desk.send"),
    ],
)
def test_a_switch_that_is_none_is_refused(
    files: DeskFiles, line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files.settings.write_text(line)
    assert main(["config", "check", str(files.settings)]) == 2
    assert said in capsys.readouterr().err


# halt


def test_halt_brakes_every_account_there_is_and_tells_each_desk(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "second"]) == 0
    capsys.readouterr()
    assert main(["halt", "--reason", "smoke", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["halted"] is True
    assert [row["account"] for row in said["accounts"]] == ["paper", "second"]
    for each in (files, files_of("second")):
        assert each.halt.read_text().strip().endswith("smoke")
        (command,) = commands(each)
        assert (command.verb, command.reason) == ("halt", "smoke")


def test_where_no_desk_runs_none_is_said_to_be_asked(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        ["halt", "--account", "paper"],
        ["resume", "--yes", "--reason", "x"],
        ["rung", "CLOSE_ONLY", "--yes", "--reason", "x"],
    ]
    for words in asked:
        assert main(words) == 0
        assert "NO DESK IS RUNNING: the next one" in capsys.readouterr().out
    accounts.beats(files)
    for words in asked:
        assert main(words) == 0
        assert "NO DESK" not in capsys.readouterr().out
        assert main([*words, "--json"]) == 0
        assert '"running": true' in capsys.readouterr().out


def test_halt_brakes_the_account_that_is_named_alone(files: DeskFiles) -> None:
    assert main(["init", "second"]) == 0
    assert main(["halt", "--account", "second"]) == 0
    assert not files.halt.exists()
    assert files_of("second").halt.exists()


def test_a_second_halt_keeps_the_first_reason(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["halt", "--reason", "first"]) == 0
    assert main(["halt", "--reason", "second"]) == 0
    assert files.halt.read_text().strip().endswith("first")
    said = capsys.readouterr().out
    assert "was halted already" in said
    assert "Positions stay, and exits still go" in said


def test_halt_works_when_the_desk_cannot_be_told(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.spool.inside.rmdir()
    files.spool.inside.write_text("a file where the folder should be")
    assert main(["halt"]) == 0
    assert files.halt.exists()
    said = capsys.readouterr().out
    assert "its desk is not told" in said
    assert halt.NO_DESK in said
    accounts.beats(files)
    assert main(["halt"]) == 0
    assert "; it finds the file at its next look" in capsys.readouterr().out


def test_where_no_whole_file_can_be_left_an_empty_one_brakes(
    files: DeskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(halt, "put", full)
    assert main(["halt"]) == 0
    assert files.halt.read_text() == ""


def test_a_brake_that_is_not_on_is_said_in_capitals(
    files: DeskFiles, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as broken:
        broken.setattr(halt, "put", full)
        broken.setattr(os, "open", full)
        assert main(["halt"]) == 1
    assert "THE BRAKE IS NOT ON" in capsys.readouterr().err
    assert main(["init", "second"]) == 0
    with monkeypatch.context() as broken:
        broken.setattr(halt, "put", full)
        broken.setattr(os, "open", full)
        assert main(["halt"]) == 1
    assert capsys.readouterr().out.count("THE BRAKE IS NOT ON") == 2


# resume


def test_resume_takes_the_file_away_and_asks_the_desk(files: DeskFiles, types: Types) -> None:
    assert main(["halt"]) == 0
    assert len(commands(files)) == 1
    types(resume.WORD)
    assert main(["resume", "--reason", "checked"]) == 0
    assert not files.halt.exists()
    (command,) = commands(files)
    assert (command.verb, command.of, command.reason) == ("resume", "operator", "checked")


def test_a_lock_is_asked_for_by_its_name_and_leaves_the_brake_on(files: DeskFiles) -> None:
    files.halt.touch()
    assert main(["resume", "--lock", "day loss", "--reason", "slept", "--yes"]) == 0
    assert files.halt.exists()
    assert [command.of for command in commands(files)] == ["day loss"]


@pytest.mark.parametrize("words", [["--yes"], ["--yes", "--reason", " "], ["--reason", "x"]])
def test_resume_without_a_reason_or_a_word_does_nothing(
    files: DeskFiles, words: list[str], types: Types
) -> None:
    files.halt.touch()
    types("yes")
    assert main(["resume", *words]) == 2
    assert files.halt.exists()
    assert commands(files) == []


# rung


def test_the_ladder_is_shown_and_a_move_asked_for(
    files: DeskFiles, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rung"]) == 0
    said = capsys.readouterr().out
    assert all(each.name in said for each in rung.DOES)
    types("CLOSE_ONLY")
    assert main(["rung", "close-only", "--reason", "war"]) == 0
    (command,) = commands(files)
    assert (command.verb, command.of, command.reason) == ("rung", "CLOSE_ONLY", "war")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["reduced", "--reason", "x"], "did you mean 'REDUCE'?"),
        (["flatten", "--reason", "x"], "`tomking flatten`"),
        (["reduce"], "--reason is missing"),
        (["reduce", "--reason", "x"], "'no' is not REDUCE"),
    ],
)
def test_a_move_that_is_none_is_refused(
    files: DeskFiles,
    words: list[str],
    said: str,
    types: Types,
    capsys: pytest.CaptureFixture[str],
) -> None:
    types("no")
    assert main(["rung", *words]) == 2
    assert said in capsys.readouterr().err
    assert commands(files) == []


# flatten


def test_flattening_is_shown_from_the_journal_in_the_order_of_an_emergency(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    on = emergency("ipmcc", "strangle", "friday_0dte")
    journal = SqliteJournal.create(files.journal)
    journal.append(on.facts)
    journal.close()
    capsys.readouterr()
    assert main(["flatten", "--preview", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    strategies = [row["strategy"] for row in said["closings"]]
    order = Limits().unwind_order
    assert strategies == sorted(strategies, key=order.index)
    assert len(strategies) == 3
    strangle = next(row for row in said["closings"] if row["strategy"] == "strangle")
    assert strangle["legs"] == "+1 ES 2026-03-31 5200 P, +1 ES 2026-03-31 6900 C"
    assert main(["flatten", "--preview"]) == 0
    shown = capsys.readouterr().out
    assert "Flattening would close, in this order" in shown
    assert flatten.NO_DESK in shown
    assert commands(files) == []


def test_what_the_desk_last_proposed_is_shown() -> None:
    told = Proposed(tick(60).at, "FLATTEN", (), (), "RED")
    assert "FLATTEN is nothing (RED)" in flattening((told,), Limits()).proposed
    assert flattening((), Limits()).proposed == ""


def test_flattening_takes_the_word(files: DeskFiles, types: Types) -> None:
    types("flatten")
    assert main(["flatten"]) == 2
    assert commands(files) == []
    types("FLATTEN")
    assert main(["flatten"]) == 0
    (command,) = commands(files)
    assert (command.verb, command.word) == ("flatten", "FLATTEN")


def test_a_broken_journal_stops_a_preview_and_no_flattening(
    files: DeskFiles, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    files.journal.write_text("no database, but long enough to look like one" * 50)
    assert main(["flatten", "--preview"]) == 4
    types("FLATTEN")
    assert main(["flatten"]) == 0
    assert "What is held cannot be shown" in capsys.readouterr().out
    assert len(commands(files)) == 1


@pytest.mark.parametrize("slip", ['mode = "papr"', "[limits", None])
def test_no_settings_file_stands_in_the_way_of_flattening(
    slip: str | None, files: DeskFiles, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, accounts.condor())
    if slip is None:  # an account that `tomking paper` made
        files.settings.unlink()
    else:
        files.settings.write_text(slip)
    assert main(["flatten", "--preview"]) == 0
    types("FLATTEN")
    assert main(["flatten"]) == 0
    said = capsys.readouterr()
    assert "friday_0dte/2025-12-05/open:condor" in said.out
    assert ("shown in the rulebook's order of closing" in said.err) is (slip is not None)
    assert len(commands(files)) == 1


def test_flattening_says_when_the_desk_sends_nothing(
    files: DeskFiles, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, accounts.condor())
    accounts.beats(files)
    assert main(["flatten", "--preview"]) == 0
    assert flatten.NOTHING_LEAVES not in capsys.readouterr().out
    accounts.beats(files, leaves=(False, False))
    types("FLATTEN")
    assert main(["flatten"]) == 0
    assert capsys.readouterr().out.count(flatten.NOTHING_LEAVES) == 2


def test_no_word_is_asked_of_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("FLATTEN\n"))
    assert typed.at_terminal("?") is None
    with pytest.raises(ConfigError, match="must be typed at a terminal"):
        typed.confirmed("FLATTEN", "all goes", typed.at_terminal)


def test_a_journal_that_has_begun_is_not_touched_by_a_preview(files: DeskFiles) -> None:
    journal = SqliteJournal.create(files.journal)
    journal.append([RunStarted(tick(0).at, "paper", Decimal(1), "")])
    journal.close()
    before = files.journal.read_bytes()
    assert main(["flatten", "--preview"]) == 0
    assert files.journal.read_bytes() == before
