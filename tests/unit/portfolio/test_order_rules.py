"""What the venue asks of an order by itself: legs, quantities, price, type, time in force, date."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.contract import Contract
from tomking.core.order import Leg, Order, TimeInForce
from tomking.portfolio.preflight import (
    Situation,
    objections,
)
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
