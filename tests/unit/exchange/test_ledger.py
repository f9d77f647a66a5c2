from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract
from tomking.core.errors import InvariantError
from tomking.core.facts import CashMoved, LegFilled, OrderEnded, Settled
from tomking.exchange.ledger import Ledger, apply, charge, trade, worth
from tomking.exchange.settlement import share_of
from tomking.market.delivery import future_contract
from unit.exchange.fakes import CASH, FRIDAY, market, put

pytestmark = pytest.mark.unit

FUTURE = future_contract("ES", "ESZ25")
SHARE = share_of("SPY")
NOON: datetime = market(150).at


def test_an_option_is_paid_for_and_a_future_is_not() -> None:
    assert trade(Ledger(CASH), put(5900), 2, Decimal("1.50")).cash == CASH - 150
    assert trade(Ledger(CASH), FUTURE, 2, Decimal(6000)).cash == CASH
    assert trade(Ledger(CASH), SHARE, 1, Decimal(600)).cash == CASH - 60000


def test_a_future_brings_its_difference_to_the_average_entry_when_it_is_closed() -> None:
    ledger = trade(Ledger(CASH), FUTURE, 1, Decimal(6000))
    ledger = trade(ledger, FUTURE, 1, Decimal(6010))
    assert ledger.entry(FUTURE) == Decimal(6005)
    ledger = trade(ledger, FUTURE, -1, Decimal(6025))
    assert ledger.cash == CASH + 20 * 50
    assert ledger.entry(FUTURE) == Decimal(6005)
    ledger = trade(ledger, FUTURE, -1, Decimal(6000))
    assert ledger.cash == CASH + 15 * 50
    assert ledger.holdings == {}
    assert ledger.realised == {FUTURE: Decimal(750)}


def test_selling_through_zero_closes_the_long_and_opens_a_short_at_the_new_price() -> None:
    ledger = trade(trade(Ledger(CASH), FUTURE, 1, Decimal(6000)), FUTURE, -3, Decimal(6002))
    assert ledger.held(FUTURE) == -2
    assert ledger.entry(FUTURE) == Decimal(6002)
    assert ledger.cash == CASH + 100


def test_realised_of_a_short_option_is_what_was_kept() -> None:
    ledger = trade(trade(Ledger(CASH), put(5900), -3, Decimal(4)), put(5900), 1, Decimal(1))
    assert ledger.realised[put(5900)] == 150
    assert ledger.held(put(5900)) == -2


Trades = list[tuple[int, int]]


@given(
    st.lists(
        st.tuples(st.integers(-5, 5).filter(bool), st.integers(1, 4000)), min_size=1, max_size=12
    ),
    st.sampled_from([FUTURE, put(5900), SHARE]),
    st.integers(1, 4000),
)
def test_money_is_conserved_whatever_is_traded(
    trades: Trades, contract: Contract, last: int
) -> None:
    ledger, expected = Ledger(CASH), CASH
    mark, times = Decimal(last) / 4, 50 if contract.root == "ES" else 100
    for quantity, ticks in trades:
        price = Decimal(ticks) / 4
        ledger = trade(ledger, contract, quantity, price)
        expected += quantity * (mark - price) * times
    held = sum(quantity for quantity, _ in trades)
    assert ledger.held(contract) == held
    assert abs(worth(ledger, {contract: float(mark)}) - expected) < Decimal("1e-15")
    flat = trade(ledger, contract, -held, mark) if held else ledger
    assert abs(flat.cash - expected) < Decimal("1e-15")
    assert abs(sum(flat.realised.values()) - (flat.cash - CASH)) < Decimal("1e-15")


def test_a_fee_leaves_the_cash_and_is_remembered() -> None:
    ledger = charge(Ledger(CASH), Decimal("2.50"))
    assert (ledger.cash, ledger.fees) == (CASH - Decimal("2.50"), Decimal("2.50"))


def test_facts_move_the_ledger_and_an_order_ending_does_not() -> None:
    filled = LegFilled(NOON, "o#1", 0, put(5900), -1, Decimal(4), Decimal("2.50"), "o#1/0")
    ledger = apply(Ledger(CASH), filled)
    assert ledger.cash == CASH + 200 - Decimal("2.50")
    assert apply(ledger, OrderEnded(NOON, "o#1", "filled")) is ledger
    assert apply(ledger, CashMoved(NOON, Decimal(100), "gift")).cash == ledger.cash + 100


def test_settling_what_is_not_held_is_a_bug_and_says_so() -> None:
    fact = Settled(NOON, "", put(5900), -1, 5950.0, Decimal(0), Decimal(0), "expired")
    with pytest.raises(InvariantError, match="holds 0"):
        apply(Ledger(CASH), fact)


def test_two_ledgers_of_the_same_facts_are_equal() -> None:
    assert put(5900).expiry == FRIDAY
    one = trade(Ledger(CASH), put(5900), -1, Decimal(4))
    assert one == trade(Ledger(CASH), put(5900), -1, Decimal(4))
