"""Strikes: by delta, by distance, and the ATR strike moved into its window of delta."""

from dataclasses import replace

import pytest

from tomking.core.contract import Expiry, Right, Settles
from tomking.core.reading import Skip
from tomking.market.snapshot import Quote
from tomking.strategies.picks import AtrAway, Away, Delta, Place, buy, sell
from worlds.board import FRIDAY, Board, board, day_of
from worlds.orders import view

pytestmark = pytest.mark.unit

TODAY = Expiry(FRIDAY, Settles.PM, "weekly", "ESZ25")


def place(market: Board, root: str = "ES") -> Place:
    """The chain of a root on a market."""
    chain = market.chain(root)
    assert not isinstance(chain, Skip)
    return Place(view(market), root, chain)


def strike_of(found: Quote | Skip) -> float:
    """The strike that was found."""
    assert isinstance(found, Quote), found
    return float(found.contract.strike or 0)


def away(market: Board, right: Right, atr: float = 0.7) -> Quote | Skip:
    """The ATR pick on a market."""
    return AtrAway(atr).find(place(market), TODAY, right, {})


@pytest.mark.rule("R-0DTE-04")
@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("atr", [10.0, 20.0, 40.0, 65.0, 120.0])
@pytest.mark.parametrize("vol", [0.08, 0.15, 0.3, 0.6])
def test_the_clamp_ends_between_15_and_25_delta(right: Right, atr: float, vol: float) -> None:
    market = board(vol=vol, day=day_of(FRIDAY, indicators={"atr": atr}), grid=0.5)
    found = away(market, right)
    assert isinstance(found, Quote)
    assert 0.15 <= abs(found.delta) <= 0.25


@pytest.mark.rule("R-0DTE-04")
def test_it_moves_in_to_the_furthest_strike_that_has_fifteen_delta() -> None:
    market = board(vol=0.08)  # the ATR strike stands far outside a day's move
    start, found = AtrAway(0.7).start(place(market), Right.CALL), away(market, Right.CALL)
    assert isinstance(found, Quote)
    assert isinstance(start, float)
    assert strike_of(found) < start
    beyond = place(market).chain.by_strike(TODAY, Right.CALL, strike_of(found) + 5.0)
    assert isinstance(beyond, Quote)
    assert abs(beyond.delta) < 0.15 <= abs(found.delta)


@pytest.mark.rule("R-0DTE-04")
def test_it_moves_out_to_the_nearest_strike_that_has_twenty_five_delta_or_less() -> None:
    market = board(vol=0.6)
    start, found = AtrAway(0.7).start(place(market), Right.PUT), away(market, Right.PUT)
    assert isinstance(found, Quote)
    assert isinstance(start, float)
    assert strike_of(found) < start
    nearer = place(market).chain.by_strike(TODAY, Right.PUT, strike_of(found) + 5.0)
    assert isinstance(nearer, Quote)
    assert abs(found.delta) <= 0.25 < abs(nearer.delta)


@pytest.mark.rule("R-0DTE-04")
def test_a_strike_inside_the_window_stays_where_it_is() -> None:
    market = board(vol=0.3)
    start, found = AtrAway(0.7).start(place(market), Right.CALL), away(market, Right.CALL)
    assert isinstance(found, Quote)
    assert isinstance(start, float)
    assert abs(strike_of(found) - start) <= 2.5


@pytest.mark.rule("R-0DTE-04")
def test_a_delta_of_thirty_is_refused_outright() -> None:
    """On a coarse grid the furthest strike with 15 delta may stand at 30 or more."""
    market = board(vol=0.10, grid=50.0, price=6025.0)
    found = away(market, Right.CALL)
    assert isinstance(found, Skip)
    assert found.failed[0].rule == "R-0DTE-04"
    assert found.failed[0].bound == 0.30


@pytest.mark.rule("R-0DTE-04")
def test_without_greeks_the_atr_strike_is_taken() -> None:
    assert strike_of(away(board(price=6042.0, greeks=False), Right.CALL)) == 6090.0


def test_without_an_atr_there_is_no_strike() -> None:
    market = board(day=day_of(FRIDAY, indicators={"atr": float("nan")}))
    found = away(market, Right.CALL)
    assert isinstance(found, Skip)
    assert found.failed[0].observed is None


def test_without_a_price_there_is_no_strike() -> None:
    market = board()
    found = AtrAway(0.7).find(replace(place(market), root="GLD"), TODAY, Right.CALL, {})
    assert isinstance(found, Skip)


@pytest.mark.parametrize(("right", "further"), [(Right.CALL, 30.0), (Right.PUT, -30.0)])
def test_away_counts_outward_from_another_leg(right: Right, further: float) -> None:
    here = place(board())
    short = here.chain.by_strike(TODAY, right, 6000.0)
    assert isinstance(short, Quote)
    wing = Away("short", 30.0).find(here, TODAY, right, {"short": short})
    assert strike_of(wing) == 6000.0 + further


@pytest.mark.parametrize("target", [0.05, 0.16, 0.25])
def test_delta_takes_the_nearest_listed_strike(target: float) -> None:
    here = place(board(vol=0.3))
    found = Delta(target).find(here, TODAY, Right.PUT, {})
    assert isinstance(found, Quote)
    for step in (-5.0, 5.0):
        other = here.chain.by_strike(TODAY, Right.PUT, strike_of(found) + step)
        assert isinstance(other, Quote)
        assert abs(abs(found.delta) - target) <= abs(abs(other.delta) - target) + 1e-12


def test_a_leg_plan_prints_as_a_wish() -> None:
    assert str(sell(2, Right.PUT, Delta(0.05), "naked puts")) == "sell 2 put: 5-delta (naked puts)"
    long = buy(1, Right.CALL, Away("short call", 30.0), "long call")
    assert str(long) == "buy 1 call: 30 points beyond the short call (long call)"
