"""When contracts trade: the end of a day's trading in each, and the end of its life."""

from datetime import datetime, timedelta

from tomking.core.calendar import CLOSE, NEW_YORK, OPEN, Session, new_york
from tomking.core.contract import Contract, Settles
from tomking.core.product import Delivers, product
from tomking.market.sessions import previous_session, session_of
from tomking.market.sessions_table import FIRST_YEAR, LAST_YEAR


def trades_until(contract: Contract, session: Session) -> datetime:
    """The end of a session's trading in a contract.

    Cboe: options on SPX, XSP, NDX, RUT, VIX and on a few ETFs trade to 16:15 New York, those whose
    last day it is to 16:00. What ends on a session's opening print does not trade in it.
    """
    late = product(contract.root).late_min if contract.is_option else 0
    later = session.closes + timedelta(minutes=late)
    ends = last_trade(contract, session)
    return later if ends is None or ends > later else min(ends, session.closes)


def last_trade(contract: Contract, session: Session | None) -> datetime | None:
    """When a contract stops trading for good.

    Fixed at the close, it trades to the close of its last day. Fixed on the opening print, an option
    on a future trades up to that print with its future; one that pays cash stops with the session
    before (tastytrade support 43000474104). Shares never stop (``None``). Away from a session of
    that day the table's is taken, beyond the table a full one.
    """
    if not contract.is_option and not contract.future:
        return None
    today = session is not None and session.day == contract.expiry
    hours = session if today else _session(contract)
    if contract.settles is Settles.PM:
        return hours.closes if hours else new_york(contract.expiry, CLOSE)
    if product(contract.root).delivers is Delivers.CASH and _is_known(contract):
        return previous_session(contract.expiry).closes
    return hours.opens if hours else new_york(contract.expiry, OPEN)


def expires_on(contract: Contract, at: datetime) -> bool:
    """Whether an instant lies on the day a contract expires, by the clock of New York."""
    return contract.expiry == at.astimezone(NEW_YORK).date()


def _is_known(contract: Contract) -> bool:
    return FIRST_YEAR < contract.expiry.year <= LAST_YEAR


def _session(contract: Contract) -> Session | None:
    return session_of(contract.expiry) if _is_known(contract) else None
