"""What a book of European options is worth over spots, volatilities and times: one kernel for all.

A table of scenarios asks for every leg at every combination, and most of a price is the same in many
of them: logarithms of the levels and of the strike, discounts and roots of time are worked out once. The
worlds of one leg at one time lie side by side, the spot innermost, and go through the formula together
without a branch. Prices are those of :func:`tomking.pricing.black.black76` but for rounding.
"""

import math

import numpy as np
from numpy.typing import NDArray

from tomking.pricing.kernel import F64, kernel, loop, part

I64 = NDArray[np.int64]

# Highest power first, as Horner's rule reads them.
EXP_COEFFICIENTS = np.array([
    2.5114870219497476e-08, 2.7632640675430235e-07, 2.755722495611072e-06, 2.480148547921643e-05,
    0.00019841269909219843, 0.0013888888952318045, 0.008333333333309526, 0.04166666666648808,
    0.16666666666666702, 0.5000000000000019, 1.0, 1.0,
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


@loop
def _add_option(
    level: F64, log_level: F64, sd: F64, growth: float, strike: float, discount: float, sign: float,
    dollars: float, out: F64,
) -> None:  # fmt: skip
    """Add what one option is worth in every world of one time."""
    log_strike, log_growth = math.log(strike), math.log(growth)
    owed = strike * discount
    for i in range(out.shape[0]):
        x = log_level[i] + log_growth - log_strike
        held = level[i] * growth * discount
        price = _otm(x, min(held, owed), max(held, owed), sd[i])[0]
        price += sign * (held - owed) if sign * x > 0.0 else 0.0
        out[i] += dollars * price + 0.0 * (x + sd[i])  # what is unknown stays unknown


@kernel
def landscape_into(
    level: F64, of: I64, growth: F64, discount: F64, root: F64, vol: F64, factor: F64, strike: F64,
    sign: F64, dollars: F64, out: F64,
) -> None:  # fmt: skip
    """Add what legs are worth in every world, without a safety net; C-contiguous columns.

    Parameters
    ----------
    level : (underlyings, vols, spots)
        Prices in points.
    of : (legs,)
        The underlying of each leg.
    growth, discount, root : (legs, times)
        Forward over level, discount factor, and the root of the years left.
    vol, factor : (legs, times, spots), (legs, times, vols)
        Annual volatility at the strike, and what the shock multiplies it by.
    strike, sign, dollars : (legs,)
        Points; +1 call, -1 put, 0 the underlying itself; dollars a point that are held.
    out : (times, vols, spots)
        Added to, dollars; NaN in every world in which a leg has no answer. Releases the interpreter
        lock.
    """
    times, vols, spots = out.shape
    cells = vols * spots
    flat, levels = out.reshape(times, cells), level.reshape(level.shape[0], cells)
    logs, sd = np.log(levels), np.empty(cells)
    for leg in range(strike.shape[0]):
        here, far = levels[of[leg]], logs[of[leg]]
        for t in range(times):
            if sign[leg] == 0.0:
                for i in range(cells):
                    flat[t, i] += dollars[leg] * here[i] * growth[leg, t]
                continue
            for v in range(vols):
                times_root = factor[leg, t, v] * root[leg, t]
                for s in range(spots):
                    sd[v * spots + s] = vol[leg, t, s] * times_root
            _add_option(
                here, far, sd, growth[leg, t], strike[leg], discount[leg, t], sign[leg], dollars[leg],
                flat[t],
            )  # fmt: skip
