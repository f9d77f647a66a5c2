"""Every room that sizing finds is the room its gate has: that many units pass, one more does not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import floor, inf, nan
from typing import Any

import pytest

from tomking.core.order import Order, Purpose, Structure
from tomking.core.reading import Reading, Skip, Stage
from tomking.exchange.collateral import Collateral
from tomking.portfolio.book import Book, empty_book
from tomking.portfolio.preview import Preview
from tomking.risk.caps import Cap, allowance, stage
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.risk.sizing import Sized, size, sized
from tomking.risk.view import View
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112
from tomking.strategies.plan import Plan
from worlds.board import FRIDAY, WEDNESDAY, board, day_of
from worlds.gates import standing
from worlds.orders import book_with, order, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

#: So loose that every consideration has room and margin is worked out.
LOOSE: dict[str, Any] = {
    "delta_share_max": 5.0, "gamma_share_max": 5.0, "vega_max_usd": 5000.0, "notional_max": 20.0,
}  # fmt: skip
GATED = {
    "R-GRK-01", "R-GRK-02", "R-GRK-04", "R-GRK-06", "R-COR-05", "R-MRG-01", "R-MRG-02", "R-MRG-03",
    "R-STR-01", "R-STR-02",
}  # fmt: skip
PUT = date(2026, 4, 2)


def wish(plan: Plan, root: str, seen: View) -> Structure:
    """What a plan wants, whatever it would pay."""
    wanted = replace(plan, enter_when=(), take_when=()).enter(seen, root)
    assert isinstance(wanted, Structure), wanted
    return wanted


def setting(plan: Plan, cash: float, held: Book | None = None, **limits: Any) -> View:
    """A view on the plan's own day with so much money."""
    day, minute = (FRIDAY, 60.0) if plan is FRIDAY_0DTE else (WEDNESDAY, 30.0)
    market = board(day, minute, day=day_of(day), price=6042.0, vol=0.2)
    memory = standing(phase=4, peak=cash, day_start=cash, week_start=cash, month_start=cash)
    book = held or empty_book(Decimal(str(cash)))
    seen = view(market, book, standing=memory, limits=Limits(**(LOOSE | limits)))
    return replace(seen, net_liq=cash)


def answers(wanted: Structure, units: int, seen: View, name: str) -> dict[str, Reading]:
    """What the gates read of so many units, by rule, with the venue's own margin."""
    asked = Order(
        f"{wanted.campaign}/open", 1, Purpose.OPEN, name, wanted.campaign, wanted.legs, units,
        Decimal("1.00"),
    )  # fmt: skip
    dry = Collateral(seen.limits.house).change(seen.book.holdings, asked, seen.market)
    given = Preview(*dry, Decimal(0), "estimate")
    return {reading.rule: reading for reading in judge(asked, seen, given).readings}


def rooms(found: Sized) -> dict[str, float]:
    """Units by rule."""
    return {
        reading.rule: reading.observed
        for reading in found.readings
        if isinstance(reading.observed, float)
    }


@pytest.mark.rule("R-SIZ-05")
@pytest.mark.parametrize(
    ("plan", "root"),
    [(FRIDAY_0DTE, "ES"), (FRIDAY_0DTE, "MES"), (LT112, "ES"), (LT112, "MES")],
    ids=lambda x: x if isinstance(x, str) else x.name,
)
@pytest.mark.parametrize("cash", [44_500.0, 100_000.0, 260_000.0])
def test_every_room_is_the_room_of_its_gate(plan: Plan, root: str, cash: float) -> None:
    seen = setting(plan, cash)
    wanted = wish(plan, root, seen)
    found = rooms(sized(wanted, seen, plan.name))
    for rule in sorted(GATED & found.keys()):
        if found[rule] == inf:  # it gains under stress
            assert answers(wanted, 1000, seen, plan.name)[rule].passed, rule
            continue
        units = floor(found[rule])
        if units:
            assert answers(wanted, units, seen, plan.name)[rule].passed, (rule, units)
        assert not answers(wanted, units + 1, seen, plan.name)[rule].passed, (rule, units + 1)


def test_what_is_held_takes_its_share_of_every_room() -> None:
    """The same wish beside two puts: no room is larger, and each still passes its gate."""
    empty = setting(LT112, 260_000.0)
    puts = order(
        "-1 5600 P", "5.00", strategy="other", root="MES", units=2, campaign="other/held",
        expiry=PUT, day=WEDNESDAY,
    )  # fmt: skip
    held = setting(LT112, 260_000.0, book_with(empty.market.at, (puts, ("30.00",))))
    wanted = wish(LT112, "MES", held)
    alone, beside = (rooms(sized(wanted, seen, LT112.name)) for seen in (empty, held))
    for rule in sorted(GATED & beside.keys() - {"R-MRG-03"}):
        assert beside[rule] < alone[rule], rule
        units = floor(beside[rule])
        if units:
            assert answers(wanted, units, held, LT112.name)[rule].passed, (rule, units)
    assert beside["R-MRG-03"] == alone["R-MRG-03"]  # a share of the trade's own


def test_a_quantity_nobody_knows_leaves_no_room() -> None:
    seen = setting(FRIDAY_0DTE, 100_000.0)
    wanted = wish(FRIDAY_0DTE, "MES", seen)
    lost = replace(wanted, stop_loss=nan)
    assert rooms(sized(lost, seen, FRIDAY_0DTE.name))["R-SIZ-01"] == 0.0


def test_what_costs_nothing_at_its_stop_leaves_any_room() -> None:
    seen = setting(FRIDAY_0DTE, 100_000.0)
    free = replace(wish(FRIDAY_0DTE, "MES", seen), stop_loss=0.0)
    assert rooms(sized(free, seen, FRIDAY_0DTE.name))["R-SIZ-01"] == inf
    endless = replace(free, stop_loss=inf)
    assert rooms(sized(endless, seen, FRIDAY_0DTE.name))["R-SIZ-01"] == 0.0


@pytest.mark.rule("R-SIZ-01")
@pytest.mark.rule("R-SIZ-02")
@pytest.mark.parametrize(("points", "units"), [(40.0, 10.0), (40.01, 9.0), (2000.0, 0.0)])
def test_a_loss_fits_as_often_as_the_share_of_net_liq_holds_it(points: float, units: float) -> None:
    """$2,000 at the stop and $5,000 at the worst of $100,000, at $5 a point."""
    seen = setting(FRIDAY_0DTE, 100_000.0)
    wanted = wish(FRIDAY_0DTE, "MES", seen)
    wanted = replace(wanted, stop_loss=points, max_loss=2.5 * points)
    found = rooms(sized(wanted, seen, FRIDAY_0DTE.name))
    assert found["R-SIZ-01"] == found["R-SIZ-02"] == units


@pytest.mark.rule("R-SIZ-03")
@pytest.mark.parametrize(
    ("pounds", "units"),
    [(29_999, 1), (30_000, 1), (39_999, 1), (40_000, 2), (75_000, 3), (100_000, 4), (150_000, 5)],
)
def test_contracts_grow_with_the_pounds_of_the_account(pounds: int, units: int) -> None:
    seen = setting(FRIDAY_0DTE, pounds * 1.27 + 0.01)
    for root, micro in (("ES", 1), ("MES", 10)):
        wanted = wish(FRIDAY_0DTE, root, seen)
        assert rooms(sized(wanted, seen, FRIDAY_0DTE.name))["R-SIZ-03"] == units * micro


@pytest.mark.rule("R-SIZ-03")
def test_a_strategy_without_a_table_has_no_bound_by_the_size_of_the_account() -> None:
    seen = setting(LT112, 100_000.0)
    found = rooms(sized(wish(LT112, "MES", seen), seen, LT112.name))
    assert found["R-SIZ-03"] == inf


@pytest.mark.rule("R-SIZ-05")
@pytest.mark.parametrize(("factor", "down", "share"), [(1, 0, 1), (0.5, 0, 0.5), (0.5, 0.1, 0.25)])
def test_cautions_multiply(factor: float, down: float, share: float) -> None:
    seen = setting(FRIDAY_0DTE, 100_000.0)
    wanted = wish(FRIDAY_0DTE, "MES", seen)
    whole = sized(wanted, seen, FRIDAY_0DTE.name).units
    peak = Decimal(100_000) / (1 - Decimal(str(down)))
    careful = replace(seen, standing=replace(seen.standing, peak=peak))
    found = sized(replace(wanted, size_factor=factor), careful, FRIDAY_0DTE.name)
    assert whole >= 4
    assert found.units == floor(whole * share + 1e-9)
    assert ("R-SIZ-05" in rooms(found)) is (share < 1)


@pytest.mark.rule("R-SIZ-06")
@pytest.mark.parametrize(("most", "units"), [(0.9, 0), (1.0, 1), (2.9, 2), (inf, None)])
def test_a_plan_takes_no_more_units_than_it_says(most: float, units: int | None) -> None:
    seen = setting(FRIDAY_0DTE, 100_000.0)
    wanted = wish(FRIDAY_0DTE, "MES", seen)
    whole = sized(wanted, seen, FRIDAY_0DTE.name).units
    found = sized(replace(wanted, units_max=most), seen, FRIDAY_0DTE.name)
    assert found.units == (whole if units is None else units)
    assert ("R-SIZ-06" in rooms(found)) is (units is not None)


@pytest.mark.rule("R-DAT-05")
def test_an_underlying_without_a_price_is_sized_at_none_by_name() -> None:
    """The strikes were found a moment ago; what has no price now is not worked out on a guess."""
    seen = setting(FRIDAY_0DTE, 100_000.0)
    wanted = wish(FRIDAY_0DTE, "MES", seen)
    found = size(replace(wanted, root="GLD"), seen, FRIDAY_0DTE.name)
    assert isinstance(found, Skip)
    refused = {(reading.rule, reading.name, reading.stage) for reading in found.failed}
    assert ("R-DAT-05", "price of GLD", Stage.DATA) in refused


@pytest.mark.rule("R-STG-01")
def test_a_stage_below_the_table_allows_nothing() -> None:
    cap = stage(0, Limits(bp_by_stage=((1, 0.3),), positions_by_stage=((1, 1),)))
    assert (cap.bp_share_max, cap.positions_max, cap.may_open) == (0.0, 0.0, False)


def test_a_governor_that_says_nothing_binds_nothing() -> None:
    silent, strict = Cap("silent"), Cap("strict", 1.0, 98, 0.5)
    found = allowance((silent, strict))
    assert (found.positions_bound_by, found.size_factor, found.may_open) == ("strict", 0.5, True)
    assert silent.bp_share_max == 1.0
    assert allowance((silent,)).size_factor == 1.0


@pytest.mark.rule("R-COR-05")
def test_equity_groups_are_limited_together_and_others_apart() -> None:
    """A put on SPY (A2) beside an order in ES (A1) counts; both are held against the equity share."""
    market = board(price=6042.0, vol=0.2)
    puts = order("-1 500 P", "5.00", strategy="other", root="SPY", campaign="other/x", expiry=PUT)
    seen = view(market, book_with(market.at, (puts, ("5.00",))))
    asked = order("-1 6090 C, +1 6120 C", "2.00")
    given = Preview(Decimal(10_000), Decimal(30_000), Decimal(2000), Decimal(0), "estimate")
    (reading,) = [r for r in judge(asked, seen, given).readings if r.rule == "R-COR-05"]
    assert reading.bound == 0.30
    assert reading.observed == pytest.approx(30_000 / seen.net_liq)


@pytest.mark.rule("R-COR-05")
@pytest.mark.parametrize(("after", "passes"), [(40_000, True), (39_000, True), (40_001, False)])
def test_a_roll_may_leave_a_full_group_as_it_was(after: int, *, passes: bool) -> None:
    seen = view(board(price=6042.0, vol=0.2))
    asked = replace(order("-1 6090 C, +1 6120 C", "2.00"), purpose=Purpose.ROLL)
    given = Preview(Decimal(40_000), Decimal(after), Decimal(2000), Decimal(0), "estimate")
    (reading,) = [r for r in judge(asked, seen, given).readings if r.rule == "R-COR-05"]
    assert reading.passed is passes
    opening = replace(asked, purpose=Purpose.OPEN)
    (strict,) = [r for r in judge(opening, seen, given).readings if r.rule == "R-COR-05"]
    assert not strict.passed
