"""Sizing: the least room decides, zero is an answer, and what binds is named."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.order import Order, Purpose, Structure
from tomking.core.reading import Skip, Stage
from tomking.exchange.collateral import Collateral
from tomking.exchange.fills import MID
from tomking.exchange.settlement import share_of
from tomking.exchange.venue import Exchange
from tomking.portfolio.columns import columns, columns_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.preview import Preview
from tomking.risk.exposure import stress_loss
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.risk.sizing import margin_in_use, rooms, size
from tomking.risk.verdict import Approved
from tomking.risk.view import View
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112
from tomking.strategies.plan import Plan
from worlds.board import FRIDAY, WEDNESDAY, board, day_of
from worlds.gates import standing
from worlds.orders import book_with, order, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

OPEN_RULES: dict[str, Any] = {"take_when": (), "enter_when": ()}


def wish(plan: Plan, root: str, seen: View) -> Structure:
    """What a plan wants, whatever it would pay."""
    wanted = replace(plan, **OPEN_RULES).enter(seen, root)
    assert isinstance(wanted, Structure), wanted
    return wanted


def setting(
    plan: Plan, cash: float, vol: float = 0.2, vix: float = 16.0, phase: int = 4, **limits: Any
) -> View:
    """A view on the plan's own day, with so much money."""
    day, minute = (FRIDAY, 60.0) if plan is FRIDAY_0DTE else (WEDNESDAY, 30.0)
    known = day_of(day, vix_previous=vix)
    market = board(day, minute, day=known, price=6042.0, vol=vol, vix_points=vix)
    memory = standing(phase=phase, peak=cash, day_start=cash, week_start=cash, month_start=cash)
    return view(market, standing=memory, limits=Limits(**limits), cash=str(cash))


def opening(wanted: Structure, units: int, name: str) -> Order:
    """The order of so many units."""
    limit = Decimal(str(round(wanted.credit / 0.05) * 0.05)).quantize(Decimal("0.05"))
    return Order(
        f"{wanted.campaign}/open", 1, Purpose.OPEN, name, wanted.campaign, wanted.legs, units, limit
    )


def approved(wanted: Structure, units: int, seen: View, name: str) -> bool:
    """Whether every gate lets so many units pass, by the exchange's own dry run."""
    exchange = Exchange(seen.book.cash, TASTYTRADE, MID, seen.limits.house)
    asked = opening(wanted, units, name)
    return isinstance(judge(asked, seen, exchange.preview(asked, seen.market)), Approved)


def breaks(wanted: Structure, units: int, seen: View, name: str) -> bool:
    """Whether so many units stand above a figure that sizing alone reads, worked out by hand."""
    limits, mult = seen.limits, {"ES": 50, "MES": 5}[wanted.root]
    legs = columns_of(wanted.legs, units)
    stress = stress_loss(legs, seen, seen.market.marks(legs))
    small = 0.1 if wanted.root == "MES" else 1.0
    gbp = dict(limits.contracts_by_gbp).get(name, ())
    phases = dict(limits.contracts_by_phase).get(name, ())
    by_gbp = [most for floor, most in gbp if seen.net_liq / limits.usd_per_gbp >= floor] or [1.0]
    by_phase = [most for floor, most in phases if seen.standing.phase >= floor]
    return any(
        (
            units * wanted.stop_loss * mult > limits.stop_risk_max * seen.net_liq,
            wanted.max_loss < 1e9
            and units * wanted.max_loss * mult > limits.defined_risk_max * seen.net_liq,
            stress > limits.stress_trade_max * seen.net_liq,
            bool(gbp) and units * small > by_gbp[-1] + 1e-9,
            bool(phases) and units * small > (by_phase[-1] if by_phase else 0.0) + 1e-9,
        )
    )


CASES = st.tuples(
    st.sampled_from([(FRIDAY_0DTE, "ES"), (FRIDAY_0DTE, "MES"), (LT112, "ES"), (LT112, "MES")]),
    st.sampled_from([30_000.0, 44_500.0, 70_000.0, 100_000.0, 150_000.0, 260_000.0]),
    st.sampled_from([0.12, 0.2, 0.3]),
    st.sampled_from([12.5, 16.0, 24.0]),
)


@pytest.mark.rule("R-SIZ-01")
@pytest.mark.rule("R-SIZ-02")
@pytest.mark.rule("R-SIZ-03")
@pytest.mark.rule("R-SIZ-04")
@given(CASES)
def test_one_unit_more_would_break_a_limit_and_the_size_found_breaks_none(case: Any) -> None:
    """By brute force against the gates and against the figures that sizing alone reads."""
    (plan, root), cash, vol, vix = case
    seen = setting(plan, cash, vol, vix)
    wanted = wish(plan, root, seen)
    found = size(wanted, seen, plan.name)
    units = found if isinstance(found, int) else 0
    one_more = units + 1
    assert breaks(wanted, one_more, seen, plan.name) or not approved(
        wanted, one_more, seen, plan.name
    ), f"{units} units, yet {one_more} would do"
    if units:
        assert not breaks(wanted, units, seen, plan.name)
        assert approved(wanted, units, seen, plan.name), f"{units} units are refused"


BINDING: list[tuple[str, dict[str, Any]]] = [
    ("R-GRK-01", {"delta_share_max": 1e-6}),
    ("R-GRK-02", {"gamma_share_max": 1e-6}),
    ("R-GRK-04", {"vega_max_usd": 1e-6}),
    ("R-GRK-06", {"notional_max": 1e-6}),
    ("R-MRG-01", {"reserve": 0.9999}),
    ("R-MRG-03", {"bp_trade_by_strategy": (("friday_0dte", 1e-6),)}),
    ("R-SIZ-01", {"stop_risk_max": 1e-6}),
    ("R-SIZ-02", {"defined_risk_max": 1e-6}),
    ("R-SIZ-03", {"contracts_by_gbp": (("friday_0dte", ((0.0, 0.0),)),)}),
]


@pytest.mark.parametrize(("rule", "limits"), BINDING, ids=lambda x: x if isinstance(x, str) else "")
def test_zero_is_an_answer_and_names_what_binds(rule: str, limits: dict[str, Any]) -> None:
    seen = setting(FRIDAY_0DTE, 300_000.0, **limits)
    wanted = wish(FRIDAY_0DTE, "ES", seen)
    found = size(wanted, seen, FRIDAY_0DTE.name)
    assert isinstance(found, Skip)
    assert rule in {reading.rule for reading in found.failed}


@pytest.mark.parametrize(
    ("rule", "limit"), [("R-STR-01", "stress_loss_max"), ("R-STR-03", "stress_trade_max")]
)
def test_stress_leaves_no_room_either(rule: str, limit: str) -> None:
    seen = setting(LT112, 300_000.0, **{limit: 1e-6})
    found = size(wish(LT112, "ES", seen), seen, LT112.name)
    assert isinstance(found, Skip)
    assert rule in {reading.rule for reading in found.failed}


@pytest.mark.parametrize("shrink", ["caution", "drawdown"])
def test_half_of_one_is_none_and_says_so(shrink: str) -> None:
    """A Skip whose every reading passes would be a refusal without a reason."""
    seen = setting(FRIDAY_0DTE, 150_000.0, contracts_by_gbp=(("friday_0dte", ((0.0, 1.0),)),))
    wanted = wish(FRIDAY_0DTE, "ES", seen)
    assert size(wanted, seen, FRIDAY_0DTE.name) == 1
    if shrink == "caution":
        wanted = replace(wanted, size_factor=0.5)
    else:
        seen = replace(seen, standing=replace(seen.standing, peak=seen.standing.peak * 112 / 100))
    found = size(wanted, seen, FRIDAY_0DTE.name)
    assert isinstance(found, Skip)
    assert found.failed, str(found)


@pytest.mark.rule("R-BRK-05")
def test_a_drawdown_of_a_tenth_halves_the_size() -> None:
    seen = setting(FRIDAY_0DTE, 300_000.0)
    wanted = wish(FRIDAY_0DTE, "MES", seen)
    whole = size(wanted, seen, FRIDAY_0DTE.name)
    down = replace(seen, standing=replace(seen.standing, peak=seen.standing.peak * 112 / 100))
    assert isinstance(whole, int)
    assert size(wanted, down, FRIDAY_0DTE.name) == whole // 2


def test_nothing_fits_an_account_that_owes() -> None:
    seen = replace(setting(FRIDAY_0DTE, 100_000.0), net_liq=-5.0)
    found = size(wish(FRIDAY_0DTE, "MES", seen), seen, FRIDAY_0DTE.name)
    assert isinstance(found, Skip)


def test_a_holding_without_a_quote_lets_nothing_open_and_crashes_nothing() -> None:
    market = board(price=6042.0, vol=0.2)
    puts = order("-1 5000 P", "5.00", strategy="lt112", expiry=date(2026, 4, 2))
    held = book_with(market.at, (puts, ("5.00",)))
    (contract,) = held.holdings
    blind = replace(market, quotes={contract: (float("nan"), float("nan"))})
    seen = view(blind, held)
    found = size(wish(FRIDAY_0DTE, "MES", seen), seen, FRIDAY_0DTE.name)
    assert isinstance(found, Skip)
    assert all(reading.stage in set(Stage) for reading in found.failed)


@pytest.mark.rule("R-SIZ-04")
@pytest.mark.parametrize(("phase", "units"), [(1, 0), (2, 4), (3, 10), (4, 30)])
def test_lt112_contracts_follow_the_phase(phase: int, units: int) -> None:
    names = ("stop_risk", "stress_trade", "stress_loss", "delta_share", "gamma_share")
    free = {f"{name}_max": 1e9 for name in (*names, "notional", "bp_trade", "margin")}
    free["vega_max_usd"] = 1e12
    seen = setting(LT112, 10_000_000.0, phase=phase, bp_trade_by_strategy=(), **free)
    found = size(wish(LT112, "MES", seen), seen, LT112.name)
    assert (found if isinstance(found, int) else 0) == units


def test_the_size_found_beside_a_holding_is_one_that_margin_allows() -> None:
    """What a gate would refuse at five units and pass at two is sized at two, not refused."""
    market = board(WEDNESDAY, 30.0, price=6042.0, vol=0.22)
    puts = order(
        "-2 5000 P", "5.00", strategy="other", root="MES", units=2, campaign="other/held",
        expiry=date(2025, 12, 31), day=WEDNESDAY,
    )  # fmt: skip
    held = book_with(market.at, (puts, ("10.00",)))
    seen = view(market, held, limits=Limits(group_max=(("A1", 9),), group_reserve=()))
    wanted = wish(LT112, "MES", seen)
    collateral = Collateral(seen.limits.house)

    def passes(units: int) -> bool:
        asked = opening(wanted, units, LT112.name)
        dry = collateral.change(held.holdings, asked, market)
        given_ = Preview(*dry, Decimal(0), "estimate")
        margin = [r for r in judge(asked, seen, given_).readings if r.rule in MARGIN_RULES]
        return all(reading.passed for reading in margin)

    found = size(wanted, seen, LT112.name)
    units = found if isinstance(found, int) else 0
    assert passes(1)
    assert units >= 1
    assert passes(units), f"{units} units are found, and refused by the gates of margin"


@pytest.mark.rule("R-COR-05")
@pytest.mark.parametrize(("equity", "apart"), [(("A1", "A2"), False), ((), True)])
def test_what_another_group_needs_takes_no_room_of_this_one(
    equity: tuple[str, ...], *, apart: bool
) -> None:
    market = board(WEDNESDAY, 30.0, price=6042.0, vol=0.22)
    puts = order(
        "-2 5000 P", "5.00", strategy="other", root="SPX", campaign="other/held",
        expiry=date(2025, 12, 31), day=WEDNESDAY,
    )  # fmt: skip
    limits = Limits(equity_groups=equity, group_reserve=())
    empty, beside = (
        view(market, book_with(market.at, *trades), limits=limits)
        for trades in ((), ((puts, ("10.00",)),))
    )
    wanted = wish(LT112, "MES", empty)
    alone, with_it = (
        next(r.units for r in rooms(wanted, seen, LT112.name, whole=True) if r.rule == "R-COR-05")
        for seen in (empty, beside)
    )
    assert (alone == with_it) is apart


MARGIN_RULES = {"R-COR-05", "R-MRG-01", "R-MRG-02", "R-MRG-03", "R-STR-01", "R-STR-02"}


def test_shares_that_are_held_use_what_holding_them_needs() -> None:
    """A quarter of 60,000, as the venue has it, and not the half that buying them took."""
    market = board(WEDNESDAY, 30.0, price=6000.0)
    seen = view(market, replace(book_with(market.at), legs=columns([(share_of("SPY"), 1)])))
    assert margin_in_use(seen) == 15_000.0
