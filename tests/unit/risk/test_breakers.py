"""When a lock may be lifted, manual mode, and baselines that money in or out does not move."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce

import pytest

from tomking.backtest.operator import REVIEW_DAYS, SimulatedOperator
from tomking.core.calendar import CLOSE, OPEN, new_york
from tomking.core.facts import CashMoved, Fact, SessionClosed
from tomking.core.restraints import Halted, Resumed
from tomking.core.rung import Rung
from tomking.risk.alarms import Lately, alarm, seen
from tomking.risk.breakers import BY_HAND, LOCKS, MANUAL_MODE, losses, may_resume, tripped
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing, apply, opened, start
from worlds.board import FRIDAY, day_of
from worlds.emergencies import ORANGE, emergency, rung, sent
from worlds.gates import scene

pytestmark = [pytest.mark.unit, pytest.mark.risk, pytest.mark.emergency]

LIMITS = Limits()
NOON = new_york(FRIDAY, OPEN)


def folded(*facts: Fact) -> Standing:
    """The standing after some facts."""
    return reduce(lambda s, f: apply(s, f, LIMITS), facts, start(Decimal(100_000), LIMITS))


def halted(lock: str, net_liq: str | None = "94000") -> Standing:
    """A standing in which a lock tripped."""
    return folded(Halted(NOON, lock, "", None if net_liq is None else Decimal(net_liq)))


def lifts(lock: str, known: Standing, net_liq: float, hours: float) -> bool:
    """Whether a lock may be lifted so many hours later."""
    asked = may_resume(lock, net_liq, known, NOON + timedelta(hours=hours), LIMITS)
    return all(reading.passed for reading in asked)


@pytest.mark.rule("R-BRK-08")
@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock not in BY_HAND])
@pytest.mark.parametrize(
    ("net_liq", "hours", "may"),
    [
        (95_880.0, 24.0, True), (95_879.0, 24.0, False), (95_880.0, 23.99, False),
        (99_000.0, 1.0, False), (94_000.0, 999.0, False), (float("nan"), 999.0, False),
    ],
)  # fmt: skip
def test_a_lock_lifts_itself_after_a_day_and_two_per_cent(
    lock: str, net_liq: float, hours: float, may: bool
) -> None:
    assert lifts(lock, halted(lock), net_liq, hours) is may


@pytest.mark.rule("R-BRK-08")
@pytest.mark.parametrize("lock", BY_HAND)
def test_a_month_and_a_drawdown_take_a_person(lock: str) -> None:
    assert not lifts(lock, halted(lock), 200_000.0, 9_999.0)


@pytest.mark.rule("R-BRK-08")
def test_a_trip_nobody_valued_lifts_nothing() -> None:
    assert not lifts("day loss", halted("day loss", None), 200_000.0, 999.0)
    assert not lifts("day loss", folded(), 200_000.0, 999.0)


@pytest.mark.rule("R-BRK-08")
def test_money_put_in_is_no_gain_that_lifts_a_lock() -> None:
    paid = apply(halted("day loss"), CashMoved(NOON, Decimal(3_000), "in"), LIMITS)
    assert not lifts("day loss", paid, 97_000.0, 24.0)
    assert lifts("day loss", paid, 98_940.0, 24.0)
    unknown = apply(halted("day loss", None), CashMoved(NOON, Decimal(3_000), "in"), LIMITS)
    assert not lifts("day loss", unknown, 200_000.0, 999.0)


def test_a_lifted_reason_takes_its_trip_with_it_and_leaves_the_others() -> None:
    known = folded(
        Halted(NOON, "day loss", "", Decimal(5)), Halted(NOON, "data", ""),
        Resumed(NOON, "day loss", "looked at"),
    )  # fmt: skip
    assert [trip.reason for trip in known.trips] == ["data"]


def lifted(known: Standing, days: float, close: int) -> list[str]:
    """What the imagined operator lifts so many days later, after a close at so much."""
    facts = SimulatedOperator(REVIEW_DAYS, LIMITS).take(
        NOON + timedelta(days=days), replace(known, day_start=Decimal(close))
    )
    return [fact.reason for fact in facts if isinstance(fact, Resumed)]


@pytest.mark.rule("R-BRK-08")
def test_the_imagined_operator_lifts_what_may_be_lifted_and_the_rest_after_its_days() -> None:
    week = halted("week loss")
    assert lifted(week, 2, 95_000) == []
    assert lifted(week, 2, 95_880) == ["week loss"]
    assert lifted(week, 7, 94_000) == ["week loss"]
    assert lifted(halted("month loss"), 7, 200_000) == []
    assert lifted(halted("month loss"), 31, 80_000) == ["month loss"]
    assert lifted(halted("fuse"), 99, 200_000) == []


@pytest.mark.rule("R-BRK-09")
@pytest.mark.parametrize(("vix", "trips"), [(50.0, False), (50.01, True)])
def test_vix_above_fifty_is_a_reason_of_its_own(vix: float, trips: bool) -> None:
    now = scene(market={"vix_points": vix})
    assert (MANUAL_MODE in [lock for lock, _ in tripped(now)]) is trips
    known = scene(market={"vix_points": vix}, memory={"reasons": frozenset({MANUAL_MODE})})
    assert tripped(known) == ()


@pytest.mark.rule("R-BRK-09")
@pytest.mark.parametrize(("vix", "near"), [(40.0, False), (40.01, True)])
def test_above_forty_the_alarm_says_that_manual_mode_is_near(vix: float, near: bool) -> None:
    now = scene(market={"vix_points": vix}, day={"vix_previous": 39.0})
    found = alarm(now, seen(Lately(), now))
    assert ("R-BRK-09" in [reading.rule for reading in found.readings]) is near


@pytest.mark.rule("R-BRK-09")
def test_in_manual_mode_nothing_is_reduced_without_a_person() -> None:
    loud = ORANGE | {"vix_points": 51.0, "day": day_of(FRIDAY, vix_previous=50.0)}
    on = emergency("lt112", "strangle", limits={"emergency_auto": "auto"}, **loud)
    on.desk.note([Halted(NOON, MANUAL_MODE, "VIX")])
    assert sent(on.look(60)) == ()
    assert rung(on) is Rung.CLOSE_ONLY


def closed(day: date, net_liq: int) -> SessionClosed:
    """A day that ended at a net liq."""
    return SessionClosed(new_york(day, CLOSE), day, Decimal(net_liq), Decimal(0), Decimal(0), 16.0)


@pytest.mark.rule("R-BRK-01")
@pytest.mark.rule("R-BRK-02")
@pytest.mark.rule("R-BRK-03")
def test_money_that_comes_over_a_weekend_moves_the_new_weeks_start_with_it() -> None:
    """Friday 29 May to Monday 1 June 2026: a new day, week and month begin at one close."""
    monday = date(2026, 6, 1)
    paid = CashMoved(new_york(monday, OPEN), Decimal(50_000), "in")
    known = opened(folded(closed(date(2026, 5, 29), 100_000), paid), monday)
    assert known.day_start == known.week_start == known.month_start == 150_000
    rules = {r.rule: r.observed for r in losses(142_500.0, known, LIMITS)}
    assert (rules["R-BRK-01"], rules["R-BRK-02"], rules["R-BRK-03"]) == (0.05, 0.05, 0.05)


def test_all_locks_may_trip_at_once_and_each_is_lifted_alone() -> None:
    known = folded(
        closed(date(2026, 5, 28), 100_000), closed(date(2026, 5, 29), 100_000),
    )  # fmt: skip
    now = scene(net_liq=75_000.0, memory={"streak": 3})
    now = replace(now, standing=replace(known, streak=3))
    assert [lock for lock, _ in tripped(now)] == list(LOCKS)
    facts = [Halted(NOON, lock, "") for lock in LOCKS]
    after = reduce(lambda s, f: apply(s, f, LIMITS), facts, known)
    alone = apply(after, Resumed(NOON, "drawdown", ""), LIMITS)
    assert alone.reasons == set(LOCKS) - {"drawdown"}
