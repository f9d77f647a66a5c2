"""When an option ends, and how long that is from now."""

from datetime import datetime
from math import nan

from tomking.core.calendar import session
from tomking.core.contract import Contract, Settles
from tomking.market.sessions import session_of
from tomking.market.sessions_table import FIRST_YEAR, LAST_YEAR

MINUTES_A_YEAR = 365.0 * 1440.0


def ends(contract: Contract) -> datetime:
    """When an option is fixed: the close of its day, the open of it if it settles in the morning.

    Where the session table does not reach, a full session is taken.
    """
    day = contract.expiry
    known = session_of(day) if FIRST_YEAR <= day.year <= LAST_YEAR else None
    hours = known or session(day)
    return hours.opens if contract.settles is Settles.AM else hours.closes


def years_left(contract: Contract, at: datetime, minutes: float = 0.0) -> float:
    """Calendar years to the end of an option some minutes after an instant.

    NaN once it is over; 0 for shares and futures, which have no end here.
    """
    if not contract.is_option:
        return 0.0
    left = (ends(contract) - at).total_seconds() / 60.0 - minutes
    return left / MINUTES_A_YEAR if left > 0.0 else nan
