"""What nobody typed is taken from the modelled chain of the file's instant, the same as the market's."""

from datetime import date
from decimal import Decimal

import pytest

from tomking.app.ticket.grid import owner_of
from tomking.app.ticket.listed import chain_of, exposed, quotes
from tomking.core.contract import Expiry, Right
from tomking.core.evidence import Stamped
from tomking.core.reading import Skip
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket, ModelSnapshot
from tomking.market.listing import front_future
from tomking.market.sessions import session_of
from tomking.market.snapshot import ASK, BID, MID, Quote
from tomking.portfolio.columns import columns
from worlds.tickets import LT112, SPREAD, changed, read

pytestmark = pytest.mark.unit

DAY = date(2018, 2, 7)
CAPITAL = Decimal(50_000)


@pytest.fixture(scope="module")
def now() -> ModelSnapshot:
    hours = session_of(DAY)
    assert hours is not None
    return ModelMarket(window(), 1).at(hours.at(60))


@pytest.mark.parametrize("root", ["ES", "MES", "SPX", "SPY"])
def test_the_chain_of_an_instant_is_the_one_the_market_has(now: ModelSnapshot, root: str) -> None:
    spot, theirs = now.spot(root), now.chain(root)
    assert isinstance(spot, Stamped)
    assert not isinstance(theirs, Skip)
    future = front_future(root, DAY).future if root in ("ES", "MES") else ""
    instant = now.instant
    ours = chain_of(root, now.at, spot.value, instant.vix, instant.carry, future)
    for dte in (2, 45, 120):
        expiry = theirs.expiry_near(dte, 12)
        assert isinstance(expiry, Expiry)
        assert ours.expiry_near(dte, 12) == expiry
        for delta in (0.05, 0.25):
            found, known = (one.by_delta(expiry, Right.PUT, delta) for one in (ours, theirs))
            assert isinstance(found, Quote)
            assert isinstance(known, Quote)
            assert found.contract == known.contract
            assert (found.bid, found.ask) == pytest.approx((known.bid, known.ask), rel=1e-6)


def test_puts_are_offered_on_what_is_held_and_not_at_another_price_than_was_typed() -> None:
    asked = read(LT112)
    mine = owner_of(asked, CAPITAL)
    offered = quotes(mine, asked)
    assert {one.contract.root for one in offered} == {"ES"}
    assert len(offered) == 12  # two expiries, six deltas
    typed = changed(LT112, "account", {"net_liq": 100000, "held": [
        {"symbol": "ES", "right": "P", "strike": float(offered[0].contract.strike or 0),
         "expiry": offered[0].contract.expiry.isoformat(), "quantity": -1, "price": 13.0},
    ]})  # fmt: skip
    fewer = quotes(owner_of(read(typed), CAPITAL), read(typed))
    assert [one.contract for one in fewer] == [one.contract for one in offered[1:]]


def test_nothing_is_offered_without_a_vix_or_on_what_has_no_listing() -> None:
    for file in (changed(LT112, "vix", ...), changed(SPREAD, "underlying.symbol", "QQQ")):
        asked = read(file)
        assert quotes(owner_of(asked, CAPITAL), asked) == ()


def test_the_account_is_marked_as_before_and_what_is_offered_at_the_middle() -> None:
    asked = read(LT112)
    mine = owner_of(asked, CAPITAL)
    offered = quotes(mine, asked)
    held = exposed(mine, offered)
    here, there = (at.marks(mine.holdings).table for at in (mine.market, held.market))
    assert there[[BID, ASK, MID]].tolist() == here[[BID, ASK, MID]].tolist()
    legs = columns([(one.contract, 1) for one in offered])
    assert held.market.marks(legs).table[MID].tolist() == pytest.approx([x.mid for x in offered])
    assert (held.cash, held.terms) == (mine.cash, mine.terms)
