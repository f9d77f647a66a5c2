"""A cash account: nothing is borrowed, so everything sold is secured in full.

A short put needs its whole strike in cash, a short call the shares it would deliver; longs are paid
and cover nothing (tastytrade support 43000435285, 43000435222). What cannot be secured cannot be
held there: that is an error, not a large number.
"""

from collections.abc import Sequence

from tomking.core.contract import Right
from tomking.core.errors import ConfigError
from tomking.portfolio.margin.leg import MarginLeg, Underlying


def check_shares(shares: Sequence[MarginLeg], underlying: Underlying) -> None:
    """Refuse shares sold short, which are borrowed, with a ``ConfigError``."""
    count = sum(leg.quantity for leg in shares)
    if count < 0:
        raise ConfigError(
            f"an account that may not borrow cannot be short {-count} shares of "
            f"{underlying.symbol}; ask for the house's margin account"
        )


def secured_usd(
    options: Sequence[MarginLeg], shares: Sequence[MarginLeg], underlying: Underlying
) -> float:
    """Dollars that secure the short options and pay for the shares; premium is not subtracted.

    Raises
    ------
    ConfigError
        For calls that the shares would not deliver.

    >>> from datetime import date
    >>> from tomking.core.product import Kind
    >>> puts = MarginLeg(Right.PUT, 11.0, date(2026, 3, 20), -6, 0.75)
    >>> secured_usd([puts], [], Underlying("ACME", 12.0, Kind.EQUITY))
    6600.0
    """
    sold = [leg for leg in options if leg.quantity < 0]
    held = sum(leg.quantity for leg in shares)
    calls = -sum(leg.quantity for leg in sold if leg.right is Right.CALL)
    if calls * underlying.multiplier > held:
        raise ConfigError(
            f"a cash account cannot be short {calls} calls of {underlying.symbol} with {held} "
            "shares; buy the shares, or ask for the house's margin account"
        )
    strikes = -sum(leg.quantity * leg.strike for leg in sold if leg.right is Right.PUT)
    return strikes * underlying.multiplier + held * underlying.price
