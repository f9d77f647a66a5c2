"""Implied volatility of American options: the volatility at which one costs what it does."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from tomking.pricing.american import american_price
from tomking.pricing.black import PRICE
from tomking.pricing.dividends import american_with_dividends
from tomking.pricing.kernel import F64, stretch

#: Between these an answer is looked for, and halved so often: to a billionth of the width.
VOL_MIN, VOL_MAX, HALVINGS = 1e-3, 8.0, 45
#: A lattice is no nearer than a millionth.
LATTICE_HALVINGS = 28


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

    return _halved(p, worth, HALVINGS)


def american_vol_with_dividends(
    price: ArrayLike,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    ex_years: ArrayLike,
    amounts: ArrayLike,
) -> F64:
    """Volatility at which American options on a share with cash dividends have these prices.

    Parameters
    ----------
    price : array_like, (n,) or a number
        Points.
    spot, strike, years, sign, rate, ex_years, amounts
        As in :func:`tomking.pricing.dividends.american_with_dividends`.

    Returns
    -------
    ndarray, (n,)
        Annual fractions of the share less its dividends; NaN as in :func:`american_vol`.

    Raises
    ------
    PricingError
        As in :func:`tomking.pricing.dividends.american_with_dividends`.

    Examples
    --------
    >>> call = american_with_dividends(40, 40, 0.5, 0.3, 1, 0.09, [2 / 12, 5 / 12], [0.5, 0.5])[0]
    >>> paid = [2 / 12, 5 / 12], [0.5, 0.5]
    >>> round(float(american_vol_with_dividends(call, 40, 40, 0.5, 1, 0.09, *paid)[0]), 6)
    0.3
    """
    p, s, k, t, c, r = stretch((price, spot, strike, years, sign, rate))

    def worth(vol: F64) -> F64:
        """What the options would cost."""
        found: F64 = american_with_dividends(s, k, t, vol, c, r, ex_years, amounts)[PRICE]
        return found

    return _halved(p, worth, LATTICE_HALVINGS)


def _halved(price: F64, worth: Callable[[F64], F64], times: int) -> F64:
    """The volatility between the bounds at which each option is worth its price; NaN beyond them."""
    low, high = np.full(price.size, VOL_MIN), np.full(price.size, VOL_MAX)
    inside = (worth(low) < price) & (price < worth(high))
    for _ in range(times):
        middle = 0.5 * (low + high)
        dear = worth(middle) > price
        low, high = np.where(dear, low, middle), np.where(dear, middle, high)
    found: F64 = np.where(inside, 0.5 * (low + high), np.nan)
    return found
