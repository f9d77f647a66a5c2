"""Fills of limits better than a model's price: how likely, and a die that every run throws alike.

A limit between mid and what the model would trade at is sometimes met: somebody has to want the
other side. How often is a rate a minute that grows with the share of the way to the model's price.
The figures are assumed; no public study of package orders at mid was found.
"""

import math
from datetime import datetime
from hashlib import sha256

from tomking.core.value import value

_DIE = 2.0**-64


@value
class Patience:
    """The chance a minute of a limit at mid, and how it rises to certainty at the model's price."""

    at_mid: float = 0.10
    power: float = 2.0


def chance(patience: Patience, way: float, minutes: float) -> float:
    """The probability that a limit is met within some minutes.

    Parameters
    ----------
    way
        How far the limit has come from mid (0) to the model's price (1); asking for more than mid is
        below 0 and never met.
    minutes
        That the order stood there since it was last looked at.

    >>> usual = Patience()
    >>> [round(chance(usual, way, 1.0), 3) for way in (-0.01, 0.0, 0.5, 1.0)]
    [0.0, 0.1, 0.325, 1.0]
    >>> round(chance(usual, 0.0, 2.0), 3)
    0.19
    """
    if not way >= 0.0 or minutes <= 0.0:
        return 0.0
    each = patience.at_mid + (1.0 - patience.at_mid) * math.pow(min(way, 1.0), patience.power)
    return 1.0 - math.pow(1.0 - each, minutes)


def die(seed: int, order: str, at: datetime) -> float:
    """A number from 0 to 1 that depends on the seed, the order and the instant, and on nothing else.

    >>> at = datetime.fromisoformat("2025-12-05T10:31:00-05:00")
    >>> die(1, "a/open#1", at) == die(1, "a/open#1", at) != die(2, "a/open#1", at)
    True
    """
    thrown = sha256(f"{seed} {order} {at.timestamp():.6f}".encode()).digest()[:8]
    return int.from_bytes(thrown, "big") * _DIE
