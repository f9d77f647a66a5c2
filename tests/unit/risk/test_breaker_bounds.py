"""What trips a lock: each breaker by itself, at its bound and beside it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.risk.breakers import LOCKS, losses, manual_mode, tripped
from tomking.risk.limits import Limits
from tomking.risk.view import View
from worlds.gates import scene

pytestmark = [pytest.mark.unit, pytest.mark.risk]

#: Baselines so far apart that one breaker alone can see a loss.
FLAT: dict[str, Any] = {
    "day_start": 1000, "week_start": 1000, "month_start": 1000, "peak": 1000, "streak": 0,
}  # fmt: skip


def locks(net_liq: float, **memory: Any) -> list[str]:
    """The locks that go on."""
    return [lock for lock, _ in tripped(scene(net_liq=net_liq, memory=FLAT | memory))]


@pytest.mark.rule("R-BRK-09")
@pytest.mark.parametrize(("vix", "passes"), [(49.9, True), (50.0, True), (50.01, False)])
def test_above_vix_fifty_only_a_person_decides(vix: float, passes: bool) -> None:
    seen = scene(market={"vix_points": vix})
    assert manual_mode(seen).passed is passes
    assert [lock for lock, _ in tripped(seen)] == ([] if passes else ["manual mode"])
    known = scene(market={"vix_points": vix}, memory={"reasons": frozenset({"manual mode"})})
    assert tripped(known) == ()


@pytest.mark.rule("R-BRK-01")
@pytest.mark.rule("R-BRK-02")
@pytest.mark.rule("R-BRK-03")
@pytest.mark.rule("R-BRK-05")
@pytest.mark.parametrize(
    ("baseline", "most", "lock"),
    [
        ("day_start", 0.05, "day loss"),
        ("week_start", 0.10, "week loss"),
        ("month_start", 0.15, "month loss"),
        ("peak", 0.20, "drawdown"),
    ],
)
def test_a_loss_trips_the_lock_of_its_own_baseline(baseline: str, most: float, lock: str) -> None:
    """Whatever the other baselines say: they lie far below."""
    start = {baseline: 100_000}
    assert locks(100_000 * (1 - most) + 0.01, **start) == []
    assert locks(100_000 * (1 - most), **start) == [lock]
    assert locks(100_000 * (1 - most) - 0.01, **start) == [lock]


@pytest.mark.rule("R-BRK-04")
@pytest.mark.parametrize(("streak", "found"), [(2, []), (3, ["loss streak"]), (4, ["loss streak"])])
def test_losses_in_a_row_trip_their_lock_however_rich_the_account(
    streak: int, found: list[str]
) -> None:
    assert locks(1_000_000.0, streak=streak) == found


def test_a_lock_that_is_on_is_not_tripped_again_and_hides_no_other() -> None:
    on = {"day_start": 100_000, "week_start": 100_000, "reasons": frozenset({"day loss"})}
    assert locks(85_000.0, **on) == ["week loss"]


def test_a_loss_nobody_knows_trips_nothing() -> None:
    assert locks(float("nan"), day_start=100_000) == []


MONEY = st.integers(50_000, 150_000)


@given(MONEY, MONEY, MONEY, MONEY, MONEY, st.integers(0, 5))
def test_the_quick_look_never_hides_a_breaker(
    net_liq: int, day: int, week: int, month: int, peak: int, streak: int
) -> None:
    """What trips is what does not hold, one breaker after the other."""
    memory = {
        "day_start": day, "week_start": week, "month_start": month, "peak": peak, "streak": streak,
    }  # fmt: skip
    seen: View = replace(VIEW, net_liq=float(net_liq), standing=scene(memory=memory).standing)
    readings = losses(seen.net_liq, seen.standing, Limits())
    expected = [lock for lock, read in zip(LOCKS, readings, strict=True) if not read.passed]
    assert [lock for lock, _ in tripped(seen)] == expected


VIEW = scene()
