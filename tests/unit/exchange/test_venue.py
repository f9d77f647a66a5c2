from decimal import Decimal

import pytest

from tomking.core.errors import InvariantError, QuoteMissing, Rejected
from tomking.core.facts import Fact, LegFilled, OrderEnded, Settled
from tomking.core.order import Order, Purpose
from tomking.exchange.fills import MID, NATURAL, FillModel, spread_fraction
from tomking.exchange.ledger import worth
from tomking.exchange.settlement import share_of
from tomking.exchange.venue import Exchange
from tomking.market.delivery import future_contract
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import (
    CASH,
    MONDAY,
    THIRD_FRIDAY,
    Quotes,
    call,
    closing,
    market,
    order,
    put,
)

pytestmark = pytest.mark.unit

SHORT, LONG = put(5900), put(5850)
QUOTES: Quotes = {SHORT: (4.00, 4.40), LONG: (2.00, 2.20)}
SPREAD = ((-1, SHORT), (1, LONG))


def venue(
    fill: FillModel = NATURAL, latency_s: float = 1.0, cash: Decimal = CASH, seed: int = 0
) -> Exchange:
    return Exchange(cash, TASTYTRADE, fill, "tastytrade", latency_s, seed)


def ends(facts: list[Fact]) -> dict[str, str]:
    return {fact.order: fact.how for fact in facts if isinstance(fact, OrderEnded)}


def filled(facts: list[Fact]) -> list[tuple[int, Decimal]]:
    return [(fact.quantity, fact.price) for fact in facts if isinstance(fact, LegFilled)]


def holding_the_spread(fill: FillModel = NATURAL, units: int = 1) -> Exchange:
    exchange = venue(fill)
    exchange.submit(order("1.80", *SPREAD, units=units), market(60, QUOTES))
    assert ends(exchange.step(market(61, QUOTES))) == {"test/open#1": "filled"}
    return exchange


@pytest.mark.parametrize(
    ("fill", "prices"),
    [
        (NATURAL, [(-1, "4.0000"), (1, "2.2000")]),
        (MID, [(-1, "4.2000"), (1, "2.1000")]),
        (spread_fraction(0.5), [(-1, "4.1000"), (1, "2.1500")]),
    ],
)
def test_a_package_fills_at_the_model_s_price(
    fill: FillModel, prices: list[tuple[int, str]]
) -> None:
    exchange = venue(fill)
    sent = order("1.80", *SPREAD)
    exchange.submit(sent, market(60, QUOTES))
    facts = exchange.step(market(61, QUOTES))
    assert filled(facts) == [(quantity, Decimal(price)) for quantity, price in prices]
    assert isinstance(facts[-1], OrderEnded)
    assert exchange.holdings() == {SHORT: -1, LONG: 1}
    assert exchange.working() == ()


def test_an_order_never_trades_in_the_snapshot_it_was_sent_in() -> None:
    exchange = venue(latency_s=0.0)
    exchange.submit(order("1.00", *SPREAD), market(60, QUOTES))
    assert exchange.step(market(60, QUOTES)) == []
    assert exchange.holdings() == {}
    assert ends(exchange.step(market(60.5, QUOTES))) == {"test/open#1": "filled"}


def test_an_order_that_waited_for_its_price_gets_that_price_and_no_better() -> None:
    exchange = venue()
    exchange.submit(order("2.00", *SPREAD), market(60, QUOTES))
    assert exchange.step(market(61, QUOTES)) == []
    wider: Quotes = {SHORT: (4.40, 4.80), LONG: (2.00, 2.20)}
    facts = exchange.step(market(62, wider))
    assert filled(facts) == [(-1, Decimal("4.4000")), (1, Decimal("2.4000"))]


def test_an_order_is_no_newer_for_another_that_came_after_it() -> None:
    """It has stood in the market since its own first look, and trades at its limit."""
    exchange = venue()
    exchange.submit(order("2.00", *SPREAD), market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    exchange.submit(order("9.00", *SPREAD, intent="test/other"), market(61, QUOTES))
    wider: Quotes = {SHORT: (4.40, 4.80), LONG: (2.00, 2.20)}
    assert filled(exchange.step(market(62, wider))) == [
        (-1, Decimal("4.4000")),
        (1, Decimal("2.4000")),
    ]


@pytest.mark.parametrize(
    "quotes",
    [
        {SHORT: (4.40, 4.00), LONG: (2.00, 2.20)},
        {SHORT: (4.00, 4.40)},
        {SHORT: (4.00, 4.40), LONG: (2.00, float("inf"))},
        {SHORT: (0.00, 4.40), LONG: (2.00, 2.20)},
    ],
)
def test_no_leg_fills_when_one_quote_is_crossed_missing_or_one_sided(quotes: Quotes) -> None:
    exchange = venue()
    exchange.submit(order("0.05", *SPREAD), market(60, QUOTES))
    assert exchange.step(market(61, quotes)) == []
    assert exchange.holdings() == {}


def test_a_stale_quote_never_fills() -> None:
    exchange = venue()
    exchange.submit(order("1.00", *SPREAD), market(60, QUOTES))
    assert exchange.step(market(70, QUOTES, age_s=300.0)) == []


def test_a_resting_order_fills_at_its_limit_when_the_market_jumps_past_it() -> None:
    exchange = holding_the_spread()
    exchange.submit(closing("-1.00", (1, SHORT), (-1, LONG), rests=True), market(61, QUOTES))
    assert exchange.step(market(120, QUOTES)) == []
    cheap: Quotes = {SHORT: (0.30, 0.40), LONG: (0.10, 0.15)}
    facts = exchange.step(market(121, cheap))
    assert filled(facts) == [(1, Decimal("1.1000")), (-1, Decimal("0.1000"))]
    assert exchange.holdings() == {}


def monday_after(root: str, *looks: tuple[float, tuple[float, float]]) -> list[Fact]:
    """A target of 1.00 that has rested since Friday, and what Monday's looks (minute, quote) bring."""
    sold = put(5900, root=root, expiry=THIRD_FRIDAY, future="ESH26" if root == "ES" else "")
    exchange, dear = venue(cash=10 * CASH), {sold: (4.00, 4.40)}
    exchange.submit(order("4.00", (-1, sold)), market(60, dear))
    exchange.step(market(61, dear))
    exchange.submit(closing("-1.00", (1, sold), rests=True), market(61, dear))
    assert exchange.step(market(120, dear)) == []
    steps = [exchange.step(market(at, {sold: quote}, day=MONDAY)) for at, quote in looks]
    return [fact for facts in steps for fact in facts]


@pytest.mark.parametrize(("root", "paid"), [("SPX", "0.4000"), ("ES", "1.00")])
def test_a_resting_order_trades_where_a_market_that_was_shut_opens_beyond_it(
    root: str, paid: str
) -> None:
    """Nobody trades through an order in a night without a market; of futures somebody does."""
    assert filled(monday_after(root, (5, (0.30, 0.40)))) == [(1, Decimal(paid))]


def test_a_resting_order_that_the_opening_did_not_fill_trades_at_its_limit() -> None:
    facts = monday_after("SPX", (5, (4.00, 4.40)), (60, (0.30, 0.40)))
    assert filled(facts) == [(1, Decimal("1.00"))]


def test_a_resting_order_trades_inside_a_session_only_and_lives_on() -> None:
    sold = put(5900, expiry=THIRD_FRIDAY, future="ESH26")
    quotes: Quotes = {sold: (4.0, 4.4)}
    exchange = venue()
    exchange.submit(order("4.00", (-1, sold), rests=True), market(389.99, quotes))
    assert exchange.step(market(391, quotes)) == []
    assert exchange.step(market(-30, quotes, day=MONDAY)) == []
    assert ends(exchange.step(market(0, quotes, day=MONDAY))) == {"test/open#1": "filled"}


def test_an_order_for_the_day_expires_at_the_close_and_a_resting_one_does_not() -> None:
    day, rest = put(5900, expiry=MONDAY), put(5800, expiry=MONDAY)
    quotes: Quotes = {day: (4.0, 4.4), rest: (2.0, 2.2)}
    exchange = venue(cash=10 * CASH)
    exchange.submit(order("9", (-1, day)), market(60, quotes))
    exchange.submit(order("9", (-1, rest), intent="test/rest", rests=True), market(60, quotes))
    assert exchange.step(market(389)) == []
    assert ends(exchange.step(market(390))) == {"test/open#1": "expired"}
    assert [sent.intent for sent in exchange.working()] == ["test/rest"]


def test_an_order_for_the_day_does_not_trade_the_next_morning() -> None:
    sold = put(5900, expiry=MONDAY)
    exchange = venue()
    quotes: Quotes = {sold: (4.0, 4.4)}
    exchange.submit(order("1", (-1, sold)), market(380, quotes))
    facts = exchange.step(market(5, quotes, day=MONDAY))
    assert ends(facts) == {"test/open#1": "expired"}
    assert exchange.holdings() == {}


def test_a_cancelled_order_is_gone_before_it_can_match() -> None:
    exchange = venue()
    exchange.submit(order("1.80", *SPREAD), market(60, QUOTES))
    exchange.cancel("test/open#1")
    assert ends(exchange.step(market(61, QUOTES))) == {"test/open#1": "cancelled"}
    assert exchange.holdings() == {}


def test_a_cancel_that_comes_after_the_fill_changes_nothing() -> None:
    exchange = holding_the_spread()
    exchange.cancel("test/open#1")
    assert exchange.step(market(62, QUOTES)) == []
    assert exchange.holdings() == {SHORT: -1, LONG: 1}


def test_cancelling_what_was_never_sent_says_so() -> None:
    with pytest.raises(Rejected, match="no order"):
        venue().cancel("test/open#1")


def test_an_order_replaces_another_only_once_that_one_is_dead() -> None:
    exchange = holding_the_spread()
    rest = closing("-0.50", (1, SHORT), (-1, LONG), rests=True)
    exchange.submit(rest, market(61, QUOTES))
    stop = order(
        "-3.00",
        (1, SHORT),
        (-1, LONG),
        intent="test/stop",
        purpose=Purpose.CLOSE,
        replaces=rest.id,
    )
    exchange.submit(stop, market(62, QUOTES))
    facts = exchange.step(market(63, QUOTES))
    assert ends(facts) == {rest.id: "cancelled", stop.id: "filled"}
    assert facts[0] == OrderEnded(market(63).at, rest.id, "cancelled", f"replaced by {stop.id}")
    assert exchange.holdings() == {}


def test_an_order_whose_forerunner_filled_is_rejected() -> None:
    exchange = holding_the_spread()
    late = order("1.80", *SPREAD, intent="test/again", replaces="test/open#1")
    exchange.submit(late, market(62, QUOTES))
    assert ends(exchange.step(market(63, QUOTES))) == {late.id: "rejected"}


def test_a_second_live_order_for_one_intent_is_rejected() -> None:
    exchange = venue()
    exchange.submit(order("3.00", *SPREAD), market(60, QUOTES))
    exchange.submit(order("3.00", *SPREAD, attempt=2), market(60, QUOTES))
    assert ends(exchange.step(market(61, QUOTES))) == {"test/open#2": "rejected"}


def test_the_same_order_twice_is_a_bug() -> None:
    exchange = venue()
    exchange.submit(order("3.00", *SPREAD), market(60, QUOTES))
    with pytest.raises(InvariantError, match="sent twice"):
        exchange.submit(order("3.00", *SPREAD), market(61, QUOTES))


@pytest.mark.parametrize(
    "wrong",
    [
        order("1.83", *SPREAD),
        closing("-3.00", (1, SHORT)),
        order("1.00", *((-1, put(5900 - 10 * row)) for row in range(5))),
    ],
    ids=["off the tick", "closes what is not held", "five legs"],
)
def test_a_rejected_order_leaves_the_ledger_untouched_and_says_why(wrong: Order) -> None:
    exchange = venue()
    before = exchange.ledger
    exchange.submit(wrong, market(60, QUOTES))
    (fact,) = exchange.step(market(61, QUOTES))
    assert isinstance(fact, OrderEnded)
    assert (fact.order, fact.how) == (wrong.id, "rejected")
    assert fact.note
    assert exchange.ledger is before
    assert exchange.step(market(62, QUOTES)) == []


def test_closing_more_than_is_held_is_rejected() -> None:
    exchange = holding_the_spread()
    exchange.submit(closing("-3.00", (1, SHORT), (-1, LONG), units=2), market(62, QUOTES))
    assert ends(exchange.step(market(63, QUOTES))) == {"test/close#1": "rejected"}


def test_find_knows_every_order_ever_received_and_nothing_else() -> None:
    exchange = venue()
    assert exchange.find("test/open") is None
    exchange.submit(order("3.00", *SPREAD), market(60, QUOTES))
    assert exchange.find("test/open") == "test/open#1"
    exchange.cancel("test/open#1")
    exchange.step(market(61, QUOTES))
    exchange.submit(order("1.80", *SPREAD, attempt=2), market(61, QUOTES))
    exchange.step(market(62, QUOTES))
    assert exchange.find("test/open") == "test/open#2"


def test_expired_contracts_settle_before_anything_trades() -> None:
    exchange = holding_the_spread()
    exchange.submit(closing("-0.05", (1, SHORT), (-1, LONG), rests=True), market(62, QUOTES))
    last = market(390, QUOTES, fixings={SHORT: 5880.0, LONG: 5880.0})
    facts = exchange.step(last)
    assert [type(fact) for fact in facts] == [Settled, Settled, OrderEnded]
    assert ends(facts) == {"test/close#1": "expired"}
    assert exchange.holdings() == {future_contract("ES", "ESZ25"): 1}
    assert exchange.step(last) == []


def test_a_settlement_waits_for_its_fixing() -> None:
    exchange = holding_the_spread()
    assert exchange.step(market(390, QUOTES)) == []
    facts = exchange.step(market(391, fixings={SHORT: 5950.0, LONG: 5950.0}))
    assert [fact.settlement for fact in facts if isinstance(fact, Settled)] == ["expired"] * 2
    assert exchange.holdings() == {}


def test_a_fill_at_mid_costs_the_fees_and_nothing_else() -> None:
    exchange = holding_the_spread(MID, units=3)
    fees = exchange.ledger.fees
    assert fees > 0
    assert exchange.net_liq(market(61, QUOTES)) == CASH - fees
    marks = {SHORT: 4.2, LONG: 2.1}
    assert worth(exchange.ledger, marks) == CASH - fees


def test_slippage_is_the_dollars_lost_against_mid() -> None:
    exchange = venue()
    exchange.submit(order("1.80", *SPREAD, units=2), market(60, QUOTES))
    facts = exchange.step(market(61, QUOTES))
    lost = [fact.slippage for fact in facts if isinstance(fact, LegFilled)]
    assert lost == pytest.approx([2 * 50 * 0.2, 2 * 50 * 0.1])


def test_a_refused_second_attempt_does_not_hide_the_live_one() -> None:
    exchange = venue()
    exchange.submit(order("3.00", *SPREAD), market(60, QUOTES))
    exchange.submit(order("3.00", *SPREAD, attempt=2), market(60, QUOTES))
    assert exchange.find("test/open") == "test/open#1"
    exchange.submit(order("3.00", *SPREAD, attempt=3), market(60, QUOTES))
    assert ends(exchange.step(market(61, QUOTES))) == {
        "test/open#2": "rejected",
        "test/open#3": "rejected",
    }
    assert [sent.id for sent in exchange.working()] == ["test/open#1"]


def test_a_refused_replacement_leaves_the_order_it_named_working() -> None:
    exchange = venue()
    exchange.submit(order("3.00", *SPREAD), market(60, QUOTES))
    wrong = order("3.00", *SPREAD, units=0, attempt=2, replaces="test/open#1")
    exchange.submit(wrong, market(60, QUOTES))
    assert ends(exchange.step(market(61, QUOTES))) == {"test/open#2": "rejected"}
    assert [sent.id for sent in exchange.working()] == ["test/open#1"]


def test_of_two_exits_for_one_position_the_second_is_refused_while_the_first_works() -> None:
    exchange = holding_the_spread()
    legs = ((1, SHORT), (-1, LONG))
    first = order("-3.00", *legs, intent="test/one", purpose=Purpose.CLOSE, rests=True)
    second = order("-3.00", *legs, intent="test/two", purpose=Purpose.CLOSE, rests=True)
    exchange.submit(first, market(62, QUOTES))
    exchange.submit(second, market(62, QUOTES))
    facts = exchange.step(market(63, QUOTES))
    assert ends(facts) == {first.id: "filled", second.id: "rejected"}
    assert exchange.holdings() == {}


def test_a_missing_quote_refuses_a_preview_of_an_entry_and_never_of_an_exit() -> None:
    exchange = holding_the_spread()
    blind = market(62)
    with pytest.raises(QuoteMissing, match="no quote"):
        exchange.preview(order("1.00", (-1, call(6100))), blind)
    assert exchange.preview(closing("-3", (1, SHORT), (-1, LONG)), blind).fees > 0


def test_a_lot_of_shares_pays_fees_and_margin_by_the_share() -> None:
    share = share_of("SPY")
    quotes: Quotes = {share: (599.99, 600.01)}
    exchange = venue(MID)
    exchange.submit(order("-601.00", (1, share)), market(60, quotes, price=600.0))
    exchange.step(market(61, quotes, price=600.0))
    assert exchange.ledger.cash == CASH - 60000 - Decimal("0.08")
    assert exchange.requirement(market(61, quotes, price=600.0)) == 15000  # a quarter to hold it


@pytest.mark.parametrize(
    ("wing", "sells"),
    [((0.0, 0.35), True), ((float("nan"), 0.35), False), ((0.0, float("nan")), False)],
)
def test_a_wing_nobody_bids_for_is_given_away_but_one_with_a_missing_side_is_not(
    wing: tuple[float, float], sells: bool
) -> None:
    exchange = holding_the_spread()
    quotes: Quotes = {SHORT: (0.30, 0.40), LONG: wing}
    exchange.submit(closing("-0.40", (1, SHORT), (-1, LONG)), market(62, quotes))
    expected = [(1, Decimal("0.4000")), (-1, Decimal(0))] if sells else []
    assert filled(exchange.step(market(63, quotes))) == expected


@pytest.mark.parametrize(("bid", "buys"), [(0.0, True), (float("nan"), False)])
def test_a_far_wing_is_bought_at_the_offer_where_the_bid_is_nought_and_not_where_it_is_missing(
    bid: float, buys: bool
) -> None:
    exchange, quotes = venue(MID), {LONG: (bid, 0.40)}
    exchange.submit(order("-0.40", (1, LONG)), market(60, {LONG: (0.3, 0.4)}))
    assert filled(exchange.step(market(61, quotes))) == ([(1, Decimal("0.4000"))] if buys else [])
