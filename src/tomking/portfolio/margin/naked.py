"""What one uncovered short option needs, and how calls and puts are pooled."""

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Right
from tomking.core.product import Kind
from tomking.portfolio.margin.house import AccountType, House
from tomking.portfolio.margin.leg import MarginLeg, Underlying

F64 = NDArray[np.float64]

#: Dollars; two sides nearer than this are equally great.
LEAD_TIE = 1e-6


def levered(rate: float, underlying: Underlying, house: House) -> float:
    """A rate times a leveraged ETF's leverage, up to its full value (FINRA Regulatory Notice 09-53).

    What a house lists by symbol has its leverage in the listed rate.
    """
    if underlying.kind is not Kind.LEVERAGED_ETF or house.listed:
        return rate
    return min(rate * abs(underlying.leverage), 1.0)


def naked_usd(leg: MarginLeg, underlying: Underlying, house: House) -> float:
    """Requirement of one uncovered short contract, premium included.

    Parameters
    ----------
    leg
        The option; its quantity is ignored.

    Returns
    -------
    float
        Dollars: multiplier x max(rate x U - out-of-the-money + p, minimum rate x B + p), with B = U for
        a call and K for a put, and not less than the house's flat minimum, to which no premium is added.
        A put in an account that may not borrow needs its whole strike instead.

    Notes
    -----
    FINRA 4210(f)(2); a leveraged ETF's rates are multiplied by its leverage, up to its full value.

    >>> from datetime import date
    >>> from tomking.portfolio.margin.house import house_for
    >>> put = MarginLeg(Right.PUT, 45.0, date(2026, 6, 19), -1, 0.50)
    >>> naked_usd(put, Underlying("ACME", 47.5, Kind.EQUITY), house_for(Kind.EQUITY))
    750.0
    """
    spot = underlying.price
    is_call = leg.right is Right.CALL
    if house.account is not AccountType.MARGIN and not is_call:
        return leg.strike * underlying.multiplier
    out = max(leg.strike - spot if is_call else spot - leg.strike, 0.0)
    wide = levered(house.rate, underlying, house) * spot - out
    narrow = levered(house.minimum_rate, underlying, house) * (spot if is_call else leg.strike)
    return max((max(wide, narrow) + leg.price) * underlying.multiplier, house.floor)


def pooled_usd(calls: F64, call_premium: F64, puts: F64, put_premium: F64) -> F64:
    """The greater side's requirement plus the other side's premium, elementwise in dollars.

    Source: FINRA 4210(f)(2); tastytrade support 43000435282. The rule names the greater side by its
    *requirement*, so the cheaper sum is not always the one that counts; between equals the cheaper
    is.

    >>> pooled_usd(np.array([910.0]), np.array([210.0]), np.array([820.0]), np.array([120.0]))
    array([1030.])
    """
    lead = calls - puts
    by_calls = calls + put_premium
    by_puts = puts + call_premium
    by_calls[lead < -LEAD_TIE] = np.inf
    by_puts[lead > LEAD_TIE] = np.inf
    return np.minimum(by_calls, by_puts)
