"""``tomking limits`` and ``tomking size``: who binds, how much is used, and how many units fit."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tomking.app.main import main
from tomking.core.errors import Exit
from worlds.tickets import CONDOR, LT112, SPREAD, answer, changed, written

pytestmark = [pytest.mark.integration, pytest.mark.risk]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "empty"))
    return tmp_path


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    """The JSON of a command, whatever its exit code."""
    code = main([*words, "--json"])
    return json.loads(capsys.readouterr().out) | {"exit": code}


def limit_of(found: Any, name: str) -> Any:
    """A limit by name."""
    return next(one for one in found["limits"] if one["name"] == name)


@pytest.mark.rule("R-MRG-01")
@pytest.mark.parametrize(
    ("words", "share", "usable", "bound_by"),
    [
        (["--capital", "44500", "--vix", "16"], 0.50, 17_800.0, "phase 1"),  # 27.5
        (["--capital", "44500", "--vix", "16", "--stage", "1"], 0.30, 1_524.0, "stage 1"),
        (["--capital", "100000", "--vix", "12.99"], 0.45, 36_000.0, "regime LOW"),
        (["--capital", "100000", "--vix", "30.01"], 0.50, 40_000.0, "regime CRISIS"),
        (["--capital", "100000"], 0.80, 64_000.0, "phase 4"),  # nobody said VIX
        (["--capital", "100000", "--vix", "16", "--preset", "breakdown-v18"], 0.60, 48_000.0,
         "regime NORMAL"),
    ],
)  # fmt: skip
def test_buying_power_and_who_binds_it(
    words: list[str], share: float, usable: float, bound_by: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(["limits", *words], capsys)
    power = found["binding"]["buying_power"]
    assert (power["share"], power["usable"], power["bound_by"]) == (share, usable, bound_by)
    assert all(one["within"] for one in found["limits"])
    assert found["exit"] == Exit.OK


def test_a_file_shows_its_account_without_the_order_and_with_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(["limits", written(here, SPREAD)], capsys)
    power = limit_of(found, "buying power")
    assert power["used"] == 0.0
    assert power["with_order"] == pytest.approx(2000 / 60000)
    explained = answer(["margin", "--file", written(here, SPREAD)], capsys)
    assert float(explained["requirement"]) == pytest.approx(60000 * power["with_order"])
    assert limit_of(found, "margin of group A2")["used"] == 0.0


def test_a_page_says_it_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limits", "--capital", "44500", "--vix", "16", "--stage", "1"]) == Exit.OK
    page = capsys.readouterr().out
    assert "$44,500, of which $6,350 is traded: phase 1, stage 1, VIX 16" in page
    assert "buying power 0 % of 30 %: bound by stage 1" in page
    assert "campaigns 1 at most: bound by stage 1" in page


def test_an_account_that_may_open_nothing_is_told_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limits", "--capital", "39999", "--vix", "16"]) == Exit.REFUSED
    assert "nothing may be opened: phase 0" in capsys.readouterr().out


def test_a_file_may_be_told_vix_beside_it_once(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = written(here, changed(SPREAD, "vix", ...))
    assert main(["limits", silent, "--vix", "36"]) == Exit.REFUSED
    assert "VIX above 35" in capsys.readouterr().out
    assert main(["limits", written(here, SPREAD), "--vix", "36"]) == Exit.USAGE


def test_a_file_has_its_own_figures(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["limits", written(here, SPREAD), "--capital", "5000"])
    assert code == Exit.USAGE
    assert "--capital is for an account without a file" in capsys.readouterr().err


@pytest.mark.rule("R-SIZ-01")
def test_every_term_is_there_and_the_least_binds(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(["size", written(here, CONDOR)], capsys)
    assert found["strategy"] == "friday_0dte"
    known = [one["units"] for one in found["terms"] if one["units"] is not None]
    assert found["units"] == int(min(known))
    (binds,) = [one for one in found["terms"] if one["binds"]]
    assert (binds["name"], binds["units"]) == (found["bound_by"], min(known))
    rules = {one["rule"] for one in found["terms"]}
    assert rules >= {
        "R-GRK-01", "R-GRK-02", "R-GRK-04", "R-GRK-06", "R-MRG-01", "R-MRG-02", "R-MRG-03",
        "R-SIZ-01", "R-SIZ-02", "R-SIZ-03", "R-SIZ-04", "R-STR-01", "R-STR-02", "R-STR-03",
        "R-COR-05",
    }  # fmt: skip
    assert found["exit"] == Exit.OK


def test_nought_is_an_answer_and_every_term_is_still_worked_out(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(["size", written(here, LT112)], capsys)
    assert (found["units"], found["bound_by"]) == (0, "loss at the stop")
    assert found["max_loss"] is None
    assert found["stop_loss"] == 3400.0  # two credits of seventeen points on two puts, times fifty
    assert len(found["terms"]) >= 15
    assert found["exit"] == Exit.REFUSED


def test_what_it_asks_for_does_not_matter_and_what_it_holds_does(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, nine = (
        said(["size", written(here, changed(CONDOR, "order.units", n))], capsys) for n in (1, 9)
    )
    assert one == nine
    smaller = said(["size", written(here, changed(CONDOR, "account.net_liq", 22000))], capsys)
    assert smaller["units"] < one["units"]


def test_without_a_plan_it_may_lose_all_it_can(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(["size", written(here, SPREAD)], capsys)
    assert found["stop_loss"] == found["max_loss"] == 820.0
    assert found["units"] == 1
    assert any("no plan trades this" in one for one in found["assumed"])


def test_kelly_is_said_not_to_be_asked_while_there_is_no_record(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "mine.toml").write_text('[limits]\nkelly_mode = "on"\n', encoding="utf-8")
    found = said(["size", written(here, CONDOR), "--config", "mine.toml"], capsys)
    (kelly,) = [one for one in found["terms"] if one["rule"] == "R-SIZ-10"]
    assert kelly["units"] is None
    assert kelly["name"] == "Kelly's share (not asked: 0 of 20 closed)"


def test_an_exit_is_not_sized(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = [
        {"symbol": "SPY", "right": "P", "strike": 580, "expiry": "2026-07-17", "quantity": -2,
         "price": 6.40},
    ]  # fmt: skip
    legs = [{"right": "P", "strike": 580, "expiry": "2026-07-17", "quantity": 1, "price": 6.40}]
    closing = SPREAD | {"legs": legs, "order": {}, "account": {"net_liq": 60000, "held": held}}
    assert main(["size", written(here, closing)]) == Exit.USAGE
    assert "only closes" in capsys.readouterr().err


def test_a_symbol_without_a_row_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strange = changed(SPREAD, "underlying.symbol", "ZZZ")
    assert main(["size", written(here, strange)]) == Exit.USAGE
    assert "ZZZ has no row of its own" in capsys.readouterr().err


def test_a_page_names_what_binds(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", written(here, CONDOR)]) == Exit.OK
    page = capsys.readouterr().out
    assert "4 units: bound by change of delta (R-GRK-02)" in page
    assert "One unit loses $61 at its stop" in page


def marks(page: str) -> dict[str, str]:
    """The word behind each limit of a page, by its rule."""
    rows = re.findall(r"(R-[A-Z0-9]+-\d+) +(OVER(?: without the order)?|UNKNOWN)?", page)
    return dict(rows)


@pytest.mark.rule("R-STR-01", "R-MRG-01", "R-GRK-01", "R-GRK-04", "R-COR-05")
def test_a_limit_that_does_not_hold_is_marked_with_a_word_and_by_the_exit_code(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    six = written(here, changed(LT112, "order", {"units": 6}))
    assert main(["limits", six]) == Exit.REFUSED
    seen = marks(capsys.readouterr().out)
    for rule in ("R-STR-01", "R-MRG-01", "R-GRK-01", "R-GRK-04", "R-COR-05"):
        assert seen[rule] == "OVER"
    assert (seen["R-BRK-01"], seen["R-STR-02"]) == ("", "UNKNOWN")
    found = said(["limits", six], capsys)
    assert found["exit"] == Exit.REFUSED
    loss = limit_of(found, "loss under AUG5_LOW")
    assert (loss["within"], loss["within_with_order"]) == (True, False)


def test_limits_that_all_hold_have_no_mark(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limits", written(here, SPREAD)]) == Exit.OK
    assert set(marks(capsys.readouterr().out).values()) == {""}


@pytest.mark.rule("R-POS-01", "R-POS-03", "R-COR-02")
def test_the_order_of_a_file_is_a_campaign(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = [
        {"symbol": "SPY", "right": "P", "strike": 560, "expiry": day, "quantity": -1, "price": 5}
        for day in ("2026-07-17", "2026-08-21")
    ]
    found = said(["limits", written(here, changed(SPREAD, "account.held", held))], capsys)
    for name in ("campaigns in all", "slots on SPY", "slots of A1 and A2"):
        limit = limit_of(found, name)
        assert (limit["used"], limit["with_order"]) == (2, 3)
    assert not limit_of(found, "slots on SPY")["within_with_order"]
    assert found["exit"] == Exit.REFUSED


@pytest.mark.rule("R-VIX-02", "R-BRK-09")
@pytest.mark.parametrize(
    ("vix", "why"),
    [
        ("35", []),
        ("35.01", ["VIX above 35 (R-VIX-02)"]),
        ("60", ["VIX above 35 (R-VIX-02)", "VIX above 50: manual mode (R-BRK-09)"]),
    ],
)
def test_above_the_levels_of_vix_nothing_may_be_opened(
    vix: str, why: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["limits", "--capital", "100000", "--vix", vix]
    found = said(words, capsys)
    assert found["binding"]["may_open"] is (not why)
    assert [one["source"] for one in found["governors"] if not one["may_open"]] == why
    assert main(words) == (Exit.REFUSED if why else Exit.OK)
    assert (f"nothing may be opened: {', '.join(why)}" in capsys.readouterr().out) is bool(why)


@pytest.mark.parametrize("capital", ["1e300", "nan", "inf", "0", "-5"])
def test_a_capital_that_is_none_is_refused(
    capital: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["limits", "--capital", capital]) == Exit.USAGE
    assert "a positive number of dollars, at most 1,000,000,000" in capsys.readouterr().err


def test_an_account_that_owes_has_no_room(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = said(["limits", written(here, changed(SPREAD, "account.net_liq", -5))], capsys)
    for name in ("delta of the book", "change of delta", "theta", "vega"):
        assert limit_of(found, name)["bound"] == 0
    assert found["exit"] == Exit.REFUSED


@pytest.mark.rule("R-VIX-02", "R-BRK-09")
@pytest.mark.parametrize(
    ("vix", "rule"), [(35, "R-SIZ-01"), (35.01, "R-VIX-02"), (50.01, "R-VIX-02")]
)
def test_no_unit_fits_above_the_ceiling_of_vix(
    vix: float, rule: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(["size", written(here, changed(SPREAD, "vix", vix))], capsys)
    assert found["rule"] == rule
    assert (found["units"] == 0) is (rule == "R-VIX-02")
    assert found["exit"] == (Exit.OK if found["units"] else Exit.REFUSED)
    beside = said(["size", written(here, changed(SPREAD, "vix", ...)), "--vix", str(vix)], capsys)
    assert (beside["units"], beside["rule"]) == (found["units"], rule)


@pytest.mark.rule("R-VIX-08")
def test_no_call_fits_in_a_crisis_where_puts_alone_are_opened(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "mine.toml").write_text("[limits]\ncrisis_opens = 'puts'\n")
    for right, rule in (("P", ""), ("C", "R-VIX-08")):
        order = changed(changed(SPREAD, "vix", 31), "legs.1.right", right)
        order = changed(changed(order, "legs.1.strike", 640), "order", {}) if rule else order
        found = said(["size", written(here, order), "--config", "mine.toml"], capsys)
        assert (found["rule"] == "R-VIX-08") is bool(rule)


@pytest.mark.rule("R-BRK-07")
def test_no_unit_fits_where_a_governor_lets_nothing_be_opened(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = said(["size", written(here, changed(SPREAD, "account.net_liq", 30000))], capsys)
    assert (small["units"], small["rule"]) == (0, "R-BRK-07")
    assert small["bound_by"] == "nothing may be opened: phase 0"
