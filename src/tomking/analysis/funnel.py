"""The decision funnel: how often a strategy was asked, and what stood against it when it did not trade.

One candidate is one slot on one day; it is judged by its last recorded answer. The refusal of a root is
its first failing reading in the order of the stages; a candidate is counted under the root that was
wanted, the first that was tried.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tomking.analysis.answers import Answer, Veto, answers, bare, last_of
from tomking.analysis.tallies import Asked
from tomking.core.facts import Fact, Judged
from tomking.core.reading import STAGES, Reading, first_failure
from tomking.core.value import value

#: A gate that refuses more than this share of what it sees is named, when it saw so many.
NEARLY_ALL, SEEN_MIN = 0.95, 20


@value
class Refusal:
    """A gate and the days on which it was the first to refuse a root.

    ``seen`` counts the days on which that root was tried, ``example`` is the last such reading in words.
    """

    root: str
    gate: str
    stage: str
    days: int
    seen: int
    example: str
    rule: str = ""

    @property
    def share(self) -> float:
        """Refused days as a fraction of those on which the root was tried."""
        return self.days / self.seen

    @property
    def nearly_all(self) -> bool:
        """Whether hardly anything gets past."""
        return self.seen >= SEEN_MIN and self.share > NEARLY_ALL


@value
class Funnel:
    """One strategy: candidates, what became of them, and the gates that refused them."""

    strategy: str
    roots: tuple[str, ...]
    candidates: int
    entered: int
    unfilled: int
    by_stage: tuple[tuple[str, int], ...]
    by_gate: tuple[tuple[str, int], ...]
    by_root: tuple[Refusal, ...]

    @property
    def refused(self) -> int:
        """Candidates that ended in a refusal."""
        return sum(days for _, days in self.by_stage)


def funnels(
    facts: Sequence[Fact], strategies: Iterable[Asked], entered: Mapping[str, str]
) -> tuple[Funnel, ...]:
    """The funnel of every strategy; ``entered`` gives the root of every slot (campaign) that traded."""
    last = last_of(answers(facts))
    return tuple(
        _funnel(asked, [a for a in last if a.considered.strategy == asked.name], entered)
        for asked in strategies
    )


def refused_orders(facts: Iterable[Fact]) -> tuple[tuple[str, str, str, int], ...]:
    """Orders that a gate refused once they existed: purpose, stage, gate and how often."""
    found: Counter[tuple[str, str, str]] = Counter()
    for fact in facts:
        if isinstance(fact, Judged) and not fact.approved:
            failed = first_failure(fact.readings)
            if failed is not None:
                found[fact.order.purpose.value, failed.stage.value, failed.name] += 1
    return tuple((*key, count) for key, count in found.most_common())


def _funnel(asked: Asked, last: Sequence[Answer], entered: Mapping[str, str]) -> Funnel:
    traded = Counter(entered[a.considered.slot] for a in last if a.considered.slot in entered)
    rest = [answer.vetoes for answer in last if answer.considered.slot not in entered]
    refused = [vetoes for vetoes in rest if vetoes]
    named = [vetoes[0].first for vetoes in refused]
    stages = Counter(reading.stage for reading in named)
    return Funnel(
        asked.name, asked.roots, len(last), traded.total(), len(rest) - len(refused),
        tuple((stage.value, stages[stage]) for stage in STAGES if stages[stage]),
        tuple(Counter(reading.name for reading in named).most_common()),
        _by_root(refused, traded, {asked.roots[0]: len(last)}),
    )  # fmt: skip


def _by_root(
    refused: Sequence[Sequence[Veto]], traded: Mapping[str, int], always: Mapping[str, int]
) -> tuple[Refusal, ...]:
    """Refusals by root and gate, the commonest first.

    ``always`` gives the days of the root that is tried first, every time; a later root is tried when the
    ones before it were refused.
    """
    counts: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], Reading] = {}
    for veto in (each for vetoes in refused for each in vetoes):
        key = veto.root, bare(veto.first)
        counts[key] += 1
        example[key] = veto.first
    tried = Counter(each.root for vetoes in refused for each in vetoes)
    return tuple(
        Refusal(
            root, gate, example[root, gate].stage.value, days,
            always.get(root, tried[root] + traded.get(root, 0)), str(example[root, gate]),
            example[root, gate].rule,
        )
        for (root, gate), days in counts.most_common()
    )  # fmt: skip
