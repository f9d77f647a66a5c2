"""Greeks and volatilities of American options with cash dividends: against ones that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import PricingError
from tomking.pricing.american import american
from tomking.pricing.american_vol import VOL_MIN, american_vol_with_dividends
from tomking.pricing.black import DELTA, GAMMA, PRICE, THETA, VEGA
from tomking.pricing.dividend_slopes import slopes_with_dividends
from tomking.pricing.dividends import american_with_dividends

pytestmark = pytest.mark.unit

EX, PAID = [0.04, 0.29], [1.8, 1.9]
OPTION = st.tuples(
    st.floats(80.0, 120.0), st.floats(0.02, 1.5), st.floats(0.1, 0.8), st.sampled_from([1.0, -1.0]),
    st.floats(0.0, 0.1),
)  # fmt: skip


@given(OPTION)
def test_without_dividends_they_are_those_of_the_boundary(option: tuple[float, ...]) -> None:
    """To what both methods promise at the worst, whose sum is a cent."""
    strike, years, vol, sign, rate = option
    found = slopes_with_dividends(100.0, strike, years, vol, sign, rate, [], [])[:, 0]
    known = american(100.0, strike, years, vol, sign, rate, 0.0)[:, 0]
    assert found[PRICE] == pytest.approx(known[PRICE], abs=1.5e-2)
    assert found[DELTA] == pytest.approx(known[DELTA], abs=1e-2)
    assert found[VEGA] == pytest.approx(known[VEGA], abs=1e-2)
    assert found[THETA] == pytest.approx(known[THETA], abs=2e-2)


def test_rows_stand_where_the_table_says_and_price_and_slopes_are_the_lattice_s() -> None:
    rows = 600.0, [580.0, 600.0, 620.0], 0.4, 0.17, [1.0, -1.0, 1.0], 0.04
    found = slopes_with_dividends(*rows, EX, PAID)
    assert found.shape == (5, 3)
    assert (found[: GAMMA + 1] == american_with_dividends(*rows, EX, PAID)).all()
    up, down = (
        american_with_dividends(*rows[:3], 0.17 + x, *rows[4:], EX, PAID)[PRICE]
        for x in (0.01, -0.01)
    )
    assert found[VEGA] == pytest.approx(0.5 * (up - down))
    gone = 0.25 / 365.0
    later = american_with_dividends(
        *rows[:2], 0.4 - gone, *rows[3:], [ex - gone for ex in EX], PAID
    )[PRICE]
    assert found[THETA] == pytest.approx(4.0 * (later - found[PRICE]))


def test_a_day_that_would_reach_an_ex_date_is_cut_before_it() -> None:
    soon = slopes_with_dividends(600.0, 590.0, 0.1, 0.17, 1.0, 0.04, [0.5 / 365], [1.8])
    later = slopes_with_dividends(600.0, 590.0, 0.1, 0.17, 1.0, 0.04, [3.0 / 365], [1.8])
    assert soon[THETA, 0] == pytest.approx(later[THETA, 0], abs=0.1)
    assert abs(soon[THETA, 0]) < 0.5


@given(OPTION, st.lists(st.tuples(st.floats(0.01, 1.4), st.floats(0.0, 2.0)), max_size=3))
def test_the_volatility_of_a_price_is_the_one_it_was_made_with(
    option: tuple[float, ...], paid: list[tuple[float, float]]
) -> None:
    strike, years, vol, sign, rate = option
    ex, amounts = [at for at, _ in paid], [much for _, much in paid]
    price = american_with_dividends(100.0, strike, years, vol, sign, rate, ex, amounts)[PRICE, 0]
    found = american_vol_with_dividends(price, 100.0, strike, years, sign, rate, ex, amounts)[0]
    known = (100.0, strike, years), (sign, rate, ex, amounts)
    if np.isnan(found):  # it is worth no more than without any volatility
        assert price <= american_with_dividends(*known[0], VOL_MIN, *known[1])[PRICE, 0]
    else:
        again = american_with_dividends(*known[0], found, *known[1])[PRICE, 0]
        assert again == pytest.approx(price, abs=1e-5)


def test_unknown_in_unknown_out_and_a_negative_dividend_is_refused() -> None:
    assert np.isnan(slopes_with_dividends(np.nan, 100, 0.5, 0.2, 1, 0.04, EX, PAID)).all()
    assert np.isnan(american_vol_with_dividends(np.nan, 100, 100, 0.5, 1, 0.04, EX, PAID)).all()
    assert np.isnan(american_vol_with_dividends(99.9, 100, 100, 0.5, 1, 0.04, EX, PAID)).all()
    with pytest.raises(PricingError):
        slopes_with_dividends(100, 100, 0.5, 0.2, 1, 0.04, [0.1], [-1.0])
