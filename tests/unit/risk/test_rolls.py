"""A roll closes one leg and opens another: it is judged on what it changes, and on nothing else."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tomking.core.order import Leg, Order, Purpose
from tomking.core.reading import Reading
from tomking.portfolio import marks as worth
from tomking.portfolio.columns import columns
from tomking.risk.case import Case, open_case
from tomking.risk.exposure import added, stress_loss
from tomking.risk.sizing import margin_of_strategy
from tomking.risk.view import View
from worlds.board import board
from worlds.gates import AHEAD, answers
from worlds.orders import book_with, legs_of, order, preview, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]


def held(text: str, units: int = 1) -> View:
    """A view in which a position is held and net liq is a round figure."""
    market = board(price=6042.0, vol=0.2)
    opened = order(text, strategy="x", campaign="x", units=units, expiry=AHEAD)
    book = book_with(market.at, (opened, ("20.00",) * len(opened.legs)))
    return replace(view(market, book), net_liq=100_000.0)


def roll(closes: str, opens: str, units: int = 1, purpose: Purpose = Purpose.ROLL) -> Order:
    """An order that closes some legs and opens others."""
    gone, come = legs_of(closes, AHEAD), legs_of(opens, AHEAD)
    legs = (
        *(Leg(contract, n, "all", opens=False) for n, contract in gone),
        *(Leg(contract, n, "all") for n, contract in come),
    )
    return Order("x/roll", 1, purpose, "x", "x", legs, units, Decimal("1.00"), closes="x/open:all")


def measured(wanted: Order, seen: View) -> Case:
    return open_case(wanted, seen, preview())


def test_what_a_roll_closes_is_gone_from_the_stress_and_the_gross_delta() -> None:
    """They come out as if the book had been put together anew."""
    seen = held("-2 5800 P")
    case = measured(roll("+1 5800 P", "-1 5700 P"), seen)
    anew = columns([(contract, n) for n, contract in legs_of("-1 5800 P, -1 5700 P", AHEAD)])
    marks = seen.market.marks(anew)
    assert case.stress_after == pytest.approx(stress_loss(anew, seen, marks))
    gross = worth.gross_dollar_delta(seen.book.legs, seen.marks)
    more = added(worth.gross_dollar_delta, case.order, case.legs, case.marks)
    assert gross + more == pytest.approx(worth.gross_dollar_delta(anew, marks))
    assert case.before.delta > case.after.delta > 0.0


def test_what_only_opens_is_added_whole() -> None:
    seen = held("-2 5800 P")
    wanted = order("-1 5700 P", expiry=AHEAD)
    case = measured(wanted, seen)
    more = added(worth.gross_dollar_delta, wanted, case.legs, case.marks)
    assert more == worth.gross_dollar_delta(case.legs, case.marks)


@pytest.mark.rule("R-GRK-06")
def test_a_roll_further_out_passes_the_leverage_it_makes_smaller() -> None:
    seen = held("-1 6000 P", units=20)
    out = answers(seen, wanted=roll("+1 6000 P", "-1 5700 P", units=20))["R-GRK-06"]
    assert out.passed
    assert isinstance(out.observed, float)
    nearer = answers(seen, wanted=roll("+1 6000 P", "-1 6040 P", units=20))["R-GRK-06"]
    assert not nearer.passed


#: rule -> rows of (margin before and after, and of the order alone; passes)
NET: dict[str, list[tuple[tuple[float, float, float], bool]]] = {
    "R-MRG-01": [
        ((60_000.0, 59_000.0, 9e9), True),  # more than 52,000 is in use and it grows smaller
        ((60_000.0, 60_000.0, 9e9), True),
        ((60_000.0, 60_001.0, 9e9), False),
    ],
    "R-MRG-02": [
        ((90_000.0, 85_000.0, 0.0), True),
        ((90_000.0, 90_000.0, 0.0), True),
        ((90_000.0, 90_001.0, 0.0), False),
        ((70_000.0, 80_000.0, 0.0), True),
        ((70_000.0, 80_001.0, 0.0), False),
    ],
    "R-MRG-03": [
        ((10_000.0, 40_000.0, 9e9), True),  # 30 % of net liq, whatever the legs would need alone
        ((10_000.0, 40_001.0, 0.0), False),
    ],
    "R-STR-02": [
        ((60_000.0, 50_000.0, 0.0), True),
        ((60_000.0, 70_000.0, 0.0), False),
    ],
}


@pytest.mark.parametrize(
    ("rule", "dry_run", "passes"),
    [
        pytest.param(rule, *row, id=f"{rule}-{number}", marks=pytest.mark.rule(rule))
        for rule, rows in NET.items()
        for number, row in enumerate(rows)
    ],
)
def test_margin_of_a_roll_is_held_against_what_it_adds(
    rule: str, dry_run: tuple[float, float, float], passes: bool
) -> None:
    wanted = roll("+1 5000 P", "-1 4900 P")
    assert answers(held("-1 5000 P"), wanted=wanted, dry_run=dry_run)[rule].passed is passes


@pytest.mark.parametrize("rule", sorted(NET))
def test_an_opening_order_finds_the_limit_as_it_is(rule: str) -> None:
    """A book over its limit lends nothing to what only opens."""
    row: dict[str, Any] = {"dry_run": (90_000.0, 89_000.0, 40_000.0)}
    wanted = order("-1 4900 P", "5.00", expiry=AHEAD, strategy="x", campaign="y")
    said: Reading = answers(held("-1 5000 P"), wanted=wanted, **row)[rule]
    assert not said.passed
    rolled = roll("+1 5000 P", "-1 4900 P")
    assert answers(held("-1 5000 P"), wanted=rolled, **row)[rule].passed


@pytest.mark.rule("R-MRG-07")
@pytest.mark.parametrize(("adds", "passes"), [(-500.0, True), (0.0, True), (1.0, False)])
def test_a_rung_of_a_full_ladder_may_be_rolled(adds: float, passes: bool) -> None:
    """Its own margin is in the ladder already; only what the new one needs more is added."""
    seen = held("-1 5000 P")
    full = margin_of_strategy(seen, "x") / 100_000.0
    seen = replace(seen, limits=replace(seen.limits, bp_by_strategy=(("x", full),)))
    dry_run = (9_000.0, 9_000.0 + adds, 9_000.0)
    rolled = roll("+1 5000 P", "-1 4900 P")
    assert answers(seen, wanted=rolled, dry_run=dry_run)["R-MRG-07"].passed is passes
    fresh = order("-1 4900 P", "5.00", expiry=AHEAD, strategy="x", campaign="y")
    assert not answers(seen, wanted=fresh, dry_run=dry_run)["R-MRG-07"].passed
