"""When contracts trade: a session that ends later for some, and the last day of each."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import Session, new_york, session
from tomking.core.contract import Contract, Right, Settles
from tomking.core.order import Leg, Order, Purpose
from tomking.market.expiry import ends
from tomking.portfolio.hours import last_trade, trades_until
from tomking.portfolio.preflight import Situation, objections

pytestmark = pytest.mark.unit

DAY = date(2026, 6, 5)
TODAY = session(DAY)
SHORT = Contract("ES", date(2026, 9, 30), Right.PUT, Decimal(5700), "ESZ26")
FUTURE = Contract("ES", date(2026, 9, 18), future="ESU26")


def put(strike: int, expiry: date) -> Contract:
    return Contract("ES", expiry, Right.PUT, Decimal(strike), "ESU26")


def order(*legs: Leg, limit: str) -> Order:
    return Order("s/open", 1, Purpose.OPEN, "s", "c", legs, 1, Decimal(limit))


def sell(contract: Contract) -> Leg:
    return Leg(contract, -1, "t")


def buy(contract: Contract) -> Leg:
    return Leg(contract, 1, "t")


def shut_out(wanted: Order, at: datetime, today: Session = TODAY) -> set[str]:
    """What the table says against an order at an hour."""
    return {reading.name for reading in objections(wanted, Situation({}, today, at))}


SPX_LATER = Contract("SPX", date(2026, 6, 8), Right.PUT, Decimal(5700))
VIX_AM = Contract("VIX", date(2026, 6, 17), Right.PUT, Decimal(20), settles=Settles.AM)


@pytest.mark.parametrize(
    ("contract", "clock"),
    [
        (SPX_LATER, time(16, 15)),
        (replace(SPX_LATER, expiry=DAY), time(16)),
        (Contract("SPY", date(2026, 6, 8), Right.PUT, Decimal(570)), time(16, 15)),
        (Contract("VIX", date(2026, 7, 1), Right.PUT, Decimal(20)), time(16, 15)),
        (SHORT, time(16)),
        (FUTURE, time(16)),
    ],
)
def test_a_session_ends_later_for_some_options_but_not_on_their_last_day(
    contract: Contract, clock: time
) -> None:
    close = new_york(DAY, clock)
    assert trades_until(contract, TODAY) == close
    wanted = order(Leg(contract, 1, "t"), limit="-1.00")
    for seconds, shut in ((-1, False), (0, True)):
        at = close + timedelta(seconds=seconds)
        assert ("market is open" in shut_out(wanted, at)) is shut


@pytest.mark.parametrize("right", [Right.PUT, Right.CALL, None])
def test_what_is_fixed_on_the_opening_print_does_not_trade_that_day(right: Right | None) -> None:
    day = date(2025, 12, 19)
    strike = None if right is None else Decimal(5700)
    quarterly = Contract("ES", day, right, strike, "ESZ25", Settles.AM)
    opens = new_york(day, time(9, 30))
    assert trades_until(quarterly, session(day)) == last_trade(quarterly, session(day)) == opens
    eve = session(date(2025, 12, 18))
    assert trades_until(quarterly, eve) == eve.closes
    wanted = order(buy(quarterly), limit="-1.00")
    assert shut_out(wanted, opens, session(day)) == {"contracts still trade"}


def test_a_package_trades_as_long_as_all_of_its_legs_do() -> None:
    today = replace(SPX_LATER, expiry=DAY)
    wanted = order(buy(today), sell(SPX_LATER), limit="0.05")
    assert "market is open" in shut_out(wanted, new_york(DAY, time(16, 5)))


def test_an_option_that_pays_cash_on_the_opening_print_stops_the_session_before() -> None:
    assert last_trade(VIX_AM, TODAY) == new_york(date(2026, 6, 16), time(16))
    eve, last = session(date(2026, 6, 16)), new_york(date(2026, 6, 16), time(15, 59))
    wanted = order(buy(VIX_AM), limit="-1.00")
    assert shut_out(wanted, last, eve) == set()
    morning = new_york(VIX_AM.expiry, time(9, 30))
    assert "contracts still trade" in shut_out(wanted, morning, session(VIX_AM.expiry))


def test_a_contract_beyond_the_table_trades_to_a_full_close() -> None:
    far = put(5700, date(2040, 12, 21))
    assert last_trade(far, TODAY) == new_york(far.expiry, time(16))
    assert last_trade(replace(far, settles=Settles.AM), TODAY) == new_york(far.expiry, time(9, 30))


@pytest.mark.parametrize(
    ("settles", "wanted"),
    [
        (Settles.PM, new_york(date(1998, 11, 27), time(13))),
        (Settles.AM, new_york(date(1998, 11, 25), time(16))),
    ],
)
def test_the_first_year_of_the_table_is_known_like_any_other(
    settles: Settles, wanted: datetime
) -> None:
    """The day after Thanksgiving ends at 13:00, and its eve is the Wednesday."""
    last = Contract("SPX", date(1998, 11, 27), Right.PUT, Decimal(1100), settles=settles)
    assert last_trade(last, TODAY) == wanted
    assert (ends(last) == wanted) is (settles is Settles.PM)


def test_before_the_first_session_of_the_table_there_is_no_eve() -> None:
    first = Contract("SPX", date(1998, 1, 2), Right.PUT, Decimal(900), settles=Settles.AM)
    assert last_trade(first, TODAY) == ends(first) == new_york(first.expiry, time(9, 30))


@given(st.dates(date(1997, 1, 1), date(2034, 12, 31)), st.sampled_from(Settles), st.booleans())
def test_the_last_trade_is_the_end_unless_cash_is_fixed_on_the_opening_print(
    day: date, settles: Settles, on_a_future: bool
) -> None:
    root, code = ("ES", "ESU26") if on_a_future else ("SPX", "")
    known = Contract(root, day, Right.PUT, Decimal(5700), code, settles)
    last = last_trade(known, None)
    assert last is not None
    assert last <= ends(known)
    assert last == ends(known) or (settles is Settles.AM and not on_a_future)
