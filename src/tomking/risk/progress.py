"""Growing: what an account must have shown before a phase or a deployment stage lets it do more.

Size alone is not enough where the gates are on: months, winners, trades and a shallow drawdown count
too (rulebook 14). A stage is promoted by a person who signs, never by the program; both are taken back
without being asked.
"""

from collections.abc import Iterable
from datetime import date

from tomking.core.figures import loss
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.value import value
from tomking.risk.limits import Limits, at_level
from tomking.risk.tally import Tally

DAYS_A_MONTH, DAYS_A_WEEK = 365.0 / 12.0, 7.0
TOP_PHASE, TOP_STAGE = 4, 4


@value
class Shown:
    """What an account has shown: days in its phase or stage, its campaigns, its deepest drawdown."""

    days: int
    wins: int
    losses: int
    drawdown: float

    @property
    def share(self) -> float | None:
        """The share of decided campaigns that won; ``None`` without one."""
        decided = self.wins + self.losses
        return self.wins / decided if decided else None


def counted(tallies: Iterable[tuple[str, Tally]]) -> tuple[int, int]:
    """Winners and losers of all strategies."""
    each = [tally for _, tally in tallies]
    return sum(tally.wins for tally in each), sum(tally.losses for tally in each)


def may_advance(phase: int, shown: Shown, limits: Limits) -> tuple[Reading, ...]:
    """What must hold before an account may grow into a phase (R-PHA-06)."""
    months, decided = shown.days / DAYS_A_MONTH, shown.wins + shown.losses
    rows = (
        ("months in the phase before", Sense.AT_LEAST, months, limits.phase_months, 0.0),
        ("campaigns closed", Sense.AT_LEAST, decided, limits.phase_trades, 0.0),
        ("share that won", Sense.AT_LEAST, shown.share, limits.phase_wins, 0.0),
        ("deepest drawdown", Sense.AT_MOST, shown.drawdown, limits.phase_drawdown, 1.0),
    )
    return tuple(
        Reading(
            name, Stage.POSITION_LIMIT, sense, seen, at_level(table, phase, free), "", "R-PHA-06"
        )
        for name, sense, seen, table, free in rows
    )


def phase_after(phase: int, size: int, shown: Shown, limits: Limits) -> int:
    """The phase after a close: never above what size allows, and one at a time where gates are on.

    A deep drawdown takes one away (R-PHA-07).
    """
    if limits.phase_gates != "on":
        return size
    if shown.drawdown > limits.phase_demote_drawdown:
        return min(size, max(phase - 1, 0))
    if size > phase and all(seen.passed for seen in may_advance(phase + 1, shown, limits)):
        return phase + 1
    return min(size, phase)


def may_promote(
    stage: int, wins: int, since: date, today: date, limits: Limits
) -> tuple[Reading, ...]:
    """What must hold before a person may sign for the next stage (R-STG-04).

    ``wins`` are all winners since the first stage, ``since`` is when the stage before began.
    """
    weeks = (today - since).days / DAYS_A_WEEK
    return (
        Reading(
            "winners since the first stage", Stage.POSITION_LIMIT, Sense.AT_LEAST, wins,
            at_level(limits.stage_successes, stage, 0.0), "", "R-STG-04",
        ),
        Reading(
            "weeks in the stage before", Stage.POSITION_LIMIT, Sense.AT_LEAST, weeks,
            at_level(limits.stage_weeks, stage, 0.0), "", "R-STG-04",
        ),
    )  # fmt: skip


def drawdown_of(net_liq: float, peak: float) -> float:
    """The loss from the peak; none while it is unknown."""
    return loss(net_liq, peak) or 0.0
