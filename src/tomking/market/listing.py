"""What is listed when: expiries by date, and the future each sits on.

A model of the venues' listing rules, so that a backtest of 2014 is not offered an expiry of 2022.
The core series (third Fridays, Fridays, month ends) are always offered and marked ``anachronism``
before their first day, because the strategies are written for them; Monday to Thursday weeklies are
offered only from the first day they had. MES is offered what ES had, marked before its own first
day; the venue in truth lists MES less far out (six third Fridays, three month ends) than ES, whose
reach is used here. QQQ is offered what SPY is, on SPY's first days. Crude oil has monthly options
only, two years out; those of MCL stand on the days of CL's and are marked before their own first.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from tomking.core.calendar import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY
from tomking.core.contract import Contract, Expiry, Settles, future_code
from tomking.core.errors import DataError
from tomking.core.product import product
from tomking.core.value import value
from tomking.market.delivery import back, future_after, future_contract, last_day
from tomking.market.sessions import (
    month_end,
    nth_weekday,
    on_or_after,
    on_or_before,
    third_friday,
)
from tomking.market.sessions_table import FIRST_YEAR, LAST_YEAR

QUARTERLY_MONTHS = (3, 6, 9, 12)
SHARES, CRUDE = frozenset({"SPY", "QQQ"}), frozenset({"CL", "MCL"})
#: Business days from the last trade of an option on crude oil to that of its future (CME, contract
#: specifications of LO); a monthly option of MCL ends on the same day (CME FAQ on MCO, 2022).
CRUDE_DAYS = 3

#: First trading day of each series: a weekday is its weekly, ``pm`` the third Friday fixed at the close,
#: ``eom`` the last session of a month, ``quarter_end`` the last of a quarter. Sources:
#: SPX: Cboe options hub 2016-02-22 (Wednesday), 2016-08-11 (Monday), 2014-05-29 and 2014-08-05 (month
#: ends; quarter ends since 2007); Traders Magazine 2022 (Tuesday, Thursday); Cboe "Weeklys" page
#: (Friday, October 2005; the day is recalled); ``pm`` recalled.
#: ES: Mondo Visione 2009-07-15 (Friday; month ends are older); CME "Wednesday weekly options"; G.H.
#: Financials March 2017 (Monday); CME FAQ on Tuesday and Thursday options (2022; the day recalled); CME
#: FAQ of 2021-06-16 on quarterly PM options (not later than that).
#: MES: CME FAQs of 2020 (options from 31 August) and 2023-02-13 (Monday to Thursday, quarterly ``pm``).
#: SPY: MIAX alert 2016-09-06 (Wednesday); Traders Magazine 2018 (Monday); the rest recalled.
#: MCL: CME FAQ on MCO (6 June 2022). CL: recalled.
_SPY: Mapping[int | str, date] = MappingProxyType(
    {
        MONDAY: date(2018, 2, 16), TUESDAY: date(2022, 11, 14), WEDNESDAY: date(2016, 9, 7),
        THURSDAY: date(2022, 11, 16), FRIDAY: date(2010, 6, 4), "quarter_end": date(2008, 1, 1),
        "monthly": date(2005, 1, 10),
    }
)  # fmt: skip
_SINCE: Mapping[str, Mapping[int | str, date]] = MappingProxyType(
    {
        "ES": {
            MONDAY: date(2017, 4, 3), TUESDAY: date(2022, 4, 25), WEDNESDAY: date(2016, 9, 26),
            THURSDAY: date(2022, 4, 25), FRIDAY: date(2009, 8, 24), "pm": date(2021, 6, 16),
            "eom": date(2009, 8, 24), "monthly": date(1997, 9, 9),
        },
        "MES": {
            MONDAY: date(2023, 2, 13), TUESDAY: date(2023, 2, 13), WEDNESDAY: date(2023, 2, 13),
            THURSDAY: date(2023, 2, 13), FRIDAY: date(2020, 8, 31), "pm": date(2023, 2, 13),
            "eom": date(2020, 8, 31), "monthly": date(2020, 8, 31),
        },
        "SPX": {
            MONDAY: date(2016, 8, 15), TUESDAY: date(2022, 4, 18), WEDNESDAY: date(2016, 2, 23),
            THURSDAY: date(2022, 5, 11), FRIDAY: date(2005, 10, 28), "pm": date(2011, 10, 4),
            "eom": date(2014, 7, 7), "quarter_end": date(2008, 1, 1), "monthly": date(1983, 7, 1),
        },
        "SPY": _SPY,
        "QQQ": _SPY,
        "CL": {"monthly": date(1986, 11, 14)},
        "MCL": {"monthly": date(2022, 6, 6)},
    }
)  # fmt: skip

#: How many days ahead a series is listed. ES month ends: six months (CME contract specifications); SPX:
#: twelve (Cboe specifications). Quarterlies: nine quarters at CME; SPX, SPY and crude oil list years.
_WEEKDAY_AHEAD, _FRIDAY_AHEAD, _MONTHLY_AHEAD = 35, 56, 400
_EOM_AHEAD: Mapping[str, int] = MappingProxyType(
    {"ES": 186, "MES": 186, "SPX": 365, "SPY": 365, "QQQ": 365}
)
_FAR_AHEAD: Mapping[str, int] = MappingProxyType(
    {"ES": 820, "MES": 820, "SPX": 915, "SPY": 915, "QQQ": 915, "CL": 730, "MCL": 730}
)


@value
class _Listed:
    """A candidate: offered from ``shown`` on and ``ahead`` days before it; real from ``real`` on."""

    ordinal: int
    ahead: int
    shown: int
    real: int
    expiry: Expiry
    marked: Expiry


def _listed(
    root: str, day: date, kind: str, series: int | str, settles: Settles, ahead: int
) -> _Listed:
    """A candidate with the first days of its series."""
    code = future_after(root, day, settles)
    real = _SINCE[root][series]
    shown = _SINCE["ES" if root == "MES" else root][series] if _is_weekday(series) else date.min
    return _Listed(
        day.toordinal(), ahead, shown.toordinal(), real.toordinal(),
        Expiry(day, settles, kind, code), Expiry(day, settles, kind, code, anachronism=True),
    )  # fmt: skip


def _is_weekday(series: int | str) -> bool:
    """Whether a series is a Monday to Thursday weekly, which is not offered before its first day."""
    return series in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)


def _monthlies(root: str, year: int, month: int) -> Iterator[_Listed]:
    """The series of the third Friday; of crude oil the one its rule gives."""
    if root in CRUDE:
        yield _listed(
            root, crude_end(year, month), "monthly", "monthly", Settles.PM, _FAR_AHEAD[root]
        )
        return
    day = third_friday(year, month)
    quarterly = month in QUARTERLY_MONTHS
    far = _FAR_AHEAD[root] if quarterly or month == 1 else _MONTHLY_AHEAD
    if root in SHARES:
        yield _listed(root, day, "monthly", "monthly", Settles.PM, far)
    elif root == "SPX":
        yield _listed(root, day, "monthly", "monthly", Settles.AM, far)
        yield _listed(root, day, "weekly", "pm", Settles.PM, _MONTHLY_AHEAD)
    elif quarterly:
        yield _listed(root, day, "quarterly", "monthly", Settles.AM, far)
        yield _listed(root, day, "weekly", "pm", Settles.PM, _MONTHLY_AHEAD)
    else:
        yield _listed(root, day, "serial", "monthly", Settles.PM, _MONTHLY_AHEAD)


def crude_end(year: int, month: int) -> date:
    """The day in a month on which options on the crude oil of the next month end.

    >>> crude_end(2025, 11)
    datetime.date(2025, 11, 17)
    """
    following = future_code("CL", year + month // 12, month % 12 + 1)
    return back(last_day("CL", following), CRUDE_DAYS)


def _month_ends(root: str, year: int, month: int) -> Iterator[_Listed]:
    """The series of the last session; shares have quarter ends only, SPX had no others until 2014."""
    since = _SINCE[root]
    ends = month in QUARTERLY_MONTHS and "quarter_end" in since
    series = "quarter_end" if ends else "eom"
    if series in since:
        yield _listed(root, month_end(year, month), "eom", series, Settles.PM, _EOM_AHEAD[root])


def _weeklies(root: str, year: int, month: int) -> Iterator[_Listed]:
    """Monday to Friday weeklies whose scheduled day lies in a month; third Fridays are not theirs.

    On a closed day the session before it, but a Monday of SPX and shares moves to the session after it
    (Cboe options hub 2016-08-11). Crude oil's are left out.
    """
    if root in CRUDE:
        return
    forward = root == "SPX" or root in SHARES
    for weekday in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY):
        day = nth_weekday(year, month, weekday, 1)
        ahead = _FRIDAY_AHEAD if weekday == FRIDAY else _WEEKDAY_AHEAD
        days = (day + timedelta(days=7 * n) for n in range(5) if weekday != FRIDAY or n != 2)
        for each in days:
            if each.month == month:
                moved = on_or_after(each) if forward and weekday == MONDAY else on_or_before(each)
                yield _listed(root, moved, "weekly", weekday, Settles.PM, ahead)


@cache
def _far(root: str, year: int, month: int) -> tuple[_Listed, ...]:
    """Third Friday and month end: what a month offers from far away."""
    return (*_monthlies(root, year, month), *_month_ends(root, year, month))


@cache
def _near(root: str, year: int, month: int) -> tuple[_Listed, ...]:
    """Everything a month offers from near by; earlier in the list wins a shared day."""
    return (*_far(root, year, month), *_weeklies(root, year, month))


def _months(first: date, days: int) -> Iterator[tuple[int, int]]:
    """Year and month from the month before ``first`` to that of the last day, inside the table."""
    start, last = first - timedelta(days=first.day), first + timedelta(days=days)
    for number in range(12 * start.year + start.month - 1, 12 * last.year + last.month):
        if number // 12 < LAST_YEAR:
            yield number // 12, number % 12 + 1


@cache
def _candidates(root: str, year: int, month: int) -> tuple[_Listed, ...]:
    """Everything that could be listed on a day of this month."""
    today = date(year, month, 1)
    near = tuple(_months(today, 31 + _FRIDAY_AHEAD))
    far = tuple(_months(today, 31 + _FAR_AHEAD[root]))[len(near) :]
    months = (*(_near(root, *each) for each in near), *(_far(root, *each) for each in far))
    return tuple(listed for candidates in months for listed in candidates)


@cache
def expiries(root: str, today: date) -> tuple[Expiry, ...]:
    """The expiries listed on a date, ascending, AM before PM of the same day.

    An AM expiry of today itself is left out: it is fixed at the open. The list never reaches into
    the last year of the session table.

    Raises
    ------
    DataError
        If the date lies in or beyond that year, or before the table.
    """
    product(root)
    if root not in _SINCE:
        raise DataError(
            f"no listing rules of {root} are known: its expiries must come from a recorded chain or "
            f"the venue; known are {', '.join(_SINCE)}"
        )
    if not FIRST_YEAR < today.year < LAST_YEAR:
        raise DataError(
            f"no listing is known for {today}: choose a date from {FIRST_YEAR + 1} to {LAST_YEAR - 1}, "
            "or widen the session table with scripts/sessions_table.py"
        )
    now = today.toordinal()
    best: dict[tuple[int, bool], Expiry] = {}
    for listed in _candidates(root, today.year, today.month):
        if not 0 <= listed.ordinal - now <= listed.ahead or now < listed.shown:
            continue
        expiry = listed.expiry if now >= listed.real else listed.marked
        pm = expiry.settles is Settles.PM
        if not pm and listed.ordinal == now:
            continue
        held = best.get((listed.ordinal, pm))
        if held is None or (held.anachronism and not expiry.anachronism):
            best[listed.ordinal, pm] = expiry
    return tuple(best[key] for key in sorted(best))


def expiry_near(listed: Iterable[Expiry], today: date, days: int, within: int) -> Expiry | None:
    """The expiry whose calendar days are nearest to ``days``; nothing if none is ``within`` of it.

    Of two as near the earlier; of two on one day the one fixed at the close (rulebook 27.2).

    >>> near = expiry_near(expiries("ES", date(2025, 9, 3)), date(2025, 9, 3), 120, 10)
    >>> near.day, near.kind, near.future
    (datetime.date(2025, 12, 31), 'eom', 'ESH26')
    """
    target = today.toordinal() + days

    def distance(expiry: Expiry) -> tuple[int, date, bool]:
        """Days from the target, then the earlier, then the one fixed at the close."""
        return abs(expiry.day.toordinal() - target), expiry.day, expiry.settles is Settles.AM

    nearest = min(listed, key=distance, default=None)
    return None if nearest is None or distance(nearest)[0] > within else nearest


@cache
def front_future(root: str, today: date) -> Contract:
    """The nearest future that trades through the session: on a quarterly third Friday, the next one."""
    code = future_after(root, today)
    if not code:
        raise DataError(f"{root} has no futures; ask for those of ES or MES")
    return future_contract(root, code)
