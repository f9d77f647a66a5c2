"""The LEAP put ladder, sold and bought."""

from datetime import date

import pytest

from tomking.core.contract import Right
from tomking.core.order import Structure
from tomking.core.reading import Skip
from tomking.market.snapshot import DELTA
from tomking.portfolio.columns import columns_of
from tomking.risk.limits import Limits, named
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.leap_protect import LEAP_PROTECT
from tomking.strategies.plan import Plan
from tomking.strategies.tune import tune
from worlds.board import Board, board
from worlds.orders import view

pytestmark = pytest.mark.unit

MONDAY = date(2025, 9, 8)


def monday(day: date = MONDAY, **changes: object) -> Board:
    """A Monday with SPY at 600."""
    return board(day, 30, **({"vix_points": 18.0, "vol": 0.20} | changes))


def entered(plan: Plan, market: Board, root: str = "SPY") -> Structure | Skip:
    """What a plan wants of a root."""
    return plan.enter(view(market, cash="200000"), root)


@pytest.mark.rule("R-LEP-01")
@pytest.mark.parametrize(
    ("day", "delta"),
    [
        (date(2025, 9, 2), 0.12),
        (MONDAY, 0.13),
        (date(2025, 9, 15), 0.14),
        (date(2025, 9, 29), 0.12),
    ],
)
def test_a_rung_is_a_put_of_a_year_and_of_the_delta_of_its_week(day: date, delta: float) -> None:
    market = monday(day, grid=1.0)
    wanted = entered(LEAP_LADDER, market)
    assert isinstance(wanted, Structure)
    (leg,) = wanted.legs
    assert (leg.contract.right, leg.quantity, leg.contract.root) == (Right.PUT, -1, "SPY")
    assert 350 <= (wanted.expiry - day).days <= 380
    seen = market.marks(columns_of(wanted.legs)).table[DELTA, 0]
    assert abs(seen) == pytest.approx(delta, abs=0.002)


@pytest.mark.rule("R-LEP-02")
@pytest.mark.parametrize(
    ("vix", "units"), [(14.99, 0), (15.0, 1), (20.0, 1), (20.01, 2), (35.0, 2), (35.01, 0)]
)
def test_vix_skips_a_rung_or_doubles_it(vix: float, units: int) -> None:
    found = entered(LEAP_LADDER, monday(vix_points=vix))
    if units:
        assert isinstance(found, Structure)
        assert found.units_max == units
    else:
        assert isinstance(found, Skip)
        assert {reading.rule for reading in found.failed} == {"R-LEP-02"}


@pytest.mark.rule("R-LEP-02")
def test_the_floor_of_vix_is_one_figure() -> None:
    lower = tune(LEAP_LADDER, {"VixAtLeast.floor": 12.0})
    found = entered(lower, monday(vix_points=12.5))
    assert isinstance(found, Structure)
    assert found.units_max == 1
    assert isinstance(entered(lower, monday(vix_points=11.9)), Skip)


@pytest.mark.rule("R-LEP-04")
def test_a_smaller_account_takes_the_option_on_the_future_and_never_the_index() -> None:
    assert LEAP_LADDER.roots == LEAP_PROTECT.roots == ("SPY", "MES")
    found = entered(LEAP_LADDER, monday(), "MES")
    assert isinstance(found, Structure)
    assert found.root == "MES"
    limits = Limits()
    assert named(limits.bp_trade_by_strategy, "leap_ladder", 1.0) == 0.06
    assert named(limits.bp_by_strategy, "leap_ladder", 1.0) == 0.20


@pytest.mark.rule("R-LEP-05")
@pytest.mark.parametrize("vix", [10.0, 18.0, 60.0])
def test_bought_it_is_asked_at_any_vix_and_costs_what_it_may(vix: float) -> None:
    found = entered(LEAP_PROTECT, monday(vix_points=vix))
    assert isinstance(found, Structure)
    (leg,) = found.legs
    assert (leg.contract.right, leg.quantity) == (Right.PUT, 1)
    dear = entered(LEAP_PROTECT, monday(vix_points=vix, vol=0.60))
    assert isinstance(dear, Skip)
    assert {reading.rule for reading in dear.failed} == {"R-LEP-05"}
