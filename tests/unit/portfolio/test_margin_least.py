"""The least requirement, tried out and as a program: the two agree, and limits are said."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from random import Random

import pytest

from tomking.core.contract import Right
from tomking.core.product import Kind
from tomking.portfolio.margin import rule
from tomking.portfolio.margin.house import House, house_for
from tomking.portfolio.margin.least import solve
from tomking.portfolio.margin.least.lots import NONE, Lots
from tomking.portfolio.margin.least.problem import Answer, stated
from tomking.portfolio.margin.least.program import programmed
from tomking.portfolio.margin.least.tries import placed, tried
from tomking.portfolio.margin.leg import MarginLeg
from tomking.portfolio.margin.naked import naked_usd
from tomking.portfolio.margin.rule import merged, requirement
from tomking.portfolio.margin.shares import shares_of
from unit.portfolio.books import EXPIRIES, UNDERLYING, Book, random_book, shares, times

pytestmark = [pytest.mark.unit, pytest.mark.risk]

ETF, RULES = house_for(Kind.ETF), house_for(Kind.ETF, "exchange")
CALL, PUT = Right.CALL, Right.PUT
NEAR, MIDDLE, FAR = EXPIRIES


def leg(right: Right, strike: float, quantity: int, price: float, day: date) -> MarginLeg:
    return MarginLeg(right, strike, day, quantity, price)


def needs(house: House) -> partial[float]:
    return partial(naked_usd, underlying=UNDERLYING, house=house)


def both(options: Book, house: House, lots: Lots) -> tuple[Answer, Answer]:
    """A book tried out, and the same as a program."""
    asked = (100.0, house.calendars, needs(house))
    program = programmed(stated(options, *asked), lots, options)
    return solve.least(options, *asked, lots), program


def questions(seeds: range, size: int) -> Iterator[tuple[int, Book, House, Lots]]:
    """Random books, with each thing that is asked about their shares."""
    for seed in seeds:
        house = (ETF, RULES)[seed % 2]
        book = merged(times(random_book(seed), size))
        options = tuple(one for one in book if one.right)
        count = sum(one.quantity for one in book if one.right is None)
        yield seed, options, house, NONE
        if count:
            found = shares_of(count, options, UNDERLYING, house)
            yield seed, options, house, found.lots_bought
            yield seed, options, house, found.lots_held


@pytest.mark.parametrize(("seeds", "size"), [(range(150), 1), (range(150, 210), 3)])
def test_trying_out_and_the_program_find_the_same(seeds: range, size: int) -> None:
    for seed, options, house, lots in questions(seeds, size):
        tried_out, program = both(options, house, lots)
        assert program.need == pytest.approx(tried_out.need, abs=0.004), seed
        assert program.is_exact


def test_a_book_is_solved_the_same_whichever_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    books = [random_book(seed) for seed in range(40)]
    small = [requirement(book, UNDERLYING, ETF) for book in books]
    monkeypatch.setattr(solve, "CELLS_MAX", 0)
    for book, margin in zip(books, small, strict=True):
        large = requirement(book, UNDERLYING, ETF)
        assert (large.requirement, large.maintenance) == (margin.requirement, margin.maintenance)
        assert large.method == margin.method == "universal"


def wide_book(legs: int, seed: int) -> Book:
    rng = Random(seed)
    book = []
    for _ in range(legs):
        right, strike = rng.choice((CALL, PUT)), float(rng.randint(80, 120))
        mark = max(right.sign * (100.0 - strike), 0.0) + rng.uniform(0.05, 6.0)
        quantity = rng.choice((-1, 1)) * rng.randint(1, 10)
        book.append(leg(right, strike, quantity, round(mark, 2), rng.choice(EXPIRIES)))
    return tuple(book)


@pytest.mark.parametrize("seed", range(4))
def test_a_book_of_twenty_legs_and_a_thousand_shares_is_exact(seed: int) -> None:
    book = (*wide_book(20, seed), shares(1_000))
    margin = requirement(book, UNDERLYING, ETF)
    assert margin.method == "universal"
    assert 0 < margin.maintenance < margin.requirement
    halves = (requirement(book[:10], UNDERLYING, ETF), requirement(book[10:], UNDERLYING, ETF))
    assert margin.requirement <= halves[0].requirement + halves[1].requirement


def test_a_thousand_condors_need_their_width() -> None:
    condors = (
        leg(PUT, 85, 1000, 1.0, NEAR), leg(PUT, 90, -999, 2.0, NEAR),
        leg(CALL, 110, -998, 2.0, NEAR), leg(CALL, 115, 1001, 1.0, NEAR),
    )  # fmt: skip
    assert stated(condors, 100.0, True, needs(ETF)).layout.cells > solve.CELLS_MAX
    margin = requirement(condors, UNDERLYING, ETF)
    assert (margin.method, float(margin.requirement)) == ("universal", 999 * 500.0)


@pytest.mark.parametrize(("lots", "opened", "kept"), [(100, 57_000, 53_090), (50, 56_500, 55_250)])
def test_ninety_options_beside_shares_are_no_deeper_than_two(
    lots: int, opened: int, kept: int
) -> None:
    """Calls from 101 to 145 and puts from 55 to 99 at 1 each, 100 shares at 100.

    The lot carries the dearest call, 101, and the others need 1,900 down to 1,100. Bought it needs half
    of 10,000; from then on 10 % of the put at 99 and the point that is out of the money. Fifty shares
    are no lot: they need half and then a quarter of 5,000, and 101 needs 2,000.
    """
    calls = tuple(leg(CALL, 101 + k, -1, 1.0, NEAR) for k in range(45))
    puts = tuple(leg(PUT, 99 - k, 1, 1.0, NEAR) for k in range(45))
    margin = requirement((shares(lots), *calls, *puts), UNDERLYING, ETF)
    assert (margin.method, margin.requirement, margin.maintenance) == ("universal", opened, kept)


def test_a_search_that_is_stopped_gives_a_bound_from_both_sides() -> None:
    book = tuple(sorted(wide_book(40, 5), key=lambda one: one.expiry))
    problem = stated(merged(times(book, 3)), 100.0, True, needs(ETF))
    whole, stopped = programmed(problem), programmed(problem, nodes=0)
    assert whole.is_exact
    assert not stopped.is_exact
    assert stopped.floor <= whole.need <= stopped.need


def test_a_bound_is_called_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule, "least", lambda *_: Answer(1500.0, (), 1400.0))
    margin = requirement([leg(PUT, 90, -1, 1.0, NEAR)], UNDERLYING, ETF)
    assert (margin.method, str(margin.requirement)) == ("bound", "1500.00")


def test_a_small_book_never_loads_the_solver() -> None:
    """Half a second and more at the start of every command that asks for margin."""
    code = """
import sys
from datetime import date
from tomking.core.contract import Right
from tomking.core.product import Kind
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.rule import requirement
legs = [MarginLeg(Right.PUT, 90.0 + k, date(2026, 6, 19), q, 1.0) for k, q in enumerate((2, -2, -2, 2))]
legs.append(MarginLeg(None, 0.0, date.max, -200, 100.0))
print(requirement(legs, Underlying("ACME", 100.0, Kind.ETF), house_for(Kind.ETF)).method)
print("scipy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["universal", "False"]


def test_a_long_covers_whichever_expiry_is_dearer_and_both_in_part() -> None:
    long = leg(CALL, 100, 2, 9.0, FAR)
    shorts = (leg(CALL, 100, -2, 3.0, NEAR), leg(CALL, 100, -2, 6.0, MIDDLE))
    margin = requirement((long, *shorts), UNDERLYING, ETF)
    assert [(one.expiry, one.count) for one in margin.uncovered] == [(NEAR, 2)]
    assert float(margin.requirement) == 2 * 2300.0
    fewer = requirement((long, *(replace(x, quantity=-1) for x in shorts)), UNDERLYING, ETF)
    assert (float(fewer.requirement), fewer.uncovered) == (0.0, ())


def test_longs_are_shared_out_in_every_way_and_wait_for_the_last_expiry_first() -> None:
    assert placed(2, (2, 0), 3) == ((0, 0, 2), (1, 0, 1), (2, 0, 0))
    assert placed(3, (), 2) == ((0, 0),)


def test_of_equal_ways_the_one_with_the_fewest_uncovered_is_taken() -> None:
    """Covered at a loss of 10 points it needs as much as uncovered by the floor of a rate."""
    short, long = leg(PUT, 50, -1, 0.0, NEAR), leg(PUT, 45, 1, 0.0, NEAR)
    problem = stated((short, long), 100.0, True, needs(ETF))
    assert tried(problem) == Answer(500.0, ((short, 0),), 500.0)


def test_nothing_to_cover_is_nothing_to_solve() -> None:
    empty = stated((), 100.0, True, needs(ETF))
    assert tried(empty) == programmed(empty) == Answer(0.0, (), 0.0)
