"""Buying power: what an account has left once everything it holds is carried.

One identity for the venue's dry run, margin calls, stress and files. Options count neither way: a
requirement holds the value of the short options it is for, or all they can lose, and long options
lend nothing (FINRA 4210(f)(2)); by a scan they lend to their own root, inside its requirement. What
was received for a short is cash, and carries the rest.
"""

from decimal import Decimal
from typing import TypeVar

Dollars = TypeVar("Dollars", Decimal, float)


def equity(net_liq: Dollars, options: Dollars) -> Dollars:
    """Dollars that can carry a requirement: net liquidation without its options.

    Parameters
    ----------
    options
        Market value of the options held, long + and short -.
    """
    return net_liq - options


def buying_power(net_liq: Dollars, options: Dollars, requirement: Dollars) -> Dollars:
    """Dollars free for another order; below nought there is a margin call.

    A spread three points wide sold at 2.00 in an account of $250 leaves $150 before fees, whatever
    it is worth meanwhile.

    >>> buying_power(250.0, -200.0, 300.0), buying_power(150.0, -300.0, 300.0)
    (150.0, 150.0)
    """
    return equity(net_liq, options) - requirement
