"""The kill ladder as a fold of facts: where a desk stands, who put it there, and the last alarm."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from tomking.core.facts import Fact
from tomking.core.restraints import Alarmed, Proposed, RungMoved
from tomking.core.rung import AlarmLevel, Rung
from tomking.core.value import value

#: Who moves a desk without being asked. Whatever else a ``RungMoved`` says is a person.
BY_ALARM, BY_SESSION, BY_DESK = "alarm", "session", "desk"
#: The rung each alarm asks for (R-RNG-02); what goes further waits for a person or a setting.
RUNG_OF: Mapping[AlarmLevel, Rung] = MappingProxyType(
    {
        AlarmLevel.YELLOW: Rung.NO_ENTRY,
        AlarmLevel.ORANGE: Rung.CLOSE_ONLY,
        AlarmLevel.RED: Rung.CLOSE_ONLY,
    }
)


@value
class KillLadder:
    """Where a desk stands. ``proposed`` are the positions its rung has named to be closed, if it has.

    ``alarm`` is the loudest alarm of the day ``alarmed``, the last one there was, and ``why`` what
    raised it; ``shown`` whether what could be done about it has been proposed.
    """

    rung: Rung = Rung.NORMAL
    by: str = ""
    since: date = date.min
    alarm: AlarmLevel | None = None
    alarmed: date = date.min
    why: str = ""
    shown: bool = True
    proposed: tuple[str, ...] | None = None

    def is_news(self, level: AlarmLevel, today: date) -> bool:
        """Whether an alarm is the first of its day, or louder than the day's others."""
        return self.alarm is None or self.alarmed != today or level > self.alarm

    def may_lift(self, today: date) -> bool:
        """Whether a new session lifts the rung by itself: what a YELLOW alarm did, and nothing else."""
        mine = self.rung is Rung.NO_ENTRY and self.by == BY_ALARM
        return mine and today > max(self.alarmed, self.since)


def climbed(ladder: KillLadder, fact: Fact) -> KillLadder:
    """The ladder after a fact; those that do not touch it leave it as it was."""
    match fact:
        case Alarmed(at=at, level=level, readings=readings):
            quiet = level < AlarmLevel.ORANGE
            kept = quiet and ladder.rung >= Rung.CLOSE_ONLY  # a louder one put the desk there
            return replace(
                ladder, alarm=level, alarmed=at.date(), shown=ladder.shown and quiet,
                why=ladder.why if kept else str(readings[0]),
            )  # fmt: skip
        case RungMoved(at=at, after=after, by=by):
            shown = ladder.shown or after is Rung.NORMAL
            return replace(ladder, rung=after, by=by, since=at.date(), shown=shown, proposed=None)
        case Proposed(what=what, orders=orders, waiting=waiting) if what == ladder.rung.name:
            named = (*(ladder.proposed or ()), *(order.closes for order in orders), *waiting)
            return replace(ladder, shown=True, proposed=tuple(dict.fromkeys(named)))
        case Proposed():
            return replace(ladder, shown=True)
        case _:
            return ladder
