"""The margin of a whole book is asked for at entries, once a day and in what-ifs: it has to be quick."""

from datetime import date
from timeit import repeat

import pytest

from tomking.core.contract import Right
from tomking.core.product import Kind
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.account import needed
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.rule import requirement
from worlds.board import board
from worlds.orders import option

pytestmark = [pytest.mark.performance, pytest.mark.risk]

CALL, PUT = Right.CALL, Right.PUT
TODAY, JUNE, JULY, AUGUST = (
    date(2026, 5, 1), date(2026, 6, 19), date(2026, 7, 17), date(2026, 8, 21),
)  # fmt: skip

MONTHS = (("ESU26", -1), ("ESZ26", 1))


def ladder(day: date) -> tuple[MarginLeg, ...]:
    return (
        MarginLeg(PUT, 5700.0, day, 1, 80.0),
        MarginLeg(PUT, 5650.0, day, -1, 70.0),
        MarginLeg(PUT, 5200.0, day, -2, 25.0),
    )


CONDOR = (
    MarginLeg(PUT, 5990.0, TODAY, 1, 3.0),
    MarginLeg(PUT, 6000.0, TODAY, -1, 5.0),
    MarginLeg(CALL, 6030.0, TODAY, -1, 3.2),
    MarginLeg(CALL, 6040.0, TODAY, 1, 2.0),
)
STRANGLE = (MarginLeg(PUT, 5300.0, JUNE, -1, 10.0), MarginLeg(CALL, 6500.0, JUNE, -1, 8.0))


@pytest.mark.parametrize(
    ("book", "limit_ms"),
    [
        (ladder(JULY), 1.0),
        (CONDOR, 1.0),
        ((*CONDOR, *ladder(JULY), *ladder(AUGUST), *STRANGLE), 4.0),
    ],
    ids=["three legs", "four legs", "twelve legs, four expiries"],
)
def test_a_book_of_a_trader_takes_about_a_millisecond_or_less(
    book: tuple[MarginLeg, ...], limit_ms: float
) -> None:
    """Limits leave room for a busy machine: 0.1 ms and 0.6 ms were measured beside other work."""
    future = Underlying("ES", 6000.0, Kind.FUTURE, multiplier=50.0)
    house = house_for(Kind.FUTURE)
    best = min(repeat(lambda: requirement(book, future, house), number=20, repeat=10)) / 20
    assert best * 1000 < limit_ms


def test_a_scan_of_twelve_legs_in_two_months_takes_less() -> None:
    """0.14 ms were measured beside other work; the limit leaves room."""
    at, strikes = board(), range(5000, 5600, 100)
    book = columns(
        [(option(f"{k} P", AUGUST, future=month), n) for k in strikes for month, n in MONTHS]
    )
    marks = at.marks(book)
    best = min(
        repeat(lambda: needed("ES", book, marks, 6000.0, at.at, "tastytrade"), number=50, repeat=10)
    )
    assert len(book) == 12
    assert best / 50 * 1000 < 0.5
