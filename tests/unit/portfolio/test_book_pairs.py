"""Orders of which the first to trade ends the others, in the book: what is left when both have."""

from decimal import Decimal

import pytest

from tomking.core.facts import OrderEnded, Sent
from tomking.portfolio.book import empty_book, fold
from worlds.board import board
from worlds.orders import closing, fills, order, traded

pytestmark = pytest.mark.unit

AT = board().at
CASH = Decimal(100_000)


def test_what_two_ends_of_a_pair_leave_when_both_trade_is_nothing_a_plan_opened() -> None:
    short = order("-2 5000 P", "15.00")
    both = [closing(short, "-1.00", attempt=n) for n in (1, 2)]
    facts = [*traded(short, ["15"], AT), *(Sent(AT, each) for each in both)]
    book = fold(empty_book(CASH), facts)
    book = fold(book, [*fills(both[0], ["1"], AT), OrderEnded(AT, both[0].id, "filled")])
    assert book.positions == {}
    (left,) = fold(book, fills(both[1], ["1"], AT)).positions.values()
    assert left.stopped
    assert not any(
        position.stopped for position in fold(empty_book(CASH), facts).positions.values()
    )
