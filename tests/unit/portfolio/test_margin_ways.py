"""Sharing longs out and thinning ways: nothing that could be cheapest is lost, and limits are said."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tomking.core.contract import Right
from tomking.core.errors import ConfigError
from tomking.core.product import Kind
from tomking.portfolio.margin import sharing, ways
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.margin.leg import MarginLeg
from tomking.portfolio.margin.rule import requirement
from unit.portfolio.books import EXPIRIES, UNDERLYING, contracts, pool, random_book, second_opinion

pytestmark = [pytest.mark.unit, pytest.mark.risk]

ETF = house_for(Kind.ETF)
CALL, PUT = Right.CALL, Right.PUT
NEAR, MIDDLE, FAR = EXPIRIES


def leg(right: Right, strike: float, quantity: int, price: float, day: date) -> MarginLeg:
    return MarginLeg(right, strike, day, quantity, price)


@pytest.mark.parametrize("block", range(5))
def test_thinning_loses_nothing(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "JOINT_MAX", 0)
    for seed in range(3 * block, 900, 15):
        book = random_book(seed)
        need = float(requirement(book, UNDERLYING, ETF).requirement)
        assert need == pytest.approx(second_opinion(book, ETF), abs=0.006), seed


def test_thinning_keeps_one_of_equal_ways_and_drops_the_dearer() -> None:
    table = np.zeros((6, 4))
    table[ways.LOSS] = (500.0, 200.0, 0.0, 0.0)
    table[ways.PUTS] = (0.0, 700.0, 700.0, 700.0)
    table[ways.COUNT] = (0.0, 2.0, 2.0, 1.0)
    kept = ways.thinned(ways.Ways(table, np.arange(4.0)[:, None]))
    assert kept.naked[:, 0].tolist() == [0.0, 3.0]


def test_a_floor_is_never_above_what_a_way_costs() -> None:
    rng = np.random.default_rng(7)
    for _ in range(200):
        table = rng.uniform(0.0, 1000.0, (6, 5))
        table[ways.CALL_PREMIUM] = table[ways.CALLS] * rng.uniform(0.0, 1.0, 5)
        table[ways.PUT_PREMIUM] = table[ways.PUTS] * rng.uniform(0.0, 1.0, 5)
        least, _ = ways.cheapest(ways.Ways(table, np.zeros((5, 1))), np.zeros(6))
        assert ways.floor_of(ways.floors(table)) <= least + 1e-9


def test_a_long_covers_whichever_expiry_is_dearer_and_both_in_part() -> None:
    long = leg(CALL, 100, 2, 9.0, FAR)
    shorts = (leg(CALL, 100, -2, 3.0, NEAR), leg(CALL, 100, -2, 6.0, MIDDLE))
    margin = requirement((long, *shorts), UNDERLYING, ETF)
    assert [(one.expiry, one.count) for one in margin.uncovered] == [(NEAR, 2)]
    assert float(margin.requirement) == 2 * 2300.0
    fewer = requirement((long, *(replace(x, quantity=-1) for x in shorts)), UNDERLYING, ETF)
    assert (float(fewer.requirement), fewer.uncovered) == (0.0, ())


def test_too_many_sharings_are_tried_leg_by_leg_and_marked_a_bound() -> None:
    shorts = tuple(leg(CALL, 110, -40, 1.0, day) for day in EXPIRIES)
    longs = tuple(leg(CALL, strike, 40, 2.0, FAR) for strike in (106, 107, 108))
    margin = requirement((*shorts, *longs), UNDERLYING, ETF)
    assert margin.method == "bound"
    assert (float(margin.requirement), margin.uncovered) == (0.0, ())


def test_far_too_many_leave_each_long_with_its_own_expiry() -> None:
    firsts = [leg(CALL, 110, -1, 1.0, date(2026, 6, k)) for k in range(1, 9)]
    longs = [leg(CALL, 105, 1, 2.0, date(2026, 6, 8)) for _ in range(5)]
    tries, every = sharing.sharings(longs, firsts, calendars=True)
    (only,) = tries
    assert not every
    assert only == ((0,) * 5,) * 7 + ((1,) * 5,)


def test_a_long_that_outlives_no_short_is_given_to_none() -> None:
    early = leg(CALL, 100, 1, 3.0, NEAR)
    tries, every = sharing.sharings([early], [leg(CALL, 105, -1, 3.0, FAR)], calendars=True)
    assert (list(tries), every) == ([((0,),)], True)
    assert sharing.whole(3, 0) == [()]


def test_a_bound_is_never_above_everything_uncovered() -> None:
    book = tuple(leg(PUT, 90 - k, -300 - k, 1.0, NEAR) for k in range(3))
    cover = leg(PUT, 60, 901, 0.1, NEAR)
    margin = requirement((*book, cover), UNDERLYING, ETF)
    assert margin.method == "bound"
    assert float(margin.requirement) <= pool(contracts(book, -1), ETF)


def test_a_house_nobody_knows_is_an_error_that_names_the_ones_there_are() -> None:
    with pytest.raises(ConfigError, match="exchange, tastytrade"):
        house_for(Kind.ETF, "robin")


def test_a_future_has_no_intrinsic_value() -> None:
    assert MarginLeg(None, 0.0, NEAR, 1, 6000.0).intrinsic(5000.0) == 0.0
