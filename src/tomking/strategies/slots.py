"""When a strategy is asked: data for the clock, not rules to be tried on every tick."""

from datetime import date, timedelta

from tomking.core.calendar import DAYS, FRIDAY, Moment, Session
from tomking.core.value import value
from tomking.market.sessions import WhenClosed, is_entry_day

MOVED = {
    "next_day": "moved to the next session",
    "previous_day": "moved to the session before",
    "skip": "skipped",
}
NTH = {1: "first ", 2: "second ", 3: "third ", 4: "fourth ", None: ""}


@value
class Slots:
    """A weekday (``nth`` of the month, or each), from ``start`` to ``until``, asked again
    ``every_min``.

    A holiday moves the slot to the next session of the same week, or skips it. ``also`` so many days
    of that week after the weekday are asked too.
    """

    weekday: int
    start: Moment
    until: Moment
    every_min: int = 30
    nth: int | None = None
    holiday: WhenClosed = "next_day"
    also: int = 0

    def minutes(self, session: Session) -> tuple[int, ...]:
        """Minutes after the open at which this slot is due in a session; none on other days."""
        due = is_entry_day(session.day, self.weekday, self.nth, self.holiday)
        if not due and not self._is_later(session.day):
            return ()
        first, last = self.start.minute(session.minutes), self.until.minute(session.minutes)
        return tuple(range(first, min(last, session.minutes) + 1, self.every_min))

    @property
    def through(self) -> str:
        """`` to Thursday`` where later days of the week are asked too, of which Friday is the last."""
        last = min(self.weekday + self.also, FRIDAY)
        return f" to {DAYS[last]}" if last > self.weekday else ""

    def _is_later(self, day: date) -> bool:
        """Whether a date is one of the days after the weekday that are asked too."""
        later = day.weekday() - self.weekday
        scheduled = day - timedelta(days=later)
        return 0 < later <= self.also and self.nth in (None, (scheduled.day - 1) // 7 + 1)

    def __str__(self) -> str:
        """``first Wednesday, 10:00 to 11:00 New York, every 30 minutes``."""
        return (
            f"{NTH[self.nth]}{DAYS[self.weekday]}{self.through}, {self.start} to {self.until} New York, "
            f"asked every {self.every_min} minutes; on a holiday {MOVED[self.holiday]}"
        )
