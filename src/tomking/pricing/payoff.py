"""What a set of legs is worth at expiry, and where that turns: break-evens, best, worst, slope.

A leg is four numbers: strike, sign (+1 call, −1 put, 0 the underlying itself), quantity (+ long, −
short) and multiplier (dollars a point). The underlying's "strike" is the price it was bought at, or
0 for its bare value.

Examples
--------
Hull, chapter 12: the butterfly from calls at 55, 60 and 65 is worth 5 at 60 and nothing outside; the
stock stands at 61 and the debit is 10 + 5 − 2 · 7 = 1, so it breaks even at 56 and 64.

>>> import numpy as np
>>> strikes, signs = np.array([55.0, 60.0, 65.0]), np.ones(3)
>>> quantities, multipliers = np.array([1.0, -2.0, 1.0]), np.ones(3)
>>> payoff(np.array([50.0, 58.0, 60.0, 70.0]), strikes, signs, quantities, multipliers).tolist()
[0.0, 3.0, 5.0, 0.0]
>>> profile(strikes, signs, quantities, multipliers, premium=-1.0)
Profile(break_evens=(56.0, 64.0), best=4.0, worst=-1.0, slope_up=0.0)
"""

import numpy as np

from tomking.core.value import value
from tomking.pricing.kernel import F64, kernel

_NOTHING = 1e-12  # of the largest figure around: smaller is rounding


@kernel
def payoff(spots: F64, strikes: F64, signs: F64, quantities: F64, multipliers: F64) -> F64:
    """Total worth at expiry of the legs, at each spot.

    Parameters
    ----------
    spots : ndarray, (m,)
        Prices of the underlying at expiry, points.
    strikes, signs, quantities, multipliers : ndarray, (n,)
        The legs: points; +1, −1 or 0; + long and − short; dollars a point.

    Returns
    -------
    ndarray, (m,)
        Dollars; what was paid or received for the legs is not in it. NaN in, NaN out.
    """
    total = np.zeros(spots.shape[0])
    for leg in range(strikes.shape[0]):
        strike, sign = strikes[leg], signs[leg]
        dollars = quantities[leg] * multipliers[leg]
        for i in range(spots.shape[0]):
            distance = spots[i] - strike
            worth = distance if sign == 0.0 else sign * distance
            total[i] += dollars * (0.0 if (worth < 0.0) & (sign != 0.0) else worth)
    return total


@value
class Profile:
    """Profit at expiry over every spot from 0 up, in dollars and points."""

    break_evens: tuple[float, ...]
    """Spots where profit is nought, rising; of a stretch of nought, its ends."""
    best: float
    """Greatest profit; +inf when it grows with the spot."""
    worst: float
    """Least profit, a loss being negative; −inf when it falls with the spot."""
    slope_up: float
    """Dollars a point above the highest strike."""


def profile(
    strikes: F64, signs: F64, quantities: F64, multipliers: F64, premium: float = 0.0
) -> Profile:
    """Where a position held to expiry earns, loses and breaks even.

    Parameters
    ----------
    strikes, signs, quantities, multipliers : ndarray, (n,)
        The legs, as for :func:`payoff`.
    premium : float
        Dollars received (+) or paid (−) for the whole.

    Returns
    -------
    Profile
        Exact, because profit is a straight line between neighbouring strikes.
    """
    knots = np.unique(np.append(strikes[signs != 0.0], 0.0))
    profits = payoff(knots, strikes, signs, quantities, multipliers) + premium
    scale = max(float(np.abs(profits).max()), abs(premium))
    profits[np.abs(profits) <= _NOTHING * scale] = 0.0
    slope = float(np.sum((quantities * multipliers)[signs >= 0.0]))
    return Profile(
        break_evens=_zeros(knots, profits, slope),
        best=float("inf") if slope > 0.0 else float(profits.max()),
        worst=float("-inf") if slope < 0.0 else float(profits.min()),
        slope_up=slope,
    )


def _zeros(knots: F64, profits: F64, slope: float) -> tuple[float, ...]:
    """Zeros of the broken line through the knots that goes on with ``slope`` after the last."""
    beyond = knots[-1] + 1.0
    after = profits[-1] + slope
    if slope * profits[-1] < 0.0:  # the last ray crosses zero: put a point on its far side
        beyond = knots[-1] - 2.0 * profits[-1] / slope
        after = -profits[-1]
    x, y = np.append(knots, beyond), np.append(profits, after)
    crossed = y[:-1] * y[1:] < 0.0
    left, right = x[:-1][crossed], x[1:][crossed]
    share = y[:-1][crossed] / (y[:-1][crossed] - y[1:][crossed])
    beside = np.append(0.0, np.abs(y[:-2])) + np.abs(y[1:])
    touched = x[:-1][(y[:-1] == 0.0) & (beside > 0.0)]
    return tuple(sorted(float(z) for z in (*(left + share * (right - left)), *touched)))
