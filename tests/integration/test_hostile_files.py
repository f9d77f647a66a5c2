"""Files nobody would write on purpose: each is answered in valid JSON, or refused in one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from tomking.app.main import main
from tomking.core.errors import Exit
from worlds.tickets import LT112, SPREAD, answer, changed, refused, written

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "empty"))
    return tmp_path


def test_a_mark_before_the_text_is_no_part_of_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some editors write one."""
    marked = answer(["margin", "--file", written(here, "\ufeff" + json.dumps(SPREAD))], capsys)
    assert marked == answer(["margin", "--file", written(here, SPREAD)], capsys)
    refused(["margin", "--file", written(here, "\ufeff")], "is empty", capsys)


#: Places and figures no desk has, and which are read all the same.
EXTREMES: list[dict[str, Any]] = [
    {"underlying.price": 1e-9},
    {"underlying.price": 999_999_999},
    {"legs.0.quantity": 100_000, "order.units": 100_000},
    {"legs.0.price": 0, "legs.1.price": 0},
    {"rate": 1, "dividend_yield": -1},
    {"rate": -1},
    {"vix": 1},
    {"vix": 1000},
    {"order.limit": -999_999_999},
    {"account.net_liq": 0, "account.cash": -1e8},
    {"account.net_liq": -5000},
    {"legs.0.right": "C", "legs.0.strike": 100, "legs.0.price": 0},
    {"legs.0.strike": 700, "legs.0.price": 1},
    {"legs.0.expiry": "2040-06-15"},
    {"underlying.symbol": "CL", "underlying.kind": "equity"},
    {"underlying.symbol": "SPX"},
    {"at": "2026-06-07T03:00"},
    {"legs.1.expiry": "2028-12-15", "legs.1.strike": 1, "legs.1.price": 0.99, "rate": 0.5},
    {"legs.1.expiry": "2028-12-15", "legs.1.strike": 12, "legs.1.price": 11.5},
]


#: Legs that imply volatilities of thousands of per cent, or next to none over years of interest.
WILD: dict[str, dict[str, Any]] = {
    "a put of 2028 for nothing beside one of tonight": {
        "underlying": {"symbol": "6E", "price": 1.15, "kind": "future"}, "house": "tastytrade",
        "at": "2026-06-05T15:59",
        "legs": [
            {"right": "P", "strike": 1.1, "expiry": "2026-06-05", "quantity": 2, "price": 1.03},
            {"right": "P", "strike": 0.01, "expiry": "2028-12-15", "quantity": -3, "price": 0},
        ],
    },
    "a calendar of nearly the whole price": {
        "underlying": {"symbol": "ACME", "price": 3, "kind": "equity"}, "house": "tastytrade",
        "at": "2026-06-05",
        "legs": [
            {"right": "C", "strike": 6, "expiry": "2026-06-05", "quantity": 3, "price": 2.7},
            {"right": "C", "strike": 0.9, "expiry": "2028-12-15", "quantity": -3, "price": 2.99},
        ],
    },
    "a call far away for a thousandth, interest of a half": {
        "underlying": {"symbol": "SPY", "price": 600, "kind": "etf"}, "house": "tastytrade",
        "at": "2026-06-05", "rate": 0.5,
        "legs": [
            {"right": "C", "strike": 1200, "expiry": "2027-06-18", "quantity": -2, "price": 0.0001},
            {"right": "P", "strike": 300, "expiry": "2028-12-15", "quantity": -2, "price": 0.0001},
        ],
    },
}  # fmt: skip


@pytest.mark.parametrize("x", WILD.values(), ids=list(WILD))
def test_a_volatility_beyond_every_market_is_explained_all_the_same(
    x: dict[str, Any], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answer(["explain", written(here, x)], capsys)
    assert all(one["chance"] is None or 0 <= one["chance"] <= 1 for one in said["chances"]["touch"])


@pytest.mark.parametrize("changes", EXTREMES, ids=lambda changes: next(iter(changes)))
def test_what_no_desk_has_is_answered_in_json_all_the_same(
    changes: dict[str, Any], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x = SPREAD
    for place, value in changes.items():
        x = changed(x, place, value)
    path = written(here, x)
    for words in (["margin", "--file", path], ["explain", path]):
        said = main([*words, "--json"])
        assert said in (Exit.OK, Exit.REFUSED)
        json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
        assert main(words) == said
        assert capsys.readouterr().err == ""


def test_a_share_may_have_the_name_of_a_future_or_an_index(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is charged and ticked as a share, belongs to no plan for the future, and that is said."""
    share = changed(changed(LT112, "underlying.kind", "equity"), "order.limit", 25.01)
    said = answer(["explain", written(here, share)], capsys)
    assert (said["plan"], said["objections"]) == (None, [])
    assert said["fees"]["order"]["exchange"] == 0
    assert (
        "ES is of the kind equity, and not the E-mini S&P 500 future of that name"
        in said["assumed"]
    )


def test_two_prices_of_one_contract_are_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = [{"symbol": "SPY", "quantity": 100, "price": 550}]
    said = answer(["explain", written(here, changed(SPREAD, "account.held", held))], capsys)
    assert "SPY is taken at 600, not at the 550 of another row" in said["assumed"]


@pytest.mark.parametrize(
    ("expiry", "said"),
    [
        ("2040-06-15", "legs[0].expiry: no ES future after 2040-06-15 is known here: the calendar"),
        ("2032-12-31", "legs[0].expiry: no ES future after 2032-12-31 is known here"),
        ("1990-06-15", "legs[0].expiry: 1990-06-15 is over at"),
    ],
)
def test_an_option_on_a_future_expires_within_the_calendar(
    expiry: str, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(["explain", written(here, changed(LT112, "legs.0.expiry", expiry))], said, capsys)


def test_a_path_is_said_so_that_it_fits_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in ("", "   "):
        refused(["margin", "--file", path], "no file is named: give its path, or -", capsys)
    assert main(["margin", "--file", "x" * 5000]) == 2
    assert len(capsys.readouterr().err) < 300
    refused(["margin", "--file", "a\nb"], r"'a\nb' cannot be read: No such file", capsys)
    monkeypatch.setattr("sys.stdin", None)
    refused(["margin", "--file", "-"], "standard input is closed: pipe the file in", capsys)


@pytest.mark.parametrize(
    ("cash", "said"), [(21_999, True), (22_000, False), (23_200, False), (23_201, True)]
)
def test_an_account_that_does_not_add_up_is_told_and_its_net_liq_taken(
    cash: int, said: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """38,000 of holdings beside the cash; a hundredth of 60,000 may be missing unsaid."""
    held = [
        {
            "symbol": "SPY",
            "right": "C",
            "strike": 400,
            "expiry": "2027-06-18",
            "quantity": 2,
            "price": 220,
        },
        {
            "symbol": "SPY",
            "right": "P",
            "strike": 560,
            "expiry": "2026-07-17",
            "quantity": -2,
            "price": 30,
        },
    ]
    x = changed(changed(SPREAD, "account.held", held), "account.cash", cash - 600)
    found = answer(["explain", written(here, x)], capsys)
    assert any("of its cash and holdings: check them" in one for one in found["assumed"]) == said
    assert found["net_liq"] == 60_000
