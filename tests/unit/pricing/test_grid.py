"""The grid is the same prices in another shape."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import PricingError
from tomking.pricing.american import american_price
from tomking.pricing.collocation import EXACT, FAST
from tomking.pricing.grid import american_grid

pytestmark = pytest.mark.unit

SPOTS = np.linspace(70.0, 130.0, 13)


def test_more_options_than_go_through_the_loops_together() -> None:
    g = np.random.default_rng(1)
    n = 300
    cases = (
        100 * np.exp(g.normal(0, 0.2, n)), g.uniform(0.01, 2, n), g.uniform(0.05, 1, n),
        g.choice([1.0, -1.0], n), g.uniform(0, 0.08, n), g.uniform(0, 0.08, n),
    )  # fmt: skip
    for tier in (FAST, EXACT):
        prices = american_grid(SPOTS, *cases, tier=tier)
        expected = np.array([american_price(s, *cases, tier=tier) for s in SPOTS])
        assert prices.shape == (13, n)
        assert prices == pytest.approx(expected, rel=1e-11, abs=1e-11)


@given(
    st.floats(60, 160), st.floats(0.0, 2.0), st.floats(0.0, 1.0), st.sampled_from([1.0, -1.0]),
    st.floats(-0.03, 0.08), st.floats(-0.03, 0.08),
)  # fmt: skip
def test_every_price_is_that_of_the_option_alone(
    strike: float, years: float, vol: float, sign: float, rate: float, pays: float
) -> None:
    grid = american_grid(SPOTS, strike, years, vol, sign, rate, pays)[:, 0]
    alone = american_price(SPOTS, strike, years, vol, sign, rate, pays)
    assert grid == pytest.approx(alone, rel=1e-10, abs=1e-10, nan_ok=True)


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0])
@pytest.mark.parametrize("column", range(7))
def test_what_has_no_answer_is_nan_and_leaves_the_rest_alone(column: int, value: float) -> None:
    rows = [SPOTS.copy(), *(np.full(5, x) for x in (100.0, 0.5, 0.2, -1.0, 0.05, 0.02))]
    before = american_grid(*rows)
    rows[column][2] = value
    allowed = value == -1.0 and column in (4, 5, 6)
    after = american_grid(*rows)
    hit = np.zeros((13, 5), dtype=bool)
    hit[(slice(2, 3), slice(None)) if column == 0 else (slice(None), slice(2, 3))] = True
    assert np.isnan(after[hit]).all() or allowed
    assert after[~hit].tolist() == before[~hit].tolist()


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(PricingError, match="one length"):
        american_grid(SPOTS, [90, 100, 110], [0.1, 0.2], 0.2, 1, 0.05, 0.0)
