"""Black-76 and Black-Scholes-Merton against the textbook, a twin, 60 digits, QuantLib and reason."""

import math

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - as its own documentation spells it
from hypothesis import example, given
from hypothesis import strategies as st

from tomking.core.errors import PricingError
from tomking.pricing.black import (
    DELTA,
    GAMMA,
    PRICE,
    RHO,
    THETA,
    VEGA,
    black76,
    black76_into,
    bsm,
    price_into,
)
from tomking.pricing.kernel import F64
from unit.pricing import plain

pytestmark = pytest.mark.unit

Columns = tuple[F64, F64, F64, F64, F64, F64]
SIGNS = st.sampled_from([1.0, -1.0])
STRIKES = st.floats(50.0, 200.0)
YEARS = st.floats(1e-4, 3.0)
VOLS = st.floats(0.03, 2.0)
RATES = st.floats(-0.02, 0.12)


def chain(n: int, seed: int = 1) -> Columns:
    """Futures options as a day shows them: 6 h to 400 days, log-moneyness ±3 deviations."""
    g = np.random.default_rng(seed)
    years = g.choice([0.25, 1, 7, 30, 45, 120, 400], n) / 365
    vol = g.uniform(0.1, 0.6, n)
    strike = 6000.0 * np.exp(g.normal(0.0, 1.5, n) * vol * np.sqrt(years))
    sign = g.choice([1.0, -1.0], n)
    return np.full(n, 6000.0), strike, years, vol, sign, np.full(n, 0.045)


def test_rulebook_27_10_option_maths() -> None:
    call, put = bsm(100, 100, 1, 0.2, [1, -1], 0.05, 0).T
    expected = (10.4506, 0.6368, 0.018762, -0.01757, 0.3752, 0.5323)
    for figure, decimals, told in zip(call, (4, 4, 6, 5, 4, 4), expected, strict=True):
        assert round(float(figure), decimals) == told
    assert put[[PRICE, DELTA]].round(4).tolist() == [5.5735, -0.3632]
    assert round(float(put[THETA]), 5) == -0.00454
    assert put[[GAMMA, VEGA]].tolist() == call[[GAMMA, VEGA]].tolist()
    future = black76(100, 100, 1, 0.2, 1, 0.05)[:, 0]
    assert future[[PRICE, DELTA]].round(4).tolist() == [7.5771, 0.5135]


def test_the_twins_agree() -> None:
    rows = chain(300)
    # The twin subtracts tails of two normals, which costs it digits of the level, 6000.
    tolerance = np.array([6e-12, 1e-14, 1e-14, 1e-12, 1e-12, 1e-12])
    ours = black76(*rows)
    twin = np.array([plain.black76(*row) for row in zip(*rows, strict=True)]).T
    assert np.all(np.abs(ours - twin) <= 1e-12 * np.abs(twin) + tolerance[:, None])
    dividends = np.full(300, 0.013)
    ours = bsm(*rows, dividends)
    twin = np.array([plain.bsm(*row) for row in zip(*rows, dividends, strict=True)]).T
    assert np.all(np.abs(ours - twin) <= 1e-12 * np.abs(twin) + tolerance[:, None])


def test_prices_are_right_to_1e_14_on_a_chain() -> None:
    rows = chain(400, seed=2)
    for price, row in zip(black76(*rows)[PRICE], zip(*rows, strict=True), strict=True):
        assert price == pytest.approx(float(plain.exact_black76(*row)), rel=2e-14, abs=0)


def test_prices_are_right_to_1e_12_in_tails_of_1e_190_at_any_total_volatility() -> None:
    g = np.random.default_rng(3)
    total = 10 ** g.uniform(-6, 1, 500)
    distance = g.uniform(0, 29, 500) * g.choice([1, -1], 500)
    strike = 100.0 * np.exp(np.clip(distance * total, -20, 20))
    sign = np.where(strike > 100.0, 1.0, -1.0)
    prices = black76(100, strike, 1, total, sign, 0)[PRICE]
    for price, k, vol, c in zip(prices, strike, total, sign, strict=True):
        expected = float(plain.exact_black76(100.0, k, 1.0, vol, c, 0.0))
        assert price == pytest.approx(expected, rel=1e-12, abs=0)


def test_quantlib_agrees_on_all_five_greeks() -> None:
    today = ql.Date(2, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    basis = ql.Actual365Fixed()
    g = np.random.default_rng(4)
    for _ in range(60):
        days, strike = int(g.integers(2, 500)), float(g.uniform(70, 140))
        vol, rate, pays = (float(x) for x in g.uniform([0.05, 0, 0], [0.8, 0.1, 0.05]))
        sign = int(g.choice([1, -1]))
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(100.0)),
            ql.YieldTermStructureHandle(ql.FlatForward(today, pays, basis)),
            ql.YieldTermStructureHandle(ql.FlatForward(today, rate, basis)),
            ql.BlackVolTermStructureHandle(
                ql.BlackConstantVol(today, ql.NullCalendar(), vol, basis)
            ),
        )
        option = ql.VanillaOption(
            ql.PlainVanillaPayoff(ql.Option.Call if sign == 1 else ql.Option.Put, strike),
            ql.EuropeanExercise(today + days),
        )
        option.setPricingEngine(ql.AnalyticEuropeanEngine(process))
        expected = (
            option.NPV(),
            option.delta(),
            option.gamma(),
            option.theta() / 365,
            option.vega() / 100,
            option.rho() / 100,
        )
        answer = bsm(100, strike, days / 365, vol, sign, rate, pays)[:, 0]
        assert answer == pytest.approx(expected, rel=1e-10, abs=1e-12)


def test_greeks_are_the_slopes_of_the_price() -> None:
    here = np.array([100.0, 105.0, 0.4, 0.25, -1.0, 0.05])
    answer = black76(*here)[:, 0]

    def slope(argument: int, step: float, row: int = PRICE) -> float:
        up, down = here.copy(), here.copy()
        up[argument] += step
        down[argument] -= step
        return float((black76(*up)[row, 0] - black76(*down)[row, 0]) / (2 * step))

    assert answer[DELTA] == pytest.approx(slope(0, 1e-3), rel=1e-7)
    assert answer[GAMMA] == pytest.approx(slope(0, 1e-3, DELTA), rel=1e-7)
    assert answer[THETA] == pytest.approx(-slope(2, 1e-5) / 365, rel=1e-7)
    assert answer[VEGA] == pytest.approx(slope(3, 1e-4) / 100, rel=1e-7)
    assert answer[RHO] == pytest.approx(slope(5, 1e-4) / 100, rel=1e-7)


@given(STRIKES, YEARS, VOLS, RATES)
def test_call_less_put_is_the_discounted_forward_less_strike(
    strike: float, years: float, vol: float, rate: float
) -> None:
    call, put = black76(100, strike, years, vol, [1, -1], rate).T
    discount = math.exp(-rate * years)
    assert call[PRICE] - put[PRICE] == pytest.approx(
        discount * (100 - strike), rel=1e-13, abs=3e-14
    )
    assert call[DELTA] - put[DELTA] == pytest.approx(discount, rel=1e-14)
    assert call[[GAMMA, VEGA]].tolist() == put[[GAMMA, VEGA]].tolist()


@given(STRIKES, YEARS, VOLS, SIGNS, RATES)
@example(100.0, 1e-4, 0.03, 1.0, 0.0)
@example(50.0, 2.6717407531837307, 0.03125, 1.0, 0.03)
def test_a_price_lies_between_intrinsic_value_and_its_bound(
    strike: float, years: float, vol: float, sign: float, rate: float
) -> None:
    price, delta, gamma, _, vega, _ = black76(100, strike, years, vol, sign, rate)[:, 0]
    discount = math.exp(-rate * years)
    rounding = 1 - 4e-16
    assert price >= max(sign * (100 - strike), 0.0) * discount * rounding
    assert price * rounding <= discount * (100 if sign > 0 else strike)
    certain = black76(100, strike * 1e-12, years, vol, 1, rate)[DELTA, 0]  # the kernel's own exp
    assert certain == pytest.approx(discount, rel=1e-15)
    assert 0 <= sign * delta <= certain
    assert gamma >= 0
    assert vega >= 0


@given(YEARS, VOLS, SIGNS)
def test_prices_rise_with_volatility_and_time_and_fall_away_from_the_money(
    years: float, vol: float, sign: float
) -> None:
    strikes = np.linspace(60.0, 160.0, 41)
    by_strike = black76(100, strikes, years, vol, sign, 0)[PRICE]
    assert np.all(np.diff(by_strike) * sign <= 1e-14)
    by_vol = black76(100, 110, years, vol * np.linspace(1, 2, 21), sign, 0)[PRICE]
    assert np.all(np.diff(by_vol) >= -1e-14)
    by_time = black76(100, 110, years * np.linspace(1, 2, 21), vol, sign, 0)[PRICE]
    assert np.all(np.diff(by_time) >= -1e-14)


@given(st.floats(0.1, 1e5), STRIKES, YEARS, VOLS, SIGNS)
def test_prices_are_homogeneous_in_the_level(
    factor: float, strike: float, years: float, vol: float, sign: float
) -> None:
    here = black76(100, strike, years, vol, sign, 0.03)[:, 0]
    there = black76(100 * factor, strike * factor, years, vol, sign, 0.03)[:, 0]
    assert there[PRICE] == pytest.approx(factor * here[PRICE], rel=1e-10, abs=0)
    assert there[DELTA] == pytest.approx(here[DELTA], rel=1e-10, abs=0)


BAD = [
    *((column, value) for column in range(6) for value in (math.nan, math.inf, -math.inf)),
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
    clean = black76(*rows), bsm(*rows, 0.01)
    rows[column][9] = value
    others = np.arange(19) != 9
    for before, after in zip(clean, (black76(*rows), bsm(*rows, 0.01)), strict=True):
        assert np.isnan(after[:, 9]).all()
        assert after[:, others].tolist() == before[:, others].tolist()
    alone = np.empty(19)
    price_into(*rows, alone)
    assert np.isnan(alone[9])
    assert not np.isnan(alone[others]).any()


@pytest.mark.parametrize(("years", "vol"), [(0.0, 0.2), (0.5, 0.0), (0.0, 0.0)])
def test_without_time_or_volatility_the_price_is_discounted_intrinsic_value(
    years: float, vol: float
) -> None:
    strike, sign = np.array([90.0, 100, 110] * 2), np.repeat([1.0, -1.0], 3)
    answer = black76(100, strike, years, vol, sign, 0.04)
    discount = math.exp(-0.04 * years)
    assert answer[PRICE] == pytest.approx(discount * np.array([10, 0, 0, 0, 0, 10]), rel=1e-15)
    assert answer[DELTA] == pytest.approx(
        discount * np.array([1, 0.5, 0, -0.0, -0.5, -1]), rel=1e-15
    )
    assert not answer[[GAMMA, VEGA]].any()
    carry = 0.04 * answer[PRICE] / 365 if years else np.zeros(6)
    assert answer[THETA] == pytest.approx(carry, rel=1e-14)
    merton = bsm(100, strike, years, vol, sign, 0.0, 0.0)
    assert merton[PRICE].tolist() == [10, 0, 0, 0, 0, 10]
    assert merton[DELTA].tolist() == [1, 0.5, 0, 0, -0.5, -1]
    assert not merton[[GAMMA, THETA, VEGA]].any()


def test_price_alone_is_the_price_row_to_the_last_bits() -> None:
    rows = chain(1000)
    alone = np.empty(1000)
    price_into(*rows, alone)
    assert alone == pytest.approx(black76(*rows)[PRICE], rel=1e-15, abs=0)


def test_an_answer_does_not_depend_on_the_neighbours() -> None:
    rows = chain(13)
    together = black76(*rows)
    for i in range(13):
        alone = black76(*(column[i] for column in rows))[:, 0]
        assert alone == pytest.approx(together[:, i], rel=1e-14, abs=0)


def test_plain_numbers_and_strided_columns_are_stretched_and_out_is_filled() -> None:
    out = np.empty((6, 3))
    strikes = np.arange(80.0, 140.0, 10.0)[::2]
    assert black76(100, strikes, 1, 0.2, 1, 0.0, out=out) is out
    whole = np.empty((6, 3))
    ones = np.ones(3)
    black76_into(100 * ones, strikes.copy(), ones, 0.2 * ones, ones, 0 * ones, whole)
    assert out.tolist() == whole.tolist()
    assert black76(np.empty(0), 100, 1, 0.2, 1, 0.0).shape == (6, 0)


def test_columns_of_other_lengths_and_an_out_of_another_shape_are_refused() -> None:
    with pytest.raises(PricingError, match="one length"):
        black76([100, 101], [90, 100, 110], 1, 0.2, 1, 0)
    with pytest.raises(PricingError, match="1-D"):
        black76([[100.0]], 100, 1, 0.2, 1, 0)
    with pytest.raises(PricingError, match=r"shape \(6, 1\)"):
        black76(100, 100, 1, 0.2, 1, 0, out=np.empty((6, 2)))


@pytest.mark.parametrize(("rate", "pays"), [(0.0, 0.0), (0.03, 0.03)])
def test_a_put_exactly_at_the_money_has_the_delta_of_a_put(rate: float, pays: float) -> None:
    call, put = black76(100, 100, 1.0, 1.0, [1, -1], rate).T
    assert call[DELTA] - put[DELTA] == pytest.approx(math.exp(-rate), rel=1e-14)
    call, put = bsm(100, 100, 1.0, 1.0, [1, -1], rate, pays).T
    assert call[DELTA] - put[DELTA] == pytest.approx(math.exp(-pays), rel=1e-14)
