"""What is to go is looked at until it is gone: an exit that was refused is tried again at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from tomking.brokers.simulated import SimulatedBroker
from tomking.core.facts import Fact, OrderEnded
from tomking.engine.exits import EXIT
from tomking.engine.ports import Broker
from tomking.exchange.venue import Exchange
from tomking.market.snapshot import Snapshot
from tomking.risk.verdict import Approved
from worlds.naked import NAME, Held, holding, sent, strangled

pytestmark = [pytest.mark.unit, pytest.mark.rule("R-MAN-02")]
MONDAY = date(2025, 12, 8)


@dataclass(frozen=True, slots=True)
class Busy(SimulatedBroker):
    """A broker that has no time for the first exit."""

    turned_away: list[Fact] = field(default_factory=list[Fact])

    def submit(self, approved: Approved, now: Snapshot) -> None:
        """Send it, but for the first exit, which never arrives."""
        order = approved.order
        if order.intent.endswith("/close") and not self.turned_away:
            self.turned_away.append(OrderEnded(now.at, order.id, "rejected", "not sent: 503"))
        else:
            SimulatedBroker.submit(self, approved, now)

    def poll(self, now: Snapshot) -> Iterable[Fact]:
        """What happened, that one's end among it."""
        told = [
            fact for fact in self.turned_away if fact.at < now.at < fact.at + timedelta(minutes=2)
        ]
        return [*told, *SimulatedBroker.poll(self, now)]


def stopped(broker: Callable[[Exchange], Broker] = SimulatedBroker) -> Held:
    """A desk that has seen a stop once."""
    held = holding(backstops=False, broker=broker)
    held.look(5.0)
    held.put = (52.0, 52.0)
    held.look(60.0, watch="lt112")
    return held


def test_an_exit_that_a_gate_stopped_is_tried_again_and_not_an_hour_later() -> None:
    """LT112 is watched each hour: for a crossed quote a stop seen twice must not wait so long."""
    held = stopped()
    held.put = (54.0, 50.0)
    assert sent(held.look(61.0)) == []
    held.put = (52.0, 52.0)
    facts = held.look(62.0, 63.0, 64.0)
    assert [order.intent for order in sent(facts)] == [f"{NAME}/close"]
    assert NAME not in held.desk.book.positions
    assert not held.desk.leaving


def test_an_exit_that_the_broker_had_no_time_for_is_sent_again_and_not_an_hour_later() -> None:
    held = stopped(Busy)
    facts = held.look(61.0, 62.0, 63.0, 64.0, 65.0)
    assert [order.id for order in sent(facts)] == [f"{NAME}/close#1", f"{NAME}/close#2"]
    assert NAME not in held.desk.book.positions


def test_what_is_to_go_is_looked_at_from_the_tenth_minute_of_the_next_day_on() -> None:
    held = stopped()
    held.put = (54.0, 50.0)
    held.look(61.0)
    held.close()
    held.day, held.put = MONDAY, (52.0, 52.0)
    assert sent(held.look(1.0, 9.0)) == []
    assert [order.intent for order in sent(held.look(10.0, 11.0))] == [f"{NAME}/close"]


def test_a_side_that_a_plan_cuts_off_is_tried_again_too() -> None:
    held = holding(strangled(), ("10.00", "10.00"), backstops=False)
    name = "strangle/2025-12-03/open:strangle"
    held.put = held.call = (10.0, 10.0)
    held.look(10.0)
    held.price = 5250.0  # the put has the delta at which its side goes
    held.look(60.0, watch="strangle")
    held.call, held.put = (10.0, 10.0), (11.0, 9.0)
    assert sent(held.look(61.0), name) == []
    held.put = (10.0, 10.0)
    facts = held.look(62.0, 63.0, 64.0)
    assert [order.why for order in sent(facts, name)][:1] == ["tested side closed"]


def test_a_position_that_is_well_again_is_not_given_up_any_more() -> None:
    held = stopped()
    held.put = (54.0, 50.0)
    held.look(61.0)
    assert held.desk.leaving == {(NAME, EXIT)}
    held.put = (17.0, 17.0)
    assert sent(held.look(62.0, 63.0)) == []
    assert not held.desk.leaving


def test_a_second_look_at_which_nothing_can_be_seen_does_not_put_a_stop_off_for_an_hour() -> None:
    held = stopped()
    held.put = (float("nan"), float("nan"))
    assert sent(held.look(61.0)) == []
    held.put = (52.0, 52.0)
    assert sent(held.look(62.0)) == []
    assert held.desk.restless
    assert [order.intent for order in sent(held.look(63.0))] == [f"{NAME}/close"]


def test_a_desk_that_starts_looks_at_what_it_holds_whoever_is_watched_next() -> None:
    """The one before may have seen the stop once; and at a start quotes come late."""
    held = stopped().restarted()
    held.put = (float("nan"), float("nan"))
    assert sent(held.look(61.0)) == []
    held.put = (52.0, 52.0)
    facts = held.look(62.0, 63.0, 64.0)
    assert [order.intent for order in sent(facts)] == [f"{NAME}/close"]
    assert NAME not in held.desk.book.positions


def test_what_a_desk_that_starts_has_seen_to_be_well_waits_for_its_watch() -> None:
    held = holding(backstops=False)
    assert held.desk.leaving
    held.look(10.0)
    assert not held.desk.leaving
    held.put = (52.0, 52.0)
    assert sent(held.look(61.0, 62.0, 63.0)) == []
