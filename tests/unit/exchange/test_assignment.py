"""What holders do to our shorts: the evening before an ex-date, deep in the money, at a pin."""

import math
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract, Right
from tomking.exchange.assignment import (
    OFF,
    RATIONAL,
    EarlyExercise,
    Mode,
    Seen,
    contrary,
    drawn,
    exercised,
    is_american,
    no_time_value,
    rational,
    seeded,
)
from tomking.market.carry import Dividend
from tomking.pricing.american import exercise_boundary
from unit.exchange.fakes import FRIDAY, MONDAY, THIRD_FRIDAY, at_the_open, call, put

pytestmark = pytest.mark.unit

LATER = date(2026, 1, 16)
CALL, PUT = call(580, "SPY", LATER), put(620, "SPY", LATER)
PAID = (Dividend(MONDAY, Decimal("1.99")),)


def seen(
    contract: Contract, price: float, *, spot: float = 600.0, quantity: int = -1,
    dividends: tuple[Dividend, ...] = PAID,
) -> Seen:  # fmt: skip
    return Seen(contract, quantity, price, spot, 0.15, 0.1, 0.04, dividends)


def tonight(what: Seen, policy: EarlyExercise = RATIONAL, day: date = FRIDAY) -> tuple[int, str]:
    return exercised(what, day, MONDAY, policy, no_time_value)


DIVIDEND = "early, for the dividend of $1.99"
BOUNDARY = "early, beyond the exercise boundary"


@pytest.mark.parametrize(
    ("contract", "price", "spot", "why"),
    [
        # the call is 20 in the money: what is above 20 is thrown away by exercise
        (CALL, 20.50, 600.0, DIVIDEND),
        (CALL, 21.98, 600.0, DIVIDEND),
        (CALL, 21.99, 600.0, ""),  # exactly the dividend: no gain
        (CALL, 23.00, 600.0, ""),
        (CALL, 20.00, 600.0, DIVIDEND),
        (CALL, 1.00, 580.0, ""),  # at the money
        (CALL, 0.05, 570.0, ""),
        (CALL, math.nan, 600.0, ""),  # a price nobody knows
        (PUT, 20.00, 600.0, BOUNDARY),  # nothing but intrinsic value
        (PUT, 20.01, 600.0, ""),
        (PUT, 19.80, 600.0, BOUNDARY),
        (PUT, 0.00, 630.0, ""),  # out of the money and worthless is no boundary
    ],
)
def test_a_holder_exercises_when_it_pays(
    contract: Contract, price: float, spot: float, why: str
) -> None:
    assert tonight(seen(contract, price, spot=spot)) == (1 if why else 0, why)


@pytest.mark.parametrize("away", [0, 2, 4, 30])
def test_only_the_dividend_of_the_next_session_counts(away: int) -> None:
    paid = (Dividend(MONDAY + timedelta(days=away), Decimal("1.99")),)
    assert tonight(seen(CALL, 20.5, dividends=paid))[0] == (1 if away == 0 else 0)


def test_two_payments_of_one_day_are_one_dividend_and_must_exceed_the_time_value_together() -> None:
    paid = (Dividend(MONDAY, Decimal("1.00")), Dividend(MONDAY, Decimal("0.99")))
    assert tonight(seen(CALL, 21.98, dividends=paid)) == (1, DIVIDEND)
    assert tonight(seen(CALL, 21.98, dividends=paid[:1])) == (0, "")


@pytest.mark.parametrize(
    ("contract", "spot", "intrinsic", "extrinsic"),
    [
        (CALL, 600.0, 20.0, 0.5), (CALL, 570.0, 0.0, 20.5), (PUT, 600.0, 20.0, 0.5),
        (PUT, 630.0, 0.0, 20.5), (Contract("SPY", date.max), 600.0, 0.0, 20.5),
    ],
)  # fmt: skip
def test_a_price_is_what_exercise_brings_and_what_it_throws_away(
    contract: Contract, spot: float, intrinsic: float, extrinsic: float
) -> None:
    what = seen(contract, 20.5, spot=spot)
    assert (what.intrinsic, what.extrinsic) == (intrinsic, extrinsic)


def test_half_of_the_holders_are_diligent_and_a_quarter_are_contrary() -> None:
    assert seeded(1) == EarlyExercise(Mode.SEEDED, 1, 0.5, 0.25)
    assert EarlyExercise(Mode.RATIONAL) == EarlyExercise(Mode.RATIONAL, 0, 0.5, 0.25)


def test_no_dividend_is_ever_a_reason_to_exercise_a_put() -> None:
    assert tonight(seen(PUT, 20.5)) == (0, "")


@pytest.mark.parametrize(
    ("contract", "american"),
    [
        (call(6000, "SPX"), False),
        (put(6000), False),  # weekly on a future: European
        (at_the_open(put(6000, expiry=THIRD_FRIDAY)), True),  # the quarterly
        (at_the_open(put(6000, "SPX", THIRD_FRIDAY)), False),
        (call(600, "SPY"), True),
        (Contract("CL", FRIDAY, CALL.right, Decimal(60), "CLF26"), True),
        (Contract("6E", FRIDAY, CALL.right, Decimal(1), "6EZ25"), False),
        (Contract("SPY", date.max), False),
    ],
)
def test_only_american_options_are_exercised_early(contract: Contract, american: bool) -> None:
    assert is_american(contract) is american
    deep = seen(contract, 0.0, spot=1e5 if contract.right is CALL.right else 0.01, dividends=())
    assert (tonight(deep)[0] > 0) is american


def test_nobody_acts_when_the_policy_is_off() -> None:
    assert tonight(seen(CALL, 20.0), OFF) == (0, "")


def test_a_rational_holder_takes_all_and_a_drawn_one_a_part() -> None:
    many = seen(CALL, 20.5, quantity=-40)
    assert tonight(many) == (40, DIVIDEND)
    count, why = tonight(many, seeded(1))
    assert 0 < count < 40
    assert why == DIVIDEND
    assert tonight(many, seeded(1, diligent=0.0))[0] == 0
    assert tonight(many, seeded(1, diligent=1.0))[0] == 40


def test_a_boundary_is_whatever_the_venue_is_given() -> None:
    def from_700(what: Seen, /) -> bool:
        return what.underlying >= 700.0

    deep = seen(CALL, 125.0, spot=700.0, dividends=())
    assert exercised(deep, FRIDAY, MONDAY, RATIONAL, from_700) == (1, BOUNDARY)
    near = seen(CALL, 124.0, spot=699.0, dividends=())
    assert exercised(near, FRIDAY, MONDAY, RATIONAL, from_700) == (0, "")


# -- draws -------------------------------------------------------------------------------------


@given(st.integers(0, 2**31), st.integers(1, 30), st.integers(0, 400), st.floats(0.0, 1.0))
def test_one_contract_more_does_not_change_the_fate_of_the_others(
    seed: int, count: int, days: int, share: float
) -> None:
    day = FRIDAY + timedelta(days=days)
    fewer, more = (drawn(seed, CALL, day, n, share) for n in (count, count + 1))
    assert fewer <= more <= fewer + 1


def test_a_draw_depends_on_seed_contract_and_day_alone() -> None:
    same = replace(CALL, strike=Decimal("580.00"))
    assert same == CALL
    assert drawn(3, CALL, FRIDAY, 50, 0.5) == drawn(3, same, FRIDAY, 50, 0.5)
    others = {
        drawn(4, CALL, FRIDAY, 50, 0.5), drawn(3, PUT, FRIDAY, 50, 0.5),
        drawn(3, CALL, MONDAY, 50, 0.5), drawn(3, CALL, FRIDAY, 50, 0.5),
    }  # fmt: skip
    assert len(others) > 1


def test_the_draws_are_even() -> None:
    hits = sum(drawn(9, CALL, FRIDAY + timedelta(days=n), 20, 0.3) for n in range(500))
    assert abs(hits / 10_000 - 0.3) < 0.015


# -- pins --------------------------------------------------------------------------------------

PINNED = put(600, "SPY")


@pytest.mark.parametrize(
    ("contract", "quantity", "away", "policy", "some"),
    [
        (PINNED, -40, "0.00", seeded(1), True),
        (PINNED, -40, "0.01", seeded(1), True),
        (PINNED, -40, "0.02", seeded(1), False),  # too far from the strike
        (PINNED, -40, "0.00", RATIONAL, False),
        (PINNED, -40, "0.00", OFF, False),
        (PINNED, 40, "0.00", seeded(1), False),  # our own longs follow the table
        (put(6000, "SPX"), -40, "0.00", seeded(1), False),  # cash: nobody may refuse
        (put(6000), -40, "0.00", seeded(1), False),  # CME forbids it
    ],
)
def test_only_shorts_on_shares_within_a_cent_meet_a_contrary_holder(
    contract: Contract, quantity: int, away: str, policy: EarlyExercise, some: bool
) -> None:
    count = contrary(contract, quantity, Decimal(away), FRIDAY, policy)
    assert (0 < count < 40) is some
    assert some or count == 0


@pytest.mark.parametrize(
    ("strike", "stands", "exercised"),
    [(600.0, 590.0, False), (600.0, 480.0, True), (600.0, 610.0, False)],
)
def test_a_put_is_exercised_at_the_boundary_of_the_mathematics_and_not_above_it(
    strike: float, stands: float, exercised: bool
) -> None:
    """30 days, 20 %, 5 %: the boundary of a put on 600 lies between 480 and 590."""
    put = Contract("SPY", date(2026, 1, 16), Right.PUT, Decimal(str(strike)))
    worth = max(strike - stands, 0.0) + 2.0  # a quote wide enough to hide that nothing is left
    seen = Seen(put, -1, worth, stands, 0.20, 30 / 365, 0.05)
    edge = float(exercise_boundary(strike, 30 / 365, 0.20, -1.0, 0.05, 0.0)[0])
    assert 480.0 < edge < 590.0
    assert rational(seen) is exercised
    for beside, gone in ((-0.01, True), (0.01, False)):
        there = edge + beside
        assert rational(replace(seen, underlying=there, price=strike - there + 2.0)) is gone


def test_without_a_volatility_or_a_time_value_the_quote_decides() -> None:
    put = Contract("SPY", date(2026, 1, 16), Right.PUT, Decimal(600))
    blind = Seen(put, -1, 112.0, 490.0, float("nan"), 30 / 365, 0.05)
    assert not rational(blind)
    assert rational(replace(blind, price=110.0))
    assert rational(replace(blind, price=20.0, underlying=580.0, vol=0.2))
