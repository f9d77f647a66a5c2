"""The rule against a brute force over every use of every contract, on 2,000 books."""

import pytest

from tomking.core.product import Kind
from tomking.portfolio.margin.house import House, house_for
from tomking.portfolio.margin.rule import requirement
from unit.portfolio.books import UNDERLYING, Book, random_book
from unit.portfolio.brute import second_opinion

pytestmark = [pytest.mark.unit, pytest.mark.risk]

BOOKS = range(2_000)
ETF, RULES = house_for(Kind.ETF), house_for(Kind.ETF, "exchange")
INDEX = house_for(Kind.INDEX, symbol="XSP")


def houses(book: Book) -> tuple[House, ...]:
    """An index has no shares."""
    return (ETF, RULES, INDEX) if all(leg.right for leg in book) else (ETF, RULES)


@pytest.mark.parametrize("seeds", [BOOKS[k::10] for k in range(10)], ids=range(10))
def test_the_rule_agrees_with_every_use_of_every_contract(seeds: range) -> None:
    for seed in seeds:
        book = random_book(seed)
        for house in houses(book):
            margin = requirement(book, UNDERLYING, house)
            opened, kept = second_opinion(book, house)
            assert float(margin.requirement) == pytest.approx(opened, abs=0.0051), seed
            assert float(margin.maintenance) == pytest.approx(kept, abs=0.0051), seed
            assert margin.method == "universal"


def test_the_books_are_of_every_kind() -> None:
    """Otherwise the agreement would say little."""
    books = [random_book(seed) for seed in BOOKS]
    with_shares = [book for book in books if any(leg.right is None for leg in book)]
    assert len(with_shares) > 600
    assert sum(len({leg.expiry for leg in book if leg.right}) > 1 for book in books) > 600
    assert sum(len({leg.settles for leg in book if leg.right}) > 1 for book in books) > 600
    assert sum(len(book) == 6 for book in books) > 250
    margins = [requirement(book, UNDERLYING, ETF) for book in books]
    assert sum(bool(margin.uncovered) for margin in margins) > 1_000
    differ = [m for m in margins if 0 < m.maintenance < m.requirement]
    assert len(differ) > 500
