"""When things are looked up: after gaps and doubts at once, otherwise now and then."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tomking.brokers.tastytrade.rounds import (
    NOW_AND_THEN,
    OFTEN,
    SELDOM,
    Rounds,
    is_over,
)
from tomking.core.calendar import AFTER_CLOSE
from tomking.core.contract import Contract, Right, Settles
from tomking.market.sessions import session_of
from tomking.wire.budget import Budget

pytestmark = pytest.mark.unit

DAY = date(2018, 6, 15)
SESSION = session_of(DAY)
assert SESSION is not None
AT = SESSION.at(60)
SECOND = timedelta(seconds=1)


@dataclass
class OfDay:
    session: object


@dataclass
class Now:
    at: object
    day: object


def now(at) -> Now:
    return Now(at, OfDay(SESSION))


def put(day: date, settles: Settles = Settles.PM) -> Contract:
    return Contract("SPX", day, Right.PUT, Decimal(2700), settles=settles)


@pytest.mark.parametrize(
    ("gaps", "doubt", "working", "resting", "since", "due"),
    [
        (2, False, False, False, NOW_AND_THEN, False), (3, False, False, False, SECOND, True),
        (2, True, False, False, SECOND, True), (2, False, True, False, OFTEN - SECOND, False),
        (2, False, True, False, OFTEN, True), (2, False, False, True, OFTEN, False),
        (2, False, False, True, SELDOM - SECOND, False), (2, False, False, True, SELDOM, True),
        (2, False, True, True, OFTEN, True),
    ],
)  # fmt: skip
def test_orders(gaps, doubt, working, resting, since, due):
    rounds = Rounds(orders=AT - since, gaps=2, resting=SELDOM)
    assert rounds.orders_due(AT, gaps, doubt=doubt, working=working, resting=resting) is due


def test_at_an_exchange_that_counts_no_requests_what_rests_is_looked_up_often():
    rounds = Rounds(orders=AT - OFTEN, gaps=2)
    assert rounds.orders_due(AT, 2, doubt=False, working=False, resting=True)


def test_a_day_of_looks_at_what_rests_is_within_the_budget():
    a_day = timedelta(days=1)
    looks = a_day / SELDOM + 4 * (a_day / NOW_AND_THEN)
    assert looks < Budget().a_day / 2


@pytest.mark.parametrize(
    ("since", "held", "traded", "due"),
    [
        (SECOND, (), False, False), (SECOND, (), True, True), (NOW_AND_THEN, (), False, True),
        (OFTEN, (put(date(2018, 6, 14)),), False, True),
        (OFTEN - SECOND, (put(date(2018, 6, 14)),), False, False),
        (OFTEN, (put(date(2018, 7, 20)),), False, False),
    ],
)  # fmt: skip
def test_the_ledger(since, held, traded, due):
    assert Rounds(ledger=AT - since).ledger_due(now(AT), held, traded=traded) is due


def test_a_day_of_looks_for_an_end_that_nobody_books_leaves_most_of_the_budget():
    over, a_minute = (put(date(2018, 6, 14)),), timedelta(minutes=1)
    rounds, looks = Rounds(ledger=AT, resting=SELDOM), 0
    for minute in range(1, 24 * 60):
        at = AT + minute * a_minute
        if rounds.ledger_due(now(at), over, traded=False):
            rounds, looks = replace(rounds, ledger=at), looks + 1
    assert looks < Budget().a_day / 5


@pytest.mark.parametrize(
    ("held", "behind", "first"),
    [
        ((), None, date(2018, 6, 14)), ((put(date(2018, 7, 20)),), None, date(2018, 6, 14)),
        ((put(date(2018, 6, 8)),), None, date(2018, 6, 8)),
        ((), date(2018, 6, 1), date(2018, 6, 1)), ((), date(2018, 6, 15), date(2018, 6, 14)),
        ((put(date(2018, 6, 8)),), date(2018, 6, 11), date(2018, 6, 8)),
    ],
)  # fmt: skip
def test_the_ledger_is_read_from_where_something_may_be_missing(held, behind, first):
    rounds = Rounds(ledger=AT, behind=behind)
    assert rounds.ledger_from(now(AT), held, AT - timedelta(days=90)) == first


def test_the_first_reading_begins_the_day_before_the_desk_did():
    assert Rounds().ledger_from(now(AT), (), AT - timedelta(days=90)) == date(2018, 3, 16)


@pytest.mark.parametrize(
    ("since", "differ", "due"),
    [
        (OFTEN, False, False),
        (OFTEN, True, True),
        (OFTEN - SECOND, True, False),
        (NOW_AND_THEN, False, True),
    ],
)
def test_the_books(since, differ, due):
    assert Rounds(books=AT - since).books_due(AT, differ=differ) is due


@pytest.mark.parametrize(("since", "due"), [(SELDOM, True), (SELDOM - SECOND, False)])
def test_books_that_differ_are_compared_seldom_where_requests_are_counted(since, due):
    assert Rounds(books=AT - since, resting=SELDOM).books_due(AT, differ=True) is due


def test_everything_is_looked_up_at_the_start():
    begun = Rounds()
    assert begun.orders_due(AT, 0, doubt=False, working=False, resting=False)
    assert begun.ledger_due(now(AT), (), traded=False)
    assert begun.books_due(AT, differ=False)


@pytest.mark.parametrize(
    ("contract", "minute", "over"),
    [
        (put(DAY), 389.0, False), (put(DAY), 390.0 + AFTER_CLOSE, True),
        (put(DAY, Settles.AM), 0.0, True), (put(DAY, Settles.AM), -1.0, False),
        (put(date(2018, 6, 14)), 0.0, True), (put(date(2018, 6, 18)), 405.0, False),
    ],
)  # fmt: skip
def test_an_option_is_over_once_it_is_fixed(contract, minute, over):
    assert is_over(contract, now(SESSION.at(minute))) is over


def test_a_look_that_is_asked_for_anew_has_been_there_all_the_same():
    assert not Rounds().looked
    assert Rounds(orders=AT, gaps=0).looked
    assert replace(Rounds(orders=AT, gaps=0), orders=None).looked
