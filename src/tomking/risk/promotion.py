"""What a person may sign for: the next deployment stage, and puts in a crisis.

Both are facts with a name under them; what they add up to is a fold, and a fact that may not be written
is a refusal with its readings.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from tomking.core.facts import CampaignClosed, Fact
from tomking.core.reading import Reading, Sense, Skip, Stage
from tomking.core.restraints import CrisisUnlocked, RungMoved, StageDemoted, StagePromoted
from tomking.core.value import value
from tomking.risk.limits import Limits
from tomking.risk.progress import DAYS_A_WEEK, TOP_STAGE, may_promote
from tomking.risk.standing import Standing, apply
from tomking.risk.tally import Tally, tallied


@value
class Record:
    """What was signed for and shown: ``wins`` are the winners since the first stage was begun last."""

    stage: int = TOP_STAGE
    since: date = date.min
    wins: int = 0
    crisis_until: date = date.min

    @property
    def signed(self) -> bool:
        """Whether any stage was ever signed for."""
        return self.since > date.min

    @property
    def next(self) -> int:
        """The stage that may be signed for next: the first where none was yet."""
        return self.stage + 1 if self.signed else 1


def recorded(facts: Iterable[Fact], limits: Limits) -> Record:
    """What some facts add up to, in the order of their instants (R-STG-04, R-STG-05, R-VIX-06).

    A return to the first stage, by an emergency or a person, begins the count of winners anew.
    """
    known, tally = Standing(), Tally()
    for fact in sorted(facts, key=lambda one: one.at):
        match fact:
            case StagePromoted() | StageDemoted() | CrisisUnlocked() | RungMoved():
                before, known = known, apply(known, fact, limits)
                fell = known.stage < before.stage or known.stage_since != before.stage_since
                tally = Tally() if fell and known.stage <= 1 else tally
            case CampaignClosed() if known.stage_since > date.min:
                tally = tallied(tally, fact)
            case _:
                pass
    return Record(known.stage, known.stage_since, tally.wins, known.crisis_until)


def missing(record: Record, today: date, limits: Limits) -> tuple[Reading, ...]:
    """What is asked before the next stage may be signed for; nothing above the highest (R-STG-04)."""
    if record.next > TOP_STAGE:
        return (
            Reading(
                "deployment stage", Stage.POSITION_LIMIT, Sense.BELOW, record.stage, TOP_STAGE, "",
                "R-STG-04",
            ),
        )  # fmt: skip
    since = record.since if record.signed else today
    return may_promote(record.next, record.wins, since, today, limits)


def promotion(record: Record, at: datetime, signed: str, limits: Limits) -> StagePromoted | Skip:
    """The next stage with a name under it, or every reading that was asked."""
    asked = missing(record, at.date(), limits)
    if not all(seen.passed for seen in asked):
        return Skip(asked)
    weeks = (at.date() - record.since).days / DAYS_A_WEEK if record.signed else 0.0
    return StagePromoted(at, record.next, record.wins, weeks, signed)


def unlocking(
    vix: float, at: datetime, until: date, signed: str, limits: Limits
) -> CrisisUnlocked | Skip:
    """Puts in the crisis until a day, with a name under it; refused while there is none (R-VIX-06)."""
    seen = Reading(
        "VIX", Stage.VIX, Sense.ABOVE, vix, limits.crisis_vix, "points", "R-VIX-06"
    )  # fmt: skip
    return CrisisUnlocked(at, until, signed) if seen.passed else Skip((seen,))


def standing_under(record: Record, standing: Standing) -> Standing:
    """A standing with what was signed for in it."""
    return replace(
        standing, stage=record.stage, stage_since=record.since, crisis_until=record.crisis_until
    )
