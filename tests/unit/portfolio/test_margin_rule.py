"""The margin rule against a slow second opinion, and what must hold for every book."""

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from tomking.core.contract import Right, Settles
from tomking.core.errors import QuoteMissing
from tomking.core.product import Kind
from tomking.portfolio.margin.house import House, house_for
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.rule import merged, requirement
from unit.portfolio.books import (
    EXPIRIES,
    SPOT,
    UNDERLYING,
    contracts,
    loss,
    pool,
    random_book,
    random_leg,
    second_opinion,
)

pytestmark = [pytest.mark.unit, pytest.mark.risk]

CALL, PUT = Right.CALL, Right.PUT
NEAR, FAR, _ = EXPIRIES
ETF = house_for(Kind.ETF)
INDEX = house_for(Kind.BROAD_INDEX)
SEEDS = range(300)
#: 300 books in ten tests of thirty.
blocks = pytest.mark.parametrize("seeds", [SEEDS[k::10] for k in range(10)], ids=range(10))


def need(book: tuple[MarginLeg, ...], house: House = ETF) -> float:
    return float(requirement(book, UNDERLYING, house).requirement)


def leg(right: Right, strike: float, quantity: int, price: float, day: date = NEAR) -> MarginLeg:
    return MarginLeg(right, strike, day, quantity, price)


@blocks
def test_the_rule_agrees_with_the_second_opinion(seeds: range) -> None:
    for seed in seeds:
        book = random_book(seed)
        for house in (ETF, INDEX):
            assert need(book, house) == pytest.approx(second_opinion(book, house), abs=0.006), seed


def hand_pairing(book: tuple[MarginLeg, ...], house: House, rng: Random) -> float:
    """Somebody pairs shorts with longs one to one, as they come, and leaves the rest uncovered."""
    shorts, longs = contracts(book, -1), contracts(book, 1)
    rng.shuffle(shorts)
    total, naked = 0.0, []
    for short in shorts:
        fits = [x for x in longs if x.right is short.right and x.expiry == short.expiry]
        if house.calendars:
            fits += [x for x in longs if x.right is short.right and x.expiry > short.expiry]
        if fits and rng.random() < 0.7:
            longs.remove(fits[0])
            total += loss([short], [fits[0]])
        else:
            naked.append(short)
    return total + pool(naked, house)


@blocks
def test_no_hand_pairing_is_ever_cheaper(seeds: range) -> None:
    for seed in seeds:
        rng, book = Random(seed), random_book(seed)
        least = min(hand_pairing(book, ETF, rng) for _ in range(20))
        assert need(book) <= least + 0.006


@blocks
def test_another_long_never_raises_it(seeds: range) -> None:
    for seed in seeds:
        book = random_book(seed)
        more = random_leg(Random(seed + 10_000), EXPIRIES)
        assert need((*book, replace(more, quantity=abs(more.quantity)))) <= need(book) + 0.006


@blocks
def test_the_order_of_legs_and_the_size_of_lots_do_not_matter(seeds: range) -> None:
    for seed in seeds:
        book = random_book(seed)
        lots = [replace(x, quantity=int(math.copysign(1, x.quantity))) for x in
                (*contracts(book, 1), *contracts(book, -1))]  # fmt: skip
        Random(seed).shuffle(lots)
        assert requirement(lots, UNDERLYING, ETF) == requirement(book, UNDERLYING, ETF)
        assert merged(lots) == merged(book)


@blocks
def test_twice_the_book_needs_at_most_twice_as_much(seeds: range) -> None:
    """Equal but where half of a short is best left uncovered, which a single contract cannot be."""
    for seed in seeds:
        book = random_book(seed)
        twice = tuple(replace(x, quantity=2 * x.quantity) for x in book)
        assert need(twice) <= 2 * need(book) + 0.006


@pytest.mark.parametrize("times", [2, 3, 10])
def test_a_trade_plans_structure_scales_with_its_quantity(times: int) -> None:
    ladder = (leg(PUT, 96, 1, 2.0), leg(PUT, 92, -1, 1.2), leg(PUT, 84, -2, 0.5))
    condor = (
        leg(PUT, 85, 1, 0.3), leg(PUT, 90, -1, 0.8), leg(CALL, 110, -1, 0.8), leg(CALL, 115, 1, 0.3)
    )  # fmt: skip
    strangle = (leg(PUT, 88, -1, 0.8), leg(CALL, 112, -1, 0.7))
    for book in (ladder, condor, strangle):
        more = tuple(replace(x, quantity=times * x.quantity) for x in book)
        assert need(more) == pytest.approx(times * need(book), abs=0.006)


@blocks
def test_it_is_never_negative_and_never_more_than_everything_uncovered(seeds: range) -> None:
    for seed in seeds:
        book = random_book(seed)
        assert 0.0 <= need(book) <= pool(contracts(book, -1), ETF) + 0.006


@blocks
def test_what_can_be_lost_at_expiry_is_all_a_covered_book_needs(seeds: range) -> None:
    for seed in seeds:
        book = tuple(replace(x, expiry=NEAR) for x in random_book(seed))
        shorts, longs = contracts(book, -1), contracts(book, 1)
        covered = all(
            sum(x.right is right for x in shorts) <= sum(x.right is right for x in longs)
            for right in Right
        )
        if covered:
            assert need(book) <= loss(shorts, longs) + 0.006
        else:
            assert requirement(book, UNDERLYING, ETF).uncovered


def test_the_opening_print_does_not_cover_the_close() -> None:
    short = leg(CALL, 105, -1, 2.0)
    long = replace(leg(CALL, 106, 1, 1.5), settles=Settles.AM)
    assert need((short, long)) == need((short,)) == 1700.0
    assert need((short, replace(long, settles=Settles.PM))) == 100.0


def test_a_cash_index_has_no_calendar_relief_at_the_house_but_has_it_by_the_rule_book() -> None:
    book = (leg(PUT, 95, -1, 2.0), leg(PUT, 95, 1, 4.0, FAR))
    assert need(book, INDEX) == 2200.0
    assert need(book, house_for(Kind.BROAD_INDEX, "exchange")) == 0.0


def test_two_expiries_can_both_lose() -> None:
    near = (leg(PUT, 90, -1, 1.0), leg(PUT, 85, 1, 0.5))
    far = (leg(CALL, 110, -1, 1.0, FAR), leg(CALL, 115, 1, 0.5, FAR))
    together = tuple(replace(x, expiry=NEAR) for x in (*near, *far))
    assert need((*near, *far)) == 1000.0
    assert need(together) == 500.0


def test_a_long_that_is_gone_does_not_cover_what_remains() -> None:
    early = leg(CALL, 100, 1, 3.0)
    spread = (leg(CALL, 105, -1, 3.0, FAR), leg(CALL, 110, 1, 2.0, FAR))
    assert need((early, *spread)) == 500.0


def test_of_a_ratio_the_right_puts_stay_uncovered() -> None:
    book = (leg(PUT, 96, 1, 2.0), leg(PUT, 92, -1, 1.2), leg(PUT, 84, -2, 0.5))
    (left,) = requirement(book, UNDERLYING, ETF).uncovered
    assert (left.strike, left.count) == (84.0, 2)


def test_a_leveraged_fund_is_charged_by_its_leverage() -> None:
    fund = Underlying("TQQQ", 100.0, Kind.LEVERAGED_ETF, leverage=3.0)
    bear = replace(fund, leverage=-3.0)
    short = (leg(CALL, 100, -1, 5.0),)
    house = house_for(Kind.LEVERAGED_ETF, "exchange")
    assert requirement(short, fund, house).requirement == Decimal(6500)
    assert requirement(short, bear, house).requirement == Decimal(6500)


def test_volatility_products_and_unlisted_indexes_have_their_own_rates() -> None:
    assert house_for(Kind.ETF, symbol="UVXY").rate == 1.0
    assert house_for(Kind.INDEX, symbol="VIX").calendars is False
    assert house_for(Kind.INDEX, symbol="SOX").rate == 0.20
    assert house_for(Kind.INDEX, "exchange", "SPX").floor == 0.0


def test_options_on_a_future_are_an_estimate_at_the_future_s_multiplier() -> None:
    future = Underlying("ES", 6000.0, Kind.FUTURE, multiplier=50.0)
    house = house_for(Kind.FUTURE)
    put = requirement([leg(PUT, 5400, -1, 20.0)], future, house)
    assert put.requirement == Decimal(50 * (540 + 20))
    assert put.bp_effect == Decimal(50 * 540)
    assert put.method == "estimate"


def test_a_future_or_shares_are_charged_apart_and_cover_nothing() -> None:
    future = Underlying("ES", 6000.0, Kind.FUTURE, multiplier=50.0)
    bare = MarginLeg(None, 0.0, NEAR, -2, 6000.0)
    assert requirement([bare], future, house_for(Kind.FUTURE)).requirement == Decimal(60_000)
    shares = MarginLeg(None, 0.0, NEAR, 100, 100.0)
    call = leg(CALL, 110, -1, 1.0)
    assert need((shares,)) == 5000.0
    assert need((shares, call)) == 5000.0 + need((call,))


def test_without_a_mark_margin_is_unknown_and_not_zero() -> None:
    with pytest.raises(QuoteMissing, match="95"):
        need((leg(PUT, 95, -1, math.nan),))
    with pytest.raises(QuoteMissing, match="ACME"):
        requirement([leg(PUT, 95, -1, 1.0)], replace(UNDERLYING, price=math.nan), ETF)


def test_nothing_held_needs_nothing() -> None:
    empty = requirement([], UNDERLYING, ETF)
    assert (empty.requirement, empty.bp_effect, empty.uncovered) == (Decimal(0), Decimal(0), ())
    bought = requirement([leg(CALL, 100, 2, 3.0)], UNDERLYING, ETF)
    assert (bought.requirement, bought.bp_effect) == (Decimal(0), Decimal(600))


def test_too_many_ways_are_marked_a_bound() -> None:
    wide = (
        leg(PUT, 60, 1000, 0.1), leg(PUT, 90, -999, 1.0),
        leg(CALL, 110, -998, 1.0), leg(CALL, 140, 1001, 0.1),
    )  # fmt: skip
    margin = requirement(wide, UNDERLYING, ETF)
    assert margin.method == "bound"
    assert float(margin.requirement) <= pool(contracts(wide, -1), ETF)


def test_margin_of_values_is_itself_a_value() -> None:
    book = random_book(7)
    assert hash(book)
    assert hash(requirement(book, UNDERLYING, ETF)) == hash(requirement(book, UNDERLYING, ETF))
    assert UNDERLYING.price == SPOT
