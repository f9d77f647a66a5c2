"""The barrier through the venue: what happens when, once, and in which order."""

from datetime import date
from decimal import Decimal

import pytest

from tomking.core.contract import Contract
from tomking.core.errors import ConfigError
from tomking.core.facts import DividendBooked, Fact, LegFilled, MarginCalled, OrderEnded, Settled
from tomking.exchange.assignment import OFF, RATIONAL, EarlyExercise, seeded
from tomking.exchange.fills import MID
from tomking.exchange.ledger import Ledger, apply, trade
from tomking.exchange.settlement import share_of
from tomking.exchange.venue import Exchange
from tomking.market.carry import Dividend
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import CASH, FRIDAY, MONDAY, Market, Quotes, call, market, order, put

pytestmark = pytest.mark.unit

CLOSE, EVENING = 390, 405
LATER = date(2026, 1, 16)
SHARE = share_of("SPY")
CALL, PUT = call(580, "SPY", LATER), put(620, "SPY", LATER)
PAID = {"SPY": (Dividend(MONDAY, Decimal("1.9934")),)}
QUOTES: Quotes = {CALL: (20.40, 20.60), PUT: (20.90, 21.10), SHARE: (599.99, 600.01)}


def account(
    *held: tuple[int, Contract, str], policy: EarlyExercise = RATIONAL, cash: Decimal = CASH
) -> Exchange:
    """An account that holds something already, bought and sold at the prices given."""
    ledger = Ledger(cash)
    for quantity, contract, price in held:
        ledger = trade(ledger, contract, quantity, Decimal(price))
    return Exchange(cash, TASTYTRADE, MID, "tastytrade", exercise=policy, start=ledger)


def at(minute: float, day: date = FRIDAY, quotes: Quotes = QUOTES) -> Market:
    """The market of SPY at 600, its dividend known."""
    return market(minute, quotes, day=day, price=600.0, dividends=PAID)


def kinds(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


def test_a_short_call_is_assigned_on_the_eve_and_owes_the_dividend_in_the_morning() -> None:
    exchange = account((-1, CALL, "22.00"))
    before = exchange.ledger.cash
    assert exchange.step(at(CLOSE)) == []
    (fact,) = exchange.step(at(EVENING))
    assert isinstance(fact, Settled)
    assert (fact.settlement, fact.quantity, fact.delivered_quantity) == ("assigned", -1, -1)
    assert str(fact) == (
        "-1 SPY 2026-01-16 580 C: assigned at 600.00 into -1 SPY at 580 "
        "(early, for the dividend of $1.9934)"
    )
    assert exchange.ledger.cash == before + 58000 - Decimal("5.00")
    (paid,) = exchange.step(at(0, MONDAY))
    assert isinstance(paid, DividendBooked)
    assert (paid.quantity, paid.each, paid.cash) == (-100, Decimal("1.9934"), Decimal("-199.34"))
    assert "cost $199.34" in str(paid)


def test_each_barrier_is_met_once() -> None:
    exchange = account((-40, CALL, "22.00"), (3, SHARE, "600"), policy=seeded(1))
    first = exchange.step(at(EVENING))
    assert len(first) >= 1
    assert exchange.step(at(EVENING + 1)) == []
    assert len(exchange.step(at(0, MONDAY))) == 1
    assert exchange.step(at(60, MONDAY)) == []


def test_what_is_bought_on_the_ex_date_comes_without_the_dividend() -> None:
    exchange = account()
    exchange.step(at(60, MONDAY))
    exchange.submit(order("-601.00", (1, SHARE)), at(60, MONDAY))
    facts = exchange.step(at(61, MONDAY))
    assert kinds(facts) == ["LegFilled", "OrderEnded"]
    assert not any(isinstance(f, DividendBooked) for f in exchange.step(at(EVENING, MONDAY)))


def test_the_barrier_of_a_day_runs_in_its_order() -> None:
    """One look, late on the ex-date: the dividend, what expired, then early exercise."""
    today = put(610, "SPY", MONDAY)
    exchange = account((2, SHARE, "590"), (-1, today, "11"), (-1, PUT, "20"))
    deep: Quotes = {PUT: (19.9, 20.1), SHARE: (600.0, 600.0)}
    now = market(
        EVENING, deep, day=MONDAY, price=600.0, dividends=PAID, fixings={today: 600.0}
    )  # fmt: skip
    facts = exchange.step(now)
    told = [(type(fact).__name__, getattr(fact, "note", "")) for fact in facts]
    assert told[:3] == [
        ("DividendBooked", ""), ("Settled", ""),
        ("Settled", "early, beyond the exercise boundary"),
    ]  # fmt: skip
    assert exchange.holdings() == {SHARE: 4}


def test_the_venues_ledger_is_the_fold_of_its_facts() -> None:
    exchange = account((-7, CALL, "22.00"), (1, SHARE, "600"), policy=seeded(5))
    ledger = exchange.ledger
    for now in (at(EVENING), at(0, MONDAY), at(EVENING, MONDAY)):
        for fact in exchange.step(now):
            ledger = apply(ledger, fact)
    assert ledger == exchange.ledger


def test_a_partial_assignment_leaves_the_rest_at_its_own_cost() -> None:
    exchange = account((-7, CALL, "22.00"), policy=seeded(5), cash=Decimal(10**6))
    (fact,) = exchange.step(at(EVENING))
    assert isinstance(fact, Settled)
    left = 7 + fact.quantity
    assert 0 < left < 7
    assert exchange.holdings() == {CALL: -left, SHARE: fact.quantity}
    assert exchange.ledger.cost[CALL] == -22 * left


def test_an_order_that_would_close_what_was_assigned_ends_when_it_would_trade() -> None:
    exchange = account((-1, CALL, "22.00"))
    exchange.submit(
        order("-20.60", (1, CALL), purpose=order("1", (1, CALL)).purpose.CLOSE, rests=True),
        at(EVENING - 60),
    )
    facts = [*exchange.step(at(EVENING)), *exchange.step(at(60, MONDAY))]
    assert [f.how for f in facts if isinstance(f, OrderEnded)] == ["cancelled"]
    assert not any(isinstance(f, LegFilled) for f in facts)


def test_longs_are_never_exercised_early_and_nobody_is_when_the_policy_is_off() -> None:
    for exchange in (account((1, CALL, "22.00")), account((-1, CALL, "22.00"), policy=OFF)):
        assert exchange.step(at(EVENING)) == []


def test_what_has_no_price_is_not_assigned() -> None:
    exchange = account((-1, CALL, "22.00"))
    assert exchange.step(at(EVENING, quotes={})) == []


# -- margin calls ------------------------------------------------------------------------------


def test_a_margin_call_is_made_once_and_lifted_once() -> None:
    exchange = account((1, SHARE, "600"), cash=Decimal(95_000))
    for _ in range(2):
        assert exchange.step(at(EVENING)) == []
    exchange = account((2, SHARE, "600"), cash=Decimal(20_000))
    (called,) = exchange.step(at(EVENING))
    assert isinstance(called, MarginCalled)
    assert called.equity == 20_000
    assert called.requirement > called.equity
    assert kinds(exchange.step(at(EVENING, MONDAY))) == ["DividendBooked"]
    risen: Quotes = {SHARE: (1200.0, 1200.0)}
    met = exchange.step(market(EVENING, risen, day=date(2025, 12, 9), price=1200.0))
    assert kinds(met) == ["MarginMet"]


def test_a_settlement_can_bring_the_margin_call_before_the_evening() -> None:
    today = put(610, "SPY")
    exchange = account((-9, today, "1"), cash=Decimal(30_000))
    now = market(
        CLOSE, QUOTES, price=600.0, fixings={today: 600.0}, dividends=PAID
    )  # fmt: skip
    assert kinds(exchange.step(now)) == ["Settled", "MarginCalled"]


def test_nobody_is_called_while_something_held_has_no_price() -> None:
    exchange = account((2, SHARE, "600"), cash=Decimal(20_000))
    assert exchange.step(at(EVENING, quotes={})) == []


@pytest.mark.parametrize(
    ("minute", "day", "said"),
    [
        (EVENING + 1, FRIDAY, ["MarginCalled"]),
        (1, MONDAY, ["DividendBooked", "MarginCalled"]),
    ],
)
def test_a_call_that_a_missing_quote_put_off_is_made_at_the_next_look_with_one(
    minute: float, day: date, said: list[str]
) -> None:
    exchange = account((2, SHARE, "600"), cash=Decimal(20_000))
    assert exchange.step(at(EVENING, quotes={})) == []
    assert kinds(exchange.step(at(minute, day))) == said
    assert exchange.step(at(minute + 1, day)) == []


# -- adjusted contracts ------------------------------------------------------------------------


def test_an_adjusted_contract_is_refused_as_an_order_and_as_a_holding() -> None:
    odd = Contract("SPY1", LATER, CALL.right, Decimal(580))
    exchange = account()
    exchange.submit(order("20.00", (-1, odd)), at(60))
    (ended,) = exchange.step(at(61))
    assert isinstance(ended, OrderEnded)
    assert ended.how == "rejected"
    assert "SPY1 is adjusted" in ended.note
    with pytest.raises(ConfigError, match="SPY1 is an adjusted contract"):
        Exchange(
            CASH, TASTYTRADE, MID, "tastytrade", start=Ledger(CASH, {odd: 1}, {odd: Decimal(0)})
        )
