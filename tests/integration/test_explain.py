"""``tomking explain FILE`` as a person and a script meet it, and the page about the file."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from architecture.tree import ROOT
from tomking.app.main import main
from tomking.core.errors import Exit
from tomking.portfolio.scenarios import SCENARIOS
from worlds.tickets import CONDOR, LT112, SPREAD, answer, changed, refused, written

pytestmark = pytest.mark.integration
PAGE = ROOT / "docs" / "reference" / "margin-file.md"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "empty"))
    return tmp_path


def explained(x: Any, here: Path, capsys: pytest.CaptureFixture[str], *more: str) -> Any:
    return answer(["explain", written(here, x), *more], capsys)


def test_explain_says_everything_about_a_spread(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = explained(SPREAD, here, capsys)
    assert said["structure"] == "put credit vertical"
    assert (said["credit"], said["premium"]) == (Decimal("1.80"), Decimal("360.00"))
    assert (said["max_profit"], said["max_loss"]) == (Decimal("360.00"), Decimal("1640.00"))
    assert said["break_evens"] == [Decimal("578.2")]
    assert said["margin"]["requirement"] == Decimal("2000.00")
    fees = said["fees"]["open"]
    assert fees["total"] == sum(fees[part] for part in fees if part != "total")
    assert said["buying_power_change"] == -(2000 - 360 + fees["total"])
    assert [row["scenario"] for row in said["stress"]] == list(SCENARIOS)
    assert said["margin_call"]["below"]["never"] is True  # all it can lose is $2,000
    assert 0 < said["chances"]["profit"] < said["chances"]["half"] < 1
    assert set(said["chances"]["method"]) == {"profit", "half", "touch"}
    assert said["plan"] is None
    assert [one["rule"] for one in said["exits"]] == ["R-MAN-01", "R-MAN-02", "R-MAN-05"]
    assert [one["price"] for one in said["exits"]] == [Decimal("-0.90"), Decimal("-5.40"), None]
    assert said["objections"] == []
    assert len(said["limits"]) == 11


def test_a_cash_account_is_shown_no_margin_call(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secured = changed(changed(SPREAD, "house", "cash"), "legs", SPREAD["legs"][:1])
    said = explained(secured, here, capsys)["margin_call"]
    assert said == {
        "never": True, "why": "A cash account cannot be called: nothing in it is borrowed."
    }  # fmt: skip
    assert main(["explain", written(here, secured)]) == 0
    assert "A cash account cannot be called" in " ".join(capsys.readouterr().out.split())


def test_explain_prints_it_within_eighty_columns(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tomking.app.screen.PAGE_WIDTH", 80)
    for x, code in ((SPREAD, Exit.OK), (LT112, Exit.REFUSED), (CONDOR, Exit.OK)):
        assert main(["explain", written(here, x)]) == code
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= 80
    said = "\n".join(lines)
    for word in ("Credit", "Breaks even", "Fees", "AUG5_LOW", "Chance of half", "How it ends"):
        assert word in said


def test_a_shipped_plan_is_recognised_and_its_own_rules_end_the_trade(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = explained(LT112, here, capsys)
    assert (said["plan"], said["plan_differs"]) == ("lt112", [])
    exits = {(one["part"], one["when"]): one for one in said["exits"]}
    naked = exits["naked puts", "90 % of the premium earned"]
    assert naked["price"] == Decimal("-3.40")  # a tenth of 34.00
    assert exits["naked puts", "a loss of 2 times the premium"]["price"] == Decimal("-102.00")
    assert exits["trap", "50 % of the premium earned"]["price"] == Decimal("12.75")
    assert exits["naked puts", "21 days to expiry"]["then"] == "on Wed 2026-09-09"
    said = explained(CONDOR, here, capsys)
    assert said["plan"] == "friday_0dte"
    assert "at 15:00 New York" in {one["then"] for one in said["exits"]}


def test_another_root_or_expiry_is_no_trade_of_the_plan_unless_it_is_asked_for(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = explained(SPREAD, here, capsys, "--as", "friday")
    assert said["plan"] == "friday_0dte"
    assert said["plan_differs"] == [
        "friday_0dte trades ES or MES, not SPY",
        "friday_0dte wants 0 ± 0 days to expiry, this has 42",
    ]
    refused(
        ["explain", written(here, SPREAD), "--as", "lt112"],
        "lt112 has no shape with these legs; it has 1-1-2: +1 put, -1 put, -2 put", capsys,
    )  # fmt: skip


def test_what_is_held_counts_before_and_with_the_order(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = [
        {"symbol": "SPY", "right": "P", "strike": 560, "expiry": "2026-07-17", "quantity": -1,
         "price": 3.30},
        {"symbol": "ES", "right": "P", "strike": 5000, "expiry": "2026-09-18", "quantity": -1,
         "price": 14, "underlying": 6010},
        {"symbol": "SPY", "quantity": 100, "price": 600},
    ]  # fmt: skip
    alone = explained(SPREAD, here, capsys)
    said = explained(changed(SPREAD, "account.held", held), here, capsys)
    assert said["margin"]["requirement"] == alone["margin"]["requirement"]
    assert said["margin"]["before"] > 0
    assert said["margin"]["change"] == said["margin"]["after"] - said["margin"]["before"]
    moved = said["greeks"]["after"]["delta"] - said["greeks"]["before"]["delta"]
    assert moved == pytest.approx(alone["greeks"]["after"]["delta"])


def test_the_venue_objects_to_what_it_would_refuse(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def named(x: Any) -> list[str]:
        return [one["name"] for one in explained(x, here, capsys)["objections"]]

    assert named(changed(SPREAD, "at", "2026-06-06T10:30")) == ["market is open"]
    assert named(changed(SPREAD, "order.limit", 1.803)) == ["price is on tick"]
    held = [
        {"symbol": "SPY", "right": "P", "strike": 570, "expiry": "2026-07-17", "quantity": -1,
         "price": 4.55}
    ]  # fmt: skip
    assert named(changed(SPREAD, "account.held", held)) == ["opens nothing against what is held"]


def test_any_share_will_do_and_what_is_assumed_is_said(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = {
        "underlying": {"symbol": "ACME", "price": 97.73, "kind": "equity"},
        "house": "exchange",
        "at": "2026-06-05",
        "shares": 100,
        "legs": [
            {"right": "C", "strike": 100, "expiry": "2026-07-17", "quantity": -1, "price": 1.68}
        ],
    }
    said = explained(bare, here, capsys)
    assert said["structure"] == "covered call"
    assert (said["max_profit"], said["break_evens"]) == (Decimal("395.00"), [Decimal("96.05")])
    assumed = " ".join(said["assumed"])
    for word in ("09:30", "100 shares", "interest is 0 %", "no dividends", "VIX is unknown"):
        assert word in assumed
    assert "from the settings" in assumed


def test_a_structure_of_two_expiries_is_about_right_and_says_so(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calendar = changed(SPREAD, "legs", [
        {"right": "P", "strike": 590, "expiry": "2026-07-17", "quantity": -1, "price": 9.0},
        {"right": "P", "strike": 590, "expiry": "2026-09-18", "quantity": 1, "price": 17.0},
    ])  # fmt: skip
    said = explained(changed(calendar, "order", {}), here, capsys)
    assert (said["structure"], said["modelled"]) == ("put calendar", True)
    assert said["credit"] == Decimal("-8.0")
    low, high = said["break_evens"]
    assert low < 590 < high
    assert -said["max_loss"] >= -800
    assert 0 < said["chances"]["half"] < 1


def test_a_figure_that_cannot_be_known_is_null_and_never_passes(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blind = changed(SPREAD, "legs", [
        {"right": "C", "strike": 400, "expiry": "2026-07-17", "quantity": -1, "price": 150.0}
    ])  # fmt: skip
    said = explained(changed(blind, "order", {}), here, capsys)
    assert said["chances"]["profit"] is None
    assert said["greeks"]["after"]["delta"] is None
    assert said["unbounded_loss"] is True
    assert said["max_loss"] is None
    limits = {one["name"]: one for one in said["limits"]}
    assert limits["delta of the book"]["passed"] is False


# The page.


def blocks(kind: str) -> list[str]:
    return re.findall(rf"(?ms)^```{kind}\n(.*?)^```", PAGE.read_text(encoding="utf-8"))


def test_the_example_of_the_page_gives_the_answer_of_the_page(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, wanted, what_if, order = blocks("json")
    said = answer(["margin", "--file", written(here, file)], capsys)
    assert said == json.loads(wanted, parse_float=Decimal)
    beside = answer(["margin", "--file", written(here, file), "--what-if", "tims"], capsys)
    assert beside == said | json.loads(what_if, parse_float=Decimal)
    whole = json.loads(file) | json.loads(order)
    assert explained(whole, here, capsys)["structure"] == "put credit vertical"


def test_every_key_of_the_format_stands_on_the_page() -> None:
    from tomking.app.ticket.file import LEG, NEEDED, OPTIONAL

    text = PAGE.read_text(encoding="utf-8")
    inner = ("symbol", "price", "kind", "leverage", "limit", "units", "tif", "net_liq", "cash",
             "held", "settles")  # fmt: skip
    for key in (*NEEDED, *OPTIONAL, *LEG, *inner):
        assert f"`{key}`" in text, key
