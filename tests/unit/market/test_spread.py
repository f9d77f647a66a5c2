"""Widths, ticks and the haircut of the sensitivity strip."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.product import PRODUCTS
from tomking.market.spread import haircut, haircut_into, quote_into, quote_rules, width_share

pytestmark = pytest.mark.unit


def quote(root, mid, delta=0.16, dte=30.0, otm_value=None, spread_factor=1.0, on_tick=True):
    bid, ask = np.empty(1), np.empty(1)
    rules = quote_rules([PRODUCTS[root]])
    value = mid if otm_value is None else otm_value
    quote_into(mid, delta, value, dte, rules, spread_factor, bid, ask, on_tick=on_tick)
    return float(bid[0]), float(ask[0])


@pytest.mark.parametrize(
    ("delta", "dte", "share"),
    [
        (0.50, 45, 0.010), (0.16, 45, 0.025), (0.05, 45, 0.050), (0.16, 21, 0.025),
        (0.16, 7, 0.0625), (0.16, 0, 0.0625), (0.16, 14, 0.04375), (0.05, 3, 0.125),
        (0.16, 90, 0.025), (0.84, 45, 0.025), (0.95, 45, 0.050),
    ],
)  # fmt: skip
def test_widths_meet_the_measured_anchors(delta, dte, share):
    assert width_share(delta, float(dte)) == pytest.approx(share)


def test_widths_grow_outward_without_a_break_and_go_on_beyond_five_delta():
    deltas = np.geomspace(0.5, 0.001, 400)
    shares = np.array([width_share(float(d), 30.0) for d in deltas])
    assert (np.diff(shares) > 0.0).all()
    assert np.diff(np.log(shares)).max() < 0.02
    assert width_share(0.05 * 0.05 / 0.16, 30.0) == pytest.approx(0.10)


def test_unknown_delta_or_expiry_has_no_width():
    assert np.isnan(width_share(np.nan, 30.0))
    assert np.isnan(width_share(0.2, np.nan))


@given(
    root=st.sampled_from(sorted(PRODUCTS)), mid=st.floats(0.0, 3000.0),
    delta=st.floats(0.0, 1.0), dte=st.floats(0.0, 400.0), spread_factor=st.floats(1.0, 8.0),
    outside=st.floats(0.0, 1.0),
)  # fmt: skip
def test_every_quote_is_on_its_tick_around_the_mid_and_at_least_a_tick_wide(
    root, mid, delta, dte, spread_factor, outside
):
    bid, ask = quote(root, mid, delta, dte, mid * outside, spread_factor)
    ticks = PRODUCTS[root].ticks
    for price in (bid, ask):
        exact = Decimal(repr(price))
        assert exact % ticks.tick(exact) == 0
    assert 0.0 <= bid <= mid + 1e-8 * ask
    assert ask >= mid - 1e-8 * ask
    assert Decimal(repr(ask)) - Decimal(repr(bid)) >= ticks.tick(Decimal(repr(bid)))


@given(
    root=st.sampled_from(sorted(PRODUCTS)), mid=st.floats(0.0, 3000.0),
    delta=st.floats(0.01, 0.5), dte=st.floats(0.0, 400.0), factor=st.floats(1.0, 8.0),
)  # fmt: skip
def test_off_the_tick_the_width_stays_and_nothing_is_rounded(root, mid, delta, dte, factor):
    """A tick further out at most, and a nudge of the mid moves both sides by as much."""
    bid, ask = quote(root, mid, delta, dte, spread_factor=factor, on_tick=False)
    low, high = quote(root, mid, delta, dte, spread_factor=factor)
    large = float(PRODUCTS[root].ticks.large)
    assert 0.0 <= bid <= mid <= ask
    assert low == pytest.approx(bid, abs=large + 1e-9)
    assert high == pytest.approx(ask, abs=2.0 * large + 1e-9)
    nudged = quote(root, mid + 1e-7, delta, dte, spread_factor=factor, on_tick=False)
    assert nudged == pytest.approx((bid, ask), abs=1e-5)


@pytest.mark.parametrize(
    ("root", "mid", "delta", "bid", "ask"),
    [
        ("ES", 40.0, 0.16, 39.5, 40.5),  # 2.5 % is one point
        ("ES", 4.90, 0.50, 4.85, 4.95),  # below the switch: nickels
        ("ES", 4.99, 0.16, 4.90, 5.25),  # the ask crosses it: quarters
        ("ES", 0.02, 0.05, 0.00, 0.05),
        ("ES", 0.0, 0.001, 0.00, 0.05),
        ("MES", 40.0, 0.16, 38.5, 41.5),  # three times as wide
        ("SPX", 2.95, 0.50, 2.90, 3.00),
        ("SPX", 10.0, 0.16, 9.8, 10.2),
        ("SPY", 4.00, 0.16, 3.95, 4.05),
    ],
)
def test_quotes_known_by_hand(root, mid, delta, bid, ask):
    assert quote(root, mid, delta) == (bid, ask)


def test_a_mid_on_its_tick_with_next_to_no_width_is_still_a_tick_wide():
    assert quote("ES", 2.35, 0.50, otm_value=0.0) == (2.35, 2.40)


def test_in_the_money_only_the_outside_value_and_the_hedge_are_charged():
    bid, ask = quote("ES", 600.0, 0.95, otm_value=8.0)
    assert ask - bid <= 8.0 * 0.05 + 0.9 * 0.25 + 2 * 0.25
    just_in, just_out = quote("ES", 100.0, 0.5001), quote("ES", 100.0, 0.4999)
    assert just_in == just_out


def test_a_future_is_quoted_a_tick_wide():
    assert quote("ES", 6000.1, 1.0, otm_value=0.0) == (5999.75, 6000.25)
    assert quote("ES", 6000.125, 1.0, otm_value=0.0) == (6000.0, 6000.25)


def test_a_shock_widens_but_does_not_move_the_ticks():
    calm, stressed = quote("ES", 40.0), quote("ES", 40.0, spread_factor=5.0)
    assert (calm, stressed) == ((39.5, 40.5), (37.5, 42.5))


def test_what_cannot_be_priced_has_no_quote():
    for arguments in (
        {"mid": np.nan}, {"mid": 4.0, "delta": np.nan}, {"mid": 4.0, "dte": np.nan},
        {"mid": 4.0, "otm_value": np.nan},
    ):  # fmt: skip
        assert np.isnan(quote("ES", **arguments)).all()


def test_each_leg_keeps_the_ticks_of_its_own_product():
    bid, ask = np.empty(2), np.empty(2)
    rules = quote_rules([PRODUCTS["ES"], PRODUCTS["SPY"]])
    mid = np.array([40.0, 4.0])
    quote_into(mid, 0.16, mid, 30.0, rules, 1.0, bid, ask)
    assert bid.tolist() == [39.5, 3.95]
    assert ask.tolist() == [40.5, 4.05]


@pytest.mark.parametrize(
    ("delta", "sign", "left"),
    [
        (0.50, -1, 1.0), (0.16, -1, 0.90), (0.05, -1, 0.75), (0.01, -1, 0.75), (0.80, -1, 1.0),
        (0.50, 1, 1.0), (0.16, 1, 0.60), (0.05, 1, 0.60), (0.90, 1, 1.0), (1.0, 0, 1.0),
    ],
)  # fmt: skip
def test_the_haircut_is_none_at_the_money_and_whole_in_the_wing(delta, sign, left):
    assert haircut(delta, float(sign), 0.10, 0.25, 0.40) == pytest.approx(left)


def test_the_haircut_falls_outward_and_spares_calls_unless_told():
    deltas = np.geomspace(0.5, 0.01, 50)
    puts, calls = np.empty(50), np.empty(50)
    haircut_into(deltas, -1.0, 0.10, 0.25, 0.0, puts)
    haircut_into(deltas, 1.0, 0.10, 0.25, 0.0, calls)
    assert (np.diff(puts) <= 0.0).all()
    assert calls.tolist() == [1.0] * 50
    assert np.isnan(haircut(np.nan, -1.0, 0.10, 0.25, 0.0))
