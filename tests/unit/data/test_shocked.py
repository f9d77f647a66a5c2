"""A modelled world that is asked about has no ticks; the one that is traded has."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tomking.core.contract import Right
from tomking.core.product import PRODUCTS
from tomking.core.reading import Skip
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket, ModelSnapshot
from tomking.market.modelled import later, mark
from tomking.market.sessions import session_of
from tomking.market.snapshot import ASK, BID, MID, Legs, Shock
from tomking.portfolio.columns import columns

pytestmark = pytest.mark.unit

ROOTS = ("ES", "MES", "SPX", "SPY")


@pytest.fixture(scope="module")
def now() -> ModelSnapshot:
    hours = session_of(date(2018, 2, 7))
    assert hours is not None
    return ModelMarket(window(), 1).at(hours.at(60))


@pytest.fixture(scope="module")
def legs(now: ModelSnapshot) -> Legs:
    """A 5- and a 40-delta put of every root, a week and four months away."""
    found = []
    for root in ROOTS:
        chain = now.chain(root)
        assert not isinstance(chain, Skip)
        for dte in (7, 120):
            expiry = chain.expiry_near(dte, 30)
            assert not isinstance(expiry, Skip)
            for delta in (0.05, 0.40):
                quote = chain.by_delta(expiry, Right.PUT, delta)
                assert not isinstance(quote, Skip)
                found.append((quote.contract, 1))
    return columns(found)


def test_what_is_traded_stands_on_its_tick(now: ModelSnapshot, legs: Legs) -> None:
    table = now.marks(legs).table
    for contract, bid, ask in zip(legs.contracts, table[BID], table[ASK], strict=True):
        ticks = PRODUCTS[contract.root].ticks
        for price in (Decimal(repr(float(bid))), Decimal(repr(float(ask)))):
            assert price % ticks.tick(price) == 0


@pytest.mark.parametrize("row", [BID, MID, ASK])
def test_a_shocked_price_is_smooth_in_the_shock(now: ModelSnapshot, legs: Legs, row: int) -> None:
    """A hundredth of the step makes a hundredth of the difference; ticks would make none, or one."""
    here, near, far = (
        now.marks(legs, Shock(spot)).table[row] for spot in (-0.05, -0.05001, -0.051)
    )  # fmt: skip
    assert (near - here) * 100.0 == pytest.approx(far - here, rel=0.05)


def test_next_to_no_shock_is_the_same_world_but_for_the_ticks(
    now: ModelSnapshot, legs: Legs
) -> None:
    traded, asked = (now.marks(legs, Shock(spot)).table for spot in (0.0, 1e-12))
    ticks = np.array([float(PRODUCTS[leg.root].ticks.large) for leg in legs.contracts])
    assert (np.abs(traded[[BID, ASK]] - asked[[BID, ASK]]) <= 2.0 * ticks + 1e-9).all()
    assert traded[MID] == pytest.approx(asked[MID], abs=float(ticks.max()))
    assert traded[3:8] == pytest.approx(asked[3:8], rel=1e-6)


DAY = 1440.0


def test_time_that_goes_by_takes_premium_away(now: ModelSnapshot, legs: Legs) -> None:
    """Out of the money and with the index still, from one day to the next, weekends with less."""
    mids = np.array([now.marks(legs, Shock(minutes=k * DAY)).table[MID] for k in range(7)])
    assert (np.diff(mids, axis=0) < 0.0).all()


def test_some_time_on_is_the_instant_that_will_be(now: ModelSnapshot, legs: Legs) -> None:
    """As priced from the later clock, at the index and the VIX of now; no ticks."""
    for minutes, day, minute in ((30.0, 7, 90.0), (2 * DAY + 120.0, 9, 180.0), (800.0, 7, 860.0)):
        then = later(now.instant, minutes, now.market.clock)
        assert date.fromordinal(then.day) == date(2018, 2, day)
        assert then.minute == minute
        assert then.variance == now.market.clock.at(then.day, minute)
        assert (then.index, then.vix) == (now.instant.index, now.instant.vix)
        assert (then.share > 0.0) == (minute < 390.0)
        marked = mark(now.market.columns(legs.contracts), then, Shock(0.0), smooth=True).table
        assert np.array_equal(now.marks(legs, Shock(minutes=minutes)).table, marked)


def test_a_night_begins_another_day_and_a_weekend_has_no_hours(now: ModelSnapshot) -> None:
    then = later(now.instant, 15 * 60.0, now.market.clock)
    assert (date.fromordinal(then.day), then.minute, then.share) == (date(2018, 2, 8), -480.0, 0.0)
    saturday = later(now.instant, 3 * DAY, now.market.clock)
    assert (date.fromordinal(saturday.day), saturday.share) == (date(2018, 2, 10), 0.0)


def test_an_option_that_is_over_by_then_has_no_mark(now: ModelSnapshot, legs: Legs) -> None:
    table = now.marks(legs, Shock(minutes=40 * DAY)).table
    week = np.array([(leg.expiry - date(2018, 2, 7)).days < 40 for leg in legs.contracts])
    assert np.isnan(table[MID, week]).all()
    assert not np.isnan(table[MID, ~week]).any()


def test_far_inside_an_option_on_a_share_is_quoted_about_its_exercise_value(
    now: ModelSnapshot, legs: Legs
) -> None:
    """The share yields more than the rate: a call stands above what its forward makes of it."""
    assert now.instant.carry.dividend_yield > now.instant.carry.rate
    calls = [replace(leg, right=Right.CALL) for leg in legs.contracts if leg.root == "SPY"]
    held = columns([(leg, 1) for leg in calls])
    table = now.marks(held, Shock(1.0)).table
    assert table[MID] == pytest.approx(0.2 * now.instant.index - held.strike, rel=2e-3)
    assert (table[ASK] - table[BID] < 0.1).all()
