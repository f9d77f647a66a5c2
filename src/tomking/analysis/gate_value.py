"""What each gate was worth: what the trades it refused would have made, by shadows.

A gate is the *only* refuser of a candidate when nothing else that was asked stood against it, and the
*first* refuser when it comes first in the order of the stages. Its value is what its refused trades
would have lost, a trade: above nought it saved money, below it cost some.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from tomking.analysis.answers import bare
from tomking.analysis.intervals import ENOUGH, Interval, of_mean
from tomking.analysis.premium import measurable, selects_on
from tomking.analysis.shadows import Shadow, gate_of
from tomking.core.evidence import Evidence
from tomking.core.reading import STAGES, Reading
from tomking.core.value import value

#: How much of the resamplings lies inside the interval of a gate's value.
COVERAGE = 0.90


class Refuser(StrEnum):
    """Which of a candidate's refusals are counted for a gate."""

    ONLY = "only refuser"
    FIRST = "first refuser"


@value
class GateValue:
    """A gate of one strategy and root, and what it refused.

    ``refused`` counts candidates, ``trades`` those that had a shadow, on so many ``days``; ``value`` is
    dollars a trade and unit, + saved and - cost, after fees. It is ``None`` where it may not be told: on
    too few days, or for ``selects`` (what the gate selects on) on modelled quotes.
    """

    refuser: Refuser
    strategy: str
    root: str
    rule: str
    stage: str
    gate: str
    refused: int
    trades: int
    days: int
    value: float | None
    interval: Interval | None
    selects: str = ""

    @property
    def is_measurable(self) -> bool:
        """Whether the quotes allow it to be told at all."""
        return not self.selects

    @property
    def enough(self) -> bool:
        """Whether there are days enough to tell it."""
        return self.days >= ENOUGH


@value
class GateLedger:
    """Refused candidates, how many of them could be carried, and what that says of each gate."""

    refused: int
    carried: int
    values: tuple[GateValue, ...]

    def of(self, refuser: Refuser) -> tuple[GateValue, ...]:
        """The gates as only, or as first refuser."""
        return tuple(each for each in self.values if each.refuser is refuser)


def gate_ledger(shadows: Sequence[Shadow], seed: int) -> GateLedger:
    """The value of every gate that refused anything, as only and as first refuser.

    ``seed`` is that of the bootstrap, which resamples weeks.
    """
    carried = sum(shadow.pnl is not None for shadow in shadows)
    return GateLedger(len(shadows), carried, tuple(_told(shadows, seed)))


def _told(shadows: Sequence[Shadow], seed: int) -> Iterator[GateValue]:
    for refuser in Refuser:
        groups: dict[tuple[str, str, int, str], list[Shadow]] = {}
        for shadow in shadows:
            failed = _counted(shadow, refuser)
            if failed is not None:
                mine = shadow.candidate
                rule, _ = gate_of(failed)
                key = mine.strategy, mine.root, STAGES.index(failed.stage), rule
                groups.setdefault(key, []).append(shadow)
        for (strategy, root, _, _), group in sorted(groups.items(), key=lambda pair: pair[0]):
            yield _value(refuser, strategy, root, group, seed)


def _counted(shadow: Shadow, refuser: Refuser) -> Reading | None:
    """The gate a candidate counts for, if it counts."""
    failed = shadow.candidate.failed
    return failed[0] if refuser is Refuser.FIRST or len(failed) == 1 else None


def _value(
    refuser: Refuser, strategy: str, root: str, group: Sequence[Shadow], seed: int
) -> GateValue:
    """Figures of one gate; what may not be told is left out here, so that nobody prints it."""
    carried = [shadow for shadow in group if shadow.pnl is not None]
    first = group[0].candidate.failed[0]
    rule, stage = first.rule, first.stage.value
    weakest = min((shadow.evidence for shadow in carried), default=Evidence.MODEL)
    selects = "" if measurable(rule, stage, weakest) else selects_on(rule, stage)
    days = [shadow.candidate.at.date() for shadow in carried]
    told = not selects and len(set(days)) >= ENOUGH
    saved = [-float(shadow.pnl) for shadow in carried if shadow.pnl is not None] if told else []
    weeks = [day.isocalendar()[:2] for day in days] if told else []
    return GateValue(
        refuser, strategy, root, rule, stage, _named(group), len(group), len(carried),
        len(set(days)), sum(saved) / len(saved) if told else None,
        of_mean(saved, weeks, seed, coverage=COVERAGE) if told else None, selects,
    )  # fmt: skip


def _named(group: Sequence[Shadow]) -> str:
    """What the gate is called, without what bound it: ``credit of the put side`` or several such."""
    names = dict.fromkeys(_short(shadow.candidate.failed[0]) for shadow in group)
    first, *others = names
    return f"{first} and {len(others)} more" if len(others) > 1 else " / ".join(names)


def _short(reading: Reading) -> str:
    return bare(reading).partition(" (")[0]
