"""Cash dividends against the textbook, a binomial twin, QuantLib's finite differences and reason."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import PricingError
from tomking.pricing.american import american
from tomking.pricing.black import GAMMA, bsm
from tomking.pricing.collocation import EXACT
from tomking.pricing.dividends import (
    STEPS,
    STEPS_EXACT,
    american_with_dividends,
    call_exercise_spots,
    european_with_dividends,
)
from unit.pricing import oracle, plain

pytestmark = pytest.mark.unit

PRICE, DELTA = 0, 1
#: Dollars per $100 of the greater of spot and strike, as the module promises.
PROMISED = 5e-3
QUARTERLY = np.array([20, 111, 202, 293]) / 365
HALVES = np.full(4, 0.5)


@cache
def cases(n: int, seed: int = 4) -> tuple[tuple[float, ...], ...]:
    """Options of 2 days to 2 years, up to four dividends."""
    g = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        days = int(np.exp(g.uniform(math.log(2), math.log(730))))
        vol, rate, sign = g.uniform(0.1, 0.8), g.uniform(0, 0.08), float(g.choice([1, -1]))
        strike = 100 * math.exp(g.normal() * vol * math.sqrt(days / 365))
        count = int(g.integers(0, 5))
        ex = tuple(int(d) for d in np.sort(g.integers(1, max(days, 2), count)))
        found.append(
            (strike, days, vol, sign, rate, ex, tuple(g.uniform(0.1, 2.0, count).tolist()))
        )
    return tuple(found)


@cache
def usual(n: int, seed: int = 11) -> tuple[tuple[float, ...], ...]:
    """Options of 5 days to 2 years with one to four dividends: near, on the eve of expiry, anywhere."""
    g = np.random.default_rng(seed)
    found = []
    for i in range(n):
        days = int(np.exp(g.uniform(math.log(5), math.log(730))))
        vol, rate, strike = g.uniform(0.1, 0.6), g.uniform(0.0, 0.06), g.uniform(80.0, 120.0)
        first, last = {0: (1, max(days // 6, 2)), 1: (max(days - 5, 1), days + 1)}.get(
            i % 5, (1, days + 1)
        )
        ex = tuple(sorted({int(d) for d in g.integers(first, last, 1 + i // 2 % 4)}))
        paid = tuple(g.uniform(0.2, 3.0, len(ex)).tolist())
        found.append((strike, days, vol, 1.0 if i % 2 else -1.0, rate, ex, paid))
    return tuple(found)


def test_quantlib_agrees_on_the_escrowed_model() -> None:
    for strike, days, vol, sign, rate, ex, paid in cases(12):
        ours = american_with_dividends(
            100, strike, days / 365, vol, sign, rate, np.array(ex) / 365, paid
        )[:, 0]
        price, delta, gamma = oracle.with_dividends(100.0, strike, days, vol, sign, rate, ex, paid)
        assert ours[PRICE] == pytest.approx(price, rel=0, abs=PROMISED * max(1.0, strike / 100))
        # The oracle's own delta is good to 1e-3 on this grid; with a finer one it comes to ours.
        assert ours[DELTA] == pytest.approx(delta, abs=2e-3)
        assert ours[GAMMA] == pytest.approx(gamma, abs=1e-3)


@pytest.mark.parametrize("worst", [1, 2, 4, 6])
def test_a_fine_lattice_agrees_to_a_hundredth_of_a_cent(worst: int) -> None:
    """Three puts on which the coarse one is furthest off, and a call."""
    strike, days, vol, sign, rate, ex, paid = cases(12)[worst]
    price, *_ = oracle.with_dividends(100.0, strike, days, vol, sign, rate, ex, paid, times=2000)
    row = (100, strike, days / 365, vol, sign, rate, np.array(ex) / 365, paid)
    fine, coarse = (american_with_dividends(*row, steps=n)[PRICE, 0] for n in (STEPS_EXACT, STEPS))
    per_100 = max(1.0, strike / 100)
    assert abs(fine - price) <= 1e-4 * per_100
    assert abs(coarse - price) <= PROMISED * per_100


def test_forty_options_agree_with_the_limit_of_finite_differences() -> None:
    for strike, days, vol, sign, rate, ex, paid in usual(40):
        limit = oracle.limit_with_dividends(100.0, strike, days, vol, sign, rate, ex, paid)
        row = (100, strike, days / 365, vol, sign, rate, np.array(ex) / 365, paid)
        per_100 = max(1.0, strike / 100)
        for steps, most in ((STEPS_EXACT, 1e-4), (STEPS, PROMISED)):
            found = american_with_dividends(*row, steps=steps)[PRICE, 0]
            assert found == pytest.approx(limit, rel=0, abs=most * per_100)


def test_the_quick_lattice_is_as_near_to_the_fine_one_as_promised() -> None:
    """Among them an ex-date on the eve of expiry, which half the steps miss by two cents."""
    for strike, days, vol, sign, rate, ex, paid in (*usual(122, 5)[-2:], *usual(400, 5)[-5:]):
        row = (100, strike, days / 365, vol, sign, rate, np.array(ex) / 365, paid)
        fine, quick = (american_with_dividends(*row, steps=n)[PRICE, 0] for n in (1600, STEPS))
        assert abs(quick - fine) <= PROMISED * max(1.0, strike / 100)


def test_without_a_dividend_a_fine_lattice_is_the_american_option_to_a_hundredth_of_a_cent() -> (
    None
):
    rows = np.array([case[:5] for case in cases(20)]).T
    rows[1] /= 365
    fine = american_with_dividends(100, *rows, [], [], steps=STEPS_EXACT)[PRICE]
    exact = american(100, *rows, 0.0, tier=EXACT)[PRICE]
    assert (np.abs(fine - exact) <= 1e-4 * np.maximum(100.0, rows[0]) / 100.0).all()


def test_without_a_dividend_it_is_the_american_option_of_the_other_method() -> None:
    rows = np.array([case[:5] for case in cases(80)]).T
    rows[1] /= 365
    lattice = american_with_dividends(100, *rows, [], [])
    exact = american(100, *rows, 0.0, tier=EXACT)[: GAMMA + 1]
    per_100 = np.maximum(100.0, rows[0]) / 100.0
    assert np.abs(lattice[PRICE] - exact[PRICE]).max() <= PROMISED * per_100.max()
    assert np.abs(lattice[DELTA] - exact[DELTA]).max() <= 1e-3


def test_the_twin_agrees() -> None:
    dividends = list(zip(QUARTERLY.tolist(), HALVES.tolist(), strict=True))
    for strike, sign in ((90.0, 1.0), (105.0, -1.0)):
        row = (100.0, strike, 0.7, 0.3, sign, 0.05)
        twin = 0.5 * sum(plain.tree(*row, 0.0, n, dividends) for n in (400, 401))
        ours = american_with_dividends(*row, QUARTERLY, HALVES)[PRICE, 0]
        assert ours == pytest.approx(twin, abs=0.02)


def test_european_options_hold_parity_with_the_spot_less_its_dividends() -> None:
    call, put = european_with_dividends(100, 95, 1.0, 0.3, [1, -1], 0.05, QUARTERLY, HALVES).T
    escrow = float(np.sum(HALVES * np.exp(-0.05 * QUARTERLY)))
    assert call[PRICE] - put[PRICE] == pytest.approx(100 - escrow - 95 * math.exp(-0.05), rel=1e-12)
    assert call.tolist() == bsm(100 - escrow, 95, 1.0, 0.3, 1, 0.05, 0)[: GAMMA + 1, 0].tolist()


def test_only_dividends_until_expiry_and_after_today_count() -> None:
    row = (100, 100, 0.5, 0.3, [1, -1], 0.05)
    counted = american_with_dividends(*row, [0.2, 0.5], [1.0, 0.7])
    others = american_with_dividends(*row, [-0.1, 0.5, 0.0, 0.2, 0.51], [3.0, 0.7, 3.0, 1.0, 3.0])
    assert others.tolist() == counted.tolist()


@given(
    st.floats(60, 160), st.floats(0.01, 2.0), st.floats(0.05, 1.0), st.sampled_from([1.0, -1.0]),
    st.floats(0.0, 0.08), st.lists(st.tuples(st.floats(0.0, 2.0), st.floats(0.0, 3.0)), max_size=3),
)  # fmt: skip
def test_early_exercise_is_a_right_and_no_duty(
    strike: float,
    years: float,
    vol: float,
    sign: float,
    rate: float,
    dividends: list[tuple[float, float]],
) -> None:
    ex, paid = [d[0] for d in dividends], [d[1] for d in dividends]
    row = (100, strike, years, vol, sign, rate)
    price, delta, gamma = american_with_dividends(*row, ex, paid)[:, 0]
    assert price >= european_with_dividends(*row, ex, paid)[PRICE, 0]
    assert price >= sign * (100 - strike)
    assert price <= (100 if sign > 0 else strike) + 1e-9
    assert 0 <= sign * delta <= 1
    assert gamma >= 0


# The eve of an ex date


def test_the_last_turn_is_where_the_payoff_meets_the_call_that_is_left() -> None:
    strike, years, vol, rate, ex, paid = 100.0, 0.25, 0.25, 0.05, 0.1, 1.5
    spot = call_exercise_spots(strike, years, vol, rate, [ex], [paid])[0, 0]
    low, high = strike, 3 * strike
    for _ in range(60):
        middle = 0.5 * (low + high)
        held = bsm(middle - paid, strike, years - ex, vol, 1, rate, 0.0)[0, 0]
        low, high = (low, middle) if middle - strike >= held else (middle, high)
    assert spot == pytest.approx(low, rel=1e-3)


def test_rulebook_of_the_textbook_a_dividend_below_the_interest_on_the_strike_is_let_go() -> None:
    """Hull, chapter 15.12: never exercise when D ≤ K (1 − exp(−r (next − ex)))."""
    strike, years, rate, ex = 100.0, 0.5, 0.06, [0.1, 0.3]
    interest = [strike * (1 - math.exp(-rate * gap)) for gap in (0.2, 0.2)]
    below = call_exercise_spots(strike, years, 0.3, rate, ex, [0.98 * i for i in interest])
    above = call_exercise_spots(strike, years, 0.3, rate, ex, [1.3 * i for i in interest])
    assert below[:, 0].tolist() == [math.inf, math.inf]
    assert np.all((above[:, 0] > strike) & (above[:, 0] < 2.5 * strike))


def test_on_the_eve_a_call_above_its_turn_is_worth_its_payoff_and_below_it_more() -> None:
    ex, paid, row = [0.25 / 365, 0.4], [1.2, 0.5], (0.12, 0.25, 0.04)
    turn = call_exercise_spots(100, *row, ex, paid)[0, 0]
    years, vol, rate = row
    spots = turn * np.array([0.96, 1.02])
    price = american_with_dividends(spots, 100, years, vol, 1, rate, ex, paid)[PRICE]
    assert price[1] == pytest.approx(spots[1] - 100, abs=PROMISED)
    assert price[0] > spots[0] - 100 + 3 * PROMISED


def test_turns_come_in_the_order_the_dates_were_given_and_never_for_the_others() -> None:
    row = (100, [0.2, 0.5], 0.3, 0.03)
    turns = call_exercise_spots(*row, [0.4, -0.1, 0.1], [2.0, 2.0, 1.0])
    sorted_turns = call_exercise_spots(*row, [0.1, 0.4], [1.0, 2.0])
    assert turns[[2, 0]].tolist() == sorted_turns.tolist()
    assert turns[1].tolist() == [math.inf, math.inf]  # long gone
    assert turns[0, 0] == math.inf  # after expiry
    assert np.isfinite(turns[0, 1])
    assert np.isfinite(turns[2]).all()


def test_a_dividend_that_dwarfs_volatility_is_taken_by_any_call_in_the_money() -> None:
    assert call_exercise_spots(100, 0.02, 0.05, 0.0, [0.01], [20.0])[0, 0] == pytest.approx(100)


# Edges


def test_without_time_or_volatility_the_price_is_what_is_certain() -> None:
    now = american_with_dividends(100, [90, 110], 0.0, 0.3, [1, -1], 0.05, [0.1], [1.0])
    assert now[PRICE].tolist() == [10, 10]
    strike, rate, ex, paid = 90.0, 0.05, 0.5, 3.0
    call = american_with_dividends(100, strike, 1.0, 0.0, 1, rate, [ex], [paid])[PRICE, 0]
    eve = 100 - strike * math.exp(-rate * ex)
    end = 100 - paid * math.exp(-rate * ex) - strike * math.exp(-rate)
    assert call == pytest.approx(max(10, eve, end), abs=1e-3)
    put = american_with_dividends(100, 105, 1.0, 0.0, -1, rate, [ex], [paid])[PRICE, 0]
    assert put == pytest.approx((105 + paid) * math.exp(-rate * ex) - 100, abs=1e-3)


BAD = [
    *((column, value) for column in range(6) for value in (math.nan, math.inf, -math.inf)),
    *((column, 0.0) for column in (0, 1, 4)),
    *((column, -1.0) for column in (0, 1, 2, 3)),
    (0, 1.5),
    (4, 0.5),
]


@pytest.mark.parametrize(("column", "value"), BAD)
def test_a_row_without_an_answer_is_nan_and_leaves_its_neighbours_alone(
    column: int, value: float
) -> None:
    rows = [np.full(3, x) for x in (100.0, 105.0, 0.5, 0.3, 1.0, 0.05)]
    clean = american_with_dividends(*rows, QUARTERLY, HALVES * 2, steps=20)
    rows[column][1] = value
    after = american_with_dividends(*rows, QUARTERLY, HALVES * 2, steps=20)
    assert np.isnan(after[:, 1]).all()
    assert after[:, [0, 2]].tolist() == clean[:, [0, 2]].tolist()
    if column not in (0, 4):
        _, strike, years, vol, _, rate = rows
        assert np.isnan(call_exercise_spots(strike, years, vol, rate, [0.1], [1.0], 20)[0, 1])


@pytest.mark.parametrize(
    ("ex", "paid"), [([0.1], [-1.0]), ([0.1], [math.nan]), ([math.inf], [1.0])]
)
def test_a_schedule_that_is_no_schedule_is_refused(ex: list[float], paid: list[float]) -> None:
    with pytest.raises(PricingError, match="finite and not negative"):
        american_with_dividends(100, 100, 0.5, 0.3, 1, 0.05, ex, paid)


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(PricingError, match="one length"):
        american_with_dividends([100, 101], [90, 100, 110], 1, 0.2, 1, 0, [], [])
    with pytest.raises(PricingError, match="one length"):
        european_with_dividends(100, 100, 1, 0.2, 1, 0, [0.1, 0.2], [1, 2, 3])
