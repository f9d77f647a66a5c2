"""Stops behind naked shorts over HTTP: taken, filled, made way for, doubted and refused."""

import os
from dataclasses import replace
from random import Random

import pytest
import stamina

from tomking.brokers.tastytrade.rounds import SELDOM
from tomking.core.dealings import Acknowledged, Doubted, Unguarded
from tomking.core.facts import Fact, LegFilled, OrderEnded
from tomking.core.order import TimeInForce
from tomking.server.faults import ALERTS, OF_FILLS, OF_STREAMS, Fault, Kind
from tomking.strategies.stay import DteAbove, ProfitBelow
from worlds.naked import sent
from worlds.naked_served import NAME, HeldThere, holding
from worlds.standing import NUMBER

pytestmark = pytest.mark.integration
COMPLEX = f"/accounts/{NUMBER}/complex-orders"
TARGET = f"{NAME}/target"


@pytest.fixture(autouse=True)
def _hurried():
    """Pauses between tries take no time."""
    with stamina.set_testing(True, attempts=2):
        yield


def armed(held: HeldThere) -> str:
    """The pair at work; the intent of its stop."""
    target, stop = sent(held.look(12.0, 13.0), NAME)
    assert (target.intent, stop.tif) == (TARGET, TimeInForce.DAY)
    return stop.intent


def ends(facts: list[Fact]) -> list[str]:
    return sorted(fact.how for fact in facts if isinstance(fact, OrderEnded))


def test_a_stop_and_its_target_are_taken_as_one_and_each_has_a_number():
    with holding() as held:
        stop = armed(held)
        numbers = {f.order for f in held.facts if isinstance(f, Acknowledged)}
        assert {f"{TARGET}#1", f"{stop}#1"} <= numbers
        (group,) = held.door.groups.values()
        assert group.type == "OCO"
        held.agree()
        assert sent(held.look(14.0, 30.0, 60.0), NAME) == []
        assert held.broker.odd == []


def test_a_stop_that_fills_ends_the_target_and_the_books_agree_to_the_cent():
    with holding() as held:
        stop = armed(held)
        limit = held.at_work[stop].limit
        held.met(stop)
        facts = held.look(20.0, 21.0)
        assert ends(facts) == ["cancelled", "filled"]
        assert [-f.price for f in facts if isinstance(f, LegFilled)] == [limit]
        assert NAME not in held.desk.book.positions
        held.agree()


def test_a_stop_that_fills_while_no_desk_runs_is_an_ordinary_fill_for_the_next_one():
    with holding() as held:
        held.met(armed(held))
        held = held.restarted()
        facts = held.look(40.0, 41.0)
        assert ends(facts) == ["cancelled", "filled"]
        held.agree()


def test_an_exit_has_both_ended_before_it_goes():
    with holding() as held:
        armed(held)
        _goes_after_both_have_ended(held)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_broker_who_ends_no_side_by_itself_is_asked_to_end_the_pair(restarted: bool):
    with holding() as held:
        armed(held)
        held = held.restarted() if restarted else held
        alone = f"/accounts/{NUMBER}/orders/*"
        held.there.wrong(Fault(Kind.ERROR, alone, "DELETE", times=99, status=422))
        _goes_after_both_have_ended(held)


def test_a_pair_of_which_one_side_alone_is_to_end_is_not_ended_as_a_whole():
    with holding() as held:
        stop = armed(held)
        held.there.wrong(
            Fault(Kind.ERROR, f"/accounts/{NUMBER}/orders/*", "DELETE", times=9, status=422)
        )
        held.broker.cancel(held.at_work[stop].id)
        held.look(60.0, 61.0)
        assert set(held.at_work) == {TARGET, stop}
        held.agree()


@pytest.mark.parametrize(
    ("kind", "status", "left"), [(Kind.ERROR, 429, False), (Kind.ERROR, 422, True)]
)
def test_a_stop_alone_is_given_up_for_a_no_and_not_for_a_broker_without_time(kind, status, left):
    with holding() as held:
        _without_target(held)
        held.there.wrong(Fault(kind, f"/accounts/{NUMBER}/orders", "POST", 1, status=status))
        facts = held.look(12.0, 13.0)
        assert bool([fact for fact in facts if isinstance(fact, Unguarded)]) is left
        again = sent(held.look(30.0, 31.0, 32.0), NAME)
        assert len(again) == (0 if left else 1)
        assert all(order.is_backstop for order in again)
        held.agree()


def _without_target(held: HeldThere) -> None:
    """The plan as if it waited for no profit: its stop stands alone."""
    (plan,) = held.desk.strategies
    (shape,) = plan.shapes
    trap, naked = shape.tranches
    rules = tuple(rule for rule in naked.stay_while if not isinstance(rule, ProfitBelow))
    changed = replace(shape, tranches=(trap, replace(naked, stay_while=rules)))
    held.desk.strategies = (replace(plan, shapes=(changed,)),)


@pytest.mark.parametrize("gone", [True, False])
def test_what_rests_is_looked_up_each_minute_while_the_stream_is_gone(gone: bool):
    with holding() as held:
        armed(held)
        held.broker.rounds = replace(held.broker.rounds, resting=SELDOM)
        held.there.wrong(Fault(Kind.NEVER, ALERTS, times=99))
        if gone:
            held.broker.news.kept.given_up()
        held.met(TARGET)
        assert ("filled" in ends(held.look(14.1, 15.2))) is gone
        assert "filled" in ends(held.look(25.0)) or gone
        held.agree()


def _goes_after_both_have_ended(held: HeldThere) -> None:
    """An exit is wanted, and goes once stop and target are gone."""
    _stopped(held)
    facts = held.look(60.0, 61.0, 62.0, 63.0, watch="lt112")
    assert ends(facts)[:2] == ["cancelled", "cancelled"]
    assert [order.intent for order in sent(facts, NAME)] == [f"{NAME}/close"]
    assert NAME not in held.desk.book.positions
    held.agree()


def _stopped(held: HeldThere) -> None:
    """The plan as if its days were over: what is held is to go."""
    (plan,) = held.desk.strategies
    (shape,) = plan.shapes
    trap, naked = shape.tranches
    over = replace(naked, stay_while=(*naked.stay_while[:-1], DteAbove(400)))
    held.desk.strategies = (replace(plan, shapes=(replace(shape, tranches=(trap, over)),)),)


@pytest.mark.parametrize("kind", [Kind.LOST, Kind.DROPPED])
def test_the_unknown_fate_of_a_pair_is_that_of_each_of_its_orders(kind: Kind):
    with holding() as held:
        held.there.wrong(Fault(kind, COMPLEX, "POST", status=503))
        held.look(12.0, 12.1)
        doubted = [f.order for f in held.facts if isinstance(f, Doubted)]
        assert len(doubted) == 2
        facts = held.look(12.2, 12.9, 14.0, 15.0, 30.0, 31.0, 32.0)
        assert ends(facts) == ([] if kind is Kind.LOST else ["cancelled", "lapsed", "lapsed"])
        assert len(held.at_work) == 2
        held.agree()


def test_a_desk_that_starts_again_finds_both_under_their_names():
    with holding() as held:
        stop = armed(held)
        held = held.restarted()
        assert sent(held.look(20.0, 30.0), NAME) == []
        assert set(held.at_work) == {TARGET, stop}
        held.agree()


def test_where_the_broker_takes_no_such_order_the_target_rests_alone_and_that_is_said_once():
    with holding() as held:
        held.there.wrong(Fault(Kind.ERROR, f"{COMPLEX}/dry-run", "POST", times=5, status=422))
        facts = held.look(12.0, 13.0, 30.0, 60.0)
        assert len([fact for fact in facts if isinstance(fact, Unguarded)]) == 1
        assert set(held.at_work) == {TARGET}
        held.agree()


def test_a_broker_that_does_not_answer_costs_the_target_nothing():
    with holding() as held:
        held.there.wrong(Fault(Kind.ERROR, f"{COMPLEX}/dry-run", "POST", status=503))
        facts = held.look(12.0, 13.0)
        assert not [fact for fact in facts if isinstance(fact, Unguarded)]
        assert set(held.at_work) == {TARGET}
        assert len(sent(held.look(30.0, 31.0, 32.0), NAME)) == 2
        held.agree()


ROUNDS = 60 if os.environ.get("TOMKING_FULL") else 2


@pytest.mark.parametrize("path", [COMPLEX, f"{COMPLEX}/dry-run"])
def test_a_broker_that_has_no_time_now_is_asked_again_later(path: str):
    with holding() as held:
        held.there.wrong(Fault(Kind.ERROR, path, "POST", status=429))
        facts = held.look(12.0, 13.0, 14.0)
        assert not [fact for fact in facts if isinstance(fact, Unguarded)]
        assert set(held.at_work) == {TARGET}
        held.look(30.0, 31.0, 32.0)
        assert len(held.at_work) == 2
        held.agree()


#: Where something goes wrong while a pair is sent, ended and told of.
PLACES = (
    (COMPLEX, "POST"), (f"{COMPLEX}/dry-run", "POST"), (f"/accounts/{NUMBER}/orders/*", "DELETE"),
    (f"/accounts/{NUMBER}/orders", "POST"), (f"/accounts/{NUMBER}/orders/live", "GET"), (ALERTS, "*"),
)  # fmt: skip


SEEDS_A_ROUND = 5


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_whatever_goes_wrong_nothing_is_sent_twice_and_the_books_agree(round_: int):
    first = round_ * SEEDS_A_ROUND
    struck = [kind for n in range(SEEDS_A_ROUND) for kind in _lived_through(first + n)]
    assert len(struck) >= 2 * SEEDS_A_ROUND
    assert len(set(struck)) >= 3


def _lived_through(seed: int) -> list[Kind]:
    """A pair sent, ended, doubted and sent again while things go wrong: what went wrong."""
    dice = Random(seed)
    with holding() as held:
        for _ in range(8):
            path, method = dice.choice(PLACES)
            kinds = OF_STREAMS - OF_FILLS if path == ALERTS else set(Kind) - OF_STREAMS
            kind = dice.choice(sorted(kinds))
            held.there.wrong(Fault(kind, path, method, 1, dice.choice((0, 0, 1)), 503, 0.001))
        held.look(12.0, 13.0, 14.0, 15.0)
        if dice.random() < 0.5:
            held = held.restarted()
        held.look(40.0, 41.0, 42.0)
        if dice.random() < 0.5:
            _stopped(held)
        held.look(60.0, 61.0, 62.0, 63.0, 64.0, 65.0, watch="lt112")
        struck = [kind for kind, _ in held.there.faults.struck]
        held.there.faults.clear()
        held.look(120.0, 121.0, 122.0, 123.0, 180.0, 181.0, watch="lt112")
        assert held.desk.book.cash == held.door.exchange.ledger.cash, seed
        held.agree()
        return struck
