"""The loop: brake, facts, exits, entries, in that order, and everything written before it counts."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from tomking.core.facts import (
    CampaignClosed,
    Considered,
    Judged,
    LegFilled,
    OrderEnded,
    Sent,
    SessionClosed,
)
from tomking.core.order import Purpose
from tomking.core.reading import Stage, first_failure
from tomking.core.restraints import Halted
from tomking.engine.ports import Tick
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import FRIDAY, Board, board, day_of
from worlds.desk import Bench, bench, tick

pytestmark = pytest.mark.unit

NAME = "friday_0dte"


def rising(now: datetime) -> Board:
    """A Friday that stands 0.7 % above its open."""
    return replace(board(price=6042.0, vol=0.6, half_width=0.05), at=now)


#: Orders go out at the far side at once: how they walk is told in test_walk.
AT_ONCE = Limits(walk_mode="natural")


def friday(limits: Limits = AT_ONCE) -> Bench:
    """A desk for Friday 0DTE with room for one."""
    return bench((replace(FRIDAY_0DTE, take_when=()),), rising, limits=limits)


def kinds(facts: list[object]) -> list[str]:
    """The kinds of some facts."""
    return [type(fact).__name__ for fact in facts]


def test_an_entry_is_judged_written_sent_and_then_traded() -> None:
    on = friday()
    assert kinds(on.play(tick(60, due=NAME))) == ["Judged", "Sent", "Considered"]
    facts = on.play(tick(61))
    assert kinds(facts) == ["LegFilled", "LegFilled", "OrderEnded", "Judged", "Sent"]
    rest = facts[-1]
    assert isinstance(rest, Sent)
    assert rest.order.rests
    assert on.desk.held == {NAME}


def test_it_is_entered_once_however_often_it_is_asked() -> None:
    on = friday()
    on.play(tick(60, due=NAME), tick(61), tick(90, due=NAME), tick(120, due=NAME))
    opened = [f for f in on.facts if isinstance(f, Sent) and f.order.purpose is Purpose.OPEN]
    assert len(opened) == 1


@pytest.mark.emergency
def test_the_brake_is_looked_at_after_the_verdict() -> None:
    on = friday()
    on.brake.on = True
    facts = on.play(tick(60, due=NAME))
    assert [fact for fact in facts if isinstance(fact, Sent)] == []
    assert not on.exchange.working()
    (considered,) = (fact for fact in facts if isinstance(fact, Considered))
    assert considered.outcome != "refused: approved"
    assert considered.labels["regime"] == "NORMAL"


@pytest.mark.emergency
def test_the_brake_stops_no_exit() -> None:
    def later(now: datetime) -> Board:
        return replace(rising(now), price=6042.0 if now < tick(100).at else 6085.0)

    on = bench((replace(FRIDAY_0DTE, take_when=()),), later, limits=AT_ONCE)
    on.play(tick(60, due=NAME), tick(61))
    on.brake.on = True
    facts = on.play(tick(330, watch=NAME), tick(331))
    assert any(isinstance(f, Sent) and f.order.purpose is Purpose.CLOSE for f in facts)
    assert any(isinstance(f, CampaignClosed) for f in facts)
    assert not on.desk.book.positions


@pytest.mark.emergency
def test_a_command_comes_before_everything_else() -> None:
    on = friday()
    at = tick(60).at
    on.brake.commands[at] = [Halted(at, "operator", "by hand")]
    facts = on.play(tick(60, due=NAME))
    assert kinds(facts) == ["Halted", "Judged", "Considered"]
    judged = facts[1]
    assert isinstance(judged, Judged)
    failed = first_failure(judged.readings)
    assert failed is not None
    assert failed.rule == "R-BRK-06"


def test_a_refusal_is_written_once_until_the_answer_changes() -> None:
    on = friday(limits=Limits(vix_open_max=10.0))
    facts = on.play(*(tick(minute, due=NAME) for minute in (60, 90, 120)))
    assert kinds(facts) == ["Judged", "Considered"]
    assert kinds(on.play(tick(150, due=NAME, last=True))) == ["Considered"]


def test_every_sending_of_a_slot_is_told_with_its_own_figures() -> None:
    """Withdrawn and sent again in another size: what it risks is that of the order that trades."""

    def dips(now: datetime) -> Board:
        return replace(rising(now), vol=0.4 if tick(60).at < now < tick(75).at else 0.6)

    on = bench((replace(FRIDAY_0DTE, take_when=()),), dips, limits=AT_ONCE)
    on.play(tick(60, due=NAME), tick(61), tick(70), tick(71))
    again = on.play(tick(75, due=NAME))
    assert [fact.outcome for fact in again if isinstance(fact, Considered)] == ["sent"]


def test_a_slot_that_was_considered_tells_what_the_plan_measured() -> None:
    """Also when it was sent, or refused by a gate: ``why-not`` asks for every stage's figure."""
    for limits in (Limits(), Limits(vix_open_max=10.0)):
        on = friday(limits=limits)
        facts = on.play(tick(60, due=NAME))
        (considered,) = (fact for fact in facts if isinstance(fact, Considered))
        assert {"R-0DTE-02", "R-0DTE-03"} <= {reading.rule for reading in considered.readings}


def test_a_skip_tells_every_reading() -> None:
    quiet = bench((FRIDAY_0DTE,), lambda now: replace(board(vix_points=31.0), at=now))
    facts = quiet.play(tick(60, due=NAME))
    (considered,) = (fact for fact in facts if isinstance(fact, Considered))
    assert considered.outcome == "skipped"
    assert len(considered.readings) == 3


def test_a_day_that_closes_leaves_its_figures() -> None:
    on = friday()
    at = board().day.session.at(405)
    facts = on.play(Tick(at, closing=True))
    assert facts == [SessionClosed(at, FRIDAY, Decimal("150000.00"), Decimal(0), Decimal(0), 16.0)]


def test_a_loss_of_five_per_cent_locks_once() -> None:
    def crash(now: datetime) -> Board:
        return replace(rising(now), price=6042.0 if now < tick(100).at else 6400.0)

    on = bench(
        (replace(FRIDAY_0DTE, take_when=()),),
        crash,
        limits=replace(AT_ONCE, loss_day_max=0.001),
    )
    on.play(tick(60, due=NAME), tick(61))
    facts = on.play(tick(110, watch=NAME), tick(111), tick(115), tick(120))
    locks = [fact for fact in facts if isinstance(fact, Halted)]
    assert [lock.reason for lock in locks] == ["day loss"]


def test_an_opening_nobody_takes_is_withdrawn() -> None:
    def falls(now: datetime) -> Board:
        return replace(rising(now), vol=0.6 if now <= tick(60).at else 0.4)

    on = bench((replace(FRIDAY_0DTE, take_when=()),), falls, limits=AT_ONCE)
    on.play(tick(60, due=NAME), tick(61), tick(65), tick(70), tick(71))
    assert [f.how for f in on.facts if isinstance(f, OrderEnded)] == ["cancelled"]
    assert not on.desk.restless


def test_an_order_in_the_way_of_an_exit_is_withdrawn_at_once() -> None:
    def falls(now: datetime) -> Board:
        return replace(rising(now), vol=0.6 if now <= tick(60).at else 0.4)

    on = bench((replace(FRIDAY_0DTE, take_when=()),), falls, limits=AT_ONCE)
    on.play(tick(60, due=NAME))
    (working,) = on.desk.book.working
    on.desk.unwanted.add(working)
    on.play(tick(61), tick(62))
    assert [f.how for f in on.facts if isinstance(f, OrderEnded)] == ["cancelled"]
    assert not on.desk.unwanted


def test_a_doubt_about_a_position_that_is_gone_is_forgotten() -> None:
    """Seen at its stop, and a minute later bought back by its own profit order: nobody is restless."""

    def swings(now: datetime) -> Board:
        price = 6042.0 if now < tick(120).at else 6250.0 if now < tick(121).at else 5900.0
        return replace(rising(now), price=price)

    on = bench((replace(FRIDAY_0DTE, take_when=()),), swings, limits=AT_ONCE)
    on.play(tick(60, due=NAME), tick(61), tick(120, watch=NAME))
    assert on.desk.restless
    on.play(tick(121))
    assert not on.desk.book.positions
    assert not on.desk.restless


def test_a_campaign_is_over_when_nothing_of_it_is_held() -> None:
    on = friday()
    on.play(tick(60, due=NAME), tick(61), tick(330, watch=NAME), tick(331))
    (over,) = (fact for fact in on.facts if isinstance(fact, CampaignClosed))
    paid = sum(fact.fee for fact in on.facts if isinstance(fact, LegFilled))
    assert over.fees == paid
    assert over.pnl == on.desk.book.cash - 150_000
    assert on.desk.standing.tallies


def test_stale_quotes_are_a_refusal_and_no_crash() -> None:
    on = bench(
        (replace(FRIDAY_0DTE, take_when=()),),
        lambda now: replace(rising(now), age_s=500.0),
    )
    (considered,) = on.play(tick(60, due=NAME))
    assert isinstance(considered, Considered)
    failed = first_failure(considered.readings)
    assert failed is not None
    assert failed.stage is Stage.DATA


def test_an_event_day_is_a_reason() -> None:
    fed = day_of(FRIDAY, blocked={"FOMC": "14:00"})
    on = bench((FRIDAY_0DTE,), lambda now: replace(board(), at=now, day=fed))
    (considered,) = on.play(tick(60, due=NAME))
    assert isinstance(considered, Considered)
    failed = first_failure(considered.readings)
    assert failed is not None
    assert failed.rule == "R-EVT-04"


def test_a_refusal_names_who_took_the_last_room_in_the_same_tick() -> None:
    """Two plans at one slot, and room for one campaign: the second is told who was first."""
    twin = replace(FRIDAY_0DTE, name="twin", take_when=())
    plans = (replace(FRIDAY_0DTE, take_when=()), twin)
    room = Limits(walk_mode="natural", group_reserve=(), group_max=(("A1", 1.0),))
    both = bench(plans, rising, limits=room)
    facts = both.play(replace(tick(60, due="friday_0dte"), due=frozenset({"friday_0dte", "twin"})))
    assert [fact.order.strategy for fact in facts if isinstance(fact, Sent)] == ["friday_0dte"]
    refused = [fact for fact in facts if isinstance(fact, Judged) and not fact.approved]
    named = [reading.name for fact in refused for reading in fact.readings if not reading.passed]
    assert "campaigns in group A1 (taken by friday_0dte)" in named
