"""The exchange as a broker: hands over and returns; what happened is a fact of a later poll."""

from decimal import Decimal

import pytest

from tomking.brokers.simulated import SimulatedBroker
from tomking.core.errors import InvariantError
from tomking.core.facts import LegFilled, OrderEnded
from tomking.exchange.fills import MID
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.judge import judge
from tomking.risk.verdict import Approved
from worlds.board import board
from worlds.gates import SPREAD, scene
from worlds.orders import order, view

pytestmark = pytest.mark.unit

WANTED = order(SPREAD, "0.00", root="MES")


@pytest.fixture
def broker() -> SimulatedBroker:
    return SimulatedBroker(Exchange(Decimal(100_000), TASTYTRADE, MID, "tastytrade"))


def approved(broker: SimulatedBroker) -> Approved:
    """The order with every gate's consent."""
    seen = view(scene().market)
    verdict = judge(WANTED, seen, broker.preview(WANTED, seen.market))
    assert isinstance(verdict, Approved), [str(r) for r in verdict.readings if not r.passed]
    return verdict


def test_what_was_submitted_trades_at_a_later_poll(broker: SimulatedBroker) -> None:
    now = scene().market
    assert broker.find(WANTED.intent) is None
    broker.submit(approved(broker), now)
    assert broker.find(WANTED.intent) == WANTED.id
    assert list(broker.poll(now)) == []
    facts = list(broker.poll(scene(minute=61.0).market))
    assert [type(fact) for fact in facts] == [LegFilled, LegFilled, OrderEnded]
    assert set(broker.holdings().values()) == {-1, 1}
    assert broker.requirement(scene(minute=61.0).market) > 0


def test_a_cancel_is_a_fact_of_a_later_poll(broker: SimulatedBroker) -> None:
    broker.submit(approved(broker), scene().market)
    broker.cancel(WANTED.id)
    (ended,) = broker.poll(scene(minute=61.0).market)
    assert isinstance(ended, OrderEnded)
    assert ended.how == "cancelled"


def test_a_second_send_is_a_bug(broker: SimulatedBroker) -> None:
    consent = approved(broker)
    broker.submit(consent, scene().market)
    with pytest.raises(InvariantError, match="sent twice"):
        broker.submit(consent, scene().market)


def test_a_dry_run_changes_nothing(broker: SimulatedBroker) -> None:
    dry = broker.preview(WANTED, board(price=6042.0, vol=0.2))
    assert dry.alone == dry.after > 0
    assert dry.fees > 0
    assert not broker.holdings()
