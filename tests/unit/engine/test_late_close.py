"""A close that nobody looked at: made up for from official figures, or nothing is opened."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tomking.brokers.simulated import SimulatedBroker
from tomking.core.facts import CashMoved, Considered, Fact, RunStarted, SessionClosed
from tomking.core.restraints import Halted, Resumed
from tomking.engine.canonical import canonical
from tomking.engine.desk import Desk
from tomking.engine.late_close import ASK_EVERY, Closed, missed
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Tick
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import FRIDAY, Board, board, hours_of
from worlds.desk import Bench, Brake, Ticks, bench

pytestmark = pytest.mark.unit

THURSDAY, MONDAY = date(2025, 12, 4), date(2025, 12, 8)
OFFICIAL = Closed(Decimal(98_000), Decimal(1_000), "the broker's snapshot")


def world(now: datetime) -> Board:
    """A calm market."""
    return replace(board(on=now.date()), at=now)


def began(day: date = THURSDAY, minute: float = 30.0) -> Bench:
    """A desk that began on a day and has seen no close."""
    on = bench((FRIDAY_0DTE,), world)
    on.desk.began = hours_of(day).at(minute)
    return on


class Asked:
    """Who keeps official closes, and what of."""

    def __init__(self, *known: Closed | None) -> None:
        self.known, self.days = list(known), list[date]()

    def __call__(self, day: date, at: datetime) -> Closed | None:
        self.days.append(day)
        return self.known.pop(0) if self.known else None


def look(on: Bench, closes: Asked | None, *ticks: Tick) -> list[Fact]:
    """The loop over some looks."""
    before = len(on.facts)
    run(
        on.desk, clock=Ticks(ticks), market=on.market, broker=SimulatedBroker(on.exchange),
        inbox=Brake(), closes=closes,
    )  # fmt: skip
    return on.facts[before:]


def at(day: date, minute: float, **more: bool) -> Tick:
    return Tick(hours_of(day).at(minute), frozenset({"friday_0dte"}), **more)


def test_a_missed_close_is_made_up_for_at_the_next_look_and_says_so() -> None:
    on, closes = began(), Asked(OFFICIAL)
    facts = look(on, closes, at(FRIDAY, 60))
    closed = next(fact for fact in facts if isinstance(fact, SessionClosed))
    assert (closed.day, closed.net_liq, closed.requirement) == (THURSDAY, 98_000, 1_000)
    assert str(closed).endswith("made up for late by the broker's snapshot")
    assert (closed.at, closed.vix) == (hours_of(FRIDAY).at(60), 16.0)
    assert closes.days == [THURSDAY]
    assert on.desk.standing.day_start == 98_000
    assert on.desk.standing.last_close == THURSDAY
    assert not any(isinstance(fact, Halted) for fact in facts)


def test_until_somebody_knows_it_nothing_is_opened_and_it_is_said_once() -> None:
    on = began()
    facts = look(on, Asked(), at(FRIDAY, 60), at(FRIDAY, 90))
    (halted,) = (fact for fact in facts if isinstance(fact, Halted))
    assert (halted.reason, "2025-12-04" in halted.note) == ("data", True)
    asked = [fact for fact in facts if isinstance(fact, Considered)]
    assert asked
    assert all(fact.outcome != "sent" for fact in asked)


def test_a_clock_that_looks_at_every_close_misses_none() -> None:
    assert not [f for f in look(began(), None, at(FRIDAY, 60)) if isinstance(f, Halted)]


def test_it_is_asked_for_again_and_what_it_halted_goes_on_then() -> None:
    on, closes = began(), Asked(None, OFFICIAL)
    facts = look(on, closes, at(FRIDAY, 60), at(FRIDAY, 61), at(FRIDAY, 71), at(FRIDAY, 72))
    assert len(closes.days) == 2
    assert timedelta(minutes=11) > ASK_EVERY
    kinds = [type(f) for f in facts if isinstance(f, Halted | SessionClosed | Resumed)]
    assert kinds == [Halted, SessionClosed, Resumed]
    assert on.desk.standing.reasons == frozenset()


def test_a_close_that_was_seen_is_not_asked_for() -> None:
    on, closes = began(FRIDAY), Asked(OFFICIAL)
    facts = look(on, closes, at(FRIDAY, 405, closing=True), at(MONDAY, 60))
    assert closes.days == []
    assert [fact.late for fact in facts if isinstance(fact, SessionClosed)] == [""]


@pytest.mark.parametrize(
    ("on", "minute", "seen"),
    [
        (THURSDAY, 405.0, None), (THURSDAY, 410.0, None), (THURSDAY, 410.5, THURSDAY),
        (FRIDAY, -300.0, THURSDAY), (FRIDAY, 300.0, THURSDAY), (MONDAY, -60.0, FRIDAY),
    ],
    ids=["the close", "still waited for", "no more", "at night", "the next day", "a weekend"],
)  # fmt: skip
def test_a_close_is_missed_once_it_is_not_waited_for_any_more(
    on: date, minute: float, seen: date | None
) -> None:
    assert missed(began().desk, hours_of(on).at(minute)) == seen


def test_nobody_misses_a_close_from_before_his_account_began() -> None:
    assert missed(began(FRIDAY, 30.0).desk, hours_of(FRIDAY).at(60.0)) is None
    assert missed(began(THURSDAY, 391.0).desk, hours_of(FRIDAY).at(60.0)) is None


def test_what_was_done_today_stays_done_when_yesterday_is_made_up_for() -> None:
    on = began()
    on.desk.standing = replace(on.desk.standing, done=frozenset({"friday_0dte/2025-12-05/open"}))
    look(on, Asked(OFFICIAL), Tick(hours_of(FRIDAY).at(60)))
    assert on.desk.standing.done == {"friday_0dte/2025-12-05/open"}


def test_what_was_entered_on_the_missed_day_does_not_count_as_entered_today() -> None:
    on = began()
    on.desk.standing = replace(on.desk.standing, done=frozenset({"friday_0dte/2025-12-04/open"}))
    look(on, Asked(OFFICIAL), Tick(hours_of(FRIDAY).at(60)))
    assert on.desk.standing.entries_today == 0


def test_a_day_that_is_over_trips_nothing_once_its_close_is_known() -> None:
    """What was lost on the missed day is no loss of the day after."""
    on, worth = began(), Decimal(150_000)
    on.desk.standing = replace(on.desk.standing, day_start=worth + 15_000)
    facts = look(on, Asked(replace(OFFICIAL, net_liq=worth)), at(FRIDAY, 60))
    assert not [fact for fact in facts if isinstance(fact, Halted)]
    on.desk.standing = replace(on.desk.standing, day_start=worth + 15_000)
    (halted,) = [f for f in look(on, Asked(), at(FRIDAY, 61)) if isinstance(f, Halted)]
    assert halted.reason == "day loss"


@pytest.mark.parametrize(
    ("minute", "start"), [(-60.0, 108_000), (60.0 - 24 * 60.0, 98_000)], ids=["after", "before"]
)
def test_money_that_came_after_the_missed_close_is_no_gain_of_today(
    minute: float, start: int
) -> None:
    on = began()
    came = hours_of(FRIDAY).at(minute)
    on.desk.note([CashMoved(came, Decimal(10_000), "Deposit")])
    facts = look(on, Asked(OFFICIAL), Tick(hours_of(FRIDAY).at(60)))
    closed = next(fact for fact in facts if isinstance(fact, SessionClosed))
    assert closed.net_liq == 98_000
    assert on.desk.standing.day_start == start


def test_a_journal_says_when_its_account_began() -> None:
    made = Desk((FRIDAY_0DTE,), Limits(), TASTYTRADE, MemoryJournal())
    made.begin(RunStarted(hours_of(FRIDAY).opens, "paper", Decimal(1), ""))
    assert made.began == hours_of(FRIDAY).opens


def test_a_close_that_was_seen_hashes_as_it_always_did() -> None:
    seen = SessionClosed(hours_of(FRIDAY).at(405), FRIDAY, Decimal(1), Decimal(0), Decimal(0), 16.0)
    assert "late" not in canonical(seen)
    assert '"late": "the broker"' in canonical(replace(seen, late="the broker"))
