"""The plan of a day: asked on the market as it is, sized and judged, never sent and never written."""

import json
import socket
from typing import Any

import pytest

from tomking.app.at_the_broker import serves
from tomking.app.desk_files import DeskFiles
from tomking.app.main import main
from tomking.app.plan_today import slots
from tomking.core.restraints import Halted
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112
from worlds import accounts
from worlds.board import FRIDAY

pytestmark = pytest.mark.unit
NOON = ("--day", "2017-06-09", "--minute", "120", "--strategies", "friday_0dte,lt112")


def plan(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["plan", *words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_slots_of_a_day_are_those_of_the_plans() -> None:
    mine, others = slots((FRIDAY_0DTE, LT112), FRIDAY)
    assert [(one.strategy, len(one.due), one.answer) for one in mine] == [
        ("friday_0dte", 7, "not asked")
    ]
    (later,) = others
    assert (later.strategy, str(later.next_slot)) == ("lt112", "2026-01-07 10:00:00-05:00")


def test_an_entry_that_would_be_sent_has_its_strikes_size_and_margin(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    found = plan(capsys, *NOON)
    (due,) = found["due"]
    assert found["asked"] == "MODEL: the modelled market"
    assert (due["answer"], due["units"], due["margin"]) == ("would send", 1, "1500.00")
    assert [(leg["contract"], leg["quantity"]) for leg in due["legs"]] == [
        ("ES 2017-06-09 5825 P", -1), ("ES 2017-06-09 5795 P", 1),
        ("ES 2017-06-09 5850 C", -1), ("ES 2017-06-09 5880 C", 1),
    ]  # fmt: skip
    assert due["against"] == []
    assert len(due["readings"]) > 40
    assert not files.journal.exists()
    assert plan(capsys, *NOON, "--capital", "200000")["due"][0]["units"] == 3


def test_a_lock_refuses_it_and_is_named_and_the_journal_stays_as_it_was(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [Halted(accounts.AT, "operator", "by hand")])
    before = files.journal.read_bytes()
    (due,) = plan(capsys, *NOON)["due"]
    assert due["answer"] == "refused"
    named = {one["name"]: one["observed"] for one in due["against"]}
    assert named["reasons not to trade"] == "operator"
    assert files.journal.read_bytes() == before


def test_what_is_refused_before_there_is_a_size_shows_one_unit_and_the_reading(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["plan", "--day", "2017-06-09", "--strategies", "friday_0dte"]) == 0
    page = capsys.readouterr().out
    assert "friday_0dte, due 10:30 to 13:30, 7 times: refused (condor, none fits; one unit" in page
    assert (
        "refused now at GREEKS: ES: change of delta: 0 units, must be at least 1 R-GRK-02" in page
    )


def test_an_entry_rule_that_refuses_is_named_beside_what_it_would_be(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    (due,) = plan(capsys, "--day", "2017-06-07", "--strategies", "lt112")["due"]
    assert (due["answer"], due["units"]) == ("refused", 0)
    assert due["why"].endswith("refused by a rule of its own; one unit is shown")
    assert [leg["quantity"] for leg in due["legs"]] == [1, -1, -2]
    assert float(due["margin"]) > 0
    assert [one["rule"] for one in due["against"]] == ["R-112-03"]


def test_a_smaller_contract_that_fits_is_sent_though_a_larger_does_not(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--day", "2018-02-05", "--strategies", "leap_ladder")
    (due,) = plan(capsys, *words)["due"]
    assert (due["answer"], due["units"], due["against"]) == ("would send", 1, [])
    assert due["legs"][0]["contract"].startswith("MES")
    assert main(["plan", *words]) == 0
    page = capsys.readouterr().out
    assert "passed over, the next fits: SPY: margin of the trade: 0 units" in page
    assert "refused" not in page


def test_what_the_settings_hold_back_is_said_above_too(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    why = (
        "`tomking run` would send no entry: desk.execution is off and desk.automatic_entry is false"
    )
    assert plan(capsys, *NOON)["held_back"] == why
    assert main(["plan", *NOON]) == 0
    assert f"{why}." in capsys.readouterr().out
    files.settings.write_text('[desk]\nexecution = "send"\nautomatic_entry = true')
    assert plan(capsys, *NOON)["held_back"] is None
    assert main(["plan", *NOON]) == 0
    assert "would send no entry" not in capsys.readouterr().out


def test_the_brake_is_said_above_everything(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.halt.touch()
    assert plan(capsys, *NOON)["halted"] is True
    assert main(["plan", *NOON]) == 0
    assert "HALTED: nothing that adds risk would be sent" in capsys.readouterr().out


def test_without_a_market_only_the_slots_are_shown(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    found = plan(capsys)
    assert found["asked"].startswith("nobody")
    assert {one["answer"] for one in found["due"]} <= {"not asked"}
    assert len(found["due"]) + len(found["later"]) == 5


@pytest.mark.parametrize("line", ["torn", None])
def test_the_line_of_an_exchange_that_is_gone_is_none(
    line: str | None, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = {
        "base_url": f"http://127.0.0.1:{port}", "streamer_url": f"ws://127.0.0.1:{port}",
        "client_secret": "s", "refresh_token": "r", "account_number": "1",
    }  # fmt: skip
    files.exchange.write_text(line or json.dumps(said))  # a desk that was killed left it
    assert plan(capsys)["asked"].startswith("nobody")
    assert main(["reconcile"]) == 5
    assert "its exchange does not serve: start its desk" in capsys.readouterr().err
    with socket.create_server(("127.0.0.1", port)):
        assert (serves(files, None) == files.exchange) is (line is None)


def test_a_day_without_a_session_is_refused(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "--day", "2017-06-10"]) == 2
    assert "2017-06-10 has no session" in capsys.readouterr().err
