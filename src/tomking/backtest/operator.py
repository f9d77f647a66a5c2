"""The person a backtest has to imagine: who lifts a lock after the time a careful one would take."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from tomking.core.facts import Fact
from tomking.core.order import Order
from tomking.core.restraints import Resumed, RungMoved
from tomking.core.rung import Rung
from tomking.risk.breakers import MANUAL_MODE, may_resume
from tomking.risk.expectancy import paused
from tomking.risk.limits import Limits
from tomking.risk.outcomes import Recent
from tomking.risk.standing import EXPECTANCY, Standing

#: Days from a lock to its lifting: rulebook 17 asks for 24 hours at least, two weeks after -20 %; the
#: week's and the month's locks last until a new one has begun.
REVIEW_DAYS: Mapping[str, int] = MappingProxyType(
    {
        "day loss": 1,
        "loss streak": 1,
        "week loss": 7,
        "month loss": 31,
        "drawdown": 14,
        MANUAL_MODE: 1,
    }
)
#: Days from a rung, or from the last alarm if that was later, to the word that lifts it: rulebook 17
#: asks for 24 hours, and for two weeks once all has been closed.
RUNG_DAYS: Mapping[Rung, int] = MappingProxyType(
    {Rung.CLOSE_ONLY: 1, Rung.REDUCE: 1, Rung.FLATTEN: 14, Rung.LOCKED: 14}
)
#: Days from the last end of a strategy that its own record paused to its next beginning.
PAUSE_DAYS = 31
NAME = "simulated operator"


@dataclass(slots=True)
class SimulatedOperator:
    """An inbox with one imaginary person in it: locks and rungs are lifted so many days after.

    Nobody there types the word that flattens: a backtest shows what its plans do.
    """

    review_days: Mapping[str, int] = field(default_factory=lambda: REVIEW_DAYS)
    limits: Limits = field(default_factory=Limits)
    _recent: Recent = ()
    _paused: tuple[tuple[str, datetime], ...] = ()

    def take(self, now: datetime, standing: Standing) -> Sequence[Fact]:
        """``Resumed`` for every lock, and a move for a rung, that has been looked at long enough.

        A lock that may be lifted by itself is not waited for. What there is now is the last close.
        """
        lifted: list[Fact] = list(_lowered(now, standing))
        for trip in sorted(standing.trips, key=lambda trip: trip.reason):
            days = self.review_days.get(trip.reason)
            if days is None:
                continue
            asked = may_resume(trip.reason, float(standing.day_start), standing, now, self.limits)
            if all(reading.passed for reading in asked):
                why = "; ".join(str(reading) for reading in asked)
                lifted.append(Resumed(now, trip.reason, f"{NAME}: {why}"))
            elif now - trip.at >= timedelta(days=days):
                lifted.append(Resumed(now, trip.reason, f"{NAME}, {days} days after"))
        for strategy, ended in self._stopped(standing):
            if now - ended >= timedelta(days=PAUSE_DAYS):
                why = f"{NAME}, {PAUSE_DAYS} days after its last trade"
                lifted.append(Resumed(now, f"{EXPECTANCY}{strategy}", why))
        return lifted

    def _stopped(self, standing: Standing) -> tuple[tuple[str, datetime], ...]:
        """Strategies that their own record stops, worked out when a campaign has closed."""
        if standing.recent is not self._recent:
            self._recent, self._paused = standing.recent, tuple(paused(standing, self.limits))
        return self._paused

    def may_send(self, order: Order) -> bool:
        """Nobody pulls the brake in a backtest."""
        return True


def _lowered(now: datetime, standing: Standing) -> Iterator[RungMoved]:
    """The desk back on the lowest rung, once a careful person would put it there.

    A reduction that has not been made yet, because the alarm came at the close, is waited for.
    """
    ladder = standing.ladder
    if ladder.rung is Rung.REDUCE and ladder.proposed is None:
        return
    days = RUNG_DAYS.get(ladder.rung)
    if days is not None and (now.date() - max(ladder.since, ladder.alarmed)).days >= days:
        yield RungMoved(now, ladder.rung, Rung.NORMAL, f"{days} days after", NAME)
