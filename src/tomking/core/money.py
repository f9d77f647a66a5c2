"""The border between exact money and floating prices.

A ``Decimal`` is born at a fill, a fee or a settlement and nowhere else; pricing is floating point.
Signs: a credit, money received, is positive; a debit negative.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from math import isfinite

from tomking.core.errors import InvariantError

CENT = Decimal("0.01")
_FOUR_PLACES = Decimal("0.0001")
ZERO = Decimal(0)


def points(price: float) -> Decimal:
    """A price that already lies on a tick, made exact: four places, eight where a tick needs them.

    Half a tick of 0.05 is 0.025; a Treasury option moves in sixty-fourths.

    >>> points(0.1 + 0.2), points(1.015625)
    (Decimal('0.3000'), Decimal('1.01562500'))

    Raises
    ------
    InvariantError
        If the price is not a number: an unknown price is no price.
    """
    if not isfinite(price):
        raise InvariantError(f"{price} is not a price")
    exact = Decimal(f"{price:.8f}")
    short = exact.quantize(_FOUR_PLACES)
    return short if short == exact else exact


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


def worked_out(amount: float) -> Decimal:
    """Dollars worked out in floats, exact to the cent: noise behind the millionth is no half a cent.

    >>> worked_out(1.0050000000000001), usd(1.0050000000000001)
    (Decimal('1.00'), Decimal('1.01'))
    """
    return usd(round(amount, 6))


def signed(amount: Decimal | float) -> str:
    """Dollars and cents with their sign in front.

    >>> signed(Decimal("1234.5")), signed(-5.0), signed(Decimal(0))
    ('+$1,234.50', '−$5.00', '+$0.00')
    """
    return f"{'−' if amount < 0 else '+'}${abs(amount):,.2f}"
