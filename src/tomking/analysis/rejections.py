"""Rejections: the entries that were considered, by stage, hour, weekday and pattern as written then.

A slot is counted once, under its last answer of the day; by hour every recorded answer is counted, for a
slot that is asked again changes its hour.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

from tomking.analysis.answers import Answer, answers, last_of
from tomking.analysis.bands import hour, in_order, pattern, weekday
from tomking.core.facts import Fact
from tomking.core.reading import STAGES
from tomking.core.value import value

STAGE, HOUR, WEEKDAY, PATTERN = "stage", "hour", "weekday", "pattern"
#: What rejections are told by.
BY = (STAGE, HOUR, WEEKDAY, PATTERN)

KEYS: tuple[tuple[str, Callable[[Answer], str]], ...] = (
    (HOUR, lambda answer: hour(answer.considered.at)),
    (WEEKDAY, lambda answer: weekday(answer.considered.at)),
    (PATTERN, lambda answer: pattern(answer.considered.labels)),
)


@value
class Rejection:
    """Considered entries of one strategy that share a label, and the stages that refused them.

    ``considered`` counts slots, by hour answers; ``stages`` names each stage that refused with how many.
    """

    strategy: str
    by: str
    label: str
    considered: int
    stages: tuple[tuple[str, int], ...]

    @property
    def refused(self) -> int:
        """How many of those considered were refused."""
        return sum(count for _, count in self.stages)

    @property
    def share(self) -> float:
        """Refused as a fraction of considered."""
        return self.refused / self.considered


def rejections(facts: Sequence[Fact], entered: Collection[str]) -> tuple[Rejection, ...]:
    """Every strategy's rejections by everything; ``entered`` holds the slots (campaigns) that traded."""
    every = answers(facts)
    found: list[Rejection] = []
    for strategy in dict.fromkeys(answer.considered.strategy for answer in every):
        mine = [answer for answer in every if answer.considered.strategy == strategy]
        found += _of_strategy(strategy, mine, entered)
    return tuple(found)


def _of_strategy(
    strategy: str, mine: Sequence[Answer], entered: Collection[str]
) -> Iterable[Rejection]:
    last = last_of(mine)
    for stage, count in _stages(last, entered):
        yield Rejection(strategy, STAGE, stage, len(last), ((stage, count),))
    for by, key in KEYS:
        counted = mine if by == HOUR else last
        for label in in_order({key(answer) for answer in counted}):
            group = [answer for answer in counted if key(answer) == label]
            traded = () if by == HOUR else entered
            yield Rejection(strategy, by, label, len(group), _stages(group, traded))


def _stages(group: Iterable[Answer], entered: Collection[str]) -> tuple[tuple[str, int], ...]:
    """The stage that refused each answer, by how often; a slot that traded was not refused."""
    counts = Counter(
        answer.vetoes[0].first.stage
        for answer in group
        if answer.vetoes and answer.considered.slot not in entered
    )
    return tuple((stage.value, counts[stage]) for stage in STAGES if counts[stage])
