"""The watch: while the market is closed and something is held, what it is worth is looked at all night.

Every five minutes the account is priced from the futures, which trade on (``risk/overnight``). Alarms
are raised and the ladder is climbed as by day; nothing is sent, since nothing can be. What the night
makes of the account and how far a margin call is go to the heartbeat, for ``status`` to show.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan

from tomking.core.calendar import NEW_YORK
from tomking.core.reading import Skip
from tomking.engine.desk import Desk
from tomking.engine.emergency import raised
from tomking.market.sessions import session_of
from tomking.risk.alarms import Lately, alarm, seen
from tomking.risk.overnight import Evening, by_night, called_at
from tomking.risk.view import View

EVERY = timedelta(minutes=5)
#: How long before the close of a session the evening's quotes are kept.
EVENING_MIN = 15.0


def is_evening(at: datetime) -> bool:
    """Whether a session is nearly over."""
    session = session_of(at.astimezone(NEW_YORK).date())
    return session is not None and session.minute(at) >= session.minutes - EVENING_MIN


@dataclass(slots=True)
class Watch:
    """What is known of the evening, when the night was last looked at, and what was seen then."""

    evening: Evening | None = None
    looked: datetime | None = None
    said: str = ""

    def keep(self, known: Evening) -> None:
        """A session is nearly over: the night is valued by what was quoted then."""
        self.evening = known

    def wake(self) -> None:
        """The market is open: there is no night to tell of, and the next is looked at at once."""
        self.looked, self.said = None, ""

    def is_due(self, at: datetime) -> bool:
        """Whether it is time for a look."""
        return self.looked is None or at - self.looked >= EVERY

    def look(self, desk: Desk, view: View) -> bool:
        """One look of a night; whether any fact was written."""
        self.looked, self.said = view.market.at, ""
        if not view.book.positions:
            return False
        if self.evening is None:
            self.said = "prices as they were last told: this desk has not seen the last session end"
            return False
        night = by_night(view, self.evening)
        if isinstance(night, Skip):
            self.said = f"not known: {night}"
            return False
        self.said = _told(night)
        return raised(desk, night, alarm(night, seen(Lately(), night)))


def _told(night: View) -> str:
    """What the night makes of the account."""
    worth = "not known" if isnan(night.net_liq) else f"${night.net_liq:,.2f}"
    return f"{worth} priced from the futures at {night.market.at:%H:%M} (MODEL); {called_at(night)}"
