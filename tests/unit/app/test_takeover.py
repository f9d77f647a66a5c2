"""A page for a person without this program: every order that closes, and every hour that matters."""

import json

import pytest

from tomking.app.account_now import account_now
from tomking.app.desk_files import DeskFiles
from tomking.app.main import main
from tomking.app.takeover import takeover
from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract
from tomking.core.dealings import ForeignHeld
from tomking.core.facts import Sent, Settled
from tomking.core.restraints import Halted
from worlds import accounts
from worlds.board import FRIDAY

pytestmark = pytest.mark.unit


def due(files: DeskFiles) -> list[tuple[str, str]]:
    found = takeover(account_now(files)).deadlines
    return [(f"{one.at.astimezone(NEW_YORK):%Y-%m-%d %H:%M}", one.what) for one in found]


def test_a_condor_has_the_hours_of_its_plan_and_of_its_expiry(files: DeskFiles) -> None:
    accounts.written(files, accounts.condor())
    assert [(at, what.split(":")[0]) for at, what in due(files)] == [
        ("2025-12-05 14:30", "close it if it is losing"),
        ("2025-12-05 15:00", "close it"),
        ("2025-12-05 16:00", "these expire"),
    ]


def test_a_1_1_2_has_the_days_that_are_left_of_each_part(files: DeskFiles) -> None:
    accounts.written(files, accounts.traded(accounts.lt112(), ("60", "55", "12"), accounts.AT))
    found = due(files)
    assert [at for at, _ in found] == [
        "2026-03-10 09:30", "2026-03-24 09:30", "2026-03-31 16:00", "2026-03-31 16:00",
    ]  # fmt: skip
    assert [what for _, what in found[:2]] == [
        "close it: 21 days are left", "close it: 7 days are left",
    ]  # fmt: skip


def test_the_page_says_how_each_is_closed_and_at_what_price_its_stop_stands(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    halt = Halted(accounts.AT, "daily loss", "3.1 % of net liq")
    foreign = ForeignHeld(accounts.AT, "AAPL", 100)
    accounts.written(files, [*accounts.condor(), foreign, halt])
    capsys.readouterr()
    assert main(["takeover"]) == 0
    page = capsys.readouterr().out
    for line in (
        "TAKE OVER paper, as its journal has it on 2025-12-05 at 10:45 New York, 15:45 London",
        "The desk is not running.",
        "Held back by daily loss: 3.1 % of net liq",
        "friday_0dte/2025-12-05/open:condor: 2 x",
        "Buy to Close 1 ES 2025-12-05 5950 P (./ESZ5 EW1Z5 251205P5950)",
        "Sell to Close 1 ES 2025-12-05 5920 P",
        "stop: closed unless the loss is below 2 times the premium (costs 12.00 or more)",
        "number 17: +1 ES 2025-12-05 5950 P",
        "Cancel an order that closes before you close by hand",
        "+100 AAPL",
        "UNPROTECTED: watch ES 2025-12-05 5950 P, ES 2025-12-05 6090 C yourself",
    ):
        assert line in page


def test_the_page_is_a_document_too(files: DeskFiles, capsys: pytest.CaptureFixture[str]) -> None:
    accounts.written(files, accounts.condor())
    capsys.readouterr()
    assert main(["takeover", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [each["units"] for each in said["closing"]] == [2]
    assert len(said["deadlines"]) == 3
    assert (said["running"], said["orders"][0]["number"]) == (False, "17")


def test_a_delivered_future_is_to_be_flattened_at_once(files: DeskFiles) -> None:
    sold = accounts.order("-1 6090 C", tranche="call spread")
    future = Contract("ES", FRIDAY, future="ESZ25")
    (held,) = (leg.contract for leg in sold.legs)
    settled = Settled(
        accounts.AT, f"{sold.intent}:call spread", held, -1, 6100.0, accounts.began("0").capital,
        accounts.began("0").capital, "assigned", future, -1, accounts.began("6090").capital,
    )  # fmt: skip
    accounts.written(files, [*accounts.traded(sold, ("5.00",), accounts.AT), settled])
    first, *_ = due(files)
    assert first[0] == "2025-12-05 10:45"
    assert first[1].startswith("flatten -1 ESZ25, which was delivered")


def test_an_account_that_holds_nothing_says_so(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["takeover"]) == 0
    page = capsys.readouterr().out
    assert "nothing has a day" in page
    assert page.count("  none") == 2


def test_an_opening_at_work_is_to_be_cancelled_too(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [Sent(accounts.AT, accounts.lt112())])
    capsys.readouterr()
    assert main(["takeover"]) == 0
    page = capsys.readouterr().out
    assert "Cancel an order that opens or rolls" in page
    assert "Cancel an order that closes" not in page
