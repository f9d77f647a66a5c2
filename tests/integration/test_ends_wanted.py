"""Ends that are wanted: asked for until they come, of what is in doubt as soon as it is found."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest

from tomking.app.trading import withdraw
from tomking.brokers.tastytrade.broker import TastytradeBroker
from tomking.brokers.tastytrade.cancels import REQUESTS, SOON
from tomking.brokers.tastytrade.inbox import RECONCILING
from tomking.core.contract import Contract, Right
from tomking.core.dealings import Acknowledged, Revived
from tomking.core.facts import Fact, OrderEnded, RunStarted, Sent
from tomking.core.order import Leg, Order, Purpose
from tomking.core.reading import Reading, Sense, Skip, Stage
from tomking.core.restraints import Halted, Resumed
from tomking.engine.desk import Desk
from tomking.engine.memory import MemoryJournal
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.preview import NOT_ASKED
from tomking.risk.limits import Limits
from tomking.risk.verdict import Approved
from tomking.server.faults import Fault, Kind
from tomking.strategies.lt112 import LT112
from tomking.wire.orders import body_of
from worlds.at_the_server import Seen
from worlds.standing import NUMBER, Standing, standing

pytestmark = [pytest.mark.integration, pytest.mark.emergency]

ORDERS = f"/accounts/{NUMBER}/orders"


@dataclass
class Ticking:
    """Time that passes at the server as fast as somebody rests."""

    there: Standing
    rested: list[float] = field(default_factory=list)

    def now(self):
        return self.there.clock()

    def rest(self, seconds: float) -> None:
        self.rested.append(seconds)
        self.there.clock.at += timedelta(seconds=seconds)


def never_met(there: Standing) -> Order:
    """An order to buy something far below what it costs, which rests therefore."""
    chain = there.look().chain("SPX")
    assert not isinstance(chain, Skip)
    expiry = chain.expiry_near(30, 60)
    assert not isinstance(expiry, Skip)
    quote = chain.by_delta(expiry, Right.PUT, 0.25)
    assert not isinstance(quote, Skip)
    contract: Contract = quote.contract
    leg = Leg(contract, 1, "puts")
    return Order("lt112/open", 1, Purpose.OPEN, "lt112", "lt112", (leg,), 1, Decimal("-0.10"))


def begun(there: Standing) -> tuple[Desk, TastytradeBroker]:
    desk = Desk((LT112,), Limits(), TASTYTRADE, MemoryJournal())
    desk.begin(RunStarted(there.clock(), "paper", Decimal(100_000), ""))
    broker = TastytradeBroker(there.line(), TASTYTRADE, there.clock())
    desk.note(broker.poll(there.look()))
    return desk, broker


def sent(there: Standing, desk: Desk, broker: TastytradeBroker, order: Order) -> list[Fact]:
    """The order on its way, and what was told of it at once."""
    there.clock.at += timedelta(seconds=1)
    desk.note([Sent(there.clock(), order)])
    broker.remember([Sent(there.clock(), order)])
    broker.line.send("POST", ORDERS, body_of(order))
    return list(broker.poll(there.look()))


def ends(facts: list[Fact]) -> list[str]:
    return [fact.how for fact in facts if isinstance(fact, OrderEnded)]


def polled(there: Standing, broker: TastytradeBroker, times: int) -> list[Fact]:
    found: list[Fact] = []
    for _ in range(times):
        there.clock.at += SOON
        found += broker.poll(there.look())
    return found


@pytest.mark.parametrize("status", [429, 502])
def test_an_end_that_was_turned_away_is_asked_for_again(status):
    with standing() as there:
        desk, broker = begun(there)
        order = never_met(there)
        sent(there, desk, broker, order)
        there.wrong(Fault(Kind.ERROR, f"{ORDERS}/*", "DELETE", times=2, status=status))
        broker.cancel(order.id)
        assert len(broker.odd) == 1
        assert ends(polled(there, broker, 4)) == ["cancelled"]
        assert broker.cancels.wanted == {}


def test_what_has_no_number_yet_ends_once_it_is_found():
    with standing() as there:
        desk, broker = begun(there)
        order = never_met(there)
        desk.note([Sent(there.clock(), order)])
        broker.remember([Sent(there.clock(), order)])
        broker.cancel(order.id)
        broker.line.send("POST", ORDERS, body_of(order))
        assert ends(polled(there, broker, 3)) == ["cancelled"]


def test_an_end_is_not_asked_for_without_end():
    with standing() as there:
        desk, broker = begun(there)
        order = never_met(there)
        sent(there, desk, broker, order)
        there.wrong(Fault(Kind.ERROR, f"{ORDERS}/*", "DELETE", times=99, status=429))
        broker.cancel(order.id)
        polled(there, broker, 3 * REQUESTS)
        assert broker.cancels.wanted[order.id].times == REQUESTS
        assert sum("see to it at the broker" in each for each in broker.odd) == 1


def test_what_is_left_is_reported_by_a_desk_that_may_not_wait_for_a_silent_broker():
    with standing() as there:
        desk, broker = begun(there)
        order = never_met(there)
        desk.note(sent(there, desk, broker, order))
        there.wrong(Fault(Kind.ERROR, f"{ORDERS}/*", "DELETE", times=99, status=429))
        said: list[str] = []
        looks = iter((1.0, 1.0, 1.0))
        broker.line.patience = lambda: next(looks, 0.0)
        withdraw(desk, broker, Seen(there.look), Ticking(there), said.append)
        assert [each for each in said if order.id in each]


@pytest.mark.parametrize(("times", "reports"), [(1, 0), (99, 1)])
def test_what_is_left_at_a_stop_is_reported(times, reports):
    with standing() as there:
        desk, broker = begun(there)
        order = never_met(there)
        desk.note(sent(there, desk, broker, order))
        there.wrong(Fault(Kind.ERROR, f"{ORDERS}/*", "DELETE", times=times, status=429))
        said: list[str] = []
        withdraw(desk, broker, Seen(there.look), Ticking(there), said.append)
        assert len([each for each in said if order.id in each]) == reports
        assert bool(desk.book.working) is bool(reports)


def test_an_order_that_lapsed_and_lives_is_taken_back_and_nothing_opens_before():
    with standing() as there:
        desk, broker = begun(there)
        order = never_met(there)
        lapsed = [Sent(there.clock(), order), OrderEnded(there.clock(), order.id, "lapsed")]
        desk.note(lapsed)
        broker.remember(lapsed)
        broker.line.send("POST", ORDERS, body_of(order))
        broker.news.gaps += 1
        facts = polled(there, broker, 1)
        desk.note(facts)
        assert [type(fact) for fact in facts] == [Acknowledged, Revived, Halted]
        assert RECONCILING in desk.standing.reasons
        facts = polled(there, broker, 40)
        desk.note(facts)
        assert [type(fact) for fact in facts] == [OrderEnded, Resumed]
        assert not desk.book.working
        assert RECONCILING not in desk.standing.reasons


def test_an_exit_waits_neither_for_a_balance_nor_long_for_its_dry_run(monkeypatch):
    with standing() as there:
        _, broker = begun(there)
        leg = Leg(never_met(there).legs[0].contract, -1, "puts", opens=False)
        exit_ = Order(
            "a/close", 1, Purpose.CLOSE, "lt112", "a", (leg,), 1, Decimal(1), closes="a:x"
        )
        monkeypatch.setattr("tomking.brokers.tastytrade.asking.EXIT_WITHIN_S", 0.05)
        broker.asking.balance = None
        there.wrong(
            Fault(Kind.ERROR, "*/balances/*", times=99, status=502),
            Fault(Kind.DELAYED, f"{ORDERS}/dry-run", "POST", seconds=0.5),
        )
        assert broker.preview(exit_, there.look()) == NOT_ASKED


def test_an_exit_whose_dry_run_is_turned_away_was_not_asked():
    with standing() as there:
        _, broker = begun(there)
        leg = Leg(never_met(there).legs[0].contract, -1, "puts", opens=False)
        exit_ = Order(
            "a/close", 1, Purpose.CLOSE, "lt112", "a", (leg,), 1, Decimal(1), closes="a:x"
        )
        there.wrong(Fault(Kind.ERROR, f"{ORDERS}/dry-run", "POST", status=429))
        assert broker.preview(exit_, there.look()) == NOT_ASKED


def test_what_was_answered_is_never_taken_for_what_the_broker_never_had():
    """This broker leaves the name out of all it tells, and has answered all the same."""
    with standing() as there:
        _, broker = begun(there)
        there.wrong(Fault(Kind.LACKING, times=999, field="external-identifier"))
        order = never_met(there)
        good = Reading("any", Stage.DATA, Sense.IS, "so", "so", "", "R-DAT-03")
        broker.submit(Approved(order, (good,)), there.look())
        facts = polled(there, broker, 30)
        assert [type(fact) for fact in facts] == [Acknowledged]
        broker.cancel(order.id)
        assert ends(polled(there, broker, 3)) == ["cancelled"]
