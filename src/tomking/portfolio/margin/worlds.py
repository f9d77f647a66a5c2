"""Sixteen worlds for futures and options on them, by repricing.

The price stands still, or moves by one, two or three thirds of a range, up or down, each with
volatility up and with volatility down; and there are two extreme moves of which a part counts. What
an exchange's daily file holds as an array per contract is worked out here with one call of the
kernel. Nothing decays between now and the scenario, options are taken for European, and interest for
nought.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tomking.core.value import value
from tomking.portfolio.margin.ranges import Range
from tomking.pricing.black import price_into

F64 = NDArray[np.float64]

#: Moves of the price in thirds of the range, in the order exchanges print them; volatility is up in the
#: even rows and down in the odd ones. Two extreme moves follow, volatility as it is.
THIRDS = (0, 1, -1, 2, -2, 3, -3)
SCENARIOS: tuple[str, ...] = (
    *(
        f"{f'{third:+d}/3' if third else '0'} vol {way}"
        for third in THIRDS
        for way in ("up", "down")
    ),
    "extreme up",
    "extreme down",
)
_MOVES = np.repeat(np.array(THIRDS) / 3.0, 2)
_VOLS = np.array([1.0, -1.0] * len(THIRDS) + [0.0, 0.0])


@value
class Held:
    """Contracts of one root as columns of one length, none of nought, and each one's future.

    ``forward``, ``strike`` and ``price`` in points; ``years`` is below
    nought for an option that is over; ``sign`` is +1 call, -1 put, 0 the future;
    ``quantity`` is signed.
    """

    month: Sequence[str]
    forward: F64
    strike: F64
    years: F64
    vol: F64
    sign: F64
    quantity: F64
    price: F64


@cache
def _worlds(ranges: Range) -> tuple[F64, F64, F64]:
    """Factors on price and volatility, today first, and how much of each scenario counts: columns."""
    moves = np.concatenate(([0.0], _MOVES, (ranges.extreme, -ranges.extreme)))
    counted = np.ones(len(SCENARIOS))
    counted[-2:] = ranges.cover
    vols = np.concatenate(([0.0], _VOLS))
    return (
        1.0 + moves[:, None] * ranges.price, 1.0 + vols[:, None] * ranges.vol, counted[:, None]
    )  # fmt: skip


def arrays(held: Held, ranges: Range) -> F64:
    """What one contract of each gains in points in every scenario, shape (16, n).

    Today and the sixteen worlds are priced in one call, and a future's rows overwritten. The two
    extreme rows are scaled by the part that counts, as exchanges print them.
    """
    moves, vols, counted = _worlds(ranges)
    worlds = moves * held.forward
    future = held.sign == 0.0
    known = np.zeros((4, *worlds.shape))  # interest stays nought
    known[0], known[1], known[2] = held.strike, np.maximum(held.years, 0.0), held.sign
    strike, years, sign, rate = (row.ravel() for row in known)
    out = np.empty(worlds.shape)
    vol = (vols * held.vol).ravel()
    price_into(worlds.ravel(), strike, years, vol, sign, rate, out.ravel())
    prices: F64 = np.where(future, worlds, out)
    gains: F64 = (prices[1:] - prices[0]) * counted
    return gains
