"""The modelled day: a session minute by minute, drawn from the law of the path given its daily row.

The path is Brownian in a random variance clock, given previous close, high, low and close (and the
open where that is real). A seed is one draw; nothing is ordered by hand, because "low first on up
days" invents an edge for whoever fades the morning. The session's own high, low and close shape it:
that is imputation of what was not recorded, and no rule sees a minute before it comes. Everything
is MODEL.
"""

from datetime import date
from functools import cache
from hashlib import blake2b
from math import exp, isfinite, log, sqrt

import numpy as np

from tomking.core.errors import DataCorrupt, DataError
from tomking.core.evidence import Evidence
from tomking.core.value import value
from tomking.market.bars import F64, Bars
from tomking.market.path_kernel import NEAREST, STEP, STEPS, model_day

#: From this day on the printed index open holds about 80 % of the true overnight gap; before, 13-27 %.
OPEN_SINCE = date(2017, 1, 1)
#: Variance by hour of a full session, 09:30 to 15:30, and of the last half-hour.
HOURS = (0.35, 0.14, 0.11, 0.11, 0.11, 0.10)
LAST_HALF_HOUR = 0.09
CANDIDATES = 400
#: Move of log VIX for each VIX day the index moves, 2014-18 (correlation -.83, residual .045).
VIX_RESPONSE = 0.088
TRADING_DAYS = 252
HALF_HOUR = STEP * STEPS
#: How many daily deviations beyond its closes a day may go of which no extreme is known.
FAR = 6.0
#: A day whose sd is below this (VIX 0.0016) is a unit mistaken, not a calm one.
SD_MIN = 1e-6


@value
class DayShape:
    """What is known of a session once it is over; prices in points.

    ``open`` is ``None`` where the printed one is not real. ``sd`` is a VIX day: the previous VIX
    close as a fraction over sqrt(252). ``minutes`` is 390, or 210 on a half day. An extreme that is
    only the stale first print is no extreme: ``high_known`` or ``low_known`` is false, and the path
    then stays inside it without having to reach it.
    """

    previous_close: float
    open: float | None
    high: float
    low: float
    close: float
    sd: float
    minutes: int = 390
    high_known: bool = True
    low_known: bool = True


def vix_day(vix: float) -> float:
    """One standard deviation of a day as VIX states it, as a fraction.

    >>> round(vix_day(20.0), 6)
    0.012599
    """
    return vix / 100.0 / sqrt(TRADING_DAYS)


def open_evidence(day: date) -> Evidence:
    """What a session's open is: drawn by the model before 2017, a stand-in for the true one after."""
    return Evidence.PROXY if day >= OPEN_SINCE else Evidence.MODEL


def day_shape(bars: Bars, day: date, vix_previous: float, minutes: int = 390) -> DayShape:
    """The shape of one day of an index history; ``vix_previous`` in points.

    Before 2017 an extreme equal to the printed open is taken for the stale first print.

    Raises
    ------
    LookAhead
        If the history holds no row for the day.
    DataError
        If it is the first row, which has no previous close.
    """
    row = bars.row(day)
    if row == 0:
        raise DataError(f"{day} is the first day of the history; start one session later")
    opened, high, low = float(bars.open[row]), float(bars.high[row]), float(bars.low[row])
    real = open_evidence(day) > Evidence.MODEL
    return DayShape(
        previous_close=float(bars.close[row - 1]),
        open=opened if real else None,
        high=high,
        low=low,
        close=float(bars.close[row]),
        sd=vix_day(vix_previous),
        minutes=minutes,
        high_known=real or high != opened,
        low_known=real or low != opened,
    )


def close_shape(bars: Bars, day: date, vix_previous: float, minutes: int = 390) -> DayShape:
    """The shape of a day of which nothing but the close was kept: no open, no extreme it must reach.

    It stays within ``FAR`` daily deviations of the two closes, which a path hardly ever comes near.

    Raises
    ------
    LookAhead
        If the history holds no row for the day.
    DataError
        If it is the first row, which has no previous close.
    """
    row = bars.row(day)
    if row == 0:
        raise DataError(f"{day} is the first day of the history; start one session later")
    before, close = float(bars.close[row - 1]), float(bars.close[row])
    sd = vix_day(vix_previous)
    high, low = max(before, close) * exp(FAR * sd), min(before, close) * exp(-FAR * sd)
    return DayShape(before, None, high, low, close, sd, minutes, high_known=False, low_known=False)


def path_key(seed: int, root: str, day: date) -> int:
    """The key of a day's random numbers: any window, chunk or worker sees the same day."""
    name = f"{seed}/{root}/{day.isoformat()}".encode()
    return int.from_bytes(blake2b(name, digest_size=16).digest(), "little")


def draw(shape: DayShape, key: int) -> F64:
    """The session minute by minute.

    Parameters
    ----------
    shape : what the day did
    key : from ``path_key``; the same key and shape give the same path to the bit

    Returns
    -------
    (minutes + 1,) index points, from the open (index 0) to the close. Never outside the low and high;
    a known open and the close are met exactly, and so is every known extreme.

    Raises
    ------
    DataCorrupt
        If the figures cannot be one day's.

    Notes
    -----
    Errors: it is a draw. Over 2014-18 the move from 10:30 to the close has the measured frequencies to
    .02 and no drift along the morning (``tests/unit/market/test_path_acceptance.py``); a single path
    says nothing about what that day's minutes were.
    """
    check(shape)
    if shape.high == shape.low:
        return np.full(shape.minutes + 1, shape.close)
    levels = shape.previous_close * np.exp(shape.sd * _vix_days(shape, key))
    return _pinned(levels, shape)


def check(shape: DayShape) -> None:
    """Refuse figures that cannot be one day's.

    Raises
    ------
    DataCorrupt
        With the figures in its text.
    """
    opened = shape.close if shape.open is None else shape.open
    figures = (shape.previous_close, shape.low, shape.high, opened, shape.close, shape.sd)
    if not all(isfinite(figure) and figure > 0.0 for figure in figures):
        raise DataCorrupt(f"{shape} holds a figure that is not positive; check the daily row")
    if shape.sd < SD_MIN:
        raise DataCorrupt(f"{shape} has no spread; its sd must be VIX in points over 100 sqrt(252)")
    if not shape.low <= min(opened, shape.close) <= max(opened, shape.close) <= shape.high:
        raise DataCorrupt(f"{shape} lies outside its own range; check the daily row")
    if shape.minutes < 2 * HALF_HOUR or shape.minutes % HALF_HOUR:
        raise DataCorrupt(f"{shape} is no session: its minutes must be whole half-hours")


def _vix_days(shape: DayShape, key: int) -> F64:
    """The path as VIX days from the previous close: this day's random numbers through the kernel."""
    goal = np.array(
        [
            log(level / shape.previous_close) / shape.sd
            for level in (
                shape.previous_close if shape.open is None else shape.open,
                shape.close,
                shape.high,
                shape.low,
            )
        ]
    )
    known = np.array([shape.open is not None, shape.high_known, shape.low_known])
    shares = variance_shares(shape.minutes)
    points = len(shares) * STEPS + 1
    random = np.random.Generator(np.random.Philox(key=key))
    noise = random.standard_normal((CANDIDATES // 2, points))
    wander = random.standard_normal((CANDIDATES // 2, len(shares)))
    fine = random.standard_normal((points - 1, STEP - 1))
    choice = int(random.integers(NEAREST))
    return model_day(noise, wander, fine, choice, shares, goal, known)


def _pinned(levels: F64, shape: DayShape) -> F64:
    """The levels with rounding taken out: inside the range, and on every figure that is known.

    A path that could not be stretched to an extreme meets it at the minute that came nearest.
    """
    np.clip(levels, shape.low, shape.high, out=levels)
    ends = (shape.open, shape.close)
    free = levels[0 if shape.open is None else 1 : -1]
    if shape.high_known and shape.high not in ends:
        free[np.argmax(free)] = shape.high
    if shape.low_known and shape.low not in ends:
        free[np.argmin(free)] = shape.low
    if shape.open is not None:
        levels[0] = shape.open
    levels[-1] = shape.close
    return levels


@cache
def variance_shares(minutes: int) -> F64:
    """Shares of a full session's variance by half-hour; a half day ends with the last half-hour's.

    A full session adds to 1, a half day (13:00) to .68.
    """
    halves = np.repeat(np.array(HOURS) / 2.0, 2)
    used = np.resize(halves, minutes // HALF_HOUR)
    used[-1] = LAST_HALF_HOUR
    return _frozen(used / (halves.sum() + LAST_HALF_HOUR))


def vix_at(
    vix_previous: float, sd_previous: float, level: float, previous_close: float,
    response: float = VIX_RESPONSE,
) -> float:  # fmt: skip
    """VIX at an instant, from what the index has done since the last close; in points.

    Causal: nothing of today's VIX close is in it (that arrives at 16:15). It understates spikes.
    ``response`` is how far its logarithm falls for a daily deviation the index rises.

    >>> round(vix_at(20.0, vix_day(20.0), 5880.0, 6000.0), 2)
    23.03
    """
    move = log(level / previous_close) / sd_previous
    return vix_previous * exp(-response * move)


@cache
def u_shaped_volume(minutes: int) -> F64:
    """MODEL: the share of the session's volume in each minute, adding to 1.

    A parabola three times as high at open and close as at midday; item ``i`` is the minute that
    ends at ``draw(...)[i + 1]``. It stands in for a tape nobody has: good for a VWAP, for nothing
    else.
    """
    middle = (np.arange(minutes) + 0.5) / minutes
    weight = 1.0 + 2.0 * (2.0 * middle - 1.0) ** 2
    return _frozen(weight / weight.sum())


def _frozen(shared: F64) -> F64:
    """The array, closed for writing, because a cache hands it to everybody."""
    shared.setflags(write=False)
    return shared
