"""The clock: only instants at which something could happen, half days included."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from tomking.core.calendar import session
from tomking.engine.clock import SessionClock
from tomking.engine.instants import grid, renewals_of, slots_of
from tomking.engine.ports import Tick
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.lt112 import LT112

pytestmark = pytest.mark.unit

FRIDAY, WEDNESDAY, TUESDAY = date(2025, 12, 5), date(2025, 12, 3), date(2025, 12, 2)
BOTH = (FRIDAY_0DTE, LT112)


@dataclass
class Wants:
    """What a clock is told of the desk."""

    held: frozenset[str] = field(default_factory=frozenset)
    restless: bool = False
    ends: date = date.max


def minutes(day: date, wants: Wants, delay: int = 0, *, early: bool = False) -> list[Tick]:
    """The ticks of one day."""
    return list(SessionClock((session(day, early=early),), BOTH, delay).ticks(wants))


def clock_of(ticks: list[Tick]) -> list[str]:
    """Their New York times."""
    return [f"{tick.at:%H:%M}" for tick in ticks]


def test_a_day_on_which_nothing_is_due_has_its_close_alone() -> None:
    (closing,) = minutes(TUESDAY, Wants())
    assert closing.closing
    assert f"{closing.at:%H:%M}" == "16:15"


def test_a_friday_has_its_slots_and_the_last_of_them_is_marked() -> None:
    ticks = minutes(FRIDAY, Wants())
    assert clock_of(ticks) == [
        "10:30", "11:00", "11:30", "12:00", "12:30", "13:00", "13:30", "16:15",
    ]  # fmt: skip
    assert [bool(tick.last) for tick in ticks] == [False] * 6 + [True, False]
    assert all(tick.due == {"friday_0dte"} for tick in ticks[:-1])


def test_what_is_held_is_looked_at_every_so_many_minutes() -> None:
    ticks = minutes(FRIDAY, Wants(frozenset({"friday_0dte"})))
    watched = [tick for tick in ticks if "friday_0dte" in tick.watch]
    assert len(watched) == 390 // 5 - 1
    hourly = minutes(TUESDAY, Wants(frozenset({"lt112"})))
    assert clock_of(hourly) == ["10:30", "11:30", "12:30", "13:30", "14:30", "15:30", "16:15"]


def test_a_restless_desk_is_given_a_look_one_and_two_minutes_later() -> None:
    ticks = clock_of(minutes(FRIDAY, Wants(restless=True)))
    assert {"10:31", "10:32", "11:01", "11:02"} <= set(ticks)


def test_a_clock_listens_while_it_runs() -> None:
    wants = Wants()
    heard: list[str] = []
    for tick in SessionClock((session(FRIDAY),), BOTH).ticks(wants):
        heard.append(f"{tick.at:%H:%M}")
        wants.restless = heard[-1] == "10:30"
    assert heard[:3] == ["10:30", "10:31", "11:00"]


def test_a_half_day_ends_early() -> None:
    ticks = minutes(date(2025, 11, 28), Wants(frozenset({"lt112"})), early=True)
    assert clock_of(ticks)[-1] == "13:15"
    assert max(clock_of(ticks)[:-1]) < "13:00"


def test_a_delay_asks_every_slot_late() -> None:
    assert clock_of(minutes(FRIDAY, Wants(), 5))[0] == "10:35"
    assert dict(slots_of(session(WEDNESDAY), BOTH, 5)) == {"lt112": (35, 65, 95)}


def test_no_instant_stands_at_or_after_the_close() -> None:
    seen = [row.minute for row in grid(210, (("x", (30, 200, 240)),), (("x", 7),)).every]
    assert max(seen) < 210
    assert seen == sorted(set(seen))


def renewing(day: date, wants: Wants, *, early: bool = False) -> list[Tick]:
    """The ticks of one day of a plan that sells again what is gone."""
    return list(SessionClock((session(day, early=early),), (IPMCC,)).ticks(wants))


@pytest.mark.rule("R-PMC-09")
def test_what_is_gone_is_sold_again_at_its_own_slots_while_something_is_held() -> None:
    ticks = renewing(FRIDAY, Wants(frozenset({"ipmcc"})))
    again = [f"{tick.at:%H:%M}" for tick in ticks if tick.renew]
    assert again == ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]
    assert all(tick.renew == {"ipmcc"} for tick in ticks if tick.renew)
    assert not any(tick.renew for tick in renewing(TUESDAY, Wants(frozenset({"ipmcc"}))))


@pytest.mark.rule("R-PMC-09")
def test_nothing_is_sold_again_for_whom_holds_nothing() -> None:
    for held in (frozenset[str](), frozenset({"lt112"})):
        assert [f"{tick.at:%H:%M}" for tick in renewing(FRIDAY, Wants(held))] == ["16:15"]


def test_a_half_day_sells_again_until_half_past_twelve() -> None:
    half = date(2025, 11, 28)
    assert renewals_of(session(half, early=True), (IPMCC,)) == (("ipmcc", (30, 90, 150)),)
    assert renewals_of(session(FRIDAY), (IPMCC, LT112)) == (
        ("ipmcc", (30, 90, 150, 210, 270, 330)),
    )


def test_a_renewal_is_settled_and_delayed_like_an_entry() -> None:
    restless = renewing(FRIDAY, Wants(frozenset({"ipmcc"}), restless=True))
    assert {"10:01", "10:02"} <= {f"{tick.at:%H:%M}" for tick in restless}
    late = renewals_of(session(FRIDAY), (IPMCC,), 10)
    assert late == (("ipmcc", (40, 100, 160, 220, 280, 340)),)
