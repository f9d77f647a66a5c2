"""Naked shorts: which longs cover which, and what a short is quoted at once so much is lost."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.order import Leg
from tomking.portfolio.book import Book, Position
from tomking.portfolio.uncovered import prices_at, uncovered
from worlds.board import FRIDAY, board
from worlds.orders import book_with, legs_of, order

pytestmark = pytest.mark.unit


def held(*tranches: tuple[str, str], expiry: date = FRIDAY) -> Book:
    """A campaign of some tranches, each leg traded at 10."""
    legs = tuple(
        Leg(contract, count, name)
        for name, text in tranches
        for count, contract in legs_of(text, expiry)
    )
    opened = replace(order(tranches[0][1]), legs=legs)
    return book_with(board().at, (opened, ["10.00"] * len(legs)))


def of(book: Book, tranche: str) -> Position:
    return next(each for each in book.positions.values() if each.tranche == tranche)


def bare(book: Book, tranche: str) -> list[str]:
    return [f"{count} {short.strike:f}" for short, count in uncovered(of(book, tranche), book)]


def test_a_spread_has_none_and_a_short_alone_is_one() -> None:
    assert bare(held(("all", "-1 6090 C, +1 6120 C")), "all") == ["1 6090"]
    assert bare(held(("all", "-1 6120 C, +1 6090 C")), "all") == []
    assert bare(held(("all", "-1 5900 P, +1 5950 P")), "all") == []
    assert bare(held(("all", "-2 5900 P")), "all") == ["2 5900"]


def test_one_long_covers_one_short_and_the_dearest_first() -> None:
    book = held(("trap", "+1 5700 P, -1 5650 P"), ("naked", "-2 5000 P"))
    assert bare(book, "trap") == []
    assert bare(book, "naked") == ["2 5000"]
    wide = held(("trap", "+3 5700 P, -1 5650 P"), ("naked", "-3 5000 P"))
    assert bare(wide, "naked") == ["1 5000"]


def test_a_short_is_priced_as_if_all_else_were_worth_nothing() -> None:
    """Two taken at 10 each, 600 lost of $50: 1,600 for both, 32 for one alone or 16 for each of two."""
    pair = of(held(("all", "-1 5900 P, -1 6120 C")), "all")
    assert [price for _, price in prices_at(pair, Decimal(600))] == [Decimal(32), Decimal(32)]
    both = of(held(("all", "-2 5900 P")), "all")
    assert [price for _, price in prices_at(both, Decimal(600))] == [Decimal(16)]


def test_nobody_knows_what_a_short_is_at_while_something_is_long_beside_it() -> None:
    assert list(prices_at(of(held(("all", "+1 5900 P, -2 5850 P")), "all"), Decimal(600))) == []
