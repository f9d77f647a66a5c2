"""A day beside its replay: one difference of each kind planted, found and named, to the cent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.unit.analysis.journals import MONDAY, at, closing, opening, reading

from tomking.analysis.divergence import Difference, Kind, divergence
from tomking.core.contract import Contract, Right
from tomking.core.dealings import Acknowledged, FeesDiffered
from tomking.core.facts import (
    CashMoved,
    Considered,
    Fact,
    Judged,
    LegFilled,
    OrderEnded,
    Sent,
    SessionClosed,
    Settled,
)
from tomking.core.money import ZERO, cents
from tomking.core.order import Order
from tomking.core.product import product
from tomking.core.reading import Stage

pytestmark = pytest.mark.unit

OPEN = opening("lt112", MONDAY)
CLOSE = closing(OPEN, "target")
SHORT, LONG = (leg.contract for leg in OPEN.legs)
MARKS = {SHORT: Decimal("1.10"), LONG: Decimal("0.30")}
FEE, POINT = Decimal("3.37"), product("ES").multiplier
CAPITAL = Decimal(100_000)


def gone(order: Order, when: datetime) -> list[Fact]:
    """An order that was judged, approved and sent."""
    return [Judged(when, order, (reading("room", seen=2.0),), {}, approved=True), Sent(when, order)]


def filled(order: Order, when: datetime, *prices: str, fee: Decimal = FEE) -> list[Fact]:
    """Its legs, and its end."""
    legs: list[Fact] = [
        LegFilled(when, order.id, n, leg.contract, leg.quantity, Decimal(price), fee,
                  f"{order.id}:{n}")
        for n, (leg, price) in enumerate(zip(order.legs, prices, strict=True))
    ]  # fmt: skip
    return [*legs, OrderEnded(when, order.id, "filled")]


def day(*facts: Fact) -> list[Fact]:
    """A day of facts with the close they come to."""
    return [*facts, closed(facts)]


def closed(facts: Sequence[Fact]) -> SessionClosed:
    """What a day closes at when its books are right."""
    worth, held = CAPITAL, dict[Contract, int]()
    for fact in facts:
        match fact:
            case LegFilled():
                worth -= fact.quantity * fact.price * POINT + fact.fee
                held[fact.contract] = held.get(fact.contract, 0) + fact.quantity
            case Settled():
                worth += fact.cash - fact.fee
                held[fact.contract] = held.get(fact.contract, 0) - fact.quantity
            case FeesDiffered():
                worth -= fact.amount
            case CashMoved():
                worth += fact.amount
            case _:
                pass
    worth += sum((count * MARKS[each] * POINT for each, count in held.items() if count), ZERO)
    return SessionClosed(at(MONDAY, 16, 15), MONDAY, cents(worth), ZERO, ZERO, 11.0)


ENTRY = [*gone(OPEN, at(MONDAY)), *filled(OPEN, at(MONDAY, 11, 1), "2.50", "0.50")]
EXIT = [*gone(CLOSE, at(MONDAY, 14)), *filled(CLOSE, at(MONDAY, 14, 30), "1.25", "0.25")]
WHOLE = day(*ENTRY, *EXIT)


def found(here: Sequence[Fact], there: Sequence[Fact] = WHOLE) -> tuple[Difference, ...]:
    """The differences, which explain everything."""
    made = divergence(here, there, MARKS)
    assert made.unexplained == 0
    assert made.explained == made.total
    return made.differences


def test_an_unmodified_day_has_no_difference() -> None:
    made = divergence(WHOLE, WHOLE, MARKS)
    assert (made.differences, made.total, made.unexplained) == ((), 0, 0)
    assert (made.orders, made.fills) == (2, 4)
    assert set(made.by_kind.values()) == {ZERO}


def test_what_only_a_broker_tells_is_no_difference() -> None:
    named = [Acknowledged(at(MONDAY), OPEN.id, "17"), *WHOLE]
    renamed = [replace(fact, fill="x9", slippage=0.1) if isinstance(fact, LegFilled)
               else replace(fact, note="said so") if isinstance(fact, OrderEnded) else fact
               for fact in named]  # fmt: skip
    assert found(renamed) == ()


def test_a_planted_price_is_found_and_named() -> None:
    planted = day(*ENTRY, *gone(CLOSE, at(MONDAY, 14)),
                  *filled(CLOSE, at(MONDAY, 14, 30), "1.30", "0.25"))  # fmt: skip
    (one,) = found(planted)
    assert (one.kind, one.intent) == (Kind.PRICE, CLOSE.intent)
    assert one.what == f"{SHORT} at 1.3 here, 1.25 there"
    assert one.money == Decimal("-0.05") * POINT
    assert str(one) == f"price: {CLOSE.intent}: {one.what} (−$2.50)"


def test_a_planted_limit_is_a_price_that_made_nothing() -> None:
    dearer = replace(CLOSE, limit=Decimal("-1.05"))
    planted = day(*ENTRY, *gone(dearer, at(MONDAY, 14)),
                  *filled(CLOSE, at(MONDAY, 14, 30), "1.25", "0.25"))  # fmt: skip
    (one,) = found(planted)
    assert (one.kind, one.money) == (Kind.PRICE, 0)
    assert one.what == "sent at 14:00:00 for -1.05 here, -1.00 there"


def test_a_planted_delay_is_found_and_named() -> None:
    planted = day(*ENTRY, *gone(CLOSE, at(MONDAY, 14)),
                  *filled(CLOSE, at(MONDAY, 14, 45), "1.45", "0.25"))  # fmt: skip
    late, other = found(planted)
    assert {late.kind, other.kind} == {Kind.TIMING}
    assert late.what == f"{SHORT} at 1.45 here, 1.25 there; 14:45:00 and 14:30:00"
    assert (late.money, other.money) == (Decimal("-0.20") * POINT, 0)


def test_another_instant_of_sending_is_timing_though_nothing_came_of_it() -> None:
    planted = day(*ENTRY, *gone(CLOSE, at(MONDAY, 14, 5)),
                  *filled(CLOSE, at(MONDAY, 14, 30), "1.25", "0.25"))  # fmt: skip
    (one,) = found(planted)
    assert (one.kind, one.money) == (Kind.TIMING, 0)
    assert one.what == "sent at 14:05:00 here, 14:00:00 there"


@pytest.mark.parametrize("here", [True, False])
def test_a_planted_gate_is_found_and_named_with_all_it_kept_from_happening(here: bool) -> None:
    refused = Judged(at(MONDAY), OPEN, (reading("buying power", Stage.MARGIN),), {}, approved=False)
    planted = day(refused)
    entry, follows = found(planted, WHOLE) if here else found(WHOLE, planted)
    assert (entry.kind, entry.intent) == (Kind.GATE, OPEN.intent)
    assert "buying power stood against it" in entry.what
    assert (follows.kind, follows.intent) == (Kind.GATE, CLOSE.intent)
    assert "there was nothing to do it with" in follows.what
    made = Decimal("1.00") * POINT - 4 * FEE
    assert entry.money + follows.money == (-made if here else made)


def test_a_gate_that_names_another_reason_is_found_though_nothing_came_of_it() -> None:
    days = [day(Judged(at(MONDAY), OPEN, (reading(name),), {}, approved=False))
            for name in ("buying power", "groups")]  # fmt: skip
    (one,) = found(*days)
    assert (one.kind, one.what, one.money) == (Kind.GATE, "buying power here, groups there", 0)


def test_a_rule_of_the_plan_that_said_no_is_named_as_a_gate() -> None:
    skipped = Considered(at(MONDAY), "lt112", f"lt112/{MONDAY}", "skipped", (reading("VIX"),))
    entry, _ = found(day(skipped))
    assert (entry.kind, entry.what) == (Kind.GATE, "sent there; VIX stood against it here")


def test_a_planted_fill_is_found_and_named_with_what_it_left_held() -> None:
    planted = day(*ENTRY, *gone(CLOSE, at(MONDAY, 14)),
                  OrderEnded(at(MONDAY, 16), CLOSE.id, "expired"))  # fmt: skip
    short, long = found(planted)
    assert {short.kind, long.kind} == {Kind.FILL}
    assert short.what == f"+0 {SHORT} here, +1 there"
    assert short.money == (Decimal("1.25") - MARKS[SHORT]) * POINT + FEE
    assert long.money == (MARKS[LONG] - Decimal("0.25")) * POINT + FEE


def test_an_order_that_ended_otherwise_without_a_fill_is_a_fill_that_made_nothing() -> None:
    days = [day(*gone(OPEN, at(MONDAY)), OrderEnded(at(MONDAY, 16), OPEN.id, how))
            for how in ("expired", "rejected")]  # fmt: skip
    (one,) = found(*days)
    assert (one.kind, one.what, one.money) == (Kind.FILL, "expired here, rejected there", 0)


def test_a_planted_fee_is_found_and_named_booked_late_or_at_once() -> None:
    dear = day(*gone(OPEN, at(MONDAY)),
               *filled(OPEN, at(MONDAY, 11, 1), "2.50", "0.50", fee=FEE + 1), *EXIT)  # fmt: skip
    assert [(each.kind, each.money) for each in found(dear)] == [(Kind.FEE, -1), (Kind.FEE, -1)]
    late = day(*ENTRY, FeesDiffered(at(MONDAY, 12), f"{OPEN.id}:1", Decimal("0.13")), *EXIT)
    (one,) = found(late)
    assert (one.kind, one.intent, one.money) == (Kind.FEE, OPEN.intent, Decimal("-0.13"))
    assert one.what == f"{LONG} cost $3.50 here, $3.37 there"


def test_a_settlement_at_another_price_is_a_price_and_its_fee_a_fee() -> None:
    def settled(price: float, fee: str) -> Fact:
        inside = Decimal(repr(max(2700 - price, 0.0)))
        return Settled(at(MONDAY, 16), "p", SHORT, -1, price, -inside * POINT, Decimal(fee), "cash")

    here = day(*ENTRY, settled(2695.0, "5"))
    there = day(*ENTRY, settled(2697.5, "3"))
    price, fee = found(here, there)
    assert (price.kind, price.what) == (Kind.PRICE, "at 2,695.00 here, 2,697.50 there")
    assert price.money == Decimal("-2.5") * POINT
    assert (fee.kind, fee.money) == (Kind.FEE, -2)


def test_what_held_to_its_end_on_one_day_only_is_worth_what_it_settled_at() -> None:
    settled = Settled(at(MONDAY, 16), "p", SHORT, -1, 2695.0, Decimal(-5) * POINT, ZERO, "cash")
    never = day(Judged(at(MONDAY), OPEN, (reading("room"),), {}, approved=False))
    (entry,) = found(day(*ENTRY, settled), never)
    assert entry.money == (Decimal("2.50") - 5 + MARKS[LONG] - Decimal("0.50")) * POINT - 2 * FEE


def test_money_that_nobody_can_explain_is_the_remainder() -> None:
    planted = day(*ENTRY, *EXIT, CashMoved(at(MONDAY, 15), Decimal("0.01"), "from nowhere"))
    made = divergence(planted, WHOLE, MARKS)
    assert (made.differences, made.explained, made.unexplained) == ((), 0, Decimal("0.01"))


def test_books_that_forget_a_fill_are_a_remainder_too() -> None:
    forgets = [*ENTRY, *EXIT, closed([*ENTRY, *EXIT[:-2]])]
    assert divergence(forgets, WHOLE, MARKS).unexplained != 0


def test_a_day_that_did_not_close_is_measured_by_its_differences() -> None:
    made = divergence(ENTRY, WHOLE, MARKS)
    assert (made.here, made.there is None) == (None, False)
    assert made.total == made.explained
    (one,) = made.differences
    assert one.what == "sent there; it did not come due here"
    assert one.kind is Kind.TIMING


def test_attempts_beyond_those_of_the_other_day_are_timing() -> None:
    again = replace(CLOSE, attempt=2)
    planted = day(*ENTRY, *gone(CLOSE, at(MONDAY, 14)),
                  *gone(again, at(MONDAY, 14) + timedelta(seconds=30)),
                  *filled(again, at(MONDAY, 14, 30), "1.25", "0.25"))  # fmt: skip
    (one,) = found(planted)
    assert (one.kind, one.what, one.money) == (Kind.TIMING, "sent 1 times more here", 0)


def test_an_option_of_another_strike_is_two_fills() -> None:
    other = Contract("ES", MONDAY, Right.PUT, Decimal(2690))
    marks = {**MARKS, other: Decimal("0.80")}
    legs = (replace(OPEN.legs[0], contract=other), OPEN.legs[1])
    order = replace(OPEN, legs=legs)
    here = [*gone(order, at(MONDAY)), *filled(order, at(MONDAY, 11, 1), "2.30", "0.50")]
    made = divergence(here, ENTRY, marks)
    assert [each.kind for each in made.differences] == [Kind.FILL, Kind.FILL]
    assert (
        made.explained
        == (Decimal("2.30") - Decimal("0.80") - Decimal("2.50") + MARKS[SHORT]) * POINT
    )
