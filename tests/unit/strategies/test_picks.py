"""Strikes: by delta, by distance, and the ATR strike moved into its window of delta."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Expiry, Right, Settles
from tomking.core.reading import Skip
from tomking.market.snapshot import Quote
from tomking.strategies.picks import (
    AtrAway,
    Away,
    Delta,
    DeltaByWeek,
    Expires,
    FromPrice,
    IntoTheMoney,
    Place,
    SameStrike,
    buy,
    sell,
)
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


LATER = Expiry(date(2026, 3, 20), Settles.AM, "quarterly", "ESH26")


@pytest.mark.rule("R-LEP-01")
@pytest.mark.parametrize(
    ("day", "delta"),
    [
        (1, 0.12), (7, 0.12), (8, 0.13), (14, 0.13), (15, 0.14), (21, 0.14), (22, 0.12),
        (28, 0.12), (29, 0.12), (31, 0.12),
    ],
)  # fmt: skip
def test_the_week_of_the_month_chooses_the_delta(day: int, delta: float) -> None:
    rule = DeltaByWeek((0.12, 0.13, 0.14, 0.12, 0.12), "R-LEP-01")
    assert rule.target(date(2025, 12, day)) == delta
    assert DeltaByWeek((0.1, 0.2)).target(date(2025, 12, day)) == (0.1 if day < 8 else 0.2)


@pytest.mark.rule("R-LEP-01")
def test_the_delta_of_the_week_is_asked_of_the_chain() -> None:
    found = {}
    for day in (date(2025, 12, 1), date(2025, 12, 8), date(2025, 12, 15)):
        quote = DeltaByWeek((0.12, 0.13, 0.14)).find(place(board(day)), LATER, Right.PUT, {})
        assert isinstance(quote, Quote)
        found[day.day] = round(abs(quote.delta), 2)
    assert found == {1: 0.12, 8: 0.13, 15: 0.14}


@pytest.mark.parametrize(("points", "strike"), [(0.0, 6000.0), (12.5, 6015.0), (-30.0, 5970.0)])
def test_a_strike_may_be_told_from_the_price(points: float, strike: float) -> None:
    assert strike_of(FromPrice(points).find(place(board()), TODAY, Right.CALL, {})) == strike


def test_without_a_price_no_strike_is_told_from_it() -> None:
    lost = replace(place(board()), root="GLD")
    for pick in (FromPrice(), IntoTheMoney()):
        assert isinstance(pick.find(lost, TODAY, Right.CALL, {}), Skip)


def test_a_strike_may_be_that_of_another_leg_on_another_day() -> None:
    near = Delta(0.3).find(place(board()), LATER, Right.PUT, {})
    assert isinstance(near, Quote)
    same = SameStrike("near").find(place(board()), TODAY, Right.PUT, {"near": near})
    assert strike_of(same) == strike_of(near)
    assert isinstance(same, Quote)
    assert same.contract.expiry == TODAY.day


def trending(price: float, ema8: float, ema21: float) -> Board:
    """A market with its averages, on a grid of five points."""
    return board(price=price, day=day_of(FRIDAY, indicators={"ema8": ema8, "ema21": ema21}))


@pytest.mark.rule("R-PMC-02")
@pytest.mark.parametrize(
    ("price", "ema8", "ema21", "strike"),
    [
        (6002.0, 5990.0, 5980.0, 6000.0),  # rising: at the money, never above the price
        (6004.9, 5990.0, 5980.0, 6000.0),
        (6000.0, 5990.0, 5980.0, 6000.0),  # on a strike: that one
        (6002.0, 5980.0, 5980.0, 6000.0),  # flat
        (6002.0, 5979.9, 5980.0, 5995.0),  # falling: a strike inside
        (6002.0, 5884.32, 5800.0, 6000.0),  # 2 % above its short average, not more
        (6002.0, 5884.0, 5800.0, 5990.0),  # extended: two strikes inside
        (6002.0, 5800.0, 5900.0, 5990.0),  # extended, whatever the trend
    ],
)
def test_a_weekly_call_is_sold_at_the_money_or_inside_it(
    price: float, ema8: float, ema21: float, strike: float
) -> None:
    rule = IntoTheMoney(1, 2, 0.02, "R-PMC-02")
    found = rule.find(place(trending(price, ema8, ema21)), TODAY, Right.CALL, {})
    assert strike_of(found) == strike


@pytest.mark.rule("R-PMC-02")
@given(
    price=st.floats(5000.0, 7000.0), fast=st.floats(0.9, 1.1), slow=st.floats(0.9, 1.1),
    right=st.sampled_from(list(Right)),
)  # fmt: skip
def test_no_weekly_is_ever_sold_out_of_the_money(
    price: float, fast: float, slow: float, right: Right
) -> None:
    market = trending(price, price * fast, price * slow)
    strike = strike_of(IntoTheMoney().find(place(market), TODAY, right, {}))
    assert right.sign * (price - strike) >= 0.0
    assert abs(price - strike) < 3 * market.grid


@pytest.mark.rule("R-PMC-02")
@pytest.mark.parametrize(("ema8", "ema21"), [(float("nan"), 5980.0), (5990.0, float("nan"))])
def test_without_the_averages_no_weekly_is_chosen(ema8: float, ema21: float) -> None:
    found = IntoTheMoney(rule="R-PMC-02").find(
        place(trending(6000.0, ema8, ema21)), TODAY, Right.CALL, {}
    )
    assert isinstance(found, Skip)
    assert [(seen.rule, seen.observed) for seen in found.failed] == [("R-PMC-02", None)]


def test_a_chain_with_too_few_strikes_has_none_inside_the_money() -> None:
    found = IntoTheMoney(bear=1).find(
        place(replace(trending(6000.0, 5900.0, 5950.0), grid=4000.0)), TODAY, Right.CALL, {}
    )
    assert isinstance(found, Skip)


@pytest.mark.rule("R-PMC-09")
@pytest.mark.parametrize(
    ("today", "days"), [(1, 4), (2, 10), (3, 9), (4, 8), (5, 7)], ids=lambda x: str(x)
)
def test_a_week_ends_on_a_friday_whenever_it_begins(today: int, days: int) -> None:
    monday_to_friday, week = date(2025, 12, today), Expires(7, 3, 4)
    chain = board(monday_to_friday).chain("SPY")
    assert not isinstance(chain, Skip)
    found = week.find(chain, monday_to_friday)
    assert isinstance(found, Expiry)
    assert (found.day - monday_to_friday).days == days
    assert found.day.weekday() == 4


@pytest.mark.rule("R-PMC-09")
def test_before_a_closed_friday_a_week_ends_on_thursday() -> None:
    """Good Friday, 18 April 2025."""
    before = date(2025, 4, 11)
    chain = board(before).chain("SPY")
    assert not isinstance(chain, Skip)
    found = Expires(7, 3, 4).find(chain, before)
    assert isinstance(found, Expiry)
    assert found.day == date(2025, 4, 17)
    assert str(Expires(7, 3, 4)) == "7 days to expiry on a Friday, 4 to 10 allowed"


@given(day=st.dates(date(2024, 1, 1), date(2026, 12, 31)), dte=st.integers(0, 400))
def test_a_weekday_is_never_further_than_three_days(day: date, dte: int) -> None:
    for weekday in range(5):
        moved = Expires(dte, 3, weekday).moved(day)
        assert -3 <= moved <= 3
        assert (day.weekday() + dte + moved) % 7 == weekday
    assert Expires(dte, 3).moved(day) == 0
