"""Orders as JSON: what is sent can be read back, and what is wrong with a body is all said at once."""

from datetime import date
from decimal import Decimal
from math import gcd
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract, Right
from tomking.core.order import Leg, Order, Purpose, TimeInForce
from tomking.market.delivery import future_contract
from tomking.wire.orders import Asked, Flaw, asked_in, body_of, change_of

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 27)
EXPIRY = date(2026, 12, 18)


def put(strike: int) -> Contract:
    """A put on the index, fixed at the close."""
    return Contract("SPX", EXPIRY, Right.PUT, Decimal(strike))


def order(*legs: Leg, units: int = 1, limit: str | None = "1.25", **more: Any) -> Order:
    """An order of some strategy."""
    price = None if limit is None else Decimal(limit)
    return Order("plan/2026-11-27/open", 1, Purpose.OPEN, "plan", "c", legs, units, price, **more)


SPREAD = (Leg(put(6000), -1, "puts"), Leg(put(5900), 1, "puts"))


def test_a_credit_spread_is_sold_in_the_brokers_words() -> None:
    body = body_of(order(*SPREAD, units=3, tif=TimeInForce.GTC))
    assert body["price"] == "1.25"
    assert body["price-effect"] == "Credit"
    assert body["time-in-force"] == "GTC"
    assert body["external-identifier"] == "plan/2026-11-27/open#1"
    assert body["legs"] == [
        {"instrument-type": "Equity Option", "symbol": "SPXW  261218P06000000",
         "action": "Sell to Open", "quantity": 3},
        {"instrument-type": "Equity Option", "symbol": "SPXW  261218P05900000",
         "action": "Buy to Open", "quantity": 3},
    ]  # fmt: skip


def test_what_closes_may_never_open_instead_and_what_only_opens_says_nothing_of_that() -> None:
    close = Leg(put(6000), 1, "puts", opens=False)
    open_too = Leg(put(5900), -1, "puts")
    for legs in ((close,), (close, open_too)):
        body = body_of(order(*legs))
        assert body["advanced-instructions"] == {"strict-position-effect-validation": True}
        read = asked_in(body, TODAY)
        assert isinstance(read, Asked)
        assert read.strict
    future = Leg(future_contract("ES", "ESZ26"), -1, "delivered", opens=False)
    for silent in (SPREAD, (future,)):
        assert "advanced-instructions" not in body_of(order(*silent))


def test_a_package_of_another_ratio_keeps_it() -> None:
    legs = (Leg(put(6000), -2, "puts"), Leg(put(5900), 1, "puts"))
    asked = asked_in(body_of(order(*legs, units=2)), TODAY)
    assert isinstance(asked, Asked)
    assert [leg.quantity for leg in asked.legs] == [-4, 2]
    assert asked.units == 2


@given(
    st.lists(st.integers(-4, 4).filter(bool), min_size=1, max_size=4),
    st.integers(1, 20),
    st.decimals(-50, 50, places=2, allow_nan=False) | st.none(),
    st.booleans(),
    st.sampled_from([*TimeInForce]),
    st.decimals(Decimal("0.05"), 9, places=2) | st.none(),
)
def test_what_is_sent_is_what_is_read(
    ratios: list[int], units: int, limit: Decimal | None, opens: bool, tif: TimeInForce,
    trigger: Decimal | None,
) -> None:  # fmt: skip
    common = gcd(*ratios)
    legs = tuple(
        Leg(put(6000 - 5 * place), ratio // common, "t", opens=opens)
        for place, ratio in enumerate(ratios)
    )
    until = date(2026, 12, 11) if tif is TimeInForce.GTD else None
    sent = Order(
        "i", 1, Purpose.OPEN, "s", "c", legs, units, limit, tif=tif, until=until, trigger=trigger
    )
    read = asked_in(body_of(sent), TODAY)
    assert isinstance(read, Asked)
    assert read.units == units
    assert (read.limit, read.trigger, read.tif, read.until) == (limit, trigger, tif, until)
    assert read.name == sent.id
    assert [(leg.contract, leg.quantity, leg.opens) for leg in read.legs] == [
        (leg.contract, leg.quantity * units, opens) for leg in legs
    ]


def test_an_outright_future_names_its_side_alone() -> None:
    leg = Leg(future_contract("ES", "ESZ26"), -1, "delivered", opens=False)
    body = body_of(order(leg, limit="-6000.25"))
    assert body["legs"][0]["action"] == "Sell"
    read = asked_in(body, TODAY)
    assert isinstance(read, Asked)
    assert read.legs[0].opens is None


def test_shares_go_by_the_hundred_and_are_told_one_by_one() -> None:
    leg = Leg(Contract("SPY", date.max), 2, "shares")
    body = body_of(order(leg, limit="-600.00"))
    assert body["legs"][0]["quantity"] == 200
    read = asked_in(body, TODAY)
    assert isinstance(read, Asked)
    assert read.legs[0].quantity == 2
    odd = body | {"legs": [body["legs"][0] | {"quantity": 150}]}
    found = asked_in(odd, TODAY)
    assert not isinstance(found, Asked)
    assert found[0].reason == "quantity must be so many times 100: shares are traded in lots here"


def test_a_body_without_legs_is_of_the_order_it_replaces() -> None:
    first = asked_in(body_of(order(*SPREAD)), TODAY)
    assert isinstance(first, Asked)
    other = order(*SPREAD, limit="1.10")
    assert change_of(other) | {"legs": body_of(other)["legs"]} == body_of(other)
    assert "legs" not in change_of(other)
    second = asked_in(change_of(other), TODAY, first.legs)
    assert isinstance(second, Asked)
    assert second.legs == first.legs
    assert second.limit == Decimal("1.10")


@pytest.mark.parametrize(
    ("body", "domain", "reason"),
    [
        ({}, "order-type", "is missing"),
        ({"order-type": "Limitless"}, "order-type", "is not included in the list"),
        ({"time-in-force": "Forever"}, "time-in-force", "is not included in the list"),
        ({"price": "-1.25"}, "price", "must not be below zero"),
        ({"price": "1,25"}, "price", "is no number"),
        ({"price": "NaN"}, "price", "is no number"),
        ({"price-effect": "Crebit"}, "price-effect", "is not included in the list"),
        ({"time-in-force": "GTD"}, "gtc-date", "is missing"),
        ({"time-in-force": "GTD", "gtc-date": "tomorrow"}, "gtc-date", "is no date"),
        ({"order-type": "Stop Limit"}, "stop-trigger", "is missing"),
        ({"order-type": "Market"}, "price", "must be left out of an order of this type"),
        ({"legs": []}, "legs", "is missing"),
        ({"legs": ["SPY"]}, "legs[0]", "is no object"),
        ({"legs": [{}]}, "legs[0]", "symbol is missing"),
        ({"legs": [{"symbol": "SPY", "action": "Buy to Open", "quantity": 0}]}, "legs[0]",
         "quantity must be a whole number above zero"),
        ({"legs": [{"symbol": "SPY", "action": "Buy to Open", "quantity": "1.5"}]}, "legs[0]",
         "quantity must be a whole number above zero"),
        ({"legs": [{"symbol": "SPY", "action": "Buy to Open", "quantity": True}]}, "legs[0]",
         "quantity is True, where a number was expected"),
        ({"legs": [{"symbol": "SPY", "action": "Sell to Buy", "quantity": 1}]}, "legs[0]",
         "'Sell to Buy' is no action; the broker knows Buy to Open, Sell to Open, Buy to Close, "
         "Sell to Close, Buy and Sell"),
        ({"legs": [{"symbol": "SPY", "action": "Buy to Open", "quantity": 1,
                    "instrument-type": "Future"}]}, "legs[0]", "instrument-type is not Equity"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_body_is_said(body: dict[str, Any], domain: str, reason: str) -> None:
    whole = body and body_of(order(*SPREAD)) | body
    found = asked_in(whole, TODAY)
    assert not isinstance(found, Asked)
    assert Flaw(domain, reason) in found


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = asked_in({"price": "x"}, TODAY)
    assert not isinstance(found, Asked)
    assert {flaw.domain for flaw in found} == {"order-type", "time-in-force", "legs"} | {"price"}
