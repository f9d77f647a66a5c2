"""The person a backtest has to imagine: who lifts a lock after the time a careful one would take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from tomking.core.facts import Fact, Resumed
from tomking.risk.standing import Standing

#: Days from a lock to its lifting: rulebook 17 asks for 24 hours at least, two weeks after -20 %; the
#: week's and the month's locks last until a new one has begun.
REVIEW_DAYS: Mapping[str, int] = MappingProxyType(
    {"day loss": 1, "loss streak": 1, "week loss": 7, "month loss": 31, "drawdown": 14}
)


@dataclass(slots=True)
class SimulatedOperator:
    """An inbox with one imaginary person in it: locks are lifted so many days after they tripped."""

    review_days: Mapping[str, int] = field(default_factory=lambda: REVIEW_DAYS)
    since: dict[str, datetime] = field(default_factory=dict)

    def take(self, now: datetime, standing: Standing) -> Sequence[Fact]:
        """``Resumed`` for every lock that has been looked at long enough."""
        if not standing.reasons:
            return ()
        lifted: list[Fact] = []
        for reason in sorted(standing.reasons):
            tripped = self.since.setdefault(reason, now)
            days = self.review_days.get(reason)
            if days is not None and now - tripped >= timedelta(days=days):
                del self.since[reason]
                lifted.append(Resumed(now, reason, f"simulated operator, {days} days after"))
        return lifted

    def halted(self) -> bool:
        """Nobody pulls the brake in a backtest."""
        return False
