"""The exchange's names of option series: ``SPXW``, ``EW3``, ``LO``.

An option on a future is named by its series and the month it is of, beside the future it is on: the
series says on which day of the month it ends. Sources: CME's pages of weekly and month-end options (ES,
MES), contract specifications of LO, MCO, OG and OMG; Cboe's of SPXW, NDXP and RUTW. Series of other
futures are read from the broker's chains and never made up here.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from tomking.core.calendar import FRIDAY
from tomking.core.contract import MONTH_CODES, Contract, Settles, future_month
from tomking.core.errors import DataError
from tomking.core.value import value
from tomking.market.sessions import month_end

#: Roots whose options fixed at the close are listed under another name than those fixed at the open.
AT_THE_CLOSE: Mapping[str, str] = MappingProxyType({"SPX": "SPXW", "NDX": "NDXP", "RUT": "RUTW"})
_AT_THE_OPEN = {closing: opening for opening, closing in AT_THE_CLOSE.items()}
#: Other names of options on an index that end on other days than the monthly ones.
_WEEKLY = MappingProxyType({"VIXW": "VIX"})


@value
class Weeklies:
    """Names of the series that end in a month: its quarterly, its last day, its Fridays, other days."""

    quarterly: str
    month_end: str
    friday: str
    weekday: str


#: By root of the future. A weekday's name carries the week and the day, A for Monday to D for Thursday.
WEEKLIES: Mapping[str, Weeklies] = MappingProxyType(
    {
        "ES": Weeklies("ES", "EW", "EW{week}", "E{week}{day}"),
        "MES": Weeklies("MES", "EX", "EX{week}", "X{week}{day}"),
    }
)
#: Options that end once a month and are named by the month of their future.
MONTHLY: Mapping[str, str] = MappingProxyType({"CL": "LO", "MCL": "MCO", "GC": "OG", "MGC": "OMG"})


def listed_root(contract: Contract) -> str:
    """The root under which an option on an index or a share is listed.

    >>> listed_root(Contract("SPX", date(2026, 12, 18)))
    'SPXW'
    """
    return contract.root if contract.settles is Settles.AM else AT_THE_CLOSE.get(
        contract.root, contract.root
    )  # fmt: skip


def root_of(listed: str) -> tuple[str, Settles]:
    """What a listed root is an option on, and when its options are fixed.

    >>> root_of("SPXW"), root_of("SPX")
    (('SPX', <Settles.PM: 'PM'>), ('SPX', <Settles.AM: 'AM'>))
    """
    opens = listed in AT_THE_CLOSE or listed in _WEEKLY or listed == "VIX"
    root = _AT_THE_OPEN.get(listed, _WEEKLY.get(listed, listed))
    return root, Settles.AM if opens else Settles.PM


def series_of(contract: Contract) -> tuple[str, str]:
    """The series of an option on a future, and the letter of the month it is named by.

    >>> series_of(Contract("ES", date(2025, 9, 19), future="ESZ25"))
    ('EW3', 'U')

    Raises
    ------
    DataError
        If the series of the root are not known here, or nothing ends on that day.
    """
    root, day = contract.root, contract.expiry
    if root in MONTHLY:
        return MONTHLY[root], MONTH_CODES[future_month(contract.future)[1] - 1]
    if root not in WEEKLIES:
        raise DataError(
            f"the names of option series on {root} are not known here: take them from the broker's chain"
        )
    return _weekly(WEEKLIES[root], day, contract.settles), MONTH_CODES[day.month - 1]


@lru_cache(maxsize=4096)
def _weekly(names: Weeklies, day: date, settles: Settles) -> str:
    """The series that ends on a day: fixed at the open the quarterly, else by the day of the month."""
    if settles is Settles.AM:
        return names.quarterly
    if day == month_end(day.year, day.month):
        return names.month_end
    week, weekday = (day.day - 1) // 7 + 1, day.weekday()
    if weekday > FRIDAY:
        raise DataError(f"no option on a future ends on a {day:%A}, as one on {day} would")
    if weekday == FRIDAY:
        return names.friday.format(week=week)
    return names.weekday.format(week=week, day="ABCD"[weekday])
