"""Conditions of entry where an order has legs of several days: the first and the last end are asked."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tomking.core.order import Leg, Order, Purpose
from tomking.core.reading import Reading
from tomking.market.delivery import future_contract
from tomking.risk.case import open_case
from tomking.risk.gates.conditions import (
    expiry_is_far_enough,
    expiry_is_near_enough,
    options_are_dear,
    record_is_good,
    time_is_left,
)
from tomking.risk.tally import Tally
from worlds.board import FRIDAY
from worlds.gates import scene
from worlds.orders import option, order, preview

pytestmark = [pytest.mark.unit, pytest.mark.risk]

NAME = "friday_0dte"
WEEK, MONTH = FRIDAY + timedelta(days=7), FRIDAY + timedelta(days=30)


def across(*days: date, closes: tuple[date, ...] = (), futures: int = 0) -> Order:
    """An order that sells a call of each day, closes some others, and perhaps buys a future."""
    legs = [Leg(option("6090 C", day), -1, "all") for day in days]
    legs += [Leg(option("6100 C", day), 1, "all", opens=False) for day in closes]
    legs += [Leg(future_contract("ES", "ESZ25"), 1, "all")] * futures
    return replace(order("-1 6090 C"), legs=tuple(legs))


def asked(gate: Any, wanted: Order, **scenery: Any) -> Reading:
    """What a gate reads of an order."""
    seen = scene(**scenery)
    case = open_case(replace(wanted, purpose=Purpose.CLOSE, closes="x"), seen, preview())
    reading: Reading = gate(replace(case, order=wanted))
    return reading


@pytest.mark.rule("R-EVT-07")
@pytest.mark.parametrize(
    ("wanted", "days"),
    [
        (across(WEEK, MONTH), 7), (across(MONTH, WEEK), 7), (across(MONTH), 30),
        (across(MONTH, closes=(WEEK,)), 30),  # what closes has no days to keep
        (across(MONTH, futures=1), 30),
        (across(futures=1), None),
    ],
)  # fmt: skip
def test_the_nearest_option_that_is_opened_has_the_least_days(
    wanted: Order, days: int | None
) -> None:
    for least, passes in ((days or 0, True), ((days or 0) + 1, False)):
        reading = asked(expiry_is_far_enough, wanted, limits={"dte_min": ((NAME, least),)})
        assert reading.observed == days
        assert reading.passed is (passes and days is not None)


@pytest.mark.rule("R-EVT-08")
@pytest.mark.parametrize(
    ("wanted", "days"),
    [
        (across(WEEK, MONTH), 30), (across(MONTH, WEEK), 30), (across(WEEK), 7),
        (across(WEEK, closes=(MONTH,)), 7), (across(WEEK, futures=1), 7),
        (across(futures=1), None),
    ],
)  # fmt: skip
def test_the_farthest_option_that_is_opened_has_the_most_days(
    wanted: Order, days: int | None
) -> None:
    for most, passes in ((days or 0, True), ((days or 0) - 1, False)):
        reading = asked(expiry_is_near_enough, wanted, limits={"dte_max": ((NAME, most),)})
        assert reading.observed == days
        assert reading.passed is (passes and days is not None)


@pytest.mark.rule("R-EVT-06")
@pytest.mark.parametrize(
    ("wanted", "minutes"),
    [
        (across(FRIDAY, WEEK), 60.0), (across(WEEK, FRIDAY), 60.0),
        (across(WEEK), 7 * 24 * 60 + 60.0),
        (across(WEEK, closes=(FRIDAY,)), 7 * 24 * 60 + 60.0),
        (across(futures=1), None),
    ],
)  # fmt: skip
def test_the_first_option_that_is_opened_has_minutes_left(
    wanted: Order, minutes: float | None
) -> None:
    reading = asked(time_is_left, wanted, minute=330)
    assert reading.observed == (None if minutes is None else pytest.approx(minutes))
    assert reading.passed is (minutes is not None)


@pytest.mark.rule("R-VIX-07")
def test_where_no_percentile_is_asked_for_nothing_is_read() -> None:
    reading = asked(options_are_dear, across(WEEK))
    assert (reading.observed, reading.bound, reading.passed) == (0.0, 0.0, True)


@pytest.mark.rule("R-POS-06")
@pytest.mark.parametrize(
    ("wins", "losses", "least", "share", "bound"),
    [
        (0, 0, 0.0, 0.0, 0.0),
        (1, 3, 0.0, 0.25, 0.0),  # nothing is wanted
        (1, 3, 0.8, 0.25, 0.0),  # four are no record
        (15, 4, 0.8, 15 / 19, 0.0),
        (15, 5, 0.8, 0.75, 0.8),
        (20, 0, 0.8, 1.0, 0.8),
        (0, 0, 0.8, 0.0, 0.0),
    ],
)
def test_a_share_that_won_is_wanted_once_twenty_are_closed(
    wins: int, losses: int, least: float, share: float, bound: float
) -> None:
    limits = {"win_rate_min": ((NAME, least),)} if least else {}
    memory = {"tallies": ((NAME, Tally(wins, losses)), ("lt112", Tally(99, 0)))}
    reading = asked(record_is_good, across(WEEK), limits=limits, memory=memory)
    assert (reading.observed, reading.bound) == (pytest.approx(share), bound)
    assert ("not asked" in reading.name) is (least > 0.0 and bound == 0.0)
