"""The request budget: how often the broker may be asked, by the minute and by the day.

Nothing is published; the ceilings are those of the source documents (register 68). An order that closes
is never held back, nor is the question what became of one: what would be over the ceiling is counted and
said, not stopped. Quotes may use all of a day; what can wait leaves them a part.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from tomking.core.value import value

A_MINUTE = timedelta(minutes=1)
#: Of a day's requests so many are kept for quotes, should the stream be silent.
KEPT_FOR_QUOTES = 300
#: What is asked for under these paths: the fate of orders and the way in; and quotes.
FATES, QUOTES = ("/orders", "/complex-orders", "/api-quote-tokens"), ("/market-data",)


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

    def wait_s(self, at: datetime, path: str = "") -> float:
        """Seconds until a path may be asked for; infinite once the day's requests for it are spent."""
        if at.date() == self.day and self.today >= self._most(path):
            return float("inf")
        lately = [when for when in self.lately if at - when < A_MINUTE]
        if len(lately) < self.a_minute:
            return 0.0
        return (lately[-self.a_minute] + A_MINUTE - at).total_seconds()

    def _most(self, path: str) -> float:
        """Requests of a day after which nobody asks for a path any more."""
        if any(part in path for part in FATES):
            return float("inf")
        quotes = any(part in path for part in QUOTES)
        return self.a_day if quotes else self.a_day - min(KEPT_FOR_QUOTES, self.a_day // 2)

    def __str__(self) -> str:
        return f"{len(self.lately)} of {self.a_minute} a minute, {self.today} of {self.a_day} a day"
