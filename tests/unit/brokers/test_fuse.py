"""The fuse holds what any day may bring and blows at what none may."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tomking.brokers.fuse import (
    ALL_A_DAY,
    CONTRACTS_AN_ORDER,
    LOSS_A_DAY,
    ORDERS_A_DAY,
    Fuse,
    FuseBlown,
)
from tomking.core.calendar import NEW_YORK
from tomking.core.errors import Exit
from tomking.core.facts import Sent, SessionClosed
from tomking.core.order import Order, Purpose
from worlds.orders import closing, order

pytestmark = pytest.mark.unit

AT = datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)
WORTH = Decimal(100_000)
SOLD = order("-1 5900 P, 1 5870 P")


def after(*sent: Order, at: datetime = AT, worth: Decimal = WORTH) -> Fuse:
    fuse = Fuse().after(SessionClosed(AT, AT.date(), worth, Decimal(0), Decimal(0), 15.0))
    for each in sent:
        fuse = fuse.after(Sent(at, each))
    return fuse


def blows(fuse: Fuse, wanted: Order, net_liq: Decimal | None = WORTH) -> bool:
    try:
        fuse.holds(wanted, AT.date(), net_liq)
    except FuseBlown:
        return True
    return False


def test_blown_it_says_so_and_wants_a_person():
    with pytest.raises(FuseBlown, match="nothing was sent") as blown:
        after().holds(order("-1 5900 P, 1 5870 P", units=51), AT.date(), WORTH)
    assert blown.value.exit_code is Exit.NEEDS_HUMAN


def test_as_many_orders_as_a_day_may_have_and_no_more():
    assert not blows(after(*[SOLD] * ORDERS_A_DAY), SOLD)
    assert blows(after(*[SOLD] * (ORDERS_A_DAY + 1)), SOLD)


def test_an_exit_goes_out_though_nothing_more_may_be_opened():
    assert not blows(after(*[SOLD] * (ORDERS_A_DAY + 1)), closing(SOLD, "-1.00"))


def test_exits_that_never_end_are_ended():
    exit_ = closing(SOLD, "-1.00")
    assert not blows(after(*[exit_] * ALL_A_DAY), exit_)
    assert blows(after(*[exit_] * (ALL_A_DAY + 1)), exit_)


def test_a_hedge_goes_out_whatever_was_lost():
    hedge = replace(SOLD, purpose=Purpose.REDUCE)
    assert not blows(after(), hedge, Decimal(1))


def test_a_new_day_counts_anew():
    yesterday = after(*[SOLD] * (ORDERS_A_DAY + 1), at=AT - timedelta(days=1))
    assert not blows(yesterday.after(Sent(AT, SOLD)), SOLD)


@pytest.mark.parametrize(("units", "much"), [(CONTRACTS_AN_ORDER // 2, False), (51, True)])
def test_no_order_is_for_more_contracts_than_any_may_be(units, much):
    assert blows(after(), order("-1 5900 P, 1 5870 P", units=units)) is much


@pytest.mark.parametrize(("cents_more", "much"), [(0, False), (1, True)])
def test_nothing_is_opened_after_a_day_lost_what_none_may_lose(cents_more, much):
    left = WORTH * (1 - LOSS_A_DAY) - Decimal(cents_more) / 100
    assert blows(after(), SOLD, left) is much


def test_what_closes_goes_out_whatever_was_lost():
    assert not blows(after(), closing(SOLD, "-1.00"), Decimal(1))


def test_without_a_close_or_a_worth_there_is_no_loss_to_measure():
    assert not blows(Fuse(), SOLD, Decimal(1))
    assert not blows(after(), SOLD, None)
