"""Shadows: entries that were refused, who refused them, and what one unit of each would have made.

A refused candidate is a slot that was refused to its last answer. It is told by its first refusal:
then the trade would have been opened had nobody refused it. Each root that was tried is one of its own.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from tomking.analysis.answers import Answer, answers, bare
from tomking.core.evidence import Evidence
from tomking.core.facts import Fact
from tomking.core.reading import Reading
from tomking.core.value import value


@value
class Candidate:
    """A root that was refused in a slot: when, and the readings that failed, the first refuser first."""

    strategy: str
    slot: str
    root: str
    at: datetime
    failed: tuple[Reading, ...]


@value
class Shadow:
    """A refused candidate carried to its end with one unit in an account of its own.

    ``pnl`` is in dollars after fees, open ones at their last mark; ``None`` where nothing could be
    carried, and ``note`` says why. ``evidence`` is the class of the quotes it was opened at.
    """

    candidate: Candidate
    pnl: Decimal | None
    evidence: Evidence
    note: str = ""


def candidates(facts: Sequence[Fact], entered: Collection[str]) -> tuple[Candidate, ...]:
    """Every refused candidate, in order; ``entered`` holds the slots (campaigns) that traded."""
    slots: dict[str, list[Answer]] = {}
    for answer in answers(facts):
        slots.setdefault(answer.considered.slot, []).append(answer)
    return tuple(
        candidate
        for slot, told in slots.items()
        if slot not in entered and told[-1].vetoes
        for candidate in _of_slot(told)
    )


def _of_slot(told: Sequence[Answer]) -> Iterator[Candidate]:
    """The first refusal of a slot, root by root; a root that is tried later only is left out."""
    first = next(answer for answer in told if answer.vetoes)
    asked = first.considered
    for veto in first.vetoes:
        yield Candidate(asked.strategy, asked.slot, veto.root, asked.at, once(veto.failed))


def once(failed: Sequence[Reading]) -> tuple[Reading, ...]:
    """Failing readings, the first of each gate: a rule may measure two sides."""
    found: dict[tuple[str, str], Reading] = {}
    for reading in failed:
        found.setdefault(gate_of(reading), reading)
    return tuple(found.values())


def gate_of(reading: Reading) -> tuple[str, str]:
    """What a gate is known by: its rule, or its name where it has none, and its stage."""
    return reading.rule or bare(reading), reading.stage.value
