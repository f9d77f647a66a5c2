"""Where the price of an underlying goes when the index and volatility move."""

import numpy as np

from tomking.core.product import Delivers, Kind, Product
from tomking.market.snapshot import F64, Shock

#: The most a fund loses in one move: it is wound up before nothing is left.
LOWEST = -0.99


#: What does not move as the index does.
OTHERWISE = frozenset({Kind.VOLATILITY, Kind.LEVERAGED_ETF})


def move_of(on: Product, shock: Shock, leverage: float = 1.0, beta: float = 1.0) -> float:
    """The return of an underlying in a shocked world.

    Volatility moves as 30-day volatility does, which is what VIX measures; everything else with the
    index by its beta, once where nobody says otherwise, though a bond or a metal need not; a fund by its
    leverage. Funds of volatility hold futures, which move less than VIX: taken for VIX, as nothing
    better is known of a shock.

    Parameters
    ----------
    leverage
        How many times a fund moves with what it follows, negative for an inverse one; an index or a
        future has none.
    beta
        How many times anything else moves with the index.
    """
    move = vol_30(shock) - 1.0 if on.kind is Kind.VOLATILITY else shock.spot
    return max(_times(on, leverage, beta) * move, LOWEST)


def moves_over(on: Product, spots: F64, vols: F64, leverage: float = 1.0, beta: float = 1.0) -> F64:
    """``move_of`` for every pair of a volatility and a spot, (vols, spots).

    Parameters
    ----------
    spots, vols
        Returns of the index, and factors on 30-day volatility (``vol_30``).
    """
    move = vols[:, None] - 1.0 if on.kind is Kind.VOLATILITY else spots[None, :]
    shape = len(vols), len(spots)
    return np.maximum(_times(on, leverage, beta) * np.broadcast_to(move, shape), LOWEST)


def _times(on: Product, leverage: float, beta: float) -> float:
    """How many times a product moves with what it follows."""
    if on.kind not in OTHERWISE:
        return beta
    return leverage if on.delivers is Delivers.SHARES else 1.0


def vol_30(shock: Shock) -> float:
    """The factor of a shock on 30-day volatility.

    >>> vol_30(Shock(-0.05, ((20.0, 3.0), (40.0, 2.0)))), vol_30(Shock(-0.05))
    (2.5, 1.0)
    """
    if not shock.vol:
        return 1.0
    days, factors = zip(*shock.vol, strict=True)
    return float(np.interp(30.0, days, factors))
