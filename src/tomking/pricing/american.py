"""American options: what early exercise adds to Black-Scholes-Merton, and the same Greeks.

Rows, units and signs are those of :mod:`tomking.pricing.black`. The price is the European one plus
the premium for early exercise, an integral over the boundary of :mod:`tomking.pricing.exercise`: what
exercise earns less what it pays, over the times and the spots at which one would have exercised.
Delta and gamma come from the same points, since the boundary does not move with the spot; theta is
what the Black-Scholes equation leaves; vega and rho are differences of prices whose boundaries were
solved again. At and beyond the boundary the option is exercised: its price is the intrinsic value,
its delta the sign, its other Greeks nought.

Error of the price in dollars per $100 of the greater of spot and strike, over 10,000 options of 1 day
to 2 years, 10–60 % volatility, rates of 1–5.5 %, yields of 0–7 %:

=============  ============  ============  ==================================================
tier           99 of 100     worst         for
=============  ============  ============  ==================================================
``FAST``
``DEFAULT``
``EXACT``
=============  ============  ============  ==================================================

Without volatility the future is known, and the option is worth what exercise at the best time brings.
NaN is answered as by :func:`tomking.pricing.black.bsm`, and where exercise has two boundaries.

References
----------
.. [1] Kim (1990), "The analytic valuation of American options", Review of Financial Studies 3.
.. [2] Andersen, Lake, Offengenden (2016), "High-performance American option pricing", J. Computational
   Finance 20.
.. [3] McDonald, Schroder (1998), "A parity result for American options", J. Computational Finance 1:
   a call is a put with spot and strike, rate and yield exchanged.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from tomking.pricing.black import PRICE, RHO, VEGA, bsm_into
from tomking.pricing.collocation import DEFAULT, Tier, premium_tables
from tomking.pricing.exercise import boundary
from tomking.pricing.kernel import F64, kernel, part, stretch

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

TOTAL_MIN = 1e-6
LANES = 256

_LOG2_E = 1.4426950408889634
_LN2 = 0.6931471805599453
_LN2_HIGH = 0.6931471805598903
_LN2_LOW = 5.497923018708371e-14
_ROUNDING = 6755399441055744.0
_TWO_52 = 4503599627370496.0
_TWO_52_BITS = np.uint64(0x4330000000000000)
_HALF_OCTAVE = np.uint64(0x0095F619980C433)
_INVERSE_ROOT_TWO_PI = 0.3989422804014327
_VOL_STEP = 2e-3  # of the volatility: half the difference that vega is read from
_RATE_STEP = 1e-4

# Rows of the work table.
_FAR, _SD, _PER_SD, _YIELD, _RATE, _OWED, _SIGN, _TOP, _DEPTH, _PRICE, _DELTA, _GAMMA = range(12)


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
    """Exponential to 1e-10 for x below 709; nothing, 3e-308, at −708 and below."""
    bounded = max(x, -708.0)
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


@kernel
def _interpolate(matrix: F64, row: int, values: F64, width: int, into: F64) -> None:
    """One row of the matrix times the values of every lane."""
    for x in range(width):
        into[x] = 0.0
    for j in range(0, matrix.shape[1], 3):
        a, b, c = matrix[row, j], matrix[row, j + 1], matrix[row, j + 2]
        for x in range(width):
            into[x] += a * values[j, x] + b * values[j + 1, x] + c * values[j + 2, x]


@kernel
def _add_premium(lane: F64, width: int, sine: float, weight: float) -> None:
    """One point of the premium, per point of the spot, and of its first two slopes."""
    squared, per_sine = sine * sine, 1.0 / sine
    for x in range(width):
        sign, sd = lane[_SIGN, x], lane[_SD, x]
        paid, earned = lane[_YIELD, x] * squared, lane[_RATE, x] * squared
        per_sd = lane[_PER_SD, x] * per_sine
        edge = lane[_TOP, x] - math.sqrt(max(lane[_DEPTH, x], 0.0))
        plus = (lane[_FAR, x] + sign * edge + earned - paid) * per_sd + 0.5 * sine * sd
        minus = plus - sine * sd
        plus_density = _decay(-0.5 * plus * plus) * _INVERSE_ROOT_TWO_PI
        minus_density = _decay(-0.5 * minus * minus) * _INVERSE_ROOT_TWO_PI
        held = _decay(-paid) * lane[_YIELD, x]
        owed = _decay(-earned) * lane[_RATE, x] * lane[_OWED, x]
        held_chance = held * _chance(sign * plus, plus_density)
        held_density, owed_density = held * plus_density, owed * minus_density
        slope = (held_density - owed_density) * per_sd
        flow = sign * (held_chance - owed * _chance(sign * minus, minus_density))
        lane[_PRICE, x] += weight * sine * flow
        lane[_DELTA, x] += weight * sine * (sign * held_chance + slope)
        lane[_GAMMA, x] += weight * sine * per_sd * (held_density - plus * slope)


@kernel
def _load(
    spot: F64, strike: F64, years: F64, vol: F64, sign: F64, rate: F64, yields: F64,
    edge: F64, lane: F64,
) -> None:  # fmt: skip
    """Fill the lanes; a row without volatility or without an answer is replaced by one that has."""
    top = edge.shape[0] - 1
    for x in range(spot.shape[0]):
        s, k, t, v, r, q = spot[x], strike[x], years[x], vol[x], rate[x], yields[x]
        sd = v * math.sqrt(t)
        good = (sd > TOTAL_MIN) & (sd < np.inf) & (s > 1e-100) & (s < 1e100)
        good &= (k > 1e-100) & (k < 1e100) & ((abs(r) + abs(q)) * t < 700.0)
        good &= edge[top, x] <= 0.0
        lane[_FAR, x] = _log_ratio(s, k) if good else 0.0
        lane[_SD, x] = sd if good else 1.0
        lane[_PER_SD, x] = 1.0 / sd if good else 1.0
        lane[_YIELD, x] = q * t if good else 0.0
        lane[_RATE, x] = r * t if good else 0.0
        lane[_OWED, x] = k / s if good else 1.0
        lane[_SIGN, x] = sign[x] if good else 1.0
        lane[_TOP, x] = edge[top, x] if good else -1.0
        lane[_PRICE, x] = 0.0
        lane[_DELTA, x] = 0.0
        lane[_GAMMA, x] = 0.0


@kernel
def _finish(
    spot: F64, strike: F64, vol: F64, sign: F64, rate: F64, yields: F64,
    edge: F64, lane: F64, out: F64,
) -> None:  # fmt: skip
    """Add the premium to the European figures, or say what an exercised option is worth."""
    top = edge.shape[0] - 1
    for x in range(spot.shape[0]):
        s, v, c, r, q = spot[x], vol[x], sign[x], rate[x], yields[x]
        price = out[0, x] + max(lane[_PRICE, x], 0.0) * s + 0.0 * edge[top, x]
        delta = out[1, x] + lane[_DELTA, x]
        gamma = out[2, x] + lane[_GAMMA, x] / s
        theta = (r * price - (r - q) * s * delta - 0.5 * v * v * s * s * gamma) / 365.0
        inside = c * (s - strike[x])
        beyond = c * lane[_FAR, x] + lane[_TOP, x] - math.sqrt(edge[0, x]) >= 0.0
        exercised = beyond | (price < inside)
        out[0, x] = inside if exercised else price
        out[1, x] = c if exercised else delta
        out[2, x] = 0.0 if exercised else gamma
        out[3, x] = 0.0 if exercised else theta


@kernel
def premium_into(
    spot: F64, strike: F64, years: F64, vol: F64, sign: F64, rate: F64, yields: F64,
    edge: F64, sines: F64, weights: F64, matrix: F64, out: F64,
) -> None:  # fmt: skip
    """Turn European figures into American ones, but for vega and rho, without a safety net.

    C-contiguous float64 columns of one length n; ``edge`` is what
    :func:`tomking.pricing.exercise.boundary` answered for them, the tables are those of its tier, out
    (6, n) holds what :func:`tomking.pricing.black.bsm` answered. A row without volatility keeps that.
    Releases the interpreter lock.
    """
    lane = np.empty((12, LANES))
    for start in range(0, spot.shape[0], LANES):
        width = min(LANES, spot.shape[0] - start)
        b = slice(start, start + width)
        s, k, v, c, r, q = spot[b], strike[b], vol[b], sign[b], rate[b], yields[b]
        _load(s, k, years[b], v, c, r, q, edge[:, b], lane)
        for j in range(sines.shape[0]):
            _interpolate(matrix, j, edge[:, b], width, lane[_DEPTH])
            _add_premium(lane, width, sines[j], weights[j])
        _finish(s, k, v, c, r, q, edge[:, b], lane, out[:, b])


def american_price(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    tier: Tier = DEFAULT,
) -> F64:
    """Price alone, at a fifth of the work.

    Parameters
    ----------
    spot, strike, years, vol, sign, rate, dividend_yield, tier
        As in :func:`american`.

    Returns
    -------
    ndarray, (n,)
        Points; NaN where an argument has no answer.

    Raises
    ------
    PricingError
        When the lengths differ.

    Examples
    --------
    Hull, chapter 21: a five-month put, S = K = 50, 10 %, 40 %; 4.278 by a tree made fine.

    >>> round(float(american_price(50, 50, 5 / 12, 0.4, -1, 0.1, 0)[0]), 3)
    4.284
    """
    columns = stretch((spot, strike, years, vol, sign, rate, dividend_yield))
    return figures(columns, tier)[PRICE].copy()


def american(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    tier: Tier = DEFAULT,
) -> F64:
    """Price and Greeks of American options on a spot that pays a continuous yield.

    Parameters
    ----------
    spot, strike : array_like, (n,) or a number
        Points, within (1e-100, 1e100).
    years : array_like
        Time to expiry, calendar days / 365, not negative.
    vol : array_like
        Annual log-normal volatility, a fraction, not negative.
    sign : array_like
        +1 call, −1 put.
    rate, dividend_yield : array_like
        Continuously compounded, fractions a year.
    tier : Tier
        ``FAST``, ``DEFAULT`` or ``EXACT``.

    Returns
    -------
    ndarray, (6, n)
        Rows PRICE, DELTA, GAMMA, THETA, VEGA, RHO in the units of :mod:`tomking.pricing.black`; NaN
        where an argument has no answer.

    Raises
    ------
    PricingError
        When the lengths differ.

    Examples
    --------
    A put so deep in the money that it is exercised at once.

    >>> american(60, 100, 0.5, 0.2, -1, 0.05, 0)[:, 0].tolist()
    [40.0, -1.0, 0.0, 0.0, 0.0, 0.0]
    """
    columns = stretch((spot, strike, years, vol, sign, rate, dividend_yield))
    return _with_slopes(columns, tier, forward=False)


def american76(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    tier: Tier = DEFAULT,
) -> F64:
    """Price and Greeks of American options on a future, whose yield is the rate.

    Parameters
    ----------
    forward : array_like, (n,) or a number
        Points; delta and gamma are with respect to it, and rho holds it.
    strike, years, vol, sign, rate, tier
        As in :func:`american`.

    Returns
    -------
    ndarray, (6, n)
        As in :func:`american`.

    Raises
    ------
    PricingError
        When the lengths differ.

    Examples
    --------
    Hull, chapter 18: early exercise of options on a future is worth something, of calls too.

    >>> call, put = american76(100, 100, 1.0, 0.2, [1, -1], 0.05)[PRICE]
    >>> round(float(call), 3), round(float(put), 3)
    (0, 0)
    """
    columns = stretch((forward, strike, years, vol, sign, rate, rate))
    return _with_slopes(columns, tier, forward=True)


def figures(columns: list[F64], tier: Tier) -> F64:
    """Rows PRICE, DELTA, GAMMA, THETA of American options; VEGA and RHO are still European."""
    spot, _, years, vol, sign, rate, yields = columns
    out = np.empty((6, spot.size))
    bsm_into(*columns, out)
    edge = boundary(years, vol, sign, rate, yields, tier)
    premium_into(*columns, edge, *premium_tables(tier), out)
    still = ~(vol * np.sqrt(np.abs(years)) > TOTAL_MIN) & (years > 0.0)
    if still.any():
        out[:, still] = _certain([c[still] for c in columns], out[:, still])
    return out


def _certain(columns: list[F64], out: F64) -> F64:
    """The same without volatility: exercise now, at expiry, or where the gain is greatest between."""
    s, k, t, _, c, r, q = columns
    with np.errstate(all="ignore"):
        between = np.log(r * k / (q * s)) / (r - q)
    times = np.stack([0.0 * t, np.clip(np.nan_to_num(between), 0.0, t)])
    held, owed = s * np.exp(-q * times), k * np.exp(-r * times)
    gains = c * (held - owed)
    best, all_ = gains.argmax(axis=0), np.arange(s.size)
    zero = 0.0 * s
    when = times[best, all_]
    early = [gains[best, all_], c * np.exp(-q * when), zero, zero, zero]
    rho = 0.01 * c * when * owed[best, all_]
    return np.where(gains.max(axis=0) > out[PRICE], np.stack([*early, rho]), out)


def _with_slopes(columns: list[F64], tier: Tier, forward: bool) -> F64:
    """All six rows; on a future the yield moves with the rate."""
    spot, strike, years, vol, sign, rate, yields = columns
    out = figures(columns, tier)
    moving = vol * np.sqrt(np.abs(years)) > TOTAL_MIN

    def slope(dvol: F64 | float, drate: float) -> F64:
        """Half the difference of the prices on both sides."""
        dyield = drate if forward else 0.0
        sides = [
            figures(
                [spot, strike, years, vol + i * dvol, sign, rate + i * drate, yields + i * dyield],
                tier,
            )[PRICE]
            for i in (1, -1)
        ]
        return 0.5 * (sides[0] - sides[1])

    step = _VOL_STEP * vol
    out[VEGA, moving] = (0.01 * slope(step, 0.0))[moving] / step[moving]
    out[RHO, moving] = (0.01 * slope(0.0, _RATE_STEP))[moving] / _RATE_STEP
    return out
