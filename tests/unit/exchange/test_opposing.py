"""One contract is held long or short, never both: asked when an order is taken, and when it trades."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.contract import Contract, Right
from tomking.core.facts import Fact, LegFilled, OrderEnded
from tomking.core.order import Bracket, Order
from tomking.core.venue import Code
from tomking.exchange.fills import NATURAL, in_lots
from tomking.exchange.ledger import Ledger
from tomking.exchange.matching import barred
from tomking.exchange.settlement import share_of
from tomking.exchange.venue import Exchange
from tomking.market.delivery import future_contract
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import FRIDAY, MONDAY, Quotes, closing, market, order, put

pytestmark = pytest.mark.unit

SHORT = put(5900, "SPX", MONDAY)
QUOTES: Quotes = {SHORT: (4.00, 4.40)}
SALE = order("5.00", (-1, SHORT), intent="test/sale")
PURCHASE = order("-3.50", (1, SHORT), intent="test/purchase")
RICH = Decimal(1_000_000)


def venue(start: Ledger | None = None) -> Exchange:
    return Exchange(RICH, TASTYTRADE, NATURAL, "tastytrade", start=start)


def refused(exchange: Exchange, wanted: Order, quotes: Quotes = QUOTES) -> list[str]:
    return [str(said) for said in exchange.preview(wanted, market(60, quotes)).refusals]


def ends(facts: list[Fact]) -> dict[str, str]:
    return {fact.order: fact.note for fact in facts if isinstance(fact, OrderEnded)}


@pytest.mark.parametrize(("first", "second"), [(SALE, PURCHASE), (PURCHASE, SALE)])
def test_of_two_working_orders_one_may_not_open_what_the_other_would_open_the_other_way(
    first: Order, second: Order
) -> None:
    exchange = venue()
    assert refused(exchange, second) == []
    exchange.submit(first, market(60, QUOTES))
    (said,) = refused(exchange, second)
    assert said.startswith(f"{Code.VALIDATION}: opens nothing against what is held or working")
    assert refused(exchange, replace(first, intent="test/same-way")) == []


def test_a_working_order_that_ended_opposes_nothing() -> None:
    exchange = venue()
    exchange.submit(SALE, market(60, QUOTES))
    exchange.cancel(SALE.id)
    exchange.step(market(61, QUOTES))
    assert refused(exchange, PURCHASE) == []


def test_a_replaced_order_does_not_oppose_its_replacement() -> None:
    exchange = venue()
    exchange.submit(SALE, market(60, QUOTES))
    turned = replace(PURCHASE, intent=SALE.intent, attempt=2, replaces=SALE.id)
    assert refused(exchange, turned) == []
    assert refused(exchange, replace(turned, intent="test/b", replaces="")) != []


def test_a_working_closing_order_opposes_nothing() -> None:
    """A short is bought back at 0.50 while more of it is sold."""
    exchange = venue(Ledger(RICH, {SHORT: -1}, {SHORT: Decimal(-4)}))
    exchange.submit(closing("-0.50", (1, SHORT), rests=True), market(60, QUOTES))
    assert refused(exchange, SALE) == []


def test_what_has_filled_of_an_order_opposes_when_its_rest_is_cancelled() -> None:
    exchange = Exchange(RICH, TASTYTRADE, in_lots(NATURAL, 1), "tastytrade")
    exchange.submit(replace(SALE, limit=Decimal("4.00"), units=2), market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    assert refused(exchange, PURCHASE) != []
    exchange.cancel(SALE.id)
    exchange.step(market(61.5, {}))
    assert (exchange.working(), exchange.holdings()) == ((), {SHORT: -1})
    assert refused(exchange, PURCHASE) != []


def test_an_order_that_waits_in_a_bracket_is_working_too() -> None:
    exchange, other = venue(), order("1.00", (-1, put(5800, "SPX", MONDAY)), intent="test/first")
    quotes: Quotes = {**QUOTES, put(5800, "SPX", MONDAY): (0.5, 0.6)}
    exchange.submit_bracket(Bracket("b", (SALE,), other), market(60, quotes))
    assert refused(exchange, PURCHASE, quotes) != []


def test_a_future_is_bid_for_and_offered_at_once() -> None:
    future = future_contract("ES", "ESZ25")
    quotes: Quotes = {future: (5999.75, 6000.25)}
    exchange = venue()
    exchange.submit(order("6010.00", (-1, future), intent="test/a"), market(60, quotes))
    assert refused(exchange, order("-5990.00", (1, future), intent="test/b"), quotes) == []


def test_an_opening_order_ends_when_what_it_opposes_has_come_meanwhile() -> None:
    """Shares are offered at 610; a short put is assigned, and the offer would now sell those."""
    share, assigned = share_of("SPY"), Contract("SPY", FRIDAY, Right.PUT, Decimal(600))
    exchange = venue(Ledger(RICH, {assigned: -1}, {assigned: Decimal(-5)}))
    quotes: Quotes = {share: (590.0, 590.02), assigned: (10.0, 10.1)}
    offer = order("610.00", (-1, share), rests=True)
    exchange.submit(offer, market(60, quotes, price=590.0))
    exchange.step(market(391, quotes, price=590.0, fixings={assigned: 590.0}))
    assert (exchange.holdings(), exchange.working()) == ({share: 1}, (offer,))
    facts = exchange.step(market(5, {share: (611.0, 611.02)}, day=MONDAY, price=611.0))
    assert not any(isinstance(fact, LegFilled) for fact in facts)
    assert ends(facts) == {offer.id: f"opens {share} against the 1 held"}
    assert exchange.holdings() == {share: 1}


def test_what_an_order_may_do_is_asked_of_what_is_held_as_it_trades() -> None:
    later = Contract("SPX", date(2025, 12, 9), Right.PUT, Decimal(5900))
    assert barred(SALE, {SHORT: -1, later: 1}) == ""
    assert barred(SALE, {SHORT: 2}) == f"opens {SHORT} against the 2 held"
    assert barred(closing("-1", (1, SHORT)), {}) == f"closes more {SHORT} than the 0 held"


def test_of_an_order_and_its_replacement_one_will_close() -> None:
    """Two campaigns are short one contract each; the price of either exit may be moved."""
    exchange = venue(Ledger(RICH, {SHORT: -2}, {SHORT: Decimal(-8)}))
    first = closing("-3.00", (1, SHORT))
    other = replace(closing("-3.00", (1, SHORT)), intent="other/close", closes="other")
    for wanted in (first, other, replace(first, attempt=2, replaces=first.id)):
        assert refused(exchange, wanted) == []
        exchange.submit(wanted, market(60, QUOTES))
    assert refused(exchange, replace(other, attempt=2, replaces=other.id)) == []
    third = replace(other, intent="third/close")
    assert "closes no more than is held" in refused(exchange, third)[0]
