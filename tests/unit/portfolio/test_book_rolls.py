"""Rolls in the book: legs that join a position, legs that begin one, and one that fills in parts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.core.facts import OrderEnded, Sent
from tomking.core.order import Order, Purpose
from tomking.portfolio.book import Book, empty_book, fold
from worlds.board import board
from worlds.orders import fills, order, traded

pytestmark = pytest.mark.unit

AT = board().at
CASH = Decimal(100_000)


def rolled(opened: Order, text: str, *, joins: bool, first: bool) -> Order:
    """A roll of an opening order's short leg; the leg that opens is traded first or last."""
    position = f"{opened.intent}:all"
    gone = replace(opened.legs[0], quantity=1, opens=False)
    came = replace(order(text).legs[0], opens=True)
    return Order(
        "x/rolled/1", 1, Purpose.ROLL, opened.strategy, opened.campaign,
        (came, gone) if first else (gone, came), 1, Decimal("1.00"), closes=position,
        joins=position if joins else "",
    )  # fmt: skip


@pytest.mark.parametrize("first", [True, False], ids=["opens first", "closes first"])
def test_a_leg_that_joins_stays_with_its_position(first: bool) -> None:
    opened = order("-1 6090 C, -1 5900 P")
    roll = rolled(opened, "-1 6060 C", joins=True, first=first)
    prices = ("3.00", "1.00") if first else ("1.00", "3.00")
    book = fold(
        empty_book(CASH),
        [*traded(opened, ("2.00", "2.00"), AT), Sent(AT, roll), *fills(roll, prices, AT)],
    )
    (position,) = book.positions.values()
    assert position.id == f"{opened.intent}:all"
    assert sorted(str(contract.strike) for contract, _ in position.held) == ["5900", "6060"]
    assert position.premium == Decimal(50 * (4 + 3 - 1))
    assert position.whole


@pytest.mark.parametrize("first", [True, False], ids=["opens first", "closes first"])
def test_a_roll_of_everything_begins_a_position_of_its_campaign(first: bool) -> None:
    """Whichever leg is reported first, the new position is whole and has its own premium."""
    opened = order("-1 6090 C")
    roll = rolled(opened, "-1 6060 C", joins=False, first=first)
    prices = ("3.00", "1.00") if first else ("1.00", "3.00")
    book = fold(
        empty_book(CASH),
        [*traded(opened, ("2.00",), AT), Sent(AT, roll), *fills(roll, prices, AT)],
    )
    (position,) = book.positions.values()
    assert (position.id, position.campaign) == ("x/rolled/1:all", opened.campaign)
    assert position.premium == Decimal(150)
    assert position.whole
    (campaign,) = book.campaigns.values()
    assert (campaign.positions, campaign.flow) == (1, Decimal(50 * (2 + 3 - 1)))


def half(opened: Order, *, joins: bool) -> Book:
    """A roll of two units of which one has traded when it is withdrawn."""
    roll = replace(rolled(opened, "-1 6060 C", joins=joins, first=False), units=2)
    part = [
        replace(fill, quantity=fill.quantity // 2) for fill in fills(roll, ("1.00", "3.00"), AT)
    ]
    ended = OrderEnded(AT, roll.id, "cancelled")
    prices = tuple("2.00" for _ in opened.legs)
    return fold(empty_book(CASH), [*traded(opened, prices, AT), Sent(AT, roll), *part, ended])


def test_half_a_roll_leaves_half_of_the_old_position_beside_the_new_one() -> None:
    book = half(order("-1 6090 C", units=2), joins=False)
    old, new = book.positions.values()
    assert [n for _, n in (*old.held, *new.held)] == [-1, -1]
    assert (old.whole, new.whole) == (True, True)
    assert old.premium + new.premium == Decimal(50 * (2 * 2 - 1 + 3))


def test_half_a_roll_that_joins_is_one_position_of_both_strikes() -> None:
    book = half(order("-1 6090 C, -1 5900 P", units=2), joins=True)
    (position,) = book.positions.values()
    assert {str(contract.strike): n for contract, n in position.held} == {
        "6090": -1, "6060": -1, "5900": -2,
    }  # fmt: skip
    assert position.whole
    assert position.legs_to_close[0] == 1
