"""Greeks of American options on a share that pays known cash dividends, by repricing the lattice."""

import numpy as np
from numpy.typing import ArrayLike

from tomking.pricing.black import GAMMA, PRICE, THETA, VEGA
from tomking.pricing.dividends import american_with_dividends
from tomking.pricing.kernel import F64, stretch

#: Half the difference of volatility vega is read from; a day, and the most of it theta is, in years.
VOL_STEP, DAY, TIME_STEP = 0.01, 1.0 / 365.0, 0.25 / 365.0


def slopes_with_dividends(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    ex_years: ArrayLike,
    amounts: ArrayLike,
) -> F64:
    """Price, delta, gamma, theta and vega of American options on a share with cash dividends.

    Parameters
    ----------
    spot, strike, years, vol, sign, rate, ex_years, amounts
        As in :func:`tomking.pricing.dividends.american_with_dividends`.

    Returns
    -------
    ndarray, (5, n)
        Rows PRICE, DELTA, GAMMA, THETA, VEGA in the units of :mod:`tomking.pricing.black`; NaN where an
        argument has no answer. No dividend falls into theta.

    Raises
    ------
    PricingError
        As in :func:`tomking.pricing.dividends.american_with_dividends`.

    Examples
    --------
    Hull, chapter 15.12, the share pays $0.50 in two and in five months: 3.72.

    >>> paid = [2 / 12, 5 / 12], [0.5, 0.5]
    >>> slopes_with_dividends(40, 40, 0.5, 0.3, 1, 0.09, *paid)[:, 0].round(3).tolist()
    [3.717, 0.588, 0.048, -0.014, 0.107]
    """
    s, k, t, v, c, r = stretch((spot, strike, years, vol, sign, rate))
    ex, paid = stretch((ex_years, amounts))

    def worth(volatility: F64, gone: float) -> F64:
        """Prices at another volatility, some years later."""
        price: F64 = american_with_dividends(s, k, t - gone, volatility, c, r, ex - gone, paid)[
            PRICE
        ]
        return price

    out = np.empty((VEGA + 1, s.size))
    out[: GAMMA + 1] = american_with_dividends(s, k, t, v, c, r, ex, paid)
    ahead = np.concatenate((t[t > 0.0], ex[ex > 0.0]))
    step = min(TIME_STEP, 0.5 * float(ahead.min())) if ahead.size else TIME_STEP
    out[THETA] = (worth(v, step) - out[PRICE]) * (DAY / step)
    down = np.minimum(VOL_STEP, v)
    out[VEGA] = (worth(v + VOL_STEP, 0.0) - worth(v - down, 0.0)) * (0.01 / (VOL_STEP + down))
    return out
