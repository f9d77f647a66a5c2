"""Rows of the broker's ledger: each booked once, options with what they delivered, fees as charged."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from tomking.brokers.tastytrade.inbox import TradeInbox
from tomking.brokers.tastytrade.ledger import booked, read, row_of
from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract, Right, Settles
from tomking.core.dealings import FeesDiffered, ForeignMoved, RowBooked
from tomking.core.errors import DataError
from tomking.core.facts import CashMoved, DividendBooked, Fact, LegFilled, Settled
from tomking.market.delivery import future_contract
from tomking.wire.symbols import trading_symbol

pytestmark = pytest.mark.unit

AT = datetime(2026, 6, 19, 16, 15, tzinfo=NEW_YORK)
PUT = Contract("SPX", AT.date(), Right.PUT, Decimal(6000))
SPY = Contract("SPY", AT.date(), Right.PUT, Decimal(600))
SHARE = Contract("SPY", date.max)


def row(number: int, kind: str, sub: str, value: str = "0.0", **more: object) -> dict[str, object]:
    return {
        "id": number, "transaction-type": kind, "transaction-sub-type": sub,
        "executed-at": AT.isoformat(), "value": value.lstrip("-"),
        "value-effect": "Debit" if value.startswith("-") else "Credit",
        "net-value": str(more.pop("net", value)).lstrip("-"),
        "net-value-effect": "Debit" if value.startswith("-") else "Credit", **more,
    }  # fmt: skip


def delivered(
    number: int, sub: str, contract: Contract, count: str, **more: object
) -> dict[str, object]:
    value = str(more.pop("value", "0.0"))
    return row(
        number, "Receive Deliver", sub, value, symbol=trading_symbol(contract), quantity=count,
        **{"price": "0.0", **more},
    )  # fmt: skip


def holding(**held: int) -> TradeInbox:
    box = TradeInbox()
    box.held = {{"put": PUT, "spy": SPY, "share": SHARE}[name]: n for name, n in held.items()}
    return box


def facts(box: TradeInbox, *rows: dict[str, object], fixing: float | None = None) -> list[Fact]:
    odd: list[str] = []
    made = booked([row_of(each) for each in rows], box, lambda contract: fixing, odd)
    assert odd == []
    return made


def test_an_option_settled_in_cash_says_where():
    settled, done = facts(
        holding(put=-2), delivered(1, "Cash Settled Assignment", PUT, "2.0", value="-5000.0")
    )
    assert isinstance(settled, Settled)
    assert (settled.quantity, settled.cash, settled.settlement) == (
        -2,
        Decimal(-5000),
        "cash_settled",
    )
    assert settled.price == 5975.0
    assert isinstance(done, RowBooked)


@pytest.mark.parametrize("fixing", [6100.0, None])
def test_an_option_that_expires_worthless_takes_its_sign_from_what_is_held(fixing):
    settled = facts(holding(put=-2), delivered(1, "Expiration", PUT, "2.0"), fixing=fixing)[0]
    assert isinstance(settled, Settled)
    assert (settled.quantity, settled.cash) == (-2, Decimal(0))
    assert settled.price == fixing


def test_an_assignment_is_one_fact_with_the_shares_it_brought():
    box = holding(spy=-1)
    made = facts(
        box, delivered(1, "Assignment", SPY, "1.0"),
        delivered(
            2, "Buy to Open", SHARE, "100.0", action="Buy to Open", price="600.0", value="-60000.0"
        ),
    )  # fmt: skip
    settled = made[0]
    assert isinstance(settled, Settled)
    assert (settled.delivered, settled.delivered_quantity) == (SHARE, 1)
    assert settled.delivered_price == 600
    assert [type(fact) for fact in made] == [Settled, RowBooked, RowBooked]
    assert box.held == {SHARE: 1}


@pytest.mark.parametrize(
    ("sub", "value", "price"),
    [("Cash Settled Assignment", "-5000.0", 5975.0), ("Expiration", "0.0", None)],
)
def test_what_is_fixed_in_the_morning_settles_by_its_row_with_no_fixing_from_the_market(
    sub, value, price
):
    morning = replace(PUT, settles=Settles.AM)
    box = TradeInbox()
    box.held = {morning: -2}
    settled = facts(box, delivered(1, sub, morning, "2.0", value=value), fixing=None)[0]
    assert isinstance(settled, Settled)
    assert (settled.contract, settled.cash, box.held) == (morning, Decimal(value), {})
    assert settled.price == price
    assert "nan" not in str(settled)


def test_what_was_delivered_with_no_fixing_is_booked_at_what_it_came_for():
    settled = facts(
        holding(spy=-1), delivered(1, "Assignment", SPY, "1.0"),
        delivered(
            2, "Buy to Open", SHARE, "100.0", action="Buy to Open", price="600.0", value="-60000.0"
        ),
    )[0]  # fmt: skip
    assert isinstance(settled, Settled)
    assert settled.price == 600.0


def test_what_has_left_the_count_already_does_not_leave_it_twice():
    box = holding()
    assert moved(facts(box, delivered(1, "Cash Settled Assignment", PUT, "3.0"))) == []
    assert sum(box.foreign_held.values()) == 0


SPY_CALL = Contract("SPY", AT.date(), Right.CALL, Decimal(590))
ES = future_contract("ES", "ESU26")
ES_PUT = Contract("ES", AT.date(), Right.PUT, Decimal(6000), "ESU26")


def brought(
    number: int, contract: Contract, count: str, price: str, way: str = "Buy"
) -> dict[str, object]:
    """A row of what an option became."""
    side = way if contract.future else f"{way} to Open"
    return delivered(number, side, contract, count, action=side, price=price)


def settled_of(made: list[Fact]) -> list[tuple[Contract, Contract | None, int, Decimal]]:
    return [
        (f.contract, f.delivered, f.delivered_quantity, f.delivered_price)
        for f in made
        if isinstance(f, Settled)
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_two_assignments_of_one_instant_are_paired_whatever_their_order(order):
    box = TradeInbox(held={SPY: -1, SPY_CALL: -2})
    rows = [
        delivered(1, "Assignment", SPY, "1.0"), delivered(2, "Assignment", SPY_CALL, "2.0"),
        brought(3, SHARE, "100.0", "600.0"), brought(4, SHARE, "200.0", "590.0", "Sell"),
    ]  # fmt: skip
    made = facts(box, *(rows[n] for n in order))
    assert sorted(settled_of(made), key=str) == sorted([
        (SPY, SHARE, 1, Decimal(600)), (SPY_CALL, SHARE, -2, Decimal(590)),
    ], key=str)  # fmt: skip
    assert not moved(made)
    assert box.booked == {"1", "2", "3", "4"}
    assert box.held == {SHARE: -1}


def test_what_is_delivered_in_parts_is_one_delivery_with_all_their_fees():
    box = TradeInbox(held={SPY: -2})
    made = facts(
        box, delivered(1, "Assignment", SPY, "2.0"), brought(2, SHARE, "100.0", "600.0"),
        brought(3, SHARE, "100.0", "600.0"),
    )  # fmt: skip
    assert settled_of(made) == [(SPY, SHARE, 2, Decimal(600))]
    assert (box.held, box.booked) == ({SHARE: 2}, {"1", "2", "3"})


@pytest.mark.parametrize("first", [0, 1])
def test_an_assignment_told_in_two_readings_is_booked_with_the_second(first):
    box = TradeInbox(held={ES_PUT: -1})
    rows = [
        row_of(delivered(1, "Assignment", ES_PUT, "1.0")),
        row_of(brought(2, ES, "1.0", "6000.0")),
    ]
    odd: list[str] = []
    assert booked([rows[first]], box, lambda contract: None, odd) == []
    assert len(odd) == 1
    assert box.held == {ES_PUT: -1}
    made = booked(rows, box, lambda contract: None, odd)
    assert settled_of(made) == [(ES_PUT, ES, 1, Decimal(6000))]
    assert (box.held, len(odd)) == ({ES: 1}, 1)


@pytest.mark.parametrize(
    "other",
    [
        brought(2, SHARE, "100.0", "601.0"), brought(2, SHARE, "100.0", "600.0", "Sell"),
        brought(2, SHARE, "200.0", "600.0"), brought(2, ES, "1.0", "600.0"),
        brought(2, SHARE, "100.0", "600.0") | {"symbol": "MSFT"},
        brought(2, SHARE, "100.0", "600.0") | {"price": "dear"},
    ],
)  # fmt: skip
def test_what_it_cannot_have_become_is_not_taken_for_it(other):
    box = TradeInbox(held={SPY: -1})
    odd: list[str] = []
    made = booked(
        [row_of(delivered(1, "Assignment", SPY, "1.0")), row_of(other)], box, lambda c: None, odd
    )
    assert not settled_of(made)
    assert "became is not told" in odd[0]
    assert box.held == {SPY: -1}


def test_of_what_is_delivered_for_more_than_ours_the_rest_is_somebody_else_s():
    box = TradeInbox(held={SPY: -1}, foreign_held={trading_symbol(SPY): -2})
    made = facts(box, delivered(1, "Assignment", SPY, "3.0"), brought(2, SHARE, "300.0", "600.0"))
    assert settled_of(made) == [(SPY, SHARE, 1, Decimal(600))]
    assert moved(made) == [("SPY", 200), (trading_symbol(SPY), 2)]


@pytest.mark.parametrize("missing", ["quantity", "action", "price"])
def test_a_row_that_lacks_something_is_said_and_ends_nothing(missing):
    for said in (delivered(1, "Expiration", PUT, "2.0"), brought(1, SHARE, "1", "2", "Sell")):
        odd: list[str] = []
        box = holding(put=-2)
        said.pop(missing, None)
        booked([row_of(said)], box, lambda contract: None, odd)
        assert bool(odd) is ("1" not in box.booked)


def test_what_is_left_unbooked_is_told_with_its_day():
    box = holding(put=-2)
    odd: list[str] = []
    late = (AT + timedelta(days=3)).isoformat()
    rows: list[dict[str, object]] = [
        delivered(1, "Expiration", PUT, "many"), row(2, "Money Movement", "Deposit", "1.0"),
        row(3, "Trade", "Buy") | {"value": "dear", "executed-at": late}, {"id": 4},
    ]  # fmt: skip
    before = AT - timedelta(days=9)
    assert read(rows[:2], box, before, lambda c: None, odd)[1] == AT.date()
    assert read(rows[1:3], box, before, lambda c: None, odd)[1] == AT.date() + timedelta(days=3)
    assert read(rows[3:], box, before, lambda c: None, odd)[1] == before.date()
    assert len(odd) == 3
    assert read(rows[1:2], box, before, lambda c: None, odd) == ([], None)


def moved(made: list[Fact]) -> list[tuple[str, int]]:
    return [(fact.symbol, fact.quantity) for fact in made if isinstance(fact, ForeignMoved)]


@pytest.mark.parametrize("symbol", [trading_symbol(PUT), "MSFT  260619P00400000"])
def test_what_is_not_ours_ends_where_it_was_counted(symbol):
    box = holding()
    box.foreign_held = {symbol: -2}
    said = delivered(1, "Expiration", PUT, "2.0") | {"symbol": symbol}
    made = facts(box, said)
    assert [type(fact) for fact in made] == [ForeignMoved, RowBooked]
    assert moved(made) == [(symbol, 2)]
    assert box.foreign_held[symbol] == 0
    assert facts(box, said) == []


def test_an_end_of_what_nobody_is_known_to_hold_moves_nothing():
    assert [type(f) for f in facts(holding(), delivered(1, "Expiration", PUT, "2.0"))] == [
        RowBooked
    ]


def test_an_assignment_of_somebody_else_s_brings_his_shares_and_none_of_ours():
    box = holding()
    box.foreign_held = {"MSFT  260619P00400000": -1}
    made = facts(
        box, delivered(1, "Assignment", PUT, "1.0") | {"symbol": "MSFT  260619P00400000"},
        delivered(2, "Buy to Open", SHARE, "100.0", action="Buy to Open") | {"symbol": "MSFT"},
    )  # fmt: skip
    assert moved(made) == [("MSFT  260619P00400000", 1), ("MSFT", 100)]
    assert box.held == {}


def test_of_more_than_ours_only_ours_ends():
    settled = facts(
        holding(put=-1), delivered(1, "Cash Settled Assignment", PUT, "3.0", value="-9000.0")
    )[0]
    assert isinstance(settled, Settled)
    assert (settled.quantity, settled.cash) == (-1, Decimal(-3000))


def test_the_rest_of_it_is_somebody_else_s():
    box = holding(put=-1)
    box.foreign_held = {trading_symbol(PUT): -2}
    said = delivered(1, "Cash Settled Assignment", PUT, "3.0", value="-9000.0")
    assert moved(facts(box, said)) == [(trading_symbol(PUT), 2)]
    assert (box.held, box.foreign_held[trading_symbol(PUT)]) == ({}, 0)


def test_a_row_of_which_nothing_can_be_made_is_said_and_tried_again():
    box = holding(put=-2)
    broken = row_of(delivered(1, "Expiration", PUT, "many"))
    sound = row_of(row(2, "Money Movement", "Deposit", "100.0"))
    for _ in range(2):
        odd: list[str] = []
        booked([broken, sound], box, lambda contract: None, odd)
        assert len(odd) == 1
        assert "row 1" in odd[0]
    assert box.booked == {"2"}


def test_a_dividend_on_what_is_not_traded_here_is_money():
    made = facts(holding(), row(1, "Money Movement", "Dividend", "3.0", symbol="MSFT"))
    assert [type(fact) for fact in made] == [CashMoved, RowBooked]


def test_a_row_is_booked_once_whatever_is_read_again():
    box = holding(put=-2)
    said = delivered(1, "Expiration", PUT, "2.0")
    assert facts(box, said)
    assert facts(box, said) == []


def trade(fee: str) -> dict[str, object]:
    return row(
        1, "Trade", "Sell to Open", "500.0", net=str(Decimal(500) - Decimal(fee)),
        symbol=trading_symbol(PUT), **{"order-id": 17, "ext-exec-id": "x1"},
    )  # fmt: skip


@pytest.mark.parametrize(("fee", "more"), [("3.37", None), ("3.50", "0.13"), ("3.00", "-0.37")])
def test_a_trade_that_cost_something_else_says_so(fee, more):
    box = TradeInbox()
    box.fold([
        LegFilled(AT, "o#1", 0, PUT, -1, Decimal(5), Decimal("3.37"), "17/0/x1"),
    ])  # fmt: skip
    made = facts(box, trade(fee))
    found = [fact.amount for fact in made if isinstance(fact, FeesDiffered)]
    assert found == ([] if more is None else [Decimal(more)])


def test_dividends_come_with_the_shares_and_other_money_as_money():
    more = {"symbol": "SPY", "description": "Q2"}
    dividend = facts(holding(share=2), row(1, "Money Movement", "Dividend", "360.0", **more))[0]
    assert isinstance(dividend, DividendBooked)
    assert (dividend.quantity, dividend.each, dividend.cash) == (2, Decimal("1.8"), Decimal(360))
    moved = facts(holding(), row(2, "Money Movement", "Withdrawal", "-100.0", description="rent"))[
        0
    ]
    assert moved == CashMoved(AT, Decimal(-100), "Withdrawal: rent")


def test_the_daily_settlement_of_futures_moves_nothing_here():
    made = facts(holding(), row(1, "Money Movement", "Mark to Market", "-250.0"))
    assert [type(fact) for fact in made] == [RowBooked]


@pytest.mark.parametrize("missing", ["id", "transaction-type", "executed-at", "value", "net-value"])
def test_a_row_without_its_figures_is_no_row(missing):
    said = row(1, "Trade", "Buy to Open")
    del said[missing]
    with pytest.raises(DataError):
        row_of(said)
    said = row(1, "Trade", "Buy to Open") | {"executed-at": "soon"}
    with pytest.raises(DataError):
        row_of(said)


def test_rows_of_days_ago_are_of_their_own_day():
    late = delivered(1, "Expiration", PUT, "2.0") | {
        "executed-at": (AT + timedelta(days=1)).isoformat()
    }
    assert isinstance(facts(holding(put=2), late)[0], Settled)
