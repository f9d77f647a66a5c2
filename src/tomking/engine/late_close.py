"""A close that nobody looked at: made up for from official figures, or a reason not to trade.

Losses are measured from the last close. A desk that was down, or a machine that slept, over one has no
such baseline: it asks whoever keeps official closes what the account was worth then. Until one says so
nothing is opened, for lack of data.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from tomking.core.calendar import AFTER_CLOSE, NEW_YORK
from tomking.core.facts import CashMoved, Fact, SessionClosed
from tomking.core.money import ZERO
from tomking.core.restraints import Halted, Resumed
from tomking.core.value import value
from tomking.engine.desk import Desk
from tomking.engine.instants import LATE_MIN
from tomking.market.sessions import previous_session, session_of
from tomking.risk.view import View

#: The reason not to trade while something held cannot be valued, or could not be at the last close.
NO_DATA = "data"
#: Between two questions what a close was.
ASK_EVERY = timedelta(minutes=10)


@value
class Closed:
    """What an account was worth and needed at an official close, in dollars, and who says so."""

    net_liq: Decimal
    requirement: Decimal
    source: str


#: The official figures of a session's close, asked some time after; nothing while nobody has them.
Closes = Callable[[date, datetime], Closed | None]


def made_up(desk: Desk, view: View, at: datetime, closes: Closes | None) -> Iterator[Fact]:
    """The close that was missed, as a fact that says so, or why there is none.

    Where nobody keeps official closes the clock looks at every one itself: none is missed.
    """
    day = None if closes is None else missed(desk, at)
    if day is None or closes is None:
        return
    halted = NO_DATA in desk.standing.reasons
    found = None
    if desk.sought is None or at - desk.sought >= ASK_EVERY:
        desk.sought = at
        found = closes(day, at)
    if found is not None:
        yield SessionClosed(
            at, day, found.net_liq, _moved_by(desk, view, day), found.requirement, _vix(view, day),
            view.standing.profits, late=found.source,
        )  # fmt: skip
        if halted:
            yield Resumed(at, NO_DATA, f"the close of {day} was made up for")
    elif not halted:
        why = f"nobody looked at the close of {day}, and no official figures of it are known yet"
        yield Halted(at, NO_DATA, why)


def missed(desk: Desk, at: datetime) -> date | None:
    """The last session that has ended, if this desk was there to see its close and did not."""
    day = _last_ended(at)
    if desk.standing.last_close >= day:
        return None
    session = session_of(day)
    return None if session is None or desk.began >= session.closes else day


def _last_ended(at: datetime) -> date:
    """The day of the last session whose close is over, and no longer waited for."""
    today = at.astimezone(NEW_YORK).date()
    until, before = _ends(today)
    return before if until is None or at <= until else today


@lru_cache(maxsize=8)
def _ends(today: date) -> tuple[datetime | None, date]:
    """Until when a day's close is waited for, if it has one, and the day of the session before it."""
    session = session_of(today)
    waited = timedelta(minutes=AFTER_CLOSE + LATE_MIN)
    return None if session is None else session.closes + waited, previous_session(today).day


def _moved_by(desk: Desk, view: View, day: date) -> Decimal:
    """Cash moved until that evening: what came since is in nobody's figures of it."""
    since = (
        fact.amount
        for _, fact in desk.journal.read()
        if isinstance(fact, CashMoved) and fact.at.astimezone(NEW_YORK).date() > day
    )
    return view.book.moved - sum(since, ZERO)


def _vix(view: View, day: date) -> float:
    """VIX at that close: yesterday's of a later session, and what it still is on the evening itself."""
    later = view.session.day > day
    return view.market.day.vix_previous.value if later else view.market.vix.value
