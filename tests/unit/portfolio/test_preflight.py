"""What the venue asks of an order where it stands: held contracts, hours, other orders, codes."""

from dataclasses import replace
from datetime import UTC, date, time
from decimal import Decimal

import pytest

from tomking.core.calendar import new_york, session
from tomking.core.contract import Contract, Settles
from tomking.core.order import Order, Purpose, TimeInForce
from tomking.core.venue import Checkpoint, Code
from tomking.market.delivery import future_contract
from tomking.portfolio.hours import last_trade
from tomking.portfolio.preflight import (
    CHECKS,
    Situation,
    claims,
    first_of,
    objections,
    readings,
    refusals,
    replaced,
)
from unit.portfolio.orders import (
    DAY,
    FUTURE,
    LONG,
    MARKET,
    SHORT,
    SPREAD,
    TEN_THIRTY,
    TODAY,
    buy,
    closing,
    names,
    order,
    put,
    sell,
)

pytestmark = [pytest.mark.unit, pytest.mark.risk]


def test_a_spread_in_the_morning_meets_no_objection() -> None:
    assert names(SPREAD) == set()


def test_every_check_answers_whether_it_holds_or_not() -> None:
    answers = readings(SPREAD, Situation({}, TODAY, TEN_THIRTY))
    assert len(answers) == len(CHECKS) == len({answer.name for answer in answers})
    assert all(answer.passed for answer in answers)


@pytest.mark.parametrize(
    ("held", "units", "allowed"),
    [(-2, 1, True), (-2, 2, True), (-2, 3, False), (0, 1, False), (2, 1, False)],
)
def test_nothing_is_closed_that_is_not_held(held: int, units: int, allowed: bool) -> None:
    expected: set[str] = set() if allowed else {"closes no more than is held"}
    assert names(closing(units), {SHORT: held}) == expected


def test_nothing_is_opened_against_what_is_held() -> None:
    assert names(SPREAD, {SHORT: -3, LONG: 1}) == set()
    assert names(SPREAD, {SHORT: 1}) == {"opens nothing against what is held or working"}
    assert names(SPREAD, {LONG: -1}) == {"opens nothing against what is held or working"}


@pytest.mark.parametrize(
    ("clock", "allowed"),
    [(time(9, 29, 59), False), (time(9, 30), True), (time(15, 59, 59), True), (time(16, 0), False)],
)
def test_the_market_is_open_from_the_open_until_before_the_close(
    clock: time, allowed: bool
) -> None:
    expected: set[str] = set() if allowed else {"market is open"}
    assert names(SPREAD, at=new_york(DAY, clock)) == expected


def test_a_day_without_a_session_is_closed() -> None:
    assert names(SPREAD, today=None) == {"market is open"}


def test_an_instant_means_the_same_in_any_zone() -> None:
    assert names(SPREAD, at=TEN_THIRTY.astimezone(UTC)) == set()


@pytest.mark.parametrize(
    ("clock", "allowed"), [(time(15, 29, 59), True), (time(15, 30), False), (time(15, 45), False)]
)
def test_nothing_is_sold_to_open_in_the_last_half_hour_of_its_life(
    clock: time, allowed: bool
) -> None:
    short, long = put(5700, DAY), put(5690, DAY)
    at = new_york(DAY, clock)
    expected: set[str] = set() if allowed else {"sold to open before the cut-off"}
    assert names(order(sell(short), buy(long)), at=at) == expected
    shut = order(buy(short, opens=False), sell(long, opens=False), limit="-0.50")
    assert names(shut, {short: -1, long: 1}, at=at) == set()
    assert names(order(buy(long), limit="-0.50"), at=at) == set()
    assert names(SPREAD, at=at) == set()


def test_the_cut_off_comes_earlier_on_a_half_day() -> None:
    half = session(date(2025, 11, 28), early=True)
    order_ = order(sell(put(5700, half.day)), buy(put(5690, half.day)))
    assert names(order_, today=half, at=new_york(half.day, time(12, 29))) == set()
    assert names(order_, today=half, at=new_york(half.day, time(12, 30))) == {
        "sold to open before the cut-off"
    }


def test_an_expired_contract_does_not_trade() -> None:
    gone = put(5700, date(2026, 6, 4))
    assert names(order(sell(gone))) == {"contracts still trade"}
    opening_print = replace(put(5700, DAY), settles=Settles.AM)
    late = names(order(buy(opening_print), limit="-1.00"))
    assert late == {"contracts still trade"}


def test_shares_never_expire() -> None:
    shares = Contract("SPY", date(2000, 1, 1))
    assert last_trade(shares, TODAY) is None
    assert names(order(buy(shares), limit="-570.01", units=100)) == set()


def test_away_from_its_own_day_a_contract_trades_to_a_full_close() -> None:
    assert last_trade(SHORT, TODAY) == new_york(SHORT.expiry, time(16))
    opening_print = replace(SHORT, settles=Settles.AM)
    assert last_trade(opening_print, TODAY) == new_york(SHORT.expiry, time(9, 30))


def test_every_objection_is_a_sentence() -> None:
    (said,) = objections(closing(3), Situation({SHORT: -2}, TODAY, TEN_THIRTY))
    assert str(said) == "closes no more than is held: 1 contracts, must be at most 0"


# -- instruments, holdings and what others will close -------------------------------------------


@pytest.mark.parametrize("root", ["SPY1", "NOPE"])
def test_of_an_instrument_nobody_knows_only_that_is_said(root: str) -> None:
    (said,) = objections(order(sell(put(500, root=root))), Situation({}, TODAY, TEN_THIRTY))
    assert said.name == "instruments are known"


def test_what_others_will_close_is_not_there_to_be_closed() -> None:
    for claimed, left in ((0, True), (1, True), (2, False)):
        met = Situation({SHORT: -3}, TODAY, TEN_THIRTY, {SHORT: claimed})
        assert (objections(closing(2), met) == ()) is left


def test_of_one_group_only_the_largest_counts() -> None:
    one, other = [(SHORT, 2), (LONG, -2)], [(SHORT, 3)]
    assert claims([one, other]) == {SHORT: 5, LONG: -2}
    assert claims([[*one, *other]]) == {SHORT: 3, LONG: -2}


def test_an_order_stands_in_for_the_one_it_replaces_and_for_those_before() -> None:
    first = closing(1)
    second = replace(first, attempt=2, replaces=first.id)
    third = replace(first, attempt=3, replaces=second.id)
    working = {first.id: first, second.id: second}
    assert replaced(third, working) == [second.id, first.id]
    assert replaced(first, working) == []
    assert first_of(third, working) == first_of(second, working) == first.id
    assert first_of(third, {}) == third.id


def test_a_future_is_bought_against_one_that_is_short_but_never_closed_without_one() -> None:
    bought = order(buy(FUTURE), limit="-6000.25")
    sold_back = replace(
        bought, legs=(sell(FUTURE, opens=False),), limit=Decimal("6000.25"), purpose=Purpose.CLOSE
    )
    assert names(bought, {FUTURE: -1}) == set()
    assert names(sold_back, {FUTURE: 1}) == set()
    assert names(sold_back, {}) == {"closes no more than is held"}


@pytest.mark.parametrize(
    ("on", "opens", "said"),
    [
        (date(2025, 11, 10), True, []),
        (date(2025, 11, 17), True, ["opens nothing that is for closing only"]),
        (date(2025, 11, 17), False, []),
    ],
)
def test_a_future_near_its_delivery_is_closed_and_not_opened(
    on: date, opens: bool, said: list[str]
) -> None:
    """CLZ25 trades until 20 November 2025; out by five sessions before (rulebook 23)."""
    crude, hours = future_contract("CL", "CLZ25"), session(on)
    wanted = order(buy(crude, opens=opens), limit="-60.00")
    met = Situation({} if opens else {crude: -1}, hours, hours.at(60))
    assert [reading.name for reading in objections(wanted, met)] == said


# -- codes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "code", "seen"),
    [
        (order(), Code.VALIDATION, Checkpoint.PREFLIGHT),
        (order(sell(put(1, root="SPY1"))), Code.INSTRUMENT, Checkpoint.PREFLIGHT),
        (order(buy(LONG), limit="1.50"), Code.BUYS_FOR_CREDIT, Checkpoint.PREFLIGHT),
        (order(sell(SHORT), limit="-1.50"), Code.SELLS_FOR_DEBIT, Checkpoint.PREFLIGHT),
        (replace(MARKET, tif=TimeInForce.GTC), Code.GTC_MARKET, Checkpoint.PREFLIGHT),
        (closing(1), Code.NO_POSITION, Checkpoint.PREFLIGHT),
        (order(sell(SHORT), limit="1.52"), Code.VALIDATION, Checkpoint.ROUTING),
    ],
)
def test_a_refusal_has_the_broker_s_code_at_the_look_the_broker_takes(
    wanted: Order, code: Code, seen: Checkpoint
) -> None:
    met = Situation({}, TODAY, TEN_THIRTY)
    found = {look: [said.code for said in refusals(wanted, met, look)] for look in Checkpoint}
    assert found == {look: [code] if look is seen else [] for look in Checkpoint}


def test_a_refusal_prints_code_and_sentence() -> None:
    (said,) = refusals(closing(1), Situation({}, TODAY, TEN_THIRTY), Checkpoint.PREFLIGHT)
    assert str(said) == (
        "closing_with_no_position: closes no more than is held: 1 contracts, must be at most 0"
    )


def test_a_price_beside_the_tick_is_all_that_routing_finds() -> None:
    assert [check.seen for check in CHECKS].count(Checkpoint.ROUTING) == 1


def test_contracts_that_stand_against_others_are_counted_over_all_units() -> None:
    wanted = replace(SPREAD, units=3)
    found = objections(wanted, Situation({SHORT: 1, LONG: -1}, TODAY, TEN_THIRTY))
    assert [reading.observed for reading in found] == [6.0]
