"""``tomking margin --what-if tims``: portfolio margin beside the house's figure, and who has none."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from architecture.tree import ROOT
from tomking.app.main import main
from worlds.tickets import LT112, SPREAD, answer, changed, refused, written

pytestmark = [pytest.mark.integration, pytest.mark.risk]

CBOE = ROOT / "tests" / "data" / "margin" / "cboe.json"
#: The portfolio column of the same table, and how near a model comes that has to guess the clearing
#: house's volatilities. Interest is that of the day, the yields those of the two: all three assumed.
PORTFOLIO = {
    "short-call": (115_429, 0.02, 0.012),
    "collar": (33_522, 0.01, 0.012),
    "long-straddle": (7_500, 0.0, 0.012),
    "short-index-call": (654_514, 0.02, 0.018),
}
#: A put spread of the last day, hand-worked: at 85 it has lost 5.00 less the 0.60 received.
LAST_DAY: dict[str, Any] = {
    "underlying": {"symbol": "ACME", "price": 100, "kind": "equity"},
    "house": "tastytrade",
    "at": "2026-06-18T10:30",
    "legs": [
        {"right": "P", "strike": 95, "expiry": "2026-06-18", "quantity": -1, "price": 1.00},
        {"right": "P", "strike": 90, "expiry": "2026-06-18", "quantity": 1, "price": 0.40},
    ],
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "empty"))
    return tmp_path


def asked(file: object, here: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    return answer(["margin", "--file", written(here, file), "--what-if", "tims"], capsys)


@pytest.mark.parametrize("name", PORTFOLIO)
def test_the_published_column_comes_out_as_near_as_a_model_can(
    name: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = json.loads(CBOE.read_text(encoding="utf-8"))["cases"]
    case = next(case for case in cases if case["id"] == name)
    printed, near, dividends = PORTFOLIO[name]
    file = {key: case[key] for key in ("underlying", "house", "legs", "shares") if key in case}
    file |= {"at": "2007-02-23", "rate": 0.0525, "dividend_yield": dividends}
    found = asked(file, here, capsys)
    assert float(found["what_if"]["requirement"]) == pytest.approx(printed, rel=near)
    assert found["requirement"] == Decimal(str(case["requirement"]))


def test_a_spread_on_its_last_day_is_worked_by_hand(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(LAST_DAY, here, capsys)
    assert found["requirement"] == 500
    assert found["what_if"] == {
        "method": "tims", "requirement": Decimal("440.00"), "evidence": "estimate",
        "loss": Decimal("440.00"), "minimum": Decimal("75.00"), "worst_price": Decimal("85.00"),
        "moves": [Decimal("-0.15"), Decimal("0.15")],
    }  # fmt: skip


def test_units_and_shares_count(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    two = asked(LAST_DAY | {"order": {"units": 2}}, here, capsys)["what_if"]
    assert (two["requirement"], two["minimum"]) == (880, 150)
    short = changed(LAST_DAY, "legs.0.quantity", 1)["legs"][:1]
    held = asked(LAST_DAY | {"legs": short, "shares": 100}, here, capsys)["what_if"]
    assert held["requirement"] == 600  # 1,500 on the shares, less 10.00 the put gains, plus 1.00


def test_the_promised_keys_stay_and_nothing_is_added_unasked(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(here, SPREAD)
    plain = answer(["margin", "--file", path], capsys)
    beside = answer(["margin", "--file", path, "--what-if", "tims"], capsys)
    assert "what_if" not in plain
    assert {key: beside[key] for key in plain} == plain
    assert list(beside)[:4] == ["requirement", "bp_effect", "uncovered", "method"]


def test_the_page_says_that_it_is_an_estimate(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(here, LAST_DAY)
    assert main(["margin", "--file", path, "--what-if", "tims"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "What if $440.00 by portfolio margin, an estimate: the worst of 10 prices" in said
    assert "from −15 % to +15 %, at 85.00" in said
    assert main(["margin", "--file", path]) == 0
    assert "What if" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (LT112, "ES is a future: its margin is a scan"),
        (
            changed(LAST_DAY, "underlying", {"symbol": "VIX", "price": 100, "kind": "volatility"})
            | {"at": "2026-06-17T10:30"},
            "VIX is volatility, and no range of portfolio margin for that is known",
        ),
        (changed(SPREAD, "house", "cash"), "cash is an account that may not borrow"),
        (changed(SPREAD, "house", "ira"), "ira is an account that may not borrow"),
    ],
)
def test_what_has_no_portfolio_margin_is_refused_in_a_sentence(
    file: dict[str, Any], sentence: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ([], ["--json"]):
        path = written(here, file)
        refused(["margin", "--file", path, "--what-if", "tims", *words], sentence, capsys)


def test_another_method_is_refused_with_the_one_there_is(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["margin", "--file", written(here, SPREAD), "--what-if"]
    refused([*words, "tim"], "unknown what-if 'tim'; did you mean 'tims'?", capsys)
    refused([*words, "span"], "unknown what-if 'span'; choose one of tims", capsys)
