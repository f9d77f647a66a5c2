"""Cash moves in cents: ticks of Treasuries and currencies do not, and venue and book round alike."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract, Right
from tomking.core.facts import LegFilled, Sent, Settled
from tomking.core.money import CENT, ZERO, cents
from tomking.core.order import Order
from tomking.core.product import PRODUCTS
from tomking.exchange.ledger import Ledger, apply, trade
from tomking.exchange.settlement import Due, final_settlement
from tomking.market.delivery import future_contract
from tomking.portfolio.book import apply as booked
from tomking.portfolio.book import empty_book
from unit.exchange.fakes import CASH, market, order

pytestmark = pytest.mark.unit

NOON = market(150).at
FEB = date(2026, 2, 20)
NOTE, BOND = future_contract("ZN", "ZNH26"), future_contract("ZB", "ZBH26")
EURO, MICRO = future_contract("6E", "6EH26"), future_contract("MES", "MESH26")
ON_NOTE = Contract("ZN", FEB, Right.CALL, Decimal(112), "ZNH26")
ON_BOND = Contract("ZB", FEB, Right.PUT, Decimal(115), "ZBH26")
ON_EURO = Contract("6E", date(2026, 3, 6), Right.CALL, Decimal("1.15"), "6EH26")
STEPS = {
    NOTE: Decimal("0.015625"), BOND: Decimal("0.03125"), EURO: Decimal("0.00005"),
    ON_NOTE: Decimal("0.015625"), ON_BOND: Decimal("0.015625"), ON_EURO: Decimal("0.00005"),
    MICRO: Decimal("0.0001"),
}  # fmt: skip


def fill(sent: Order, number: int, price: Decimal) -> LegFilled:
    """One leg of an order traded whole."""
    leg = sent.legs[0]
    total = leg.quantity * sent.units
    return LegFilled(NOON, sent.id, 0, leg.contract, total, price, ZERO, f"{number}/0")


@pytest.mark.parametrize(
    ("contract", "quantity", "price", "dollars"),
    [
        (ON_NOTE, 1, "0.015625", "15.62"),  # half a cent goes to the even one
        (ON_NOTE, -1, "0.046875", "-46.88"),
        (ON_NOTE, 2, "0.015625", "31.25"),  # the amount of the fill is rounded, not a contract's
        (ON_BOND, 3, "0.015625", "46.88"),
        (ON_EURO, 1, "0.00005", "6.25"),
    ],
)
def test_what_an_option_costs_is_rounded_half_to_even_once_a_fill(
    contract: Contract, quantity: int, price: str, dollars: str
) -> None:
    ledger = trade(Ledger(CASH), contract, quantity, Decimal(price))
    assert CASH - ledger.cash == Decimal(dollars)


def test_a_round_trip_in_a_note_ends_in_whole_cents() -> None:
    """Bought at 112 and a sixty-fourth and sold at 112: 15.625 are lost, which is 15.62."""
    ledger = trade(Ledger(CASH), NOTE, 1, Decimal("112.015625"))
    assert ledger.cash == CASH
    ledger = trade(ledger, NOTE, -1, Decimal(112))
    assert CASH - ledger.cash == Decimal("15.62")
    assert ledger.realised == {NOTE: Decimal("-15.62")}
    assert ledger.holdings == {}


def test_a_note_that_ends_is_settled_in_whole_cents() -> None:
    ledger = trade(Ledger(CASH), NOTE, 3, Decimal("112.015625"))
    fact = final_settlement(Due(NOON, NOTE, 3, 112.046875), ledger.cost[NOTE])
    after = apply(ledger, fact)
    assert isinstance(fact, Settled)
    assert after.cash - CASH == fact.cash == cents(fact.cash)


def test_every_product_s_cents_are_points_without_an_end_to_cut_off() -> None:
    """A cost is kept in points: a cent of it has to be an exact number of them."""
    for traded in PRODUCTS.values():
        assert CENT / traded.multiplier * traded.multiplier == CENT


@given(
    st.sampled_from(list(STEPS)),
    st.lists(
        st.tuples(st.integers(-4, 4).filter(bool), st.integers(1, 9000)), min_size=1, max_size=9
    ),
)
def test_venue_and_book_agree_to_the_cent_at_every_fill_and_nothing_is_lost(
    contract: Contract, trades: list[tuple[int, int]]
) -> None:
    ledger, book, paid = Ledger(CASH), empty_book(CASH), ZERO
    for number, (quantity, ticks) in enumerate(trades):
        sent = order("1", (quantity // abs(quantity), contract), units=abs(quantity))
        one = fill(sent, number, ticks * STEPS[contract])
        ledger = apply(ledger, one)
        book = booked(booked(book, Sent(NOON, sent)), one)
        paid += cents(one.quantity * one.price * PRODUCTS[contract.root].multiplier)
        basis = sum((held.basis for held in book.positions.values()), ZERO)
        assert book.cash == ledger.cash == cents(ledger.cash)
        assert basis == -ledger.carried
        assert ledger.cash - ledger.carried == CASH - paid
        assert dict(book.holdings) == dict(ledger.holdings)
    if not ledger.holdings:
        assert ledger.realised[contract] == ledger.cash - CASH
