"""Margin calls within the day: asked after a fill and after a move, made once, never of cash."""

from decimal import Decimal

import pytest

from tomking.core.errors import ConfigError
from tomking.core.facts import Fact, MarginCalled, MarginMet
from tomking.core.order import Purpose
from tomking.exchange.calls import MOVE
from tomking.exchange.fills import MID
from tomking.exchange.ledger import Ledger, trade
from tomking.exchange.settlement import share_of
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.margin.house import AccountType, account_of
from unit.exchange.fakes import FRIDAY, Market, call, market, order

pytestmark = [pytest.mark.unit, pytest.mark.risk]

SHARE, CALL = share_of("SPY"), call(700, "SPY", FRIDAY.replace(month=12, day=19))
EVENING = 405
#: 200 shares bought at 600 with 80,000 of borrowed money need a quarter of their value: under water
#: below 80,000 / 150 = 533.33.
LOAN, SAFE, UNDER = Decimal(40_000), 540.0, 532.9


def account(house: str = "tastytrade", cash: Decimal = LOAN, beside: int = 0) -> Exchange:
    """Two lots of shares, and perhaps calls bought at what they are worth."""
    ledger = trade(Ledger(cash), SHARE, 2, Decimal(600))
    ledger = trade(ledger, CALL, beside, Decimal("0.50")) if beside else ledger
    return Exchange(cash, TASTYTRADE, MID, house, start=ledger)


def at(minute: float, price: float) -> Market:
    return market(minute, {SHARE: (price, price), CALL: (0.40, 0.60)}, price=price)


def calls(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts if isinstance(fact, MarginCalled | MarginMet)]


def walked(exchange: Exchange, *prices: float) -> list[list[str]]:
    """What is said at each of some looks, a minute apart."""
    return [calls(exchange.step(at(60 + n, price))) for n, price in enumerate(prices)]


@pytest.mark.parametrize(
    ("moved", "said"),
    [(0.003, []), (0.0049, []), (0.005, ["MarginCalled"]), (0.0051, ["MarginCalled"])],
)
def test_the_account_is_asked_again_after_a_move_of_half_a_per_cent(
    moved: float, said: list[str]
) -> None:
    """At 533.6 all is well; each of the moves is under water, the smaller ones unasked."""
    assert MOVE == 0.005
    assert walked(account(), 533.6, 533.6 * (1.0 - moved)) == [[], said]


def test_the_move_is_counted_from_the_last_question_and_not_from_the_last_look() -> None:
    steps = [534.5, 533.5, 532.5, 531.9, 531.8]
    assert walked(account(), *steps) == [[], [], [], [], ["MarginCalled"]]


def test_a_breach_is_said_once_and_a_new_one_again() -> None:
    prices = [SAFE, 530.0, 525.0, 520.0, SAFE, 545.0, 530.0, 529.0]
    assert walked(account(), *prices) == [
        [], ["MarginCalled"], [], [], ["MarginMet"], [], ["MarginCalled"], [],
    ]  # fmt: skip


def test_a_call_of_the_day_is_not_repeated_in_the_evening_of_it() -> None:
    exchange = account()
    assert walked(exchange, SAFE, 530.0) == [[], ["MarginCalled"]]
    assert calls(exchange.step(at(EVENING, 530.0))) == []


def test_a_call_says_what_is_needed_and_what_there_is_besides_options() -> None:
    exchange = account()
    exchange.step(at(60, SAFE))
    (called,) = exchange.step(at(61, 530.0))
    assert isinstance(called, MarginCalled)
    assert (called.equity, called.requirement) == (26_000, 26_500)
    assert str(called).startswith("margin call for $500.00")


def test_a_fill_asks_whatever_the_price_has_done() -> None:
    """A call that is held goes for $50 between two prices not half a per cent apart."""
    waits, trades = account(beside=1), account(beside=1)
    for exchange in (waits, trades):
        exchange.step(at(60, 534.5))
    trades.submit(order("0.50", (-1, CALL), purpose=Purpose.CLOSE), at(60, 534.5))
    assert waits.step(at(61, UNDER)) == []
    facts = trades.step(at(61, UNDER))
    assert [type(fact).__name__ for fact in facts] == ["LegFilled", "OrderEnded", "MarginCalled"]


def test_the_sale_that_meets_a_call_ends_it_at_once() -> None:
    exchange = account()
    assert walked(exchange, SAFE, 530.0) == [[], ["MarginCalled"]]
    sale = order("530.00", (-1, SHARE), purpose=Purpose.CLOSE)
    exchange.submit(sale, at(61, 530.0))
    facts = exchange.step(at(62, 530.0))
    assert [type(fact).__name__ for fact in facts] == ["LegFilled", "OrderEnded", "MarginMet"]


def test_a_question_that_a_missing_quote_put_off_is_asked_at_the_next_look() -> None:
    exchange = account()
    exchange.step(at(60, SAFE))
    assert exchange.step(market(61, {}, price=530.0)) == []
    assert calls(exchange.step(at(62, 530.0))) == ["MarginCalled"]


def test_what_an_account_begins_with_is_asked_about_at_the_first_look() -> None:
    assert walked(account(), 530.0) == [["MarginCalled"]]


def test_a_cash_account_is_never_called() -> None:
    for cash in (LOAN, Decimal(130_000)):
        exchange = account("cash", cash)
        assert walked(exchange, SAFE, 530.0, 100.0) == [[], [], []]
        assert calls(exchange.step(at(EVENING, 1.0))) == []


@pytest.mark.parametrize(
    ("house", "kind"),
    [
        ("tastytrade", AccountType.MARGIN), ("exchange", AccountType.MARGIN),
        ("ira", AccountType.IRA), ("cash", AccountType.CASH),
    ],
)  # fmt: skip
def test_a_house_says_what_its_accounts_may_do(house: str, kind: AccountType) -> None:
    assert account_of(house) is kind


def test_an_account_at_a_house_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigError, match="unknown house 'tastyworks'; choose one of"):
        account("tastyworks")
