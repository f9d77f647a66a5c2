"""What is answered to an order of ours is that order's, whatever name it bears there."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tomking.brokers.tastytrade.answered import answer_to, answers_to
from tomking.core.contract import Contract, Right
from tomking.core.order import Leg, Order, Purpose
from tomking.wire.orders import body_of, short_name

pytestmark = pytest.mark.unit

PUT = Contract("SPX", date(2026, 12, 18), Right.PUT, Decimal(6000))
CLOSES = (Leg(PUT, 1, "puts", opens=False),)


def to_close(what: str, **more: Any) -> Order:
    return Order(
        f"a/{what}", 1, Purpose.CLOSE, "a", "a", CLOSES, 1, Decimal(-1), closes="a", **more
    )


PAIR = (to_close("target"), to_close("stop", trigger=Decimal("0.9")))
NAMES = [short_name(order.id) for order in PAIR]


def rows(*, name: str | None = None) -> list[dict[str, Any]]:
    """The pair as a broker shows it, under no name or another."""
    told = [body_of(order) | {"id": 7 + n, "status": "Live"} for n, order in enumerate(PAIR)]
    for row in told:
        del row["external-identifier"]
        if name is not None:
            row["external-identifier"] = name
    return told


@pytest.mark.parametrize("name", [None, "", "cut off"])
def test_each_of_a_pair_is_told_by_what_it_is(name: str | None):
    for said in (rows(name=name), rows(name=name)[::-1]):
        found = {
            row["external-identifier"]: row["id"] for row in answers_to(PAIR, {"orders": said})
        }
        assert found == dict(zip(NAMES, (7, 8), strict=True))


def test_what_looks_like_none_of_them_keeps_the_name_it_has():
    other = rows(name="of somebody")[0] | {"legs": []}
    assert list(answers_to(PAIR, {"orders": [other, 3]})) == [other, 3]


@pytest.mark.parametrize("said", [None, [], {}, {"orders": None}, {"orders": {}}])
def test_an_answer_without_orders_tells_of_none(said: object):
    assert list(answers_to(PAIR, said)) == []


@pytest.mark.parametrize("row", [None, [], "text"])
def test_an_answer_that_is_no_order_is_still_about_this_one(row: object):
    assert answer_to(PAIR[0], row) == {"external-identifier": NAMES[0]}
