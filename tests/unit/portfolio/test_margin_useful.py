"""Which longs a scan counts: never does one more raise what is asked, and no hand choice is cheaper."""

from math import inf
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.portfolio.margin.worlds import arrays
from unit.portfolio.scans import CALL, ES, FUTURE, PUT, SIZE, One, call, future, held, put, scan

pytestmark = [pytest.mark.unit, pytest.mark.risk]

HOUSE = 1.25
ONES = st.tuples(
    st.integers(-3, 3).filter(bool),
    st.sampled_from([CALL, PUT, FUTURE]),
    st.sampled_from([4800.0, 5600.0, 5900.0, 5950.0, 6000.0, 6100.0, 6600.0]),
    st.sampled_from(["ESZ25", "ESH26", "ESM26"]),
    st.sampled_from([0.0, 0.002, 0.1, 0.4, 0.8]),
)
BOOKS = st.lists(ONES, min_size=1, max_size=6)
LONGS = ONES.filter(lambda one: one[1] != FUTURE).map(lambda one: (abs(one[0]), *one[1:]))
FACTORS = st.sampled_from([1.0, HOUSE])


@given(BOOKS, LONGS, FACTORS)
def test_another_long_never_raises_what_a_scan_asks(
    book: list[One], more: One, factor: float
) -> None:
    """Whatever month it is on, whenever it ends, and beside whatever it stands."""
    before, after = (scan(*ones, factor=factor) for ones in (book, [*book, more]))
    assert float(after.requirement) <= float(before.requirement) + 0.011


def by_hand(book: list[One], shares: list[float], factor: float) -> float:
    """What is asked if so much of each long counts, in plain steps and without any bound."""
    gains = arrays(held(*book), ES) * SIZE
    price = held(*book).price * SIZE
    count = np.array([one[0] * x for one, x in zip(book, shares, strict=True)])
    months = {one[3] for one in book}
    sums = [
        sum(gains[:, k] * count[k] for k, one in enumerate(book) if one[3] == month)
        for month in months
    ]
    apart = sum(max(-row.min(), 0.0) for row in sums)
    together = max(-sum(sums).min(), 0.0)
    shorts = -sum(one[0] for one in book if one[0] < 0 and one[1] != FUTURE)
    least = shorts * ES.minimum * ES.price * 6000.0 * SIZE
    value = sum(price[k] * count[k] for k, one in enumerate(book) if one[1] != FUTURE)
    risk = max(apart - ES.credit * (apart - together), least)
    return max(factor * risk - value, 0.0)


@given(BOOKS, FACTORS, st.randoms(use_true_random=False))
def test_no_choice_by_hand_of_what_counts_is_ever_cheaper(
    book: list[One], factor: float, rng: Random
) -> None:
    found = scan(*book, factor=factor)
    long = [one[0] > 0 and one[1] != FUTURE for one in book]
    for draw in (lambda: 1.0, lambda: 0.0, rng.random, lambda: float(rng.random() < 0.5)):
        for _ in range(3):
            shares = [draw() if mine else 1.0 for mine in long]
            assert float(found.requirement) <= by_hand(book, shares, factor) + 0.01


@given(BOOKS, FACTORS)
def test_no_book_with_a_bound_is_asked_more(book: list[One], factor: float) -> None:
    found = scan(*book, factor=factor)
    assert found.requirement >= 0
    assert found.most == inf or float(found.requirement) <= found.most + 0.006


def test_a_long_that_loses_its_price_where_the_rest_loses_most_is_left_out() -> None:
    """Where the worst is a rise, the house would like a quarter more than the put costs."""
    sold, a_put = future(-1), put(1, 5990.0, years=0.02)
    naked, both = scan(sold, factor=HOUSE), scan(sold, a_put, factor=HOUSE)
    price = held(a_put).price[0] * SIZE
    assert both.requirement == naked.requirement
    assert both.idle == both.option_value == pytest.approx(price)
    assert float(both.bp_effect - naked.bp_effect) == pytest.approx(price, abs=0.02)
    assert scan(sold, a_put).idle == 0.0  # the exchange has no quarter


def test_a_long_counts_in_part_when_a_part_is_of_most_use() -> None:
    """Far more puts than the short one needs: what they gain below is of no more use."""
    bare = scan(put(-1, 5900.0), call(-1, 6100.0), factor=HOUSE)
    many = scan(put(-1, 5900.0), call(-1, 6100.0), put(30, 5600.0), factor=HOUSE)
    price = held(put(30, 5600.0)).price[0] * 30 * SIZE
    assert many.requirement < bare.requirement
    assert 0.0 < many.idle < price


def test_the_put_that_once_cost_four_thousand_costs_nothing() -> None:
    calls, puts = call(-2, 5900.0), put(3, 6100.0, "ESM26", 0.8)
    assert scan(calls, puts, factor=HOUSE).requirement <= scan(calls, factor=HOUSE).requirement


@pytest.mark.parametrize(
    "book",
    [
        (put(1, 5900.0), put(-1, 5800.0)),
        (put(1, 5900.0), put(2, 5800.0, "ESH26"), call(3, 6600.0)),
        (put(2, 6600.0), put(-1, 5800.0)),
    ],
)
def test_where_nothing_is_asked_every_long_is_of_use(book: tuple[One, ...]) -> None:
    found = scan(*book, factor=HOUSE)
    assert (found.requirement, found.idle) == (0, 0.0)


def test_a_program_without_an_answer_counts_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is never too low."""

    class Nothing:
        x = None

    sold = (future(-1), put(1, 5990.0, years=0.02))
    best = scan(*sold, factor=HOUSE)
    monkeypatch.setattr("scipy.optimize.linprog", lambda *_, **__: Nothing)
    found = scan(*sold, factor=HOUSE)
    assert found.idle == 0.0
    assert found.requirement > best.requirement


def test_options_that_ended_on_different_days_do_not_cover_each_other() -> None:
    """Though neither is settled yet, and both have no time left."""
    short, cover = put(-1, 5900.0, years=-0.002), put(1, 5850.0, years=-0.002)
    assert scan(short, cover, factor=HOUSE).most == 50.0 * SIZE
    later = put(1, 5850.0, years=-0.001)
    assert scan(short, later, factor=HOUSE).most == 5900.0 * SIZE


def test_a_put_of_another_month_may_save_a_future_something() -> None:
    alone, guarded = (
        scan(future(1), *more, factor=HOUSE) for more in ((), (put(1, 5900.0, "ESH26", 0.4),))
    )
    assert guarded.credit > 0.0
    assert guarded.requirement < alone.requirement
