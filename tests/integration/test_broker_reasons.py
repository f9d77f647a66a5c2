"""Reasons not to trade that lie with the broker: told once, and lifted when they are gone."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
import stamina

from tomking.brokers.tastytrade.broker import CONNECTION, LOGIN, TastytradeBroker
from tomking.brokers.tastytrade.inbox import RECONCILING
from tomking.core.contract import Contract, Right
from tomking.core.facts import MarginCalled, MarginMet, Sent
from tomking.core.order import Leg, Order, Purpose
from tomking.core.restraints import Halted, Resumed
from tomking.portfolio.fees import TASTYTRADE
from tomking.server.door import Door
from tomking.server.faults import Fault, Kind
from tomking.wire.kept import State
from tomking.wire.line import Line
from worlds.standing import Standing, standing

pytestmark = [pytest.mark.integration, pytest.mark.emergency]


PUT = Contract("SPX", date(2018, 9, 21), Right.PUT, Decimal(2500))
ORDER = Order(
    "lt112/open", 1, Purpose.OPEN, "lt112", "lt112", (Leg(PUT, -1, "puts"),), 1, Decimal(5),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _hurried():
    with stamina.set_testing(True, attempts=2):
        yield


def at(there: Standing) -> TastytradeBroker:
    return TastytradeBroker(there.line(), TASTYTRADE, there.clock())


def told(broker: TastytradeBroker, there: Standing) -> list[tuple[type, str]]:
    there.clock.pass_minutes(61)
    facts = broker.poll(there.look())
    return [(type(f), f.reason) for f in facts if isinstance(f, Halted | Resumed)]


def test_a_login_that_is_refused_halts_once_and_is_lifted_by_the_next_answer():
    with standing() as there:
        broker = at(there)
        assert told(broker, there) == []
        secret, broker.line.session.refresh_token = broker.line.session.refresh_token, "revoked"
        there.wrong(Fault(Kind.EXPIRED, times=1))
        assert told(broker, there) == [(Halted, LOGIN)]
        assert told(broker, there) == []
        broker.line.session.refresh_token = secret
        broker.line.session._refused = ""
        assert told(broker, there) == [(Resumed, LOGIN)]


def test_a_stream_that_needs_a_person_halts_until_it_is_open_again():
    with standing() as there:
        broker = at(there)
        broker.news.kept.state = State.NEEDS_HUMAN
        assert told(broker, there) == [(Halted, CONNECTION)]
        assert told(broker, there) == []
        broker.news.opened()
        assert told(broker, there) == [(Resumed, CONNECTION)]


def test_a_close_that_cannot_be_read_puts_no_books_in_doubt(monkeypatch: pytest.MonkeyPatch):
    with standing() as there:
        broker = at(there)
        told(broker, there)
        day = there.clock().date()
        monkeypatch.setattr(Line, "pages", lambda *_, **__: [{"snapshot-date": str(day)}])
        assert broker.closed(day, there.clock()) is None
        monkeypatch.undo()
        assert broker.odd
        assert told(broker, there) == []


def test_messages_that_cannot_be_read_are_said_once():
    with standing() as there:
        broker = at(there)
        told(broker, there)
        broker.news.hear("<html>")
        broker.news.hear("[]")
        told(broker, there)
        told(broker, there)
        assert broker.odd == ["2 messages of the account stream could not be read"]


def test_a_restart_remembers_what_was_halted():
    with standing() as there:
        broker = at(there)
        broker.remember([Halted(there.clock(), CONNECTION, "lost")])
        assert told(broker, there) == [(Resumed, CONNECTION)]


def test_what_fails_for_a_moment_halts_nothing():
    with standing() as there:
        broker = at(there)
        assert told(broker, there) == []
        there.wrong(Fault(Kind.PAGE, "/accounts/*", times=20))
        assert told(broker, there) == []
        assert broker.odd


def test_nothing_opens_before_the_books_have_been_compared_once():
    with standing() as there:
        broker = at(there)
        there.wrong(Fault(Kind.PAGE, "/accounts/*", times=8))
        assert told(broker, there) == [(Halted, RECONCILING)]
        later = [each for _ in range(4) for each in told(broker, there)]
        assert later == [(Resumed, RECONCILING)], "once the broker answers"


def test_books_are_not_compared_first_while_an_order_of_ours_is_untold():
    with standing() as there:
        broker = at(there)
        broker.inbox.fold([Sent(there.clock(), ORDER)])
        assert told(broker, there) == [(Halted, RECONCILING)]
        assert broker.inbox.differences is None
        assert told(broker, there) == [], "it lapses first"
        assert told(broker, there) == [(Resumed, RECONCILING)]


@pytest.mark.parametrize("answer", [{"items": [{"symbol": "SPY"}]}, {"items": None}, {}, None])
def test_positions_that_cannot_be_read_are_said_and_end_nothing(
    monkeypatch: pytest.MonkeyPatch, answer: object
):
    with standing() as there:
        broker = at(there)
        told(broker, there)

        async def _odd(line: Line, path: str, query: Mapping[str, object]) -> dict[str, object]:
            return {"data": answer if path.endswith("/positions") else {"items": []}}

        monkeypatch.setattr(Line, "_body", _odd)
        readable = answer and answer["items"]
        assert told(broker, there) == ([(Halted, RECONCILING)] if readable else [])
        assert broker.odd
        monkeypatch.undo()
        assert told(broker, there) == ([(Resumed, RECONCILING)] if readable else [])


def test_a_margin_call_is_told_when_it_begins_and_when_it_is_over(monkeypatch: pytest.MonkeyPatch):
    with standing() as there:
        broker = at(there)
        told(broker, there)
        found = []
        for called in (True, True, False, False):
            monkeypatch.setattr(Door, "is_called", property(lambda door, called=called: called))
            there.clock.pass_minutes(61)
            facts = broker.poll(there.look())
            found += [type(f) for f in facts if isinstance(f, MarginCalled | MarginMet)]
        assert found == [MarginCalled, MarginMet]
