"""The variance clock: how much of the market's movement lies between two instants.

A year of variance is 252 sessions and 113 days without one, each of those ``w`` of a session.
Within a session 30 % has gone by before the open and the rest follows the measured hours.
"""

from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray

from tomking.core.errors import DataCorrupt
from tomking.core.value import value
from tomking.market.bars import F64, I32
from tomking.market.volsvi import (
    CHAIN_WEIGHTED,
    DAYS_PER_YEAR,
    OVERNIGHT_SHARE,
    TRADING_DAYS,
    VolSvi,
)
from tomking.pricing.kernel import kernel

FULL_SESSION = 390.0
HALF_SESSION = 210.0
_DAY = 1440.0

#: Share of the session's own variance by hour from the open; the last is half an hour. They are those of
#: the modelled day, whose first hour stands above the measured .29; divided by their sum, 1.01.
_HOURS = (0.35, 0.14, 0.11, 0.11, 0.11, 0.10, 0.09)
_GONE = tuple(sum(_HOURS[:i]) / sum(_HOURS) for i in range(len(_HOURS) + 1))

#: At-the-money one standard deviation from a minute of the session to its close, as a share of VIX over
#: the root of 252 (it is not the straddle, which is 0.8 of it): medians of 573 sessions, November 2023
#: to February 2026. The first figure continues the line of the next two, in variance, to the open.
_MINUTES = (0.0, 5.0, 30.0, 60.0, 90.0, 150.0, 210.0, 270.0, 330.0, 360.0, 390.0)
_SHARES = (
    sqrt(0.55**2 + (0.55**2 - 0.52**2) * 5.0 / 25.0),
    0.55, 0.52, 0.48, 0.44, 0.38, 0.34, 0.27, 0.20, 0.16, 0.0,
)  # fmt: skip


@kernel
def share_to_close(minute: float, length: float = FULL_SESSION) -> float:
    """One standard deviation from a minute to the close, in units of ``vix / 100 / sqrt(252)``.

    Linear in variance between the measured medians, so the last half hour goes with the root of the
    time left. A half day is a full one run faster, with variance in proportion to its length.
    Before the open the open's figure, from the close on 0. The medians are of calm years: at 10:00
    it was .69 for VIX 22 to 30 and .72 above, not .52, so same-day premiums of nervous days come
    out too low.

    >>> share_to_close(60.0), share_to_close(390.0), round(share_to_close(375.0), 4)
    (0.48, 0.0, 0.1131)

    Parameters
    ----------
    minute
        Since the open.
    length
        Minutes in the session: 390, or 210 on a half day.
    """
    x = min(max(minute * (FULL_SESSION / length), 0.0), FULL_SESSION)
    for i in range(1, len(_MINUTES)):
        if x <= _MINUTES[i]:
            near, far = _SHARES[i - 1], _SHARES[i]
            gone = (x - _MINUTES[i - 1]) / (_MINUTES[i] - _MINUTES[i - 1])
            left = near * near + gone * (far * far - near * near)
            return sqrt(left * (length / FULL_SESSION))
    return np.nan


@kernel
def _session_gone(minute: float, length: float) -> float:
    """Share of the session's own variance gone by, 0 at the open and 1 at the close."""
    hours = minute * (FULL_SESSION / length) / 60.0
    hour = min(floor(hours), len(_HOURS) - 1)
    width = 1.0 if hour < len(_HOURS) - 1 else 0.5
    return _GONE[hour] + (hours - hour) / width * (_GONE[hour + 1] - _GONE[hour])


@kernel
def _at(
    day: int, minute: float, days: I32, row_of: I32, length: F64, opens: F64, closes: F64
) -> float:
    """Cumulative variance years; between two sessions in proportion to the time of the clock."""
    place = day - days[0]
    if place < 0 or place >= row_of.size or not abs(minute) <= _DAY:
        return np.nan
    row = int(row_of[place])
    if (day - days[row]) * _DAY + minute < 0.0:
        row -= 1
    if row < 0:
        return np.nan
    since_open: float = (day - days[row]) * _DAY + minute
    to_close: float = since_open - length[row]
    opened: float = opens[row]
    closed: float = closes[row]
    if to_close <= 0.0:
        return opened + _session_gone(since_open, length[row]) * (closed - opened)
    if row + 1 >= days.size:
        return np.nan
    night: float = (days[row + 1] - days[row]) * _DAY - length[row]
    reopened: float = opens[row + 1]
    return closed + to_close / night * (reopened - closed)


@kernel
def _expiry_into(
    ordinals: I32,
    is_am: NDArray[np.bool_],
    days: I32,
    row_of: I32,
    opens: F64,
    closes: F64,
    out: F64,
) -> None:
    for i in range(out.size):
        place = ordinals[i] - days[0]
        out[i] = np.nan
        if 0 <= place < row_of.size and days[row_of[place]] == ordinals[i]:
            row = row_of[place]
            out[i] = opens[row] if is_am[i] else closes[row]


@value
class VarianceClock:
    """Cumulative variance years at the open and close of every session in a range.

    ``days`` are the sessions' proleptic ordinals, ascending; ``row_of`` gives for each calendar day
    from the first on the last session not after it; ``length`` is in minutes.
    """

    days: I32
    row_of: I32
    length: F64
    opens: F64
    closes: F64

    def at(self, day: int, minute: float) -> float:
        """Cumulative variance years at an instant.

        Parameters
        ----------
        day
            Ordinal of a New York date; it need not be a session.
        minute
            Since 09:30 of that date; negative before, up to a day either way.

        Returns
        -------
        float
            NaN before the first open and after the last close of the table.
        """
        return _at(day, minute, self.days, self.row_of, self.length, self.opens, self.closes)

    def expiry(self, ordinals: I32, is_am: NDArray[np.bool_]) -> F64:
        """Cumulative variance years at which expiries are fixed, shape (legs,).

        Years left are ``clock.expiry(ordinals, is_am) - clock.at(day, minute)``: make the column
        when legs change, subtract on each tick.

        Parameters
        ----------
        ordinals
            Expiry dates as ordinals, int32.
        is_am
            Fixed at the open (True) or at the close.

        Returns
        -------
        F64
            NaN for a date that is no session or lies outside the table.
        """
        out = np.empty(ordinals.size)
        _expiry_into(ordinals, is_am, self.days, self.row_of, self.opens, self.closes, out)
        return out


def variance_clock(
    days: I32, early: NDArray[np.bool_], surface: VolSvi = CHAIN_WEIGHTED
) -> VarianceClock:
    """Build the clock from the sessions of a range.

    >>> monday = 739000
    >>> week = np.arange(monday, monday + 5, dtype=np.int32)
    >>> clock = variance_clock(week, np.zeros(5, dtype=np.bool_))
    >>> round(float(clock.at(monday + 1, 390.0) - clock.at(monday, 390.0)) * 259.535, 4)
    1.0

    Parameters
    ----------
    days
        Ordinals of all sessions, ascending; sessions left out count as days without one.
    early
        True where the session ends at 13:00.
    surface
        Whose weekend weight to use.

    Raises
    ------
    DataCorrupt
        If the days are none, repeated or out of order.
    """
    if days.size == 0 or bool((np.diff(days) <= 0).any()):
        raise DataCorrupt(
            "session days must be ascending and at least one: rebuild the session table"
        )
    weight = surface.weekend_weight
    unit = 1.0 / (TRADING_DAYS + (DAYS_PER_YEAR - TRADING_DAYS) * weight)
    idle = np.diff(days, prepend=days[:1] - 1) - 1
    closes = np.cumsum(1.0 + weight * idle) * unit
    opens = closes - (1.0 - OVERNIGHT_SHARE) * unit
    calendar = np.arange(int(days[0]), int(days[-1]) + 1)
    row_of = (np.searchsorted(days, calendar, side="right") - 1).astype(np.int32)
    length = np.where(early, HALF_SESSION, FULL_SESSION)
    return VarianceClock(days, row_of, length, opens, closes)
