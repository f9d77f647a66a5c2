"""A modelled world that is asked about has no ticks; the one that is traded has."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tomking.core.contract import Right
from tomking.core.product import PRODUCTS
from tomking.core.reading import Skip
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket, ModelSnapshot
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
