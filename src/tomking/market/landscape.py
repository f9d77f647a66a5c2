"""Worlds on three axes, and what a table of them needs to know of some legs.

A move of the index, a factor on volatility and time gone by make a world; a table asks for all their
combinations. What a leg is worth there follows from a few columns, so a market lays those out once and
``portfolio.landscape`` prices the whole table in one call.
"""

import numpy as np
from numpy.typing import NDArray

from tomking.core.value import value
from tomking.market.bars import F64
from tomking.market.snapshot import Shock

Term = tuple[tuple[float, float], ...]
I64 = NDArray[np.int64]
MINUTES_A_DAY = 1440.0


@value
class Axes:
    """Returns of the index, factors on volatility by days to expiry, and calendar days gone by."""

    spots: tuple[float, ...]
    vols: tuple[Term, ...]
    days: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many spots, volatilities and times there are."""
        return len(self.spots), len(self.vols), len(self.days)

    def shock(self, spot: int, vol: int, day: int) -> Shock:
        """The world at a place of the table, as everything else asks for it."""
        minutes = self.days[day] * MINUTES_A_DAY
        return Shock(self.spots[spot], self.vols[vol], minutes=minutes)


@value
class CashPaid:
    """Legs on one share that pays cash: their rows, years to each ex-date now, points a share."""

    rows: NDArray[np.bool_]
    ex: F64
    amounts: F64


@value
class Landscape:
    """What some legs need to be priced over a table of worlds.

    Attributes
    ----------
    level : (underlyings, vols, spots)
        Price of each underlying, points.
    of : (legs,)
        The underlying of each leg.
    years : (legs, times)
        Calendar years left; nought once an option is over, when it is worth what it is exercised for.
    basis : (legs, times)
        Price of what the option is on over its level: that of a future over the index, else 1.
    carry : (legs,)
        What that grows by a year, risk-neutral.
    vol, factor : (legs, times, spots), (legs, times, vols)
        Annual volatility at the strike, and the factor of the shock on it.
    gone : (times,)
        Years gone by.
    early : (legs,)
        Whether an option may be exercised early.
    paid
        The cash dividends of the shares among the underlyings.
    """

    level: F64
    of: I64
    years: F64
    basis: F64
    carry: F64
    vol: F64
    factor: F64
    gone: F64
    rate: float
    early: NDArray[np.bool_]
    paid: tuple[CashPaid, ...] = ()


def factors(days: F64, vols: tuple[Term, ...]) -> F64:
    """The factor of every shock on the volatility of every leg, with a last axis for the shocks.

    Linear in the days to expiry that are left then and flat beyond the ends of a term, as in
    ``surface.shock_into``.

    Parameters
    ----------
    days : (legs, times)

    >>> factors(np.array([[20.0], [45.0]]), ((), ((30.0, 3.0), (60.0, 2.0)))).tolist()
    [[[1.0, 3.0]], [[1.0, 2.5]]]
    """
    return np.stack([_interpolated(days, term) for term in vols], axis=-1)


def _interpolated(days: F64, term: Term) -> F64:
    if not term:
        return np.ones(days.shape)
    known, figures = zip(*term, strict=True)
    found: F64 = np.interp(days, known, figures)
    return found
