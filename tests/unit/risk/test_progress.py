"""Phases and stages: what an account must have shown, and what takes it back without asking."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tomking.core.calendar import new_york
from tomking.core.facts import SessionClosed
from tomking.core.money import ZERO
from tomking.core.restraints import RungMoved, StageDemoted, StagePromoted
from tomking.core.rung import Rung
from tomking.risk.limits import Limits
from tomking.risk.progress import Shown, may_advance, may_promote, phase_after
from tomking.risk.standing import Standing, apply, phase_of, start
from tomking.risk.tally import Tally
from worlds.board import FRIDAY, board
from worlds.gates import scene
from worlds.orders import view

pytestmark = [pytest.mark.unit, pytest.mark.risk]
ON = Limits(phase_gates="on")
SHOWN = Shown(100, 15, 5, 0.05)
AT = board().at


@pytest.mark.rule("R-PHA-01")
@pytest.mark.parametrize(
    ("dollars", "phase"),
    [(39_999, 0), (40_000, 1), (54_999, 1), (55_000, 2), (76_200, 3), (95_250, 4), (44_500, 1)],
)
def test_the_ladder_of_27_6(dollars: float, phase: int) -> None:
    assert phase_of(dollars, Limits()) == phase


@pytest.mark.rule("R-PHA-06")
@pytest.mark.parametrize(
    ("shown", "phase"),
    [
        (SHOWN, 2),
        (replace(SHOWN, days=60), 1),  # two months are sixty-one days
        (replace(SHOWN, days=61), 2),
        (replace(SHOWN, wins=12, losses=7), 1),  # nineteen campaigns
        (replace(SHOWN, wins=12, losses=8), 2),  # sixty per cent of twenty
        (replace(SHOWN, wins=11, losses=9), 1),
        (replace(SHOWN, drawdown=0.15), 2),
        (replace(SHOWN, drawdown=0.151), 1),
        (Shown(100, 0, 0, 0.0), 1),  # nothing traded is nothing known
    ],
)
def test_an_account_grows_by_what_it_has_shown(shown: Shown, phase: int) -> None:
    assert phase_after(1, 4, shown, ON) == phase
    assert all(seen.passed for seen in may_advance(2, shown, ON)) is (phase == 2)


def test_size_alone_decides_where_the_gates_are_off() -> None:
    assert phase_after(1, 4, Shown(0, 0, 0, 0.9), Limits()) == 4


@pytest.mark.rule("R-PHA-07")
def test_a_deep_drawdown_or_a_smaller_account_takes_a_phase_away() -> None:
    assert phase_after(3, 4, replace(SHOWN, drawdown=0.201), ON) == 2
    assert phase_after(3, 4, replace(SHOWN, drawdown=0.20), ON) == 3
    assert phase_after(3, 1, SHOWN, ON) == 1
    assert phase_after(0, 4, replace(SHOWN, drawdown=0.5), ON) == 0


def test_a_standing_grows_one_phase_at_a_time_and_starts_to_count_again() -> None:
    known = replace(
        start(Decimal(100_000), ON), phase=1, tallies=(("x", Tally(30, 5)),),
        phase_since=date(2025, 1, 2),
    )  # fmt: skip
    close = SessionClosed(AT, FRIDAY, Decimal(100_000), Decimal(0), Decimal(0), 16.0)
    after = apply(known, close, ON)
    assert (after.phase, after.phase_since) == (2, FRIDAY)
    again = apply(after, replace(close, day=FRIDAY + timedelta(days=3)), ON)
    assert again.phase == 2


@pytest.mark.rule("R-PHA-07")
def test_one_drawdown_takes_one_phase_however_long_it_lasts() -> None:
    known = replace(start(Decimal(130_000), ON), phase=3)
    phases = []
    for days in range(4):
        close = SessionClosed(AT, FRIDAY + timedelta(days), Decimal(100_000), ZERO, ZERO, 16.0)
        known = apply(known, close, ON)
        phases.append(known.phase)
    assert phases == [2, 2, 2, 2]
    again = replace(close, net_liq=Decimal(79_999))
    assert apply(known, again, ON).phase == 1


@pytest.mark.rule("R-STG-04")
@pytest.mark.parametrize(
    ("stage", "wins", "days", "may"),
    [
        (2, 5, 14, True), (2, 4, 14, False), (2, 5, 13, False), (3, 10, 14, True),
        (3, 9, 100, False), (4, 20, 14, True), (4, 19, 14, False), (1, 0, 0, True),
    ],
)  # fmt: skip
def test_a_stage_needs_winners_and_weeks_both(stage: int, wins: int, days: int, may: bool) -> None:
    today = FRIDAY + timedelta(days=days)
    found = may_promote(stage, wins, FRIDAY, today, Limits())
    assert all(seen.passed for seen in found) is may


@pytest.mark.rule("R-STG-02")
def test_a_stage_caps_the_capital_in_pounds() -> None:
    first = view(board(), limits=Limits(stage=1))
    assert first.capital == pytest.approx(min(first.net_liq, 5_000 * 1.27))
    assert view(board()).capital == view(board()).net_liq


@pytest.mark.rule("R-STG-05")
def test_a_signed_promotion_holds_until_an_emergency_takes_it_back() -> None:
    limits = Limits()
    known: Standing = start(Decimal(100_000), limits)
    assert scene().stage == 4  # nobody ever signed: the configured stage stands
    known = apply(known, StagePromoted(AT, 3, 12, 3.0, "T. King"), limits)
    assert (known.stage, known.stage_since) == (3, AT.date())
    locked = apply(known, RungMoved(AT, Rung.CLOSE_ONLY, Rung.FLATTEN, "red", "operator"), limits)
    assert locked.stage == 1
    assert apply(known, RungMoved(AT, Rung.NORMAL, Rung.NO_ENTRY, "x", "alarm"), limits).stage == 3
    assert apply(known, StageDemoted(AT, 2, "operator"), limits).stage == 2
    assert new_york(AT.date(), AT.time()) == AT
