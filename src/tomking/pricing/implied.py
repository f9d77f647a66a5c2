"""Implied volatility of a column of European prices, Black-76 turned around.

Notes
-----
The price is undiscounted and moved to the out-of-the-money side by parity. With total volatility s,
``h = |ln(F/K)| / s``, ``t = s / 2`` and Mills ratio R, the relative price b = price / sqrt(F K) obeys
``ln b = −(h² + t²)/2 − ln sqrt(2π) + ln(R(h − t) − R(h + t))`` and ``d ln b / ds`` is one over the last
bracket, so neither an exponential nor a cancelling difference is needed. The first guess inverts the
normal (Bachelier) price in ln(F/K), by a rational fit good to 0.1 %; two Householder steps of third
order on ln b follow. The few rows that have not settled by then (total volatility above about 1) go
through a bracketed search; above 45 % of the greatest price there is, it works on the distance to
that bound instead. Accurate in the tails to prices of 1e-190 of the forward.

References
----------
.. [1] Jäckel (2015), "Let's Be Rational", Wilmott; (2017), "Implied Normal Volatility", Wilmott.
.. [2] Hull, *Options, Futures, and Other Derivatives*, chapter 15.11.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from tomking.pricing.kernel import F64, kernel, part, stretch

LOG_COEFFICIENTS = np.array([
    0.14617093237558204, 0.15331664799306263, 0.1818289100504977, 0.2222221110612709,
    0.28571428626173057, 0.39999999999899005, 0.666666666666667,
])  # fmt: skip
MILLS_COEFFICIENTS = np.array([
    3.616380073673359e-09, 2.4483708200904276e-09, -4.2228567690256014e-08,
    -3.029133133035836e-08, 2.8392964407430825e-07, 2.0184195678307147e-07,
    -1.6047932781694678e-06, -8.857667623936246e-07, 9.0236016323523e-06,
    1.0204738616827235e-06, -5.2035514043178465e-05, 3.6816669699128063e-05,
    0.00027811908054276745, -0.0006034848189695695, -0.0008512434531984701,
    0.005908319528178514, -0.008182485720589161, -0.021832097179341016,
    0.1469714418282709, -0.44928390880594055, 0.9819817195348837, -1.7079824834759718,
    2.472267594992111, -3.046349994442861, 3.2336849252498414, -2.972523005440125,
    2.3665238291356068,
])  # fmt: skip

_LN2_HIGH = 0.6931471805598903
_LN2_LOW = 5.497923018708371e-14
_TWO_52 = 4503599627370496.0
_TWO_52_BITS = np.uint64(0x4330000000000000)
_HALF_OCTAVE = np.uint64(0x0095F619980C433)
_INVERSE_ROOT_TWO_PI = 0.3989422804014327
_EPSILON = 2.220446049250313e-16
_SETTLED = 1e-4  # a fourth-order step this small, relative, leaves nothing behind
_HIGH_PRICE = 0.45  # of the greatest price; above it the search measures from that bound


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
def _mills(a: float, b: float, gap: float) -> tuple[float, float, float]:
    """``R(a)``, ``R(b)`` and ``R(a) − R(b)`` for −1 ≤ a ≤ b, where ``gap = b − a`` is given exactly."""
    far_a, far_b = a + 6.0, b + 6.0
    both = 1.0 / (far_a * far_b)
    v_a, v_b = both * far_b, both * far_a
    u_a, u_b = 1.0 - 10.0 * v_a, 1.0 - 10.0 * v_b
    p: float = MILLS_COEFFICIENTS[0]
    divided = 0.0
    for j in range(1, 27):
        divided = divided * u_a + p
        p = p * u_b + MILLS_COEFFICIENTS[j]
    difference = both * gap * (p - 10.0 * v_a * divided)
    r_b = v_b * p
    return r_b + difference, r_b, difference


@part
def _guess(x: float, b: float) -> float:
    """Total volatility whose normal price in log-moneyness x ≥ 0 is b, to 0.1 %."""
    floor = max(x, 1e-8 * b)
    y = _log_ratio(b + floor, b)
    above = 0.15914858 + y * (0.023541051 + y * 0.0022291731)
    below = 1.0 + y * (0.14694335 + y * (0.022149952 + y * 0.0011208011))
    return floor / (y * math.sqrt(above / below))


@part
def _householder(s: float, h: float, t: float, error: float, slope: float) -> float:
    """Third-order step from s, given f and f' for f = ln b (or the logarithm of its complement)."""
    newton = -error / slope
    vomma = (h - t) * (h + t) / s
    third = vomma * vomma - 3.0 * (h / s) * (h / s) - 0.25
    second = vomma - slope
    jerk = third - 3.0 * slope * vomma + 2.0 * slope * slope
    step = newton * (1.0 + 0.5 * second * newton)
    step /= 1.0 + newton * (second + jerk * newton / 6.0)
    return step


@part
def _step(s: float, x: float, b: float) -> float:
    """One step on ln b from total volatility s; NaN where the Mills ratio does not reach."""
    h, t = x / s, 0.5 * s
    lo = h - t
    difference = _mills(lo if lo >= -1.0 else np.nan, h + t, s)[2]
    error = _log_ratio(difference * _INVERSE_ROOT_TWO_PI, b) - 0.5 * (h * h + t * t)
    return _householder(s, h, t, error, 1.0 / difference)


@part
def _relative(
    price: float, forward: float, strike: float, sign: float, discount: float
) -> tuple[float, float, float]:
    """``|ln(F/K)|``, the out-of-the-money price over sqrt(F K), and the bound of the latter.

    A time value within four roundings of an in-the-money price is none.
    """
    undiscounted = price / discount
    intrinsic = sign * (forward - strike)
    inside = intrinsic > 0.0
    value = undiscounted - (intrinsic if inside else 0.0)
    value = 0.0 if inside & (abs(value) <= 4.0 * _EPSILON * undiscounted) else value
    root = math.sqrt(forward * strike)
    return abs(_log_ratio(forward, strike)), value / root, min(forward, strike) / root


@kernel
def _search(x: float, b: float, bound: float) -> float:
    """Total volatility of relative price b < bound, by steps that never leave a shrinking bracket."""
    high = b > _HIGH_PRICE * bound
    reach = math.sqrt(1.0 + 2.0 * x)
    low, top = (reach - 1.0, reach + 80.0) if high else (0.0, reach + 1.0)
    s = math.sqrt(2.0 * x) + 0.5
    for _ in range(200):
        h, t = x / s, 0.5 * s
        if high:
            r_lo, r_hi, _difference = _mills(t - h, t + h, 2.0 * h)
            mills, target, direction = r_lo + r_hi, bound - b, -1.0
        else:
            mills, target, direction = _mills(h - t, h + t, s)[2], b, 1.0
        error = _log_ratio(mills * _INVERSE_ROOT_TWO_PI, target) - 0.5 * (h * h + t * t)
        if error * direction > 0.0:
            top = s
        else:
            low = s
        following = s + _householder(s, h, t, error, direction / mills)
        if not low <= following <= top:
            following = 0.5 * (low + top)
        settled = abs(following - s) <= _SETTLED * s
        s = following
        if settled:
            break
    return s


@kernel
def implied_vol_into(
    price: F64, forward: F64, strike: F64, years: F64, sign: F64, discount: F64, out: F64
) -> None:
    """Implied volatility without a safety net: C-contiguous float64 columns of one length, out
    (n,).

    Releases the interpreter lock. Answers are those of :func:`implied_vol`; lengths are *not*
    checked.
    """
    for i in range(price.shape[0]):
        f, k, t, d = forward[i], strike[i], years[i], discount[i]
        x, relative, bound = _relative(price[i], f, k, sign[i], d)
        in_range = (f > 1e-100) & (f < 1e100) & (k > 1e-100) & (k < 1e100)
        known = in_range & (t > 0.0) & (t < np.inf) & (d > 0.0) & (d < np.inf)
        has_answer = known & (abs(sign[i]) == 1.0) & (relative >= 0.0) & (relative < bound)
        b = max(relative, 1e-300)
        s = _guess(x, b)
        s += _step(s, x, b)
        step = _step(s, x, b)
        settled = (abs(step) <= _SETTLED * s) & (b <= _HIGH_PRICE * bound)
        vol = (s + step) / math.sqrt(t) if settled else -1.0
        vol = 0.0 if relative == 0.0 else vol
        out[i] = vol if has_answer else np.nan
    for i in range(price.shape[0]):
        if out[i] == -1.0:
            x, b, bound = _relative(price[i], forward[i], strike[i], sign[i], discount[i])
            out[i] = _search(x, b, bound) / math.sqrt(years[i])


def implied_vol(
    price: ArrayLike,
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    sign: ArrayLike,
    discount: ArrayLike,
) -> F64:
    """Black-76 volatility at which European options have these prices.

    Parameters
    ----------
    price : array_like, (n,) or a number
        Points, discounted.
    forward, strike : array_like
        Points, within (1e-100, 1e100).
    years : array_like
        Time to expiry, calendar days / 365, positive.
    sign : array_like
        +1 call, −1 put.
    discount : array_like
        Price today of 1 paid at expiry, exp(−rate · years).

    Returns
    -------
    ndarray, (n,)
        Annual fractions. 0 where the price is the intrinsic value; NaN outside the no-arbitrage
        bounds and where another argument has no answer. The error is a few roundings of the *time
        value*: an in-the-money price that is nearly all intrinsic value determines little.

    Raises
    ------
    PricingError
        When the lengths differ.

    Examples
    --------
    Hull, chapter 15.11: a call at 1.875, S = 21, K = 20, 10 %, three months is 23.5 %.

    >>> from math import exp
    >>> growth = exp(0.1 * 0.25)
    >>> round(float(implied_vol(1.875, 21 * growth, 20, 0.25, 1, 1 / growth)[0]), 3)
    0.235
    """
    given = stretch((price, forward, strike, years, sign, discount))
    out = np.empty(given[0].size)
    p, f, k, t, s, d = given
    implied_vol_into(p, f, k, t, s, d, out)
    return out
