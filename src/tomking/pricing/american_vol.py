"""Implied volatility of American options: the volatility at which one costs what it does."""

import numpy as np
from numpy.typing import ArrayLike

from tomking.pricing.american import american_price
from tomking.pricing.kernel import F64, stretch

#: Between these an answer is looked for, and halved so often: to a billionth of the width.
VOL_MIN, VOL_MAX, HALVINGS = 1e-3, 8.0, 45


def american_vol(
    price: ArrayLike,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
) -> F64:
    """Volatility at which American options have these prices, by halving an interval.

    Parameters
    ----------
    price : array_like, (n,) or a number
        Points.
    spot, strike, years, sign, rate, dividend_yield
        As in :func:`tomking.pricing.american.american`.

    Returns
    -------
    ndarray, (n,)
        Annual fractions; NaN where no volatility within the bounds gives the price, as where it is
        what exercise brings at once and nothing more.

    Raises
    ------
    PricingError
        When the lengths differ.

    Examples
    --------
    >>> put = american_price(50, 50, 0.4167, 0.4, -1, 0.1, 0)
    >>> round(float(american_vol(put, 50, 50, 0.4167, -1, 0.1, 0)[0]), 6)
    0.4
    """
    p, s, k, t, c, r, q = stretch((price, spot, strike, years, sign, rate, dividend_yield))

    def worth(vol: F64) -> F64:
        """What the options would cost."""
        return american_price(s, k, t, vol, c, r, q)

    low, high = np.full(p.size, VOL_MIN), np.full(p.size, VOL_MAX)
    inside = (worth(low) < p) & (p < worth(high))
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        dear = worth(middle) > p
        low, high = np.where(dear, low, middle), np.where(dear, middle, high)
    found: F64 = np.where(inside, 0.5 * (low + high), np.nan)
    return found
