"""The request budget: how often the broker may be asked, by the minute and by the day.

Nothing is published; the ceilings are those of the source documents (register 68). An order that closes
is never held back: what would be over the ceiling is counted and said, not stopped.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from tomking.core.value import value

A_MINUTE = timedelta(minutes=1)


@value
class Budget:
    """Requests of the last minute, and of the day, against their ceilings."""

    a_minute: int = 100
    a_day: int = 1_000
    lately: tuple[datetime, ...] = ()
    day: date = date.min
    today: int = 0

    def asked(self, at: datetime) -> "Budget":
        """The budget after a request."""
        lately = tuple(when for when in self.lately if at - when < A_MINUTE)
        today = self.today if at.date() == self.day else 0
        return replace(self, lately=(*lately, at), day=at.date(), today=today + 1)

    def wait_s(self, at: datetime) -> float:
        """Seconds until another request is within the ceilings; infinite once the day's are spent."""
        if at.date() == self.day and self.today >= self.a_day:
            return float("inf")
        lately = [when for when in self.lately if at - when < A_MINUTE]
        if len(lately) < self.a_minute:
            return 0.0
        return (lately[-self.a_minute] + A_MINUTE - at).total_seconds()

    def __str__(self) -> str:
        return f"{len(self.lately)} of {self.a_minute} a minute, {self.today} of {self.a_day} a day"
