"""Chances: closed forms, a seeded walk, and the order in which they must stand."""

from collections.abc import Sequence
from math import exp, isnan, log, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.pricing.black import PRICE, bsm
from tomking.pricing.chance import (
    Package,
    World,
    below,
    break_evens,
    gain,
    normal,
    path_vol,
    profit,
    reach,
    smile,
    touch,
)
from tomking.pricing.kernel import F64
from tomking.pricing.payoff import profile

pytestmark = pytest.mark.unit

FLAT = World(100.0)
HUNDRED = 100.0
#: (strike, sign, quantity, vol, years)
Row = tuple[float, int, int, float, float]
SHORT_PUT: list[Row] = [(95, -1, -1, 0.20, 0.12)]
CONDOR: list[Row] = [
    (90, -1, 1, 0.22, 0.12), (95, -1, -1, 0.20, 0.12),
    (105, 1, -1, 0.18, 0.12), (110, 1, 1, 0.17, 0.12),
]  # fmt: skip
CALENDAR: list[Row] = [(100, 1, -1, 0.20, 0.08), (100, 1, 1, 0.20, 0.20)]
LONG_CALL: list[Row] = [(102, 1, 1, 0.25, 0.25)]
PACKAGES = {
    "short put": SHORT_PUT, "condor": CONDOR, "calendar": CALENDAR, "long call": LONG_CALL,
}  # fmt: skip


def package(rows: Sequence[Row], world: World = FLAT) -> Package:
    """Legs had at their own model price."""
    columns: list[F64] = [np.array(column, dtype=float) for column in zip(*rows, strict=True)]
    strike, sign, quantity, vol, years = columns
    paid = bsm(world.spot, strike, years, vol, sign, world.rate, world.rate - world.growth)[PRICE]
    premium = -HUNDRED * float(np.dot(paid, quantity))
    return Package(strike, sign, quantity, np.full(len(rows), HUNDRED), vol, years, premium)


def walked(
    held: Package, world: World, target: float, paths: int, steps: int
) -> tuple[float, float]:
    """The share of seeded paths on which the target is met, and its standard error."""
    vol, years = path_vol(held, world), held.horizon
    step = years / steps
    noise = np.random.default_rng(20260605)
    log_spot, met = np.zeros(paths), np.zeros(paths, dtype=bool)
    for number in range(1, steps + 1):
        drift = (world.growth - 0.5 * vol * vol) * step
        log_spot += drift + vol * sqrt(step) * noise.standard_normal(paths)
        met |= gain(held, world, world.spot * np.exp(log_spot), number * step) >= target
    share = float(met.mean())
    return share, sqrt(share * (1.0 - share) / paths)


@pytest.mark.parametrize("level", [80.0, 95.0, 100.0, 105.0, 130.0])
@pytest.mark.parametrize("vol", [0.1, 0.3, 0.8])
def test_ending_below_a_level_is_what_a_digital_put_is_worth(level: float, vol: float) -> None:
    """The slope of the put's price along the strike is the digital, undiscounted at no rate."""
    h = 1e-4
    prices = bsm(100.0, [level - h, level + h], 0.5, vol, -1.0, 0.0, 0.0)[PRICE]
    assert below(level, 100.0, 0.5, vol) == pytest.approx(
        (prices[1] - prices[0]) / (2 * h), abs=1e-7
    )


def test_nothing_ends_below_nought_and_without_deviation_the_forward_decides() -> None:
    assert below(0.0, 100.0, 1.0, 0.2) == below(-5.0, 100.0, 1.0, 0.2) == 0.0
    assert below(101.0, 100.0, 1.0, 0.0) == 1.0
    assert below(99.0, 100.0, 0.0, 0.3) == 0.0
    assert isnan(below(99.0, 100.0, 1.0, nan))
    assert isnan(touch(99.0, 100.0, 1.0, nan))
    assert touch(99.0, 100.0, 1.0, 0.0) == 0.0


@given(
    st.floats(50.0, 200.0), st.floats(0.01, 2.0), st.floats(0.05, 1.0), st.floats(-0.1, 0.1),
)  # fmt: skip
def test_a_level_is_touched_at_least_as_often_as_it_is_ended_beyond(
    level: float, years: float, vol: float, growth: float
) -> None:
    ended_below = below(level, 100.0 * exp(growth * years), years, vol)
    ended = ended_below if level < 100.0 else 1.0 - ended_below
    touched = touch(level, 100.0, years, vol, growth)
    assert 0.0 <= touched <= 1.0
    assert touched >= ended - 1e-12


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_a_touch_without_drift_in_the_logarithm_is_twice_the_end_beyond(side: float) -> None:
    """The reflection principle itself: growth of half the variance takes the drift away."""
    vol, level = 0.3, 100.0 * exp(side * 0.1)
    growth = 0.5 * vol * vol
    beyond = normal(-0.1 / (vol * sqrt(0.5)))
    assert touch(level, 100.0, 0.5, vol, growth) == pytest.approx(2.0 * beyond, rel=1e-12)


@pytest.mark.parametrize(
    ("level", "vol", "growth", "chance"),
    [
        (110.0, 0.002, 0.02, 0.0), (90.0, 0.002, 0.02, 0.0), (101.0, 0.002, 0.02, 1.0),
        (110.0, 1e-9, 0.5, 1.0), (110.0, 1e-170, -0.5, 0.0), (90.0, 1e-300, -0.5, 1.0),
    ],
)  # fmt: skip
def test_next_to_no_volatility_is_touched_where_the_drift_leads(
    level: float, vol: float, growth: float, chance: float
) -> None:
    """The factor of the reflection is beyond any float here."""
    assert touch(level, 100.0, 1.0, vol, growth) == pytest.approx(chance, abs=1e-5)


def test_the_tail_joins_the_closed_form_where_it_takes_over() -> None:
    """From 30 deviations on the reflected half is taken by the expansion of the tail."""
    level, growth = 106.0, 0.0583
    vols = [
        (log(level / 100.0) + growth) / deviations for deviations in (29.99, 29.999, 30.0, 30.01)
    ]
    found = [touch(level, 100.0, 1.0, vol, growth) for vol in vols]
    assert np.diff(found) == pytest.approx(0.0, abs=1e-5)
    assert 0.5 < found[0] < 0.52


@given(st.floats(101.0, 150.0), st.floats(0.05, 0.8), st.floats(0.02, 1.0))
def test_a_touch_grows_with_time_and_shrinks_with_distance(
    level: float, vol: float, years: float
) -> None:
    here = touch(level, 100.0, years, vol)
    assert touch(level, 100.0, 1.5 * years, vol) >= here
    assert touch(level * 1.05, 100.0, years, vol) <= here


@pytest.mark.parametrize(
    ("distance", "within"), [(1.0, 0.01), (3.0, 0.003), (5.0, 0.003), (10.0, 0.003), (17.3, 0.003)]
)
@pytest.mark.parametrize(("growth", "vol", "years"), [(0.0, 0.2, 0.25), (0.05, 0.3, 0.5)])
def test_the_lattice_is_the_closed_form_where_there_is_one(
    distance: float, within: float, growth: float, vol: float, years: float
) -> None:
    """A bare future makes its target where it touches a level; one point is less than a step."""
    world = World(100.0, 0.05, growth)
    up = reach(lambda spots, gone: spots - 100.0, distance, world, years, vol)
    assert up == pytest.approx(touch(100.0 + distance, 100.0, years, vol, growth), abs=within)
    down = reach(lambda spots, gone: 100.0 - spots, distance, world, years, vol)
    assert down == pytest.approx(touch(100.0 - distance, 100.0, years, vol, growth), abs=within)


@pytest.mark.parametrize("name", ["short put", "condor", "calendar"])
def test_half_the_premium_is_reached_as_often_as_on_seeded_walks(name: str) -> None:
    held = package(PACKAGES[name])
    target = 0.5 * abs(held.premium)
    vol = path_vol(held, FLAT)
    found = reach(lambda s, gone: gain(held, FLAT, s, gone), target, FLAT, held.horizon, vol)
    share, error = walked(held, FLAT, target, paths=6000, steps=500)
    # A walk that looks now and then sees a little less than one that never looks away.
    assert share - 3.0 * error <= found <= share + 3.0 * error + 0.02


@pytest.mark.parametrize("name", PACKAGES)
def test_more_steps_hardly_move_the_lattice(name: str) -> None:
    held = package(PACKAGES[name])
    target, vol = 0.5 * abs(held.premium), path_vol(held, FLAT)
    once, finer = (
        reach(lambda s, gone: gain(held, FLAT, s, gone), target, FLAT, held.horizon, vol, steps)
        for steps in (240, 720)
    )
    assert once == pytest.approx(finer, abs=0.004)


@pytest.mark.parametrize("name", ["short put", "condor", "long call"])
def test_a_target_is_reached_at_least_as_often_as_it_stands_at_the_end(name: str) -> None:
    held = package(PACKAGES[name])
    target, vol = 0.5 * abs(held.premium), path_vol(held, FLAT)
    on_the_way = reach(lambda s, gone: gain(held, FLAT, s, gone), target, FLAT, held.horizon, vol)
    spots = 100.0 * np.exp(np.linspace(-1.5, 1.5, 20_001))
    kept = gain(held, FLAT, spots, held.horizon) >= target
    cdf = np.array([below(float(x), 100.0, held.horizon, vol) for x in spots])
    at_the_end = float(np.sum(np.diff(cdf)[kept[1:] & kept[:-1]]))
    assert on_the_way >= at_the_end - 0.003


def test_a_larger_target_is_reached_less_often_and_one_in_hand_always() -> None:
    held = package(CONDOR)
    vol = path_vol(held, FLAT)
    shares = [
        reach(lambda s, gone: gain(held, FLAT, s, gone), of * held.premium, FLAT, held.horizon, vol)
        for of in (-0.01, 0.25, 0.5, 0.75, 0.9)
    ]
    assert shares[0] == 1.0
    assert shares == sorted(shares, reverse=True)
    assert reach(lambda s, gone: gain(held, FLAT, s, gone), 1e6, FLAT, held.horizon, vol) == 0.0


def test_what_is_not_known_has_no_chance_at_all() -> None:
    assert isnan(reach(lambda s, gone: s, 1.0, FLAT, 0.5, nan))
    assert isnan(reach(lambda s, gone: s, nan, FLAT, 0.5, 0.2))
    assert isnan(reach(lambda s, gone: s, 1.0, FLAT, 0.0, 0.2))
    assert isnan(reach(lambda s, gone: s, 1.0, World(100.0, 0.0, 9.0), 5.0, 0.01))


def test_a_short_put_earns_when_the_spot_ends_above_its_break_even() -> None:
    held = package(SHORT_PUT)
    (zero,) = break_evens(held, FLAT)
    assert zero == pytest.approx(95.0 - held.premium / HUNDRED, abs=1e-9)
    assert profit(held, FLAT, [zero]) == pytest.approx(1.0 - below(zero, 100.0, 0.12, 0.20))


def test_a_condor_earns_between_its_break_evens_each_at_its_own_volatility() -> None:
    held = package(CONDOR)
    low, high = break_evens(held, FLAT)
    exact = profile(held.strike, held.sign, held.quantity, held.multiplier, held.premium)
    assert (low, high) == pytest.approx(exact.break_evens, abs=1e-9)
    wanted = below(high, 100.0, 0.12, smile(held, high)) - below(low, 100.0, 0.12, smile(held, low))
    assert profit(held, FLAT, [low, high]) == pytest.approx(wanted, abs=1e-12)
    assert smile(held, 97.5) == pytest.approx(0.195)
    assert smile(held, 50.0) == 0.22


def test_the_chance_of_profit_and_of_loss_make_one() -> None:
    held = package(CONDOR)
    other = Package(
        held.strike, held.sign, -held.quantity, held.multiplier, held.vol, held.years, -held.premium
    )
    zeros = break_evens(held, FLAT)
    assert profit(held, FLAT, zeros) + profit(other, FLAT, zeros) == pytest.approx(1.0)


def test_a_package_that_cannot_lose_always_earns() -> None:
    held = package([(100, 1, 1, 0.2, 0.1)])
    free = Package(
        held.strike, held.sign, held.quantity, held.multiplier, held.vol, held.years, 5.0
    )
    assert break_evens(free, FLAT) == ()
    assert profit(free, FLAT, ()) == 1.0


def test_a_calendar_earns_around_its_strike() -> None:
    held = package(CALENDAR)
    low, high = break_evens(held, FLAT)
    assert low < 100.0 < high
    assert gain(held, FLAT, np.array([low, high]), held.horizon) == pytest.approx(0.0, abs=1e-6)
    assert 0.4 < profit(held, FLAT, [low, high]) < 0.6


def test_shares_alone_have_no_horizon_and_no_break_evens_of_one() -> None:
    held = Package(*np.array([[100.0], [0.0], [100.0], [1.0], [0.0], [0.0]]), premium=0.0)
    assert isnan(held.horizon)
    assert break_evens(held, FLAT) == ()
    assert isnan(path_vol(held, FLAT))


def test_nodes_that_meet_a_target_by_any_distance_are_met_without_a_warning() -> None:
    """Six beside one: their weight in part would divide by nought, and is not asked for."""

    def made(spots: F64, _: float) -> F64:
        return np.where(np.arange(len(spots)) % 2, 6.0, 1.0)

    assert reach(made, 0.0, FLAT, 0.1, 0.2, steps=4) == 1.0


def test_shares_beside_options_count_from_the_price_they_were_had_at() -> None:
    strike, sign = np.array([100.0, 105.0]), np.array([0.0, 1.0])
    held = Package(
        strike, sign, np.array([100.0, -1.0]), np.array([1.0, HUNDRED]),
        np.array([0.0, 0.2]), np.array([0.0, 0.1]), 150.0,
    )  # fmt: skip
    assert held.horizon == 0.1
    made = gain(held, FLAT, np.array([98.5, 105.0, 120.0]), 0.1)
    assert made == pytest.approx([0.0, 650.0, 650.0])
    assert path_vol(held, FLAT) == pytest.approx(0.2)


def test_an_unknown_volatility_makes_every_chance_unknown() -> None:
    held = package(SHORT_PUT)
    blind = Package(
        held.strike, held.sign, held.quantity, held.multiplier, np.array([nan]), held.years,
        held.premium,
    )  # fmt: skip
    assert isnan(profit(blind, FLAT, [94.0]))
    assert isnan(path_vol(blind, FLAT))


def test_an_option_that_may_be_exercised_is_never_worth_less_than_that() -> None:
    """A European put deep in the money is, at a high rate; the calendar would lose beyond its debit."""
    world = World(100.0, 0.10, 0.10)
    rows: list[Row] = [(100, -1, -1, 0.20, 0.10), (100, -1, 1, 0.20, 0.50)]
    held = package(rows, world)
    early = Package(
        held.strike, held.sign, held.quantity, held.multiplier, held.vol, held.years,
        held.premium, early=True,
    )  # fmt: skip
    deep = np.array([1.0])
    assert float(gain(held, world, deep, 0.10)[0]) < held.premium - 100.0
    assert float(gain(early, world, deep, 0.10)[0]) == pytest.approx(held.premium)
