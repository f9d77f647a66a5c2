"""How an order ends: each rule at its price, on the tick, never promising more than was asked."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.app.ticket.exits import Exit, exits
from tomking.app.ticket.market import market_of
from tomking.app.ticket.money import money
from tomking.app.ticket.plans import as_plan, fitted, recognised
from tomking.core.errors import ConfigError
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112 as PLAN_112
from tomking.strategies.stay import DteAbove, ShortDeltaBelow
from worlds.tickets import CONDOR, LT112, SPREAD, changed, read

pytestmark = pytest.mark.unit
NET_LIQ = Decimal(100_000)


def lines(x: dict[str, Any], *, plan: bool = False) -> dict[tuple[str, str], Exit]:
    asked = read(x)
    market = market_of(asked)
    fit = recognised(asked, (FRIDAY_0DTE, PLAN_112)) if plan else None
    found = exits(asked, market, money(asked, market), fit, NET_LIQ)
    return {(one.part, one.why): one for one in found}


def test_a_credit_is_bought_back_at_half_and_at_three_times() -> None:
    found = lines(SPREAD)
    assert found["all legs", "50 % of the premium earned"].at == "buy back at 0.90 or less"
    assert found["all legs", "a loss of 2 times the premium"].at == "buy back at 5.40"
    assert found["all legs", "21 days to expiry"].at == "on Fri 2026-06-26"


def test_a_stop_beyond_the_wing_is_never_reached() -> None:
    narrow = changed(changed(SPREAD, "legs.1.strike", 576), "order.limit", 1.40)
    at = lines(narrow)["all legs", "a loss of 2 times the premium"].at
    assert at == "not reached: the most it can lose is $520"


def test_a_debit_has_a_target_and_nothing_to_stop() -> None:
    bought = changed(changed(SPREAD, "legs.0.quantity", 1), "legs.1.quantity", -1)
    found = lines(changed(bought, "order", {"units": 2}))
    target = found["all legs", "half of the greatest profit earned"]
    assert target.price == Decimal("5.93")  # 1.85 paid, at most 8.15 to make
    assert found["all legs", "a loss"].at.startswith("nothing to stop")


def test_a_debit_without_a_bound_is_told_so() -> None:
    ratio = changed(changed(SPREAD, "legs.0.quantity", 1), "legs.1.quantity", -2)
    ratio = changed(ratio, "legs.1.price", 3.1)
    ratio = changed(ratio, "order", {"limit": -0.2})
    naked_call = changed(ratio, "legs.1.right", "C")
    found = lines(changed(naked_call, "legs.1.strike", 640))
    assert found["all legs", "a loss"].at == "no bound: set one"


def test_the_last_three_weeks_run_to_the_end() -> None:
    soon = changed(changed(SPREAD, "legs.0.expiry", "2026-06-18"), "legs.1.expiry", "2026-06-18")
    at = lines(soon)["all legs", "21 days to expiry"].at
    assert at == "13 left already: until Thu 2026-06-18 16:00 New York"


def test_a_plan_ends_each_tranche_by_its_own_rules() -> None:
    found = lines(LT112, plan=True)
    assert found["trap", "50 % of the premium earned"].at == "sell at 12.75 or more"
    assert found["trap", "7 days to expiry"].at == "on Wed 2026-09-23"
    assert found["naked puts", "a loss of 2 % of net liq ($2,000)"].price == Decimal("-74.00")
    level = found["naked puts", "a short delta of 0.25"].at
    assert level.startswith("ES at 5,")
    assert level.endswith(" today")


def test_a_day_trade_ends_by_the_clock_of_its_session() -> None:
    found = lines(CONDOR, plan=True)
    assert found["condor", "losing late in the day"].at == "from 14:30 New York"
    assert found["condor", "the clock"].at == "at 15:00 New York"
    assert found["condor", "a move of 5 % since the last close"].at == "at once"


def test_a_rule_without_a_line_of_its_own_is_told_in_its_own_words() -> None:
    class Odd(DteAbove):
        """A rule nobody has written a line for."""

    asked = read(LT112)
    fit = as_plan(asked, PLAN_112)
    part = replace(fit.parts[0], stay_while=(Odd(3),))
    market = market_of(asked)
    found = exits(asked, market, money(asked, market), replace(fit, parts=(part,)), NET_LIQ)
    assert found[0].why == "unless more than 3 days are left"


def test_a_delta_that_is_there_already_has_no_level() -> None:
    asked = read(LT112)
    fit = as_plan(asked, PLAN_112)
    market = market_of(asked)
    part = replace(fit.parts[1], stay_while=(ShortDeltaBelow(0.01),))
    (found,) = exits(asked, market, money(asked, market), replace(fit, parts=(part,)), NET_LIQ)
    assert found.at == "beyond today's volatility"


@given(st.decimals("0.05", "9.50", places=2))
def test_prices_stand_on_the_tick_and_give_no_more_away_than_asked(credit: Decimal) -> None:
    found = lines(changed(LT112, "order.limit", float(credit)))
    target = found["all legs", "50 % of the premium earned"].price
    stop = found["all legs", "a loss of 2 times the premium"].price
    assert target is not None
    assert stop is not None
    assert target % Decimal("0.05") == stop % Decimal("0.05") == 0
    assert target < 0
    assert target >= min(-credit / 2, Decimal("-0.05"))
    assert stop >= -3 * credit


# Which plan it is.


def test_legs_of_a_plan_are_its_trade_whatever_their_order() -> None:
    backwards = changed(LT112, "legs", LT112["legs"][::-1])
    found = recognised(read(backwards), (FRIDAY_0DTE, PLAN_112))
    assert found is not None
    assert [(part.name, [leg.quantity for leg in part.legs]) for part in found.parts] == [
        ("trap", [1, -1]), ("naked puts", [-2]),
    ]  # fmt: skip


def test_two_of_each_leg_are_two_units_of_the_plan() -> None:
    doubled = LT112
    for row in range(3):
        doubled = changed(doubled, f"legs.{row}.quantity", 2 * LT112["legs"][row]["quantity"])
    assert recognised(read(doubled), (PLAN_112,)) is not None


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("legs.2.strike", 5725),  # the naked puts inside the spread
        ("legs.1.strike", 5800),  # the spread the wrong way round
        ("legs.2.quantity", -1),
        ("legs.0.right", "C"),
    ],
)
def test_what_only_looks_like_a_plan_is_none_of_its_trades(place: str, value: object) -> None:
    assert fitted(read(changed(LT112, place, value)), PLAN_112) is None


def test_another_expiry_fits_the_legs_and_not_the_plan() -> None:
    near = LT112
    for row in range(3):
        near = changed(near, f"legs.{row}.expiry", "2026-07-31")
    assert recognised(read(near), (PLAN_112,)) is None
    found = as_plan(read(near), PLAN_112)
    assert found.apart == ("lt112 wants 120 ± 10 days to expiry, this has 58",)


def test_a_named_plan_without_such_legs_says_what_it_has() -> None:
    with pytest.raises(
        ConfigError, match=r"friday_0dte has no shape .* fade up: -1 call, \+1 call"
    ):
        as_plan(read(LT112), FRIDAY_0DTE)
