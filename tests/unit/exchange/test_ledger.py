from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract
from tomking.core.errors import InvariantError
from tomking.core.facts import CashMoved, DividendBooked, LegFilled, OrderEnded, Settled
from tomking.exchange.ledger import Ledger, apply, charge, multiplier, size, trade, worth
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


def ended(
    contract: Contract, quantity: int, cash: str, into: tuple[Contract, int, str] | None = None
) -> Settled:
    """What ended, what it brought, and perhaps what was delivered."""
    fact = Settled(NOON, "", contract, quantity, 5950.0, Decimal(cash), Decimal("1.00"), "ended")
    if into is None:
        return fact
    what, count, price = into
    return replace(fact, delivered=what, delivered_quantity=count, delivered_price=Decimal(price))


INDEX = put(6000, "SPX")


@pytest.mark.parametrize(
    ("contract", "held", "price", "fact", "cash", "realised"),
    [
        # bought for 2 x 1.50 x 100, settled for 5,000: what it cost is no gain
        (INDEX, 2, "1.50", ended(INDEX, 2, "5000"), 5000 - 1, 5000 - 300),
        (INDEX, -2, "1.50", ended(INDEX, -2, "-5000"), -5000 - 1, 300 - 5000),
        (INDEX, -2, "1.50", ended(INDEX, -2, "0"), -1, 300),  # what was taken in is kept
        (INDEX, 2, "1.50", ended(INDEX, 1, "2500"), 2500 - 1, 2500 - 150),  # a part of it
        # a future costs no cash, so what it brings is all gain
        (FUTURE, 1, "6000", ended(FUTURE, 1, "250"), 250 - 1, 250),
        (put(6000), -1, "4", ended(put(6000), -1, "0", (FUTURE, 1, "6000")), -1, 200),
        (
            put(600, "SPY"), -1, "4", ended(put(600, "SPY"), -1, "0", (SHARE, 1, "600")),
            -60_000 - 1, 400,
        ),
    ],
)  # fmt: skip
def test_what_ends_brings_its_cash_and_has_earned_it_less_its_cost(
    contract: Contract, held: int, price: str, fact: Settled, cash: float, realised: float
) -> None:
    before = trade(Ledger(CASH), contract, held, Decimal(price))
    after = apply(before, fact)
    assert after.cash - before.cash == Decimal(str(cash))
    assert after.realised == {contract: Decimal(str(realised))}
    assert after.fees == 1
    assert after.held(contract) == held - fact.quantity
    if fact.delivered is not None:
        assert after.held(fact.delivered) == fact.delivered_quantity
        assert after.entry(fact.delivered) == fact.delivered_price


@pytest.mark.parametrize(("held", "settled"), [(2, 3), (-2, -3), (2, -1), (-2, 1), (1, 0), (0, 1)])
def test_no_more_and_no_other_side_is_settled_than_is_held(held: int, settled: int) -> None:
    before = trade(Ledger(CASH), INDEX, held, Decimal(1)) if held else Ledger(CASH)
    with pytest.raises(InvariantError, match="stop and replay"):
        apply(before, ended(INDEX, settled, "0"))


@pytest.mark.parametrize(
    ("contract", "dollars", "count"),
    [(FUTURE, 50, 1), (SHARE, 100, 100), (INDEX, 100, 1), (put(600, "SPY"), 100, 1)],
)
def test_shares_are_counted_in_lots_and_everything_else_by_itself(
    contract: Contract, dollars: int, count: int
) -> None:
    assert (multiplier(contract), size(contract)) == (dollars, count)


def test_futures_are_carried_at_what_they_were_entered_at_and_nothing_else_is() -> None:
    ledger = trade(trade(Ledger(CASH), FUTURE, -2, Decimal(6000)), SHARE, 3, Decimal(600))
    assert ledger.carried == -2 * 6000 * 50
    assert trade(Ledger(CASH), INDEX, 1, Decimal(9)).carried == 0


def test_a_dividend_is_cash_and_gain_of_the_share() -> None:
    held = trade(Ledger(CASH), SHARE, -2, Decimal(600))
    paid = DividendBooked(NOON, SHARE, -200, Decimal("1.99"), Decimal("-398.00"))
    after = apply(held, paid)
    assert after.cash == held.cash - 398
    assert after.realised == {SHARE: Decimal(-398)}
    assert apply(after, paid).realised == {SHARE: Decimal(-796)}


@pytest.mark.parametrize(
    ("steps", "held", "realised"),
    [
        ([(3, "10"), (-1, "12")], 2, 200),
        ([(-3, "10"), (1, "12")], -2, -200),
        ([(3, "10"), (-5, "12")], -2, 600),
        ([(-3, "10"), (5, "12")], 2, -600),
        ([(2, "10"), (1, "13"), (-3, "12")], 0, 300),
        ([(1, "10"), (1, "12")], 2, 0),
    ],
)
def test_a_trade_realises_what_it_closes_at_the_average_entry(
    steps: list[tuple[int, str]], held: int, realised: float
) -> None:
    ledger = Ledger(CASH)
    for quantity, price in steps:
        ledger = trade(ledger, INDEX, quantity, Decimal(price))
    assert ledger.held(INDEX) == held
    assert sum(ledger.realised.values()) == realised


def test_two_ledgers_of_the_same_facts_are_equal() -> None:
    assert put(5900).expiry == FRIDAY
    one = trade(Ledger(CASH), put(5900), -1, Decimal(4))
    assert one == trade(Ledger(CASH), put(5900), -1, Decimal(4))
