"""Carry: conversions by hand, the quarter before and never the running one, gaps that stay gaps."""

from datetime import date
from decimal import Decimal
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import DataError
from tomking.market.carry import (
    Carry,
    CarryTable,
    Dividend,
    DividendTable,
    Quarter,
    bill_rate,
    forward,
    quarter_name,
    quarter_of,
)

pytestmark = pytest.mark.unit

TABLE = CarryTable(
    {
        4 * 2024: Quarter(0.04, 0.015),
        4 * 2024 + 1: Quarter(0.05, 0.020),
        4 * 2024 + 2: Quarter(0.06, None),
    }
)


def test_a_bill_bought_at_its_discount_grows_to_par_at_the_rate() -> None:
    price = 1.0 - 0.0525 * 91 / 360
    assert price * exp(bill_rate(0.0525) * 91 / 365) == pytest.approx(1.0, abs=1e-15)


def test_the_continuous_rate_agrees_with_the_bond_equivalent_yield() -> None:
    discount = 0.0525
    bond_equivalent = 365 * discount / (360 - 91 * discount)
    assert bill_rate(discount) == pytest.approx(log(1 + bond_equivalent * 91 / 365) * 365 / 91)


@given(st.floats(1e-6, 0.2))
def test_the_continuous_rate_is_never_below_the_quoted_discount(discount: float) -> None:
    assert bill_rate(discount) >= discount


def test_a_day_is_answered_with_the_quarter_before_it() -> None:
    found = TABLE.at(date(2024, 7, 1))
    assert found.quarter == "2024Q2"
    assert found.rate == bill_rate(0.05)
    assert found.dividend_yield == pytest.approx(log(1.02))


def test_the_running_quarter_is_not_known_on_its_last_day() -> None:
    assert TABLE.at(date(2024, 6, 30)).quarter == "2024Q1"


def test_the_first_quarter_stands_in_for_the_one_before_it_and_says_so() -> None:
    found = TABLE.at(date(2024, 2, 5))
    assert found.quarter == "2024Q1"
    assert "own row" in found.note
    assert TABLE.at(date(2024, 4, 1)).note == ""


def test_a_blank_yield_is_an_error_but_the_rate_is_still_there() -> None:
    with pytest.raises(DataError, match=r"no dividend yield of 2024Q3.*2024Q2"):
        TABLE.at(date(2024, 10, 1))
    assert TABLE.rate(date(2024, 10, 1)) == bill_rate(0.06)


@pytest.mark.parametrize("day", [date(2023, 12, 29), date(2025, 1, 2)])
def test_a_day_outside_the_table_is_an_error_that_names_what_it_holds(day: date) -> None:
    with pytest.raises(DataError, match="2024Q1 to 2024Q3"):
        TABLE.rate(day)


def test_a_hole_in_the_middle_is_an_error_and_not_its_neighbour() -> None:
    holed = CarryTable({number: TABLE.quarters[number] for number in (8096, 8098)})
    with pytest.raises(DataError, match="it needs 2024Q2"):
        holed.rate(date(2024, 8, 5))


@given(st.floats(1.0, 1e4), st.floats(-0.1, 0.2), st.floats(0.0, 0.1), st.floats(0.0, 3.0))
def test_the_forward_grows_by_rate_less_yield(
    spot: float, rate: float, paid: float, years: float
) -> None:
    carry = Carry(rate, paid, "")
    assert forward(spot, carry, years) == pytest.approx(spot * exp((rate - paid) * years))
    assert forward(spot, carry, 0.0) == spot
    assert forward(spot, Carry(paid, paid, ""), years) == spot


@given(st.dates(date(1999, 1, 1), date(2031, 12, 31)))
def test_a_quarter_has_the_year_of_its_days(day: date) -> None:
    assert quarter_name(quarter_of(day)) == f"{day.year}Q{(day.month + 2) // 3}"


DIVIDENDS = DividendTable(
    (
        Dividend(date(2025, 6, 20), Decimal("1.7611")),
        Dividend(date(2025, 9, 19), Decimal("1.8311")),
    )
)


def test_dividends_of_a_period_include_both_of_its_ends() -> None:
    first, last = DIVIDENDS.rows
    assert DIVIDENDS.between(first.ex_date, last.ex_date) == (first, last)
    assert DIVIDENDS.between(date(2025, 6, 21), date(2025, 9, 18)) == ()


@pytest.mark.parametrize("end", [date(2025, 3, 31), date(2025, 10, 1)])
def test_a_period_beyond_the_dividend_table_is_an_error(end: date) -> None:
    with pytest.raises(DataError, match="2025Q2 to 2025Q3"):
        DIVIDENDS.between(min(end, date(2025, 7, 1)), max(end, date(2025, 7, 1)))
