"""Stay rules of VIX, the last day, time value, dividends and width; unknown takes nobody out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import before_close, session
from tomking.core.contract import Contract
from tomking.market.carry import Dividend
from tomking.market.snapshot import DELTA
from tomking.portfolio.book import Book, Position
from tomking.risk.view import View
from tomking.strategies.late import ExtrinsicAboveDividend, WidthAtMostFrom
from tomking.strategies.stay import (
    ExtrinsicAbove,
    NotDeepLate,
    ShortDeltaBelow,
    StayRule,
    UntilOnLastDay,
    VixAtMostHeld,
    kept,
    reading,
)
from worlds.board import FRIDAY, Board, board, day_of
from worlds.orders import book_with, option, order, view

pytestmark = pytest.mark.unit
NAN = float("nan")
THURSDAY, MONDAY, NEXT, LATER = (
    date(2025, 12, 4), date(2025, 12, 8), date(2025, 12, 12), date(2026, 4, 17),
)  # fmt: skip
WEEKLY = option("600 C", NEXT, "SPY")


def only(book: Book) -> Position:
    """The one position of a book."""
    (position,) = book.positions.values()
    return position


def weekly(market: Board, expiry: date = NEXT, strike: str = "600") -> tuple[Position, View]:
    """A call on SPY sold at 8.00, and a view of it."""
    sold = order(f"-1 {strike} C", "8.00", root="SPY", expiry=expiry, strategy="ipmcc")
    held = book_with(market.at, (sold, ("8.00",)))
    return only(held), view(market, held)


def spread(market: Board, width: int, expiry: date = LATER) -> tuple[Position, View]:
    """A put spread bought, so many points wide."""
    bought = order(f"+1 5500 P, -1 {5500 - width} P", "-9.00", expiry=expiry, strategy="lt112_xl")
    held = book_with(market.at, (bought, ("60.00", "51.00")))
    return only(held), view(market, held)


@pytest.mark.rule("R-SGL-06")
@pytest.mark.parametrize(
    ("vix", "stays"), [(29.99, True), (30.0, True), (30.01, False), (NAN, True)]
)
def test_a_strangle_is_kept_while_vix_is_not_above_thirty(vix: float, stays: bool) -> None:
    position, seen = weekly(board(vix_points=vix))
    assert kept(VixAtMostHeld(30.0, "R-SGL-06"), position, seen) is stays


@pytest.mark.rule("R-PMC-08")
@pytest.mark.parametrize(
    ("day", "minute", "stays"),
    [(THURSDAY, 389, True), (FRIDAY, 374, True), (FRIDAY, 375, False), (FRIDAY, 389, False)],
)
def test_on_its_last_day_it_goes_at_a_quarter_to_four(
    day: date, minute: float, stays: bool
) -> None:
    position, seen = weekly(board(day, minute), FRIDAY)
    assert kept(UntilOnLastDay(before_close(15), "R-PMC-08"), position, seen) is stays


@pytest.mark.rule("R-PMC-08")
def test_on_a_half_day_it_goes_at_a_quarter_to_one() -> None:
    half = date(2025, 11, 28)
    known = replace(day_of(half), session=session(half, early=True))
    rule = UntilOnLastDay(before_close(15))
    for minute, stays in ((194, True), (195, False)):
        market = replace(board(half, minute), day=known)
        position, seen = weekly(market, half)
        assert kept(rule, position, seen) is stays


@pytest.mark.rule("R-PMC-08")
@pytest.mark.parametrize(
    ("price", "day", "stays"),
    [
        (6310.0, MONDAY, True),  # four days left
        (6310.0, date(2025, 12, 9), True),  # 4.9 %, three days left
        (6315.8, date(2025, 12, 9), False),  # a little above 5 %
        (6400.0, date(2025, 12, 9), False),
        (5600.0, date(2025, 12, 9), True),
        (NAN, date(2025, 12, 9), True),
    ],
)
def test_five_per_cent_in_the_money_with_three_days_left_is_too_deep(
    price: float, day: date, stays: bool
) -> None:
    position, seen = weekly(board(day, price=price))
    assert kept(NotDeepLate(0.05, 3, "R-PMC-08"), position, seen) is stays


@pytest.mark.rule("R-PMC-08")
@pytest.mark.parametrize(
    ("price", "call", "stays"),
    [
        (6000.0, 0.85, True), (6000.0, 0.80, False), (6000.0, 0.05, False),
        (6050.0, 5.85, True), (6050.0, 5.80, False),  # five of them are intrinsic
        (5900.0, 0.85, True), (5900.0, 0.75, False),
    ],
)  # fmt: skip
def test_nine_tenths_of_the_premium_earned_end_the_week(
    price: float, call: float, stays: bool
) -> None:
    """Sold at 8.00: 0.80 of time value is a tenth of it, wherever the price stands."""
    position, seen = weekly(board(price=price, quotes={WEEKLY: (call, call)}))
    assert kept(ExtrinsicAbove(0.10, "R-PMC-08"), position, seen) is stays


EVE = {"SPY": (Dividend(MONDAY, Decimal("1.80")),)}  # Friday is the evening before


def paying(price: float, call: float, dividends: dict[str, tuple[Dividend, ...]]) -> Board:
    """A Friday with a call quoted, and dividends to come."""
    known = replace(day_of(FRIDAY), dividends=dividends)
    return board(price=price, day=known, quotes={WEEKLY: (call, call)})


@pytest.mark.rule("R-PMC-10")
@pytest.mark.parametrize(
    ("price", "call", "dividends", "stays"),
    [
        (6050.0, 6.85, EVE, True),  # 1.85 of time value
        (6050.0, 6.80, EVE, False),  # 1.80, as much as the dividend
        (6050.0, 5.00, EVE, False),
        (6050.0, 5.00, {}, True),
        (6050.0, 5.00, {"SPY": (Dividend(NEXT, Decimal("1.80")),)}, True),  # not tomorrow
        (6050.0, 5.00, {"SPY": (Dividend(FRIDAY, Decimal("1.80")),)}, True),  # over
        (5990.0, 0.50, EVE, True),  # out of the money: nobody takes the shares for it
        (6050.0, NAN, EVE, True),
        (NAN, 5.00, EVE, True),
    ],
)
def test_on_the_eve_of_an_ex_date_time_value_must_exceed_the_dividend(
    price: float, call: float, dividends: dict[str, tuple[Dividend, ...]], stays: bool
) -> None:
    position, seen = weekly(paying(price, call, dividends))
    assert kept(ExtrinsicAboveDividend("R-PMC-10"), position, seen) is stays


@pytest.mark.rule("R-112-11")
@pytest.mark.parametrize(
    ("width", "day", "stays"),
    [
        (200, date(2025, 12, 17), True),  # 121 days
        (200, date(2025, 12, 18), False),  # 120
        (200, date(2026, 2, 2), False),
        (50, date(2025, 12, 18), True),
        (51, date(2025, 12, 18), False),
    ],
)
def test_from_120_days_on_a_spread_is_fifty_points_wide(width: int, day: date, stays: bool) -> None:
    position, seen = spread(board(day), width)
    assert kept(WidthAtMostFrom(50.0, 120, "R-112-11"), position, seen) is stays


@pytest.mark.rule("R-SGL-05")
@pytest.mark.parametrize(
    ("deltas", "seen"),
    [
        ((-0.31, 0.05), 0.31), ((NAN, 0.31), 0.31), ((-0.31, NAN), 0.31), ((NAN, 0.05), 0.05),
        ((NAN, NAN), NAN),
    ],
)  # fmt: skip
def test_one_unknown_delta_hides_no_other(deltas: tuple[float, float], seen: float) -> None:
    market = board()
    sold = order("-1 5500 P, -1 6500 C", "8.00", expiry=LATER, strategy="strangle")
    held = book_with(market.at, (sold, ("4.00", "4.00")))
    looked = view(market, held)
    looked.marks.table[DELTA] = deltas
    found = ShortDeltaBelow(0.30).measure(only(held), looked)[0]
    assert found == pytest.approx(seen, nan_ok=True)


@given(price=st.floats(5000.0, 7000.0), call=st.floats(0.05, 60.0))
def test_time_value_decides_alone_whether_the_week_is_over(price: float, call: float) -> None:
    """However deep the call is, what is intrinsic neither keeps it nor ends it."""
    inside = max(0.1 * price - 600.0, 0.0)
    position, seen = weekly(board(price=price, quotes={WEEKLY: (call + inside, call + inside)}))
    left = ExtrinsicAbove(0.10).measure(position, seen)[0]
    assert left == pytest.approx(100.0 * call, abs=0.01)


UNPRICED: dict[Contract, tuple[float, float]] = {WEEKLY: (NAN, NAN)}


def test_every_rule_says_what_it_keeps() -> None:
    rules: list[StayRule] = [
        VixAtMostHeld(30.0, "R-SGL-06"), UntilOnLastDay(before_close(15), "R-PMC-08"),
        NotDeepLate(0.05, 3, "R-PMC-08"), ExtrinsicAbove(0.10, "R-PMC-08"),
        ExtrinsicAboveDividend("R-PMC-10"), WidthAtMostFrom(50.0, 120, "R-112-11"),
    ]  # fmt: skip
    position, seen = weekly(board(quotes=UNPRICED))
    for rule in rules:
        assert reading(rule, position, seen).rule == rule.rule
        assert kept(rule, position, seen)
        assert str(rule)
