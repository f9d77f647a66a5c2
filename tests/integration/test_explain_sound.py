"""``tomking explain`` and what a careful person would notice: a sign, a ratio, a date, a month."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.app.main import main
from tomking.core.errors import Exit
from worlds.tickets import LT112, SPREAD, answer, changed, refused, written

pytestmark = [pytest.mark.integration]

#: A put and a call of one strike and a future: what one gains the others lose.
CONVERSION: dict[str, Any] = {
    "underlying": {"symbol": "ES", "price": 6000, "kind": "future"},
    "house": "tastytrade",
    "at": "2026-06-05T10:30",
    "shares": 1,
    "legs": [
        {"right": "P", "strike": 6000, "expiry": "2026-07-17", "quantity": 1, "price": 60},
        {"right": "C", "strike": 6000, "expiry": "2026-07-17", "quantity": -1, "price": 60},
    ],
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "empty"))
    return tmp_path


@pytest.mark.rule("R-VEN-02")
@pytest.mark.parametrize(
    ("limit", "names"),
    [
        (1.80, []),
        (-1.80, ["best that can come of it"]),
        (-50.0, ["best that can come of it", "limit below mid"]),
    ],
)
def test_a_limit_of_the_wrong_sign_is_told_by_what_can_come_of_it(
    limit: float, names: list[str], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(here, SPREAD | {"order": {"limit": limit}})
    said = answer(["explain", path], capsys)
    assert [one["name"] for one in said["objections"]] == names
    assert main(["explain", path]) == (Exit.REFUSED if names else Exit.OK)
    assert ("Check the price" in capsys.readouterr().out) is bool(names)


def test_a_box_that_is_sold_is_a_loan_and_no_mistake(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    legs = [
        {"right": right, "strike": strike, "expiry": "2026-07-17", "quantity": n, "price": price}
        for right, strike, n, price in (
            ("C", 590, -1, 20.0), ("C", 600, 1, 13.0), ("P", 600, -1, 11.8), ("P", 590, 1, 8.9),
        )
    ]  # fmt: skip
    said = answer(["explain", written(here, SPREAD | {"legs": legs})], capsys)
    assert said["max_profit"] == -said["max_loss"] < 0
    assert said["objections"] == []


@pytest.mark.parametrize(("times", "limit"), [(1, None), (2, 3.60), (5, 9.00)])
def test_legs_in_a_common_multiple_are_so_many_units_of_the_smallest_ratio(
    times: int, limit: float | None, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the broker reads them, so that an order copied from him is not refused."""
    many = SPREAD | {
        "legs": [leg | {"quantity": leg["quantity"] * times} for leg in SPREAD["legs"]]
    }
    one = SPREAD | {"order": {"units": times, **({"limit": limit / times} if limit else {})}}
    ask = many | ({"order": {"limit": limit}} if limit else {"order": {}})
    found, same = (answer(["explain", written(here, x)], capsys) for x in (ask, one))
    assert found["objections"] == []
    said = f"the legs are {times} units of their smallest ratio"
    assert any(line.startswith(said) for line in found["assumed"]) is (times > 1)
    del found["assumed"], same["assumed"]
    assert found == same


@pytest.mark.parametrize(("day", "closed"), [("2026-07-02", False), ("2026-07-03", True)])
def test_an_expiry_on_a_market_holiday_is_said_and_objected_to(
    day: str, closed: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = changed(changed(SPREAD, "legs.0.expiry", day), "legs.1.expiry", day)
    said = answer(["explain", written(here, file)], capsys)
    assert any("market holiday" in one["observed"] for one in said["objections"]) is closed
    assert any("market holiday" in line for line in said["assumed"]) is closed
    assert main(["margin", "--file", written(here, file)]) == Exit.OK
    assert ("market holiday" in capsys.readouterr().out) is closed


@pytest.mark.parametrize("expiry", ["2026-06-12", "2026-07-17", "2026-09-18"])
def test_a_future_is_of_the_month_its_options_are_on(
    expiry: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that a conversion is one, whenever the options end: only the least for a short is asked."""
    file = changed(changed(CONVERSION, "legs.0.expiry", expiry), "legs.1.expiry", expiry)
    said = answer(["margin", "--file", written(here, file)], capsys)
    assert said["scan"]["loss"] == said["scan"]["spread_credit"] == 0
    assert 0 < said["requirement"] < 200


@pytest.mark.parametrize(("symbol", "settles"), [("VIX", "AM"), ("SPX", "PM")])
def test_options_on_a_volatility_index_are_fixed_in_the_morning_unless_said(
    symbol: str, settles: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = "volatility" if symbol == "VIX" else "broad_index"
    on = {"symbol": symbol, "price": 600, "kind": kind}
    short = changed(changed(SPREAD, "legs", SPREAD["legs"][:1]), "underlying", on)
    (left,) = answer(["margin", "--file", written(here, short)], capsys)["uncovered"]
    assert left["settles"] == settles


@pytest.mark.parametrize(
    ("symbol", "said"),
    [("AAPL1", "an adjusted contract"), ("S P Y", "is not a symbol"), ("12345", "adjusted")],
)
def test_a_symbol_no_share_has_is_refused(
    symbol: str, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on = {"symbol": symbol, "price": 600, "kind": "equity"}
    for words in (["margin", "--file"], ["explain"]):
        refused([*words, written(here, changed(SPREAD, "underlying", on))], said, capsys)


@pytest.mark.parametrize("file", [SPREAD, LT112])
def test_without_an_account_the_settings_have_one_on_every_line(
    file: dict[str, Any], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = {key: value for key, value in file.items() if key not in ("account", "vix")}
    said = answer(["explain", written(here, alone)], capsys)
    assert said["buying_power"]["before"] == Decimal(44_500)
    main(["explain", written(here, alone)])
    assert "unknown without a `vix`" in capsys.readouterr().out


def fund(symbol: str, kind: str, price: float, **more: Any) -> dict[str, Any]:
    """A call sold a little out of the money, of an account that is asked about."""
    call = {"right": "C", "strike": 25, "expiry": "2026-07-22", "quantity": -1, "price": 1.2}
    return {
        "underlying": {"symbol": symbol, "price": price, "kind": kind, **more},
        "house": "tastytrade", "at": "2026-06-05T10:30", "vix": 18, "legs": [call],
        "order": {"units": 10}, "account": {"net_liq": 60000},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "there"),
    [
        (fund("VIX", "volatility", 18.0), 18.0 * 2.8),
        (fund("TQQQ", "leveraged_etf", 20.0, leverage=3), 20.0 * (1 - 3 * 0.073)),
        (fund("SQQQ", "leveraged_etf", 20.0, leverage=-3), 20.0 * (1 + 3 * 0.073)),
        (fund("ACME", "equity", 20.0), 20.0 * (1 - 0.073)),
    ],
    ids=["VIX", "three times", "minus three times", "once"],
)
def test_on_a_bad_day_everything_goes_where_it_went(
    file: dict[str, Any], there: float, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """5 August 2024 at its low: the index 7.3 % down, 30-day volatility times 2.8."""
    said = answer(["explain", written(here, file)], capsys)
    (row,) = [one for one in said["stress"] if one["scenario"] == "AUG5_LOW"]
    assert float(row["underlying"]) == pytest.approx(there)
    at_the_end = 1000.0 * max(there - 25.0, 0.0) - 1200.0
    assert float(row["loss"]) > at_the_end
    if (
        there > 25.0
    ):  # a naked call in the money needs its rate of where the price is then, at least
        assert float(row["requirement"]) > 0.2 * 1000.0 * there


def test_calls_on_vix_that_are_sold_are_called_when_vix_rises(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The levels are of an index at 100, as VIX is not what falls."""
    said = answer(["explain", written(here, fund("VIX", "volatility", 18.0))], capsys)[
        "margin_call"
    ]
    assert said["root"] == "index"
    assert said["vix"]["index"] == 100
    assert 30 < said["vix"]["vix"] < 90
    assert said["below"]["index"] < 100 < said["above"]["index"]
    assert (said["below"]["never"], said["above"]["never"]) == (False, True)
