"""What a set can lose at its ends bounds what is asked for it, where that is known and nowhere else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.account import Terms, asked
from tomking.portfolio.margin.scan import Scan
from unit.portfolio.scans import SIZE, One, call, future, put, scan
from worlds.board import FRIDAY, board
from worlds.orders import option

pytestmark = [pytest.mark.unit, pytest.mark.risk]

WEEK = 0.02
HOUSE = 1.25
#: Sold, 50 points wide, a week to go: it can lose $2,500, and the house would like more.
SPREAD = (put(-1, 5900.0, years=WEEK), put(1, 5850.0, years=WEEK))


def without(found: Scan) -> Decimal:
    """What would be asked if nothing were known of the end."""
    return replace(found, most=inf).requirement


def vertical(width: float, years: float = WEEK, factor: float = HOUSE) -> Scan:
    return scan(put(-1, 5900.0, years=years), put(1, 5900.0 - width, years=years), factor=factor)


@pytest.mark.parametrize(
    ("most", "needed"), [("2500.01", "2500.00"), ("2500.00", "2500.00"), ("2499.99", "2499.99")]
)
def test_the_bound_binds_from_its_own_cent_on(most: str, needed: str) -> None:
    """1.25 times a loss of 1,600, and 500 to buy the options back."""
    found = Scan((), "", 1600.0, 0.0, 0.0, -500.0, HOUSE, float(most))
    assert found.requirement == Decimal(needed)


@pytest.mark.parametrize("width", [5, 25, 50, 100])
def test_a_narrow_spread_is_asked_all_it_can_lose_and_no_more(width: int) -> None:
    found = vertical(width)
    assert found.requirement == width * 50 < without(found)


@pytest.mark.parametrize("width", [150, 200, 400, 1000])
def test_a_wide_spread_is_asked_what_the_scan_finds(width: int) -> None:
    found = vertical(width)
    assert found.requirement == without(found) < width * 50


def test_the_bound_lets_go_between_two_widths_a_point_apart() -> None:
    last = max(w for w in range(50, 200) if vertical(w).requirement == w * 50)
    assert 100 < last < 150
    near, far = vertical(last), vertical(last + 1)
    assert near.requirement == last * 50 <= without(near)
    assert far.requirement == without(far) < (last + 1) * 50


def test_the_exchange_asks_less_and_meets_the_bound_later() -> None:
    """Without the house's quarter the same spread stays below what it can lose."""
    plain, house = vertical(50, factor=1.0), vertical(50)
    assert plain.most == house.most == 2500.0
    assert plain.requirement == without(plain) < house.requirement == 2500


def test_a_spread_that_was_paid_for_needs_nothing_and_says_so_without_a_sign() -> None:
    """Far away the least for a short option is more than the spread is worth."""
    found = scan(put(1, 5000.0, years=WEEK), put(-1, 4990.0, years=WEEK), factor=HOUSE)
    assert without(found) > 0
    assert str(found.requirement) == "0.00"


# Books that hold more than the spread.


@pytest.mark.parametrize("strike", [5700.0, 5850.0, 5900.0])
def test_a_short_put_outside_the_spread_is_asked_for_beside_it(strike: float) -> None:
    alone, both = scan(put(-1, strike, years=WEEK)), scan(*SPREAD, put(-1, strike, years=WEEK))
    assert both.requirement == without(both) > alone.requirement > 2500
    assert both.most == pytest.approx(SIZE * (50.0 + strike))


def test_a_short_call_without_cover_has_no_bound_and_a_covered_one_has() -> None:
    naked = scan(*SPREAD, call(-1, 6100.0, years=WEEK), factor=HOUSE)
    assert naked.most == inf
    assert naked.requirement == without(naked) > 2500
    condor = scan(*SPREAD, call(-1, 6100.0, years=WEEK), call(1, 6150.0, years=WEEK), factor=HOUSE)
    assert condor.most == 2500.0


@pytest.mark.parametrize(
    "other",
    [
        (put(-1, 5900.0, years=0.1), put(1, 5850.0, years=0.1)),
        (put(-1, 5900.0, "ESH26", WEEK), put(1, 5850.0, "ESH26", WEEK)),
    ],
    ids=["another expiry", "another month"],
)
def test_what_ends_at_two_times_can_lose_both_one_after_the_other(other: tuple[One, ...]) -> None:
    both = scan(*SPREAD, *other, factor=HOUSE)
    assert scan(*SPREAD, factor=HOUSE).most == scan(*other, factor=HOUSE).most == 2500.0
    assert both.most == 5000.0
    assert both.requirement == min(without(both), Decimal(5000))


def test_one_end_without_a_bound_takes_it_from_all() -> None:
    both = scan(*SPREAD, call(-1, 6600.0, "ESH26", 0.4), factor=HOUSE)
    assert both.most == inf
    assert both.requirement == without(both) > 2500


@pytest.mark.parametrize("quantity", [-1, 1])
def test_a_future_beside_a_spread_takes_the_bound_away(quantity: int) -> None:
    both = scan(*SPREAD, future(quantity), factor=HOUSE)
    assert both.most == inf
    assert both.requirement == without(both)


def test_a_future_covers_a_short_call_by_what_the_scan_finds_and_by_no_bound() -> None:
    naked = scan(call(-1, 6100.0, years=WEEK), factor=HOUSE)
    covered = scan(call(-1, 6100.0, years=WEEK), future(1), factor=HOUSE)
    assert naked.most == covered.most == inf
    assert 0 < covered.loss < scan(future(1)).loss
    assert 0 < covered.bp_effect < scan(future(1), factor=HOUSE).bp_effect


def test_opposite_spreads_of_the_same_strikes_are_nothing() -> None:
    back = (put(1, 5900.0, years=WEEK), put(-1, 5850.0, years=WEEK))
    found = scan(*SPREAD, *back, factor=HOUSE)
    assert found.most == 0.0
    assert str(found.requirement) == "0.00"


@pytest.mark.parametrize(
    ("book", "points"),
    [
        ((put(1, 5900.0), put(-1, 5850.0), put(-1, 5800.0), put(1, 5750.0)), 0.0),  # bought inside
        ((put(-1, 5900.0), put(1, 5850.0), put(1, 5800.0), put(-1, 5740.0)), 50.0),  # sold above
        ((put(-1, 5900.0), put(1, 5850.0), call(-1, 6100.0), call(1, 6180.0)), 80.0),  # wider side
        ((put(-1, 5900.0), put(1, 5800.0), call(-1, 5800.0), call(1, 5900.0)), 100.0),  # box sold
        ((put(1, 5900.0), put(-1, 5800.0), call(1, 5800.0), call(-1, 5900.0)), 0.0),  # box bought
        ((put(-2, 5900.0), put(1, 5950.0), put(1, 5840.0)), 10.0),  # broken wing
    ],
)
def test_the_bound_of_a_book_is_what_it_can_lose_at_its_worst_price(
    book: tuple[One, ...], points: float
) -> None:
    found = scan(*book, factor=HOUSE)
    assert found.most == pytest.approx(points * SIZE)
    assert float(found.requirement) <= points * SIZE


def ends_at(book: list[One], price: float) -> float:
    """What a book of options is worth in dollars when it ends there, in plain Python."""
    return sum(n * max(sign * (price - strike), 0.0) * SIZE for n, sign, strike, *_ in book)


LEGS = st.tuples(
    st.sampled_from([put, call]),
    st.integers(-3, 3).filter(bool),
    st.sampled_from([4800.0, 5600.0, 5900.0, 5950.0, 6000.0, 6050.0, 6600.0]),
)


@given(st.lists(LEGS, min_size=1, max_size=6), st.sampled_from([0.0, 0.002, WEEK, 0.4]))
def test_no_book_that_ends_together_is_asked_more_than_it_loses_at_some_price(
    legs: list[tuple[Callable[..., One], int, float]], years: float
) -> None:
    book = [kind(n, strike, years=years) for kind, n, strike in legs]
    found = scan(*book, factor=HOUSE)
    worst = max(-ends_at(book, price) for price in (*range(0, 8000, 50), 10**6))
    if ends_at(book, 2e6) < ends_at(book, 1e6):
        assert found.most == inf
    else:
        assert found.most == pytest.approx(max(worst, 0.0))
    assert found.requirement == min(without(found), Decimal(repr(found.most)))


def test_the_account_s_margin_has_the_bound_too() -> None:
    """From contracts and marks: bounded alone, beside longs, and beside what has a bound of its own."""
    at = board(minute=60.0)
    spread = [(option("5950 P"), -1), (option("5900 P"), 1)]

    def needed(*held: tuple[Contract, int]) -> Decimal:
        legs = columns(held)
        return asked("ES", legs, at.marks(legs), at.price, at.at, Terms()).requirement

    assert needed(*spread) == 2500
    assert needed((option("5950 P"), -1)) > 2500
    later = option("5000 P", FRIDAY + timedelta(days=14))
    assert needed(*spread, (later, 1)) == 2500
    assert needed(*spread, (later, -1)) > 2500
