"""A table of worlds on the modelled surface is every world of it by itself."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tomking.core.contract import Contract, Right, Settles
from tomking.core.reading import Skip
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket, ModelSnapshot
from tomking.market.delivery import future_contract
from tomking.market.sessions import session_of
from tomking.market.snapshot import MID, Legs
from tomking.portfolio import marks as worth
from tomking.portfolio.columns import columns
from tomking.portfolio.landscape import axes, worth_over
from tomking.portfolio.scenarios import AUG5_LOW
from tomking.portfolio.stress import replayed
from tomking.risk.hedge import Exposed, Proposal, cheapest, hedges, listed, measured, stress_loss
from tomking.risk.limits import Limits

pytestmark = [pytest.mark.unit, pytest.mark.risk]

OVER = axes((-0.1, -0.03, 0.0, 0.04), (0.8, 1.0, 2.5), (0.0, 2.0, 5.5))


@pytest.fixture(scope="module")
def now() -> ModelSnapshot:
    hours = session_of(date(2018, 2, 7))
    assert hours is not None
    return ModelMarket(window(), 1).at(hours.at(60))


def book(now: ModelSnapshot, *roots: str) -> Legs:
    """Puts and calls of some roots, near and far, from out of the money to the money."""
    found = []
    for root in roots:
        chain = now.chain(root)
        assert not isinstance(chain, Skip)
        for dte in (9, 40, 128):
            expiry = chain.expiry_near(dte, 12)
            assert not isinstance(expiry, Skip)
            for right, delta in ((Right.PUT, 0.2), (Right.CALL, 0.4), (Right.PUT, 0.5)):
                quote = chain.by_delta(expiry, right, delta)
                assert not isinstance(quote, Skip)
                found.append((quote.contract, 2 if right is Right.CALL else -1))
    return columns(found)


@pytest.mark.parametrize("roots", [("SPX",), ("ES", "MES"), ("SPY", "SPX")])
def test_every_world_is_what_it_is_by_itself(now: ModelSnapshot, roots: tuple[str, ...]) -> None:
    """But for a trifle: no bid is below nought, so what is worth next to nothing is marked above it."""
    legs = book(now, *roots)
    table = worth_over(legs, now, OVER)
    size = float(np.abs(legs.quantity * legs.multiplier).sum())
    for place in np.ndindex(*table.shape):
        shock = OVER.shock(*place)
        if (
            shock.spot or shock.minutes or place[1] != 1
        ):  # the world that trades stands on its ticks
            alone = worth.total(legs, now.marks(legs, shock))
            assert table[place] == pytest.approx(alone, abs=1e-3 * size), place


def test_near_the_money_it_is_the_same_to_the_last_digits(now: ModelSnapshot) -> None:
    legs = book(now, "SPX", "MES")
    late = legs.where(
        np.array([(leg.expiry - date(2018, 2, 7)).days > 90 for leg in legs.contracts])
    )
    table = worth_over(late, now, OVER)
    for place in np.ndindex(*table.shape):
        if place[0] in (1, 3):
            alone = worth.total(late, now.marks(late, OVER.shock(*place)))
            assert table[place] == pytest.approx(alone, rel=1e-11)


def test_american_options_on_the_quarterly_future_agree_too(now: ModelSnapshot) -> None:
    strike = Decimal(round(now.instant.index / 25) * 25)
    put = Contract("ES", date(2018, 3, 16), Right.PUT, strike, "ESH18", Settles.AM)
    legs = columns([(put, 1)])
    table = worth_over(legs, now, OVER)
    for place in ((0, 0, 0), (1, 2, 1), (3, 1, 2)):
        alone = now.marks(legs, OVER.shock(*place)).table[MID, 0]
        assert table[place] == pytest.approx(50.0 * alone, abs=0.5)


def test_a_future_is_carried_from_the_index_and_nears_it(now: ModelSnapshot) -> None:
    legs = columns([(future_contract("ES", "ESM18"), 1)])
    table = worth_over(legs, now, OVER)
    for place in np.ndindex(*table.shape):
        alone = now.marks(legs, OVER.shock(*place)).table[MID, 0]
        assert table[place] == pytest.approx(50.0 * alone, abs=13.0)  # a tick where nothing moves
    assert len(set(table[2, 1].round(6).tolist())) == 3


def test_an_option_that_is_over_by_then_is_worth_what_it_is_exercised_for(
    now: ModelSnapshot,
) -> None:
    legs = book(now, "SPX")
    week = legs.where(
        np.array([(leg.expiry - date(2018, 2, 7)).days < 15 for leg in legs.contracts])
    )
    table = worth_over(week, now, axes((-0.05, 0.0), (1.0, 3.0), (30.0,)))
    index = now.instant.index
    for row, spot in enumerate((-0.05, 0.0)):
        inside = np.maximum(week.sign * (index * (1.0 + spot) - week.strike), 0.0)
        paid = float(np.dot(week.quantity * week.multiplier, inside))
        assert table[row, :, 0].tolist() == pytest.approx([paid] * 2, rel=1e-3, abs=60.0)


def test_a_book_in_the_modelled_market_is_hedged_from_its_own_chain() -> None:
    hours = session_of(date(2018, 1, 24))
    assert hours is not None
    calm = ModelMarket(window(), 1).at(hours.at(60))
    chain = calm.chain("ES")
    assert not isinstance(chain, Skip)
    expiry = chain.expiry_near(120, 12)
    assert not isinstance(expiry, Skip)
    put = chain.by_delta(expiry, Right.PUT, 0.05)
    assert not isinstance(put, Skip)
    legs = columns([(put.contract, -10)])
    lost = replayed(legs, 0.0, calm, AUG5_LOW)
    over = Exposed(legs, lost.loss / 0.202 - lost.before.net_liq, calm)
    asks = stress_loss(Limits())
    assert not measured(over, asks).passed
    found = cheapest(over, asks, hedges(listed(chain, calm.day.session.day)), Limits())
    assert isinstance(found, Proposal), str(found)
    assert measured(over.with_(found.hedge, found.units), asks).passed


def test_what_is_off_the_clock_is_unknown_and_nothing_held_is_nothing(now: ModelSnapshot) -> None:
    """The clock ends three years after the history does: nobody knows what is left of an option then."""
    far = Contract("SPX", date(2027, 1, 15), Right.PUT, Decimal(5000))
    table = worth_over(columns([(far, 1)]), now, OVER)
    assert np.isnan(table).all()
    assert (worth_over(columns(()), now, OVER) == 0.0).all()
