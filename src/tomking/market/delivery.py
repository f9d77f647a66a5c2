"""Futures and their ends: listed months, last trade, first notice, and the day to be out by.

Nobody here wants a thousand barrels: a future held because an option became one is flattened, five
business days before the earlier of first notice and last trade at the latest (rulebook 23), and
from the day after the venue takes closing trades only where something would be delivered.

Business days are the sessions of our own table, the stock exchange's. The futures exchanges keep
the same yearly holidays but not the stock exchange's special closes (11 to 14 September 2001, 11
June 2004, 2 January 2007, 29 and 30 October 2012, 5 December 2018, 9 January 2025), on which most
of them traded: a date counted across one of those comes out a day early. They also trade short
sessions on most holidays, which do not count as business days there either.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from tomking.core.calendar import FRIDAY, WEDNESDAY
from tomking.core.contract import MONTH_CODES, Contract, Settles, future_code, future_month
from tomking.core.errors import DataError
from tomking.core.value import value
from tomking.market.sessions import (
    is_open,
    month_end,
    next_session,
    nth_weekday,
    on_or_after,
    previous_session,
    third_friday,
)

#: Business days before first notice or last trade by which a future is to be gone (rulebook 23).
OUT_DAYS = 5
QUARTERLY, EVERY_MONTH = "HMUZ", MONTH_CODES

Rule = Callable[[int, int], date]


@value
class Ending:
    """How the futures of a root end.

    ``months`` are the letters of the months with a regular listing; ``last`` and ``notice`` give
    last trade and first notice for a year and month. Without ``notice`` none is given before the
    last trade. ``morning`` says that the last trade is at the New York open.
    """

    months: str
    physical: bool
    last: Rule
    notice: Rule | None = None
    morning: bool = False


def back(day: date, count: int) -> date:
    """The business day so many before a date, the date itself not counted.

    >>> back(date(2026, 3, 15), 1)
    datetime.date(2026, 3, 13)
    """
    for _ in range(count):
        day = previous_session(day).day
    return day


def _ahead(day: date, count: int) -> date:
    for _ in range(count):
        day = next_session(day).day
    return day


def _following(year: int, month: int) -> date:
    """The first of the month after."""
    return date(year + month // 12, month % 12 + 1, 1)


def _before_the_25th(year: int, month: int) -> date:
    """Three business days before the 25th of the month before, four when the 25th is none."""
    year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    anchor = date(year, month, 25)
    return back(anchor, 3 if is_open(anchor) else 4)


def _day_before_crude(year: int, month: int) -> date:
    return back(_before_the_25th(year, month), 1)


def _two_after_crude(year: int, month: int) -> date:
    return _ahead(_before_the_25th(year, month), 2)


def _third_last(year: int, month: int) -> date:
    return back(_following(year, month), 3)


def _seven_before_last(year: int, month: int) -> date:
    return back(month_end(year, month), 7)


def _last_of_month_before(year: int, month: int) -> date:
    return back(date(year, month, 1), 1)


def _before_third_wednesday(year: int, month: int) -> date:
    return back(nth_weekday(year, month, WEDNESDAY, 3), 2)


def _before_the_15th(year: int, month: int) -> date:
    return back(date(year, month, 15), 1)


def _after_first_friday(year: int, month: int) -> date:
    """The Monday after the first Friday, or the next business day."""
    friday = nth_weekday(year, month, FRIDAY, 1)
    return on_or_after(date.fromordinal(friday.toordinal() + 3))


def _tenth(year: int, month: int) -> date:
    return _ahead(back(date(year, month, 1), 1), 10)


_INDEX = Ending(QUARTERLY, False, third_friday, morning=True)
_METAL = Ending("", True, _third_last, _last_of_month_before)
_TREASURY = Ending(QUARTERLY, True, _seven_before_last, _last_of_month_before)
_CURRENCY = Ending(QUARTERLY, True, _before_third_wednesday)
_GRAIN = Ending("HKNUZ", True, _before_the_15th, _last_of_month_before)


def _listed(months: str, like: Ending) -> Ending:
    return Ending(months, like.physical, like.last, like.notice, like.morning)


#: By root. Sources, unless said otherwise CME Group's contract specifications, read in public copies:
#: index futures: third Friday at 09:30 New York, the business day before when closed (also
#: 1.1 of the rulebook). CL: three, or four, business days before the 25th of the month before;
#: MCL: "1 day prior to the expiration of WTI", financial (FAQ of 17 May 2021). CL's notice two
#: business days after its last trade: from a broker's table of 2026 (discounttrading.com, first notice
#: dates), all twelve months. GC, MGC, SI: third last business day; notice on the last business day of
#: the month before (the same table; gold's last trades of 2009 and 2010: bohlish.com). Months of GC and
#: SI are the regular far ones; the nearest three of any name are listed too and answered. ZB, ZN:
#: seventh business day before the last; notice as for metals is CBOT practice, recalled. 6E, 6A, 6B:
#: second business day before the third Wednesday; delivery then, no notice before (recalled); serial
#: months are answered too. ZC, ZW, ZS: business day before the 15th; notice from the same table. LE:
#: last business day; notice on the Monday after the first Friday (optimusfutures.com: 8 April 2013, 7
#: December 2015). HE: tenth business day, financial.
ENDINGS: Mapping[str, Ending] = MappingProxyType(
    dict.fromkeys(("ES", "MES", "NQ", "MNQ", "RTY", "M2K"), _INDEX)
    | {
        "CL": Ending(EVERY_MONTH, True, _before_the_25th, _two_after_crude),
        "MCL": Ending(EVERY_MONTH, False, _day_before_crude),
        "GC": _listed("GJMQVZ", _METAL),
        "MGC": _listed("GJMQVZ", _METAL),
        "SI": _listed("FHKNUZ", _METAL),
        "ZB": _TREASURY,
        "ZN": _TREASURY,
        "6E": _CURRENCY,
        "6A": _CURRENCY,
        "6B": _CURRENCY,
        "ZC": _GRAIN,
        "ZW": _GRAIN,
        "ZS": _listed("FHKNQUX", _GRAIN),
        "LE": Ending("GJMQVZ", True, month_end, _after_first_friday),
        "HE": Ending("GJKMNQVZ", False, _tenth),
    }
)
#: Roots of which nearby months outside the regular cycle are listed as well.
SERIAL = frozenset({"GC", "SI", "6E", "6A", "6B"})


@cache
def future_contract(root: str, code: str) -> Contract:
    """The future of a code such as ``ESZ25``, with its last trade.

    Raises
    ------
    DataError
        If the code is not a future of the root.
    """
    year, month = _month(root, code)
    ending = ENDINGS[root]
    settles = Settles.AM if ending.morning else Settles.PM
    return Contract(root, ending.last(year, month), future=code, settles=settles)


def _month(root: str, code: str) -> tuple[int, int]:
    """Year and month of a code, if it names a future of the root."""
    ending = ENDINGS.get(root)
    try:
        year, month = future_month(code)
    except (ValueError, IndexError):
        year, month = 0, 0
    named = month and code == future_code(root, year, month)
    if ending is None or not named or not (code[-3] in ending.months or root in SERIAL):
        letter = ending.months[-1] if ending else "Z"
        raise DataError(f"{code!r} is no {root} future; write one as {root}{letter}25")
    return year, month


@cache
def future_after(root: str, day: date, settles: Settles = Settles.PM) -> str:
    """The future an option that is fixed then is written on: the nearest that outlives it.

    A future that dies on the day's morning serves the options fixed that morning alone; one that is
    delivered must not have reached its first notice.

    >>> future_after("ES", date(2025, 12, 19)), future_after("ES", date(2025, 12, 19), Settles.AM)
    ('ESH26', 'ESZ25')
    >>> future_after("GC", date(2025, 12, 26)), future_after("CL", date(2025, 12, 17))
    ('GCG26', 'CLF26')
    """
    if root not in ENDINGS:
        return ""
    for number in range(12 * day.year + day.month - 1, 12 * day.year + day.month + 14):
        year, month = number // 12, number % 12 + 1
        if MONTH_CODES[month - 1] not in ENDINGS[root].months:
            continue
        code = future_code(root, year, month)
        ends = last_day(root, code)
        alive = ends > day or (ends == day and settles is future_contract(root, code).settles)
        if alive and day <= (first_notice(root, code) or ends):
            return code
    raise DataError(f"no {root} future after {day} is known; look at the session table's last year")


@cache
def first_notice(root: str, code: str) -> date | None:
    """The first day on which a holder can be told to take delivery; ``None`` where nobody can be."""
    notice = ENDINGS[root].notice if root in ENDINGS else None
    return notice(*_month(root, code)) if notice else None


def last_day(root: str, code: str) -> date:
    """The last day on which a future trades."""
    return future_contract(root, code).expiry


@cache
def out_by(root: str, code: str) -> date:
    """The last day to hold a future: five business days before first notice or last trade.

    >>> out_by("CL", "CLF26"), out_by("GC", "GCG26")
    (datetime.date(2025, 12, 12), datetime.date(2026, 1, 23))
    """
    ends = last_day(root, code)
    return back(min(first_notice(root, code) or ends, ends), OUT_DAYS)


@cache
def held_until(contract: Contract) -> date:
    """The day at whose end a contract is over: its expiry, or for a future the day before notice.

    Nothing is delivered to us: the house closes out what is left (tastytrade support 43000601988).
    """
    if not contract.future or contract.is_option:
        return contract.expiry
    notice = first_notice(contract.root, contract.future)
    return contract.expiry if notice is None else min(contract.expiry, back(notice, 1))


def is_delivered(contract: Contract) -> bool:
    """Whether a contract is a future that ends in the thing itself and not in cash."""
    named = bool(contract.future) and not contract.is_option
    return named and ENDINGS[contract.root].physical


def closing_only(contract: Contract, day: date) -> bool:
    """Whether the venue takes nothing new in a contract: a future that is delivered soon.

    It answers the venue's order rule ``closing_only``. Cash-settled futures trade to their end.
    """
    return is_delivered(contract) and day > out_by(contract.root, contract.future)
