"""The life of an order: routed, live, raced, replaced, filled in parts, and ended once."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tomking.core.errors import ConfigError
from tomking.core.facts import Fact, LegFilled, OrderEnded
from tomking.core.order import Order, Purpose, TimeInForce
from tomking.exchange.fills import NATURAL, FillModel, in_lots
from tomking.exchange.orders import Orders, traded
from tomking.exchange.venue import Exchange
from tomking.exchange.working import Status, latency, working
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import (
    CASH,
    FRIDAY,
    MONDAY,
    THIRD_FRIDAY,
    Quotes,
    closing,
    market,
    order,
    put,
)

pytestmark = pytest.mark.unit

SHORT, LONG = put(5900, expiry=MONDAY), put(5850, expiry=MONDAY)
SPREAD = ((-1, SHORT), (1, LONG))
BACK = ((1, SHORT), (-1, LONG))
QUOTES: Quotes = {SHORT: (4.00, 4.40), LONG: (2.00, 2.20)}
#: A credit of 3.00 is not to be had at those; at these it is.
RICH: Quotes = {SHORT: (6.00, 6.40), LONG: (2.00, 2.20)}
SECOND = 1 / 60


def venue(fill: FillModel = NATURAL, latency_s: float = 1.0) -> Exchange:
    return Exchange(10 * CASH, TASTYTRADE, fill, "tastytrade", latency_s)


def ends(facts: list[Fact]) -> dict[str, str]:
    return {fact.order: fact.how for fact in facts if isinstance(fact, OrderEnded)}


def notes(facts: list[Fact]) -> dict[str, str]:
    return {fact.order: fact.note for fact in facts if isinstance(fact, OrderEnded)}


def units(facts: list[Fact]) -> list[int]:
    """Units of the spread traded, fill by fill."""
    return [-f.quantity for f in facts if isinstance(f, LegFilled) and f.contract == SHORT]


def again(sent: Order, limit: str = "1.80", units: int = 1) -> Order:
    """The next attempt at an order, which replaces it."""
    return replace(
        sent, attempt=sent.attempt + 1, limit=Decimal(limit), units=units, replaces=sent.id
    )


def test_an_order_is_received_routed_live_and_filled() -> None:
    exchange, sent = venue(latency_s=2.0), order("3.00", *SPREAD)
    assert exchange.status(sent.id, market(60).at) is None
    exchange.submit(sent, market(60, QUOTES))
    said = [exchange.status(sent.id, market(60 + s * SECOND).at) for s in (0, 1, 2)]
    assert said == [Status.RECEIVED, Status.ROUTED, Status.LIVE]
    exchange.step(market(61, RICH))
    assert exchange.status(sent.id, market(61).at) is Status.FILLED


@pytest.mark.parametrize(("after_s", "how"), [(1.0, "filled"), (2.0, "cancelled")])
def test_a_cancel_and_a_fill_race(after_s: float, how: str) -> None:
    """Asked at 10:31; its confirmation takes two seconds, and the price comes one or two after."""
    exchange, sent = venue(latency_s=2.0), order("3.00", *SPREAD)
    exchange.submit(sent, market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    exchange.cancel(sent.id)
    assert exchange.status(sent.id, market(61).at) is Status.CANCEL_REQUESTED
    facts = exchange.step(market(61 + after_s * SECOND, RICH))
    assert ends(facts) == {sent.id: how}
    assert exchange.step(market(62, RICH)) == []


def test_a_replacement_waits_for_the_confirmed_cancel_and_then_for_its_own_way() -> None:
    exchange, old = venue(latency_s=2.0), order("3.00", *SPREAD)
    new = again(old)
    exchange.submit(old, market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    exchange.submit(new, market(61, QUOTES))
    assert exchange.status(new.id, market(61).at) is Status.CONTINGENT
    assert exchange.step(market(61 + 1 * SECOND, QUOTES)) == []
    cancelled = exchange.step(market(61 + 2 * SECOND, QUOTES))
    assert ends(cancelled) == {old.id: "cancelled"}
    assert exchange.status(new.id, market(61 + 3 * SECOND).at) is Status.ROUTED
    assert exchange.step(market(61 + 3 * SECOND, QUOTES)) == []
    assert ends(exchange.step(market(61 + 4 * SECOND, QUOTES))) == {new.id: "filled"}


def test_a_fill_of_the_old_order_aborts_the_replacement() -> None:
    exchange, old = venue(latency_s=2.0), order("3.00", *SPREAD)
    new = again(old)
    exchange.submit(old, market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    exchange.submit(new, market(61, QUOTES))
    facts = exchange.step(market(61 + SECOND, RICH))
    assert ends(facts) == {old.id: "filled", new.id: "cancelled"}
    assert notes(facts)[new.id] == f"{old.id}, which it would replace, has filled"
    assert exchange.holdings() == {SHORT: -1, LONG: 1}
    assert exchange.working() == ()


def test_a_partial_fill_of_the_old_order_aborts_the_replacement_too() -> None:
    exchange, old = venue(in_lots(NATURAL, 1), 2.0), order("3.00", *SPREAD, units=3)
    exchange.submit(old, market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    exchange.submit(again(old, units=3), market(61, QUOTES))
    facts = exchange.step(market(61 + SECOND, RICH))
    assert ends(facts) == {"test/open#2": "cancelled"}
    assert notes(facts)["test/open#2"] == (
        f"1 of 3 of {old.id}, which it would replace, filled; 2 still work until its cancel is through"
    )
    facts = exchange.step(market(62, QUOTES))
    assert ends(facts) == {old.id: "cancelled"}
    assert notes(facts)[old.id] == "replaced by test/open#2; 1 of 3 filled"
    assert exchange.holdings() == {SHORT: -1, LONG: 1}


def test_a_note_says_how_much_has_filled_and_what_still_works() -> None:
    sent = order("3.00", *SPREAD, units=3)
    entry = working(sent, market(60).at, market(60).day.session, 1.0)
    said = f"of {sent.id}, which it would replace, filled"
    assert traded(replace(entry, filled=1)) == f"1 of 3 {said}; 2 still work"
    assert traded(replace(entry, filled=2)) == f"2 of 3 {said}; 1 still works"
    whole = f"{sent.id}, which it would replace, has filled"
    assert traded(replace(entry, filled=3)) == whole
    ending = replace(entry, filled=2, dies=market(61).at)
    assert traded(ending) == f"2 of 3 {said}; 1 still works until its cancel is through"


def test_an_order_behind_a_replacement_is_aborted_with_it() -> None:
    exchange, old = venue(latency_s=2.0), order("3.00", *SPREAD)
    new = again(old)
    newest = again(new)
    exchange.submit(old, market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    exchange.submit(new, market(61, QUOTES))
    exchange.submit(newest, market(61, QUOTES))
    assert ends(exchange.step(market(61 + SECOND, RICH))) == {
        old.id: "filled", new.id: "cancelled", newest.id: "cancelled",
    }  # fmt: skip
    assert exchange.holdings() == {SHORT: -1, LONG: 1}


def test_an_order_that_died_unfilled_lets_its_replacement_go() -> None:
    """The old one was for the day and the new one is not: the close ends the old and frees the new."""
    exchange, old = venue(latency_s=30.0), order("9.00", *SPREAD)
    new = replace(again(old, "9.00"), tif=TimeInForce.GTC)
    exchange.submit(old, market(389.9, QUOTES))
    exchange.submit(new, market(389.9, QUOTES))
    assert ends(exchange.step(market(390, QUOTES))) == {old.id: "expired"}
    assert exchange.working() == (new,)


def test_an_order_is_replaced_by_one_other_and_no_more() -> None:
    exchange, old = venue(), order("3.00", *SPREAD)
    exchange.submit(old, market(60, QUOTES))
    other = replace(again(old), intent="test/other")
    exchange.submit(again(old), market(60, QUOTES))
    exchange.submit(other, market(60, QUOTES))
    facts = exchange.step(market(61, QUOTES))
    assert ends(facts)[other.id] == "rejected"
    assert notes(facts)[other.id].startswith("cannot_update_order")


@pytest.mark.parametrize("lot", [1, 2, 3, 4])
def test_a_lot_trades_at_each_look_until_all_of_it_has(lot: int) -> None:
    exchange, sent = venue(in_lots(NATURAL, lot)), order("1.80", *SPREAD, units=4)
    exchange.submit(sent, market(60, QUOTES))
    traded, minute = [], 61.0
    while exchange.working():
        facts = exchange.step(market(minute, QUOTES))
        traded += units(facts)
        minute += 1
    assert sum(traded) == 4
    assert max(traded) == lot
    assert exchange.holdings() == {SHORT: -4, LONG: 4}


def test_parts_have_names_and_fees_that_add_up() -> None:
    whole, parts = venue(), venue(in_lots(NATURAL, 3))
    names: list[str] = []
    for exchange in (whole, parts):
        exchange.submit(order("1.80", *SPREAD, units=7), market(60, QUOTES))
        for minute in (61, 62, 63):
            names += [
                f.fill for f in exchange.step(market(minute, QUOTES)) if isinstance(f, LegFilled)
            ]
    assert parts.ledger.fees == whole.ledger.fees
    assert len(set(names[2:])) == 6


def test_what_is_left_of_an_order_can_be_cancelled_and_its_end_says_how_much_traded() -> None:
    exchange, sent = venue(in_lots(NATURAL, 2)), order("1.80", *SPREAD, units=5)
    exchange.submit(sent, market(60, QUOTES))
    assert units(exchange.step(market(61, QUOTES))) == [2]
    exchange.cancel(sent.id)
    facts = exchange.step(market(62, QUOTES))
    assert [(fact.how, fact.note) for fact in facts if isinstance(fact, OrderEnded)] == [
        ("cancelled", "2 of 5 filled")
    ]
    assert exchange.holdings() == {SHORT: -2, LONG: 2}


def test_the_day_ends_what_is_left_and_says_how_much_traded() -> None:
    exchange, sent = venue(in_lots(NATURAL, 2)), order("1.80", *SPREAD, units=5)
    exchange.submit(sent, market(388, QUOTES))
    exchange.step(market(389, QUOTES))
    facts = exchange.step(market(391, QUOTES))
    assert notes(facts) == {sent.id: "its day is over; 2 of 5 filled"}


@pytest.mark.parametrize(
    ("until", "day", "minute", "how"),
    [
        (FRIDAY, FRIDAY, 389, None),
        (FRIDAY, FRIDAY, 390, "expired"),
        (FRIDAY + timedelta(days=2), FRIDAY, 390, "expired"),  # a Sunday: the close before it
        (MONDAY, FRIDAY, 390, None),
        (MONDAY, MONDAY, 389, None),
        (MONDAY, MONDAY, 390, "expired"),
    ],
)
def test_an_order_good_till_a_date_ends_at_the_close_of_it(
    until: object, day: object, minute: int, how: str | None
) -> None:
    contract = put(5900, expiry=THIRD_FRIDAY, future="ESH26")
    quotes: Quotes = {contract: (4.0, 4.4)}
    exchange = venue()
    sent = replace(order("9.00", (-1, contract)), tif=TimeInForce.GTD, until=until)
    exchange.submit(sent, market(60, quotes))
    assert ends(exchange.step(market(minute, quotes, day=day))).get(sent.id) == how


@pytest.mark.parametrize("until", [date.min, date.max, FRIDAY - timedelta(days=1), THIRD_FRIDAY])
def test_a_date_the_order_cannot_be_good_till_is_a_refusal(until: date) -> None:
    exchange = venue()
    sent = replace(order("1.80", *SPREAD), tif=TimeInForce.GTD, until=until)  # to Monday at most
    exchange.submit(sent, market(60, QUOTES))
    facts = exchange.step(market(61, QUOTES))
    assert ends(facts) == {sent.id: "rejected"}
    assert notes(facts)[sent.id].startswith(
        f"validation_error: date an order is good till: {until}"
    )
    assert exchange.working() == ()


@pytest.mark.parametrize("limit", ["NaN", "sNaN", "Infinity", "-Infinity", "1e400", "1e999999"])
def test_a_limit_that_is_no_price_is_a_refusal_with_a_reason(limit: str) -> None:
    exchange, sent = venue(), order(limit, *SPREAD)
    said = exchange.preview(sent, market(60, QUOTES)).refusals
    assert [refusal.code.value for refusal in said] == ["validation_error"]
    exchange.submit(sent, market(60, QUOTES))
    facts = exchange.step(market(61, QUOTES))
    assert ends(facts) == {sent.id: "rejected"}
    assert f"limit {Decimal(limit)}, must be figures below 1,000,000,000" in notes(facts)[sent.id]
    assert exchange.holdings() == {}


@pytest.mark.parametrize(
    ("root", "expiry", "minute", "fills"),
    [
        ("SPX", MONDAY, 395, True),
        ("SPX", MONDAY, 405, True),
        ("SPX", MONDAY, 406, False),
        ("SPX", FRIDAY, 390, False),  # its last day: to the close, and it settles there
        ("ES", MONDAY, 391, False),
    ],
)
def test_an_option_trades_as_late_as_its_root_does_but_not_on_its_last_day(
    root: str, expiry: object, minute: int, fills: bool
) -> None:
    contract = put(5900, root, expiry)
    quotes: Quotes = {contract: (4.0, 4.4)}
    exchange = venue()
    exchange.submit(order("-4.40", (1, contract)), market(389.9, quotes))
    traded = exchange.step(market(minute, quotes))
    assert any(isinstance(fact, LegFilled) for fact in traded) is fills


def test_an_order_beside_the_tick_passes_the_dry_run_and_dies_when_it_is_routed() -> None:
    exchange, sent = venue(latency_s=30.0), order("1.83", *SPREAD)
    assert exchange.preview(sent, market(60, QUOTES)).refusals == ()
    exchange.submit(sent, market(60, QUOTES))
    assert exchange.step(market(60.2, QUOTES)) == []
    facts = exchange.step(market(60.5, QUOTES))
    assert notes(facts)[sent.id].startswith("validation_error: price is on tick: 1.83 is off")


def test_a_replacement_beside_the_tick_costs_the_order_it_replaced() -> None:
    """The broker looks at the tick only after the old order is gone."""
    exchange, old = venue(), order("3.00", *SPREAD)
    exchange.submit(old, market(60, QUOTES))
    exchange.submit(again(old, "1.83"), market(60, QUOTES))
    facts = exchange.step(market(61, QUOTES))
    assert ends(facts) == {old.id: "cancelled", "test/open#2": "rejected"}
    assert exchange.working() == ()


def holding() -> Exchange:
    exchange = venue()
    exchange.submit(order("1.80", *SPREAD), market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    return exchange


def test_working_closing_orders_count_together() -> None:
    exchange = holding()
    rest = closing("-0.50", *BACK, rests=True)
    exchange.submit(rest, market(62, QUOTES))
    other = replace(rest, intent="test/other")
    said = exchange.preview(other, market(62, QUOTES)).refusals
    assert [refusal.code.value for refusal in said] == ["closing_with_no_position"]
    exit_ = replace(other, replaces=rest.id, purpose=Purpose.CLOSE)
    assert exchange.preview(exit_, market(62, QUOTES)).refusals == ()


def test_what_a_working_order_has_closed_already_is_not_counted_twice() -> None:
    exchange = venue(in_lots(NATURAL, 1))
    exchange.submit(order("1.80", *SPREAD, units=2), market(60, QUOTES))
    for minute in (61, 62):
        exchange.step(market(minute, QUOTES))
    exchange.submit(closing("-2.40", *BACK), market(62, QUOTES))
    other = replace(closing("-0.50", *BACK, rests=True), intent="test/other")
    exchange.submit(other, market(62, QUOTES))
    exchange.step(market(63, QUOTES))
    assert exchange.holdings() == {SHORT: -1, LONG: 1}
    assert exchange.working() == (other,)


def test_what_is_set_aside_for_an_order_falls_with_what_has_traded() -> None:
    """A hundred dollars for four units are 75 when one of them has traded."""
    now, book = market(day=MONDAY, minute=60), Orders(1.0)
    for number, units in enumerate((4, 1)):
        sent = replace(order("1.80", *SPREAD, intent=f"x/{number}"), units=units)
        entry = working(sent, now.at, now.day.session, 1.0)
        book.take(replace(entry, reserved=Decimal(100)))
    first, second = book.working
    assert book.reserved() == 200
    assert list(book.filled(first, 1, now.at)) == []
    assert book.reserved() == 175
    assert (book.reserved(besides=first), book.reserved(besides=second)) == (100, 75)


def test_a_latency_lies_between_nought_and_ten_minutes() -> None:
    assert (latency(0), latency(600)) == (0.0, 600.0)
    for seconds in (-0.01, 600.01, float("nan")):
        with pytest.raises(ConfigError, match="give 0 to 600"):
            latency(seconds)
