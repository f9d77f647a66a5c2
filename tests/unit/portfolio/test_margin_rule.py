"""The margin rule, case by case: what covers what, and what is unknown."""

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tomking.core.calendar import OPEN, new_york
from tomking.core.contract import Contract, Right, Settles
from tomking.core.errors import QuoteMissing
from tomking.core.product import Kind
from tomking.market.snapshot import Marks
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.account import Terms, asked
from tomking.portfolio.margin.house import House, house_for
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.rule import requirement
from unit.portfolio.books import EXPIRIES, SPOT, UNDERLYING, random_book

pytestmark = [pytest.mark.unit, pytest.mark.risk]

CALL, PUT = Right.CALL, Right.PUT
NEAR, FAR, _ = EXPIRIES
ETF = house_for(Kind.ETF)
INDEX = house_for(Kind.BROAD_INDEX)


def need(book: tuple[MarginLeg, ...], house: House = ETF) -> float:
    return float(requirement(book, UNDERLYING, house).requirement)


def leg(right: Right, strike: float, quantity: int, price: float, day: date = NEAR) -> MarginLeg:
    return MarginLeg(right, strike, day, quantity, price)


@pytest.mark.parametrize("times", [2, 3, 10])
def test_a_trade_plans_structure_scales_with_its_quantity(times: int) -> None:
    ladder = (leg(PUT, 96, 1, 2.0), leg(PUT, 92, -1, 1.2), leg(PUT, 84, -2, 0.5))
    condor = (
        leg(PUT, 85, 1, 0.3), leg(PUT, 90, -1, 0.8), leg(CALL, 110, -1, 0.8), leg(CALL, 115, 1, 0.3)
    )  # fmt: skip
    strangle = (leg(PUT, 88, -1, 0.8), leg(CALL, 112, -1, 0.7))
    for book in (ladder, condor, strangle):
        more = tuple(replace(x, quantity=times * x.quantity) for x in book)
        assert need(more) == pytest.approx(times * need(book), abs=0.006)


@pytest.mark.parametrize("right", Right)
def test_the_opening_print_does_not_cover_the_close_nor_the_close_the_opening(right: Right) -> None:
    further = 100.0 + 6.0 * right.sign
    short, long = leg(right, 100.0 + 5.0 * right.sign, -1, 2.0), leg(right, further, 1, 1.5)
    am = (replace(short, settles=Settles.AM), replace(long, settles=Settles.AM))
    assert need((short, long)) == need(am) == 100.0
    assert need((short, am[1])) == need((short,)) == 1700.0
    assert need((am[0], long)) == need((am[0],)) == 1700.0


def holdings(*held: tuple[str, int, str, int]) -> dict[Contract, int]:
    """Root, strike, settlement and quantity of June puts."""
    return {
        Contract(root, NEAR, PUT, Decimal(strike), settles=Settles(settles)): quantity
        for root, strike, settles, quantity in held
    }


def of_spx(held: dict[Contract, int]) -> Decimal:
    """What the index options among some contracts need, each at a mark of 50."""
    legs = columns(tuple(held.items()))
    table = np.full((9, len(legs)), 50.0)
    marks = Marks(table, np.full(len(legs), 6100.0))
    at = new_york(date(2026, 5, 1), OPEN)
    return asked("SPX", legs, marks, 6100.0, at, Terms()).requirement


@pytest.mark.parametrize(
    ("long", "covers"),
    [
        (("SPX", 5900, "PM", 1), True),
        (("SPX", 5900, "AM", 1), False),
        (("SPY", 590, "PM", 10), False),
        (("ES", 5900, "PM", 2), False),
    ],
)
def test_only_the_same_underlying_and_fixing_cover(
    long: tuple[str, int, str, int], covers: bool
) -> None:
    short = ("SPX", 6000, "PM", -1)
    book = holdings(short, long)
    alone, beside = (of_spx(held) for held in (holdings(short), book))
    assert alone == Decimal("147500.00")
    assert beside == (Decimal("10000.00") if covers else alone)


def test_a_future_covers_no_option_and_is_charged_apart() -> None:
    future = Underlying("ES", 6000.0, Kind.FUTURE, multiplier=50.0)
    house = house_for(Kind.FUTURE)
    long = MarginLeg(None, 0.0, NEAR, 1, 6000.0)
    call = leg(CALL, 6300, -1, 20.0)
    apart = [requirement([one], future, house).requirement for one in (long, call)]
    assert apart == [Decimal(30_000), Decimal(31_000)]
    both = requirement([long, call], future, house)
    assert both.requirement == both.maintenance == sum(apart)
    assert [one.count for one in both.uncovered] == [1]


def test_two_futures_sold_need_twice_as_much() -> None:
    future = Underlying("ES", 6000.0, Kind.FUTURE, multiplier=50.0)
    bare = MarginLeg(None, 0.0, NEAR, -2, 6000.0)
    assert requirement([bare], future, house_for(Kind.FUTURE)).requirement == Decimal(60_000)


def test_a_cash_index_has_no_calendar_relief_at_the_house_but_has_it_by_the_rule_book() -> None:
    book = (leg(PUT, 95, -1, 2.0), leg(PUT, 95, 1, 4.0, FAR))
    assert need(book, INDEX) == 2200.0
    assert need(book, house_for(Kind.BROAD_INDEX, "exchange")) == 0.0


def test_two_expiries_can_both_lose() -> None:
    near = (leg(PUT, 90, -1, 1.0), leg(PUT, 85, 1, 0.5))
    far = (leg(CALL, 110, -1, 1.0, FAR), leg(CALL, 115, 1, 0.5, FAR))
    together = tuple(replace(x, expiry=NEAR) for x in (*near, *far))
    assert need((*near, *far)) == 1000.0
    assert need(together) == 500.0


def test_a_long_that_is_gone_does_not_cover_what_remains() -> None:
    early = leg(CALL, 100, 1, 3.0)
    spread = (leg(CALL, 105, -1, 3.0, FAR), leg(CALL, 110, 1, 2.0, FAR))
    assert need((early, *spread)) == 500.0


def test_of_a_ratio_the_right_puts_stay_uncovered() -> None:
    book = (leg(PUT, 96, 1, 2.0), leg(PUT, 92, -1, 1.2), leg(PUT, 84, -2, 0.5))
    (left,) = requirement(book, UNDERLYING, ETF).uncovered
    assert (left.strike, left.count) == (84.0, 2)


def test_options_on_a_future_are_an_estimate_at_the_future_s_multiplier() -> None:
    future = Underlying("ES", 6000.0, Kind.FUTURE, multiplier=50.0)
    house = house_for(Kind.FUTURE)
    put = requirement([leg(PUT, 5400, -1, 20.0)], future, house)
    assert put.requirement == Decimal(50 * (540 + 20))
    assert put.bp_effect == Decimal(50 * 540)
    assert put.method == "estimate"


def test_without_a_mark_margin_is_unknown_and_not_zero() -> None:
    with pytest.raises(QuoteMissing, match="95"):
        need((leg(PUT, 95, -1, math.nan),))
    with pytest.raises(QuoteMissing, match="ACME"):
        requirement([leg(PUT, 95, -1, 1.0)], replace(UNDERLYING, price=math.nan), ETF)


def test_nothing_held_needs_nothing() -> None:
    empty = requirement([], UNDERLYING, ETF)
    assert (empty.requirement, empty.bp_effect, empty.uncovered) == (Decimal(0), Decimal(0), ())
    bought = requirement([leg(CALL, 100, 2, 3.0)], UNDERLYING, ETF)
    assert (bought.requirement, bought.bp_effect) == (Decimal(0), Decimal(600))


def test_margin_of_values_is_itself_a_value() -> None:
    book = random_book(7)
    assert hash(book)
    assert hash(requirement(book, UNDERLYING, ETF)) == hash(requirement(book, UNDERLYING, ETF))
    assert UNDERLYING.price == SPOT


def test_an_option_has_an_intrinsic_value_and_a_future_has_none() -> None:
    assert leg(PUT, 90, 1, 1.0).intrinsic(80.0) == 10.0
    assert MarginLeg(None, 0.0, NEAR, 1, 6000.0).intrinsic(5000.0) == 0.0


def box(cost: float) -> tuple[MarginLeg, ...]:
    """Ten points sold, which ``cost`` to close."""
    return (
        leg(CALL, 95, -1, 6.5), leg(CALL, 105, 1, 1.5),
        leg(PUT, 95, 1, 1.2), leg(PUT, 105, -1, cost - 3.8),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cost", "wanted"), [(9.30, 1000.0), (9.80, 1000.0), (9.81, 1000.62), (9.90, 1009.80)]
)
def test_a_book_certain_to_owe_needs_what_closing_it_costs_if_that_is_more(
    cost: float, wanted: float
) -> None:
    assert need(box(cost), house_for(Kind.ETF, "exchange")) == wanted
    assert need(box(cost), ETF) == 1000.0


def test_a_book_that_may_owe_nothing_is_no_loan() -> None:
    rules = house_for(Kind.ETF, "exchange")
    sold = box(9.90)
    wing = leg(PUT, 60, 1, 0.05)
    later = tuple(replace(x, expiry=FAR) if x.right is PUT else x for x in sold)
    bought = tuple(replace(x, quantity=-x.quantity) for x in sold)
    assert need((*sold, wing), rules) == 1000.0
    assert need(later, rules) == 2000.0
    assert need(bought, rules) == 0.0
