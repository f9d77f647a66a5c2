"""``tomking stage`` and ``tomking unlock``: shown, refused, signed, and read by those who must."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.app import signed
from tomking.app.cli import limits, stage, unlock
from tomking.app.main import main
from tomking.core.calendar import NEW_YORK
from tomking.core.errors import Exit
from tomking.core.facts import CampaignClosed
from tomking.core.restraints import StagePromoted
from tomking.engine.journal import SqliteJournal

pytestmark = [pytest.mark.integration, pytest.mark.risk, pytest.mark.rule("R-STG-04")]

NOW = datetime(2026, 3, 2, 11, tzinfo=NEW_YORK)
SIGN = ["--reason", "five quiet Fridays", "--sign", "T. King"]
CRISIS = ["unlock", "crisis", "--reason", "fear is paid for", "--sign", "T. King"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "home"))
    for module in (limits, stage, unlock):
        monkeypatch.setattr(module, "now", lambda: NOW)
    return tmp_path / "home"


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    code = main([*words, "--json"])
    return json.loads(capsys.readouterr().out) | {"exit": code}


def in_stage_one(days: int, wins: int, home: Path) -> None:
    """An account that signed for the first stage so many days ago and has won so often since."""
    began = NOW - timedelta(days=days)
    signed.sign(StagePromoted(began, 1, 0, 0.0, "T. King: to begin"))
    journal = SqliteJournal.create(home / signed.ACCOUNT)
    at = began + timedelta(hours=1)
    journal.append(
        [
            CampaignClosed(at, f"f/{n}", "friday_0dte", at, Decimal(90), Decimal(4))
            for n in range(wins)
        ]
    )
    journal.close()


def test_without_a_record_the_settings_stand(capsys: pytest.CaptureFixture[str]) -> None:
    found = said(["stage"], capsys)
    assert (found["stage"], found["signed_stage"], found["next"]) == (4, None, 1)
    assert main(["stage"]) == Exit.OK
    assert "that of the settings, 4, stands" in capsys.readouterr().out


def test_a_promotion_is_refused_with_the_readings_that_fail(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_stage_one(10, 4, home)
    found = said(["stage", "promote", *SIGN], capsys)
    assert (found["exit"], found["promoted"], found["stage"]) == (Exit.REFUSED, False, 1)
    assert [(seen["observed"], seen["passed"]) for seen in found["asked"]] == [
        (4, False), (pytest.approx(10 / 7), False)
    ]  # fmt: skip
    assert main(["stage", "promote", *SIGN]) == Exit.REFUSED
    out = capsys.readouterr().out
    assert "refused: winners since the first stage: 4, must be at least 5 (R-STG-04)" in out
    assert said(["stage"], capsys)["signed_stage"] == 1


def test_with_winners_and_weeks_it_is_written_under_a_name(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_stage_one(14, 5, home)
    found = said(["stage", "promote", *SIGN], capsys)
    assert (found["exit"], found["promoted"], found["stage"]) == (Exit.OK, True, 2)
    assert found["signed"] == "T. King: five quiet Fridays"
    main(["stage"])
    assert capsys.readouterr().out.startswith("Stage 2, since 2026-03-02: 5 winners")


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (["stage", "promote", "--sign", "T. King"], "--reason is missing"),
        (["stage", "promote", "--reason", "why not"], "--sign is missing"),
        (["stage", "--reason", "why not"], "are for `tomking stage promote`"),
        (["stage", "demote"], "unknown word 'demote'"),
        (["unlock", "everything"], "nothing is locked that is called 'everything'"),
        (["unlock", "crisis", "--reason", "x", "--sign", "y"], "--vix is missing"),
    ],
)
def test_half_a_signature_is_none(
    words: list[str], about: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == Exit.USAGE
    assert about in capsys.readouterr().err
    assert not home.exists()


def test_a_journal_that_is_named_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stage", "--journal", "nowhere.db"]) == Exit.USAGE
    assert "there is no journal at nowhere.db" in capsys.readouterr().err


@pytest.mark.rule("R-STG-01")
def test_limits_are_under_what_was_signed_for(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    free = said(["limits", "--capital", "100000", "--vix", "16"], capsys)
    in_stage_one(3, 0, home)
    bound = said(["limits", "--capital", "100000", "--vix", "16"], capsys)
    assert (free["stage"], bound["stage"]) == (4, 1)
    assert bound["binding"]["buying_power"]["bound_by"] == "stage 1"


@pytest.mark.rule("R-VIX-06")
def test_an_unlock_is_refused_outside_a_crisis_and_signed_within(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = said([*CRISIS, "--vix", "30"], capsys)
    assert (refused["exit"], refused["unlocked"]) == (Exit.REFUSED, False)
    assert not home.exists()
    made = said([*CRISIS, "--vix", "33"], capsys)
    assert (made["exit"], made["unlocked"], made["until"]) == (Exit.OK, True, "2026-03-04")
    assert main([*CRISIS, "--vix", "12"]) == Exit.REFUSED
    assert "VIX: 12 points, must be above 30 (R-VIX-06)" in capsys.readouterr().out


@pytest.mark.rule("R-VIX-02", "R-VIX-06")
def test_limits_hold_once_puts_are_signed_for_and_not_before(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["limits", "--vix", "36"]
    assert main(asked) == Exit.REFUSED
    assert "VIX above 35 (R-VIX-02)" in capsys.readouterr().out
    assert main([*CRISIS, "--vix", "36"]) == Exit.OK
    capsys.readouterr()
    main(asked)
    assert "R-VIX-02" not in capsys.readouterr().out
    main(["limits", "--vix", "51"])
    assert "manual mode (R-BRK-09)" in capsys.readouterr().out


def test_a_signature_that_was_changed_is_found(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_stage_one(14, 5, home)
    place = home / signed.SIGNED
    place.write_bytes(place.read_bytes()[:5000].ljust(20_000, b"x"))
    assert main(["stage"]) == Exit.NEEDS_HUMAN
    assert "signed.journal" in capsys.readouterr().err
