"""Vanna, charm and vomma against a twin, differences of the first Greeks, QuantLib and reason."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import PricingError
from tomking.pricing.black import DELTA, VEGA, black76, bsm
from tomking.pricing.kernel import F64
from tomking.pricing.second import CHARM, VANNA, VOMMA, black76_second, bsm_second
from unit.pricing import plain

pytestmark = pytest.mark.unit

STRIKES = st.floats(50.0, 200.0)
YEARS = st.floats(0.02, 3.0)
VOLS = st.floats(0.05, 1.5)
SIGNS = st.sampled_from([1.0, -1.0])
RATES = st.floats(-0.02, 0.12)


def chain(n: int, seed: int = 1) -> list[F64]:
    """Options on a share, 6 h to 400 days, log-moneyness ±3 deviations."""
    g = np.random.default_rng(seed)
    years = g.choice([0.25, 1, 7, 30, 45, 120, 400], n) / 365
    vol = g.uniform(0.1, 0.6, n)
    strike = 100.0 * np.exp(g.normal(0.0, 1.5, n) * vol * np.sqrt(years))
    sign = g.choice([1.0, -1.0], n)
    return [np.full(n, 100.0), strike, years, vol, sign, np.full(n, 0.045), g.uniform(0, 0.05, n)]


def test_the_twin_agrees() -> None:
    rows = chain(300)
    twin = np.array([plain.second(*row) for row in zip(*rows, strict=True)]).T
    assert bsm_second(*rows) == pytest.approx(twin, rel=1e-10, abs=1e-14)


@given(STRIKES, YEARS, VOLS, SIGNS, RATES, RATES)
def test_they_are_the_slopes_of_delta_and_vega(
    strike: float, years: float, vol: float, sign: float, rate: float, pays: float
) -> None:
    answer = bsm_second(100, strike, years, vol, sign, rate, pays)[:, 0]
    up, down = (bsm(100, strike, years, vol + h, sign, rate, pays) for h in (1e-5, -1e-5))
    per_point = (up - down)[:, 0] / 2e-3  # per 0.01 of volatility
    scale = math.exp(-pays * years)
    assert answer[VANNA] == pytest.approx(per_point[DELTA], rel=1e-5, abs=1e-9 * scale)
    assert answer[VOMMA] == pytest.approx(per_point[VEGA], rel=1e-5, abs=1e-9 * scale)
    step = 1e-6
    later, before = (bsm(100, strike, years + h, vol, sign, rate, pays) for h in (-step, step))
    per_day = (later - before)[:, 0] / (2 * step * 365)
    assert answer[CHARM] == pytest.approx(per_day[DELTA], rel=1e-5, abs=1e-9)


@given(STRIKES, YEARS, VOLS, SIGNS, RATES)
def test_on_a_forward_they_are_the_slopes_of_black_76(
    strike: float, years: float, vol: float, sign: float, rate: float
) -> None:
    answer = black76_second(100, strike, years, vol, sign, rate)[:, 0]
    up, down = (black76(100, strike, years, vol + h, sign, rate) for h in (1e-5, -1e-5))
    per_point = (up - down)[:, 0] / 2e-3
    assert answer[[VANNA, VOMMA]] == pytest.approx(per_point[[DELTA, VEGA]], rel=1e-5, abs=1e-9)
    later, before = (black76(100, strike, years + h, vol, sign, rate) for h in (-1e-6, 1e-6))
    assert answer[CHARM] == pytest.approx(
        (later - before)[DELTA, 0] / (2e-6 * 365), rel=1e-5, abs=1e-9
    )


def test_call_and_put_differ_by_the_carry_of_the_spot_alone() -> None:
    call, put = bsm_second(100, 110, 0.5, 0.3, [1, -1], 0.05, 0.03).T
    assert call[[VANNA, VOMMA]].tolist() == put[[VANNA, VOMMA]].tolist()
    carry = 0.03 * math.exp(-0.03 * 0.5) / 365
    assert call[CHARM] - put[CHARM] == pytest.approx(carry, rel=1e-12)


def test_signs_are_what_a_trader_expects() -> None:
    low, high = bsm_second(100, [80, 125], 0.25, 0.25, [-1, 1], 0.0, 0.0).T
    assert low[VANNA] < 0 < high[VANNA]  # out of the money, volatility swells both deltas
    assert low[CHARM] > 0 > high[CHARM]  # and a day lets both fade
    assert low[VOMMA] > 0
    assert high[VOMMA] > 0


def test_without_volatility_only_the_carry_of_delta_is_left() -> None:
    strike, sign = np.array([90.0, 100, 110] * 2), np.repeat([1.0, -1.0], 3)
    for years, vol in ((0.5, 0.0), (0.0, 0.2), (0.0, 0.0)):
        answer = bsm_second(100, strike, years, vol, sign, 0.04, 0.03)
        delta = bsm(100, strike, years, vol, sign, 0.04, 0.03)[DELTA]
        assert not answer[[VANNA, VOMMA]].any()
        assert answer[CHARM] == pytest.approx(0.03 * delta / 365 if years else 0 * delta)


@pytest.mark.parametrize("total", [1e-99, 1e-40, 1e-6, 30.0, 1e50])
def test_extremes_of_volatility_are_numbers(total: float) -> None:
    answer = bsm_second(100, [50, 100, 200], [1.0, 1e-60, 1.0], total, 1, 0.04, 0.03)
    assert np.isfinite(answer).all()


BAD = [
    *((column, value) for column in range(7) for value in (math.nan, math.inf, -math.inf)),
    *((column, 0.0) for column in (0, 1, 4)),
    *((column, -1.0) for column in (0, 1, 2, 3)),
    (4, 0.5),
    (0, 1e120),
    (5, 1e6),
]


@pytest.mark.parametrize(("column", "value"), BAD)
def test_a_row_without_an_answer_is_nan_and_leaves_its_neighbours_alone(
    column: int, value: float
) -> None:
    rows = chain(19)
    clean = bsm_second(*rows), black76_second(*rows[:6])
    rows[column][9] = value
    others = np.arange(19) != 9
    for before, after, last in zip(
        clean, (bsm_second(*rows), black76_second(*rows[:6])), (7, 6), strict=True
    ):
        assert np.isnan(after[:, 9]).all() == (column < last)
        assert after[:, others].tolist() == before[:, others].tolist()


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(PricingError, match="one length"):
        black76_second([100, 101], [90, 100, 110], 1, 0.2, 1, 0)
