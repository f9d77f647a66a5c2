"""Portfolio margin as a what-if: the worst of ten prices of the underlying, by repricing.

Source: SEC release 34-46576 and Cboe's portfolio margin rules. The clearing house's own volatilities,
rates and dividends are not public, so every answer is an estimate, each option at the volatility its
price implies. Houses ask for more than this, and for an equity that most accounts here do not have: it
is shown, never used.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Right
from tomking.core.errors import ConfigError, QuoteMissing
from tomking.core.money import worked_out
from tomking.core.product import Kind
from tomking.core.value import value
from tomking.portfolio.margin.house import ESTIMATE
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.pricing.american import american_price
from tomking.pricing.american_vol import american_vol
from tomking.pricing.black import PRICE, bsm
from tomking.pricing.implied import implied_vol

F64 = NDArray[np.float64]
TIMS = "tims"

#: The moves of a class, as shares of its price.
MOVES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"high_cap": (-0.08, 0.06), "broad": (-0.10, 0.10), "other": (-0.15, 0.15)}
)
#: Prices looked at, the ends among them.
POINTS = 10
#: The least for an option contract, in dollars per dollar of its multiplier: $37.50 for a hundred.
MINIMUM_PER_UNIT = 0.375
#: Broad indexes of high capitalisation. Others are taken for the wider range: assumed.
HIGH_CAP = frozenset({"SPX", "XSP", "OEX", "XEO", "DJX"})


@value
class Pricing:
    """How options are priced: interest and the underlying's yield, fractions a year, and the style."""

    rate: float = 0.0
    dividend_yield: float = 0.0
    american: bool = False


EUROPEAN = Pricing()


@value
class WhatIf:
    """What portfolio margin would ask, in dollars, and where.

    ``loss`` is the most that is lost, at ``price`` of the underlying; ``minimum`` the least for so
    many option contracts, long ones too; ``moves`` the ends of the range that was looked at.
    """

    loss: float
    price: float
    minimum: float
    moves: tuple[float, float]
    method: str = TIMS
    evidence: str = ESTIMATE

    @property
    def requirement(self) -> Decimal:
        """The loss, or the minimum if that is more."""
        return worked_out(max(self.loss, self.minimum))


def moves_of(underlying: Underlying) -> tuple[float, float]:
    """The moves of an underlying; a leveraged ETF's are as many times those of an equity.

    Raises
    ------
    ConfigError
        For a future, which is scanned (``margin.scan``), and for volatility, whose range is not known
        here.

    >>> moves_of(Underlying("SPX", 6000.0, Kind.BROAD_INDEX))
    (-0.08, 0.06)
    """
    if underlying.kind is Kind.FUTURE:
        raise ConfigError(
            f"{underlying.symbol} is a future: its margin is a scan, with and without portfolio margin; "
            "ask without the what-if"
        )
    if underlying.kind is Kind.VOLATILITY:
        raise ConfigError(
            f"{underlying.symbol} is volatility, and no range of portfolio margin for that is known "
            "here; ask without the what-if"
        )
    if underlying.kind is Kind.BROAD_INDEX:
        return MOVES["high_cap" if underlying.symbol in HIGH_CAP else "broad"]
    low, high = MOVES["other"]
    lever = abs(underlying.leverage) if underlying.kind is Kind.LEVERAGED_ETF else 1.0
    return max(low * lever, -1.0), high * lever


def what_if(
    legs: Sequence[MarginLeg],
    underlying: Underlying,
    today: date,
    pricing: Pricing = EUROPEAN,
) -> WhatIf:
    """Portfolio margin of legs on one underlying.

    Parameters
    ----------
    legs
        Options at their marks, from which volatilities are implied (a price below its intrinsic value
        has none), and shares, one by one.
    today
        The day options have their time left from.
    pricing
        Interest, yield and style.

    Raises
    ------
    QuoteMissing
        If a leg or the underlying has no price.
    """
    if not np.isfinite([underlying.price, *(leg.price for leg in legs)]).all():
        raise QuoteMissing(
            f"not every leg of {underlying.symbol} has a price; type it in or wait for a quote"
        )
    low, high = moves_of(underlying)
    prices = underlying.price * (1.0 + np.linspace(low, high, POINTS))
    gains = np.zeros(POINTS)
    contracts = 0
    for leg in legs:
        if leg.right is None:
            gains += leg.quantity * (prices - underlying.price)
        else:
            contracts += abs(leg.quantity)
            gains += (
                leg.quantity
                * underlying.multiplier
                * _gain(leg, underlying, prices, today, pricing)
            )
    worst = int(gains.argmin())
    return WhatIf(
        max(-float(gains[worst]), 0.0),
        float(prices[worst]),
        MINIMUM_PER_UNIT * underlying.multiplier * contracts,
        (low, high),
    )


def _gain(
    leg: MarginLeg, underlying: Underlying, prices: F64, today: date, pricing: Pricing
) -> F64:
    """What one long contract gains at each price, in points a unit, volatility as it is."""
    years = max((leg.expiry - today).days, 0) / 365.0
    sign = 1.0 if leg.right is Right.CALL else -1.0
    rate, yields = pricing.rate, pricing.dividend_yield
    at, spot = np.maximum(prices, 1e-9), underlying.price
    if pricing.american:
        vol = american_vol(leg.price, spot, leg.strike, years, sign, rate, yields)
        return (
            american_price(at, leg.strike, years, np.nan_to_num(vol), sign, rate, yields)
            - leg.price
        )
    forward, factor = spot * np.exp((rate - yields) * years), np.exp(-rate * years)
    vol = implied_vol(leg.price, forward, leg.strike, years, sign, factor)
    gain: F64 = (
        bsm(at, leg.strike, years, np.nan_to_num(vol), sign, rate, yields)[PRICE] - leg.price
    )
    return gain
