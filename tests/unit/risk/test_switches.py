"""A strategy that an account cannot hold is off at once, and on again from the next session."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tomking.core.facts import Considered, Sent
from tomking.core.restraints import SwitchedOff, SwitchedOn
from tomking.risk.lifting import may_lift
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing, apply
from tomking.risk.switches import CANNOT_HOLD, account_may_hold, after, off_on
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import FRIDAY, board
from worlds.desk import bench, tick

pytestmark = [pytest.mark.unit, pytest.mark.risk, pytest.mark.rule("R-BRK-10")]
AT = board().day.session.at(20)
LIMITS = Limits()
WHY = "futures are not enabled"
GONE = SwitchedOff(AT, "lt112", WHY, "doctor")
BACK = SwitchedOn(AT + timedelta(minutes=5), "lt112", "enabled on the phone", "operator")


def test_what_is_switched_off_is_off_at_once_and_alone() -> None:
    known = after((), GONE)
    seen = account_may_hold("lt112", known, FRIDAY)
    assert (seen.passed, str(seen)) == (
        False, "the account may hold lt112 (futures are not enabled): no, must be yes",
    )  # fmt: skip
    assert account_may_hold("ipmcc", known, FRIDAY).passed
    assert account_may_hold("lt112", (), FRIDAY).passed


def test_it_comes_back_with_the_next_session_and_no_sooner() -> None:
    known = after(after((), GONE), BACK)
    assert not account_may_hold("lt112", known, FRIDAY).passed
    assert account_may_hold("lt112", known, FRIDAY + timedelta(days=3)).passed
    assert off_on(known, FRIDAY + timedelta(days=3)) == ()


def test_off_again_is_off_until_somebody_says_so() -> None:
    known = after(after(after((), GONE), BACK), GONE)
    assert not account_may_hold("lt112", known, FRIDAY + timedelta(days=1000)).passed
    assert len(known) == 1


def test_coming_back_of_what_was_never_off_changes_nothing() -> None:
    assert after((), BACK) == ()


def test_a_word_lifts_it_at_once_and_only_while_it_is_off() -> None:
    lock = f"{CANNOT_HOLD}lt112"
    on = Standing()
    off = apply(on, GONE, LIMITS)
    assert may_lift(lock, off, AT, LIMITS) == ()
    assert [seen.passed for seen in may_lift(lock, on, AT, LIMITS)] == [False]
    assert [seen.passed for seen in may_lift(lock, apply(off, BACK, LIMITS), AT, LIMITS)] == [False]


def test_it_is_no_reason_not_to_trade_the_others() -> None:
    assert apply(Standing(), GONE, LIMITS) == replace(Standing(), off=after((), GONE))
    assert apply(Standing(), GONE, LIMITS).off[0].until == date.max


def test_a_desk_does_not_enter_it_and_writes_why() -> None:
    """At its slot, on a Friday on which it would have been sent."""
    on = bench((FRIDAY_0DTE,), lambda at: board(at=at, price=6042.0, vol=0.6))
    on.desk.note([SwitchedOff(AT, "friday_0dte", WHY, "doctor")])
    (said,) = on.play(tick(75, due="friday_0dte"))
    assert isinstance(said, Considered)
    assert said.outcome == "skipped"
    assert [str(seen) for seen in said.readings] == [
        "the account may hold friday_0dte (futures are not enabled): no, must be yes"
    ]
    without = bench((FRIDAY_0DTE,), lambda at: board(at=at, price=6042.0, vol=0.6))
    assert any(isinstance(fact, Sent) for fact in without.play(tick(75, due="friday_0dte")))
