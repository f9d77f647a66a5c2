"""Answers: what a strategy said each time its answer was recorded, and which readings refused it.

An answer is recorded when it is the first of a slot, the last, or a new one.
"""

from collections.abc import Iterable, Mapping, Sequence

from tomking.core.facts import Considered, Fact, Judged
from tomking.core.order import Purpose
from tomking.core.reading import ROOT_MARK, STAGES, Reading
from tomking.core.value import value

#: How the outcome of an answer begins when a gate refused its order.
REFUSED = "refused: "
#: The outcome of an answer that wanted no order.
SKIPPED = "skipped"


@value
class Veto:
    """A root that was wanted and the readings that failed for it, by stage: the first names it."""

    root: str
    failed: tuple[Reading, ...]

    @property
    def first(self) -> Reading:
        """The failing reading that names it."""
        return self.failed[0]


@value
class Answer:
    """One recorded answer; without a veto an order went out."""

    considered: Considered
    vetoes: tuple[Veto, ...]


def answers(facts: Sequence[Fact]) -> tuple[Answer, ...]:
    """Every recorded answer, in order; an order that a gate refused brings the verdict's readings."""
    judged = _refused_orders(facts)
    return tuple(
        Answer(fact, _vetoes(fact, judged.get(fact.slot, ())))
        for fact in facts
        if isinstance(fact, Considered)
    )


def last_of(found: Iterable[Answer]) -> tuple[Answer, ...]:
    """The last answer of every slot, in the order in which the slots began."""
    return tuple({answer.considered.slot: answer for answer in found}.values())


def _refused_orders(facts: Iterable[Fact]) -> Mapping[str, list[Judged]]:
    """Refused opening orders by the slot they were wanted for."""
    found: dict[str, list[Judged]] = {}
    for fact in facts:
        if isinstance(fact, Judged) and not fact.approved and fact.order.purpose is Purpose.OPEN:
            found.setdefault(fact.order.campaign, []).append(fact)
    return found


def _vetoes(considered: Considered, judged: Sequence[Judged]) -> tuple[Veto, ...]:
    """Vetoes by root, the root that was wanted first; readings that name none stand for one."""
    if considered.outcome.startswith(REFUSED):
        order = next(j for j in reversed(judged) if j.at <= considered.at)
        failed = failing(order.readings)
        return (Veto(order.order.root, failed),) if failed else ()
    if considered.outcome != SKIPPED:
        return ()  # what went out was of another root, if any was refused before it
    groups: dict[str, list[Reading]] = {}
    for reading in considered.readings:
        groups.setdefault(root_of(reading), []).append(reading)
    found = ((root, failing(group)) for root, group in groups.items())
    return tuple(Veto(root, failed) for root, failed in found if failed)


def failing(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """The readings that did not pass, in the order of the stages and then of asking."""
    failed = (reading for reading in readings if not reading.passed)
    return tuple(sorted(failed, key=lambda reading: STAGES.index(reading.stage)))


def root_of(reading: Reading) -> str:
    """The root before the colon of a reading's name; empty when it speaks of none."""
    head, mark, _ = reading.name.partition(ROOT_MARK)
    return head if mark and head.isupper() else ""


def bare(reading: Reading) -> str:
    """The name of a reading without its root."""
    root = root_of(reading)
    return reading.name.removeprefix(f"{root}{ROOT_MARK}") if root else reading.name
