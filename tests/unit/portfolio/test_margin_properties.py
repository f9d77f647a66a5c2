"""What must hold for every book, whatever it is called."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tomking.core.product import Kind
from tomking.portfolio.margin.house import House, house_for
from tomking.portfolio.margin.leg import MarginLeg
from tomking.portfolio.margin.rule import merged, requirement
from unit.portfolio import brute
from unit.portfolio.books import (
    EXPIRIES,
    UNDERLYING,
    Book,
    books,
    option_books,
    options,
    singles,
    times,
)
from unit.portfolio.parts import least_in_parts

pytestmark = [pytest.mark.unit, pytest.mark.risk]

ETF = house_for(Kind.ETF)
CENT = 0.006
tries = settings(max_examples=250)


def needed(book: Book, house: House = ETF) -> tuple[float, float]:
    margin = requirement(book, UNDERLYING, house)
    return float(margin.requirement), float(margin.maintenance)


def need(book: Book) -> float:
    return needed(book)[0]


def hand_pairing(book: Book, rng: Random, lot: brute.Lot) -> float:
    """Somebody pairs lots, shorts and longs one by one, as they come, and leaves the rest uncovered."""
    lots = singles(book)
    rng.shuffle(lots)
    shorts = [x for x in lots if x.right and x.quantity < 0]
    longs = [x for x in lots if x.right and x.quantity > 0]
    total, naked = 0.0, []
    for stock in (x for x in lots if x.right is None):
        pair = [rng.choice([None, *some]) for some in (shorts, longs)]
        dollars = lot(*pair) if abs(stock.quantity) == 100 else None
        if dollars is not None:
            shorts = [x for x in shorts if x is not pair[0]]
            longs = [x for x in longs if x is not pair[1]]
        alone = lot(None, None)
        assert alone is not None
        total += abs(stock.quantity) * (alone if dollars is None else dollars)
    for short in shorts:
        fits = [
            x for x in longs if x.right is short.right and x.settles is short.settles
            and x.expiry >= short.expiry
        ]  # fmt: skip
        if fits and rng.random() < 0.7:
            longs = [x for x in longs if x is not fits[0]]
            total += brute.loss([(short, 1)], [(fits[0], 1)])
        else:
            naked.append((short, 1))
    return total + brute.pool(naked, ETF)


@tries
@given(books, st.randoms(use_true_random=False))
def test_no_hand_pairing_is_ever_cheaper(book: Book, rng: Random) -> None:
    is_long = sum(leg.quantity for leg in book if leg.right is None) > 0
    for mine, lot in zip(needed(book), (brute.opened, brute.kept), strict=True):
        for _ in range(5):
            assert mine <= hand_pairing(book, rng, lot(is_long, ETF)) + CENT


@tries
@given(books, options)
def test_another_long_never_raises_it(book: Book, more: MarginLeg) -> None:
    long = replace(more, quantity=abs(more.quantity))
    for before, after in zip(needed(book), needed((*book, long)), strict=True):
        assert after <= before + CENT


@tries
@given(books, st.randoms(use_true_random=False))
def test_the_order_of_legs_and_the_size_of_lots_do_not_matter(book: Book, rng: Random) -> None:
    lots = singles(book)
    rng.shuffle(lots)
    assert requirement(lots, UNDERLYING, ETF) == requirement(book, UNDERLYING, ETF)
    assert merged(lots) == merged(book)


@tries
@given(books, st.integers(2, 3))
def test_so_many_times_the_book_needs_at_most_so_many_times_as_much(book: Book, count: int) -> None:
    """What is best for one book can be done with each of many. Many may do better: half of them can
    be left uncovered where half a contract would be best, and odd shares add up to lots."""
    for one, many in zip(needed(book), needed(times(book, count)), strict=True):
        assert many <= count * one + count * CENT


@tries
@given(option_books, st.integers(2, 5))
def test_only_whole_contracts_keep_many_books_from_needing_exactly_so_many_times_as_much(
    book: Book, count: int
) -> None:
    """Nothing is ever below what parts of contracts would need; where one book is no more than that,
    many need exactly so many times as much."""
    in_parts, one, many = least_in_parts(book, ETF), need(book), need(times(book, count))
    assert count * in_parts - CENT <= many <= count * (one + CENT)
    if one - in_parts < CENT:
        assert many == pytest.approx(count * one, abs=count * 2 * CENT)


@tries
@given(option_books, st.integers(2, 4))
def test_shorts_alone_need_exactly_so_many_times_as_much(book: Book, count: int) -> None:
    """Nothing is chosen, and the greater side of many books is the greater side of one."""
    bare = tuple(replace(leg, quantity=-abs(leg.quantity)) for leg in book)
    assert need(times(bare, count)) == pytest.approx(count * need(bare), abs=count * CENT)


@tries
@given(option_books, st.integers(2, 4))
def test_a_book_kept_covered_at_one_expiry_needs_exactly_so_many_times_as_much(
    book: Book, count: int
) -> None:
    """If many leave nothing uncovered, they need what they can lose together: so many times what one
    can lose, which one needs at most, and many need at most so many times what one does."""
    book = tuple(replace(leg, expiry=EXPIRIES[0], settles=book[0].settles) for leg in book)
    many = requirement(times(book, count), UNDERLYING, ETF)
    if not many.uncovered:
        assert float(many.requirement) == pytest.approx(count * need(book), abs=count * CENT)


@tries
@given(books)
def test_it_is_never_negative_and_never_more_than_everything_by_itself(book: Book) -> None:
    """Keeping never needs more than opening."""
    count = sum(leg.quantity for leg in book if leg.right is None)
    naked = [(leg, -leg.quantity) for leg in book if leg.right and leg.quantity < 0]
    opened, kept = needed(book)
    alone = brute.opened(count > 0, ETF)(None, None)
    assert alone is not None
    assert 0.0 <= kept <= opened <= brute.pool(naked, ETF) + abs(count) * alone + CENT


@tries
@given(option_books)
def test_what_can_be_lost_at_expiry_is_all_a_covered_book_needs(book: Book) -> None:
    book = tuple(replace(leg, expiry=EXPIRIES[0], settles=book[0].settles) for leg in book)
    shorts = [(leg, -leg.quantity) for leg in book if leg.quantity < 0]
    longs = [(leg, leg.quantity) for leg in book if leg.quantity > 0]
    most = brute.loss(shorts, longs)
    if most < float("inf"):
        assert need(book) <= most + CENT
    else:
        assert requirement(book, UNDERLYING, ETF).uncovered
