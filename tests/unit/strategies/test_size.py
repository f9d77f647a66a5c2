"""How many units a plan takes at most."""

import json
from dataclasses import replace
from datetime import date
from math import floor, inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.evidence import Evidence
from tomking.core.order import Leg, Structure
from tomking.core.reading import Skip
from tomking.market.snapshot import Quote
from tomking.risk.limits import Limits
from tomking.risk.sizing import sized
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.leap_protect import LEAP_PROTECT
from tomking.strategies.plan import Plan
from tomking.strategies.size import DebitBudget, RiskBudget, VixScaled, VixSteps
from tomking.strategies.strangle import STRANGLE
from tomking.strategies.worth import Candidate, CostAtMost
from worlds.board import FRIDAY, board, day_of
from worlds.orders import legs_of, view

pytestmark = pytest.mark.unit

SHEETS = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())
MONDAY, TUESDAY = date(2025, 9, 8), date(2025, 9, 9)
ROOMY = "5000000"


def butterfly(debit: float) -> Candidate:
    """Something that costs a debit, quoted without a width."""
    found = legs_of("+1 6000 C, -2 6010 C, +1 6020 C")
    legs = tuple(Leg(contract, n, "all") for n, contract in found)
    structure = Structure("ES", legs, -debit, "x", Evidence.MODEL, FRIDAY, 0.0, debit)
    quotes = tuple(
        Quote(leg.contract, price, price, 0.5, 0.15, board().at, Evidence.MODEL)
        for leg, price in zip(legs, (debit, 0.0, 0.0), strict=True)
    )
    return Candidate(structure, quotes, "butterfly")


@pytest.mark.rule("R-SIZ-06")
@pytest.mark.parametrize(("vix", "units"), SHEETS["27.3"]["units"])
def test_a_strangle_grows_with_vix_to_twice_its_base(vix: float, units: int) -> None:
    """27.3, with a base of two: 1.5 is one, 2.5 is two, and from VIX 40 on it is four."""
    rule = VixScaled(SHEETS["27.3"]["base"], rule="R-SIZ-06")
    assert STRANGLE.size == (rule,)
    assert floor(rule(view(board(vix_points=vix)), butterfly(1.0))) == units


@pytest.mark.rule("R-SIZ-06")
@given(vix=st.floats(1.0, 200.0), base=st.floats(0.1, 10.0), cap=st.floats(1.0, 4.0))
def test_more_vix_never_means_fewer_units_and_never_more_than_the_cap(
    vix: float, base: float, cap: float
) -> None:
    rule = VixScaled(base, cap=cap)
    less, more = (rule(view(board(vix_points=v)), butterfly(1.0)) for v in (vix, 1.1 * vix))
    assert 0.0 < less <= more <= base * cap + 1e-9


@pytest.mark.rule("R-LEP-02")
@pytest.mark.parametrize(("vix", "units"), [(12.0, 1), (15.0, 1), (20.0, 1), (20.01, 2), (35.0, 2)])
def test_a_ladder_doubles_above_vix_20(vix: float, units: int) -> None:
    rule = VixSteps(units=1.0, above=20.0, times=2.0)
    assert LEAP_LADDER.size == (replace(rule, rule="R-LEP-02"),)
    assert rule(view(board(vix_points=vix)), butterfly(1.0)) == units


@pytest.mark.parametrize(("plan", "day", "root"), [
    (STRANGLE, TUESDAY, "ES"), (LEAP_LADDER, MONDAY, "SPY"), (LEAP_PROTECT, MONDAY, "SPY"),
])  # fmt: skip
def test_no_room_makes_a_plan_larger_than_it_wants_to_be(plan: Plan, day: date, root: str) -> None:
    known = day_of(day, indicators={"iv_rank": 0.5, "range20": 0.05})
    market = board(day, 60, day=known, vix_points=18.0, vol=0.18)
    seen = view(market, cash=ROOMY)
    wanted = plan.enter(seen, root)
    assert isinstance(wanted, Structure), isinstance(wanted, Skip) and str(wanted)
    found = sized(wanted, seen, plan.name).units
    assert 1 <= found <= wanted.units_max < 100


@pytest.mark.rule("R-LEP-05")
def test_bought_rungs_cost_a_hundredth_of_the_account_in_all() -> None:
    """Two fit at 753 dollars in 200,000; without the rule four would (R-SIZ-01)."""
    market = board(MONDAY, 60, vol=0.20)
    seen = view(market, cash="200000")
    wanted = LEAP_PROTECT.enter(seen, "SPY")
    assert isinstance(wanted, Structure)
    assert 1.0 <= wanted.units_max * -wanted.credit * 100.0 / 2000.0 <= 1.0 + 1e-9
    assert sized(wanted, seen, "leap_protect").units == 2
    free = replace(wanted, units_max=inf)
    assert sized(free, seen, "leap_protect").units == 4


@pytest.mark.parametrize(("debit", "units"), [(1.5, 2), (3.0, 1), (9.0, 1), (9.05, 0), (0.0, inf)])
def test_a_budget_buys_what_it_buys_and_one_that_is_not_too_dear(
    debit: float, units: float
) -> None:
    """0.3 % of 60,000 dollars is 180 at VIX 15; one may cost 0.75 %, which is 450."""
    rule = DebitBudget(0.003, 15.0, 500.0, 0.0075)
    seen = replace(view(board(vix_points=15.0)), net_liq=60_000.0)
    found = rule(seen, butterfly(debit))
    assert (found if found == inf else floor(found)) == units


@pytest.mark.rule("R-STG-02")
def test_a_budget_is_a_share_of_what_the_stage_lets_trade() -> None:
    """5,000 pounds in stage 1, whatever the account holds."""
    staged, whole = (
        view(board(vix_points=15.0), cash="200000", limits=Limits(stage=stage)) for stage in (1, 4)
    )
    share = staged.capital / 200_000.0
    assert share < 0.05
    rules = (
        DebitBudget(0.003, 15.0, 5000.0, 0.0), RiskBudget(0.015),
        CostAtMost("all", 0.25, 0.35).units,
    )  # fmt: skip
    for rule in rules:
        assert rule(staged, butterfly(1.0)) == pytest.approx(share * rule(whole, butterfly(1.0)))
    seen = CostAtMost("all", 0.25, 0.35)(staged, butterfly(1.0))[0].observed
    assert seen == pytest.approx(50.0 / staged.capital)
