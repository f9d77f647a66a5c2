"""A book that owes the same at every price is a loan; anything that kinks is none."""

from datetime import date

import pytest

from tomking.core.contract import Right, Settles
from tomking.portfolio.margin.leg import MarginLeg
from tomking.portfolio.margin.loan import owed_surely_usd

pytestmark = [pytest.mark.unit, pytest.mark.risk]

JUNE, JULY = date(2026, 6, 19), date(2026, 7, 17)
AM, PM = Settles.AM, Settles.PM


def leg(text: str, price: float, day: date = JUNE, settles: Settles = PM) -> MarginLeg:
    """A leg from ``-1 95 C``."""
    count, strike, right = text.split()
    side = Right.CALL if right == "C" else Right.PUT
    return MarginLeg(side, float(strike), day, int(count), price, settles)


CALLS = (leg("-1 95 C", 6.5), leg("1 105 C", 1.5))
PUTS = (leg("1 95 P", 1.2), leg("-1 105 P", 5.5))


@pytest.mark.parametrize(
    ("book", "dollars"),
    [
        ((*CALLS, *PUTS), 930.0),  # a short box: 5.0 and 4.3 points
        ((*CALLS, *PUTS, leg("2 95 C", 6.5), leg("-2 105 C", 1.5), leg("-2 95 P", 1.2),
          leg("2 105 P", 5.5)), 0.0),  # a long one lends
        ((leg("-1 95 C", 6.5), leg("1 95.5 C", 6.2), leg("1 95 P", 1.2), leg("-1 95.5 P", 1.35)), 45.0),
        (CALLS, 0.0),
        (PUTS, 0.0),
        ((*CALLS, leg("1 95 P", 1.2), leg("-1 100 P", 3.0)), 0.0),  # one strike cancels, two do not
        ((*CALLS, leg("1 95 P", 1.2, JULY), leg("-1 105 P", 5.5, JULY)), 0.0),
        ((*CALLS, leg("1 95 P", 1.2, JUNE, AM), leg("-1 105 P", 5.5, JUNE, AM)), 0.0),
        ((leg("-1 95 C", 6.5), leg("1 95 P", 1.2)), 0.0),  # strikes cancel, calls do not
        ((leg("-1 95 C", 6.5), leg("1 95 C", 5.5)), 0.0),  # nothing is owed at any price
        ((leg("-1 95 C", 1.5), leg("1 105 C", 6.5), leg("1 95 P", 5.5), leg("-1 105 P", 1.2)), 0.0),
        ((), 0.0),
    ],
)  # fmt: skip
def test_only_a_book_that_owes_the_same_everywhere_is_a_loan(
    book: tuple[MarginLeg, ...], dollars: float
) -> None:
    assert owed_surely_usd(book, 100.0) == pytest.approx(dollars)
    assert owed_surely_usd(book, 10.0) == pytest.approx(dollars / 10.0)
