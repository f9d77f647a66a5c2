"""LT112 against the rulebook's worked figures (27.2)."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import inf
from pathlib import Path

import numpy as np
import pytest

from tomking.core.calendar import dte
from tomking.core.contract import Right
from tomking.core.order import Structure
from tomking.core.reading import Skip, Stage
from tomking.portfolio.columns import columns
from tomking.pricing.payoff import payoff, profile
from tomking.strategies.lt112 import LT112
from tomking.strategies.lt112_calendarised import LT112_CALENDARISED
from tomking.strategies.lt112_xl import LT112_XL
from tomking.strategies.plan import Plan, profit_price
from tomking.strategies.stay import DteAbove, LossBelow, LossBelowNetLiq, kept
from worlds.board import WEDNESDAY, Board, board, day_of, history
from worlds.orders import book_with, legs_of, option, order, view

pytestmark = pytest.mark.unit

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.2"]
NAKED = SHEET["naked_puts"]
EXPIRY = date(2025, 12, 31)


def wednesday(**changes: object) -> Board:
    """A first Wednesday at ten o'clock, at a volatility that pays for the trade."""
    return board(WEDNESDAY, 30, **({"vol": 0.22, "grid": 10.0} | changes))


def test_the_payoff_turns_where_the_rulebook_says() -> None:
    held = [(contract, count) for count, contract in legs_of(", ".join(SHEET["legs"]), EXPIRY)]
    legs = columns(held)
    spots = np.array([float(spot) for spot, _ in SHEET["payoff"]])
    points = payoff(spots, legs.strike, legs.sign, legs.quantity, np.ones(3)) + SHEET["credit"]
    assert points.tolist() == [pytest.approx(float(worth)) for _, worth in SHEET["payoff"]]
    for root, usd in SHEET["usd_at_4500"].items():
        multiplier = {"ES": 50, "MES": 5}[root]
        assert points[-1] * multiplier == pytest.approx(usd)
    shape = profile(legs.strike, legs.sign, legs.quantity, np.ones(3), SHEET["credit"])
    assert shape.break_evens == (SHEET["break_even"],)
    assert shape.best == 74.0


@pytest.mark.rule("R-112-01")
def test_120_days_from_3_september_2025_is_new_years_eve() -> None:
    wanted = LT112.enter(view(wednesday()), "ES")
    assert isinstance(wanted, Structure), wanted
    assert wanted.expiry == date.fromisoformat(SHEET["expiry"]["listed"])
    entered = date.fromisoformat(SHEET["expiry"]["entered"])
    assert dte(wanted.expiry, entered) == SHEET["expiry"]["dte"]


def test_one_order_holds_both_tranches() -> None:
    wanted = LT112.enter(view(wednesday()), "ES")
    assert isinstance(wanted, Structure)
    assert [(leg.quantity, leg.tranche) for leg in wanted.legs] == [
        (1, "trap"), (-1, "trap"), (-2, "naked puts"),
    ]  # fmt: skip
    long, short, naked = (leg.contract for leg in wanted.legs)
    assert long.strike is not None
    assert short.strike is not None
    assert naked.strike is not None
    assert long.strike - short.strike == 50
    assert naked.strike < short.strike
    assert all(leg.contract.right is Right.PUT for leg in wanted.legs)
    assert wanted.max_loss == inf


@pytest.mark.rule("R-112-05")
@pytest.mark.parametrize(("credit", "wanted"), [(14.95, False), (15.0, True), (15.05, True)])
def test_fifteen_points_are_the_least_credit(credit: float, wanted: bool) -> None:
    found = LT112.enter(view(wednesday()), "ES")
    assert isinstance(found, Structure)
    long, short, naked = (leg.contract for leg in found.legs)
    quotes = {long: (60.0, 60.0), short: (50.0, 50.0)}
    quotes[naked] = ((credit + 10.0) / 2, (credit + 10.0) / 2)
    again = LT112.enter(view(wednesday(quotes=quotes)), "ES")
    assert isinstance(again, Structure) is wanted
    if isinstance(again, Skip):
        assert [reading.rule for reading in again.failed] == ["R-112-05"]


@pytest.mark.rule("R-112-03")
@pytest.mark.parametrize(
    ("vix", "passes"), [(11.99, False), (12.0, True), (35.0, True), (35.01, False)]
)
def test_vix_lies_from_twelve_to_thirty_five(vix: float, passes: bool) -> None:
    found = LT112.enter(view(wednesday(vix_points=vix)), "ES")
    assert isinstance(found, Structure) is passes
    if isinstance(found, Skip):
        assert {reading.stage for reading in found.failed} == {Stage.VIX}


@pytest.mark.rule("R-112-04")
@pytest.mark.parametrize(("high", "passes"), [(6000.25, True), (6000.0, False), (5999.0, False)])
def test_it_is_not_entered_at_a_52_week_high(high: float, passes: bool) -> None:
    found = LT112.enter(view(wednesday(day=day_of(WEDNESDAY, high=high))), "ES")
    assert isinstance(found, Structure) is passes


@pytest.mark.rule("R-112-04")
def test_a_history_of_less_than_a_year_knows_no_high() -> None:
    short = replace(day_of(WEDNESDAY), bars={"ES": history(7000.0, 251, WEDNESDAY)})
    found = LT112.enter(view(wednesday(day=short)), "ES")
    assert isinstance(found, Skip)
    assert found.failed[0].observed is None


@pytest.mark.rule("R-MAN-01")
def test_the_naked_puts_are_bought_back_at_a_tenth() -> None:
    opened = order(
        "-2 5000 P", strategy="lt112", expiry=EXPIRY, tranche="naked puts", day=WEDNESDAY
    )
    held = book_with(wednesday().at, (opened, ("17.00",)))
    (position,) = held.positions.values()
    each = -profit_price(position, 0.90)  # a closing order of one leg is priced per contract
    assert position.legs_to_close[0] == 2
    assert each * 2 == Decimal(str(NAKED["target"]))  # for the two puts of a unit


@pytest.mark.rule("R-MAN-02")
@pytest.mark.rule("R-MAN-03")
@pytest.mark.parametrize(
    ("root", "each", "multiple", "share"),
    [
        ("MES", NAKED["stop"] / 2 - 0.05, True, True),
        ("MES", NAKED["stop"] / 2 + 0.05, False, True),  # three times the credit comes first
        ("MES", 17.0 + NAKED["mes_points"] / 2 + 0.05, False, False),
        ("ES", 17.0 + NAKED["es_points"] / 2 - 0.05, True, True),
        ("ES", 17.0 + NAKED["es_points"] / 2 + 0.05, True, False),  # 2 % of $44,500
    ],
)
def test_the_stop_that_is_nearer_comes_first(
    root: str, each: float, multiple: bool, share: bool
) -> None:
    opened = order(
        "-2 5000 P", strategy="lt112", expiry=EXPIRY, tranche="naked puts", root=root, day=WEDNESDAY
    )
    market = wednesday()
    held = book_with(market.at, (opened, ("17.00",)), cash=str(NAKED["net_liq"]))
    (position,) = held.positions.values()
    put = option("5000 P", EXPIRY, root)
    seen = view(wednesday(quotes={put: (each, each)}), held, cash=str(NAKED["net_liq"]))
    seen = replace(seen, net_liq=float(NAKED["net_liq"]))
    size, (_, stop) = {"ES": 50, "MES": 5}[root], LossBelow(2.0).measure(position, seen)
    assert stop == (NAKED["stop"] - NAKED["credit"]) * size
    assert root == "ES" or stop == NAKED["mes_stop_usd"]
    assert LossBelowNetLiq(0.02).measure(position, seen)[1] == NAKED["share_usd"]
    assert kept(LossBelow(2.0), position, seen) is multiple
    assert kept(LossBelowNetLiq(0.02), position, seen) is share


@pytest.mark.rule("R-MAN-05")
def test_naked_puts_go_at_21_days_and_the_spread_at_7() -> None:
    rules = {
        tranche.name: [rule.days for rule in tranche.stay_while if isinstance(rule, DteAbove)]
        for tranche in LT112.shapes[0].tranches
    }
    assert rules == {"trap": [7], "naked puts": [21]}


def test_the_slot_is_the_first_wednesday_from_ten() -> None:
    (slots,) = LT112.slots
    assert str(slots).startswith("first Wednesday, 10:00 to 11:00 New York")


@pytest.mark.rule("R-112-11")
def test_the_xl_spread_is_two_hundred_points_wide_and_needs_ten_of_credit() -> None:
    cheap = LT112_XL.enter(view(wednesday()), "ES")
    assert isinstance(cheap, Skip)
    assert {reading.rule for reading in cheap.failed} == {"R-112-11"}
    free = replace(LT112_XL, take_when=())
    wanted = free.enter(view(wednesday()), "ES")
    assert isinstance(wanted, Structure)
    long, short, naked = (leg.contract.strike for leg in wanted.legs)
    assert long is not None
    assert short is not None
    assert naked is not None
    assert (long - short, naked < short) == (200, True)
    assert 135 <= dte(wanted.expiry, WEDNESDAY) <= 165


@pytest.mark.rule("R-112-11")
@pytest.mark.parametrize(("credit", "wanted"), [(9.95, False), (10.0, True)])
def test_ten_points_are_the_least_credit_of_the_xl(credit: float, wanted: bool) -> None:
    free = replace(LT112_XL, take_when=()).enter(view(wednesday()), "ES")
    assert isinstance(free, Structure)
    long, short, naked = (leg.contract for leg in free.legs)
    each = (credit + 40.0) / 2
    quotes = {long: (90.0, 90.0), short: (50.0, 50.0), naked: (each, each)}
    found = LT112_XL.enter(view(wednesday(quotes=quotes)), "ES")
    assert isinstance(found, Structure) is wanted


@pytest.mark.rule("R-112-10")
def test_the_calendarised_puts_stand_a_month_away_and_the_spread_five() -> None:
    wanted = LT112_CALENDARISED.enter(view(wednesday()), "ES")
    assert isinstance(wanted, Structure)
    days = {leg.tranche: dte(leg.contract.expiry, WEDNESDAY) for leg in wanted.legs}
    assert 130 <= days["trap"] <= 170
    assert 20 <= days["naked puts"] <= 40
    assert wanted.max_loss == inf
    assert LT112_CALENDARISED.renew_slots == LT112.slots


@pytest.mark.rule("R-112-09")
@pytest.mark.parametrize("plan", [LT112, LT112_XL, LT112_CALENDARISED], ids=lambda plan: plan.name)
def test_no_variant_opens_a_second_one_on_an_expiry(plan: Plan) -> None:
    free = replace(plan, take_when=tuple(r for r in plan.take_when if r.rule == "R-112-09"))
    first = free.enter(view(wednesday()), "ES")
    assert isinstance(first, Structure)
    there = order(
        "-2 4000 P", strategy=plan.name, expiry=first.expiry, tranche="naked puts", day=WEDNESDAY
    )
    held = book_with(wednesday().at, (there, ("5.00",)))
    again = free.enter(view(wednesday(), held), "ES")
    assert isinstance(again, Skip)
    assert {reading.rule for reading in again.failed} == {"R-112-09"}
