"""Price to volatility and back, over the day's chain, the tails and beyond the bounds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.pricing.black import PRICE, black76
from tomking.pricing.implied import implied_vol
from unit.pricing import plain

pytestmark = pytest.mark.unit


@given(st.floats(1e-5, 6.0), st.floats(-8.0, 8.0), st.floats(1e-3, 3.0), st.floats(-0.02, 0.1))
def test_price_to_volatility_and_back(
    total: float, deviations: float, years: float, rate: float
) -> None:
    vol = total / math.sqrt(years)
    strike = 100.0 * math.exp(deviations * min(total, 2.0))
    sign = 1.0 if strike > 100.0 else -1.0
    price = black76(100, strike, years, vol, sign, rate)[PRICE, 0]
    found = implied_vol(price, 100, strike, years, sign, math.exp(-rate * years))[0]
    # What the price determines: its last bit over its elasticity in volatility.
    forward = black76(100, strike, years, vol, sign, rate)[4, 0] * 100 * vol
    assert found == pytest.approx(vol, rel=1e-13 + 1e-15 * price / forward, abs=0)


def test_no_nan_and_no_error_above_1e_12_from_1e_6_to_10_total_volatility() -> None:
    g = np.random.default_rng(5)
    total = 10 ** g.uniform(-6, 1, 20_000)
    log_moneyness = np.minimum(g.uniform(0, 29, 20_000) * total, 200) * g.choice([1, -1], 20_000)
    strike = 100.0 * np.exp(log_moneyness)
    sign = np.where(strike > 100.0, 1.0, -1.0)
    price = black76(100, strike, 1, total, sign, 0)[PRICE]
    determined = (price > 1e-188) & (price < 0.999 * np.minimum(strike, 100.0))
    assert determined.sum() > 19_000
    found = implied_vol(price, 100, strike, 1, sign, 1)[determined]
    assert np.abs(found / total[determined] - 1).max() < 1e-12


def test_the_twin_agrees() -> None:
    for price, strike, sign in ((3.0, 110.0, 1.0), (12.5, 95.0, 1.0), (0.02, 70.0, -1.0)):
        row = (price, 100.0, strike, 0.5, sign, 0.98)
        assert implied_vol(*row)[0] == pytest.approx(plain.implied_vol(*row), rel=1e-10)


def test_in_the_money_prices_are_read_through_parity() -> None:
    strike = np.linspace(70.0, 130.0, 61)
    for sign in (1, -1):
        price = black76(100, strike, 0.3, 0.25, sign, 0.04)[PRICE]
        found = implied_vol(price, 100, strike, 0.3, sign, math.exp(-0.012))
        assert found == pytest.approx(np.full(61, 0.25), rel=1e-10)


@given(st.floats(1e-300, 99.9), st.floats(20.0, 500.0))
def test_every_time_value_inside_the_bounds_has_a_volatility(value: float, strike: float) -> None:
    sign = 1.0 if strike > 100.0 else -1.0
    found = implied_vol(value, 100, strike, 0.25, sign, 1)[0]
    if value < min(100.0, strike):
        assert found > 0
        assert math.isfinite(found)
    else:
        assert math.isnan(found)


def test_intrinsic_value_alone_is_volatility_zero() -> None:
    assert implied_vol([0.0, 10.0], 100, [110, 90], 0.5, 1, 1).tolist() == [0.0, 0.0]


BAD = [
    (0, -0.01), (0, 100.0), (0, math.nan), (0, math.inf), (1, 0.0), (1, -5.0), (1, math.nan),
    (1, math.inf), (2, 0.0), (2, math.nan), (3, 0.0), (3, -1.0), (3, math.inf), (3, math.nan),
    (4, 0.0), (4, math.nan), (5, 0.0), (5, -1.0), (5, math.nan), (5, math.inf),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), BAD)
def test_a_row_without_an_answer_is_nan_and_leaves_its_neighbours_alone(
    column: int, value: float
) -> None:
    rows = [np.full(11, x) for x in (4.0, 100.0, 105.0, 0.5, 1.0, 0.98)]
    before = implied_vol(*rows)
    rows[column][5] = value
    after = implied_vol(*rows)
    assert math.isnan(after[5])
    others = np.arange(11) != 5
    assert after[others].tolist() == before[others].tolist()


def test_a_price_below_intrinsic_value_has_no_volatility() -> None:
    assert math.isnan(implied_vol(9.99, 100, 90, 0.5, 1, 1)[0])
