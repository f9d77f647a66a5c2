"""Every published margin case that the one-underlying rule covers comes out to the cent."""

import json
from datetime import date
from decimal import Decimal
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
#: Cases published, and how many of them are left for later: stock with options, cash accounts,
#: portfolio margin, figures without a position. Each says why in its file.
FILES = {
    "derived.json": (16, 0),
    "lean_matcher.json": (11, 1),
    "lean_naked.json": (19, 0),
    "misc.json": (14, 5),
    "tastytrade.json": (10, 1),
}
RIGHTS = {"C": Right.CALL, "P": Right.PUT}


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
    underlying = Underlying(on["symbol"], float(on["price"]), kind)
    return requirement(legs, underlying, house_for(kind, case["house"], on["symbol"]))


CASES = [pytest.param(case, id=case["id"]) for name in FILES for case in read(name)["cases"]]


@pytest.mark.parametrize("case", CASES)
def test_a_published_case_comes_out_to_the_cent(case: dict[str, Any]) -> None:
    margin = asked(case)
    assert margin.requirement == Decimal(str(case["requirement"]))
    assert margin.method == "universal"
    if "bp_effect" in case:
        assert margin.bp_effect == Decimal(str(case["bp_effect"]))
    if "uncovered" in case:
        left = [[one.right.value[0], one.strike, one.count] for one in margin.uncovered]
        assert sorted(left) == sorted(case["uncovered"])


@pytest.mark.parametrize("name", FILES)
def test_every_published_case_is_here_or_says_why_not(name: str) -> None:
    file = read(name)
    published, later = FILES[name]
    assert file["published"] == published
    assert len(file["later"]) == later
    assert len(file["cases"]) + later == published
    assert all(len(one["reason"]) > 10 for one in file["later"])


def naked_put(price: float, strike: float, mark: float, kind: Kind, symbol: str) -> Margin:
    leg = MarginLeg(Right.PUT, strike, date(2026, 6, 19), -1, mark)
    return requirement([leg], Underlying(symbol, price, kind), house_for(kind, symbol=symbol))


@pytest.mark.parametrize(
    ("price", "strike", "mark", "kind", "symbol", "need", "effect"),
    [
        (47.5, 45.0, 0.50, Kind.EQUITY, "ACME", "750", "700"),
        (600.0, 490.0, 6.50, Kind.ETF, "SPY", "5550", "4900"),
        (600.0, 490.0, 6.50, Kind.BROAD_INDEX, "XSP", "8000", "7350"),
    ],
)
def test_the_rule_books_naked_puts(
    price: float, strike: float, mark: float, kind: Kind, symbol: str, need: str, effect: str
) -> None:
    """Rule book, fixture 27.9."""
    margin = naked_put(price, strike, mark, kind, symbol)
    assert margin.requirement == Decimal(need)
    assert margin.bp_effect == Decimal(effect)
