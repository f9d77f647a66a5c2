"""Evenings nobody looked at: the first later look makes up for them, or says that nobody can."""

from datetime import date
from decimal import Decimal

import pytest

from tomking.core.calendar import session
from tomking.core.contract import Contract, Right, Settles
from tomking.core.facts import DividendBooked, EveningsMissed, Fact, Settled
from tomking.exchange.assignment import OFF, RATIONAL, EarlyExercise, seeded
from tomking.exchange.fills import MID
from tomking.exchange.ledger import Ledger
from tomking.exchange.settlement import share_of
from tomking.exchange.venue import Exchange
from tomking.market.carry import Dividend
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import FRIDAY, MONDAY, Market, Quotes, market

pytestmark = pytest.mark.unit

CASH = Decimal(2_000_000)
TUESDAY, WEDNESDAY = date(2025, 12, 9), date(2025, 12, 10)
LATER = date(2025, 12, 19)
SHARE = share_of("SPY")
DEEP = Contract("SPY", LATER, Right.CALL, Decimal(550))
FAR = Contract("SPY", LATER, Right.CALL, Decimal(599))
DYING = Contract("SPY", FRIDAY, Right.PUT, Decimal(610))
PAID = {"SPY": (Dividend(MONDAY, Decimal("1.90")),)}
EVE: Quotes = {DEEP: (50.0, 50.4), FAR: (7.0, 7.2), SHARE: (600.0, 600.02)}
#: Without the dividend the share opens at 598.10, and the call keeps a time value of 0.20.
MORNING: Quotes = {DEEP: (48.2, 48.4), FAR: (6.0, 6.2), SHARE: (598.1, 598.12)}


def account(held: dict[Contract, int], policy: EarlyExercise = RATIONAL) -> Exchange:
    costs = {contract: Decimal(5) * n for contract, n in held.items()}
    start = Ledger(CASH, held, costs)
    return Exchange(CASH, TASTYTRADE, MID, "tastytrade", exercise=policy, start=start)


def eve(minute: float) -> Market:
    """SPY at 600 on Friday, the dividend of Monday announced."""
    return market(minute, EVE, price=600.0, dividends=PAID, fixings={DYING: 600.0})


def morning(minute: float = 10, day: date = MONDAY, close: float | None = 600.0) -> Market:
    closed = {} if close is None else {"SPY": close}
    dividends = PAID if day == MONDAY else {}
    return market(
        minute, MORNING, day=day, price=598.1, dividends=dividends, closed=closed,
        fixings={DYING: 600.0},
    )  # fmt: skip


def looked(exchange: Exchange, *looks: Market) -> list[Fact]:
    return [fact for now in looks for fact in exchange.step(now)]


@pytest.mark.parametrize("last", [60, 385, 400])
@pytest.mark.parametrize("policy", [RATIONAL, OFF, seeded(3)])
def test_who_looks_the_next_morning_only_has_the_ledger_of_who_looked_in_the_evening(
    last: float, policy: EarlyExercise
) -> None:
    """A call assigned for the dividend, a put that ended, shares held: all before Monday's ex-date."""
    held = {DEEP: -20, FAR: -1, DYING: -1, SHARE: 3}
    one, other = account(held, policy), account(held, policy)
    facts = looked(one, eve(last), eve(405), morning())
    late = looked(other, eve(last), morning())
    assert one.ledger == other.ledger
    assert [str(fact) for fact in facts] == [str(fact) for fact in late]
    assert sum(isinstance(fact, DividendBooked) for fact in late) == 1


def test_what_is_made_up_for_is_dated_as_it_would_have_been() -> None:
    exchange = account({DEEP: -2, DYING: -1})
    ended, early, paid = looked(exchange, eve(60), morning())
    assert isinstance(ended, Settled)
    assert isinstance(early, Settled)
    assert (ended.at, ended.contract) == (session(FRIDAY).closes, DYING)
    assert (early.at, early.contract) == (session(FRIDAY).at(405), DEEP)
    assert (early.price, early.note) == (600.0, "early, for the dividend of $1.90")
    assert isinstance(paid, DividendBooked)
    assert paid.at == morning().at
    assert paid.quantity == -100
    assert looked(exchange, morning(11)) == []


def test_a_call_with_more_time_value_than_the_dividend_is_not_assigned_afterwards_either() -> None:
    exchange = account({FAR: -1})
    assert looked(exchange, eve(60), morning()) == []
    assert exchange.holdings() == {FAR: -1}


def test_where_the_close_of_the_evening_is_not_known_it_is_said_and_nothing_is_booked() -> None:
    exchange = account({DEEP: -2})
    (fact,) = looked(exchange, eve(60), morning(close=None))
    assert isinstance(fact, EveningsMissed)
    assert (fact.first, fact.last, fact.contracts) == (FRIDAY, FRIDAY, (DEEP,))
    assert str(fact) == (
        f"nobody looked in the evening on 2025-12-05: whether {DEEP} was assigned or paid a "
        "dividend is not known and not booked; compare with the account"
    )
    assert exchange.holdings() == {DEEP: -2}


def test_a_session_nobody_looked_at_at_all_still_brings_the_dividend_that_was_announced() -> None:
    exchange = account({SHARE: 2})
    (paid,) = looked(exchange, eve(405), morning(day=TUESDAY))
    assert isinstance(paid, DividendBooked)
    assert (paid.at, paid.cash) == (session(MONDAY).opens, Decimal("380.00"))


def test_of_evenings_further_back_it_is_said_that_nobody_knows() -> None:
    """Tuesday's close is known on Wednesday, Friday's and Monday's are not, nor Tuesday's dividend."""
    exchange = account({DEEP: -1, SHARE: 1})
    facts = looked(exchange, eve(60), morning(day=WEDNESDAY))
    assert [type(fact) for fact in facts] == [DividendBooked, EveningsMissed]
    (missed,) = (fact for fact in facts if isinstance(fact, EveningsMissed))
    assert (missed.first, missed.last) == (FRIDAY, MONDAY)
    assert set(missed.contracts) == {DEEP, SHARE}


def test_a_dividend_that_was_booked_is_not_booked_again_for_an_evening_nobody_looked_at() -> None:
    exchange = account({SHARE: 2})
    today = market(60, EVE, price=600.0, dividends={"SPY": (Dividend(FRIDAY, Decimal("1.90")),)})
    facts = looked(exchange, today, morning())
    assert [fact.at for fact in facts if isinstance(fact, DividendBooked)] == [
        today.at, morning().at,
    ]  # fmt: skip
    assert len(facts) == 2


def test_shares_are_asked_about_only_where_a_whole_session_went_by_unseen() -> None:
    """Friday's look knew of Monday's dividend, so of Monday nothing is unknown; of Tuesday it is."""
    one, more = account({SHARE: 1}), account({SHARE: 1})
    assert [type(fact) for fact in looked(one, eve(60), morning(day=TUESDAY))] == [DividendBooked]
    facts = looked(more, eve(60), morning(day=WEDNESDAY))
    assert [type(fact) for fact in facts] == [DividendBooked, EveningsMissed]


@pytest.mark.parametrize(("minute", "settled"), [(390, 0), (404.9, 0), (405, 1), (500, 1)])
def test_the_evening_begins_a_quarter_of_an_hour_after_the_close_and_comes_once(
    minute: float, settled: int
) -> None:
    exchange = account({DEEP: -2})
    assert len(looked(exchange, eve(60), eve(minute))) == settled
    assert len(looked(exchange, eve(minute + 0.01))) == 0


def test_evenings_are_missed_up_to_the_last_that_something_was_open_on() -> None:
    """One put ends on Monday and is known from then on; the call stays unknown a day longer."""
    ends = Contract("SPY", MONDAY, Right.PUT, Decimal(500))
    exchange = account({ends: -1, DEEP: -1})
    later = market(10, MORNING, day=WEDNESDAY, price=598.1, closed={"SPY": 600.0},
                   fixings={ends: 600.0})  # fmt: skip
    facts = looked(exchange, eve(60), later)
    (missed,) = (fact for fact in facts if isinstance(fact, EveningsMissed))
    assert (missed.first, missed.last) == (FRIDAY, MONDAY)
    assert set(missed.contracts) == {ends, DEEP}


def test_an_account_without_anything_that_can_be_assigned_hears_nothing() -> None:
    for held in ({}, {DEEP: 2}, {Contract("SPX", LATER, Right.PUT, Decimal(5900)): -1}):
        assert looked(account(dict(held)), eve(60), morning(day=WEDNESDAY)) == []
    assert looked(account({DEEP: -1}), morning(day=WEDNESDAY)) == []


@pytest.mark.parametrize(("future", "told"), [("ESZ25", False), ("ESH26", True)])
def test_of_futures_the_close_of_the_one_in_front_is_known(future: str, told: bool) -> None:
    """Far out of the money: what is known calls for nothing, what is not known is said."""
    dies = date(2025, 12, 19) if future == "ESZ25" else date(2026, 3, 20)
    option = Contract("ES", dies, Right.PUT, Decimal(5000), future, Settles.AM)
    exchange, quotes = account({option: -1}), {option: (1.0, 1.2)}
    facts = looked(exchange, market(60, quotes), market(10, quotes, day=MONDAY))
    assert [type(fact) for fact in facts] == ([EveningsMissed] if told else [])
