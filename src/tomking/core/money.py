"""The border between exact money and floating prices.

A ``Decimal`` is born at a fill, a fee or a settlement and nowhere else; pricing is floating point.
Signs: a credit, money received, is positive; a debit negative.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from math import isfinite

from tomking.core.errors import InvariantError

CENT = Decimal("0.01")
ZERO = Decimal(0)


def points(price: float) -> Decimal:
    """A price that already lies on a tick, made exact (four places; half a 0.05 tick is 0.025).

    >>> points(0.1 + 0.2)
    Decimal('0.3000')
    """
    return Decimal(f"{price:.4f}")


def cents(amount: Decimal) -> Decimal:
    """An amount of money rounded to the cent, half to even.

    >>> cents(Decimal("1.005"))
    Decimal('1.00')
    """
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def usd(amount: float) -> Decimal:
    """A floating amount of dollars, made exact to the cent.

    >>> usd(44500.0)
    Decimal('44500.00')

    Raises
    ------
    InvariantError
        If the amount is not a number: an unknown amount is not money.
    """
    if not isfinite(amount):
        raise InvariantError(f"{amount} is not an amount of money")
    return cents(Decimal(repr(amount)))
