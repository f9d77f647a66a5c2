"""A hedge is proposed when it really brings a limit back, helps the account otherwise, and is cheap."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Expiry, Right, Settles
from tomking.core.evidence import Stamped
from tomking.core.reading import Reading, Sense, Skip, Stage, skip
from tomking.market.snapshot import Chain, Nearest, Quote
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.account import Terms
from tomking.portfolio.scenarios import AUG5_LOW
from tomking.portfolio.stress import Replay, money, replayed, valued
from tomking.risk.exposure import bounds
from tomking.risk.hedge import (
    DTE_MAX,
    DTE_MIN,
    Exposed,
    Hedge,
    Proposal,
    cheapest,
    delta,
    hedges,
    joined,
    listed,
    measured,
    stress_loss,
    stress_margin,
)
from tomking.risk.limits import Limits
from worlds.board import FRIDAY, Board, Strikes, board
from worlds.gates import answers
from worlds.orders import book_with, legs_of, option, order, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

LATE = date(2026, 3, 20)
AT = board(half_width=0.25, vol=0.2)
LIMITS = Limits()


def sold(count: int, cash: float, strike: str = "5000") -> Exposed:
    """Naked puts in an account."""
    return Exposed(columns([(c, n * count) for n, c in legs_of(f"-1 {strike} P", LATE)]), cash, AT)


class Priceless:
    """A market in which nobody prices SPY."""

    def __init__(self, market: Board) -> None:
        self.market = market

    def __getattr__(self, name: str) -> object:
        return getattr(self.market, name)

    def spot(self, root: str) -> Stamped | Skip:
        """A price of all but SPY."""
        if root == "SPY":
            return skip("SPY", Stage.DATA, "no price", "a price", "")
        return self.market.spot(root)


@cache
def offered() -> tuple[Quote, ...]:
    chain = AT.chain("ES")
    assert isinstance(chain, Strikes)
    return listed(chain, FRIDAY)


def near(count: int, over: float = 1.01) -> Exposed:
    """Naked puts in an account whose loss under the shock is a little over its limit."""
    held = sold(count, 0.0)
    replay = replayed(held.holdings, 0.0, AT, AUG5_LOW)
    whole = replay.loss / (LIMITS.stress_loss_max * over)
    return replace(held, cash=whole - replay.before.net_liq)


def test_puts_are_offered_from_thirty_to_sixty_days_and_five_to_thirty_deltas() -> None:
    quotes = offered()
    ahead = {(one.contract.expiry - FRIDAY).days for one in quotes}
    assert ahead
    assert all(DTE_MIN <= days <= DTE_MAX for days in ahead)
    assert {one.contract.right for one in quotes} == {Right.PUT}
    deltas = [abs(one.delta) for one in quotes]
    assert (min(deltas), max(deltas)) == pytest.approx((0.05, 0.30), abs=0.01)


class Noting:
    """A chain with one expiry so many days ahead for all; notes what it is asked for."""

    def __init__(self, days: int) -> None:
        self.expiry = Expiry(FRIDAY + timedelta(days=days), Settles.PM, "weekly")
        self.days: list[tuple[int, int]] = []
        self.deltas: list[float] = []

    def expiry_near(self, dte: int, within: int) -> Expiry | Skip:
        self.days.append((dte, within))
        return self.expiry

    def by_delta(
        self, expiry: Expiry, right: Right, delta: float, nearest: Nearest = "either"
    ) -> Quote | Skip:
        assert (expiry, right) == (self.expiry, Right.PUT)
        self.deltas.append(delta)
        return skip("quote", Stage.DATA, "none", "present")

    by_strike = strikes = None


@pytest.mark.rule("R-HDG-01")
@pytest.mark.parametrize(
    ("days", "asked"), [(29, False), (30, True), (45, True), (60, True), (61, False)]
)
def test_a_hedge_is_looked_for_a_month_to_two_ahead_from_five_to_thirty_deltas(
    days: int, asked: bool
) -> None:
    chain = Noting(days)
    assert listed(cast("Chain", chain), FRIDAY) == ()
    assert chain.days == [(30, 7), (45, 7), (60, 7)]
    assert chain.deltas == ([0.05, 0.10, 0.15, 0.20, 0.25, 0.30] if asked else [])


def bought(held: Exposed, hedge: Hedge) -> float:
    """How many units of a hedge an account holds more than it sold."""
    at = held.holdings.contracts.index(hedge.legs[0][0])
    return float(held.holdings.quantity[at])


@pytest.mark.rule("R-HDG-01")
@pytest.mark.parametrize(
    ("observed", "each", "units"),
    [
        (10.5, 1.0, 1), (11.0, 1.0, 1), (11.5, 1.0, 2), (13.0, 1.0, 3), (13.0, 2.0, 2),
        (59.5, 1.0, 50), (61.0, 1.0, 50),  # fifty at most: the fifty-first is tried, and is enough
        (99.0, 1.0, 50), (13.0, 0.0, 1), (13.0, -1.0, 1),  # what does not help is tried once
    ],
)  # fmt: skip
def test_as_many_units_are_tried_as_bring_the_reading_back_if_each_does_what_the_first_does(
    observed: float, each: float, units: int
) -> None:
    hedge = hedges(offered())[0]

    def measure(_: Replay, held: Exposed) -> Reading:
        count = bought(held, hedge) if hedge.legs[0][0] in held.holdings.contracts else 0.0
        return Reading("x", Stage.MARGIN, Sense.AT_MOST, observed - each * count, 10.0)

    found = cheapest(near(10), measure, (hedge,), replace(LIMITS, hedge_premium_max=0.0))
    assert isinstance(found, Skip)
    (premium,) = (one for one in found.readings if one.name.startswith("premium of"))
    tried = int(premium.name.split()[2])
    assert tried == (51 if observed == 61.0 else units)


def test_each_put_is_a_hedge_and_so_is_each_against_one_further_out() -> None:
    quotes = [one for one in offered() if one.contract.expiry == offered()[0].contract.expiry]
    found = hedges(quotes)
    assert len(found) == len(quotes) + len(quotes) * (len(quotes) - 1) // 2
    for hedge in found:
        (bought, one), *against = hedge.legs
        assert one == 1
        assert hedge.debit > 0.0
        for short, count in against:
            assert count == -1
            assert (short.strike or 0) < (bought.strike or 0)
            assert short.expiry == bought.expiry
    assert found[0].debit == quotes[0].ask
    assert str(found[0]).startswith("ES 20")
    assert "against" in str(found[-1])


@pytest.mark.rule("R-HDG-01")
def test_the_cheapest_hedge_that_helps_is_proposed() -> None:
    held, choice = near(10), hedges(offered())
    found = cheapest(held, stress_loss(LIMITS), choice, LIMITS)
    assert isinstance(found, Proposal), str(found)
    assert found.helps
    cheaper = [
        cheapest(held, stress_loss(LIMITS), (hedge,), LIMITS)
        for hedge in choice
        if hedge != found.hedge
    ]
    assert all(isinstance(one, Skip) or one.cost >= found.cost for one in cheaper)
    assert any(isinstance(one, Proposal) for one in cheaper)


@given(st.integers(2, 40), st.floats(1.0001, 1.06))
def test_what_is_proposed_really_brings_the_reading_back(count: int, over: float) -> None:
    """Bought at the ask: the account is built by hand and asked again."""
    held = near(count, over)
    found = cheapest(held, stress_loss(LIMITS), hedges(offered())[::5], LIMITS)
    if isinstance(found, Skip):
        assert found.failed
        return
    assert found.cost <= LIMITS.hedge_premium_max * valued(held.holdings, held.cash, AT).net_liq
    legs = [*zip(held.holdings.contracts, held.holdings.quantity.astype(int).tolist(), strict=True)]
    bought = columns([*legs, *((c, n * found.units) for c, n in found.hedge.legs)])
    after = replayed(bought, held.cash - found.cost, AT, AUG5_LOW)
    before = replayed(held.holdings, held.cash, AT, AUG5_LOW)
    assert after.loss <= LIMITS.stress_loss_max * after.before.net_liq
    assert before.loss > LIMITS.stress_loss_max * before.before.net_liq
    assert after.loss < before.loss
    assert after.before.requirement < before.before.requirement


def test_fewer_units_would_not_have_done() -> None:
    held = near(40, 1.5)
    limits = replace(LIMITS, hedge_premium_max=0.5)
    found = cheapest(held, stress_loss(limits), hedges(offered()), limits)
    assert isinstance(found, Proposal)
    assert found.units > 1
    less = held.with_(found.hedge, found.units - 1)
    assert not measured(less, stress_loss(limits)).passed


def test_a_delta_is_brought_back_too() -> None:
    held, limits = sold(10, 1e6, "5800"), replace(LIMITS, hedge_premium_max=0.1)
    now = measured(held, delta(limits))
    assert isinstance(now.observed, float)
    whole = valued(held.holdings, held.cash, AT).net_liq
    tight = replace(limits, delta_share_max=now.observed / whole * 0.97)
    found = cheapest(held, delta(tight), hedges(offered()), tight)
    assert isinstance(found, Proposal), str(found)
    assert measured(held.with_(found.hedge, found.units), delta(tight)).passed
    assert found.readings[0].rule == "R-GRK-01"


def gate_and_hedge(rule: str, **limits: object) -> tuple[Reading, Reading, float]:
    """What a gate reads of naked puts beside next to nothing, and what a hedge is asked for."""
    rules = Limits(**limits)  # type: ignore[arg-type]
    sold_ = order("-4 5800 P", "5.00", expiry=LATE, campaign="x", strategy="x")
    book = book_with(AT.at, (sold_, ("30.00",)))
    seen = view(AT, book, limits=rules)
    far = answers(seen, legs="+1 9900 C", limit="-0.05", root="MES")[rule]
    held = Exposed(book.legs, money(book), AT, Terms(rules.house))
    of = {"R-STR-01": stress_loss, "R-STR-02": stress_margin, "R-GRK-01": delta}
    return far, measured(held, of[rule](rules)), seen.capital


@pytest.mark.parametrize("mode", ["dollars", "s4_literal"])
@pytest.mark.parametrize("stage", [3, 4])
@pytest.mark.parametrize("rule", ["R-STR-01", "R-GRK-01"])
def test_a_hedge_is_measured_as_its_gate_measures(rule: str, stage: int, mode: str) -> None:
    """In the counting that is configured, of what the stage lets trade."""
    gate, hedge, capital = gate_and_hedge(rule, stage=stage, greeks_mode=mode)
    assert isinstance(gate.observed, float)
    assert hedge.observed == pytest.approx(gate.observed, rel=0.02)
    assert hedge.unit == gate.unit
    limits = Limits(stage=stage, greeks_mode=mode)
    bound = limits.stress_loss_max if rule == "R-STR-01" else bounds(limits, capital).delta
    assert hedge.bound == pytest.approx(bound)
    assert capital == pytest.approx(25_400.0) or stage == 4


def test_margin_under_stress_is_of_what_the_stage_would_have_left() -> None:
    held = near(4)
    whole, part = (measured(held, stress_margin(Limits(stage=stage))).observed for stage in (4, 3))
    assert isinstance(whole, float)
    replay = replayed(held.holdings, held.cash, AT, AUG5_LOW)
    assert whole == pytest.approx(replay.margin / (replay.before.net_liq - replay.loss))
    assert part is None or part > whole
    signed = measured(replace(held, stage=3), stress_margin(Limits())).observed
    assert signed == part  # as signed for, not as configured


def test_a_delta_counted_in_a_share_that_has_no_price_is_unknown() -> None:
    found = measured(
        replace(near(4), market=Priceless(AT)), delta(Limits(greeks_mode="s4_literal"))
    )
    assert found.observed is None
    assert not found.passed


def test_margin_under_stress_is_brought_back_too() -> None:
    held, limits = near(10), replace(LIMITS, hedge_premium_max=0.5)
    now = measured(held, stress_margin(limits)).observed
    assert isinstance(now, float)
    tight = replace(limits, stress_margin_max=now * 0.95)
    assert not measured(held, stress_margin(tight)).passed
    found = cheapest(held, stress_margin(tight), hedges(offered()), tight)
    assert isinstance(found, Proposal), str(found)
    assert measured(held.with_(found.hedge, found.units), stress_margin(tight)).passed
    assert found.readings[0].rule == "R-STR-02"
    assert measured(sold(10, -1e6), stress_margin(LIMITS)).observed is None


def test_nothing_is_proposed_where_nothing_is_breached() -> None:
    rich = sold(1, 1e7)
    found = cheapest(rich, stress_loss(LIMITS), hedges(offered()), LIMITS)
    assert isinstance(found, Skip)
    assert not found.failed


def test_a_hedge_that_costs_too_much_is_refused_by_its_premium() -> None:
    held, poor = near(10), replace(LIMITS, hedge_premium_max=1e-5)
    found = cheapest(held, stress_loss(poor), hedges(offered()), poor)
    assert isinstance(found, Skip)
    assert [reading.name.split(" of ")[0] for reading in found.failed] == ["premium"]
    assert "put" in str(found)


def test_a_hedge_that_leaves_the_requirement_where_it_is_is_refused() -> None:
    """Puts on another root lend nothing to a scan."""
    held = near(10)
    elsewhere = [
        Hedge(
            tuple((option(f"{c.strike:f} P", c.expiry, "MES"), n) for c, n in one.legs), one.debit
        )
        for one in hedges(offered())
    ]
    wide = replace(LIMITS, hedge_premium_max=0.1)
    found = cheapest(held, stress_loss(wide), elsewhere, wide)
    assert isinstance(found, Skip)
    assert any(reading.name.startswith("requirement with") for reading in found.failed)


def test_six_structures_that_lose_half_the_account_cannot_be_saved_for_half_a_per_cent() -> None:
    held = near(40, 2.5)
    found = cheapest(held, stress_loss(LIMITS), hedges(offered()), LIMITS)
    assert isinstance(found, Skip)
    assert found.failed


def test_without_a_listed_put_there_is_no_hedge_and_it_is_said() -> None:
    found = cheapest(near(10), stress_loss(LIMITS), (), LIMITS)
    assert isinstance(found, Skip)
    assert "none is listed" in str(found)


def test_an_account_with_nothing_left_is_not_hedged() -> None:
    found = cheapest(sold(10, -1e6), stress_loss(LIMITS), hedges(offered()), LIMITS)
    assert isinstance(found, Skip)
    assert found.failed


@given(st.integers(1, 40), st.floats(-2e5, 1e6))
def test_whatever_the_account_is_worth_there_is_an_answer(count: int, cash: float) -> None:
    held, some = sold(count, cash, "5600"), hedges(offered())[::11]
    for measure in (stress_loss(LIMITS), stress_margin(LIMITS), delta(LIMITS)):
        found = cheapest(held, measure, some, LIMITS)
        assert isinstance(found, Skip) or found.helps


def test_a_hedge_in_a_contract_that_is_held_nets_with_it() -> None:
    put, other = option("5000 P", LATE), option("4900 P", LATE)
    held = columns([(put, -2), (other, 1)])
    both = joined(held, ((put, 1), (option("4800 P", LATE), -1)), 2)
    assert both.contracts == (other, option("4800 P", LATE))
    assert both.quantity.tolist() == [1.0, -2.0]
    assert joined(columns(()), ((put, 1),), 3).quantity.tolist() == [3.0]
    assert np.array_equal(joined(held, ((put, 1),), 1).quantity, [-1.0, 1.0])
