"""When contracts trade: the end of a day's trading in each, and the end of its life."""

from datetime import date, datetime, timedelta

from tomking.core.calendar import NEW_YORK, Session
from tomking.core.contract import Contract, Settles
from tomking.core.product import Delivers, product
from tomking.market.expiry import ends
from tomking.market.sessions import is_known, on_or_after, previous_session
from tomking.market.sessions_table import FIRST_YEAR


def trades_until(contract: Contract, session: Session) -> datetime:
    """The end of a session's trading in a contract.

    Cboe: options on SPX, XSP, NDX, RUT, VIX and on a few ETFs trade to 16:15 New York, those whose
    last day it is to 16:00. What ends on a session's opening print does not trade in it.
    """
    late = product(contract.root).late_min if contract.is_option else 0
    later = session.closes + timedelta(minutes=late)
    last = last_trade(contract, session)
    return later if last is None or last > later else min(last, session.closes)


def last_trade(contract: Contract, session: Session | None) -> datetime | None:
    """When a contract stops trading for good.

    With its fixing: at the close of its last day or, as an option on a future does with its future,
    at the opening print. An option that pays cash and is fixed on that print stops with the session
    before (tastytrade support 43000474104), where the table knows one. Shares never stop (``None``).
    A session of that day says better than the table when it ends.
    """
    if not contract.is_option and not contract.future:
        return None
    morning = contract.settles is Settles.AM
    if morning and product(contract.root).delivers is Delivers.CASH and _has_eve(contract.expiry):
        return previous_session(contract.expiry).closes
    if session is not None and session.day == contract.expiry:
        return session.opens if morning else session.closes
    return ends(contract)


def expires_on(contract: Contract, at: datetime) -> bool:
    """Whether an instant lies on the day a contract expires, by the clock of New York."""
    return contract.expiry == at.astimezone(NEW_YORK).date()


def _has_eve(day: date) -> bool:
    """Whether the table holds a session before a date."""
    return is_known(day) and day > on_or_after(date(FIRST_YEAR, 1, 1))
