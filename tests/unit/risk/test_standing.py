"""Standing as a fold: baselines that no restart moves, streaks, locks, cash in and out (27.18)."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import CLOSE, new_york
from tomking.core.facts import (
    CampaignClosed,
    CashMoved,
    Fact,
    LegFilled,
    MarginCalled,
    MarginMet,
    OrderEnded,
    RunStarted,
    SessionClosed,
)
from tomking.core.figures import loss
from tomking.core.money import ZERO
from tomking.core.restraints import Halted, Resumed, RungMoved, StagePromoted
from tomking.core.rung import Rung
from tomking.market.sessions import sessions_between
from tomking.risk.breakers import LOCKS, losses
from tomking.risk.caps import operator
from tomking.risk.limits import Limits
from tomking.risk.rungs import KillLadder
from tomking.risk.standing import Standing, Tally, apply, opened, start
from worlds.board import FRIDAY
from worlds.orders import option

pytestmark = [pytest.mark.unit, pytest.mark.risk]

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.18"]
LIMITS = Limits()
CAPITAL = Decimal(100_000)
NOON = new_york(FRIDAY, CLOSE)


def folded(*facts: Fact, begin: Standing | None = None) -> Standing:
    """The standing after some facts."""
    return reduce(lambda s, f: apply(s, f, LIMITS), facts, begin or start(CAPITAL, LIMITS))


def closed(day: date, net_liq: str) -> SessionClosed:
    """A day that ended at a net liq."""
    zero = Decimal(0)
    return SessionClosed(new_york(day, CLOSE), day, Decimal(net_liq), zero, zero, 16.0)


def over(kind: str, at: datetime = NOON) -> CampaignClosed:
    """A campaign that won, lost or scratched."""
    pnl = {"win": "100", "loss": "-100", "scratch": "-5"}[kind]
    return CampaignClosed(at, "x", "friday_0dte", at, Decimal(pnl), Decimal(5))


def readings(net_liq: float, standing: Standing) -> dict[str, bool]:
    """Which breakers hold."""
    return {r.rule: r.passed for r in losses(net_liq, standing, LIMITS)}


def test_before_anything_happened_nothing_is_remembered() -> None:
    nothing = Tally(0, 0, 0, ZERO, ZERO)
    assert Standing() == Standing(
        ZERO, ZERO, ZERO, ZERO, date.min, phase=0, streak=0, reasons=frozenset(), trips=(),
        done=frozenset(), tallies=(), today=nothing, profits=(), margin_share=0.0,
        ladder=KillLadder(), wins_in_a_row=0, phase_since=date.min, phase_peak=ZERO, deepest=0.0,
        stage=4, stage_since=date.min, crisis_until=date.min, recent=(), risks=(),
    )  # fmt: skip
    assert Tally() == nothing


@pytest.mark.rule("R-BRK-01")
@pytest.mark.parametrize(("net_liq", "passes"), SHEET["blocks"])
def test_exactly_five_per_cent_blocks(net_liq: float, passes: bool) -> None:
    before = start(Decimal(SHEET["prior_close"]), LIMITS)
    assert readings(net_liq, before)["R-BRK-01"] is passes


@pytest.mark.rule("R-BRK-04")
@pytest.mark.parametrize(("text", "streak", "locks"), SHEET["streaks"])
def test_a_scratch_neither_counts_nor_resets(text: str, streak: int, locks: bool) -> None:
    known = folded(*(over(kind) for kind in text.split()))
    assert known.streak == streak
    assert readings(100_000.0, known)["R-BRK-04"] is not locks


def test_tallies_count_wins_losses_and_scratches() -> None:
    known = folded(*(over(kind) for kind in ("win", "loss", "scratch", "win")))
    assert dict(known.tallies) == {"friday_0dte": Tally(2, 1, 1, Decimal(200), Decimal(100))}


@pytest.mark.parametrize(
    ("pnl", "counts"), [("5", "scratch"), ("-5", "scratch"), ("5.01", "win"), ("-5.01", "loss")]
)
def test_a_scratch_made_or_lost_no_more_than_its_costs(pnl: str, counts: str) -> None:
    fact = CampaignClosed(NOON, "x", "s", NOON, Decimal(pnl), Decimal(5))
    tally = dict(folded(fact).tallies)["s"]
    assert (tally.wins, tally.losses, tally.scratches) == tuple(
        int(counts == kind) for kind in ("win", "loss", "scratch")
    )


@pytest.mark.rule("R-BRK-01")
@pytest.mark.rule("R-BRK-02")
@pytest.mark.rule("R-BRK-03")
def test_baselines_are_the_closes_before_the_day_the_week_and_the_month() -> None:
    """Thursday 27 to Tuesday 2 June 2026: a week begins on Monday, a month in it."""
    known = folded(
        closed(date(2026, 5, 28), "101000"), closed(date(2026, 5, 29), "102000"),
    )  # fmt: skip
    monday = opened(known, date(2026, 6, 1))
    assert (monday.day_start, monday.week_start, monday.month_start) == (102000, 102000, 102000)
    known = apply(known, closed(date(2026, 6, 1), "99000"), LIMITS)
    tuesday = opened(known, date(2026, 6, 2))
    assert (tuesday.day_start, tuesday.week_start, tuesday.month_start) == (99000, 102000, 102000)


DAYS = [hours.day for hours in sessions_between(date(2025, 11, 17), date(2026, 2, 13))]
CLOSES = st.lists(st.integers(60_000, 140_000), min_size=len(DAYS), max_size=len(DAYS))


@pytest.mark.rule("R-BRK-02")
@pytest.mark.rule("R-BRK-03")
@given(CLOSES, st.integers(1, len(DAYS) - 1))
def test_week_and_month_baselines_are_last_closes_whenever_the_desk_restarts(
    amounts: list[int], today: int
) -> None:
    facts = [closed(day, str(usd)) for day, usd in zip(DAYS, amounts, strict=True)][:today]
    known = opened(folded(*facts), DAYS[today])
    assert opened(known, DAYS[today]) == known  # looking twice changes nothing
    assert opened(folded(*facts[:3], *facts[3:]), DAYS[today]) == known
    past = list(zip(DAYS[:today], amounts[:today], strict=True))
    week = [usd for day, usd in past if day.isocalendar()[:2] < DAYS[today].isocalendar()[:2]]
    month = [
        usd for day, usd in past if (day.year, day.month) < (DAYS[today].year, DAYS[today].month)
    ]
    assert known.day_start == amounts[today - 1]
    assert known.week_start == (week[-1] if week else CAPITAL)
    assert known.month_start == (month[-1] if month else CAPITAL)
    assert known.peak == max([int(CAPITAL), *amounts[:today]])


def test_money_in_or_out_is_neither_gain_nor_loss() -> None:
    known = folded(closed(FRIDAY, "90000"), CashMoved(NOON, Decimal(-20_000), "rent"))
    assert (known.day_start, known.week_start, known.month_start, known.peak) == (
        70_000, 80_000, 80_000, 80_000,
    )  # fmt: skip
    assert readings(70_000.0, known)["R-BRK-01"]


@pytest.mark.rule("R-BRK-06")
def test_reasons_are_independent() -> None:
    known = folded(
        Halted(NOON, "day loss", ""), Halted(NOON, "data", ""), Resumed(NOON, "data", "back")
    )
    assert known.reasons == {"day loss"}


@pytest.mark.parametrize("lock", LOCKS)
def test_lifting_a_lock_does_not_trip_it_again_at_once(lock: str) -> None:
    known = folded(
        closed(FRIDAY - timedelta(days=1), "80000"),
        over("loss"), over("loss"), over("loss"),
        *(Halted(NOON, each, "") for each in LOCKS),
        Resumed(NOON, lock, "reviewed"),
    )  # fmt: skip
    assert lock not in known.reasons
    assert losses(80_000.0, known, LIMITS)[LOCKS.index(lock)].passed
    assert known.reasons == set(LOCKS) - {lock}


CALLED = MarginCalled(NOON, Decimal(20_000), Decimal(30_000))
MET = MarginMet(NOON, Decimal(35_000), Decimal(30_000))


def test_a_margin_call_is_a_reason_and_meeting_it_lifts_that_one_only() -> None:
    called = folded(Halted(NOON, "day loss", ""), CALLED, CALLED)
    assert called.reasons == {"day loss", "margin call"}
    assert not operator(called.reasons).may_open
    assert folded(MET, begin=called).reasons == {"day loss"}
    assert folded(Resumed(NOON, "day loss", ""), begin=called).reasons == {"margin call"}
    assert folded(MET) == folded()


def filled(order: str) -> LegFilled:
    """A fill of an order."""
    return LegFilled(NOON, order, 0, option("6090 C"), -1, Decimal(4), Decimal(0), "f")


def test_an_opening_that_traded_is_done_until_the_session_closes() -> None:
    known = folded(filled("lt112/2025-12-05/open#1"), filled("lt112/2025-12-05/open#1"))
    assert known.done == {"lt112/2025-12-05/open"}
    assert known.entries_today == 1
    assert folded(closed(FRIDAY, "100000"), begin=known).done == frozenset()


@pytest.mark.parametrize("order", ["a/2025-12-05/open:trap/close#1", "a/open:x/target#2"])
def test_a_closing_fill_is_no_entry(order: str) -> None:
    assert folded(filled(order)).done == frozenset()


def test_a_phase_moves_at_the_close_alone() -> None:
    known = folded(OrderEnded(NOON, "x", "filled"), begin=start(Decimal(54_000), LIMITS))
    assert known.phase == 1
    assert folded(closed(FRIDAY, "60000"), begin=known).phase == 2


@pytest.mark.parametrize(
    ("net_liq", "needed", "share"),
    [("100000", "30000", 0.30), ("50000", "60000", 1.20), ("0", "10", inf), ("-5", "10", inf)],
)
def test_a_close_tells_what_share_margin_takes(net_liq: str, needed: str, share: float) -> None:
    fact = replace(closed(FRIDAY, net_liq), requirement=Decimal(needed))
    assert folded(fact).margin_share == share


@pytest.mark.rule("R-PHA-07")
def test_the_deepest_drawdown_is_kept_until_the_phase_changes() -> None:
    days = [date(2026, 6, day) for day in (1, 2, 3, 4)]
    amounts = ("100000", "90000", "85500", "120000")
    seen = [folded(*map(closed, days[:n], amounts[:n])) for n in (1, 2, 3, 4)]
    assert [known.deepest for known in seen] == pytest.approx([0.0, 0.0, 0.05, 0.0])
    assert [known.phase for known in seen] == [4, 3, 3, 4]
    assert [known.phase_since.day for known in seen] == [1, 2, 2, 4]
    held = folded(*map(closed, days[:3], ("100000", "96000", "99000")))
    assert (held.deepest, held.peak) == (pytest.approx(0.04), 100_000)


@pytest.mark.rule("R-STG-05")
@pytest.mark.parametrize(
    ("signed", "rung", "stage"),
    [
        (3, Rung.REDUCE, 3), (3, Rung.FLATTEN, 1), (3, Rung.LOCKED, 1), (1, Rung.FLATTEN, 1),
        (0, Rung.FLATTEN, 0), (None, Rung.FLATTEN, 4),
    ],
)  # fmt: skip
def test_a_desk_that_is_flattened_begins_again_at_the_first_stage(
    signed: int | None, rung: Rung, stage: int
) -> None:
    early = NOON - timedelta(days=30)
    known = [] if signed is None else [StagePromoted(early, signed, 9, 3.0, "me")]
    after = folded(*known, RungMoved(NOON, Rung.NORMAL, rung, "", "anna"))
    assert (after.stage, after.ladder.rung) == (stage, rung)
    if signed is not None:
        assert after.stage_since == (NOON if rung >= Rung.FLATTEN else early).date()


@pytest.mark.rule("R-SIZ-08")
@pytest.mark.parametrize(
    ("text", "wins", "losses"),
    [
        ("win win", 2, 0), ("win scratch win", 2, 0), ("win loss", 0, 1), ("win loss win", 1, 0),
        ("loss scratch loss", 0, 2),
    ],
)  # fmt: skip
def test_wins_in_a_row_end_with_a_loss_and_losses_with_a_win(
    text: str, wins: int, losses: int
) -> None:
    known = folded(*(over(kind) for kind in text.split()))
    assert (known.wins_in_a_row, known.streak) == (wins, losses)


@pytest.mark.rule("R-EXP-01")
def test_the_last_outcomes_of_a_strategy_are_kept_as_far_back_as_anybody_asks() -> None:
    known = folded(*(over("win") for _ in range(33)))
    assert len(dict(known.recent)["friday_0dte"]) == 30
    short = replace(LIMITS, expectancy_wins_over=3, expectancy_mean_over=2)
    few = reduce(lambda s, f: apply(s, f, short), [over("win")] * 9, start(CAPITAL, LIMITS))
    assert len(dict(few.recent)["friday_0dte"]) == 3


def test_a_new_run_forgets_the_last_one() -> None:
    known = folded(over("loss"), RunStarted(NOON, "backtest", Decimal(50_000), ""))
    assert known == start(Decimal(50_000), LIMITS)


@pytest.mark.parametrize(
    ("begin", "now", "share"),
    [(100.0, 95.0, 0.05), (100.0, 105.0, 0.0), (0.0, 95.0, None), (-1.0, 95.0, None)],
)
def test_a_loss_is_a_share_of_its_baseline(begin: float, now: float, share: float | None) -> None:
    assert loss(now, begin) == share


def test_an_unknown_net_liq_is_an_unknown_loss() -> None:
    assert loss(float("nan"), 100.0) is None
