"""Stops and orders at the market: touched by the natural side, traded from the next look on."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.core.contract import Contract
from tomking.core.facts import Fact, LegFilled
from tomking.core.order import Order
from tomking.exchange.fills import MID, NATURAL, FillModel, spread_fraction
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import CASH, MONDAY, closing, market, order, put

pytestmark = pytest.mark.unit

NAKED = put(5900, expiry=MONDAY)
CALM, TOUCHED, FAR = (4.00, 4.40), (7.60, 8.00), (11.60, 12.00)


def prices(facts: list[Fact]) -> list[Decimal]:
    return [fact.price for fact in facts if isinstance(fact, LegFilled)]


def short(fill: FillModel = NATURAL) -> Exchange:
    """A venue at which one put was sold."""
    exchange = Exchange(10 * CASH, TASTYTRADE, fill, "tastytrade")
    exchange.submit(order("4.00", (-1, NAKED)), market(60, {NAKED: CALM}))
    exchange.step(market(61, {NAKED: CALM}))
    assert exchange.holdings() == {NAKED: -1}
    return exchange


def stop(trigger: str = "8.00", limit: str | None = None) -> Order:
    bought = closing("-1", (1, NAKED))
    price = None if limit is None else Decimal(limit)
    return replace(bought, intent="test/stop", trigger=Decimal(trigger), limit=price)


def play(exchange: Exchange, *quotes: tuple[float, float]) -> list[list[Decimal]]:
    """The prices traded at each look, a minute apart."""
    return [prices(exchange.step(market(63 + n, {NAKED: quote}))) for n, quote in enumerate(quotes)]


@pytest.mark.parametrize("ask", [7.95, 8.00, 8.05])
def test_a_stop_to_buy_is_touched_by_the_offer(ask: float) -> None:
    exchange = short()
    exchange.submit(stop(), market(62, {NAKED: CALM}))
    first, second = play(exchange, (ask - 0.4, ask), (ask - 0.4, ask))
    assert first == []
    assert second == ([] if ask < 8.0 else [Decimal(str(ask))])


def test_a_stop_to_sell_is_touched_by_the_bid() -> None:
    exchange = Exchange(10 * CASH, TASTYTRADE, NATURAL, "tastytrade")
    exchange.submit(order("-4.40", (1, NAKED)), market(60, {NAKED: CALM}))
    exchange.step(market(61, {NAKED: CALM}))
    sold = replace(closing("1", (-1, NAKED)), limit=None, trigger=Decimal("3.00"))
    exchange.submit(sold, market(62, {NAKED: CALM}))
    assert play(exchange, (3.05, 3.20), (3.00, 3.20), (2.00, 2.20)) == [[], [], [Decimal(2)]]


def test_a_touched_stop_trades_at_the_far_side_of_the_next_look_wherever_that_is() -> None:
    exchange = short()
    exchange.submit(stop(), market(62, {NAKED: CALM}))
    assert play(exchange, CALM, TOUCHED, FAR) == [[], [], [Decimal(12)]]


def test_a_stop_that_was_touched_trades_though_the_price_has_come_back() -> None:
    exchange = short()
    exchange.submit(stop(), market(62, {NAKED: CALM}))
    assert play(exchange, TOUCHED, CALM) == [[], [Decimal("4.4")]]


def test_a_stop_limit_then_waits_for_its_limit() -> None:
    exchange = short()
    exchange.submit(stop(limit="-9.00"), market(62, {NAKED: CALM}))
    assert play(exchange, TOUCHED, FAR, FAR, TOUCHED) == [[], [], [], [Decimal("9.0000")]]


@pytest.mark.parametrize(
    "quote",
    [(8.40, 8.00), (0.0, 9.00), (float("nan"), 9.00), (8.0, float("inf"))],
    ids=["crossed", "no bid", "half a quote", "no offer"],
)
def test_no_bad_quote_touches_a_stop(quote: tuple[float, float]) -> None:
    exchange = short()
    exchange.submit(stop(), market(62, {NAKED: CALM}))
    assert play(exchange, quote, FAR) == [[], []]


def test_a_stale_quote_touches_no_stop() -> None:
    exchange = short()
    exchange.submit(stop(), market(62, {NAKED: CALM}))
    assert prices(exchange.step(market(63, {NAKED: FAR}, age_s=300.0))) == []
    assert play(exchange, FAR) == [[]]


@pytest.mark.parametrize("fill", [MID, spread_fraction(0.5), NATURAL], ids=lambda fill: fill.name)
def test_an_order_at_the_market_takes_the_far_side_under_every_model(fill: FillModel) -> None:
    exchange = short(fill=NATURAL if fill is NATURAL else spread_fraction(1.0))
    other = Exchange(10 * CASH, TASTYTRADE, fill, "tastytrade")
    bought: tuple[tuple[int, Contract], ...] = ((1, NAKED),)
    other.submit(replace(order("-1", *bought), limit=None), market(60, {NAKED: CALM}))
    assert prices(other.step(market(61, {NAKED: CALM}))) == [Decimal("4.4")]
    exchange.submit(replace(closing("-1", *bought), limit=None), market(62, {NAKED: CALM}))
    assert play(exchange, CALM) == [[Decimal("4.4")]]
