"""The dry run: what an order needs, what it leaves, and why it is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.contract import Contract
from tomking.core.facts import LegFilled, OrderEnded
from tomking.core.order import Order, Purpose
from tomking.core.venue import Code
from tomking.exchange.fills import MID, NATURAL
from tomking.exchange.ledger import Ledger
from tomking.exchange.settlement import share_of
from tomking.exchange.venue import Exchange
from tomking.market.delivery import future_contract
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import FRIDAY, MONDAY, Quotes, call, closing, market, order, put

pytestmark = pytest.mark.unit

SHORT, LONG = put(5900, "SPX", MONDAY), put(5850, "SPX", MONDAY)
SPREAD, BACK = ((-1, SHORT), (1, LONG)), ((1, SHORT), (-1, LONG))
QUOTES: Quotes = {SHORT: (4.00, 4.40), LONG: (2.00, 2.20)}
FREE = TASTYTRADE.scaled(Decimal(0))


def venue(cash: str, fees: bool = False) -> Exchange:
    return Exchange(Decimal(cash), TASTYTRADE if fees else FREE, NATURAL, "tastytrade")


def codes(exchange: Exchange, wanted: Order, quotes: Quotes = QUOTES) -> list[Code]:
    return [said.code for said in exchange.preview(wanted, market(60, quotes)).refusals]


@pytest.mark.parametrize(("cash", "refused"), [("4820", False), ("4819.99", True)])
def test_a_spread_needs_its_width_less_what_it_brings(cash: str, refused: bool) -> None:
    """A 50-wide spread sold at 1.80 needs 5,000, and the 180 it brings are cash that carries it."""
    assert (Code.MARGIN in codes(venue(cash), order("1.80", *SPREAD))) is refused


def test_an_order_the_account_cannot_carry_is_rejected_and_changes_nothing() -> None:
    exchange = venue("4819")
    before = exchange.ledger
    exchange.submit(order("1.80", *SPREAD), market(60, QUOTES))
    (fact,) = exchange.step(market(61, QUOTES))
    assert isinstance(fact, OrderEnded)
    assert fact.how == "rejected"
    assert fact.note.startswith("margin_check_failed: buying power after the order: −$1")
    assert exchange.ledger is before


def test_fees_are_counted() -> None:
    assert codes(venue("4820"), order("1.80", *SPREAD)) == []
    assert codes(venue("4820", fees=True), order("1.80", *SPREAD)) == [Code.MARGIN]


def test_an_option_is_paid_for_in_full() -> None:
    assert codes(venue("440"), order("-4.40", (1, SHORT))) == []
    assert codes(venue("439.99"), order("-4.40", (1, SHORT))) == [Code.MARGIN]


def test_long_options_lend_nothing() -> None:
    """The second costs 440 too, and only 160 in cash is left however much the first is worth."""
    exchange = venue("600")
    exchange.submit(order("-4.40", (1, SHORT)), market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    assert exchange.net_liq(market(61, QUOTES)) > 440
    assert codes(exchange, order("-4.40", (1, SHORT), intent="test/b")) == [Code.MARGIN]


def test_a_working_opening_order_reserves_what_it_needs() -> None:
    exchange = venue("9800")
    waiting = order("3.00", *SPREAD)
    near, far = call(6100, "SPX", MONDAY), call(6150, "SPX", MONDAY)
    other = order("1.80", (-1, near), (1, far), intent="test/calls")
    quotes: Quotes = {**QUOTES, near: (4.0, 4.4), far: (2.0, 2.2)}
    assert codes(exchange, other, quotes) == []
    exchange.submit(waiting, market(60, quotes))
    assert Code.MARGIN in codes(exchange, other, quotes)
    exchange.cancel(waiting.id)
    exchange.step(market(61, quotes))
    assert codes(exchange, other, quotes) == []


def test_a_replacement_does_not_pay_for_what_it_replaces() -> None:
    exchange, waiting = venue("5200"), order("3.00", *SPREAD)
    exchange.submit(waiting, market(60, QUOTES))
    nearer = replace(waiting, attempt=2, limit=Decimal("1.80"), replaces=waiting.id)
    assert codes(exchange, nearer) == []
    assert Code.MARGIN in codes(exchange, replace(nearer, replaces=""))


def test_what_takes_risk_off_is_never_refused_for_margin() -> None:
    """The account is far under water: twenty thousand lost, and still the spread may be bought back."""
    exchange = venue("5200")
    exchange.submit(order("1.80", *SPREAD), market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    awful: Quotes = {SHORT: (400.0, 404.0), LONG: (350.0, 354.0)}
    assert exchange.net_liq(market(62, awful)) < exchange.requirement(market(62, awful))
    assert codes(exchange, closing("-54.00", *BACK), awful) == []
    assert codes(exchange, order("1.80", *SPREAD, intent="test/more"), awful) == [Code.MARGIN]


def test_the_dry_run_shows_what_the_broker_shows() -> None:
    """The identity of the broker's own sample: requirement and fees less premium."""
    exchange = venue("20000", fees=True)
    seen = exchange.preview(order("1.80", *SPREAD, units=2), market(60, QUOTES))
    assert (seen.change, seen.alone, seen.premium) == (10000, 10000, Decimal(360))
    assert seen.impact == 10000 + seen.fees - 360
    assert seen.buying_power == 20000
    assert seen.buying_power_after == 20000 - seen.impact
    exchange.submit(order("1.80", *SPREAD, units=2), market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    after = exchange.preview(order("1.80", *SPREAD, intent="test/b"), market(61, QUOTES))
    assert after.buying_power == seen.buying_power_after


def test_a_dry_run_of_an_exit_says_what_is_wrong_with_it() -> None:
    said = venue("10000").preview(closing("-3.00", *BACK), market(60, QUOTES))
    assert [refusal.code for refusal in said.refusals] == [Code.NO_POSITION]
    assert "closes no more than is held" in str(said.refusals[0])
    assert said.source == "not asked"


@pytest.mark.parametrize("root", ["SPY1", "XYZ"])
def test_an_instrument_nobody_can_price_is_refused_by_name(root: str) -> None:
    odd = Contract(root, MONDAY, SHORT.right, SHORT.strike)
    exchange = venue("10000")
    (said,) = exchange.preview(order("1.00", (-1, odd)), market(60, QUOTES)).refusals
    assert said.code is Code.INSTRUMENT
    exchange.submit(order("1.00", (-1, odd)), market(60, QUOTES))
    (fact,) = exchange.step(market(61, QUOTES))
    assert isinstance(fact, OrderEnded)
    assert fact.how == "rejected"


def test_an_order_whose_margin_nobody_can_work_out_is_not_taken() -> None:
    exchange = venue("10000")
    exchange.submit(order("1.80", *SPREAD), market(60))
    (fact,) = exchange.step(market(61, QUOTES))
    assert isinstance(fact, OrderEnded)
    assert fact.note.startswith("margin_check_failed")
    assert "no quote" in fact.note


def test_a_future_nets_and_a_closing_order_never_opens_one() -> None:
    """Sold it is short, bought back flat, bought again long; closing what is not held is refused."""
    future = future_contract("ES", "ESH26")
    quotes: Quotes = {future: (5999.75, 6000.25)}
    exchange = Exchange(Decimal(100_000), FREE, MID, "tastytrade")
    for number, (quantity, limit) in enumerate([(-1, "5999.75"), (1, "-6000.25"), (1, "-6000.25")]):
        sent = order(limit, (quantity, future), intent=f"test/{number}")
        exchange.submit(sent, market(60 + number, quotes))
        exchange.step(market(60.5 + number, quotes))
    assert exchange.holdings() == {future: 1}
    again = order("-6000.25", (1, future), intent="test/close", purpose=Purpose.CLOSE)
    assert codes(exchange, again, quotes) == [Code.NO_POSITION]


def test_shares_stay_worth_what_was_paid_for_them() -> None:
    share = share_of("SPY")
    quotes: Quotes = {share: (600.0, 600.0)}
    seen = venue("31000").preview(order("-600.00", (1, share)), market(60, quotes, price=600.0))
    assert (seen.premium, seen.change, seen.refusals) == (0, 30000, ())


def test_a_dry_run_is_worked_out_once_for_the_order_that_follows_it() -> None:
    exchange, now, wanted = venue("10000"), market(60, QUOTES), order("1.80", *SPREAD)
    seen = exchange.preview(wanted, now)
    assert exchange.preview(wanted, now) is seen
    exchange.submit(wanted, now)
    assert exchange.preview(wanted, now) is not seen


def test_the_venue_says_no_to_an_option_sold_in_the_last_half_hour_of_its_life() -> None:
    dying = put(5900, expiry=FRIDAY)
    late = market(361, {dying: (1.0, 1.2)})
    said = venue("100000").preview(order("1.00", (-1, dying)), late).refusals
    assert [refusal.code for refusal in said] == [Code.CLOSING_ONLY]


@pytest.mark.parametrize("held", [{}, {SHORT: -1}])
def test_an_order_for_nothing_is_refused_and_no_crash(held: dict[Contract, int]) -> None:
    start = Ledger(Decimal(10_000), held, {contract: Decimal(-4) for contract in held})
    exchange = Exchange(Decimal(10_000), FREE, NATURAL, "tastytrade", start=start)
    nothing = replace(order("1.00", (-1, SHORT)), legs=())
    for sent in (nothing, replace(nothing, intent="test/close", purpose=Purpose.CLOSE)):
        exchange.submit(sent, market(60, QUOTES))
        (fact,) = (f for f in exchange.step(market(61, QUOTES)) if isinstance(f, OrderEnded))
        assert fact.note == "validation_error: order has legs: 0 legs, must be at least 1"
    assert exchange.holdings() == held


def test_what_no_venue_lists_never_fills() -> None:
    for odd in (
        replace(SHORT, strike=Decimal(-5)),
        replace(SHORT, expiry=date(2025, 12, 13)),
        put(5800, expiry=date(2026, 3, 6), future="ESZ25"),
        put(5800, expiry=date(2026, 3, 6), future=""),
    ):
        exchange, quotes = venue("1000000"), {odd: (4.0, 4.2)}
        exchange.submit(order("4.00", (-1, odd)), market(60, quotes))
        (fact,) = exchange.step(market(61, quotes))
        assert isinstance(fact, OrderEnded)
        assert fact.note.startswith(f"{Code.INSTRUMENT}: ")
        assert exchange.holdings() == {}


@pytest.mark.parametrize(("seconds", "traded"), [(0.0, 0), (0.9, 0), (1.0, 2), (1.1, 2)])
def test_an_order_reaches_the_market_after_a_second(seconds: float, traded: int) -> None:
    exchange = venue("50000")
    exchange.submit(order("1.80", *SPREAD), market(60, QUOTES))
    facts = exchange.step(market(60 + seconds / 60, QUOTES))
    assert sum(isinstance(fact, LegFilled) for fact in facts) == traded
