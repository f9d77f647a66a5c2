"""Time zones and the session: the hours a market is open on one date."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tomking.core.value import value

NEW_YORK = ZoneInfo("America/New_York")
LONDON = ZoneInfo("Europe/London")
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
OPEN = time(9, 30)
CLOSE = time(16, 0)
EARLY_CLOSE = time(13, 0)
#: The official closes, VIX among them, are known this many minutes after the close.
AFTER_CLOSE = 15


def new_york(day: date, clock: time) -> datetime:
    """An instant by the wall clock of New York.

    >>> new_york(date(2026, 6, 5), time(10, 30)).isoformat()
    '2026-06-05T10:30:00-04:00'
    """
    return datetime.combine(day, clock, tzinfo=NEW_YORK)


@value
class Session:
    """One regular session of the US equity and option markets."""

    day: date
    opens: datetime
    closes: datetime

    @property
    def early(self) -> bool:
        """Whether it ends at 13:00."""
        return self.closes.time() < CLOSE

    @property
    def minutes(self) -> int:
        """Length in minutes: 390, or 210 on a half day."""
        return int((self.closes - self.opens).total_seconds() // 60)

    def at(self, minute: float) -> datetime:
        """The instant that many minutes after the open."""
        return self.opens + timedelta(minutes=minute)

    def minute(self, at: datetime) -> float:
        """Minutes since the open at an instant (negative before it)."""
        return (at - self.opens).total_seconds() / 60.0


@value
class Moment:
    """An instant of any session, told from its open or its close, so that half days need no code."""

    anchor: str
    minutes: int

    def minute(self, length: int) -> int:
        """Minutes since the open in a session of that length."""
        return self.minutes if self.anchor == "open" else length - self.minutes

    def __str__(self) -> str:
        """The New York clock of a full session: ``10:30``."""
        return f"{new_york(date(2000, 1, 3), OPEN) + timedelta(minutes=self.minute(390)):%H:%M}"


def after_open(minutes: int) -> Moment:
    """That many minutes after the open.

    >>> str(after_open(60)), str(before_close(60)), before_close(60).minute(210)
    ('10:30', '15:00', 150)
    """
    return Moment("open", minutes)


def before_close(minutes: int) -> Moment:
    """That many minutes before the close."""
    return Moment("close", minutes)


def session(day: date, *, early: bool = False) -> Session:
    """The session of a date; a half day ends at 13:00.

    >>> session(date(2025, 11, 28), early=True).minutes
    210
    """
    return Session(day, new_york(day, OPEN), new_york(day, EARLY_CLOSE if early else CLOSE))


def dte(expiry: date, today: date) -> int:
    """Calendar days to expiry (rulebook 1).

    >>> dte(date(2025, 12, 31), date(2025, 9, 3))
    119
    """
    return (expiry - today).days
