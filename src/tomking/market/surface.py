"""The modelled volatility surface in total standard deviations, and strikes by delta on it.

Everything is a *total* standard deviation ``sd = vol * sqrt(years)`` of the log of the forward, so
nothing is divided by a time that goes to zero on expiry day. ``years`` are variance years
(``market.variance``) throughout, in the level and in the shape; one calendar month is 30/365 of them.
``vix`` is the index number (16.0), ``k = ln(strike / forward)``, ``z = k / sd`` at the money.

Each argument of an ``_into`` function may be a number or a column as long as ``out``; ``out`` may
be one of them. NaN in, NaN out. Outside VIX 10 to 82 and 1 to 365 days nothing is promised about
arbitrage.
"""

from math import erfc, exp, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from tomking.market.snapshot import F64, Shock
from tomking.market.volsvi import CHAIN_WEIGHTED, VolSvi
from tomking.pricing.kernel import kernel

#: One number for all legs, or one each.
Column = float | F64
Flags = bool | NDArray[np.bool_]

_MONTH = 30.0 / 365.0
_SESSIONS = 252.0
_SQRT_HALF = sqrt(0.5)
_DENSITY_AT_ZERO = 1.0 / sqrt(2.0 * pi)
#: Standard deviations at which a 5-delta put stands: the wing of a shock is added in full from here on.
_FIVE_DELTA = 1.6448536269514722
#: How far out a strike is looked for, in at-the-money standard deviations.
_Z_MAX = 60.0
#: Tolerance of ``d1`` at a strike found by delta; ten times what rounding leaves.
_CLOSE_ENOUGH = 1e-13


@kernel
def _mean_reverted(kappa: float, years: float) -> float:
    """Average of ``exp(-kappa t)`` over the time to expiry."""
    x = kappa * years
    return 1.0 - 0.5 * x if x < 1e-8 else (1.0 - exp(-x)) / x


@kernel
def _atm_sd(vix: float, years: float, p: F64) -> float:
    """Level: at-the-money total standard deviation; 0 once nothing is left, NaN below VIX 6 or so."""
    if years <= 0.0:
        return 0.0 * vix
    v = 0.01 * vix
    long = p[2] + p[3] * p[4] * (1.0 - exp(-v / p[4]))
    month = p[0] + p[1] * v
    short_less_long = (month * month - long * long) / _mean_reverted(p[5], _MONTH)
    if long * long + short_less_long < 0.0:
        return np.nan
    return sqrt((long * long + short_less_long * _mean_reverted(p[5], years)) * years)


@kernel
def _hyperbola(u: float, m: float, s: float, left: float, right: float) -> float:
    """A smile in volatility: slope ``-left`` far below ``m``, ``right`` far above it."""
    d = u - m
    return 0.5 * (left + right) * sqrt(d * d + s * s) + 0.5 * (right - left) * d


@kernel
def _clamped(x: float, low: float, high: float) -> float:
    """Within bounds; NaN stays NaN, as it comes first."""
    return min(max(x, low), high)


@kernel
def _shape(vix: float, years: float, p: F64) -> tuple[float, float, float, float, float]:
    """Vertex, roundness, slopes of the smile, and its hyperbola at the money."""
    x = log(_clamped(0.01 * vix, p[18], p[19]) / 0.20)
    y = log(_clamped(years, p[20], p[21]) / _MONTH)
    m = p[6] + p[7] * x + p[8] * y
    s = exp(p[9] + p[10] * x + p[11] * y)
    left = exp(p[12] + p[13] * x + p[14] * y)
    right = exp(p[15] + p[16] * x + p[17] * y)
    return m, s, left, right, _hyperbola(0.0, m, s, left, right)


@kernel
def _smile(z: float, shape: tuple[float, float, float, float, float], g_min: float) -> float:
    """``g(z)``: volatility at ``z`` as a multiple of the one at the money."""
    m, s, left, right, at_zero = shape
    g = 1.0 + _hyperbola(z, m, s, left, right) - at_zero
    return max(g, g_min)


@kernel
def _atm_sd_into(vix: Column, years: Column, today: Flags, share: float, out: F64, p: F64) -> None:
    vixes = np.broadcast_to(vix, out.shape)
    times = np.broadcast_to(years, out.shape)
    todays = np.broadcast_to(today, out.shape)
    for i in range(out.size):
        to_close = share * 0.01 * vixes[i] / sqrt(_SESSIONS)
        if todays[i]:
            out[i] = to_close
            continue
        later = _atm_sd(vixes[i], times[i], p)
        out[i] = to_close if later < to_close and times[i] > 0.0 else later


@kernel
def _smile_into(k: Column, sd: Column, vix: Column, years: Column, out: F64, p: F64) -> None:
    ks = np.broadcast_to(k, out.shape)
    sds = np.broadcast_to(sd, out.shape)
    vixes = np.broadcast_to(vix, out.shape)
    times = np.broadcast_to(years, out.shape)
    for i in range(out.size):
        if sds[i] == 0.0:
            out[i] = 0.0 * abs(ks[i])
        else:
            out[i] = sds[i] * _smile(ks[i] / sds[i], _shape(vixes[i], times[i], p), p[22])


@kernel
def _deviations_into(
    vix: float, left: F64, today: Flags, share: float, k: F64, years: F64, sd: F64, vol: F64, p: F64
) -> None:
    _atm_sd_into(vix, left, today, share, sd, p)
    _smile_into(k, sd, vix, left, sd, p)
    for i in range(sd.size):
        vol[i] = sd[i] / sqrt(years[i])


@kernel
def _quantile(p: float) -> float:
    """Inverse of the standard normal distribution, to the last digits, for 0 < p < 1.

    Starts from Abramowitz & Stegun 26.2.22 (error under 0.003) and polishes by Halley's rule.
    """
    tail = p if p < 0.5 else 1.0 - p
    t = sqrt(-2.0 * log(tail))
    x = (2.30753 + 0.27061 * t) / (1.0 + 0.99229 * t + 0.04481 * t * t) - t
    for _ in range(3):
        step = (0.5 * erfc(-x * _SQRT_HALF) - tail) / (_DENSITY_AT_ZERO * exp(-0.5 * x * x))
        x -= step / (1.0 + 0.5 * x * step)
    return x if p < 0.5 else -x


@kernel
def _d1_gap(
    z: float,
    sd: float,
    wanted: float,
    shape: tuple[float, float, float, float, float],
    g_min: float,
) -> float:
    """How far ``d1`` at ``z`` lies above the one wanted; falls as the strike rises."""
    g = _smile(z, shape, g_min)
    return 0.5 * sd * g - z / g - wanted


@kernel
def _strike_at_delta(
    forward: float, sd: float, vix: float, years: float, sign: float, delta: float, p: F64
) -> float:
    """Walk from the money until ``d1`` has crossed, then close in by the Illinois rule."""
    if not (sd > 0.0 and 0.0 < delta < 1.0 and sign != 0.0):
        return np.nan
    wanted = sign * _quantile(delta)
    shape = _shape(vix, years, p)
    near, near_gap = 0.0, 0.5 * sd - wanted
    far, far_gap = near, near_gap
    step = 0.25 if near_gap > 0.0 else -0.25
    while near_gap * far_gap > 0.0 and abs(far) < _Z_MAX:
        near, near_gap = far, far_gap
        far += step
        step *= 1.5
        far_gap = _d1_gap(far, sd, wanted, shape, p[22])
    if not near_gap * far_gap <= 0.0:
        return np.nan
    for _ in range(80):
        if abs(far_gap) < _CLOSE_ENOUGH:
            break
        z = far - far_gap * (far - near) / (far_gap - near_gap)
        gap = _d1_gap(z, sd, wanted, shape, p[22])
        if gap * far_gap < 0.0:
            near, near_gap = far, far_gap
        else:
            near_gap *= 0.5
        far, far_gap = z, gap
    return forward * exp(sd * far)


@kernel
def _strikes_at_delta_into(
    forward: Column, sd: Column, vix: Column, years: Column, sign: Column, delta: Column,
    out: F64, p: F64,
) -> None:  # fmt: skip
    forwards = np.broadcast_to(forward, out.shape)
    sds = np.broadcast_to(sd, out.shape)
    vixes = np.broadcast_to(vix, out.shape)
    times = np.broadcast_to(years, out.shape)
    signs = np.broadcast_to(sign, out.shape)
    deltas = np.broadcast_to(delta, out.shape)
    for i in range(out.size):
        out[i] = _strike_at_delta(
            forwards[i], sds[i], vixes[i], times[i], signs[i], deltas[i], p
        )  # fmt: skip


@kernel
def _interpolated(x: float, knots: F64) -> float:
    """Linear between the rows (x, y) of a table, flat beyond its ends; 1 for an empty one."""
    n = knots.shape[0]
    y: float = knots[0, 1] if n > 0 else 1.0
    for i in range(1, n):
        gone = _clamped((x - knots[i - 1, 0]) / (knots[i, 0] - knots[i - 1, 0]), 0.0, 1.0)
        y += gone * (knots[i, 1] - knots[i - 1, 1])
    return y


@kernel
def _shock_into(
    sd: Column, k: Column, dte: Column, years: Column, term: F64, wing: float, out: F64
) -> None:
    sds = np.broadcast_to(sd, out.shape)
    ks = np.broadcast_to(k, out.shape)
    dtes = np.broadcast_to(dte, out.shape)
    times = np.broadcast_to(years, out.shape)
    for i in range(out.size):
        scaled = sds[i] * _interpolated(dtes[i], term)
        if scaled > 0.0 and times[i] > 0.0:
            d1 = 0.5 * scaled - ks[i] / scaled
            scaled += wing * sqrt(times[i]) * _clamped(d1 / _FIVE_DELTA, 0.0, 1.0)
        out[i] = scaled


def atm_sd(vix: float, years: float, surface: VolSvi = CHAIN_WEIGHTED) -> float:
    """At-the-money total standard deviation to an expiry ``years`` of variance time away.

    >>> round(atm_sd(20.0, 30 / 365) / (30 / 365) ** 0.5, 5)
    0.1734

    Returns
    -------
    float
        0 at and after expiry; NaN where the model has no variance left (below VIX 6).
    """
    return _atm_sd(vix, years, surface.column)


def atm_sd_into(
    vix: Column,
    years: Column,
    today: Flags,
    share: float,
    out: F64,
    surface: VolSvi = CHAIN_WEIGHTED,
) -> None:
    """At-the-money total standard deviation of every leg.

    A leg with ``today`` true (settles at today's close, and the session has opened) takes the
    measured ``share`` of a VIX day (``variance.share_to_close``) in place of the surface, which
    knows no hours. No later expiry may stand below that: where the surface alone would, it is
    lifted to it.

    Parameters
    ----------
    vix, years, today
        VIX as an index number, variance years to expiry, true for a leg that settles today at the close.
    share
        One standard deviation from now to the close over ``vix / 100 / sqrt(252)``; 0 when no session
        is on.
    out
        Filled; shape (legs,).
    """
    _atm_sd_into(vix, years, today, share, out, surface.column)


def smile_into(
    k: Column, sd: Column, vix: Column, years: Column, out: F64, surface: VolSvi = CHAIN_WEIGHTED
) -> None:
    """Total standard deviation at each strike from the one at the money.

    Parameters
    ----------
    k
        ``ln(strike / forward)``.
    sd
        At-the-money total standard deviation, as ``atm_sd_into`` makes it.
    vix, years
        Pick the shape; clamped to VIX 11 to 32 and 1 day to 1.2 years.
    out
        Filled; shape (legs,). Divide by ``sqrt(years)`` for a volatility.
    """
    _smile_into(k, sd, vix, years, out, surface.column)


def deviations_into(
    vix: float,
    left: F64,
    today: Flags,
    share: float,
    k: F64,
    years: F64,
    sd: F64,
    vol: F64,
    surface: VolSvi = CHAIN_WEIGHTED,
) -> None:
    """``atm_sd_into`` and ``smile_into`` in one call, for columns, and the volatility that is.

    Parameters
    ----------
    left, years
        Variance years and calendar years to expiry.
    sd, vol
        Filled: total standard deviation at each strike, and that over ``sqrt(years)``.
    """
    _deviations_into(vix, left, today, share, k, years, sd, vol, surface.column)


def strike_at_delta(
    forward: float,
    sd: float,
    vix: float,
    years: float,
    sign: float,
    delta: float,
    surface: VolSvi = CHAIN_WEIGHTED,
) -> float:
    """The strike, not rounded to the list, whose forward delta on the smile is ``delta``.

    ``|N(sign * d1)| = delta``, undiscounted, with the smile's volatility at that strike and no term
    for its slope (the delta a broker's screen shows). The root nearest the money is taken.

    >>> put = strike_at_delta(6000.0, atm_sd(16.0, 45 / 365), 16.0, 45 / 365, -1.0, 0.16)
    >>> round(log(put / 6000.0), 5)
    -0.06347

    Parameters
    ----------
    forward
        In points.
    sd
        At-the-money total standard deviation.
    sign
        +1 call, -1 put.
    delta
        Absolute, between 0 and 1.

    Returns
    -------
    float
        In points; NaN if no strike has that delta, or there is no time left.
    """
    return _strike_at_delta(forward, sd, vix, years, sign, delta, surface.column)


def strikes_at_delta_into(
    forward: Column,
    sd: Column,
    vix: Column,
    years: Column,
    sign: Column,
    delta: Column,
    out: F64,
    surface: VolSvi = CHAIN_WEIGHTED,
) -> None:
    """``strike_at_delta`` for many at once; ``out`` has shape (legs,)."""
    _strikes_at_delta_into(forward, sd, vix, years, sign, delta, out, surface.column)


def shock_into(sd: Column, k: Column, dte: Column, years: Column, shock: Shock, out: F64) -> None:
    """Total standard deviations in a shocked world.

    First the factor of ``shock.vol``, linear in days to expiry and flat beyond its ends. Then
    ``shock.wing`` as volatility: in full at the 5-delta put and beyond, in proportion to standard
    deviations nearer the money, nothing from the money up. It is a function of the strike and not
    of the right, so that a put and a call of one strike keep one volatility and parity holds.

    Parameters
    ----------
    sd
        Total standard deviation at the strike before the shock.
    k
        ``ln(strike / forward)`` with the forward already shocked.
    dte
        Calendar days to expiry.
    years
        The years by which the caller turns a standard deviation into a volatility.
    out
        Filled; shape (legs,).
    """
    term = np.array(shock.vol, dtype=np.float64).reshape(-1, 2)
    _shock_into(sd, k, dte, years, term, shock.wing, out)
