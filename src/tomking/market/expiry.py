"""When a contract ends, and how long an option has until then."""

from datetime import datetime
from math import nan

from tomking.core.calendar import session
from tomking.core.contract import Contract, Settles
from tomking.market.sessions import is_known, session_of

MINUTES_A_YEAR = 365.0 * 1440.0


def ends(contract: Contract) -> datetime:
    """When an option or a future is fixed: the close of its day, or the open if in the morning.

    Where the session table does not reach, a full session is taken.
    """
    day = contract.expiry
    hours = (session_of(day) if is_known(day) else None) or session(day)
    return hours.opens if contract.settles is Settles.AM else hours.closes


def years_left(contract: Contract, at: datetime, minutes: float = 0.0) -> float:
    """Calendar years to the end of an option some minutes after an instant.

    NaN once it is over; 0 for shares and futures, which have no end here.
    """
    if not contract.is_option:
        return 0.0
    left = (ends(contract) - at).total_seconds() / 60.0 - minutes
    return left / MINUTES_A_YEAR if left > 0.0 else nan
