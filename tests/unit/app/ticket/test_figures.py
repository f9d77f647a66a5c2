"""Money, margin, stress and chances of an order, beside what they must add up to."""

from decimal import Decimal
from math import inf, isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tomking.app.config.load import load
from tomking.app.ticket.book import Needs, measured, needs
from tomking.app.ticket.explained import explained
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import market_of, package, world
from tomking.app.ticket.money import Money, money
from tomking.app.ticket.odds import odds
from tomking.app.ticket.stress import NOW, margin_call, stressed
from tomking.core.money import ZERO
from tomking.core.reading import Reading
from tomking.market import quoted
from tomking.market.quoted import Quoted, implied
from tomking.portfolio.call import CallClock, Uncalled
from tomking.portfolio.scenarios import AUG5_LOW, SCENARIOS
from tomking.pricing.chance import gain
from tomking.risk.limits import Limits
from worlds.tickets import CONDOR, LT112, SPREAD, changed, read

pytestmark = pytest.mark.unit

STRANGLE = changed(
    SPREAD,
    "legs",
    [
        {"right": "P", "strike": 560, "expiry": "2026-07-17", "quantity": -1, "price": 3.30},
        {"right": "C", "strike": 640, "expiry": "2026-07-17", "quantity": -1, "price": 1.50},
    ],
)
BACKSPREAD = changed(changed(SPREAD, "legs.0.quantity", 1), "legs.1.quantity", -3)


def looked_at(x: dict[str, Any]) -> tuple[Ticket, Quoted, Money]:
    asked = read(x)
    market = market_of(asked)
    return asked, market, money(asked, market)


def test_the_limit_decides_the_credit_and_the_typed_prices_are_its_measure() -> None:
    _, _, found = looked_at(SPREAD)
    assert (found.credit, found.mid) == (Decimal("1.8"), Decimal("1.85"))
    assert found.premium == Decimal(360)
    _, _, typed = looked_at(changed(SPREAD, "order", {"units": 2}))
    assert typed.credit == Decimal("1.85")


def test_best_worst_and_break_even_of_a_spread() -> None:
    _, _, found = looked_at(SPREAD)
    assert (found.best, found.worst, found.break_evens) == (360.0, -1640.0, (578.2,))
    assert not found.modelled


def test_a_naked_call_can_lose_without_a_bound_and_a_naked_put_cannot() -> None:
    _, _, both = looked_at(changed(STRANGLE, "order", {}))
    assert both.worst == -inf
    _, _, put = looked_at(changed(STRANGLE, "legs", STRANGLE["legs"][:1]) | {"order": {}})
    assert put.worst == -(56000.0 - 330.0)


def test_fees_are_those_of_every_leg_there_and_back() -> None:
    _, _, found = looked_at(SPREAD)
    assert (found.opening.commission, found.closing.commission) == (Decimal("4.00"), ZERO)
    _, _, future = looked_at(CONDOR)
    assert future.opening.total == future.closing.total == 8 * Decimal("2.02")


def test_what_an_order_takes_from_buying_power_is_margin_and_fees_less_premium() -> None:
    asked, market, found = looked_at(SPREAD)
    need = needs(asked, market, found)
    assert (need.before, need.after, need.change) == (ZERO, 2000, 2000)
    assert need.effect == 2000 + found.opening.total - 360


def test_margin_with_holdings_is_that_of_all_of_them_together() -> None:
    """The long put of the order covers the short one that is held."""
    held = [
        {"symbol": "SPY", "right": "P", "strike": 560, "expiry": "2026-07-17", "quantity": -1,
         "price": 3.30}
    ]  # fmt: skip
    long = changed(SPREAD, "legs", [SPREAD["legs"][1]]) | {"order": {}}
    asked, market, found = looked_at(changed(long, "account.held", held))
    need = needs(asked, market, found)
    assert need.alone.requirement == ZERO
    assert need.before > 0
    assert need.after == ZERO
    assert need.change < 0


def gates(x: dict[str, Any], **limits: Any) -> dict[str, Reading]:
    asked, market, found = looked_at(x)
    account = asked.account
    assert account is not None
    need: Needs = needs(asked, market, found)
    said = measured(asked, market, need, Limits(**limits), account.net_liq, "lt112")
    return {one.name.split(" (")[0]: one for one in said.readings}


def test_the_gates_answer_for_the_account_with_the_order_in_it() -> None:
    said = gates(LT112)
    asked, market, found = looked_at(LT112)
    assert asked.account is not None
    share = float(needs(asked, market, found).alone.requirement / asked.account.net_liq)
    assert said["margin of the trade"].observed == pytest.approx(share)
    assert said["margin of the trade"].passed
    assert said["vega"].passed
    tight = gates(LT112, bp_trade_by_strategy=(("lt112", 0.05),))
    assert not tight["margin of the trade"].passed


def test_a_limit_of_the_settings_is_the_one_that_is_held_against_it() -> None:
    assert not gates(SPREAD, vega_max_usd=10.0)["vega"].passed
    assert gates(SPREAD)["vega"].passed


def test_an_unknown_vix_does_not_bind_and_a_known_one_does() -> None:
    calm = gates(SPREAD)["margin of the order"].bound
    wild = gates(changed(SPREAD, "vix", 45))["margin of the order"].bound
    unknown = gates(changed(SPREAD, "vix", ...))["margin of the order"].bound
    assert isinstance(calm, float)
    assert isinstance(wild, float)
    assert isinstance(unknown, float)
    assert wild < calm <= unknown


def test_literal_greeks_without_a_price_of_spy_are_unknown_and_refuse() -> None:
    said = gates(LT112, greeks_mode="s4_literal")["delta of the book"]
    assert isinstance(said.observed, float)
    assert isnan(said.observed)
    assert not said.passed
    with_spy = gates(SPREAD, greeks_mode="s4_literal")["delta of the book"]
    assert with_spy.unit == "SPY shares"
    assert with_spy.passed


# Stress.


def test_every_scenario_of_the_rulebook_is_asked_about() -> None:
    asked, market, found = looked_at(SPREAD)
    assert [row.name for row in stressed(asked, market, found)] == [NOW, *SCENARIOS]
    assert SCENARIOS["AUG5_LOW"] is AUG5_LOW


@pytest.mark.parametrize("x", [SPREAD, STRANGLE, LT112, CONDOR])
def test_the_worse_the_scenario_the_more_a_short_put_loses(x: dict[str, Any]) -> None:
    asked, market, found = looked_at(x)
    rows = {row.name: row for row in stressed(asked, market, found)}
    low, gap = rows["AUG5_LOW"], rows["AUG5_GAP"]
    if x is not CONDOR:  # both wings are reached in all of them
        assert low.loss > gap.loss > 0
    if found.worst > -inf:  # closing pays a spread on top of what expiry would cost
        assert low.loss < -found.worst + float(found.premium) + 200.0
    assert low.requirement > 0


def test_the_account_has_what_it_does_not_need_now_and_on_every_bad_day() -> None:
    """A spread needs its width whatever happens; a strangle's account has less with every fall."""
    asked, market, found = looked_at(SPREAD)
    for row in stressed(asked, market, found):
        assert row.before.power == pytest.approx(60_000)
        assert row.after.power == pytest.approx(60_000 + 360 - 4.52 - 2_000)
    asked, market, found = looked_at(STRANGLE)
    rows = {row.name: row.after.power for row in stressed(asked, market, found)}
    assert rows["COVID_2018_2015"] < rows["AUG5_LOW"] < rows["AUG5_GAP"] < rows[NOW]


def test_without_an_account_nobody_knows_what_is_left() -> None:
    asked, market, found = looked_at(changed(SPREAD, "account", ...))
    assert all(isnan(row.after.power) for row in stressed(asked, market, found))


def test_a_future_is_scanned_again_in_the_scenario() -> None:
    asked, market, found = looked_at(LT112)
    need = float(needs(asked, market, found).alone.requirement)
    asks = {row.name: row.requirement for row in stressed(asked, market, found)}
    assert asks["COVID_2018_2015"] > asks["AUG5_LOW"] > asks["AUG5_GAP"] > need


def test_the_margin_call_is_where_the_account_with_the_order_has_nothing_left() -> None:
    asked, market, found = looked_at(LT112)
    clock = margin_call(asked, market, found)
    assert isinstance(clock, CallClock)
    assert clock.below.at is not None
    assert clock.below.at.index < 6010 < clock.above.looked.index
    assert abs(clock.below.residual) < 1.0
    assert margin_call(read(changed(LT112, "account", ...)), market, found) is None


def test_a_cash_account_is_told_that_it_cannot_be_called() -> None:
    put = changed(changed(STRANGLE, "legs", STRANGLE["legs"][:1]), "house", "cash")
    for x in (put, changed(put, "account", ...), changed(put, "vix", ...)):
        asked, market, found = looked_at(x)
        said = margin_call(asked, market, found)
        assert isinstance(said, Uncalled)
        assert said.why == "A cash account cannot be called: nothing in it is borrowed."


def test_an_account_that_any_move_would_sink_is_called_where_it_stands() -> None:
    """A short call typed at nothing, five hundred points in the money: any other price is a loss."""
    call = {"right": "C", "strike": 100, "expiry": "2026-07-17", "quantity": -1, "price": 0}
    asked, market, found = looked_at(changed(SPREAD, "legs.0", call))
    clock = margin_call(asked, market, found)
    assert clock is not None
    assert not clock.under_water
    for way in (clock.below, clock.above):
        assert way.at is not None
        assert way.at.index == pytest.approx(600)
        assert way.residual < 0


def test_a_share_option_asks_what_the_rule_says_at_the_shocked_prices() -> None:
    asked, market, found = looked_at(STRANGLE)
    low = stressed(asked, market, found)[1]
    assert low.requirement > float(needs(asked, market, found).alone.requirement)
    spread, at, made = looked_at(SPREAD)
    assert stressed(spread, at, made)[1].requirement == 2000.0


def test_a_leg_without_a_price_in_a_scenario_makes_it_unknown() -> None:
    blind = changed(SPREAD, "legs", [
        {"right": "C", "strike": 400, "expiry": "2026-07-17", "quantity": -1, "price": 150.0}
    ])  # fmt: skip
    asked, market, found = looked_at(changed(blind, "order", {}))
    row = stressed(asked, market, found)[1]
    assert isnan(row.loss)
    assert isnan(row.requirement)


# Chances.


def test_half_is_half_of_what_the_order_can_bring() -> None:
    asked, market, found = looked_at(SPREAD)
    likely = odds(asked, market, found)
    assert (likely.target, likely.of) == (180.0, "the credit")
    debit = changed(changed(SPREAD, "legs.0.quantity", 1), "legs.1.quantity", -1) | {"order": {}}
    asked, market, found = looked_at(debit)
    likely = odds(asked, market, found)
    assert (likely.target, likely.of) == (pytest.approx(407.5), "the greatest profit")
    call = changed(debit, "legs", [debit["legs"][0] | {"right": "C", "strike": 610}])
    asked, market, found = looked_at(call)
    likely = odds(asked, market, found)
    assert (likely.target, likely.of) == (320.0, "the premium")


@pytest.mark.parametrize("x", [SPREAD, STRANGLE, CONDOR])
def test_half_the_credit_is_likelier_on_the_way_than_a_profit_at_the_end(x: dict[str, Any]) -> None:
    likely = odds(*looked_at(x))
    assert likely.profit < likely.half < 1.0


def test_only_shorts_are_touched_and_one_in_the_money_has_been() -> None:
    likely = odds(*looked_at(SPREAD))
    assert [one.contract.strike for one in likely.touches] == [Decimal(580)]
    inside = changed(changed(SPREAD, "legs.0.strike", 605), "legs.0.price", 14.0)
    assert odds(*looked_at(inside)).touches[0].chance == 1.0


def test_a_leg_without_a_volatility_is_named() -> None:
    worthless = changed(SPREAD, "legs.1.price", 0)
    likely = odds(*looked_at(worthless))
    assert [contract.strike for contract in likely.stood_in] == [Decimal(570)]
    assert 0.0 < likely.profit < 1.0


SHARES = {"symbol": "SPY", "quantity": 100, "price": 600}
CALLS = [{"right": "C", "strike": 640, "expiry": "2026-07-17", "quantity": -1, "price": 1.50}]


@pytest.mark.parametrize("where", ["account.held", "shares"])
@pytest.mark.parametrize(
    ("legs", "before", "after"),
    [
        (SPREAD["legs"], 15_000, 16_000),
        (CALLS, 15_000, 15_000),  # the shares carry it
        ([CALLS[0] | {"quantity": -2}], 15_000, 23_150),  # and not two: 12,000 - 4,000 + 150
    ],
)
def test_shares_that_are_held_need_what_holding_needs(
    where: str, legs: list[dict[str, Any]], before: int, after: int
) -> None:
    """A quarter of 60,000, not the half that buying them took."""
    alone = changed(changed(SPREAD, "legs", legs), "order", {})
    asked, market, made = looked_at(changed(alone, where, 100 if where == "shares" else [SHARES]))
    need = needs(asked, market, made)
    assert (need.before, need.after) == (before, after)


@pytest.mark.parametrize("where", ["account.held", "shares"])
def test_a_small_spread_beside_shares_is_not_refused_for_their_sake(where: str) -> None:
    """15,000 of 30,000 are free for 1,000: held at half of their value nothing would be."""
    small = changed(changed(SPREAD, "order", {}), "account", {"net_liq": 30_000, "held": []})
    asked, market, made = looked_at(changed(small, where, 100 if where == "shares" else [SHARES]))
    found = measured(asked, market, needs(asked, market, made), Limits(), Decimal(30_000), "ticket")
    (venue,) = (one for one in found.readings if one.name == "margin refused by the venue")
    assert venue.passed


@pytest.mark.parametrize("settles", ["AM", "PM"])
@pytest.mark.parametrize(("strike", "price"), [(6000, 150), (6600, 620), (7000, 1000)])
def test_nothing_is_made_at_today_s_spot_when_no_time_has_gone(
    settles: str, strike: int, price: float
) -> None:
    """Quarterlies of the morning are American: implied as such, so repriced as such."""
    put = {
        "right": "P", "strike": strike, "expiry": "2026-09-18", "quantity": -1, "price": price,
        "settles": settles,
    }  # fmt: skip
    asked, market, _ = looked_at(changed(LT112, "legs", [put]) | {"order": {}, "rate": 0.04})
    here = world(asked, market)
    (made,) = gain(package(asked, market), here, np.array([here.spot]), 0.0).tolist()
    assert made == pytest.approx(0.0, abs=0.01)


def test_an_order_may_have_legs_of_both_styles() -> None:
    rows = [
        {"right": "P", "strike": 6000, "expiry": "2026-09-18", "quantity": n, "price": 150,
         "settles": settles}
        for n, settles in ((-1, "AM"), (1, "PM"))
    ]  # fmt: skip
    asked, market, _ = looked_at(changed(LT112, "legs", rows) | {"order": {}, "rate": 0.04})
    held = package(asked, market)
    assert list(np.broadcast_to(held.early, 2)) == [True, False]
    here = world(asked, market)
    deep = gain(held, here, np.array([3000.0]), 0.0)
    assert deep < 0  # what may be exercised is worth more there, and it is short


def test_the_market_of_a_file_is_made_once_for_an_explanation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each making solves for the volatility of every leg that is typed."""
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path))
    made: list[int] = []

    def counting(*told: Any) -> Any:
        made.append(len(told[0]))
        return implied(*told)

    monkeypatch.setattr(quoted, "implied", counting)
    held = [
        {"symbol": root, "right": "P", "strike": 400, "expiry": "2026-07-17", "quantity": -1,
         "price": 5, "underlying": 500}
        for root in ("QQQ", "GLD", "TLT")
    ]  # fmt: skip
    explained(read(changed(SPREAD, "account.held", held)), load())
    assert made == [5]
