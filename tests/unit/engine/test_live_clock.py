"""The live clock on virtual time: nothing due is missed, nothing late is made up for."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from tomking.core.calendar import AFTER_CLOSE
from tomking.engine.clock import SessionClock
from tomking.engine.instants import LATE_MIN
from tomking.engine.live_clock import HEARTBEAT_S, RESTLESS_S, LiveClock, due_after
from tomking.engine.ports import Tick
from tomking.market.sessions import session_of
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112

pytestmark = pytest.mark.unit

PLANS = (FRIDAY_0DTE, LT112)
FRIDAY, HALF_DAY = date(2017, 6, 9), date(2017, 11, 24)


@dataclass
class Wearer:
    """Somebody who wears the watch: time passes only while it is waited for, until ``until``."""

    at: datetime
    until: datetime
    held: frozenset[str] = frozenset()
    restless: bool = False
    ends: date = date.max
    waits: list[float] = field(default_factory=list)
    slow_s: float = 0.0

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)
        return self.at <= self.until


def ticks(wearer: Wearer, plans=PLANS) -> list[Tick]:
    found = []
    for tick in LiveClock(plans, wearer.now, wearer.wait).ticks(wearer):
        found.append(tick)
        wearer.at += timedelta(seconds=wearer.slow_s)
    return found


def of(day: date, **more) -> Wearer:
    session = session_of(day)
    assert session is not None
    return Wearer(
        session.opens - timedelta(minutes=5),
        session.closes + timedelta(minutes=AFTER_CLOSE + 1),
        **more,
    )


@pytest.mark.parametrize("day", [FRIDAY, HALF_DAY])
def test_everything_that_is_due_in_a_backtest_is_due_at_the_same_minute(day):
    wearer = of(day, held=frozenset({"lt112"}))
    session = session_of(day)
    assert session is not None
    live = {tick.at: tick for tick in ticks(wearer) if tick.due or tick.watch or tick.closing}
    held = Wearer(session.opens, session.closes, frozenset({"lt112"}))
    for tick in SessionClock((session,), PLANS).ticks(held):
        assert live[tick.at].due == tick.due
        assert live[tick.at].last == tick.last
        assert live[tick.at].watch >= tick.watch
        assert live[tick.at].closing == tick.closing


def test_it_looks_once_a_minute_and_every_few_seconds_while_an_order_is_at_work():
    calm, restless = of(FRIDAY), of(FRIDAY, restless=True)
    assert len(ticks(calm)) < len(ticks(restless)) / 5
    assert max(calm.waits) <= HEARTBEAT_S
    session = session_of(FRIDAY)
    assert session is not None
    inside = [wait for wait in restless.waits if wait][6:-20]
    assert max(inside) <= RESTLESS_S


def test_a_slot_that_went_by_unseen_is_not_made_up_for():
    session = session_of(FRIDAY)
    assert session is not None
    first = min(tick.at for tick in ticks(of(FRIDAY)) if "friday_0dte" in tick.due)
    late = Wearer(first + timedelta(minutes=LATE_MIN + 1), session.closes)
    assert first not in [tick.at for tick in ticks(late)]
    asked = [tick.at for tick in ticks(Wearer(late.at, session.closes)) if tick.due]
    assert all(at > first + timedelta(minutes=LATE_MIN) for at in asked)


def test_a_look_that_takes_long_delays_a_slot_and_loses_none():
    wearer = of(FRIDAY, slow_s=150.0)
    session = session_of(FRIDAY)
    assert session is not None
    wanted = [t for t in SessionClock((session,), PLANS).ticks(of(FRIDAY)) if t.due]
    asked = [tick for tick in ticks(wearer) if tick.due]
    assert len(asked) == len(wanted)
    for tick, want in zip(asked, wanted, strict=True):
        assert tick.due == want.due
        assert timedelta(0) <= tick.at - want.at <= timedelta(minutes=LATE_MIN)


def test_it_looks_over_a_weekend_without_anything_due_and_stops_when_told() -> None:
    session = session_of(date(2017, 6, 12))
    assert session is not None
    saturday = datetime.combine(date(2017, 6, 10), session.opens.timetz())
    wearer = Wearer(saturday, session.opens + timedelta(minutes=3))
    found = ticks(wearer)
    before = [tick for tick in found if tick.at < session.opens]
    assert len(before) == 48 * 60
    assert all(tick == Tick(tick.at, night=True) for tick in before)
    assert found[len(before)].at == session.opens
    assert found[-1].at <= wearer.until


def test_between_the_bell_and_the_official_closes_nothing_is_sent() -> None:
    session = session_of(FRIDAY)
    assert session is not None
    after = [tick for tick in ticks(of(FRIDAY)) if tick.at >= session.closes]
    assert [n for n, tick in enumerate(after) if tick.closing] == [AFTER_CLOSE]
    assert not any(tick.sends for tick in after)


@pytest.mark.parametrize(
    ("minutes", "closed", "closing"),
    [
        (0, date(2017, 6, 8), True),
        (LATE_MIN, date(2017, 6, 8), True),
        (LATE_MIN + 1, date(2017, 6, 8), False),
        (-1, date(2017, 6, 8), False),
        (0, FRIDAY, False),
    ],
)
def test_a_close_that_a_stop_came_before_is_looked_at_while_its_figures_are_there(
    minutes, closed, closing
):
    session = session_of(FRIDAY)
    assert session is not None
    now = session.closes + timedelta(minutes=AFTER_CLOSE + minutes)
    wearer = Wearer(now, now)
    first = next(LiveClock(PLANS, wearer.now, wearer.wait, closed=closed).ticks(wearer))
    assert (first.at, first.closing) == (now, closing)


@pytest.mark.parametrize(("late_min", "closing"), [(LATE_MIN, True), (LATE_MIN + 1, False)])
def test_a_machine_that_slept_over_a_close_takes_no_later_figures_for_it(late_min, closing):
    session = session_of(FRIDAY)
    assert session is not None
    wakes = session.closes + timedelta(minutes=AFTER_CLOSE + late_min)
    wearer = Wearer(session.closes - timedelta(minutes=30), wakes + timedelta(minutes=1))
    seen = []
    for tick in LiveClock(PLANS, wearer.now, wearer.wait).ticks(wearer):
        seen.append(tick)
        wearer.at = max(wearer.at, wakes)  # asleep after the first look
    assert any(tick.closing for tick in seen) is closing
    assert seen[0].sends


def test_what_is_due_next_is_the_next_slot_whatever_the_day() -> None:
    thursday, friday = session_of(date(2017, 6, 8)), session_of(FRIDAY)
    assert thursday is not None
    assert friday is not None
    nobody = of(FRIDAY)
    first = friday.at(min(m for each in FRIDAY_0DTE.slots for m in each.minutes(friday)))
    for now in (thursday.at(300), thursday.closes + timedelta(hours=5), friday.opens):
        assert due_after(now, (FRIDAY_0DTE,), nobody) == first
    after = due_after(friday.at(389), (FRIDAY_0DTE,), nobody)
    assert after is not None
    assert after.date() == FRIDAY + timedelta(days=7)


def test_what_is_due_next_is_a_look_while_something_is_held() -> None:
    session = session_of(FRIDAY)
    assert session is not None
    holder = of(FRIDAY, held=frozenset({FRIDAY_0DTE.name}))
    now = session.at(200)
    due = due_after(now, PLANS, holder)
    assert due is not None
    assert now < due <= now + timedelta(minutes=FRIDAY_0DTE.watch_min)
    assert due_after(now, (), of(FRIDAY)) is None
