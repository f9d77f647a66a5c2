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
    assert set(said["second_order"]) == {"vanna", "charm", "vomma"}
    assert said["objections"] == []
    assert len(said["limits"]) == 28


def test_a_short_call_over_a_dividend_has_an_eve(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = changed(changed(SPREAD, "dividend_yield", ...), "legs", [
        {"right": "C", "strike": 590, "expiry": "2026-06-26", "quantity": -1, "price": 15.10},
        {"right": "C", "strike": 600, "expiry": "2026-06-26", "quantity": 1, "price": 9.00},
    ]) | {"dividends": [{"ex_date": "2026-06-18", "amount": 1.85}], "order": {}}  # fmt: skip
    said = explained(call, here, capsys)
    (eve,) = said["early_exercise"]
    assert (eve["strike"], eve["eve_of"]) == (590, "2026-06-18")
    assert 604 < eve["from"] < 607
    assert any("chances take the cash dividends as a yield" in one for one in said["assumed"])
    assert explained(SPREAD, here, capsys)["early_exercise"] == []
    assert main(["explain", written(here, call)]) == 0
    assert "590 C is exercised on the eve of 2026-06-18 from" in capsys.readouterr().out


def test_a_cash_account_is_shown_no_margin_call(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secured = changed(changed(SPREAD, "house", "cash"), "legs", SPREAD["legs"][:1])
    said = explained(secured, here, capsys)["margin_call"]
    assert said == {
        "never": True, "why": "A cash account cannot be called: nothing in it is borrowed."
    }  # fmt: skip
    assert main(["explain", written(here, secured)]) == Exit.REFUSED  # it cannot secure the put
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
    twice = changed(SPREAD, "legs.1.strike", 580)
    assert "no leg is repeated" in named(changed(twice, "legs.1.quantity", -1))


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


# What is held already.


def holding(*legs: tuple[float, int, float]) -> list[dict[str, Any]]:
    """Puts on SPY: strike, how many, and the price of one."""
    return [
        {"symbol": "SPY", "right": "P", "strike": strike, "expiry": "2026-07-17", "quantity": n,
         "price": price}
        for strike, n, price in legs
    ]  # fmt: skip


#: The spread of the file turned round, in an account that holds it twice.
CLOSE = changed(changed(SPREAD, "legs.0.quantity", 1), "legs.1.quantity", -1) | {"order": {}}
CLOSE = changed(CLOSE, "account.held", holding((580, -2, 6.40), (570, 2, 4.55)))
#: One of them closed, and another opened in its place.
ROLL = changed(CLOSE, "legs.1", {
    "right": "P", "strike": 550, "expiry": "2026-09-18", "quantity": -1, "price": 6.60
})  # fmt: skip


def test_what_goes_against_a_holding_closes_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = explained(CLOSE, here, capsys)
    assert said["purpose"] == "CLOSE"
    assert [leg["opens"] for leg in said["legs"]] == [False, False]
    assert said["structure"] == "put credit vertical"  # what is closed
    assert said["objections"] == []
    fees = said["fees"]
    assert fees["open"]["total"] == 0
    assert fees["order"] == fees["close"]
    assert fees["order"]["commission"] == 0  # closing is free
    assert said["margin"]["requirement"] == 0
    assert (said["margin"]["before"], said["margin"]["after"]) == (2000, 1000)
    assert said["buying_power_change"] == 1000 - 185 - fees["order"]["total"]


def test_no_limit_is_asked_about_an_order_that_only_closes(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The account is far over its limits, and the exit is not stopped by one of them."""
    said = explained(changed(CLOSE, "account.net_liq", 100), here, capsys)
    assert said["limits"] == []
    assert said["objections"] == []


def test_what_makes_no_sense_of_a_closing_order_is_a_sentence_and_no_number(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = explained(CLOSE, here, capsys)
    assert "only closes" in said["note"]
    assert [said[key] for key in ("max_profit", "max_loss", "break_evens", "exits", "plan")] == [
        None, None, [], [], None
    ]  # fmt: skip
    assert not said["unbounded_loss"]
    assert [said["chances"][key] for key in ("profit", "half", "touch")] == [None, None, []]
    assert explained(SPREAD, here, capsys)["note"] == ""


def test_the_account_before_and_after_is_told_on_a_bad_day(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of it is closed, so half of everything is left."""
    said = explained(CLOSE, here, capsys)
    for row in said["stress"]:
        assert row["loss"] == row["requirement"] == 0  # nothing opens
        assert row["after"]["loss"] == pytest.approx(row["before"]["loss"] / 2)
        assert row["after"]["requirement"] == row["before"]["requirement"] / 2
    greeks = said["greeks"]
    for name in ("delta", "theta", "vega"):
        assert greeks["after"][name] == pytest.approx(
            greeks["before"][name] / 2, abs=Decimal("0.01")
        )


def test_closing_everything_leaves_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = explained(changed(CLOSE, "order", {"units": 2}), here, capsys)
    assert said["margin"]["after"] == 0
    assert said["margin_call"] is None
    assert {row["after"]["loss"] for row in said["stress"]} == {0}
    assert set(said["greeks"]["after"].values()) == {0}


def test_an_order_that_closes_and_opens_is_a_roll_and_meets_the_limits(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = explained(ROLL, here, capsys)
    assert said["purpose"] == "ROLL"
    assert [leg["opens"] for leg in said["legs"]] == [False, True]
    assert said["structure"] == "short put"  # what it opens
    fees = said["fees"]
    assert fees["order"]["commission"] == fees["open"]["commission"] == 1
    assert fees["order"]["total"] == Decimal("1.25")  # 1.13 to open, 0.12 to close
    assert "legs that open" in said["note"]
    assert (said["max_profit"], said["break_evens"]) == (660, [Decimal("543.4")])
    limits = {one["name"]: one for one in said["limits"]}
    change = float(said["margin"]["change"]) / 60_000
    assert float(limits["margin of the trade"]["observed"]) == pytest.approx(change)
    assert [one["rule"] for one in said["exits"]] == ["R-MAN-01", "R-MAN-02", "R-MAN-05"]


def test_a_leg_beyond_the_holding_is_two_orders(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for x, said in (
        (changed(CLOSE, "order", {"units": 3}), "legs[0].quantity: 3 of SPY 2026-07-17 580 P are"),
        (changed(CLOSE, "legs.1.quantity", -3), "legs[1].quantity: 3 of SPY 2026-07-17 570 P are"),
    ):
        refused(["explain", written(here, x)], said, capsys)
        refused(
            ["explain", written(here, x)],
            "send one order that closes 2 and another that opens 1", capsys,
        )  # fmt: skip
        assert main(["margin", "--file", written(here, x)]) == 0  # it leaves the account alone
        capsys.readouterr()


def test_a_closing_order_that_uncovers_a_short_is_the_venues_to_refuse(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The long leg sold alone: its short then needs thousands the account does not have."""
    legged = changed(CLOSE, "legs", [CLOSE["legs"][1]])
    assert explained(legged, here, capsys)["objections"] == []
    poor = explained(changed(legged, "account.net_liq", 2500), here, capsys)
    assert [one["name"] for one in poor["objections"]] == ["margin once the legs are closed"]
    assert poor["limits"] == []


def test_the_page_says_which_legs_close(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", written(here, CLOSE)]) == 0
    said = capsys.readouterr().out
    assert "SPY close of put credit vertical, 10 wide" in said
    assert "+1 580 P at 6.4 (closes), −1 570 P at 4.55 (closes)" in said
    assert "No limit stands in the way" in said
    for word in ("Best", "Breaks even", "Chance of profit", "How it ends"):
        assert word not in said
    assert main(["explain", written(here, ROLL)]) == 0
    said = capsys.readouterr().out
    assert "SPY roll to short put" in said
    assert "+1 580 P at 6.4 (closes), −1 550 P at 6.6; SPY" in said
    assert "How it ends" in said
    refused(["explain", written(here, CLOSE), "--as", "lt112"], "--as says whose exits", capsys)


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
    from tomking.app.ticket.file import NEEDED, OPTIONAL
    from tomking.app.ticket.legs import LEG

    text = PAGE.read_text(encoding="utf-8")
    inner = ("symbol", "price", "kind", "leverage", "limit", "units", "tif", "net_liq", "cash",
             "held", "settles")  # fmt: skip
    for key in (*NEEDED, *OPTIONAL, *LEG, *inner):
        assert f"`{key}`" in text, key
