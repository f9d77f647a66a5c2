"""Limits better than the model's price: a chance a minute, and a die every run throws alike."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.facts import Fact, LegFilled
from tomking.exchange.fills import NATURAL, patient
from tomking.exchange.patience import Patience, chance, die
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import CASH, FRIDAY, MONDAY, Quotes, market, order, put

pytestmark = pytest.mark.unit

USUAL = Patience()
SHORT, LONG = put(5900, expiry=MONDAY), put(5850, expiry=MONDAY)
SPREAD = ((-1, SHORT), (1, LONG))
#: Mid 2.10, natural 1.50.
QUOTES: Quotes = {SHORT: (4.00, 4.80), LONG: (2.10, 2.50)}
AT = market(60).at


@pytest.mark.parametrize(
    ("way", "minutes", "expected"),
    [
        (-0.01, 9.0, 0.0),
        (0.0, 1.0, 0.1),
        (1.0, 1.0, 1.0),
        (0.5, 0.0, 0.0),
        (float("nan"), 1.0, 0.0),
    ],
)
def test_a_chance_is_none_before_mid_and_certain_at_the_model_s_price(
    way: float, minutes: float, expected: float
) -> None:
    assert chance(USUAL, way, minutes) == pytest.approx(expected)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 60), st.floats(0, 60))
def test_conceding_more_and_waiting_longer_never_hurt(
    way: float, other: float, minutes: float, more: float
) -> None:
    near, far = sorted((way, other))
    short, long = sorted((minutes, more))
    assert chance(USUAL, near, short) <= chance(USUAL, far, long) + 1e-12


@given(st.floats(0, 0.99), st.floats(0.01, 30), st.floats(0.01, 30))
def test_two_looks_are_worth_what_one_after_both_is(way: float, one: float, other: float) -> None:
    missed = (1 - chance(USUAL, way, one)) * (1 - chance(USUAL, way, other))
    assert missed == pytest.approx(1 - chance(USUAL, way, one + other))


def test_the_die_is_fair_and_depends_on_seed_order_and_instant() -> None:
    thrown = [die(1, "a/open#1", AT + timedelta(minutes=n)) for n in range(4000)]
    assert sum(thrown) / 4000 == pytest.approx(0.5, abs=0.02)
    assert sum(x < 0.1 for x in thrown) / 4000 == pytest.approx(0.1, abs=0.02)
    assert len({die(1, "a", AT), die(2, "a", AT), die(1, "b", AT), thrown[1]}) == 4
    assert die(1, "a", AT) == die(1, "a", AT.astimezone())


def traded(limit: str, looks: int = 1, seed: int = 0, intent: str = "test/open") -> list[Fact]:
    exchange = Exchange(CASH, TASTYTRADE, patient(NATURAL), "tastytrade", seed=seed)
    exchange.submit(order(limit, *SPREAD, intent=intent), market(60, QUOTES))
    facts = [fact for n in range(looks) for fact in exchange.step(market(61 + n, QUOTES))]
    return [fact for fact in facts if isinstance(fact, LegFilled)]


@pytest.mark.parametrize(
    ("limit", "expected"), [("2.15", 0.0), ("2.10", 0.10), ("1.80", 0.325), ("1.50", 1.0)]
)
def test_a_limit_is_met_as_often_as_it_should_be(limit: str, expected: float) -> None:
    """Over many seeds, one look a minute after arrival."""
    met = sum(bool(traded(limit, seed=seed)) for seed in range(600)) / 600
    assert met == pytest.approx(expected, abs=0.05)


def share_met(minute: float, day: date, again: float, next_day: date) -> float:
    """How many of many resting limits at mid are met at their second look, not met at the first."""
    looked = met = 0
    for seed in range(600):
        exchange = Exchange(CASH, TASTYTRADE, patient(NATURAL), "tastytrade", seed=seed)
        rests = order("2.10", *SPREAD, rests=True)
        exchange.submit(rests, market(minute - 1, QUOTES, day=day))
        if not exchange.step(market(minute, QUOTES, day=day)):
            looked += 1
            met += bool(exchange.step(market(again, QUOTES, day=next_day)))
    return met / looked


@pytest.mark.parametrize(
    ("day", "next_day"),
    [(date(2025, 12, 3), date(2025, 12, 4)), (FRIDAY, MONDAY)],
    ids=["a night", "a weekend"],
)
def test_a_limit_that_rests_while_the_market_is_shut_gains_nothing_by_it(
    day: date, next_day: date
) -> None:
    """A minute after the next open it is met as often as a minute later on the same day."""
    assert share_met(389, day, 0, next_day) == 0
    assert share_met(389, day, 1, next_day) == pytest.approx(0.1, abs=0.05)
    assert share_met(388, day, 389, day) == pytest.approx(0.1, abs=0.05)


@pytest.mark.parametrize("limit", ["2.10", "2.05", "1.80", "1.55"])
def test_a_patient_fill_is_at_the_limit_to_the_last_place_and_within_every_quote(
    limit: str,
) -> None:
    legs = traded(limit, looks=60)
    assert -sum(leg.quantity * leg.price for leg in legs if isinstance(leg, LegFilled)) == Decimal(
        limit
    )
    for leg in legs:
        assert isinstance(leg, LegFilled)
        bid, ask = QUOTES[leg.contract]
        assert Decimal(str(bid)) <= leg.price <= Decimal(str(ask))


def test_the_same_seed_gives_the_same_fills_and_another_gives_others() -> None:
    runs = [
        [bool(traded("2.00", seed=seed, intent=f"t/{n}")) for n in range(60)] for seed in (3, 3, 4)
    ]
    assert runs[0] == runs[1] != runs[2]
