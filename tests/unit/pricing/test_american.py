"""American prices and Greeks against the textbook, a tree, QuantLib and reason."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tomking.core.errors import PricingError
from tomking.pricing.american import american, american76, american_price, exercise_boundary
from tomking.pricing.black import DELTA, GAMMA, PRICE, RHO, THETA, VEGA, black76, bsm
from tomking.pricing.collocation import DEFAULT, EXACT, FAST, Tier
from tomking.pricing.kernel import F64
from unit.pricing import oracle, plain

pytestmark = pytest.mark.unit

SIGNS = st.sampled_from([1.0, -1.0])
STRIKES = st.floats(60.0, 160.0)
YEARS = st.floats(1e-3, 2.0)
VOLS = st.floats(0.08, 1.0)
RATES = st.floats(0.0, 0.08)
FINE = Tier(18, 16, 14, 80)


def options(n: int, seed: int = 1) -> list[F64]:
    """1 day to 2 years, log-moneyness ±3 deviations, 10–60 %, 1–5.5 %, yields of 0–7 %."""
    g = np.random.default_rng(seed)
    years = np.round(365 * np.exp(g.uniform(math.log(1 / 365), math.log(2), n))) / 365
    vol, rate = g.uniform(0.1, 0.6, n), g.uniform(0.01, 0.055, n)
    strike = 100.0 * np.exp(g.normal(0.0, 1.2, n) * vol * np.sqrt(years))
    sign = g.choice([1.0, -1.0], n)
    return [np.full(n, 100.0), strike, years, vol, sign, rate, g.uniform(0.0, 0.07, n)]


def test_the_tree_of_the_textbook_and_what_it_becomes() -> None:
    put = (50.0, 50.0, 0.4167, 0.4, -1.0, 0.1, 0.0)
    told = {5: 4.49, 30: 4.263, 50: 4.272, 100: 4.278, 500: 4.283}
    for steps, price in told.items():
        assert plain.tree(*put, steps) == pytest.approx(price, abs=0.0015)
    assert american_price(*put, tier=EXACT)[0] == pytest.approx(4.284, abs=5e-4)
    call = (300.0, 300.0, 4 / 12, 0.3, 1.0, 0.08, 0.08)
    assert plain.tree(*call, 4) == pytest.approx(19.16, abs=0.005)
    assert american_price(*call)[0] == pytest.approx(plain.tree(*call, 500), abs=0.02)


def test_the_twin_agrees() -> None:
    rows = options(12, seed=2)
    prices = american_price(*rows)
    for price, row in zip(prices, zip(*rows, strict=True), strict=True):
        # A tree's own error falls as 1 / steps and changes its sign: two neighbours are averaged.
        twin = 0.5 * (plain.tree(*row, 300) + plain.tree(*row, 301))
        assert price == pytest.approx(twin, abs=1e-2 * max(1.0, row[1] / 100))


def test_quantlib_agrees_within_what_each_tier_promises() -> None:
    rows = options(100, seed=3)
    expected = np.array([oracle.american(*row) for row in zip(*rows, strict=True)])
    per_100 = np.maximum(rows[0], rows[1]) / 100.0
    for tier, promised in ((FAST, 7e-4), (DEFAULT, 8e-5), (EXACT, 5e-6)):
        error = np.abs(american_price(*rows, tier=tier) - expected) / per_100
        assert error.max() <= promised


@given(STRIKES, st.integers(1, 730), st.floats(0.1, 0.6), SIGNS, RATES, RATES)
def test_quantlib_agrees_on_any_option(
    strike: float, days: int, vol: float, sign: float, rate: float, pays: float
) -> None:
    row = (100.0, strike, days / 365, vol, sign, rate, pays)
    allowed = 1e-4 * max(100.0, strike) / 100.0
    assert american_price(*row)[0] == pytest.approx(oracle.american(*row), rel=0, abs=allowed)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param((100, 98.3, 3.5, 0.097, -1, 0.149, 0.0), id="drift of three deviations"),
        pytest.param((100, 99.0, 2.0, 0.005, -1, 0.055, 0.0), id="drift of fifteen"),
        pytest.param((100, 100.0, 2.0, 0.05, 1, 0.0, 0.06), id="a call that drifts down"),
        pytest.param((100, 105.0, 1.0, 0.25, -1, 0.05, 0.0499), id="rate and yield nearly equal"),
        pytest.param((100, 105.0, 1.0, 0.25, -1, 0.05, 0.0501), id="and the other way"),
        pytest.param((100, 105.0, 1.0, 0.25, -1, 0.03, -0.02), id="a put that pays to hold"),
        pytest.param((100, 165.0, 4.5, 1.2, -1, 0.106, 0.029), id="wild and long"),
        pytest.param((100, 104.0, 1.0, 0.2, -1, 1e-4, 0.05), id="next to nothing to earn"),
    ],
)
def test_quantlib_agrees_far_from_the_usual(row: tuple[float, ...]) -> None:
    s, k, t, v, c, r, q = row
    expected = oracle.american(s, k, round(365 * t) / 365, v, c, r, q)
    ours = american_price(s, k, round(365 * t) / 365, v, c, r, q, tier=EXACT)[0]
    assert ours == pytest.approx(expected, rel=0, abs=1e-5 * max(s, k) / 100)


@example(141.0, 1.0, 0.0859375, -1.0, 1e-38, 0.0)
@given(STRIKES, YEARS, VOLS, SIGNS, RATES, RATES)
def test_early_exercise_is_a_right_and_no_duty(
    strike: float, years: float, vol: float, sign: float, rate: float, pays: float
) -> None:
    row = (100.0, strike, years, vol, sign, rate, pays)
    price, european = american(*row)[:, 0], bsm(*row)[:, 0]
    assert price[PRICE] >= european[PRICE]
    assert price[PRICE] >= sign * (100.0 - strike)
    assert price[PRICE] <= (100.0 if sign > 0 else strike)
    assert -1e-12 <= sign * price[DELTA] <= 1.0 + 1e-4
    assert price[GAMMA] >= -1e-4
    longer = american_price(100.0, strike, years * 1.2, vol, sign, rate, pays)[0]
    assert longer >= price[PRICE] - 2e-4 * max(1.0, strike / 100)


@given(STRIKES, YEARS, VOLS, RATES, RATES)
def test_a_call_is_a_put_with_spot_and_strike_and_rate_and_yield_exchanged(
    strike: float, years: float, vol: float, rate: float, pays: float
) -> None:
    call = american_price(100, strike, years, vol, 1, rate, pays)[0]
    put = american_price(strike, 100, years, vol, -1, pays, rate)[0]
    assert call == pytest.approx(put, rel=1e-9, abs=1e-9)


@given(st.floats(0.1, 1e5), STRIKES, YEARS, VOLS, SIGNS)
def test_prices_are_homogeneous_in_the_level(
    factor: float, strike: float, years: float, vol: float, sign: float
) -> None:
    here = american_price(100, strike, years, vol, sign, 0.04, 0.03)[0]
    there = american_price(100 * factor, strike * factor, years, vol, sign, 0.04, 0.03)[0]
    assert there == pytest.approx(factor * here, rel=1e-9, abs=1e-9 * factor)


@pytest.mark.parametrize(
    ("sign", "rate", "pays"), [(1, 0.05, 0.0), (1, 0.05, -0.0), (-1, 0.0, 0.02), (-1, 0.0, 0.0),
                               (-1, -0.01, 0.0), (1, 0.03, -0.01), (1, -0.01, -0.01)]
)  # fmt: skip
def test_where_exercise_earns_nothing_the_option_is_european(
    sign: int, rate: float, pays: float
) -> None:
    strikes = np.linspace(70, 140, 8)
    row = (100, strikes, 0.7, 0.25, sign, rate, pays)
    assert american(*row)[:GAMMA] == pytest.approx(bsm(*row)[:GAMMA], rel=1e-12)
    assert american(*row)[:RHO] == pytest.approx(bsm(*row)[:RHO], rel=1e-5, abs=1e-9)


@pytest.mark.parametrize(
    ("sign", "rate", "pays"), [(-1, -0.01, -0.02), (1, -0.02, 0.0), (1, -0.02, -0.01)]
)
def test_two_boundaries_are_refused(sign: int, rate: float, pays: float) -> None:
    row = (100, [90, 110], 0.7, 0.25, sign, rate, pays)
    assert np.isnan(american(*row)).all()
    assert np.isnan(exercise_boundary(*row[1:])).all()


def test_greeks_are_the_slopes_of_the_price() -> None:
    rows = np.array(options(60, seed=4))
    rows[2] = np.maximum(rows[2], 10 / 365)
    s, k, t, v, c, r, q = rows
    edge = exercise_boundary(k, t, v, c, r, q, tier=FINE)
    rows = rows[:, np.abs(np.log(s / edge)) > 0.1 * v * np.sqrt(t)]
    answer = american(*rows, tier=EXACT)

    def price(row: int, step: F64 | float) -> F64:
        moved = rows.copy()
        moved[row] += step
        return american_price(*moved, tier=FINE)

    def slope(row: int, step: F64 | float) -> F64:
        return (price(row, step) - price(row, -step)) / (2 * step)

    bend = (price(0, 0.05) - 2 * price(0, 0.0) + price(0, -0.05)) / 0.05**2
    assert answer[DELTA] == pytest.approx(slope(0, 0.02), abs=2e-5)
    assert answer[GAMMA] == pytest.approx(bend, abs=2e-5)
    assert answer[THETA] == pytest.approx(-slope(2, 0.2 / 365) / 365, abs=2e-5)
    assert answer[VEGA] == pytest.approx(slope(3, 1e-3) / 100, abs=2e-5)
    assert answer[RHO] == pytest.approx(slope(5, 2e-4) / 100, abs=2e-5)


def test_on_a_future_rho_holds_the_future_and_the_yield_is_the_rate() -> None:
    forward, strike, years, vol, sign, rate = 6000.0, np.array([5700.0, 6200.0]), 0.4, 0.2, -1, 0.05
    answer = american76(forward, strike, years, vol, sign, rate, tier=EXACT)
    spot = american(forward, strike, years, vol, sign, rate, rate, tier=EXACT)
    assert answer[:RHO].tolist() == spot[:RHO].tolist()
    up, down = (
        american_price(forward, strike, years, vol, sign, r, r, tier=FINE) for r in (0.051, 0.049)
    )
    assert answer[RHO] == pytest.approx(0.01 * (up - down) / 0.002, rel=1e-3)
    assert np.all(answer[PRICE] > black76(forward, strike, years, vol, sign, rate)[PRICE])


def test_an_exercised_option_is_its_intrinsic_value_and_moves_with_the_spot() -> None:
    put = american([60, 83.0], 100, 0.5, 0.2, -1, 0.05, 0)
    assert put.T.tolist() == [[40, -1, 0, 0, 0, 0], [17, -1, 0, 0, 0, 0]]
    call = american(200, 100, 0.5, 0.2, 1, 0.02, 0.08)[:, 0]
    assert call.tolist() == [100, 1, 0, 0, 0, 0]


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
    rows = options(19)
    clean, edge = american(*rows, tier=FAST), exercise_boundary(*rows[1:], tier=FAST)
    rows[column][9] = value
    others = np.arange(19) != 9
    after = american(*rows, tier=FAST)
    assert np.isnan(after[:, 9]).all()
    assert after[:, others].tolist() == clean[:, others].tolist()
    spots = exercise_boundary(*rows[1:], tier=FAST)
    assert math.isnan(spots[9]) == (column > 0)
    assert spots[others].tolist() == edge[others].tolist()


def test_without_time_the_price_is_intrinsic_value() -> None:
    strike, sign = np.array([90.0, 100, 110] * 2), np.repeat([1.0, -1.0], 3)
    answer = american(100, strike, 0.0, 0.2, sign, 0.04, 0.03)
    assert answer.tolist() == bsm(100, strike, 0.0, 0.2, sign, 0.04, 0.03).tolist()


def test_without_volatility_the_price_is_what_exercise_at_the_best_time_brings() -> None:
    strike, sign = np.array([80.0, 95, 104, 130] * 2), np.repeat([1.0, -1.0], 4)
    times = np.linspace(0.0, 2.0, 200_001)
    for rate, pays in ((0.05, 0.0), (0.05, 0.02), (0.02, 0.06), (0.0, 0.0), (0.06, 0.05)):
        answer = american(100, strike, 2.0, 0.0, sign, rate, pays)
        for price, k, c in zip(answer[PRICE], strike, sign, strict=True):
            best = c * (100 * np.exp(-pays * times) - k * np.exp(-rate * times))
            assert price == pytest.approx(max(best.max(), 0.0), abs=1e-9)
        calm = american_price(100, strike, 2.0, 1e-3, sign, rate, pays, tier=EXACT)
        assert calm == pytest.approx(answer[PRICE], abs=0.07)
        assert not answer[[GAMMA, VEGA]].any()


def test_the_limit_of_no_volatility_is_reached_without_a_jump() -> None:
    just = american_price(100, [99.9, 100.1], 1.0, [1.01e-6, 1.01e-6], -1, 0.03, 0.05)
    none = american_price(100, [99.9, 100.1], 1.0, 0.99e-6, -1, 0.03, 0.05)
    assert just == pytest.approx(none, abs=1e-4)


def test_an_answer_does_not_depend_on_the_neighbours() -> None:
    rows = options(600, seed=5)  # more than go through the loops together
    together = american_price(*rows)
    for i in (0, 1, 255, 256, 511, 599):
        assert american_price(*(column[i] for column in rows))[0] == pytest.approx(
            together[i], rel=1e-12, abs=1e-12
        )
    assert american_price(np.empty(0), 100, 1, 0.2, 1, 0.0, 0.0).shape == (0,)


def test_columns_of_other_lengths_and_nodes_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(PricingError, match="one length"):
        american([100, 101], [90, 100, 110], 1, 0.2, 1, 0, 0)
    with pytest.raises(PricingError, match="multiple of 3"):
        american_price(100, 100, 1, 0.2, 1, 0.05, 0.05, tier=Tier(4, 4, 4, 16))


# The exercise boundary


@given(YEARS, VOLS, SIGNS, st.floats(0.005, 0.08), st.floats(0.005, 0.08))
def test_at_the_boundary_the_price_is_the_payoff_and_meets_it_smoothly(
    years: float, vol: float, sign: float, rate: float, pays: float
) -> None:
    edge = exercise_boundary(100, years, vol, sign, rate, pays)[0]
    spots = edge * (1.0 - sign * np.array([-1e-6, 1e-6, 0.02]))
    answer = american(spots, 100, years, vol, sign, rate, pays)
    payoff = sign * (spots - 100)
    assert answer[PRICE, 0] == payoff[0]
    assert answer[DELTA, 0] == sign
    assert answer[PRICE, 1] == pytest.approx(payoff[1], abs=2e-4 * max(1.0, edge / 100))
    assert answer[DELTA, 1] == pytest.approx(sign, abs=2e-2)


@given(st.floats(0.05, 1.0), SIGNS, st.floats(0.002, 0.08), st.floats(0.002, 0.08))
def test_the_boundary_comes_nearer_as_time_runs_out(
    vol: float, sign: float, rate: float, pays: float
) -> None:
    earn, pay = (rate, pays) if sign < 0 else (pays, rate)
    years = np.linspace(0.0, 2.0, 41)
    edges = exercise_boundary(100, years, vol, sign, rate, pays)
    assert edges[0] == pytest.approx(100 * min(1.0, earn / pay) ** -sign, rel=1e-12)
    assert np.all(sign * np.diff(edges) >= -2e-4 * edges[1:])
    drift = earn - pay - 0.5 * vol**2
    power = (drift + math.sqrt(drift**2 + 2 * earn * vol**2)) / vol**2
    assert np.all(sign * edges <= sign * 100 * (power / (1 + power)) ** -sign * (1 + sign * 1e-3))


def test_more_volatility_keeps_the_boundary_further_away() -> None:
    vols = np.linspace(0.05, 1.0, 20)
    puts = exercise_boundary(100, 0.5, vols, -1, 0.05, 0.02)
    calls = exercise_boundary(100, 0.5, vols, 1, 0.02, 0.05)
    assert np.all(np.diff(puts) < 0)
    assert np.all(np.diff(calls) > 0)
    assert puts * calls == pytest.approx(np.full(20, 1e4), rel=1e-9)


def test_the_boundary_is_proportional_to_the_strike_and_knows_no_spot() -> None:
    strikes = np.array([50.0, 100.0, 6000.0])
    edges = exercise_boundary(strikes, 0.3, 0.2, -1, 0.05, 0.01)
    assert edges / strikes == pytest.approx(np.full(3, edges[1] / 100), rel=1e-12)


def test_never_is_nought_for_a_put_and_infinity_for_a_call() -> None:
    assert exercise_boundary(100, 0.5, 0.2, [-1, 1], [0.0, 0.05], [0.05, 0.0]).tolist() == [
        0.0,
        math.inf,
    ]
