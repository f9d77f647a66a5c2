"""Emergencies: what an alarm writes, where it moves the desk, and that what is shown is what is sent."""

from collections.abc import Sequence
from dataclasses import replace
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.facts import (
    Fact,
    Judged,
    OrderEnded,
    Sent,
)
from tomking.core.order import Order, Purpose
from tomking.core.restraints import Alarmed, Proposed, RungMoved
from tomking.core.rung import AlarmLevel, Rung
from tomking.engine.desk import Desk
from tomking.engine.ports import Tick
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from worlds.board import board, day_of
from worlds.desk import tick
from worlds.emergencies import (
    ALL,
    ORANGE,
    YELLOW,
    Emergency,
    emergency,
    kinds,
    proposed,
    red,
    rung,
    sent,
    word,
)
from worlds.orders import order

pytestmark = [pytest.mark.unit, pytest.mark.emergency]


def test_a_calm_desk_writes_nothing() -> None:
    assert emergency(*ALL).look(60, 65, 70) == []


@pytest.mark.rule("R-RNG-02")
@pytest.mark.parametrize(
    ("market", "level", "to"),
    [(YELLOW, AlarmLevel.YELLOW, Rung.NO_ENTRY), (ORANGE, AlarmLevel.ORANGE, Rung.CLOSE_ONLY)],
)
def test_an_alarm_moves_the_desk_to_its_rung_once_a_day(
    market: dict[str, Any], level: AlarmLevel, to: Rung
) -> None:
    on = emergency(**market)
    facts = on.look(60, 61, 90)
    assert kinds(facts) == ["Alarmed", "RungMoved"]
    alarmed, moved = facts
    assert isinstance(alarmed, Alarmed)
    assert isinstance(moved, RungMoved)
    assert (alarmed.level, moved.after, moved.by) == (level, to, "alarm")
    assert rung(on) is to


@pytest.mark.rule("R-RNG-02")
def test_red_asks_for_close_only_and_shows_both_rungs_above_it() -> None:
    on = red(*ALL)
    facts = on.look(60)
    assert kinds(facts) == ["Alarmed", "RungMoved", "Proposed", "Proposed"]
    assert rung(on) is Rung.CLOSE_ONLY
    assert len(proposed(facts, "REDUCE").orders) == 5
    flatten = proposed(facts, "FLATTEN").orders
    assert [each.strategy for each in flatten] == [
        "friday_0dte", "butterfly_0dte", "iron_condor", "strangle", "lt112", "ipmcc",
    ]  # fmt: skip
    assert sent(facts) == ()


def at_day(on: Emergency, days: int, minute: float = 60.0) -> list[Fact]:
    """A look at the desk on a later session."""
    later = board().at.date().replace(day=5 + days)
    before = len(on.facts)
    on.run([Tick(day_of(later).session.at(minute))])
    return on.facts[before:]


def tomorrow(on: Emergency, **market: Any) -> list[Fact]:
    """Monday, with a market as told, after a Friday whose close was looked at."""
    on.desk.standing = replace(on.desk.standing, last_close=board().at.date())
    known = day_of(board().at.date().replace(day=8), vix_previous=30.0)
    calm = {"half_width": 0.1, "vix_points": 20.0} | market
    script = lambda at: replace(board(minute=60.0, **calm), at=at, day=known)  # noqa: E731
    on.market = type(on.market)(script)
    return at_day(on, 3)


@pytest.mark.rule("R-RNG-02")
def test_what_yellow_did_a_new_session_without_an_alarm_undoes() -> None:
    on = emergency(**YELLOW)
    on.look(60, 120, 300)
    assert rung(on) is Rung.NO_ENTRY
    (moved,) = tomorrow(on)
    assert isinstance(moved, RungMoved)
    assert (moved.after, moved.by) == (Rung.NORMAL, "session")


@pytest.mark.rule("R-RNG-02")
def test_a_yellow_alarm_that_lasts_keeps_the_desk_where_it_is() -> None:
    on = emergency(**YELLOW)
    on.look(60)
    assert kinds(tomorrow(on, vix_points=31.0)) == ["Alarmed"]
    assert rung(on) is Rung.NO_ENTRY


@pytest.mark.rule("R-RNG-02")
@pytest.mark.parametrize("to", [Rung.NO_ENTRY, Rung.CLOSE_ONLY])
def test_what_a_person_or_orange_did_no_session_undoes(to: Rung) -> None:
    on = emergency()
    word(on, 60, to)
    on.look(60)
    assert tomorrow(on) == []
    assert rung(on) is to
    loud = emergency(**ORANGE)
    loud.look(60)
    assert tomorrow(loud) == []


def test_a_person_moves_the_desk_down_and_the_same_alarm_does_not_move_it_up_again() -> None:
    on = emergency(**ORANGE)
    on.look(60)
    word(on, 61, Rung.NORMAL)
    assert kinds(on.look(61, 65)) == ["RungMoved"]
    assert rung(on) is Rung.NORMAL


def test_a_louder_alarm_of_the_day_is_told() -> None:
    on = emergency(**YELLOW)
    on.look(60)
    script = on.market.script
    on.market = type(on.market)(lambda at: replace(script(at), vix_points=36.0))
    assert kinds(on.look(61)) == ["Alarmed", "RungMoved"]
    assert rung(on) is Rung.CLOSE_ONLY


@pytest.mark.rule("R-RNG-01")
def test_openings_at_work_are_withdrawn_and_exits_are_not() -> None:
    on = emergency("lt112", **YELLOW)
    wanted = order("-1 6090 C, +1 6120 C", strategy="friday_0dte")
    on.desk.note([Sent(tick(50).at, wanted)])
    on.look(60)
    assert on.venue.cancelled == [wanted.id]


# What is shown is what is sent.


def shown_and_sent(facts: Sequence[Fact], what: str) -> tuple[tuple[Order, ...], tuple[Order, ...]]:
    """The orders of a proposal and those that were sent."""
    return proposed(facts, what).orders, sent(facts)


@pytest.mark.rule("R-RNG-08")
def test_orange_proposes_five_closes_by_default_and_sends_none() -> None:
    on = emergency(*ALL, **ORANGE)
    shown, went = shown_and_sent(on.look(60, 61, 65), "REDUCE")
    assert len(shown) == 5
    assert all(each.purpose is Purpose.CLOSE and each.limit is not None for each in shown)
    assert went == ()
    assert on.venue.sent == []


@pytest.mark.rule("R-RNG-08")
def test_with_auto_the_loop_sends_exactly_what_it_showed() -> None:
    on = emergency(*ALL, limits={"emergency_auto": "auto"}, **ORANGE)
    shown, went = shown_and_sent(on.look(60), "REDUCE")
    assert rung(on) is Rung.REDUCE
    assert shown == went == tuple(on.venue.sent)
    assert len(went) == 5


@pytest.mark.rule("R-RNG-08")
@given(held=st.sets(st.sampled_from(ALL), min_size=1), most=st.integers(1, 6))
def test_a_preview_equals_the_orders_then_sent(held: set[str], most: int) -> None:
    """Shown at an instant under ``propose``, sent at that instant under ``auto``: order for order."""
    rules = {"reduce_closes_max": most}
    only = emergency(*sorted(held), limits=rules, **ORANGE)
    preview = proposed(only.look(60), "REDUCE").orders
    acting = emergency(*sorted(held), limits=rules | {"emergency_auto": "auto"}, **ORANGE)
    assert sent(acting.look(60)) == preview
    assert only.venue.sent == []


@given(held=st.sets(st.sampled_from(ALL), min_size=1), to=st.sampled_from(["REDUCE", "FLATTEN"]))
@pytest.mark.rule("R-RNG-08")
def test_a_typed_word_sends_what_the_rung_showed(held: set[str], to: str) -> None:
    preview = proposed(red(*sorted(held)).look(60), to).orders
    on = red(*sorted(held))
    word(on, 60, Rung[to])
    facts = on.look(60)
    assert sent(facts) == tuple(
        replace(each, why=went.why) for each, went in zip(preview, sent(facts), strict=True)
    )
    assert proposed(facts, to).orders == sent(facts)


def test_flattening_never_happens_without_a_word() -> None:
    on = red(*ALL, limits={"emergency_auto": "auto"})
    facts = on.look(60, 61, 65, 90)
    assert rung(on) is Rung.CLOSE_ONLY
    assert sent(facts) == ()
    assert len(proposed(facts, "FLATTEN").orders) == len(ALL)


def test_flattening_ends_locked_when_nothing_is_held() -> None:
    on = red("strangle", "lt112")
    word(on, 60, Rung.FLATTEN)
    on.look(60)
    on.venue.fill(tick(61).at)
    facts = on.look(61)
    moves = [fact for fact in facts if isinstance(fact, RungMoved)]
    assert not on.desk.book.positions
    assert [(m.before, m.after, m.by) for m in moves] == [(Rung.FLATTEN, Rung.LOCKED, "desk")]
    assert sent(on.look(65)) == ()


def test_an_exit_that_has_not_traded_is_not_shown_again_but_repriced() -> None:
    on = red("strangle")
    word(on, 60, Rung.FLATTEN)
    on.look(60)
    facts = on.look(65)
    assert kinds(facts) == ["Sent"]
    (again,) = sent(facts)
    assert (again.attempt, again.replaces) == (2, "strangle/held/open:all/close#1")


def test_a_leg_without_a_quote_is_left_out_and_said() -> None:
    blind = {emergency("lt112").desk.book.legs.contracts[0]: (nan, nan)}
    on = red("lt112", "strangle", quotes=blind)
    word(on, 60, Rung.FLATTEN)
    made = proposed(on.look(60, 61, 65), "FLATTEN")
    assert [each.strategy for each in made.orders] == ["strangle"]
    (left,) = made.left_out
    assert "lt112/held" in left
    assert "quote" in left
    assert "left out: lt112/held" in str(made)


def test_nothing_is_sent_on_stale_quotes_and_it_is_said_once() -> None:
    on = red("lt112", age_s=31.0)
    word(on, 60, Rung.FLATTEN)
    made = proposed(on.look(60, 61, 65), "FLATTEN")
    assert made.orders == ()
    assert "oldest quote" in made.left_out[0]


# Liquidity.


def short_of(**changes: Any) -> Emergency:
    """A desk that could not carry what it holds."""
    return red("lt112", "iron_condor", "strangle", cash="10000", **changes)


@pytest.mark.rule("R-RNG-07")
def test_red_reduces_by_itself_only_where_liquidity_is_gone_and_a_setting_lets_it() -> None:
    alone = short_of(limits={"emergency_auto": "auto"})
    shown, went = shown_and_sent(alone.look(60), "REDUCE")
    assert rung(alone) is Rung.REDUCE
    assert shown == went
    assert 0 < len(went) < 3
    asked = short_of()
    facts = asked.look(60)
    assert rung(asked) is Rung.CLOSE_ONLY
    assert sent(facts) == ()
    assert proposed(facts, "REDUCE").orders == went


@pytest.mark.rule("R-RNG-07")
def test_liquidity_that_goes_later_in_a_red_day_is_seen() -> None:
    on = red("lt112", "iron_condor", "strangle", limits={"emergency_auto": "auto"})
    on.look(60)
    assert rung(on) is Rung.CLOSE_ONLY
    on.desk.book = replace(on.desk.book, cash=on.desk.book.cash - 490_000)
    facts = on.look(61)
    assert rung(on) is Rung.REDUCE
    assert sent(facts)


@pytest.mark.rule("R-RNG-07")
def test_without_a_mark_nothing_is_reduced_automatically() -> None:
    blind = {emergency("lt112").desk.book.legs.contracts[0]: (nan, nan)}
    on = short_of(limits={"emergency_auto": "auto"}, quotes=blind)
    on.desk.standing = replace(on.desk.standing, reasons=frozenset({"fuse"}))
    on.look(60)
    assert rung(on) is Rung.CLOSE_ONLY


def test_a_reduction_that_is_done_is_not_made_again() -> None:
    on = emergency(*ALL, limits={"emergency_auto": "auto", "reduce_closes_max": 2}, **ORANGE)
    on.look(60)
    on.venue.fill(tick(61).at)
    assert sent(on.look(61, 65)) == ()
    assert len(on.desk.book.positions) == len(ALL) - 2


def test_a_desk_that_died_before_it_sent_carries_on_where_it_was() -> None:
    """The rung is a fact: whatever was not sent is sent by the next desk."""
    on = emergency(*ALL, limits={"emergency_auto": "auto"}, **ORANGE)
    on.look(60)
    facts = on.facts
    cut = next(n for n, fact in enumerate(facts) if isinstance(fact, Proposed))
    for kept in (cut, cut + 1, cut + 3):
        again = emergency(limits={"emergency_auto": "auto"}, **ORANGE)
        again.desk = Desk(
            again.desk.strategies, Limits(emergency_auto="auto"), TASTYTRADE, again.desk.journal
        )
        again.desk.journal.append(facts[1:kept])
        again.desk.begin(facts[0])  # type: ignore[arg-type]  # a run began
        gone = {each.intent for each in sent(facts[:kept])}
        went = {each.intent for each in sent(again.look(61))}
        assert gone | went == {each.intent for each in sent(facts)}


# At the close.


def test_an_alarm_at_the_close_is_written_there_and_shown_in_the_morning() -> None:
    on = emergency("lt112", "strangle", **ORANGE)
    evening = on.look(405, closing=True)
    assert kinds(evening) == ["Alarmed", "RungMoved", "SessionClosed"]
    morning = tomorrow(on)
    assert kinds(morning) == ["Proposed"]
    assert "VIX (ORANGE)" in proposed(morning, "REDUCE").why


def test_an_alarm_at_night_is_written_and_nothing_is_sent_before_the_morning() -> None:
    on = emergency("lt112", "strangle", **ORANGE)
    night = on.look(404, night=True)
    assert kinds(night) == ["Alarmed", "RungMoved"]
    assert kinds(on.look(405, closing=True)) == ["SessionClosed"]
    assert kinds(tomorrow(on)) == ["Proposed"]


# How often it looks.


@pytest.mark.rule("R-ALM-10")
def test_off_the_lowest_rung_a_desk_that_holds_something_looks_more_often() -> None:
    on = emergency("lt112", **YELLOW)
    assert (on.desk.poll_s, on.desk.restless) == (None, False)
    on.look(60)
    assert (on.desk.poll_s, on.desk.restless) == (15.0, True)
    idle = emergency(**YELLOW)
    idle.look(60)
    assert not idle.desk.restless


def test_a_proposal_reads_as_a_sentence() -> None:
    on = emergency("lt112", **ORANGE)
    alarmed, moved, made = (f for f in on.look(60) if not isinstance(f, (Judged, OrderEnded)))
    assert str(alarmed).startswith("ORANGE alarm: VIX (ORANGE): 36 points, must be at most 35")
    assert "not known: move of the index" in str(alarmed)
    assert str(moved).startswith("NORMAL became CLOSE_ONLY by alarm: VIX (ORANGE)")
    assert str(made).startswith("REDUCE is lt112/held/open:all/close#1 for -")
