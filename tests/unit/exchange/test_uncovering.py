"""Selling what covers a short: the one kind of closing order that is asked about margin."""

from decimal import Decimal
from typing import Final

import pytest

from tomking.core.contract import Contract
from tomking.core.facts import OrderEnded
from tomking.core.order import Order
from tomking.core.venue import Code
from tomking.exchange.fills import NATURAL
from tomking.exchange.ledger import Ledger, trade
from tomking.exchange.settlement import share_of
from tomking.exchange.venue import Exchange
from tomking.market.delivery import future_contract
from tomking.portfolio.cover import may_uncover
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.preview import Preview
from unit.exchange.fakes import (
    MONDAY,
    THIRD_FRIDAY,
    Quotes,
    at_the_open,
    call,
    closing,
    market,
    put,
)

pytestmark = [pytest.mark.unit, pytest.mark.risk]

FREE = TASTYTRADE.scaled(Decimal(0))
SHORT, LONG, FAR = (put(strike, "SPX", MONDAY) for strike in (5900, 5850, 5800))
CALL_SHORT, CALL_LONG = call(6100, "SPX", MONDAY), call(6150, "SPX", MONDAY)
QUOTES: Quotes = {
    SHORT: (4.00, 4.40), LONG: (2.00, 2.20), FAR: (1.00, 1.20),
    CALL_SHORT: (4.00, 4.40), CALL_LONG: (2.00, 2.20),
}  # fmt: skip
#: What a naked SPX put 100 points away needs is beyond 50,000; a spread needs its width.
RICH, POOR = Decimal(200_000), Decimal(12_000)
PAIR: Final = ((-1, SHORT), (1, LONG))


def holding(cash: Decimal, *held: tuple[int, Contract]) -> Exchange:
    """An account that has bought and sold these at nought, so that cash is its whole worth."""
    ledger = Ledger(cash)
    for quantity, contract in held:
        ledger = trade(ledger, contract, quantity, Decimal(0))
    return Exchange(cash, FREE, NATURAL, "tastytrade", start=ledger)


def asked(exchange: Exchange, sent: Order, quotes: Quotes = QUOTES) -> Preview:
    return exchange.preview(sent, market(60, quotes))


def refused(seen: Preview) -> bool:
    """Whether it was refused, and for its margin alone."""
    assert {refusal.code for refusal in seen.refusals} <= {Code.MARGIN}
    return bool(seen.refusals)


def test_selling_all_of_the_cover_is_asked_and_refused_where_it_cannot_be_carried() -> None:
    for cash, no in ((RICH, False), (POOR, True)):
        seen = asked(holding(cash, *PAIR), closing("1.50", (-1, LONG)))
        assert (seen.before, seen.source) == (5_000, "estimate")
        assert seen.after > 50_000
        assert refused(seen) is no


def test_selling_a_part_of_the_cover_is_asked_for_that_part() -> None:
    """Two spreads lose one of their longs: one stays a spread and one is naked."""
    held = ((-2, SHORT), (2, LONG))
    half = asked(holding(RICH, *held), closing("1.50", (-1, LONG)))
    whole = asked(holding(RICH, *held), closing("1.50", (-1, LONG), units=2))
    assert half.before == whole.before == 10_000
    assert half.after - 5_000 == whole.after - half.after + 5_000 == whole.after / 2
    assert not refused(half)
    assert refused(asked(holding(POOR, *held), closing("1.50", (-1, LONG))))


@pytest.mark.parametrize(("cash", "no"), [("9850", False), ("9849.99", True)])
def test_where_another_long_takes_over_only_the_wider_spread_is_asked_for(
    cash: str, no: bool
) -> None:
    """Without the 5850 the 5800 covers: a hundred points in place of fifty, less the 150 it brings."""
    exchange = holding(Decimal(cash), *PAIR, (1, FAR))
    worthless = dict.fromkeys((SHORT, LONG, FAR), (0.0, 0.0))
    seen = asked(exchange, closing("1.50", (-1, LONG)), worthless)
    assert (seen.before, seen.after) == (5_000, 10_000)
    assert refused(seen) is no


def test_where_the_nearer_long_stays_the_farther_one_is_free_to_go() -> None:
    seen = asked(holding(Decimal(1), *PAIR, (1, FAR)), closing("0.50", (-1, FAR)))
    assert (seen.source, refused(seen)) == ("not asked", False)


@pytest.mark.parametrize(("units", "no"), [(1, False), (2, True)])
def test_one_long_too_many_is_free_to_go_and_the_next_is_not(units: int, no: bool) -> None:
    seen = asked(holding(POOR, (-1, SHORT), (2, LONG)), closing("1.50", (-1, LONG), units=units))
    assert (seen.source == "estimate") is no
    assert refused(seen) is no


@pytest.mark.parametrize(
    ("strike", "bid", "cash", "source", "no"),
    [
        (
            610,
            2.00,
            "-50000",
            "not asked",
            False,
        ),  # what is tied up falls: a quarter of the shares'
        (100, 500.00, "2000", "estimate", False),  # 62,000 for the call alone, 60,000 for shares
        (100, 500.00, "1999.99", "estimate", True),
    ],
)
def test_shares_that_cover_a_call_are_asked_about_where_the_call_needs_more_without_them(
    strike: int, bid: float, cash: str, source: str, no: bool
) -> None:
    share, short = share_of("SPY"), call(strike, "SPY", MONDAY)
    exchange = holding(Decimal(cash), (1, share), (-1, short))
    now = market(60, {share: (600.0, 600.0), short: (bid, bid)}, price=600.0)
    seen = exchange.preview(closing("600.00", (-1, share)), now)
    assert (seen.source, refused(seen)) == (source, no)


def test_shares_that_cover_nothing_are_free_to_go() -> None:
    share, short = share_of("SPY"), call(100, "SPY", MONDAY)
    exchange = holding(Decimal(-90_000), (2, share), (-1, short))
    now = market(60, {share: (600.0, 600.0), short: (500.0, 500.0)}, price=600.0)
    assert exchange.preview(closing("600.00", (-1, share)), now).source == "not asked"


def test_what_covers_another_root_or_nothing_is_not_asked_about() -> None:
    other = put(5850, expiry=MONDAY)
    quotes: Quotes = {**QUOTES, other: (2.00, 2.20)}
    alone = holding(Decimal(1), (1, LONG))
    assert asked(alone, closing("1.50", (-1, LONG))).source == "not asked"
    beside = holding(Decimal(1), *PAIR, (1, other))
    assert asked(beside, closing("1.50", (-1, other)), quotes).source == "not asked"


@pytest.mark.parametrize("legs", [((1, SHORT),), ((1, SHORT), (-1, LONG))])
def test_a_short_is_bought_back_with_its_cover_or_without_and_nobody_asks(
    legs: tuple[tuple[int, Contract], ...],
) -> None:
    """Though the account could not carry a dollar of what it holds."""
    seen = asked(holding(Decimal(-90_000), (-2, SHORT), (2, LONG)), closing("-4.40", *legs))
    assert (seen.source, refused(seen)) == ("not asked", False)


@pytest.mark.parametrize(("cash", "no"), [(RICH, False), (POOR, True)])
def test_buying_a_call_back_does_not_hide_that_a_put_loses_its_cover(
    cash: Decimal, no: bool
) -> None:
    exchange = holding(cash, *PAIR, (-1, CALL_SHORT), (1, CALL_LONG))
    seen = asked(exchange, closing("-2.90", (1, CALL_SHORT), (-1, LONG)))
    assert seen.source == "estimate"
    assert refused(seen) is no


@pytest.mark.parametrize(
    ("legs", "may"),
    [
        (((-1, LONG),), True),
        (((-2, LONG), (1, SHORT)), True),
        (((-1, LONG), (1, CALL_SHORT)), True),
        (((-1, LONG), (1, SHORT)), False),
        (((1, SHORT),), False),
        (((-1, LONG), (1, SHORT), (-1, CALL_LONG), (1, CALL_SHORT)), False),
    ],
)
def test_an_order_may_uncover_where_it_sells_more_of_one_right_than_it_buys(
    legs: tuple[tuple[int, Contract], ...], may: bool
) -> None:
    sent = closing("-1.00", *legs)
    held = holding(RICH, (-3, SHORT), (3, LONG), (-1, CALL_SHORT), (1, CALL_LONG)).ledger
    assert may_uncover(sent, held.holdings) is may
    assert not may_uncover(sent, Ledger(RICH).holdings)


MORNING_SHORT, MORNING_LONG = at_the_open(SHORT), at_the_open(LONG)
LATER_SHORT, LATER_LONG = put(5900, "SPX", THIRD_FRIDAY), put(5850, "SPX", THIRD_FRIDAY)
DEEP_SHORT, DEEP_LONG = put(5500, "SPX", MONDAY), put(5450, "SPX", MONDAY)
ALL: Quotes = QUOTES | dict.fromkeys((MORNING_SHORT, LATER_SHORT), (4.00, 4.40)) | {
    MORNING_LONG: (2.00, 2.20), LATER_LONG: (2.00, 2.20),
    DEEP_SHORT: (0.40, 0.50), DEEP_LONG: (0.20, 0.30),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kept_short", "sold", "bought", "kept_long"),
    [
        (SHORT, LONG, CALL_SHORT, CALL_LONG),
        (CALL_SHORT, CALL_LONG, SHORT, LONG),
        (SHORT, LONG, MORNING_SHORT, MORNING_LONG),
        (LATER_SHORT, LATER_LONG, SHORT, LONG),
        (SHORT, LONG, DEEP_SHORT, DEEP_LONG),
    ],
    ids=["a call", "a put", "one fixed that morning", "one of an earlier day", "one far below"],
)
def test_buying_another_short_back_does_not_hide_that_one_loses_its_cover(
    kept_short: Contract, sold: Contract, bought: Contract, kept_long: Contract
) -> None:
    """Two spreads lose the long of one and the short of the other, in one order of two legs."""
    held = ((-1, kept_short), (1, sold), (-1, bought), (1, kept_long))
    crossed = closing("-2.90", (1, bought), (-1, sold))
    for cash, no in ((RICH, False), (POOR, True)):
        seen = asked(holding(cash, *held), crossed, ALL)
        assert seen.source == "estimate"
        assert seen.after > 30_000 > seen.before
        assert refused(seen) is no
    straight = closing("-2.90", (1, kept_short), (-1, sold))
    assert asked(holding(POOR, *held), straight, ALL).source == "not asked"


def test_what_is_bought_back_whole_is_no_short_that_stays() -> None:
    exchange = holding(Decimal(1), (1, SHORT), (-1, LONG))
    assert not may_uncover(closing("1.50", (-1, SHORT), (1, LONG)), exchange.ledger.holdings)
    two = holding(Decimal(1), (2, SHORT), (-2, LONG))
    assert may_uncover(closing("1.50", (-1, SHORT), (1, LONG)), two.ledger.holdings)
    assert not may_uncover(closing("1.50", (-1, SHORT), (1, LONG), units=2), two.ledger.holdings)


def test_a_refused_sale_ends_as_a_fact_and_the_cover_stays() -> None:
    exchange = holding(POOR, *PAIR)
    exchange.submit(closing("1.50", (-1, LONG)), market(60, QUOTES))
    (ended,) = exchange.step(market(61, QUOTES))
    assert isinstance(ended, OrderEnded)
    assert (ended.how, ended.note.partition(":")[0]) == ("rejected", "margin_check_failed")
    assert exchange.holdings() == {SHORT: -1, LONG: 1}


SHARES, SHARE_PUT = share_of("SPY"), put(590, "SPY", MONDAY)
FUTURE, FUTURE_PUT = future_contract("ES", "ESZ25"), put(6200, expiry=MONDAY)
BACK = closing("-6000.00", (1, FUTURE))
DEEP: Quotes = {FUTURE: (5999.75, 6000.0), FUTURE_PUT: (204.0, 204.0)}


@pytest.mark.parametrize(("outright", "short"), [(SHARES, SHARE_PUT), (FUTURE, FUTURE_PUT)])
def test_buying_back_an_outright_may_uncover_a_put_that_stays_short(
    outright: Contract, short: Contract
) -> None:
    back = closing("-600.00", (1, outright))
    assert may_uncover(back, holding(RICH, (-1, outright), (-1, short)).ledger.holdings)
    assert not may_uncover(back, holding(RICH, (-1, outright)).ledger.holdings)
    assert not may_uncover(back, holding(RICH, (-1, outright), (1, short)).ledger.holdings)


@pytest.mark.parametrize(
    ("outright", "put_held"),
    [(SHARES, SHARE_PUT), (FUTURE, FUTURE_PUT)],
    ids=["shares", "a future"],
)
def test_selling_the_put_that_protects_an_outright_may_uncover_it(
    outright: Contract, put_held: Contract
) -> None:
    sold = closing("1.00", (-1, put_held))
    assert may_uncover(sold, {outright: 1, put_held: 1})
    assert not may_uncover(sold, {put_held: 1})
    both = closing("600.00", (-1, outright), (-1, put_held))
    assert not may_uncover(both, {outright: 1, put_held: 1})


@pytest.mark.parametrize(("cash", "no"), [(RICH, False), (Decimal(15_000), True)])
def test_the_sale_of_a_future_s_protection_is_asked_about(cash: Decimal, no: bool) -> None:
    """The put is most of what a scan lets the future off."""
    ledger = trade(trade(Ledger(cash), FUTURE, 1, Decimal(6000)), FUTURE_PUT, 1, Decimal(204))
    exchange = Exchange(cash, FREE, NATURAL, "tastytrade", start=ledger)
    seen = asked(exchange, closing("204.00", (-1, FUTURE_PUT)), DEEP)
    assert seen.source == "estimate"
    assert seen.after > seen.before
    assert refused(seen) is no


@pytest.mark.parametrize(("cash", "no"), [(RICH, False), (Decimal(15_000), True)])
def test_a_short_future_that_covers_a_put_is_bought_back_where_the_put_alone_is_carried(
    cash: Decimal, no: bool
) -> None:
    """The put alone needs four thousand more than the two, and what it brought is cash."""
    ledger = trade(trade(Ledger(cash), FUTURE, -1, Decimal(6000)), FUTURE_PUT, -1, Decimal(204))
    exchange = Exchange(cash, FREE, NATURAL, "tastytrade", start=ledger)
    seen = exchange.preview(BACK, market(60, DEEP))
    assert seen.source == "estimate"
    assert refused(seen) is no
