"""Limits of an account are those of its own standing and book, and a file's order meets both."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.app.desk_files import DeskFiles
from tomking.app.main import main
from tomking.core.facts import CampaignClosed, Fact
from tomking.core.restraints import Halted, StagePromoted, SwitchedOff
from worlds import accounts
from worlds.standing import Standing, standing

pytestmark = [pytest.mark.unit, pytest.mark.risk]
ME = ("--account", "paper")
CONDOR = f"friday_0dte/{accounts.FRIDAY}"
FILE = {
    "underlying": {"symbol": "ES", "price": 6000, "kind": "future"}, "house": "tastytrade",
    "at": "2025-12-08T10:00:00-05:00",
    "legs": [
        {"right": "P", "strike": 5900, "expiry": "2025-12-12", "quantity": -1, "price": 10},
        {"right": "P", "strike": 5870, "expiry": "2025-12-12", "quantity": 1, "price": 6},
    ],
}  # fmt: skip


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*words, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def used(found: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["used"] for one in found["limits"]}


def lost(count: int) -> list[Fact]:
    """So many losers in a row."""
    return [
        CampaignClosed(accounts.AT, f"f/{n}", "friday_0dte", accounts.AT, Decimal(-90), Decimal(4))
        for n in range(count)
    ]


def test_an_account_is_measured_by_its_own_book_and_last_close(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [*accounts.condor(), accounts.closed(CONDOR, "120.00"), *lost(2)])
    found = said(capsys, "limits", *ME, code=3)
    assert found["by"] == "by its journal, and of 2025-12-05 what the market said at the close"
    assert (found["net_liq"], found["vix"], found["phase"]) == (100300.0, 15.0, 4)
    figures = used(found)
    assert figures["campaigns in all"] == 1
    assert figures["losing campaigns in a row"] == 2
    assert figures["buying power"] == pytest.approx(3000 / 100300)
    assert figures["delta of the book"] is None  # no market says so, and unknown never passes


def test_before_the_first_close_nobody_knows_what_margin_is_in_use(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, accounts.condor())
    found = said(capsys, "limits", *ME, code=3)
    assert (found["binding"]["buying_power"]["usable"], found["vix"]) == (None, None)
    assert found["health"] is None
    assert used(found)["buying power"] is None
    assert main(["limits", *ME]) == 3
    page = capsys.readouterr().out
    assert "buying power – of" in page
    assert "which leaves nobody knows how much" in page
    assert "What is unknown a market would say" in page


def test_its_locks_stage_and_switches_bind(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [
        StagePromoted(accounts.AT, 1, 0, 0.0, "T. King: to begin"),
        Halted(accounts.AT, "day loss", "-6 %"),
        SwitchedOff(accounts.AT, "lt112", "no futures", "doctor"),
    ])  # fmt: skip
    found = said(capsys, "limits", *ME, code=3)
    assert (found["stage"], found["binding"]["may_open"]) == (1, False)
    assert [one["source"] for one in found["governors"] if not one["may_open"]] == [
        "reasons day loss"
    ]
    assert found["off"] == {"lt112": "no futures"}
    assert main(["limits", *ME]) == 3
    assert "lt112 is switched off: no futures." in capsys.readouterr().out


def test_before_a_run_it_is_worth_what_its_settings_say(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.settings.write_text("[account]\ncapital = 60000\n")
    found = said(capsys, "limits", *ME)
    assert (found["net_liq"], found["phase"], found["vix"]) == (60000.0, 2, None)
    assert said(capsys, "limits", *ME, "--vix", "36", code=3)["binding"]["may_open"] is False


@pytest.fixture(name="there")
def _there(files: DeskFiles) -> Iterator[Standing]:
    """The account's own exchange, which serves."""
    with standing() as there:
        files.exchange.write_text(json.dumps({
            "base_url": there.place.base_url, "streamer_url": there.place.streamer_url,
            "client_secret": "secret", "refresh_token": "refresh", "account_number": "5WT00001",
        }))  # fmt: skip
        yield there


def test_where_its_exchange_serves_the_market_is_asked(
    there: Standing, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, lost(1))
    found = said(capsys, "limits", *ME)
    assert found["by"].startswith("MODEL: on the market of 2017-06-07 ")
    assert found["vix"] == pytest.approx(there.look().vix.value)
    assert used(found)["losing campaigns in a row"] == 1
    assert main(["limits", *ME, "--vix", "20"]) == 2
    assert "--vix is for want of a market" in capsys.readouterr().err


@pytest.fixture(name="order")
def _order(tmp_path: Path) -> str:
    place = tmp_path / "order.json"
    place.write_text(json.dumps(FILE))
    return str(place)


def test_an_order_meets_the_past_of_the_account_it_is_meant_for(
    order: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, lost(1))
    free = said(capsys, "size", order, *ME, "--vix", "16")
    assert free["units"] > 0
    assert "by its own files" in free["assumed"][0]
    assert not any("account's past" in sentence for sentence in free["assumed"])
    assert any("account's past" in one for one in said(capsys, "size", order, code=3)["assumed"])
    files.journal.unlink()
    accounts.written(files, lost(3))
    assert said(capsys, "limits", order, *ME, code=3)["by"].startswith("by the file")
    assert main(["explain", order, *ME, "--vix", "16"]) == 3
    assert "losing campaigns in a row" in capsys.readouterr().out


def test_a_lock_of_the_account_leaves_room_for_no_unit(
    order: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [Halted(accounts.AT + timedelta(1), "day loss", "-6 %")])
    assert said(capsys, "size", order, *ME, code=3)["units"] == 0
    files.journal.unlink()
    accounts.written(files, [])
    assert said(capsys, "size", order, *ME)["units"] > 0


def test_a_strategy_that_is_off_is_explained_with_why(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [SwitchedOff(accounts.AT, "lt112", "no futures", "doctor")])
    assert said(capsys, "explain", "lt112", *ME, code=3)["cannot_be_traded"] == "no futures"
    assert said(capsys, "explain", "ipmcc", *ME)["cannot_be_traded"] is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["limits", "--account", "nobody"], "there is no account 'nobody'"),
        (["limits", *ME, "--capital", "5000"], "--capital cannot stand beside"),
        (["limits", *ME, "--preset", "default"], "--preset cannot stand beside"),
        (["limits", "--join", "x.json"], "--join is for --account"),
        (["limits", *ME, "--join", "x.json"], "x.json does not say where an exchange is"),
        (["explain", "lt112", "--account", "nobody"], "there is no account 'nobody'"),
        (["explain", "lt112", *ME, "--config", "x.toml"], "--config cannot stand beside"),
    ],
)
def test_what_makes_no_sense_is_refused(
    words: list[str], why: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(words) == 2
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("words", [["limits"], ["explain", "lt112"]])
def test_a_broken_journal_is_said_with_what_to_do(
    words: list[str], files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.journal.write_text("not a journal")
    capsys.readouterr()
    assert main([*words, *ME]) == 4
    assert "restore the file from a backup" in capsys.readouterr().err
