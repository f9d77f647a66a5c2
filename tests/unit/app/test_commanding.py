"""What a person decides about an account is written into its journal, by whoever may write it."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tomking.app.commanding import carried, commanded, known
from tomking.app.desk_files import DeskFiles
from tomking.app.main import main
from tomking.app.runs import of_file
from tomking.core.errors import DataCorrupt
from tomking.core.facts import CampaignClosed, Fact
from tomking.core.restraints import CrisisUnlocked, StagePromoted, SwitchedOff, SwitchedOn
from tomking.engine.inbox import FileInbox
from tomking.engine.spool import OFF, PROMOTE, RESUME, Command
from tomking.risk.limits import Limits
from tomking.risk.promotion import recorded
from tomking.risk.switches import off_on
from worlds import accounts
from worlds.desk import bench, tick

pytestmark = [pytest.mark.unit, pytest.mark.rule("R-STG-04")]
LIMITS, MONEY = Limits(), Decimal(100_000)
PROMOTED = ["stage", "promote", "--account", "paper", "--reason", "five", "--sign", "T. King"]
FIRST = StagePromoted(accounts.AT, 1, 0, 0.0, "T. King: to begin")


def won(count: int) -> list[Fact]:
    """So many winners of the first stage, the last of them two weeks and a day later."""
    at = accounts.AT + timedelta(days=15)
    return [
        CampaignClosed(at, f"f/{n}", "friday_0dte", accounts.AT, Decimal(90), Decimal(4))
        for n in range(count)
    ]


def last(files: DeskFiles) -> Fact:
    return of_file(files.journal)[-1]


def test_a_promotion_is_signed_into_the_journal_of_the_account(
    files: DeskFiles, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [FIRST, *won(5)])
    capsys.readouterr()
    assert main([*PROMOTED, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["promoted"], found["stage"], found["winners"]) == (True, 2, 5)
    signed = last(files)
    assert isinstance(signed, StagePromoted)
    assert (signed.stage, signed.wins, signed.signed) == (2, 5, "T. King: five")
    assert signed.at == won(1)[0].at  # by the clock of its market, which is another than ours
    assert not (home / "signed.journal").exists()


@pytest.mark.parametrize(("count", "missing"), [(4, "4, must be at least 5"), (0, "0, must be")])
def test_what_is_missing_refuses_it_and_nothing_is_written(
    count: int, missing: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [FIRST, *won(count)])
    before = files.journal.read_bytes()
    capsys.readouterr()
    assert main(PROMOTED) == 3
    assert missing in capsys.readouterr().out
    assert files.journal.read_bytes() == before


def test_while_a_desk_runs_it_is_asked_and_nothing_else_is_written(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [FIRST, *won(5)])
    accounts.beats(files)
    before = files.journal.read_bytes()
    capsys.readouterr()
    assert main([*PROMOTED, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["promoted"], found["stage"]) == (False, 1)
    assert files.journal.read_bytes() == before
    (taken,) = files.spool.take()
    assert taken.command is not None
    assert (taken.command.verb, taken.command.of, taken.command.by) == (PROMOTE, "2", "T. King")


def inbox(files: DeskFiles, facts: list[Fact]) -> FileInbox:
    return FileInbox(
        files.halt, files.spool, LIMITS, pytest.fail, record=lambda: recorded(facts, LIMITS)
    )


def test_the_desk_signs_what_it_is_asked_and_the_same_again_is_refused(files: DeskFiles) -> None:
    """Two who sign at the same time take one stage, not two."""
    facts = [FIRST, *won(10)]
    on, at = bench((), lambda at: pytest.fail("nobody looks")), won(1)[0].at
    there = inbox(files, facts)
    asked = Command(PROMOTE, at, "T. King", "five", "2")
    files.spool.drop(asked)
    (made,) = there.take(at, on.desk.standing)
    assert isinstance(made, StagePromoted)
    assert made.stage == 2
    facts.append(made)
    files.spool.drop(asked)
    assert there.take(at, on.desk.standing) == []
    there.settle(at)
    said = sorted(json.loads(each.read_text())["outcome"] for each in files.spool.out.iterdir())
    assert said == ["done", "refused"]


def test_a_desk_that_is_asked_too_early_says_no(files: DeskFiles) -> None:
    there = inbox(files, [FIRST, *won(4)])
    files.spool.drop(Command(PROMOTE, won(1)[0].at, "T. King", "five", "2"))
    on = bench((), lambda at: pytest.fail("nobody looks"))
    assert there.take(won(1)[0].at, on.desk.standing) == []
    there.settle(won(1)[0].at)
    (answer,) = files.spool.out.iterdir()
    assert "winners since the first stage: 4" in answer.read_text()


def test_what_is_decided_before_the_first_run_holds_from_its_first_instant(
    files: DeskFiles,
) -> None:
    assert main(PROMOTED) == 0
    assert commanded(files, LIMITS, MONEY, off()).place == files.before
    before = known(files, LIMITS, MONEY)
    assert (before.began, before.record.stage, len(before.standing.off)) == (False, 1, 1)
    on = bench((), lambda at: pytest.fail("nobody looks"))
    on.desk.note(carried(before.facts, tick(0).at))
    assert (on.desk.standing.stage, len(on.desk.standing.off)) == (1, 1)
    assert {fact.at for fact in on.facts} == {tick(0).at}


def off(why: str = "no futures") -> Command:
    return Command(OFF, accounts.AT, "doctor", why, "lt112")


def test_what_is_off_is_written_once_for_each_reason(files: DeskFiles) -> None:
    accounts.written(files, [])
    assert [type(fact) for fact in commanded(files, LIMITS, MONEY, off()).facts] == [SwitchedOff]
    assert commanded(files, LIMITS, MONEY, off()).facts == ()
    assert len(commanded(files, LIMITS, MONEY, off("no options")).facts) == 1


def test_a_stale_heartbeat_of_a_process_that_is_there_still_means_one_writer(
    files: DeskFiles,
) -> None:
    accounts.written(files, [])
    accounts.beats(files, accounts.AT)
    assert commanded(files, LIMITS, MONEY, off()).asked is not None
    assert len(of_file(files.journal)) == 1


def test_a_broken_journal_is_said_and_signs_nothing(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.journal.write_text("not a journal")
    capsys.readouterr()
    assert main(["stage", "--account", "paper"]) == DataCorrupt.exit_code
    assert main(PROMOTED) == DataCorrupt.exit_code
    assert "restore the file from a backup" in capsys.readouterr().err
    assert files.journal.read_text() == "not a journal"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["stage", "--account", "nobody"], "there is no account 'nobody'"),
        (["stage", "--account", "paper", "--journal", "x.db"], "--journal cannot stand beside"),
        (["unlock", "crisis", "--vix", "33", "--account", "no", "--sign", "a", "--reason", "b"],
         "there is no account 'no'"),
        (["stage", "promote", "--account", "paper", "--sign", "a"], "--reason is missing"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    words: list[str], said: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err
    assert not files.before.exists()


def test_a_crisis_is_unlocked_in_the_account_alone(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [])
    words = ["unlock", "crisis", "--account", "paper", "--reason", "fear", "--sign", "T. King"]
    assert main([*words, "--vix", "29"]) == 3
    assert len(of_file(files.journal)) == 1
    assert main([*words, "--vix", "33"]) == 0
    made = last(files)
    assert isinstance(made, CrisisUnlocked)
    assert replace(made, at=accounts.AT).signed == "T. King: fear"


def test_a_desk_that_runs_switches_off_and_on_as_it_is_told(files: DeskFiles) -> None:
    on, there = bench((), lambda at: pytest.fail("nobody looks")), inbox(files, [])
    files.spool.drop(off())
    on.desk.note(there.take(accounts.AT, on.desk.standing))
    assert [one.strategy for one in off_on(on.desk.standing.off, accounts.FRIDAY)] == ["lt112"]
    files.spool.drop(Command(RESUME, accounts.AT, "me", "enabled", "account cannot hold lt112"))
    (back,) = there.take(accounts.AT, on.desk.standing)
    assert isinstance(back, SwitchedOn)
    on.desk.note([back])
    assert off_on(on.desk.standing.off, accounts.FRIDAY + timedelta(days=3)) == ()
    files.spool.drop(Command(RESUME, accounts.AT, "me", "", "account cannot hold lt112"))
    assert there.take(accounts.AT, on.desk.standing) == []  # no reason, and it is on already
