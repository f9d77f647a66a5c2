"""The exchange as a broker: approved orders in, facts out, nothing in between."""

from decimal import Decimal

import pytest
from worlds.board import FRIDAY, board
from worlds.orders import order

from tomking.brokers.simulated import SimulatedBroker
from tomking.core.errors import InvariantError
from tomking.core.facts import LegFilled, OrderEnded
from tomking.core.reading import Reading, Sense, Stage
from tomking.exchange.fills import MID
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.verdict import Approved

PASSED = (Reading("fuse", Stage.DATA, Sense.IS, "whole", "whole"),)


def broker() -> SimulatedBroker:
    return SimulatedBroker(Exchange(Decimal(100_000), TASTYTRADE, MID, "tastytrade"))


def test_what_became_of_an_order_is_a_fact_of_a_later_poll() -> None:
    desk, wanted = broker(), order("-1 6090 C, +1 6120 C", "0.20")
    now = board(FRIDAY, 60.0, price=6042.0, vol=0.2)
    desk.submit(Approved(wanted, PASSED), now)
    assert list(desk.poll(now)) == []
    later = list(desk.poll(board(FRIDAY, 61.0, price=6042.0, vol=0.2)))
    assert [type(fact) for fact in later] == [LegFilled, LegFilled, OrderEnded]
    assert dict(desk.holdings()) == {leg.contract: leg.quantity for leg in wanted.legs}
    assert desk.find(wanted.intent) == wanted.id


def test_the_requirement_is_that_of_the_exchange() -> None:
    desk, wanted = broker(), order("-1 6090 C, +1 6120 C", "0.20")
    now = board(FRIDAY, 60.0, price=6042.0, vol=0.2)
    assert desk.requirement(now) == 0
    assert desk.preview(wanted, now).alone == Decimal("1500.00")


def test_a_cancelled_order_ends_as_cancelled() -> None:
    desk, wanted = broker(), order("-1 6090 C, +1 6120 C", "25.00")
    desk.submit(Approved(wanted, PASSED), board(FRIDAY, 60.0, price=6042.0, vol=0.2))
    desk.cancel(wanted.id)
    (ended,) = desk.poll(board(FRIDAY, 61.0, price=6042.0, vol=0.2))
    assert isinstance(ended, OrderEnded)
    assert ended.how == "cancelled"


def test_only_an_approval_that_holds_can_be_built() -> None:
    failed = Reading("VIX", Stage.VIX, Sense.BELOW, 31.0, 30.0)
    with pytest.raises(InvariantError, match="not passed by every gate"):
        Approved(order("-1 6090 C, +1 6120 C"), (*PASSED, failed))
