"""Every published margin case comes out to the cent, with its source; what was printed wrong is said."""

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.core.contract import Right
from tomking.core.product import Kind
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.margin.leg import Margin, MarginLeg, Underlying
from tomking.portfolio.margin.rule import requirement

pytestmark = [pytest.mark.unit, pytest.mark.risk]

DATA = Path(__file__).parents[2] / "data" / "margin"
SHEET = json.loads((DATA.parent / "rulebook_27.json").read_text(encoding="utf-8"))["27.9"]
#: Cases published in each file, and how many of them belong to a model of prices.
FILES = {
    "cboe.json": (15, 0),
    "derived.json": (16, 0),
    "interactive_brokers.json": (9, 0),
    "lean_matcher.json": (11, 0),
    "lean_naked.json": (19, 0),
    "misc.json": (14, 2),
    "tastytrade.json": (10, 0),
}
RIGHTS = {"C": Right.CALL, "P": Right.PUT}
FIGURES = ("requirement", "maintenance", "bp_effect")


def read(name: str) -> dict[str, Any]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def asked(case: dict[str, Any]) -> Margin:
    on = case["underlying"]
    kind = Kind(on["kind"])
    legs = [
        MarginLeg(
            RIGHTS[leg["right"]],
            float(leg["strike"]),
            date.fromisoformat(leg["expiry"]),
            leg["quantity"],
            float(leg["price"]),
        )
        for leg in case["legs"]
    ]
    if "shares" in case:
        legs.append(MarginLeg(None, 0.0, date.max, case["shares"], float(on["price"])))
    underlying = Underlying(on["symbol"], float(on["price"]), kind)
    return requirement(legs, underlying, house_for(kind, case["house"], on["symbol"]))


def dollars(figure: float) -> Decimal:
    return Decimal(str(figure))


CASES = [pytest.param(case, id=case["id"]) for name in FILES for case in read(name)["cases"]]


@pytest.mark.parametrize("case", CASES)
def test_a_published_case_comes_out_to_the_cent(case: dict[str, Any]) -> None:
    margin = asked(case)
    assert margin.requirement == dollars(case["requirement"])
    assert margin.method == case.get("method", "universal")
    if "shares" not in case:
        assert margin.maintenance == margin.requirement
    if "maintenance" in case:
        assert margin.maintenance == dollars(case["maintenance"])
    if "bp_effect" in case:
        assert margin.bp_effect == dollars(case["bp_effect"])
    if "uncovered" in case:
        left = [[one.right.value[0], one.strike, one.count] for one in margin.uncovered]
        assert sorted(left) == sorted(case["uncovered"])


PRINTED = [case for case in CASES if "printed" in case.values[0]]


@pytest.mark.parametrize("case", PRINTED)
def test_a_figure_printed_otherwise_is_rounded_or_explained(case: dict[str, Any]) -> None:
    """Printed to the dollar it is ours rounded; with fees it is ours and the fees; else it says why."""
    fees = dollars(case.get("fees", 0))
    for name, figure in case["printed"].items():
        ours = dollars(case[name]) + fees
        if ours != dollars(figure):
            assert len(case["note"]) > 10
            is_rounded = ours.quantize(Decimal(1), ROUND_HALF_UP) == dollars(figure)
            assert is_rounded == (case["note"] == "printed to the dollar")


@pytest.mark.parametrize("name", FILES)
def test_every_published_case_is_here(name: str) -> None:
    file = read(name)
    published, model = FILES[name]
    assert file["published"] == published
    assert len(file.get("model", [])) == model
    assert len({case["id"] for case in file["cases"]}) == published - model
    assert "later" not in file


@pytest.mark.parametrize("name", FILES)
def test_every_case_or_its_file_names_a_source(name: str) -> None:
    file = read(name)
    rows = [*file["cases"], *file.get("model", [])]
    assert len(file["about"]) > 40 or all(len(row["source"]) > 5 for row in rows)
    assert all("source" in row for row in file.get("model", []))


def naked_put(price: float, strike: float, mark: float, kind: Kind, symbol: str) -> Margin:
    leg = MarginLeg(Right.PUT, strike, date(2026, 6, 19), -1, mark)
    return requirement([leg], Underlying(symbol, price, kind), house_for(kind, symbol=symbol))


@pytest.mark.parametrize("case", SHEET, ids=lambda c: c["symbol"])
def test_the_rule_books_naked_puts(case: dict[str, Any]) -> None:
    """Rule book, fixture 27.9."""
    margin = naked_put(
        case["price"], case["strike"], case["premium"], Kind(case["kind"]), case["symbol"]
    )
    assert margin.requirement == Decimal(case["requirement"])
    assert margin.bp_effect == Decimal(case["bp_effect"])
