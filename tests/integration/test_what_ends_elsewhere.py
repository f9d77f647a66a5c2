"""At the exchange server: a leg that the broker closes, and what its ledger alone tells."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.backtest.operator import SimulatedOperator
from tomking.brokers.tastytrade.broker import TastytradeBroker
from tomking.brokers.tastytrade.news import listen
from tomking.core.contract import Contract, Right, Settles
from tomking.core.dealings import BooksCompared
from tomking.core.facts import CampaignClosed, Fact, RunStarted, Sent, SessionClosed, Settled
from tomking.core.order import Leg, Order, OrderType, Purpose
from tomking.core.reading import Skip, Stage, skip
from tomking.core.restraints import Halted, Resumed
from tomking.engine.desk import Desk
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Tick
from tomking.engine.repairs import ORPHANED
from tomking.market.sessions import next_session, session_of
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.wire.kept import keep
from tomking.wire.line import Line
from tomking.wire.orders import body_of
from tomking.wire.symbols import trading_symbol
from worlds.at_the_server import _at_once
from worlds.desk import Ticks
from worlds.standing import Standing, standing

pytestmark = pytest.mark.integration

CASH = "1000000"
DAY, THIRD_FRIDAY = date(2017, 6, 7), date(2017, 6, 16)


class Unfixed:
    """A market that is the server's, save that no fixing is on its feed."""

    def __init__(self, there: Snapshot) -> None:
        self._there = there

    def __getattr__(self, name: str) -> object:
        return getattr(self._there, name)

    def fixing(self, contract: Contract) -> Skip:
        return skip(f"fixing of {contract}", Stage.DATA, "not on the feed", "a print")


@dataclass
class Trading:
    """A desk at the server, and a look at a time."""

    there: Standing
    line: Line
    broker: TastytradeBroker
    desk: Desk
    journal: MemoryJournal

    def at(self, now: object) -> Snapshot:
        return Unfixed(self.there.look())  # type: ignore[return-value]  # all of a snapshot but one

    def look(self, minutes: float = 1.0, *, closing: bool = False) -> list[Fact]:
        """So many minutes later the loop looks once."""
        self.there.clock.pass_minutes(minutes)
        before = len(self.journal.facts)
        tick = Tick(self.there.clock(), closing=closing)
        run(
            self.desk, clock=Ticks([tick]), market=self, broker=self.broker,
            inbox=SimulatedOperator(), closes=self.broker.closed,
        )  # fmt: skip
        return self.journal.facts[before:]

    def hold(self, order: Order) -> None:
        """An order is sent, and trades."""
        self.desk.note([sent := Sent(self.there.clock(), order)])
        self.broker.remember([sent])
        answer = self.line.send("POST", f"/accounts/{self.line.account}/orders", body_of(order))
        assert not answer.is_no, answer.why
        self.look(2.0)
        assert len(self.desk.book.holdings) == len(order.legs)


@contextmanager
def trading() -> Iterator[Trading]:
    """A desk at a server on a Wednesday."""
    with standing(60.0, cash=CASH, day=DAY) as there:
        line, journal = there.line(), MemoryJournal()
        desk = Desk((FRIDAY_0DTE,), Limits(), TASTYTRADE, journal)
        began = there.clock()
        desk.begin(RunStarted(began, "paper", Decimal(CASH), ""))
        broker = TastytradeBroker(line, TASTYTRADE, began)
        line.start(keep(broker.news.kept, lambda: listen(line, broker.news), _at_once), "news")
        broker.news.kept.wait_open(10)
        on = Trading(there, line, broker, desk, journal)
        on.look()  # the books are compared before anything is sent
        assert broker.inbox.differences == ()
        yield on


def spread(there: Standing, low: float, high: float, settles: Settles = Settles.AM) -> Order:
    """A put spread on the index that ends on the third Friday's opening print."""
    spot = there.look().spot("SPX")
    assert not isinstance(spot, Skip)
    strikes = (Decimal(round(spot.value * share / 25) * 25) for share in (high, low))
    short, long = (
        Contract("SPX", THIRD_FRIDAY, Right.PUT, strike, "", settles) for strike in strikes
    )
    name = f"friday_0dte/{DAY}"
    legs = (Leg(short, -1, "put spread"), Leg(long, 1, "put spread"))
    return Order(f"{name}/open", 1, Purpose.OPEN, "friday_0dte", name, legs, 1, Decimal("0.05"))


@pytest.mark.parametrize("row", [0, 1], ids=["the short", "the long"])
def test_what_is_left_when_the_broker_closes_a_leg_is_repaired_with_a_limit(row: int):
    with trading() as on:
        order = spread(on.there, 0.97, 0.99, Settles.PM)
        on.hold(order)
        gone = order.legs[row].contract
        assert [working.order.rests for working in on.desk.book.working.values()] == [True]
        done = on.line.send("POST", "/__paper/close", {"symbol": trading_symbol(gone)})
        assert not done.is_no
        facts = [fact for _ in range(5) for fact in on.look()]
        (taken,) = (fact for fact in facts if isinstance(fact, Settled))
        assert (taken.contract, taken.settlement) == (gone, "closed_out")
        sent = [fact.order for fact in facts if isinstance(fact, Sent)]
        assert sent
        assert all(each.type is OrderType.LIMIT for each in sent)
        assert {each.purpose for each in sent} <= {Purpose.CLOSE, Purpose.REDUCE}
        reasons = [f.reason for f in facts if isinstance(f, Halted | Resumed)]
        assert reasons == [ORPHANED, ORPHANED]
        assert not on.desk.standing.reasons
        assert (dict(on.desk.book.holdings), dict(on.broker.holdings())) == ({}, {})
        assert any(isinstance(fact, CampaignClosed) for fact in facts)


def test_an_exit_that_comes_after_somebody_else_s_close_opens_nothing():
    with trading() as on:
        order = spread(on.there, 0.97, 0.99, Settles.PM)
        on.hold(order)
        for resting in on.desk.book.working:
            on.broker.cancel(resting)
        on.there.clock.pass_minutes(1)
        on.there.look()
        short = order.legs[0].contract
        assert not on.line.send("POST", "/__paper/close", {"symbol": trading_symbol(short)}).is_no
        on.there.clock.pass_minutes(1)
        on.there.look()
        left = {order.legs[1].contract: 1}
        assert dict(on.broker.holdings()) == left
        leg = Leg(short, 1, "put spread", opens=False)
        late = Order("x/close", 1, Purpose.CLOSE, "x", "x", (leg,), 1, Decimal(-200), closes="x")
        answer = on.line.send("POST", f"/accounts/{on.line.account}/orders", body_of(late))
        on.there.clock.pass_minutes(1)
        on.there.look()
        assert answer.codes[0] == "closing_with_no_position"
        assert dict(on.broker.holdings()) == left


@pytest.mark.parametrize("shares", [(0.90, 0.95), (1.02, 1.04)], ids=["worthless", "in the money"])
def test_what_is_fixed_in_the_morning_settles_by_the_broker_s_ledger_alone(
    shares: tuple[float, float],
):
    with trading() as on:
        order = spread(on.there, *shares)
        on.hold(replace(order, limit=Decimal("0.05")))
        hours = session_of(THIRD_FRIDAY)
        assert hours is not None
        on.there.clock.at = hours.at(30.0)
        facts = [fact for _ in range(3) for fact in on.look(5.0)]
        facts += on.look(60.0)
        settled = [fact for fact in facts if isinstance(fact, Settled)]
        assert {fact.contract for fact in settled} == {leg.contract for leg in order.legs}
        assert all("nan" not in str(fact) for fact in settled)
        assert (dict(on.desk.book.holdings), dict(on.broker.holdings())) == ({}, {})
        assert on.broker.inbox.differences == ()
        assert not [f for f in on.journal.facts if isinstance(f, BooksCompared) and f.differences]
        width = 100 * (order.legs[0].contract.strike - order.legs[1].contract.strike)
        assert sum(fact.cash for fact in settled) == (-width if shares[0] > 1 else 0)


def test_a_close_slept_over_is_made_up_for_by_the_broker_s_snapshot_of_that_day():
    with trading() as on:
        hours = session_of(DAY)
        assert hours is not None
        on.there.clock.at = hours.at(600.0)
        facts = on.look(1.0)
        (closed,) = (fact for fact in facts if isinstance(fact, SessionClosed))
        assert (closed.day, closed.net_liq, closed.late) == (
            DAY, Decimal(CASH), "the broker's snapshot",
        )  # fmt: skip
        assert not any(isinstance(fact, SessionClosed) for fact in on.look(20.0))
        assert on.desk.standing.reasons == frozenset()


def test_figures_of_another_day_are_not_taken_for_those_of_a_close_slept_over():
    """This server keeps no closes: in the next session its snapshot is that session's."""
    with trading() as on:
        tomorrow = next_session(DAY)
        on.there.clock.at = tomorrow.at(30.0)
        facts = on.look(1.0)
        assert [fact.reason for fact in facts if isinstance(fact, Halted)] == ["data"]
        on.there.clock.at = tomorrow.at(404.0)
        facts = on.look(1.0, closing=True)
        assert [fact.late for fact in facts if isinstance(fact, SessionClosed)] == [""]
        assert on.desk.standing.reasons == frozenset()
