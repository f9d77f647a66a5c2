"""An account's journal told like a run's: its days, its answers, and what it has none of."""

import json

import pytest

from tomking.app.desk_files import DeskFiles
from tomking.app.main import main
from tomking.core.facts import Considered
from tomking.core.reading import Reading, Sense, Stage
from worlds import accounts

pytestmark = pytest.mark.unit


def began(files: DeskFiles) -> None:
    vix = Reading("ES: VIX", Stage.VIX, Sense.BELOW, 31.0, 30.0, "points", "R-0DTE-02")
    asked = Considered(accounts.AT, "friday_0dte", "friday_0dte/2025-12-05", "skipped", (vix,))
    accounts.written(files, [asked, *accounts.condor()])


def test_a_day_of_an_account_is_told_fact_by_fact(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    began(files)
    capsys.readouterr()
    assert main(["journal", "2025-12-05", "--account", "paper"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("Friday 2025-12-05, account paper\n")
    assert "10:45     15:45   Sold 2 ES 2025-12-05 5950 P at 5.00 (fee $1.50)." in page
    assert main(["journal", "2025-12-05", "--account", "paper", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["account"], len(said["facts"])) == ("paper", 10)


def test_why_not_reads_an_account_and_names_the_reading(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    began(files)
    capsys.readouterr()
    assert main(["why-not", "friday_0dte", "2025-12-05", "--account", "paper", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    (answer,) = said["considered"]
    assert (said["account"], answer["outcome"]) == ("paper", "skipped")
    assert [(one["name"], one["passed"]) for one in answer["readings"]] == [("VIX", False)]
    assert main(["why-not", "--by", "stage", "--account", "paper"]) == 0
    assert "considered entries of account paper by stage" in capsys.readouterr().out


def test_a_strategy_the_desk_did_not_ask_is_told_when_it_is_due(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    began(files)
    capsys.readouterr()
    assert main(["why-not", "lt112", "2025-12-05", "--account", "paper"]) == 0
    assert "It has no slot that day." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["journal", "2025-12-08", "--account", "paper"], "covers 2025-12-05 to 2025-12-05"),
        (["journal", "2025-12-05", "--account", "other"], "there is no account 'other'"),
        (
            ["journal", "2025-12-05", "--account", "paper", "--run", "ab"],
            "--run and --account name two journals",
        ),
    ],
)
def test_what_an_account_does_not_hold_is_refused(
    files: DeskFiles, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    began(files)
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_an_account_without_a_journal_says_how_one_begins(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["journal", "2025-12-05", "--account", "paper"]) == 2
    assert "account paper has no facts yet" in capsys.readouterr().err
    assert not files.journal.exists()
