from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import session
from tomking.core.contract import Contract, Right, Settles
from tomking.core.errors import DataError
from tomking.core.facts import Settled
from tomking.core.product import Delivers
from tomking.exchange.assignment import seeded
from tomking.exchange.clearing import LATER, due_at, settle
from tomking.exchange.ledger import Ledger, trade, worth
from tomking.exchange.settlement import OUTCOMES, share_of
from tomking.market.delivery import future_contract
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import CASH, FRIDAY, THIRD_FRIDAY, at_the_open, call, market, put

pytestmark = pytest.mark.unit

CLOSE = 390
FREE = TASTYTRADE.scaled(Decimal(0))


def holding(*held: tuple[int, Contract], price: str = "0") -> Ledger:
    ledger = Ledger(CASH)
    for quantity, contract in held:
        ledger = trade(ledger, contract, quantity, Decimal(price))
    return ledger


def settled(ledger: Ledger, contract: Contract, fixing: float) -> tuple[Ledger, Settled]:
    now = market(CLOSE, day=contract.expiry, fixings={contract: fixing})
    after, facts = settle(ledger, now, FREE)
    (fact,) = facts
    return after, fact


ESZ25 = future_contract("ES", "ESZ25")

TABLE = [
    # quantity, contract, fixing, cash, settlement, delivered, delivered quantity
    (1, put(6000, "SPX"), 5950.25, "4975.00", "cash_settled", None, 0),
    (-2, put(6000, "SPX"), 5950.25, "-9950.00", "cash_settled", None, 0),
    (-1, call(6000, "SPX"), 6001.0, "-100.00", "cash_settled", None, 0),
    (-1, put(6000, "SPX"), 6000.0, "0", "expired", None, 0),
    (3, call(6000, "SPX"), 5999.0, "0", "expired", None, 0),
    (1, call(6000), 6010.0, "0", "exercised", ESZ25, 1),
    (-1, call(6000), 6010.0, "0", "assigned", ESZ25, -1),
    (2, put(6000), 5990.0, "0", "exercised", ESZ25, -2),
    (-2, put(6000), 5990.0, "0", "assigned", ESZ25, 2),
    (-1, put(6000), 5999.75, "0", "assigned", ESZ25, 1),  # one tick in the money
    (-1, put(6000), 5999.99, "0", "assigned", ESZ25, 1),  # CME: by any amount
    (-1, put(6000), 6000.0, "0", "expired", None, 0),
    (-4, call(6000), 5000.0, "0", "expired", None, 0),
    (-1, put(600, "SPY"), 599.99, "0", "assigned", share_of("SPY"), 1),  # OCC: by a cent
    (-1, put(600, "SPY"), 599.991, "0", "expired", None, 0),
    (-1, put(6000, "SPX"), 5999.99, "-1.00", "cash_settled", None, 0),
    (-1, put(6000, "SPX"), 5999.995, "0", "expired", None, 0),
    (1, call(600, "SPY"), 610.0, "0", "exercised", share_of("SPY"), 1),
    (-1, call(600, "SPY"), 599.0, "0", "expired", None, 0),
]


@pytest.mark.parametrize(
    ("quantity", "contract", "fixing", "cash", "how", "delivered", "delivered_quantity"), TABLE
)
def test_an_expiry_becomes_what_the_table_says(
    quantity: int,
    contract: Contract,
    fixing: float,
    cash: str,
    how: str,
    delivered: Contract | None,
    delivered_quantity: int,
) -> None:
    ledger, fact = settled(holding((quantity, contract)), contract, fixing)
    assert fact.settlement == how
    assert (fact.position, fact.quantity, fact.price) == ("", quantity, fixing)
    assert fact.cash == Decimal(cash)
    assert (fact.delivered, fact.delivered_quantity) == (delivered, delivered_quantity)
    assert fact.delivered_price == (contract.strike if delivered else 0)
    assert ledger.holdings == ({delivered: delivered_quantity} if delivered else {})


def test_every_row_of_the_table_is_shown() -> None:
    shown = {
        (delivers, how != "expired")
        for (_, contract, _, _, how, _, _) in TABLE
        for delivers in Delivers
        if {"SPX": Delivers.CASH, "ES": Delivers.FUTURE, "SPY": Delivers.SHARES}[contract.root]
        is delivers
    }
    assert shown == set(OUTCOMES)


@pytest.mark.parametrize("fixing", [5900.0, 5999.75, 6000.0, 6000.25, 6100.5])
@pytest.mark.parametrize(
    "held", [(1, call(6000)), (-1, call(6000)), (1, put(6000)), (-3, put(6000))]
)
def test_exercise_into_a_future_is_worth_the_intrinsic_value(
    held: tuple[int, Contract], fixing: float
) -> None:
    quantity, option = held
    ledger, _ = settled(holding(held), option, fixing)
    right = option.right
    assert right is not None
    intrinsic = max(0.0, right.sign * (fixing - 6000.0))
    assert worth(ledger, {ESZ25: fixing}) == CASH + Decimal(str(quantity * intrinsic * 50))


def test_a_short_put_spread_in_the_money_nets_its_futures_into_the_maximum_loss() -> None:
    held = holding((-1, put(6000)), (1, put(5950)))
    ledger, facts = settle(
        held, market(CLOSE, fixings={put(6000): 5900.0, put(5950): 5900.0}), FREE
    )
    assert [fact.contract for fact in facts] == [put(5950), put(6000)]
    assert ledger.holdings == {}
    assert ledger.cash == CASH - 50 * 50


def test_a_pm_option_on_a_quarterly_friday_becomes_the_next_quarters_future() -> None:
    option = put(6000, expiry=THIRD_FRIDAY, future="ESH26")
    ledger, fact = settled(holding((-1, option)), option, 5990.0)
    assert str(fact.delivered) == "ESH26"
    assert list(ledger.holdings) == [future_contract("ES", "ESH26")]
    assert next(iter(ledger.holdings)).expiry == date(2026, 3, 20)
    later, facts = settle(ledger, market(CLOSE, day=THIRD_FRIDAY), FREE)
    assert (later, facts) == (ledger, ())


def test_a_quarterly_am_option_and_its_future_end_in_the_same_barrier() -> None:
    option = at_the_open(put(6000, expiry=THIRD_FRIDAY))
    now = market(0, day=THIRD_FRIDAY, fixings={option: 5980.0, ESZ25: 5980.0})
    ledger, facts = settle(holding((-2, option)), now, FREE)
    assert [fact.settlement for fact in facts] == ["assigned", "cash_settled"]
    assert facts[1].cash == Decimal(-2 * 20 * 50)
    assert ledger.holdings == {}
    assert ledger.cash == CASH - 2000


def test_a_future_is_settled_against_its_average_entry() -> None:
    held = trade(trade(Ledger(CASH), ESZ25, 1, Decimal(6000)), ESZ25, 2, Decimal(6003))
    ledger, facts = settle(held, market(0, day=THIRD_FRIDAY, fixings={ESZ25: 6010.0}), FREE)
    assert facts[0].cash == Decimal(8 * 50 * 3)
    assert ledger.cash == CASH + 1200


def test_am_ends_at_the_open_and_pm_at_the_close_of_the_day() -> None:
    today = session(FRIDAY)
    assert due_at(at_the_open(put(6000)), today) == today.opens
    assert due_at(put(6000), today) == today.closes
    assert due_at(put(6000), session(FRIDAY, early=True)).hour == 13
    assert due_at(put(6000, expiry=THIRD_FRIDAY), today) == LATER
    assert due_at(put(6000, expiry=date(2025, 12, 4)), today) == today.opens


def test_nothing_settles_before_its_instant_or_without_a_fixing() -> None:
    ledger = holding((-1, put(6000)))
    fixings = {put(6000): 5990.0}
    assert settle(ledger, market(CLOSE - 1, fixings=fixings), FREE) == (ledger, ())
    assert settle(ledger, market(CLOSE), FREE) == (ledger, ())
    assert len(settle(ledger, market(CLOSE, fixings=fixings), FREE)[1]) == 1


def euro(right: Right, strike: str = "1.0500") -> Contract:
    return Contract("6E", FRIDAY, right, Decimal(strike), "6EZ25")


@pytest.mark.parametrize(
    ("right", "fixing", "how"),
    [
        (Right.CALL, 1.0500, "assigned"),  # CME: a call at the money is exercised
        (Right.PUT, 1.0500, "expired"),
        (Right.CALL, 1.04995, "expired"),
        (Right.PUT, 1.04995, "assigned"),
    ],
)
def test_a_currency_call_is_exercised_at_the_money(right: Right, fixing: float, how: str) -> None:
    _, fact = settled(holding((-1, euro(right))), euro(right), fixing)
    assert fact.settlement == how


def test_an_option_on_a_physical_future_becomes_it_and_the_house_closes_it_out_before_notice() -> (
    None
):
    """The first notice of GCG26 is on 30 January, its last trade on 25 February."""
    option = Contract("GC", date(2026, 1, 27), Right.PUT, Decimal(4000), "GCG26")
    ledger, fact = settled(holding((-1, option)), option, 3990.0)
    gold = future_contract("GC", "GCG26")
    assert (fact.delivered, gold.expiry) == (gold, date(2026, 2, 25))
    early = market(CLOSE, day=date(2026, 1, 28), price=3985.0)
    assert settle(ledger, early, FREE) == (ledger, ())
    after, (fact,) = settle(ledger, market(CLOSE, day=date(2026, 1, 29), price=3985.0), FREE)
    assert (fact.settlement, fact.note) == ("closed_out", "by the house: nothing is delivered here")
    assert (after.holdings, after.cash) == ({}, CASH - 15 * 100)


PIECES = [
    (-1, put(6000)), (1, put(6000, "SPX")), (2, call(6000)), (-3, put(6005)), (1, call(5995)),
    (-2, call(6000, "SPX")), (1, put(6000, "MES", future="MESZ25")),
    (-1, call(6000, "MES", future="MESZ25")), (-2, put(600, "SPY")), (1, call(600, "SPY")),
]  # fmt: skip


@given(st.permutations(PIECES), st.sampled_from([6000.0, 5999.99, 6000.25, 600.0, 599.99]))
def test_ties_are_settled_alike_in_any_order(
    held: list[tuple[int, Contract]], fixing: float
) -> None:
    fixings = {contract: fixing for _, contract in held}
    now, policy = market(CLOSE, fixings=fixings), seeded(7, contrary=0.5)
    ledger, facts = settle(holding(*held), now, TASTYTRADE, policy)
    expected, same = settle(holding(*PIECES), now, TASTYTRADE, policy)
    assert facts == same
    assert (ledger.cash, dict(ledger.holdings)) == (expected.cash, dict(expected.holdings))


def test_the_order_of_a_barrier_does_not_depend_on_the_order_of_buying() -> None:
    held = [(-1, put(6000)), (1, put(5950)), (-1, call(6050)), (2, put(5900, "SPX"))]
    fixings = {contract: 5920.0 for _, contract in held}
    one = settle(holding(*held), market(CLOSE, fixings=fixings), FREE)[1]
    other = settle(holding(*reversed(held)), market(CLOSE, fixings=fixings), FREE)[1]
    assert one == other


def test_shares_are_paid_for_at_the_strike() -> None:
    option = put(600, "SPY")
    ledger, fact = settled(holding((-1, option)), option, 590.0)
    assert fact.cash == 0
    assert ledger.cash == CASH - 60000
    assert worth(ledger, {share_of("SPY"): 590.0}) == CASH - 1000


def test_an_option_on_a_future_that_does_not_name_it_is_refused() -> None:
    option = put(6000, future="")
    with pytest.raises(DataError, match="no ES future"):
        settle(holding((-1, option)), market(CLOSE, fixings={option: 5000.0}), FREE)


@pytest.mark.parametrize(("fixing", "opposed"), [(600.0, True), (580.0, False), (620.0, False)])
def test_only_at_the_strike_does_a_holder_act_against_the_table(
    fixing: float, opposed: bool
) -> None:
    option = put(600, "SPY")
    now = market(CLOSE, fixings={option: fixing})
    _, facts = settle(holding((-40, option)), now, FREE, seeded(1))
    assert any("against the table" in fact.note for fact in facts) is opposed
    assert sum(fact.quantity for fact in facts) == -40


def test_a_future_ends_on_the_third_friday_at_the_open() -> None:
    assert ESZ25.settles is Settles.AM
    assert ESZ25.expiry == THIRD_FRIDAY


@pytest.mark.parametrize(("fixing", "fee"), [(5990.0, "1.00"), (6010.0, "0")])
def test_becoming_something_costs_a_fee_and_expiring_worthless_is_free(
    fixing: float, fee: str
) -> None:
    now = market(CLOSE, fixings={put(6000): fixing})
    ledger, facts = settle(holding((-2, put(6000))), now, TASTYTRADE)
    assert facts[0].fee == Decimal(fee)
    assert ledger.cash == CASH - Decimal(fee)
