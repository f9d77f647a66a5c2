"""Slippage by circumstance: legs, moneyness, the first and last minutes, the last day."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract
from tomking.core.dated import in_force
from tomking.core.facts import Fact, LegFilled
from tomking.exchange.fills import GRADED, FillModel, model_named
from tomking.exchange.slippage import BY_CIRCUMSTANCE, Slippage, share
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import CASH, FRIDAY, MONDAY, Quotes, market, order, put

pytestmark = pytest.mark.unit

(TABLE,) = BY_CIRCUMSTANCE
STILL = FillModel("still", 0.5, slippage=BY_CIRCUMSTANCE)


@pytest.mark.parametrize(
    ("legs", "delta", "since", "left", "last", "given_up"),
    [
        (1, 0.30, 100, 290, False, 0.50),
        (2, 0.30, 100, 290, False, 0.32),
        (3, 0.30, 100, 290, False, 0.12),
        (4, 0.30, 100, 290, False, 0.06),
        (2, 0.60, 100, 290, False, 0.32),
        (2, 0.61, 100, 290, False, 0.48),  # in the money
        (2, 0.05, 100, 290, False, 0.32),
        (2, 0.04, 100, 290, False, 0.48),  # far out
        (2, 0.30, 9.9, 380.1, False, 0.48),  # the first ten minutes
        (2, 0.30, 10, 380, False, 0.32),
        (2, 0.30, 380.1, 9.9, False, 0.48),  # and the last
        (2, 0.30, 100, 290, True, 0.40),
        (1, 0.90, 5, 385, True, 1.00),  # never beyond the far side
        (2, float("nan"), 100, 290, False, 0.32),
    ],
)
def test_a_share_is_the_package_s_times_what_the_circumstances_add(
    legs: int, delta: float, since: float, left: float, last: bool, given_up: float
) -> None:
    assert share(TABLE, legs, delta, since, left, last) == pytest.approx(given_up)


@given(
    st.integers(1, 4), st.floats(0, 1), st.floats(0, 390), st.booleans(), st.floats(0, 1),
    st.integers(1, 4),
)  # fmt: skip
def test_no_share_leaves_the_quote_and_more_legs_never_give_up_more(
    legs: int, delta: float, minute: float, last: bool, other: float, more: int
) -> None:
    found = share(TABLE, legs, delta, minute, 390 - minute, last)
    assert 0.0 <= found <= 1.0
    fewer, many = sorted((legs, more))
    assert share(TABLE, many, other, 100, 290, last) <= share(TABLE, fewer, other, 100, 290, last)


def test_the_row_of_a_day_is_the_latest_before_it() -> None:
    newer = Slippage(date(2026, 1, 1), (0.4,), 1, 1, 1, 1, "", "")
    rows = (TABLE, newer)
    assert in_force(rows, date(2025, 12, 31)) is TABLE
    assert in_force(rows, date(2026, 1, 1)) is newer
    assert in_force(rows, date(1999, 1, 1)) is TABLE


def test_every_row_says_what_is_published_and_what_is_assumed() -> None:
    assert all(row.published and row.assumed for row in BY_CIRCUMSTANCE)


def filled(minute: float, *legs: tuple[int, Contract], quotes: Quotes) -> list[Fact]:
    exchange = Exchange(100 * CASH, TASTYTRADE, STILL, "tastytrade")
    exchange.submit(order("0.05", *legs), market(minute, quotes))
    return exchange.step(market(minute + 1, quotes))


@pytest.mark.parametrize(
    ("minute", "expiry", "price"),
    [(60, MONDAY, "3.00"), (3, MONDAY, "2.50"), (385, MONDAY, "2.50"), (60, FRIDAY, "2.75")],
)
def test_one_leg_gives_up_half_and_more_in_a_rush_or_on_its_last_day(
    minute: float, expiry: date, price: str
) -> None:
    """Four points wide around 4.00; the nickel in these prices never rounds."""
    contract = put(5900, expiry=expiry)
    (fill, _) = filled(minute, (-1, contract), quotes={contract: (2.00, 6.00)})
    assert isinstance(fill, LegFilled)
    assert fill.price == Decimal(price)
    assert fill.slippage == pytest.approx(50 * (4.0 - float(price)))


def test_a_package_gives_up_less_of_each_leg() -> None:
    legs = (put(5900, expiry=MONDAY), put(5850, expiry=MONDAY))
    quotes: Quotes = {legs[0]: (4.00, 4.80), legs[1]: (2.00, 2.80)}
    sold, bought, _ = filled(60, (-1, legs[0]), (1, legs[1]), quotes=quotes)
    assert isinstance(sold, LegFilled)
    assert isinstance(bought, LegFilled)
    assert (sold.price, bought.price) == (Decimal("4.25"), Decimal("2.55"))


def test_the_graded_model_has_the_table_and_patience() -> None:
    assert model_named("graded") is GRADED
    assert GRADED.slippage == BY_CIRCUMSTANCE
    assert GRADED.patience is not None
