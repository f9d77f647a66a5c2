"""Orders that know of each other: the first to trade cancels, the first to fill starts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.core.facts import Fact, LegFilled, OrderEnded
from tomking.core.order import Bracket, Order, Purpose
from tomking.exchange.brackets import shape_objection
from tomking.exchange.fills import NATURAL, FillModel, in_lots
from tomking.exchange.venue import Exchange
from tomking.exchange.working import Status
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import CASH, MONDAY, Quotes, market, order, put

pytestmark = pytest.mark.unit

SHORT, LONG = put(5900, expiry=MONDAY), put(5850, expiry=MONDAY)
SPREAD, BACK = ((-1, SHORT), (1, LONG)), ((1, SHORT), (-1, LONG))
QUOTES: Quotes = {SHORT: (4.00, 4.40), LONG: (2.00, 2.20)}  # to buy it back costs 2.40
CHEAP: Quotes = {SHORT: (1.00, 1.20), LONG: (0.50, 0.60)}  # 0.70
DEAR: Quotes = {SHORT: (9.00, 9.40), LONG: (4.00, 4.20)}  # 5.40


def venue(fill: FillModel = NATURAL) -> Exchange:
    return Exchange(10 * CASH, TASTYTRADE, fill, "tastytrade")


def entry(limit: str = "1.80", units: int = 1) -> Order:
    return order(limit, *SPREAD, units=units)


def exit_(name: str, limit: str, units: int = 1) -> Order:
    return order(
        limit, *BACK, units=units, intent=f"test/{name}", purpose=Purpose.CLOSE, rests=True
    )


def target(units: int = 1) -> Order:
    return exit_("target", "-1.00", units)


def stop(units: int = 1) -> Order:
    """A limit so far away that it stands for a stop in these tests."""
    return exit_("stop", "-5.00", units)


def ends(facts: list[Fact]) -> dict[str, str]:
    return {fact.order: fact.how for fact in facts if isinstance(fact, OrderEnded)}


def traded(facts: list[Fact]) -> int:
    return sum(isinstance(fact, LegFilled) for fact in facts)


def holding(units: int = 1, fill: FillModel = NATURAL) -> Exchange:
    exchange = venue()
    exchange.submit(entry(units=units), market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    if fill is not NATURAL:
        other = venue(fill)
        other.submit(entry(units=units), market(60, QUOTES))
        minute = 61.0
        while other.working():
            other.step(market(minute, QUOTES))
            minute += 1
        return other
    return exchange


def test_the_first_to_fill_cancels_the_other_in_the_same_look() -> None:
    exchange = holding()
    exchange.submit_bracket(Bracket("oco", (target(), stop())), market(61, DEAR))
    assert exchange.step(market(62, DEAR)) == []
    facts = exchange.step(market(63, CHEAP))
    assert ends(facts) == {target().id: "filled", stop().id: "cancelled"}
    assert [f.note for f in facts if isinstance(f, OrderEnded)] == [
        f"{target().id} traded first",
        "",
    ]
    assert exchange.holdings() == {}


def test_when_both_could_fill_only_the_older_does() -> None:
    exchange = holding()
    exchange.submit_bracket(Bracket("oco", (stop(), target())), market(61, DEAR))
    facts = exchange.step(market(63, CHEAP))
    assert ends(facts) == {target().id: "cancelled", stop().id: "filled"}
    assert traded(facts) == 2


def test_a_partial_fill_cancels_the_other_and_goes_on_itself() -> None:
    exchange = holding(3, in_lots(NATURAL, 1))
    exchange.submit_bracket(Bracket("oco", (target(3), stop(3))), market(70, DEAR))
    facts = exchange.step(market(71, CHEAP))
    assert ends(facts) == {stop().id: "cancelled"}
    assert exchange.holdings() == {SHORT: -2, LONG: 2}
    exchange.step(market(72, CHEAP))
    assert ends(exchange.step(market(73, CHEAP))) == {target().id: "filled"}


def test_two_orders_for_one_lot_are_taken_as_a_bracket_only() -> None:
    exchange = holding()
    exchange.submit(target(), market(62, QUOTES))
    exchange.submit(stop(), market(62, QUOTES))
    assert ends(exchange.step(market(63, DEAR))) == {stop().id: "rejected"}


def test_a_third_order_for_the_lot_of_a_bracket_is_refused() -> None:
    exchange = holding()
    exchange.submit_bracket(Bracket("oco", (target(), stop())), market(61, DEAR))
    third = exit_("third", "-0.50")
    exchange.submit(third, market(61, DEAR))
    assert ends(exchange.step(market(62, DEAR))) == {third.id: "rejected"}


def test_what_replaces_an_order_takes_its_place_in_the_bracket() -> None:
    exchange = holding()
    exchange.submit_bracket(Bracket("oco", (target(), stop())), market(61, DEAR))
    nearer = replace(target(), attempt=2, limit=Decimal("-0.80"), replaces=target().id)
    exchange.submit(nearer, market(61, DEAR))
    assert ends(exchange.step(market(62, DEAR))) == {target().id: "cancelled"}
    facts = exchange.step(market(63, CHEAP))
    assert ends(facts) == {stop().id: "filled", nearer.id: "cancelled"}


def test_what_replaced_an_order_ends_with_its_bracket_though_there_is_more_to_close() -> None:
    exchange = holding(2)
    exchange.submit_bracket(Bracket("oco", (target(), stop())), market(61, DEAR))
    nearer = replace(target(), attempt=2, limit=Decimal("-0.80"), replaces=target().id)
    exchange.submit(nearer, market(61, DEAR))
    exchange.step(market(62, DEAR))
    facts = exchange.step(market(63, CHEAP))
    assert ends(facts) == {stop().id: "filled", nearer.id: "cancelled"}
    assert exchange.holdings() == {SHORT: -1, LONG: 1}


def test_a_fill_aborts_the_replacement_of_its_sibling() -> None:
    exchange = Exchange(10 * CASH, TASTYTRADE, NATURAL, "tastytrade", latency_s=30.0)
    exchange.submit(entry(), market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    exchange.submit_bracket(Bracket("oco", (target(), stop())), market(61, DEAR))
    exchange.step(market(62, DEAR))
    further = replace(stop(), attempt=2, limit=Decimal("-6.00"), replaces=stop().id)
    exchange.submit(further, market(62, DEAR))
    facts = exchange.step(market(62.1, CHEAP))
    assert ends(facts) == {
        target().id: "filled", stop().id: "cancelled", further.id: "cancelled",
    }  # fmt: skip
    assert exchange.working() == ()


def test_children_wait_until_the_first_has_filled_whole() -> None:
    exchange = venue(in_lots(NATURAL, 1))
    bracket = Bracket("otoco", (target(2), stop(2)), entry(units=2))
    exchange.submit_bracket(bracket, market(60, QUOTES))
    assert exchange.status(target().id, market(60).at) is Status.CONTINGENT
    assert traded(exchange.step(market(61, QUOTES))) == 2
    assert exchange.status(target().id, market(61).at) is Status.CONTINGENT
    assert ends(exchange.step(market(62, QUOTES))) == {entry().id: "filled"}
    assert exchange.status(target().id, market(62.5).at) is Status.LIVE
    exchange.step(market(63, CHEAP))
    facts = exchange.step(market(64, CHEAP))
    assert exchange.holdings() == {}
    assert ends(facts) == {target().id: "filled"}


def test_children_do_not_trade_in_the_look_that_started_them() -> None:
    exchange = venue()
    exchange.submit_bracket(Bracket("oto", (exit_("late", "-9.00"),), entry()), market(60, QUOTES))
    assert ends(exchange.step(market(61, QUOTES))) == {entry().id: "filled"}
    assert ends(exchange.step(market(62, QUOTES))) == {"test/late#1": "filled"}


@pytest.mark.parametrize("how", ["cancelled", "expired"])
def test_children_die_with_a_first_that_never_filled(how: str) -> None:
    exchange = venue()
    exchange.submit_bracket(Bracket("o", (target(), stop()), entry("9.00")), market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    if how == "cancelled":
        exchange.cancel(entry().id)
    facts = exchange.step(market(390 if how == "expired" else 62, QUOTES))
    assert ends(facts) == {entry().id: how, target().id: "cancelled", stop().id: "cancelled"}
    assert exchange.working() == ()


def test_children_die_with_a_first_that_filled_in_part_and_is_cancelled() -> None:
    exchange = venue(in_lots(NATURAL, 1))
    exchange.submit_bracket(Bracket("o", (target(2),), entry(units=2)), market(60, QUOTES))
    exchange.step(market(61, QUOTES))
    exchange.cancel(entry().id)
    facts = exchange.step(market(62, DEAR))
    assert ends(facts) == {entry().id: "cancelled", target().id: "cancelled"}
    assert exchange.holdings() == {SHORT: -1, LONG: 1}


def test_cancelling_a_child_leaves_the_others() -> None:
    exchange = holding()
    exchange.submit_bracket(Bracket("oco", (target(), stop())), market(61, DEAR))
    exchange.cancel(target().id)
    assert ends(exchange.step(market(62, DEAR))) == {target().id: "cancelled"}
    assert exchange.working() == (stop(),)


def test_a_bracket_is_taken_whole_or_not_at_all() -> None:
    exchange = holding()
    wrong = exit_("wrong", "-1.00", 5)
    exchange.submit_bracket(Bracket("oco", (target(), wrong)), market(61, QUOTES))
    facts = exchange.step(market(62, QUOTES))
    assert ends(facts) == {target().id: "rejected", wrong.id: "rejected"}
    assert all("closing_with_no_position" in f.note for f in facts if isinstance(f, OrderEnded))


@pytest.mark.parametrize(
    ("bracket", "said"),
    [
        (Bracket("b", (target(), stop())), ""),
        (Bracket("b", (target(), stop()), entry()), ""),
        (Bracket("b", (target(),), entry()), ""),
        (Bracket("b", (target(), stop(), exit_("third", "-2.00")), entry()), ""),
        (
            Bracket("b", tuple(exit_(name, "-2.00") for name in "abcd"), entry()),
            "an order starts one to 3 others",
        ),
        (Bracket("b", (target(),)), "one order alone cancels no other"),
        (Bracket("b", (), entry()), "an order starts one to 3 others"),
        (Bracket("b", (target(), target())), "two orders of a bracket have one intent"),
        (
            Bracket("b", (target(), replace(stop(), replaces="x"))),
            "an order of a new bracket replaces another",
        ),
    ],
)
def test_a_bracket_has_a_shape_the_venue_knows(bracket: Bracket, said: str) -> None:
    assert shape_objection(bracket) == said


def test_a_bracket_of_no_known_shape_is_rejected_with_a_sentence() -> None:
    exchange = holding()
    exchange.submit_bracket(Bracket("b", (target(),)), market(61, QUOTES))
    (fact,) = exchange.step(market(62, QUOTES))
    assert isinstance(fact, OrderEnded)
    assert fact.note == "validation_error: one order alone cancels no other"
