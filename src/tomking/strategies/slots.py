"""When a strategy is asked: data for the clock, not rules to be tried on every tick."""

from tomking.core.calendar import Moment, Session
from tomking.core.value import value
from tomking.market.sessions import WhenClosed, is_entry_day

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
NTH = {1: "first ", 2: "second ", 3: "third ", 4: "fourth ", None: ""}


@value
class Slots:
    """A weekday (``nth`` of the month, or each), from ``start`` to ``until``, asked again
    ``every_min``.

    A holiday moves the slot to the next session of the same week, or skips it.
    """

    weekday: int
    start: Moment
    until: Moment
    every_min: int = 30
    nth: int | None = None
    holiday: WhenClosed = "next_day"

    def minutes(self, session: Session) -> tuple[int, ...]:
        """Minutes after the open at which this slot is due in a session; none on other days."""
        if not is_entry_day(session.day, self.weekday, self.nth, self.holiday):
            return ()
        first, last = self.start.minute(session.minutes), self.until.minute(session.minutes)
        return tuple(range(first, min(last, session.minutes) + 1, self.every_min))

    def __str__(self) -> str:
        """``first Wednesday, 10:00 to 11:00 New York, every 30 minutes``."""
        moved = "moved to the next session" if self.holiday == "next_day" else "skipped"
        return (
            f"{NTH[self.nth]}{DAYS[self.weekday]}, {self.start} to {self.until} New York, "
            f"asked every {self.every_min} minutes; on a holiday {moved}"
        )
