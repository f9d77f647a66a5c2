"""Second-order Greeks of European options: vanna, charm and vomma, how the hedge itself moves.

Every function takes the columns of its twin in :mod:`tomking.pricing.black` and answers an array of
shape (3, n) with rows ``VANNA, CHARM, VOMMA``.

=========  =====================================================================================
row        unit
=========  =====================================================================================
VANNA      delta per 0.01 of volatility
CHARM      delta per calendar day that passes (365 a year)
VOMMA      vega, itself per 0.01 of volatility, per 0.01 of volatility
=========  =====================================================================================

A row answers NaN where :mod:`tomking.pricing.black` does. At ``vol · sqrt(years) == 0`` vanna and vomma
are 0, and charm is 0 at expiry and the carry of delta before it.

References
----------
.. [1] Haug, *The Complete Guide to Option Pricing Formulas*, chapter 2.
.. [2] Hull, *Options, Futures, and Other Derivatives*, chapter 19.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from tomking.pricing.black import DELTA, black76, bsm
from tomking.pricing.kernel import F64, kernel, part, stretch

VANNA, CHARM, VOMMA = range(3)

# Highest power first, as Horner's rule reads them.
EXP_COEFFICIENTS = np.array([
    2.5114870219497476e-08, 2.7632640675430235e-07, 2.755722495611072e-06, 2.480148547921643e-05,
    0.00019841269909219843, 0.0013888888952318045, 0.008333333333309526, 0.04166666666648808,
    0.16666666666666702, 0.5000000000000019, 1.0, 1.0,
])  # fmt: skip
LOG_COEFFICIENTS = np.array([
    0.14617093237558204, 0.15331664799306263, 0.1818289100504977, 0.2222221110612709,
    0.28571428626173057, 0.39999999999899005, 0.666666666666667,
])  # fmt: skip

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.6931471805598903  # its low bits are zero, so a small integer times it is exact
_LN2_LOW = 5.497923018708371e-14
_ROUNDING = 6755399441055744.0  # 1.5 · 2**52: adding it leaves the nearest integer in the low bits
_TWO_52 = 4503599627370496.0
_TWO_52_BITS = np.uint64(0x4330000000000000)
_HALF_OCTAVE = np.uint64(0x0095F619980C433)  # bits of 1.0 less bits of sqrt(1/2)
_INVERSE_ROOT_TWO_PI = 0.3989422804014327
_ALIVE_MIN = 1e-100  # a total volatility at or below this is none


@part
def _exp(x: float) -> float:
    """Exponential to 1 ulp; 0 below −708, capped above 709, and a NaN is for the caller to guard."""
    bounded = min(max(x, -708.0), 709.0)
    shifted = bounded * _LOG2_E + _ROUNDING
    k = shifted - _ROUNDING
    r = (bounded - k * _LN2_HIGH) - k * _LN2_LOW
    y: float = EXP_COEFFICIENTS[0]
    for j in range(1, 12):
        y = y * r + EXP_COEFFICIENTS[j]
    power: float = np.int64((np.float64(shifted).view(np.int64) + 1023) << 52).view(np.float64)
    return y * power if x >= -708.0 else 0.0


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


@kernel
def second_into(
    spot: F64, strike: F64, years: F64, vol: F64, rate: F64, yields: F64, delta: F64, out: F64
) -> None:
    """Second-order Greeks without a safety net: C-contiguous float64 columns of one length n, out
    (3, n).

    ``delta`` is the row of :func:`tomking.pricing.black.bsm`. Releases the interpreter lock.
    """
    for i in range(spot.shape[0]):
        s, k, t, v, r, q = spot[i], strike[i], years[i], vol[i], rate[i], yields[i]
        root = math.sqrt(t)
        total = v * root
        alive = total > _ALIVE_MIN
        sd = total if alive else 1.0
        lean = (_log_ratio(s, k) + (r - q) * t) / sd
        first, second = lean + 0.5 * sd, lean - 0.5 * sd
        bell = _exp(-q * t - 0.5 * first * first) * _INVERSE_ROOT_TWO_PI
        density = bell if alive else 0.0
        vol_or_one, time_or_one = v if alive else 1.0, t if alive else 1.0
        turn = (r - q) / sd - 0.5 * second / time_or_one
        poison = 0.0 * delta[i]
        carry = q * delta[i] if t > 0.0 else 0.0
        out[0, i] = -0.01 * density * second / vol_or_one + poison
        out[1, i] = (carry - (density * turn if density > 0.0 else 0.0)) / 365.0 + poison
        out[2, i] = 1e-4 * s * density * root * first * second / vol_or_one + poison


def black76_second(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
) -> F64:
    """Vanna, charm and vomma of European options on a forward.

    Parameters
    ----------
    forward, strike, years, vol, sign, rate
        As in :func:`tomking.pricing.black.black76`.

    Returns
    -------
    ndarray, (3, n)
        Rows VANNA, CHARM, VOMMA in the units of this module; NaN where an argument has no answer.

    Raises
    ------
    PricingError
        When the lengths differ.

    Examples
    --------
    Haug, chapter 2: F = 90, K = 130, nine months, 5 %, 28 %; vega moves by 92.3444 per 1.00.

    >>> round(1e4 * float(black76_second(90, 130, 0.75, 0.28, -1, 0.05)[VOMMA, 0]), 4)
    92.3444
    """
    f, k, t, v, c, r = stretch((forward, strike, years, vol, sign, rate))
    out = np.empty((3, f.size))
    second_into(f, k, t, v, r, r, black76(f, k, t, v, c, r)[DELTA], out)
    return out


def bsm_second(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
) -> F64:
    """Vanna, charm and vomma of European options on a spot that pays a continuous yield.

    Parameters
    ----------
    spot, strike, years, vol, sign, rate, dividend_yield
        As in :func:`tomking.pricing.black.bsm`.

    Returns
    -------
    ndarray, (3, n)
        As in :func:`black76_second`.

    Raises
    ------
    PricingError
        When the lengths differ.

    Examples
    --------
    Haug, chapter 2: a put, S = 105 with the carry of a future, K = 90, three months, 14 %, 24 %,
    whose delta moves by 0.3700 over a year at this pace.

    >>> round(365 * float(bsm_second(105, 90, 0.25, 0.24, -1, 0.14, 0.14)[CHARM, 0]), 4)
    0.37
    """
    s, k, t, v, c, r, q = stretch((spot, strike, years, vol, sign, rate, dividend_yield))
    out = np.empty((3, s.size))
    second_into(s, k, t, v, r, q, bsm(s, k, t, v, c, r, q)[DELTA], out)
    return out
