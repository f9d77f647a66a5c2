"""What stands in for files in memory: a journal that is a list, an inbox nobody writes to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tomking.core.facts import Fact
from tomking.core.order import Order
from tomking.risk.standing import Standing


@dataclass(frozen=True, slots=True)
class MemoryJournal:
    """Facts in order; written to a file, hashed and chained only when a run is kept."""

    facts: list[Fact] = field(default_factory=list)

    def append(self, facts: Sequence[Fact]) -> int:
        """Add facts and return the last sequence number."""
        self.facts.extend(facts)
        return len(self.facts)

    def read(self, after: int = 0) -> Iterator[tuple[int, Fact]]:
        """Facts with their numbers, oldest first."""
        return iter(enumerate(self.facts[after:], after + 1))


@dataclass(frozen=True, slots=True)
class Unasked:
    """An inbox without commands and without a brake."""

    def take(self, now: datetime, standing: Standing) -> Sequence[Fact]:
        """Nothing."""
        return ()

    def may_send(self, order: Order) -> bool:
        """Always."""
        return True
