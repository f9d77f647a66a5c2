"""Black-76 and Black-Scholes-Merton: price and five Greeks of a column of options in one pass.

Every public function takes 1-D columns of one length n (plain numbers are stretched) and answers an
array of shape (6, n) with rows ``PRICE, DELTA, GAMMA, THETA, VEGA, RHO``.

=========  =====================================================================================
row        unit
=========  =====================================================================================
PRICE      points, discounted
DELTA      points per point of the forward (Black-76) or of the spot (Black-Scholes-Merton)
GAMMA      delta per point
THETA      points per calendar day that passes (365 a year); a long option's is mostly negative
VEGA       points per 0.01 of volatility
RHO        points per 0.01 of the rate; Black-76 holds the forward, Merton the spot
=========  =====================================================================================

``sign`` is +1 for a call and −1 for a put. A row with a NaN, an infinity, a sign other than ±1, a
forward, spot or strike outside (1e-100, 1e100), negative years or volatility, or |rate · years| of
700 and more answers NaN and leaves its neighbours alone. At ``vol · sqrt(years) == 0`` the price is
the discounted intrinsic value, delta is 0, 1 or at the money ½ (times discount and sign), gamma and
vega are 0, and theta is 0 at expiry and the carry alone before it.

Notes
-----
The loops have no branch and call no library, so that LLVM vectorises them. Precision comes from
three choices. The out-of-the-money side is priced and the other follows by parity. Normal tails are
Mills ratios ``R(y) = (1 − N(y)) / φ(y)``, written as ``v P(1 − 10 v)`` with ``v = 1 / (y + 6)``, good
for y ≥ −1. The price is a difference of two of them, and that is taken as a *divided* difference of P,
computed in the same pass as P itself, so nothing cancels, at the money or in the deepest tail.
The coefficients are Chebyshev fits that ``tests/unit/pricing/fit.py`` makes again from scratch.

References
----------
.. [1] Black (1976), "The pricing of commodity contracts", J. Financial Economics 3.
.. [2] Merton (1973), "Theory of rational option pricing", Bell J. Economics 4.
.. [3] Hull, *Options, Futures, and Other Derivatives*, chapters 15 (Black-Scholes-Merton),
   18 (futures options), 19 (Greeks).
.. [4] Jäckel (2015), "Let's Be Rational", Wilmott: why the difference must not cancel.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from tomking.core.errors import PricingError
from tomking.pricing.kernel import F64, kernel, part, stretch

PRICE, DELTA, GAMMA, THETA, VEGA, RHO = range(6)

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
def _otm(x: float, small: float, big: float, total: float) -> tuple[float, float, float, float]:
    """Price the out-of-the-money option between two discounted legs; both tails and the density.

    ``x`` is ln(forward / strike), ``small`` and ``big`` the lesser and the greater of the
    discounted forward and strike, ``total`` is vol · sqrt(years). With ``lo, hi = |x| / total ∓
    total / 2`` the answer is (small N(−lo) − big N(−hi), N(−lo), N(−hi), small φ(lo)); small φ(lo)
    = big φ(hi).
    """
    alive = total > _ALIVE_MIN
    s = total if alive else 1.0
    h = min(abs(x) / s, 1e100)
    t = min(0.5 * s, 1e100)
    lo, hi = h - t, h + t
    near = lo >= -1.0
    r_lo, r_hi, difference = _mills(lo if near else -lo, hi, 2.0 * t if near else 2.0 * h)
    dead_tail = 0.5 if x == 0.0 else 0.0
    unit = _exp(-0.5 * lo * lo) * _INVERSE_ROOT_TWO_PI if alive else 0.0
    density = small * unit
    price = density * difference if near else small - density * (r_lo + r_hi)
    tail_lo = unit * r_lo if near else 1.0 - unit * r_lo
    tail_hi = density * r_hi / big
    return (
        price,
        tail_lo if alive else dead_tail,
        tail_hi if alive else dead_tail,
        density,
    )


@part
def _poison(
    level: float, strike: float, years: float, vol: float, sign: float, carry: float
) -> float:
    """0 for arguments that have an answer and NaN for the others, to be added to every output."""
    level_ok = (level > 1e-100) & (level < 1e100) & (strike > 1e-100) & (strike < 1e100)
    time_ok = (years >= 0.0) & (years < np.inf) & (vol >= 0.0) & (vol < np.inf)
    rest_ok = (abs(sign) == 1.0) & (carry < np.inf) & (carry * years < 700.0)
    return 0.0 if level_ok & time_ok & rest_ok else np.nan


@kernel
def black76_into(
    forward: F64, strike: F64, years: F64, vol: F64, sign: F64, rate: F64, out: F64
) -> None:
    """Black-76 without a safety net: C-contiguous float64 columns of one length n, out (6, n).

    The hot path: about a microsecond for a dozen legs. Releases the interpreter lock. Units and
    answers are those of :func:`black76`; lengths are *not* checked.
    """
    for i in range(forward.shape[0]):
        f, k, t, v, c, r = forward[i], strike[i], years[i], vol[i], sign[i], rate[i]
        root = math.sqrt(t)
        total = v * root
        x = _log_ratio(f, k)
        discount = _exp(-r * t)
        price, tail_lo, tail_hi, density = _otm(
            x, min(f, k) * discount, max(f, k) * discount, total
        )
        inside = (c * x > 0.0) | ((x == 0.0) & (c < 0.0))  # at the money the put counts as inside
        alive = total > _ALIVE_MIN
        price += c * (f - k) * discount if inside else 0.0
        chance = tail_lo if x <= 0.0 else tail_hi
        chance = 1.0 - chance if inside else chance
        decay = 0.5 * density * v / root if alive else 0.0
        poison = _poison(f, k, t, v, c, abs(r))
        out[0, i] = price + poison
        out[1, i] = c * chance * discount + poison
        out[2, i] = density / (f * f * (total if alive else 1.0)) + poison
        out[3, i] = ((r * price - decay) / 365.0 if t > 0.0 else 0.0) + poison
        out[4, i] = 0.01 * density * root + poison
        out[5, i] = -0.01 * t * price + poison


@kernel
def price_into(
    forward: F64, strike: F64, years: F64, vol: F64, sign: F64, rate: F64, out: F64
) -> None:
    """Black-76 price alone into ``out`` (n,), under the terms of :func:`black76_into`."""
    for i in range(forward.shape[0]):
        f, k, t, v, c, r = forward[i], strike[i], years[i], vol[i], sign[i], rate[i]
        x = _log_ratio(f, k)
        discount = _exp(-r * t)
        price = _otm(x, min(f, k) * discount, max(f, k) * discount, v * math.sqrt(t))[0]
        price += c * (f - k) * discount if c * x > 0.0 else 0.0
        out[i] = price + _poison(f, k, t, v, c, abs(r))


@kernel
def bsm_into(
    spot: F64, strike: F64, years: F64, vol: F64, sign: F64, rate: F64, yields: F64, out: F64
) -> None:
    """Black-Scholes-Merton into ``out`` (6, n), under the terms of :func:`black76_into`."""
    for i in range(spot.shape[0]):
        s, k, t, v, c, r, q = spot[i], strike[i], years[i], vol[i], sign[i], rate[i], yields[i]
        root = math.sqrt(t)
        total = v * root
        x = _log_ratio(s, k) + (r - q) * t
        spot_discount = _exp(-q * t)
        held, owed = s * spot_discount, k * _exp(-r * t)
        price, tail_lo, tail_hi, density = _otm(x, min(held, owed), max(held, owed), total)
        inside = (c * x > 0.0) | ((x == 0.0) & (c < 0.0))  # at the money the put counts as inside
        alive = total > _ALIVE_MIN
        price += c * (held - owed) if inside else 0.0
        held_chance = tail_lo if x <= 0.0 else tail_hi
        owed_chance = tail_hi if x <= 0.0 else tail_lo
        held_chance = 1.0 - held_chance if inside else held_chance
        owed_chance = 1.0 - owed_chance if inside else owed_chance
        decay = 0.5 * density * v / root if alive else 0.0
        carry = c * (q * held * held_chance - r * owed * owed_chance)
        poison = _poison(s, k, t, v, c, abs(r) + abs(q))
        out[0, i] = price + poison
        out[1, i] = c * held_chance * spot_discount + poison
        out[2, i] = density / (s * s * (total if alive else 1.0)) + poison
        out[3, i] = ((carry - decay) / 365.0 if t > 0.0 else 0.0) + poison
        out[4, i] = 0.01 * density * root + poison
        out[5, i] = 0.01 * c * t * owed * owed_chance + poison


def black76(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    out: F64 | None = None,
) -> F64:
    """Price and Greeks of European options on a forward (futures options, and indexes by parity).

    Parameters
    ----------
    forward, strike : array_like, (n,) or a number
        Points, within (1e-100, 1e100).
    years : array_like
        Time to expiry, calendar days / 365, not negative.
    vol : array_like
        Annual log-normal volatility, a fraction, not negative.
    sign : array_like
        +1 call, −1 put.
    rate : array_like
        Continuously compounded rate, a fraction a year.
    out : ndarray, (6, n), optional
        Where to write; C-contiguous float64.

    Returns
    -------
    ndarray, (6, n)
        Rows PRICE, DELTA, GAMMA, THETA, VEGA, RHO in the units of this module; NaN where an
        argument has no answer.

    Raises
    ------
    PricingError
        When the lengths differ or ``out`` has another shape.

    Examples
    --------
    Hull, chapter 18: a four-month put on crude oil futures, F = K = 20, 9 %, 25 %.

    >>> round(float(black76(20, 20, 4 / 12, 0.25, -1, 0.09)[PRICE, 0]), 2)
    1.12
    """
    return _run(black76_into, (forward, strike, years, vol, sign, rate), out)


def bsm(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    out: F64 | None = None,
) -> F64:
    """Price and Greeks of European options on a spot that pays a continuous yield.

    Parameters
    ----------
    spot : array_like, (n,) or a number
        Points; delta and gamma are with respect to it.
    dividend_yield : array_like
        Continuously compounded yield of the underlying, a fraction a year.
    strike, years, vol, sign, rate, out
        As in :func:`black76`.

    Returns
    -------
    ndarray, (6, n)
        As in :func:`black76`.

    Raises
    ------
    PricingError
        When the lengths differ or ``out`` has another shape.

    Examples
    --------
    Hull, chapter 15: S = 42, K = 40, 10 %, 20 %, six months.

    >>> call, put = bsm(42, 40, 0.5, 0.2, [1, -1], 0.1, 0)[PRICE]
    >>> round(float(call), 2), round(float(put), 2)
    (4.76, 0.81)

    Hull, chapter 19: S = 49, K = 50, 5 %, 20 %, twenty weeks; theta there is −4.31 a year, vega and
    rho are for a change of 1.00.

    >>> g = bsm(49, 50, 0.3846, 0.2, 1, 0.05, 0)[:, 0]
    >>> [round(float(x), 3) for x in (g[DELTA], g[GAMMA], 365 * g[THETA])]
    [0.522, 0.066, -4.305]
    >>> [round(float(x), 2) for x in (100 * g[VEGA], 100 * g[RHO])]
    [12.11, 8.91]
    """
    return _run(bsm_into, (spot, strike, years, vol, sign, rate, dividend_yield), out)


def _run(into: Callable[..., None], arguments: tuple[ArrayLike, ...], out: F64 | None) -> F64:
    """Stretch the arguments to columns and fill ``out``, or a new array."""
    columns = stretch(arguments)
    n = columns[0].size
    answer = np.empty((6, n)) if out is None else out
    if answer.shape != (6, n) or answer.dtype != np.float64 or not answer.flags.c_contiguous:
        raise PricingError(
            f"out must be a C-contiguous float64 array of shape (6, {n}); leave it away to get one"
        )
    into(*columns, answer)
    return answer
