"""The arithmetic around the surface and the formula, as two kernels: before them and after them.

``before`` turns contracts and an instant into forwards, times and moneyness; ``after`` turns
premiums and Greeks into the table of marks, up to the quote that ``market.spread`` puts around
them.
"""

from math import exp, log, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from tomking.market.bars import F64
from tomking.pricing.kernel import kernel

MINUTES_A_DAY = 1440.0
MINUTES_A_YEAR = 365.0 * MINUTES_A_DAY
#: Rows of the scratch table that ``before`` fills.
FORWARD, YEARS, LEFT, K, SD, VOL, RATE, PLAIN = range(8)
SCRATCH_ROWS = 8


@kernel
def before(
    strike: F64, per_index: F64, carried: F64, expiry: F64, morning: NDArray[np.bool_],
    variance: F64, index: float, growth: float, rate: float, day: float, minute: float,
    length: float, clock: float, share: float, scratch: F64, today: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Forward, calendar years and variance years left, moneyness; whether a leg settles at today's
    close.

    The forward is ``per_index * index * exp(growth * years to where it points)``; years are NaN
    once an expiry has been fixed.
    """
    for i in range(strike.size):
        ahead = max(carried[i] - day, 0.0) / 365.0
        forward = per_index[i] * index * exp(growth * ahead)
        fixing = 0.0 if morning[i] else length
        minutes = (expiry[i] - day) * MINUTES_A_DAY + fixing - minute
        scratch[FORWARD, i] = forward
        scratch[YEARS, i] = minutes / MINUTES_A_YEAR if minutes > 0.0 else nan
        scratch[LEFT, i] = variance[i] - clock
        scratch[K, i] = log(max(strike[i], 1e-9) / forward)
        scratch[RATE, i] = rate
        today[i] = expiry[i] == day and not morning[i] and share > 0.0


@kernel
def volatilities(scratch: F64) -> None:
    """A total standard deviation over the calendar years left is a volatility."""
    for i in range(scratch.shape[1]):
        scratch[VOL, i] = scratch[SD, i] / sqrt(scratch[YEARS, i])


@kernel
def after(
    strike: F64, sign: F64, option: NDArray[np.bool_], expiry: F64, day: float, scratch: F64,
    greeks: F64, table: F64, otm: F64, delta: F64, dte: F64,
) -> None:  # fmt: skip
    """The marks of each leg but for its quote: mid, volatility, Greeks; what the quote is made
    from.

    A future or share has its forward as price and a delta of one.
    """
    for i in range(strike.size):
        forward = scratch[FORWARD, i]
        dte[i] = expiry[i] - day
        if not option[i]:
            table[2, i], table[3, i], table[4, i] = forward, 0.0, 1.0
            table[5, i] = table[6, i] = table[7, i] = otm[i] = 0.0
            delta[i] = 1.0
            continue
        price = greeks[0, i]
        table[2, i], table[3, i], table[4, i] = price, scratch[VOL, i], greeks[1, i]
        table[5, i], table[6, i], table[7, i] = greeks[2, i], greeks[4, i], greeks[3, i]
        intrinsic = max(sign[i] * (forward - strike[i]), 0.0)
        otm[i] = max(price - intrinsic, 0.0)
        delta[i] = abs(greeks[1, i])
