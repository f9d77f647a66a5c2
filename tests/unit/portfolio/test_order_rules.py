"""What the venue asks of an order by itself: legs, quantities, price, type, time in force, date."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from tomking.core.calendar import new_york, session
from tomking.core.contract import Contract
from tomking.core.order import Leg, Order, TimeInForce
from tomking.portfolio.order_rules import is_priced_on_tick
from tomking.portfolio.preflight import Situation, objections
from unit.portfolio.orders import (
    ALONE,
    DAY,
    FUTURE,
    LONG,
    MARKET,
    SHORT,
    SPREAD,
    STOP,
    STOP_LIMIT,
    TEN_THIRTY,
    TODAY,
    buy,
    names,
    order,
    put,
    sell,
)

pytestmark = [pytest.mark.unit, pytest.mark.risk]


def test_an_order_without_legs_is_only_told_that() -> None:
    assert names(order()) == {"order has legs"}


def test_four_legs_are_taken_and_five_are_not() -> None:
    legs = [sell(put(5000 + 10 * k)) for k in range(5)]
    assert names(order(*legs[:4])) == set()
    assert names(order(*legs)) == {"legs the venue takes in one order"}


def test_a_future_goes_alone() -> None:
    future = Contract("ES", date(2026, 9, 18), future="ESU26")
    alone = order(buy(future), limit="-6000.25")
    assert names(alone) == set()
    assert names(replace(alone, limit=Decimal("-6000.30"))) == {"price is on tick"}
    assert names(order(buy(future), sell(SHORT), limit="-6000.25")) == {
        "legs the venue takes in one order"
    }


def test_a_package_has_one_root() -> None:
    spy = put(570, root="SPY")
    assert names(order(sell(SHORT), buy(spy))) == {"legs are of one root"}


def test_no_leg_is_repeated() -> None:
    assert names(order(sell(SHORT), sell(SHORT))) == {"no leg is repeated"}


@pytest.mark.parametrize("units", [0, -1])
def test_an_order_for_nothing_is_refused(units: int) -> None:
    assert "quantity is at least one" in names(replace(SPREAD, units=units))


def test_a_leg_of_nothing_is_refused() -> None:
    assert "quantity is at least one" in names(order(sell(SHORT), Leg(LONG, 0, "t")))


def test_a_leg_of_nothing_is_not_sold_too_late_as_well() -> None:
    late = new_york(DAY, time(15, 45))
    nothing = order(Leg(put(5700, DAY), 0, "t"), buy(put(5690, DAY)), limit="-0.50")
    assert names(nothing, at=late) == {"quantity is at least one"}


@pytest.mark.parametrize(
    ("legs", "limit", "fits"),
    [
        ((sell(SHORT),), "4.95", True),
        ((sell(SHORT),), "4.97", False),
        ((sell(SHORT),), "5.25", True),
        ((sell(SHORT),), "5.05", False),
        ((sell(SHORT), buy(LONG)), "5.05", True),
        ((sell(SHORT), buy(LONG)), "1.52", False),
        ((buy(LONG),), "-4.95", True),
        ((buy(LONG),), "-5.05", False),
    ],
)
def test_the_price_lies_on_the_step_of_one_leg_or_of_a_package(
    legs: tuple[Leg, ...], limit: str, fits: bool
) -> None:
    assert names(order(*legs, limit=limit)) == (set() if fits else {"price is on tick"})


def test_buying_costs_and_selling_pays() -> None:
    assert names(order(buy(LONG), limit="1.50")) == {"price agrees with buying"}
    assert names(order(sell(SHORT), limit="-1.50")) == {"price agrees with selling"}
    assert names(order(sell(SHORT), buy(LONG), limit="-1.50")) == set()
    assert names(order(buy(LONG), limit="0")) == names(order(sell(SHORT), limit="0")) == set()


FUTURE_STOP = replace(order(buy(FUTURE)), limit=None, trigger=Decimal("6100.25"))


@pytest.mark.parametrize("wanted", [ALONE, MARKET, STOP, STOP_LIMIT], ids=lambda o: str(o.type))
def test_one_leg_may_be_of_any_type_for_the_day(wanted: Order) -> None:
    assert names(wanted) == set()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"limit": None}, "legs of a market order"),
        ({"limit": None, "trigger": Decimal("9.00")}, "legs of a stop order"),
        ({"trigger": Decimal("9.00")}, "legs of a stop limit order"),
    ],
)
def test_a_package_has_a_limit_and_no_trigger(changes: dict[str, object], said: str) -> None:
    assert names(replace(SPREAD, **changes)) == {said}


@pytest.mark.parametrize(
    ("wanted", "tif", "allowed"),
    [
        (SPREAD, TimeInForce.GTC, True),
        (MARKET, TimeInForce.GTC, False),
        (STOP, TimeInForce.GTC, False),
        (STOP_LIMIT, TimeInForce.GTC, False),
        (FUTURE_STOP, TimeInForce.GTC, True),
        (replace(order(buy(FUTURE)), limit=None), TimeInForce.GTC, False),
    ],
)
def test_market_orders_and_stops_on_options_are_for_the_day(
    wanted: Order, tif: TimeInForce, allowed: bool
) -> None:
    expected: set[str] = set() if allowed else {"time in force suits the type"}
    assert names(replace(wanted, tif=tif)) == expected


@pytest.mark.parametrize(
    ("tif", "until", "seen"),
    [
        (TimeInForce.GTD, DAY, None),
        (TimeInForce.GTD, date(2026, 7, 1), None),
        (TimeInForce.GTD, date(2026, 6, 4), "2026-06-04 is past"),
        (TimeInForce.GTD, date.min, "0001-01-01 is past"),
        (TimeInForce.GTD, date(2026, 9, 30), None),  # the day its legs expire
        (TimeInForce.GTD, date(2026, 10, 1), "2026-10-01 is after ES 2026-09-30 5700 P ends"),
        (TimeInForce.GTD, date.max, "9999-12-31 is after ES 2026-09-30 5700 P ends"),
        (TimeInForce.GTD, None, "none"),
        (TimeInForce.DAY, DAY, "2026-06-05 on an order that is day"),
        (TimeInForce.GTC, DAY, "2026-06-05 on an order that is good till cancelled"),
    ],
)
def test_a_date_stands_where_it_is_needed_and_has_not_passed(
    tif: TimeInForce, until: date | None, seen: str | None
) -> None:
    wanted = replace(SPREAD, tif=tif, until=until)
    found = [reading.observed for reading in objections(wanted, Situation({}, TODAY, TEN_THIRTY))]
    assert found == ([] if seen is None else [seen])


@pytest.mark.parametrize(
    ("expiry", "until", "day", "seen"),
    [
        (date(2028, 12, 15), date(2027, 6, 5), DAY, None),
        (date(2028, 12, 15), date(2027, 6, 6), DAY, "2027-06-06 is more than a year ahead"),
        (date(2034, 1, 20), date(2032, 12, 31), date(2032, 6, 4), None),
        (
            date(2034, 1, 20), date(2033, 1, 3), date(2032, 6, 4),
            "2033-01-03 is after the last known session",
        ),
    ],
)  # fmt: skip
def test_a_date_is_no_further_than_a_year_and_the_sessions_that_are_known(
    expiry: date, until: date, day: date, seen: str | None
) -> None:
    leap = sell(put(570, expiry, "SPY"))
    wanted = replace(order(leap), tif=TimeInForce.GTD, until=until)
    met = Situation({}, session(day), new_york(day, time(10, 30)))
    found = [reading.observed for reading in objections(wanted, met)]
    assert found == ([] if seen is None else [seen])


def test_the_first_leg_to_end_decides_for_the_package() -> None:
    calendar = order(sell(put(5700, date(2026, 6, 30))), buy(put(5700)))
    until = replace(calendar, tif=TimeInForce.GTD, until=date(2026, 6, 30))
    assert names(until) == set()
    assert names(replace(until, until=date(2026, 7, 1))) == {"date an order is good till"}


ODD = ("NaN", "-NaN", "sNaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e999999", "1000000000")


@pytest.mark.parametrize("price", ODD)
def test_a_price_that_is_no_figure_is_an_objection_and_no_crash(price: str) -> None:
    for wanted in (SPREAD, replace(ALONE, trigger=Decimal("9.00"))):
        met = Situation({}, TODAY, TEN_THIRTY)
        (said,) = objections(replace(wanted, limit=Decimal(price)), met)
        assert str(said).startswith(f"prices of the order: limit {Decimal(price)}, must be figures")
        assert not is_priced_on_tick(replace(wanted, limit=Decimal(price)))
    assert names(replace(STOP, trigger=Decimal(price))) == {"prices of the order"}


def test_the_largest_price_that_is_one_is_asked_about_like_any_other() -> None:
    assert names(replace(ALONE, limit=Decimal("999999999.75"))) == set()
    assert names(replace(ALONE, limit=Decimal("999999999.80"))) == {"price is on tick"}


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ("0.05", set()),
        ("0", {"trigger is a price"}),
        ("-1.00", {"trigger is a price"}),
        ("4.97", {"price is on tick"}),
    ],
)
def test_a_trigger_is_a_price_on_the_tick(trigger: str, said: set[str]) -> None:
    assert names(replace(STOP, trigger=Decimal(trigger))) == said


@pytest.mark.parametrize(
    ("quantities", "reduced"),
    [((-1, 1), True), ((-2, 2), False), ((-2, 1), True), ((-2, 4), False), ((-3, 2), True)],
)
def test_legs_are_in_their_smallest_ratio(quantities: tuple[int, int], reduced: bool) -> None:
    wanted = order(Leg(SHORT, quantities[0], "t"), Leg(LONG, quantities[1], "t"))
    assert names(wanted) == (set() if reduced else {"legs are in their smallest ratio"})
