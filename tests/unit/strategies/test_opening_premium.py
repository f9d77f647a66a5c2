"""Shares of the premium are of what a position was opened for, whatever has been closed of it since."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.evidence import Evidence
from tomking.core.facts import Fact, OrderEnded, Sent
from tomking.core.order import Order, Purpose, Structure
from tomking.portfolio.book import Book, Position, empty_book, fold
from tomking.strategies.plan import profit_price
from tomking.strategies.stay import ExtrinsicAbove, LossBelow, ProfitBelow
from tomking.strategies.worth import Candidate, CostAtMost
from worlds.board import board
from worlds.orders import fills, order, traded, view

pytestmark = pytest.mark.unit

DAY, EXPIRY = date(2025, 9, 9), date(2025, 11, 28)
MARKET = board(DAY)
SOLD = order(
    "-1 5280 P, -1 6890 C", "38.00", strategy="strangle", expiry=EXPIRY, tranche="strangle"
)
HELD = f"{SOLD.intent}:strangle"


def book_of(*facts: Fact) -> Book:
    """The book after a strangle was sold at 19 a side, and some more."""
    opened = traded(SOLD, ("19.00", "19.00"), MARKET.at)
    return fold(empty_book(Decimal(100_000)), [*opened, *facts])


def only(book: Book) -> Position:
    """The one position of a book."""
    (position,) = book.positions.values()
    return position


def bought_back(price: str) -> list[Fact]:
    """The put closed at a price."""
    close = Order(
        "x/tested", 1, Purpose.CLOSE, "strangle", SOLD.campaign,
        (replace(SOLD.legs[0], quantity=1, opens=False),), 1, Decimal(price), closes=HELD,
    )  # fmt: skip
    return traded(close, (price,), MARKET.at)


def rolled_in() -> list[Fact]:
    """The call closed at 8 and sold nearer at 15, in one order."""
    came = order("-1 6600 C", expiry=EXPIRY, tranche="strangle").legs[0]
    roll = Order(
        "x/untested", 1, Purpose.ROLL, "strangle", SOLD.campaign,
        (replace(SOLD.legs[1], quantity=1, opens=False), came), 1, Decimal("7.00"),
        closes=HELD, joins=HELD,
    )  # fmt: skip
    return [
        Sent(MARKET.at, roll), *fills(roll, ("8.00", "15.00"), MARKET.at),
        OrderEnded(MARKET.at, roll.id, "filled"),
    ]  # fmt: skip


@pytest.mark.rule("R-MAN-02")
@pytest.mark.parametrize("price", ["2.00", "38.00", "85.00"])
def test_a_side_bought_back_moves_no_stop(price: str) -> None:
    """Twice the 38 points: what the put cost is in the loss, so what it brought stays in the bound."""
    book = book_of(*bought_back(price))
    loss, bound = LossBelow(2.0).measure(only(book), view(MARKET, book))
    assert bound == 3800.0
    (call,) = view(MARKET, book).values
    assert loss == pytest.approx(50.0 * (float(price) - 38.0) - call)


@pytest.mark.rule("R-MAN-01")
def test_a_side_bought_back_moves_no_target() -> None:
    book = book_of(*bought_back("9.00"))
    _, bound = ProfitBelow(0.5).measure(only(book), view(MARKET, book))
    assert bound == 950.0
    # 29 points are there and half of 38 are wanted: ten may be paid for the call.
    assert profit_price(only(book), 0.5) == Decimal("-10.00")


@pytest.mark.rule("R-MAN-01")
@pytest.mark.rule("R-MAN-02")
def test_a_roll_that_joins_adds_what_it_brings_on_balance() -> None:
    book = book_of(*rolled_in())
    assert only(book).premium == only(book).opening_premium == Decimal(45 * 50)
    assert LossBelow(2.0).measure(only(book), view(MARKET, book))[1] == 90.0 * 50.0
    later = fold(book, bought_back("50.00"))
    assert only(later).opening_premium == Decimal(45 * 50)


@pytest.mark.rule("R-PMC-08")
def test_a_share_left_of_the_extrinsic_value_is_of_the_opening_premium() -> None:
    book = book_of(*bought_back("38.00"))
    assert ExtrinsicAbove(0.10).measure(only(book), view(MARKET, book))[1] == 190.0


@pytest.mark.rule("R-PMC-06")
def test_what_was_paid_for_leaps_is_what_they_were_opened_for() -> None:
    leap = order("+2 520 C", "-90.00", root="SPY", strategy="ipmcc", tranche="leap", expiry=EXPIRY)
    sold = Order(
        "x/half", 1, Purpose.CLOSE, "ipmcc", leap.campaign,
        (replace(leap.legs[0], quantity=-1, opens=False),), 1, Decimal("95.00"),
        closes=f"{leap.intent}:leap",
    )  # fmt: skip
    held = fold(
        empty_book(Decimal(100_000)),
        [*traded(leap, ("90.00",), MARKET.at), *traded(sold, ("95.00",), MARKET.at)],
    )
    assert only(held).opening_premium == Decimal(-18_000)
    assert only(held).premium == Decimal(-8_500)
    nothing = Structure("SPY", (), 0.0, "", Evidence.MODEL, EXPIRY, 0.0, 0.0)
    rule, wanted = CostAtMost("leap", 0.25, 0.35), Candidate(nothing, (), "ipmcc")
    assert rule.dollars(view(MARKET, held), wanted) == (0.0, 18_000.0)
