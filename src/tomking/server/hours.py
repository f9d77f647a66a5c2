"""The market around the clock: inside a session as it is, outside as the last one left it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tomking.core.calendar import AFTER_CLOSE, NEW_YORK
from tomking.market.sessions import previous_session, session_of
from tomking.market.snapshot import Snapshot

Market = Callable[[datetime], Snapshot]


def looked_at(market: Market, at: datetime) -> Snapshot:
    """The market at any instant: a night, a weekend or a holiday shows the evening before."""
    now = at.astimezone(NEW_YORK)
    session = session_of(now.date())
    if session is not None and now >= session.opens:
        return market(min(now, session.closes + timedelta(minutes=AFTER_CLOSE)))
    last = previous_session(now.date())
    return market(last.closes + timedelta(minutes=AFTER_CLOSE))
