"""Which strikes are listed, near the money and far from it, and the nearest of them."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import DataError
from tomking.market.strikes import ladder, listed_strikes, nearest_strike, strike_step

pytestmark = pytest.mark.unit

LADDERS = [(root, days) for root in ("ES", "SPY") for days in (0, 45, 46, 120)]
FORWARDS = st.floats(900.0, 9000.0)


def exists(root: str, forward: float, days: int, strike: float) -> bool:
    """The rule itself: a multiple of some step, no further than that step reaches."""
    distance = abs(strike / forward - 1.0)
    return any(
        strike % step == 0.0 and distance <= reach + 1e-9 for step, reach in ladder(root, days)
    )


@pytest.mark.parametrize(
    ("days", "share", "step"),
    [(0, 0.05, 5), (45, 0.10, 5), (45, 0.15, 10), (45, 0.30, 25), (45, 0.45, 50), (45, 0.60, 100),
     (46, 0.10, 10), (120, 0.11, 25), (120, 0.25, 25), (120, 0.30, 50), (120, 0.41, 100)],
)  # fmt: skip
def test_steps_widen_with_distance_and_term(days: int, share: float, step: float) -> None:
    for sign in (-1, 1):
        assert strike_step("ES", 6000.0 * (1.0 + sign * share), 6000.0, days) == step
        assert strike_step("SPX", 6000.0 * (1.0 + sign * share), 6000.0, days) == step


def test_spy_has_dollars_near_and_fives_far() -> None:
    assert strike_step("SPY", 550.0, 600.0, 7) == 1.0
    assert strike_step("SPY", 450.0, 600.0, 7) == 5.0
    assert strike_step("SPY", 500.0, 600.0, 200) == 5.0


@given(st.sampled_from(LADDERS), FORWARDS)
def test_listed_strikes_are_exactly_those_of_the_rule(
    case: tuple[str, int], forward: float
) -> None:
    root, days = case
    low, high = 0.3 * forward, 1.7 * forward
    smallest = ladder(root, days)[0][0] if root == "SPY" else 5.0
    every = np.arange(smallest * np.ceil(low / smallest), high + 1e-9, smallest)
    wanted = [strike for strike in every if exists(root, forward, days, strike)]
    assert listed_strikes(root, forward, days, low, high).tolist() == wanted


@given(
    st.sampled_from(LADDERS), FORWARDS, st.floats(0.3, 1.7), st.sampled_from((-1, 1)), st.booleans()
)
def test_the_nearest_strike_is_the_nearest_of_all(
    case: tuple[str, int], forward: float, share: float, outward: int, further: bool
) -> None:
    root, days = case
    target = share * forward
    grid = listed_strikes(root, forward, days, target - 250.0, target + 250.0)
    if further:
        grid = grid[(grid - target) * outward >= -1e-6]
    found = nearest_strike(root, forward, days, target, outward, further=further)
    gap = np.abs(grid - target)
    nearest = grid[gap <= gap.min() + 1e-9]
    assert found == (nearest.max() if outward > 0 else nearest.min())


def test_half_way_the_one_further_out_of_the_money_is_taken() -> None:
    """Rulebook 27.1: ties on the 5-point grid go further out."""
    assert nearest_strike("ES", 6042.0, 0, 6087.5, +1) == 6090.0
    assert nearest_strike("ES", 5958.0, 0, 5912.5, -1) == 5910.0
    assert nearest_strike("ES", 6006.0, 0, 5973.5, -1) == 5975.0
    assert nearest_strike("ES", 6006.0, 0, 6038.5, +1) == 6040.0


def test_at_or_further_out_never_comes_nearer_the_money() -> None:
    assert nearest_strike("ES", 6000.0, 120, 5709.0, -1, further=True) == 5700.0
    assert nearest_strike("ES", 6000.0, 120, 5700.0, -1, further=True) == 5700.0
    assert nearest_strike("ES", 6000.0, 120, 6301.0, +1, further=True) == 6310.0


def test_below_the_lowest_strike_there_is_no_put() -> None:
    with pytest.raises(DataError, match="no ES strike"):
        nearest_strike("ES", 6000.0, 120, 40.0, -1, further=True)
    assert nearest_strike("ES", 6000.0, 120, 40.0, -1) == 100.0
    assert nearest_strike("ES", 6000.0, 120, 60.0, +1) == 100.0


@given(st.sampled_from(("ES", "SPY")), FORWARDS)
def test_a_ladder_only_gets_finer_as_the_expiry_comes_nearer(root: str, forward: float) -> None:
    far, near = (listed_strikes(root, forward, d, 0.4 * forward, 1.6 * forward) for d in (120, 30))
    assert set(far.tolist()) <= set(near.tolist())


@given(FORWARDS, st.sampled_from((30, 120)))
def test_every_strike_to_40_percent_has_a_partner_about_50_points_out(
    forward: float, days: int
) -> None:
    reach = 0.40 * forward - 60.0
    puts = listed_strikes("ES", forward, days, forward - reach, forward)
    borders = [forward * (1.0 - r) for _, r in ladder("ES", days) if r < inf]
    for strike in puts.tolist():
        width = strike - nearest_strike("ES", forward, days, strike - 50.0, -1)
        crosses = any(strike - 50.0 <= border <= strike + 1e-6 for border in borders)
        assert (40.0 <= width <= 75.0) if crosses else width == 50.0
