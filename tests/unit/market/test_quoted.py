"""A market of typed quotes gives back what was typed, and reprices it at its own volatility."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from math import exp, isinf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import NEW_YORK, new_york
from tomking.core.contract import Contract, Right, Settles
from tomking.core.evidence import Evidence, Stamped
from tomking.core.product import Kind, product
from tomking.core.reading import Skip
from tomking.market.bars import F64
from tomking.market.expiry import ends, years_left
from tomking.market.quoted import Quoted, Underlying, quoted
from tomking.market.snapshot import (
    AGE,
    ASK,
    BID,
    DELTA,
    GAMMA,
    MID,
    NO_SHOCK,
    THETA,
    VEGA,
    VOL,
    Legs,
    Shock,
    Snapshot,
)  # fmt: skip
from tomking.pricing.american import american_price
from tomking.pricing.black import PRICE, bsm

pytestmark = pytest.mark.unit

AT = datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)
JULY, SEPTEMBER = date(2026, 7, 17), date(2026, 9, 18)
SPY, ES = product("SPY"), product("ES")


def option(root: str, strike: float, right: str, expiry: date = JULY) -> Contract:
    return Contract(root, expiry, Right.CALL if right == "C" else Right.PUT, Decimal(str(strike)))


def columns(*held: tuple[Contract, int]) -> Legs:
    contracts = tuple(contract for contract, _ in held)
    return Legs(
        contracts,
        np.array([float(c.strike or 0) for c in contracts]),
        np.array([float(c.right.sign if c.right else 0) for c in contracts]),
        np.array([float(quantity) for _, quantity in held]),
        np.array([float(product(c.root).multiplier) for c in contracts]),
    )


PUT, CALL = option("SPY", 580, "P"), option("SPY", 620, "C")
LATER = option("SPY", 580, "P", SEPTEMBER)
SHARES = Contract("SPY", date.max)
ES_PUT = option("ES", 5800, "P")


def market(**changes: float) -> Quoted:
    return quoted(
        AT,
        [Underlying(SPY, 600.0, 0.012), Underlying(ES, 6010.0)],
        {PUT: 6.40, CALL: 5.10, LATER: 14.0, ES_PUT: 62.0},
        rate=changes.get("rate", 0.04),
        vix=changes.get("vix"),
    )


def test_it_is_a_snapshot() -> None:
    seen: Snapshot = market(vix=17.5)
    assert seen.at == AT
    assert seen.minute == 60.0
    assert seen.vix == Stamped(17.5, AT, Evidence.RECORDED)
    spot = seen.spot("SPY")
    assert isinstance(spot, Stamped)
    assert (spot.value, spot.evidence) == (600.0, Evidence.RECORDED)
    assert seen.underlying(PUT) == spot


def test_what_nobody_typed_is_not_there() -> None:
    seen = market()
    assert isnan(seen.vix.value)
    assert isnan(seen.vwap("SPY"))
    for answer in (seen.spot("QQQ"), seen.session_open("SPY"), seen.chain("SPY"), seen.fixing(PUT)):
        assert isinstance(answer, Skip)


def test_marks_without_a_shock_are_the_typed_prices() -> None:
    table = market().marks(columns((PUT, -1), (CALL, -1), (LATER, 1), (SHARES, 100))).table
    assert table[MID].tolist() == [6.40, 5.10, 14.0, 600.0]
    assert (table[BID] < table[MID]).all()
    assert (table[ASK] > table[MID]).all()
    assert table[DELTA, 3] == 1.0
    assert table[[VOL, GAMMA, VEGA, THETA], 3].tolist() == [0.0] * 4
    assert table[AGE].tolist() == [0.0] * 4


def european(*of: float) -> F64:
    """The price alone of European options."""
    price: F64 = bsm(*of)[PRICE]
    return price


def test_the_volatility_of_a_leg_gives_back_its_price() -> None:
    seen = market()
    for contract, price in seen.prices.items():
        on = seen.underlyings[contract.root]
        grows = seen.growth(contract.root)
        priced = american_price if on.product.american else european
        again = priced(
            on.price, float(contract.strike or 0), years_left(contract, AT), seen.vols[contract],
            float(contract.right.sign if contract.right else 0), 0.04, 0.04 - grows,
        )  # fmt: skip
        assert float(again[0]) == pytest.approx(price, abs=1e-7)
    assert seen.stood_in == frozenset()
    assert seen.growth("ES") == 0.0
    assert seen.growth("SPY") == pytest.approx(0.028)


def test_a_leg_nobody_typed_has_no_mark() -> None:
    table = (
        market().marks(columns((option("SPY", 500, "P"), -1), (option("QQQ", 500, "P"), 1))).table
    )
    assert np.isnan(table[MID]).all()
    assert all(isinf(age) for age in table[AGE].tolist())


def test_the_volatility_stays_with_the_strike_when_the_spot_moves() -> None:
    seen, legs = market(), columns((PUT, -1), (CALL, -1))
    moved = seen.marks(legs, Shock(spot=-0.05))
    assert moved.table[VOL].tolist() == pytest.approx([seen.vols[PUT], seen.vols[CALL]])
    assert moved.spot.tolist() == [570.0, 570.0]
    assert moved.table[MID, 0] > 6.40
    assert moved.table[MID, 1] < 5.10


def test_a_small_move_is_delta_times_the_move() -> None:
    seen, legs = market(), columns((PUT, -1), (ES_PUT, -1))
    here, there = seen.marks(legs), seen.marks(legs, Shock(spot=1e-5))
    change = (there.table[MID] - here.table[MID]) / (here.spot * 1e-5)
    assert change.tolist() == pytest.approx(here.table[DELTA].tolist(), abs=1e-4)


def test_time_and_volatility_shocks_act_on_the_leg_they_belong_to() -> None:
    seen, legs = market(), columns((PUT, -1), (LATER, 1))
    here = seen.marks(legs)
    day = seen.marks(legs, Shock(minutes=1440.0))
    lost = day.table[MID] - here.table[MID]
    assert lost.tolist() == pytest.approx(here.table[THETA].tolist(), rel=0.05)
    doubled = seen.marks(legs, Shock(vol=((42.0, 2.0), (105.0, 1.0))))
    assert doubled.table[VOL, 0] == pytest.approx(2.0 * seen.vols[PUT], rel=1e-12)
    assert doubled.table[VOL, 1] == pytest.approx(seen.vols[LATER], rel=1e-12)


def test_a_wing_lifts_far_puts_and_leaves_calls_alone() -> None:
    seen, legs = market(), columns((PUT, -1), (CALL, -1))
    lifted = seen.marks(legs, Shock(wing=0.08)).table[VOL]
    assert seen.vols[PUT] + 0.01 < lifted[0] < seen.vols[PUT] + 0.08
    assert lifted[1] == pytest.approx(seen.vols[CALL])


def test_a_wider_spread_moves_the_far_sides_only() -> None:
    seen, legs = market(), columns((PUT, -1))
    one, five = seen.marks(legs), seen.marks(legs, Shock(spread=5.0))
    assert five.table[MID, 0] == one.table[MID, 0]
    assert five.table[ASK, 0] - five.table[BID, 0] > one.table[ASK, 0] - one.table[BID, 0]


def test_an_american_option_is_worth_what_exercise_brings_at_least() -> None:
    moved = market().marks(columns((PUT, -1), (ES_PUT, -1)), Shock(spot=-0.6)).table[MID]
    assert moved[0] == 580.0 - 240.0
    assert moved[1] < 5800.0 - 2404.0  # ES options are European, and the payment is weeks away


def test_far_inside_an_american_option_is_quoted_about_its_exercise_value() -> None:
    """Its forward stands above the spot, so that by the forward alone it would be worth a premium."""
    put = option("SPY", 600.0, "P", date(2026, 12, 18))
    at = quoted(AT, [Underlying(product("SPY"), 610.0)], {put: 20.0}, 0.05)
    for spot in (-0.2, -0.3, -0.4):
        table = at.marks(columns((put, 1)), Shock(spot)).table
        assert table[MID, 0] == pytest.approx(600.0 - 610.0 * (1.0 + spot), abs=0.01)
        assert 0.0 < table[ASK, 0] - table[BID, 0] < 0.05


def test_past_its_end_an_option_has_no_price() -> None:
    seen = market()
    gone = seen.marks(columns((PUT, -1)), Shock(minutes=60 * 24 * 60.0))
    assert isnan(gone.table[MID, 0])


def test_a_price_that_implies_nothing_takes_its_neighbours_volatility() -> None:
    deep, worthless = option("SPY", 500, "C"), option("SPY", 700, "C")
    seen = quoted(AT, [Underlying(SPY, 600.0)], {PUT: 6.4, deep: 90.0, worthless: 0.0, CALL: 5.1})
    assert seen.stood_in == {deep, worthless}
    assert seen.vols[deep] == seen.vols[PUT]
    assert seen.vols[worthless] == seen.vols[CALL]
    table = seen.marks(columns((deep, 1), (worthless, 1))).table
    assert table[MID].tolist() == [90.0, 0.0]


def test_without_any_volatility_there_are_no_greeks() -> None:
    alone = option("SPY", 500, "C")
    seen = quoted(AT, [Underlying(SPY, 600.0)], {alone: 90.0})
    assert isnan(seen.vols[alone])
    table = seen.marks(columns((alone, 1))).table
    assert table[MID, 0] == 90.0
    assert isnan(table[DELTA, 0])


def test_no_legs_have_no_marks() -> None:
    assert market().marks(columns()).table.shape == (9, 0)


@pytest.mark.parametrize(
    ("settles", "day", "wanted"),
    [
        (Settles.PM, JULY, "2026-07-17T16:00:00-04:00"),
        (Settles.AM, JULY, "2026-07-17T09:30:00-04:00"),
        (Settles.PM, date(2026, 11, 27), "2026-11-27T13:00:00-05:00"),
        (Settles.PM, date(2040, 1, 20), "2040-01-20T16:00:00-05:00"),
    ],
)
def test_an_option_ends_at_its_close_or_its_open(settles: Settles, day: date, wanted: str) -> None:
    held = Contract("SPY", day, Right.PUT, Decimal(500), settles=settles)
    assert ends(held).isoformat() == wanted


def test_time_runs_in_calendar_years() -> None:
    held = option("SPY", 500, "P", date(2026, 6, 12))
    assert years_left(held, new_york(date(2026, 6, 5), ends(held).time())) == pytest.approx(7 / 365)
    assert years_left(SHARES, AT) == 0.0


@given(st.floats(0.05, 1.5), st.floats(450.0, 800.0), st.booleans())
def test_any_price_with_a_volatility_comes_back_with_it(
    vol: float, strike: float, call: bool
) -> None:
    held = option("SPY", round(strike), "C" if call else "P")
    years, sign = years_left(held, AT), 1.0 if call else -1.0
    price = float(american_price(600.0, round(strike), years, vol, sign, 0.03, 0.0)[0])
    waiting = sign * (600.0 - round(strike) * exp(-0.03 * years))
    exercised = max(sign * (600.0 - round(strike)), waiting, 0.0)
    seen = quoted(AT, [Underlying(SPY, 600.0)], {held: price}, rate=0.03)
    if price - exercised > 1e-3:  # nearer to what is certain a price says little of its volatility
        assert seen.vols[held] == pytest.approx(vol, rel=1e-4)


@pytest.mark.parametrize(
    ("kind", "leverage", "expected"),
    [
        (Kind.ETF, 1.0, 0.9), (Kind.LEVERAGED_ETF, 3.0, 0.7), (Kind.LEVERAGED_ETF, -2.0, 1.2),
        (Kind.VOLATILITY, 1.0, 2.5), (Kind.VOLATILITY, -0.5, 0.25), (Kind.VOLATILITY, -1.0, 0.01),
        (Kind.LEVERAGED_ETF, 10.0, 0.01),
    ],
)  # fmt: skip
def test_a_fund_moves_by_its_leverage_and_volatility_as_volatility(
    kind: Kind, leverage: float, expected: float
) -> None:
    """An index 10 % down with 30-day volatility times 2.5; nothing falls to nought."""
    on = Underlying(replace(SPY, kind=kind), 100.0, leverage=leverage)
    assert on.moved(Shock(-0.10, ((30.0, 2.5), (60.0, 1.5)))) == pytest.approx(100.0 * expected)
    assert on.moved(NO_SHOCK) == 100.0


def test_neither_an_index_nor_a_future_has_leverage() -> None:
    shock = Shock(-0.10, ((30.0, 2.5),))
    assert Underlying(product("VIX"), 18.0, leverage=3.0).moved(shock) == pytest.approx(45.0)
    assert Underlying(ES, 6000.0, leverage=3.0).moved(shock) == pytest.approx(5400.0)
