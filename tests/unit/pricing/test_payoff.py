"""Worth at expiry, and where a position turns."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.pricing.kernel import F64
from tomking.pricing.payoff import Profile, payoff, profile
from unit.pricing import plain

pytestmark = pytest.mark.unit

Legs = list[tuple[float, float, float, float]]
LEG = st.tuples(
    st.integers(50, 150).map(float),
    st.sampled_from([1.0, -1.0, 0.0]),
    st.integers(-3, 3).map(float),
    st.sampled_from([1.0, 50.0, 100.0]),
)


def columns(legs: Legs) -> tuple[F64, F64, F64, F64]:
    strikes, signs, quantities, multipliers = np.array(legs, dtype=np.float64).T.copy()
    return strikes, signs, quantities, multipliers


@given(st.lists(LEG, min_size=1, max_size=6), st.lists(st.floats(0, 300), min_size=1))
def test_the_twin_agrees(legs: Legs, spots: list[float]) -> None:
    worth = payoff(np.array(spots), *columns(legs))
    assert worth == pytest.approx([plain.payoff(s, legs) for s in spots], rel=1e-12, abs=1e-9)


def test_rulebook_27_13_butterfly() -> None:
    butterfly = columns([(90, 1, 1, 1), (100, 1, -2, 1), (110, 1, 1, 1)])
    answer = profile(*butterfly, premium=-1.5)
    assert answer == Profile((91.5, 108.5), best=8.5, worst=-1.5, slope_up=0.0)
    assert round(answer.best / -answer.worst, 2) == 5.67


@pytest.mark.parametrize(
    ("legs", "premium", "expected"),
    [
        pytest.param([(100, 1, 1, 100)], -250, Profile((102.5,), math.inf, -250, 100), id="call"),
        pytest.param(
            [(100, 1, -1, 100)], 250, Profile((102.5,), 250, -math.inf, -100), id="naked call"
        ),
        pytest.param([(100, -1, -2, 50)], 400, Profile((96,), 400, -9600, 0), id="naked puts"),
        pytest.param(
            [(0, 0, 100, 1), (110, 1, -1, 100)],
            -9_500,
            Profile((95,), 1_500, -9_500, 0),
            id="covered call",
        ),
        pytest.param(
            [(90, -1, -1, 100), (110, 1, -1, 100)],
            300,
            Profile((87, 113), 300, -math.inf, -100),
            id="strangle",
        ),
        pytest.param(
            [(90, -1, 1, 1), (95, -1, -1, 1), (105, 1, -1, 1), (110, 1, 1, 1)],
            2,
            Profile((93, 107), 2, -3, 0),
            id="iron condor",
        ),
        pytest.param([(100, 1, 1, 1)], 0, Profile((100,), math.inf, 0, 1), id="free call"),
        pytest.param([(100, 0, 2, 5)], 0, Profile((100,), math.inf, -1000, 10), id="future"),
        pytest.param([(100, 1, 0, 1)], 0, Profile((), 0, 0, 0), id="nothing held"),
    ],
)
def test_where_a_position_turns(legs: Legs, premium: float, expected: Profile) -> None:
    assert profile(*columns(legs), premium=premium) == expected


@given(st.lists(LEG, min_size=1, max_size=5), st.integers(-500, 500))
def test_a_profile_bounds_every_outcome_and_its_break_evens_are_zeros(
    legs: Legs, premium: int
) -> None:
    answer = profile(*columns(legs), premium=premium)
    profits = payoff(np.linspace(0.0, 400.0, 801), *columns(legs)) + premium
    assert profits.max() <= answer.best + 1e-6
    assert profits.min() >= answer.worst - 1e-6
    zeros = payoff(np.array(answer.break_evens), *columns(legs)) + premium
    assert np.abs(zeros).max(initial=0.0) < 1e-6
    crossings = np.count_nonzero(np.diff(np.sign(profits[profits != 0.0])))
    assert crossings <= len(answer.break_evens)


def test_a_nan_spot_is_a_nan_and_leaves_its_neighbours_alone() -> None:
    legs = columns([(100, 1, 1, 100), (90, -1, 1, 100)])
    worth = payoff(np.array([80.0, math.nan, 110.0]), *legs)
    assert worth[[0, 2]].tolist() == [1000.0, 1000.0]
    assert math.isnan(worth[1])
