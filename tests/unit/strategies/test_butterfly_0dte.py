"""Enhanced Butterfly 0DTE against the rulebook's worked figures (27.13)."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tomking.core.reading import Skip
from tomking.market.sessions import session_of
from tomking.pricing.payoff import payoff, profile
from tomking.strategies.build import built
from tomking.strategies.butterfly_0dte import BUTTERFLY_0DTE
from tomking.strategies.size import DebitBudget, UnitsAtMost, dearest, debit_budget
from tomking.strategies.worth import Candidate
from worlds.board import FRIDAY, Board, board, day_of
from worlds.held import broken, held, legs, quoted, refused, wanted
from worlds.orders import view

pytestmark = pytest.mark.unit

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.13"]
HALF_DAY = date(2025, 11, 28)
CENTRE, WING, DEBIT = 6000.0, float(SHEET["wing"]), SHEET["debit"]
FLY = np.array([CENTRE, CENTRE + WING, CENTRE - WING]), -np.ones(3), np.array([-2.0, 1.0, 1.0])


def moved(by: float, **changes: object) -> Board:
    """A Friday at 10:35, the index moved by a share since its open; volatile enough to be cheap."""
    price = round(6000.0 * (1.0 + by), 2)
    return board(FRIDAY, 65, **({"price": price, "vol": 0.30} | changes))


@pytest.mark.rule("R-BFL-03")
@pytest.mark.parametrize(("away", "earns"), SHEET["payoff"])
def test_the_payoff_is_the_rulebooks(away: float, earns: float) -> None:
    strike, sign, quantity = FLY
    points = payoff(np.array([CENTRE + away]), strike, sign, quantity, np.ones(3)) - DEBIT
    assert points[0] == pytest.approx(earns)


@pytest.mark.rule("R-BFL-03")
def test_reward_to_risk_is_five_and_two_thirds_at_a_debit_of_one_and_a_half() -> None:
    shape = profile(*FLY, np.ones(3), -DEBIT)
    assert shape.break_evens == (5991.5, 6008.5)
    assert shape.best / -shape.worst == pytest.approx(SHEET["reward_to_risk"], abs=0.005)


@pytest.mark.rule("R-BFL-04")
@pytest.mark.parametrize(("account", "vix", "budget"), SHEET["budget_gbp"])
def test_the_debit_cap_is_the_rulebooks(account: float, vix: float, budget: float) -> None:
    """In pounds, a pound to the pound; £100,000 at VIX 30 meets the cap."""
    rule = DebitBudget(0.003, 15.0, 500.0, 0.0075)
    assert rule == replace(BUTTERFLY_0DTE.size[0], rule="")
    assert debit_budget(rule, account, vix, 1.0) == pytest.approx(budget)


@pytest.mark.rule("R-BFL-02")
@pytest.mark.parametrize(
    ("by", "shape", "written"),
    [
        (0.0101, "put fly below a strong rise", ["-2 6050 P", "+1 6040 P", "+1 6060 P"]),
        (0.01, "put fly at the price", ["-2 6060 P", "+1 6050 P", "+1 6070 P"]),
        (0.006, "put fly at the price", ["-2 6035 P", "+1 6025 P", "+1 6045 P"]),
        (0.005, "put fly at the price", ["-2 6030 P", "+1 6020 P", "+1 6040 P"]),
        (-0.005, "call fly at the price", ["-2 5970 C", "+1 5980 C", "+1 5960 C"]),
        (-0.01, "call fly at the price", ["-2 5940 C", "+1 5950 C", "+1 5930 C"]),
        (-0.0101, "call fly above a strong fall", ["-2 5950 C", "+1 5960 C", "+1 5940 C"]),
    ],
)
def test_it_fades_the_move(by: float, shape: str, written: list[str]) -> None:
    found = wanted(BUTTERFLY_0DTE, moved(by))
    assert (found.shape, legs(found)) == (shape, written)
    assert found.expiry == FRIDAY


@pytest.mark.rule("R-BFL-01")
@pytest.mark.parametrize(("by", "enters"), [(0.0049, False), (0.005, True), (-0.0049, False)])
def test_the_index_must_have_moved_by_half_a_per_cent(by: float, enters: bool) -> None:
    assert refused(BUTTERFLY_0DTE, moved(by)) == (set() if enters else {"R-BFL-01"})


@pytest.mark.rule("R-BFL-01")
@pytest.mark.parametrize(("vix", "enters"), [(35.0, True), (35.01, False)])
def test_vix_is_at_most_35(vix: float, enters: bool) -> None:
    seen = refused(BUTTERFLY_0DTE, moved(0.006, vix_points=vix))
    assert seen == (set() if enters else {"R-BFL-01"})


@pytest.mark.rule("R-BFL-01")
def test_a_half_day_is_none_of_its_days() -> None:
    market = moved(0.006)
    short = day_of(HALF_DAY)
    assert short.session.early
    early = replace(market, day=short, at=short.session.at(65))
    assert refused(BUTTERFLY_0DTE, early) == {"R-BFL-01"}


@pytest.mark.rule("R-BFL-01")
def test_it_is_asked_once_five_minutes_after_the_first_0dte_slot() -> None:
    for day, minutes in ((FRIDAY, (65,)), (date(2025, 12, 4), ()), (date(2026, 4, 3), ())):
        session = session_of(day)
        seen = () if session is None else BUTTERFLY_0DTE.slots[0].minutes(session)
        assert seen == minutes


@pytest.mark.rule("R-BFL-03")
@pytest.mark.parametrize(
    ("wing", "seen"),
    [(11.50, set()), (11.51, {"R-BFL-03"})],
)
def test_it_costs_a_point_and_a_half_at_most(wing: float, seen: set[str]) -> None:
    market = _costing(wing - 10.0)
    assert refused(BUTTERFLY_0DTE, market) == seen


@pytest.mark.rule("R-BFL-03")
def test_the_debit_and_the_reward_are_each_held_against_a_bound_of_its_own() -> None:
    found = BUTTERFLY_0DTE.enter(view(_costing(1.51), cash="1000000"), "SPX")
    assert isinstance(found, Skip)
    assert {reading.name.rpartition(": ")[2] for reading in found.failed} == {
        "debit", "reward to risk",
    }  # fmt: skip


def _costing(debit: float, spread: float = 0.0) -> Board:
    """A put fly at the price that costs a debit at mid; ``spread`` is the width of every quote."""
    figures = {"body": 10.0, "far wing": 6.0, "near wing": 14.0 + debit}
    market = moved(0.006)
    found = built(BUTTERFLY_0DTE, view(market), "SPX", BUTTERFLY_0DTE.shapes[2])
    assert not isinstance(found, Skip)
    names = [leg.name for leg in BUTTERFLY_0DTE.shapes[2].tranches[0].legs]
    quotes = {
        leg.contract: (figures[name] - spread / 2, figures[name] + spread / 2)
        for name, leg in zip(names, found.structure.legs, strict=True)
    }
    return replace(market, quotes=quotes)


@pytest.mark.rule("R-BFL-04")
@pytest.mark.parametrize(
    ("debit", "spread", "units"),
    [
        (1.20, 0.0, 5),  # $600 buys five of $120
        (1.45, 0.0, 4),
        (0.50, 0.0, 5),  # twelve would fit: five are the most of a week
        (0.50, 0.50, 4),  # at the far side of every quote one is $150, which is what may be paid
    ],
)
def test_a_budget_is_counted_in_what_a_unit_may_cost(
    debit: float, spread: float, units: int
) -> None:
    """0.3 % of $200,000 at VIX 15 is $600."""
    market = replace(_costing(debit, spread), vix_points=15.0)
    assert int(wanted(BUTTERFLY_0DTE, market).units_max) == units


@pytest.mark.rule("R-BFL-04")
@pytest.mark.parametrize(("account", "units"), [("19999", 0), ("20001", 1)])
def test_one_is_allowed_when_it_costs_at_most_three_quarters_of_a_per_cent(
    account: str, units: int
) -> None:
    market = replace(_costing(1.50), vix_points=15.0)
    assert int(wanted(BUTTERFLY_0DTE, market, account).units_max) == units


@pytest.mark.rule("R-BFL-04")
def test_what_brings_money_is_bounded_by_the_week_alone() -> None:
    market = moved(0.006)
    free = built(BUTTERFLY_0DTE, view(market), "SPX", BUTTERFLY_0DTE.shapes[2])
    assert isinstance(free, Candidate)
    for_nothing = replace(free, quotes=tuple(replace(q, bid=0.0, ask=0.0) for q in free.quotes))
    assert dearest(for_nothing) == 0.0
    units = min(rule(view(market), for_nothing) for rule in BUTTERFLY_0DTE.size)
    assert units == UnitsAtMost(5.0)(view(market), for_nothing) == 5.0


@pytest.mark.rule("R-BFL-04")
def test_nothing_takes_it_off_before_it_expires() -> None:
    book = held(BUTTERFLY_0DTE, quoted(BUTTERFLY_0DTE, moved(0.012), {}))
    for price in (5700.0, 6050.0, 6300.0):
        late = board(FRIDAY, 389, price=price, vix_points=60.0)
        assert broken(BUTTERFLY_0DTE, book, late) == []
    (position,) = book.positions.values()
    assert BUTTERFLY_0DTE.target(position) is None
