"""American prices of many options at many spots, for a table of scenarios.

A boundary does not depend on the spot, so it is solved once an option, and all that a point of the
premium needs but the chances is worked out once for all spots. Options, not spots, go through the loops
together: there are more of them, and what they need lies side by side.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from tomking.pricing.american import american_price, boundary
from tomking.pricing.black import price_into
from tomking.pricing.collocation import DEFAULT, Tier, premium_tables
from tomking.pricing.kernel import F64, kernel, loop, part, stretch

LOG_COEFFICIENTS = np.array([
    0.14617093237558204, 0.15331664799306263, 0.1818289100504977, 0.2222221110612709,
    0.28571428626173057, 0.39999999999899005, 0.666666666666667,
])  # fmt: skip
DECAY_COEFFICIENTS = np.array([
    0.00019915869191389535, 0.0013948580818093912, 0.008333266093189582, 0.04166621827440191,
    0.16666666891074364, 0.5000000107749384, 0.9999999999797808, 0.9999999999595482,
])  # fmt: skip
TAIL_COEFFICIENTS = np.array([
    -7.981697582535182e-06, -5.792008862282183e-07, 7.903838441835965e-05,
    -2.6015771839156885e-06, -0.0005727889693374022, 0.0003330645561001305,
    0.004085306978960193, -0.00872193908709802, -0.018899929446759244, 0.15139170870372742,
    -0.46754101038904944, 0.9704095579785718, -1.523770909568052, 1.8932190632784764,
])  # fmt: skip

NEVER = -1e6
TOTAL_MIN = 1e-6

_LOG2_E = 1.4426950408889634
_LN2 = 0.6931471805599453
_LN2_HIGH = 0.6931471805598903
_LN2_LOW = 5.497923018708371e-14
_ROUNDING = 6755399441055744.0
_TWO_52 = 4503599627370496.0
_TWO_52_BITS = np.uint64(0x4330000000000000)
_HALF_OCTAVE = np.uint64(0x0095F619980C433)
_INVERSE_ROOT_TWO_PI = 0.3989422804014327

LANES = 128  # options that go through the loops together

# Rows of the work table: an option, and one point of its premium.
_YEARS, _SD, _SIGN, _RATE, _YIELD, _TOP, _DEPTH = range(7)
_SHIFT, _PER_SD, _SPREAD, _HELD, _OWED = range(5)


@part
def _log_ratio(a: float, b: float) -> float:
    """``ln(a / b)`` of positive normal numbers, exact to the last bits even when a is close to b.

    a is scaled by a power of two into [b / sqrt 2, b sqrt 2], where ``a − b`` has no rounding.
    """
    exponent = (np.float64(a / b).view(np.uint64) + _HALF_OCTAVE) >> np.uint64(52)
    scale = np.uint64((np.uint64(2046) - exponent) << np.uint64(52)).view(np.float64)
    k = np.uint64(exponent | _TWO_52_BITS).view(np.float64) - (_TWO_52 + 1023.0)
    m = a * scale
    s = (m - b) / (m + b)
    z = s * s
    y: float = LOG_COEFFICIENTS[0]
    for j in range(1, 7):
        y = y * z + LOG_COEFFICIENTS[j]
    return k * _LN2_HIGH + (2.0 * s + (s * z * y + k * _LN2_LOW))


@part
def _decay(x: float) -> float:
    """Exponential to 1e-10 for x below 709; 3e-261 below −600, since denormal numbers are slow."""
    bounded = max(x, -600.0)
    shifted = bounded * _LOG2_E + _ROUNDING
    r = bounded - (shifted - _ROUNDING) * _LN2
    y: float = DECAY_COEFFICIENTS[0]
    for j in range(1, 8):
        y = y * r + DECAY_COEFFICIENTS[j]
    power: float = np.int64((np.float64(shifted).view(np.int64) + 1023) << 52).view(np.float64)
    return y * power


@part
def _chance(d: float, density: float) -> float:
    """N(d) to 1e-10, given φ(d)."""
    v = 1.0 / (abs(d) + 4.0)
    u = 1.0 - 8.0 * v
    p: float = TAIL_COEFFICIENTS[0]
    for j in range(1, 14):
        p = p * u + TAIL_COEFFICIENTS[j]
    tail = density * v * p
    return tail if d < 0.0 else 1.0 - tail


@loop
def _load(cases: F64, edge: F64, start: int, width: int, lane: F64) -> None:
    """Fill the lanes; to a row without volatility, boundary or answer exercise adds nothing."""
    top = edge.shape[0] - 1
    for x in range(width):
        i = start + x
        t, v, c, r, q = cases[1, i], cases[2, i], cases[3, i], cases[4, i], cases[5, i]
        sd = v * math.sqrt(t)
        good = (sd > TOTAL_MIN) & (sd < np.inf) & (edge[top, i] <= 0.0) & (edge[top, i] > NEVER)
        lane[_YEARS, x] = t if good else 0.0
        lane[_SD, x] = sd if good else 1.0
        lane[_SIGN, x] = c if good else 1.0
        lane[_RATE, x] = r if good else 0.0
        lane[_YIELD, x] = q if good else 0.0
        lane[_TOP, x] = edge[top, i] if good else NEVER


@loop
def _prepare(
    edge: F64, start: int, width: int, lane: F64, sine: float, weight: float, row: F64, point: F64
) -> None:  # fmt: skip
    """What one point of the premium needs at every spot; ``row`` is the matrix's for it."""
    for x in range(width):
        lane[_DEPTH, x] = 0.0
    for i in range(row.shape[0]):
        for x in range(width):
            lane[_DEPTH, x] += row[i] * edge[i, start + x]
    squared = sine * sine
    for x in range(width):
        t, c, r, q = lane[_YEARS, x], lane[_SIGN, x], lane[_RATE, x], lane[_YIELD, x]
        level = lane[_TOP, x] - math.sqrt(max(lane[_DEPTH, x], 0.0))
        point[_SHIFT, x] = c * level + (r - q) * t * squared
        point[_PER_SD, x] = 1.0 / (lane[_SD, x] * sine)
        point[_SPREAD, x] = 0.5 * lane[_SD, x] * sine
        point[_HELD, x] = c * weight * sine * q * t * _decay(-q * t * squared)
        point[_OWED, x] = c * weight * sine * r * t * _decay(-r * t * squared)


@loop
def _add_premium(width: int, lane: F64, point: F64, far: F64, ratio: F64, gain: F64) -> None:
    """One point of the premium at one spot, per point of the strike."""
    for x in range(width):
        c, half = lane[_SIGN, x], point[_SPREAD, x]
        middle = (far[x] + point[_SHIFT, x]) * point[_PER_SD, x]
        plus, minus = middle + half, middle - half
        held_chance = _chance(c * plus, _decay(-0.5 * plus * plus) * _INVERSE_ROOT_TWO_PI)
        owed_chance = _chance(c * minus, _decay(-0.5 * minus * minus) * _INVERSE_ROOT_TWO_PI)
        gain[x] += ratio[x] * point[_HELD, x] * held_chance - point[_OWED, x] * owed_chance


@kernel
def grid_into(
    spots: F64, cases: F64, edge: F64, sines: F64, weights: F64, matrix: F64, out: F64
) -> None:  # fmt: skip
    """Turn European prices out (m, n) into American ones, without a safety net.

    ``spots`` (m,); ``cases`` (6, n) has rows strike, years, vol, sign, rate, yield; ``edge`` is what
    :func:`tomking.pricing.american.boundary` answered for them. A row without volatility keeps its
    price. Releases the interpreter lock.
    """
    lane, points = np.empty((7, LANES)), np.empty((sines.shape[0], 5, LANES))
    far, ratio, gain = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    for start in range(0, cases.shape[1], LANES):
        width = min(LANES, cases.shape[1] - start)
        _load(cases, edge, start, width, lane)
        for j in range(sines.shape[0]):
            _prepare(edge, start, width, lane, sines[j], weights[j], matrix[j], points[j])
        for m in range(spots.shape[0]):
            for x in range(width):
                far[x] = _log_ratio(spots[m], cases[0, start + x])
                ratio[x] = spots[m] / cases[0, start + x]
                gain[x] = 0.0
            for j in range(sines.shape[0]):
                _add_premium(width, lane, points[j], far, ratio, gain)
            for x in range(width):
                i = start + x
                k, c = cases[0, i], lane[_SIGN, x]
                price, inside = out[m, i] + max(gain[x], 0.0) * k, c * (spots[m] - k)
                beyond = c * far[x] + lane[_TOP, x] - math.sqrt(edge[0, i]) >= 0.0
                exercised = (beyond & (out[m, i] <= inside)) | (price < inside)
                out[m, i] = inside if exercised & (lane[_TOP, x] > NEVER) else price


def american_grid(
    spots: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    tier: Tier = DEFAULT,
) -> F64:
    """Prices of every option at every spot.

    Parameters
    ----------
    spots : array_like, (m,)
        Points.
    strike, years, vol, sign, rate, dividend_yield, tier
        As in :func:`tomking.pricing.american.american`, (n,) or numbers: legs, volatilities and times
        flattened.

    Returns
    -------
    ndarray, (m, n)
        Points, a row a spot; NaN where an argument has no answer.

    Raises
    ------
    PricingError
        As in :func:`tomking.pricing.american.american`.

    Examples
    --------
    >>> american_grid([60, 100, 140], 100, 0.5, [0.2, 0.4], -1, 0.05, 0.0).round(2).tolist()
    [[40.0, 40.0], [4.66, 10.14], [0.03, 1.59]]
    """
    (levels,) = stretch((spots,))
    k, t, v, c, r, q = stretch((strike, years, vol, sign, rate, dividend_yield))
    edge = boundary(t, v, c, r, q, tier)
    prices = _european(levels, k, t, v, c, r, q)
    prices[:, np.isnan(edge[-1])] = np.nan
    sines, weights, matrix = premium_tables(tier)
    grid_into(levels, np.array([k, t, v, c, r, q]), edge, sines, weights, matrix, prices)
    known = v * np.sqrt(np.abs(t)) <= TOTAL_MIN
    for i in np.flatnonzero(known):
        prices[:, i] = american_price(levels, k[i], t[i], v[i], c[i], r[i], q[i], tier)
    return prices


def _european(spots: F64, k: F64, t: F64, v: F64, c: F64, r: F64, q: F64) -> F64:
    """European prices (m, n)."""
    shape = spots.size, k.size
    with np.errstate(over="ignore", invalid="ignore"):
        forward = (spots[:, None] * np.exp((r - q) * t)).ravel()
    strike, years, vol, sign, rate = (np.tile(x, spots.size) for x in (k, t, v, c, r))
    prices = np.empty(forward.size)
    price_into(forward, strike, years, vol, sign, rate, prices)
    return prices.reshape(shape)
