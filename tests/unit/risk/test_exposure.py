"""Exposure of some legs: what one per cent does to their delta, and what they lose at once."""

import pytest

from tomking.market.snapshot import Shock
from tomking.portfolio import marks as worth
from tomking.portfolio.columns import columns
from tomking.risk.exposure import Slope, bounds, slope, stress_loss
from tomking.risk.limits import Limits
from worlds.gates import AHEAD, scene
from worlds.orders import legs_of

pytestmark = [pytest.mark.unit, pytest.mark.risk]


@pytest.mark.rule("R-GRK-02")
@pytest.mark.parametrize("text", ["-2 5900 P", "+1 6100 C", "-1 6090 C, +1 6120 C"])
def test_the_change_of_delta_is_what_one_per_cent_either_way_adds(text: str) -> None:
    seen = scene()
    legs = columns([(contract, n) for n, contract in legs_of(text, AHEAD)])
    marks = seen.market.marks(legs)
    here, up, down = (
        worth.dollar_delta(legs, seen.market.marks(legs, Shock(spot=move)))
        for move in (0.0, 0.01, -0.01)
    )
    found = slope(legs, seen, marks)
    assert (found.delta, found.up, found.down) == pytest.approx((here, up - here, down - here))
    assert found.change == pytest.approx(max(abs(up - here), abs(down - here)))
    assert found.up * found.down < 0.0


@pytest.mark.rule("R-GRK-02")
@pytest.mark.parametrize(
    ("up", "down", "change"),
    [(2.0, -3.0, 3.0), (-3.0, 2.0, 3.0), (-1.0, -2.0, 2.0), (0.0, 0.0, 0.0)],
)
def test_the_larger_change_counts_without_its_sign(up: float, down: float, change: float) -> None:
    assert Slope(1.0, up, down).change == change
    assert Slope(1.0, up, down) + Slope(2.0, 1.0, 1.0) == Slope(3.0, up + 1.0, down + 1.0)
    assert Slope() == Slope(0.0, 0.0, 0.0)


@pytest.mark.rule("R-GRK-05")
@pytest.mark.parametrize(
    ("mode", "net_liq", "delta", "change"),
    [
        ("dollars", 100_000.0, 60_000.0, 72_000.0), ("dollars", 50_000.0, 30_000.0, 36_000.0),
        ("dollars", -1.0, 0.0, 0.0), ("s4_literal", 100_000.0, 100.0, 20.0),
        ("s4_literal", 250_000.0, 250.0, 50.0), ("s4_literal", -1.0, 0.0, 0.0),
    ],
)  # fmt: skip
def test_bounds_grow_with_the_account(
    mode: str, net_liq: float, delta: float, change: float
) -> None:
    most = bounds(Limits(greeks_mode=mode), net_liq)
    assert (most.delta, most.change) == pytest.approx((delta, change))


@pytest.mark.rule("R-STR-01")
def test_nothing_held_has_no_slope_and_loses_nothing() -> None:
    seen, nothing = scene(), columns(())
    marks = seen.market.marks(nothing)
    assert slope(nothing, seen, marks) == Slope()
    assert stress_loss(nothing, seen, marks) == 0.0
