"""Covered shorts: the largest intrinsic loss of shorts that expire together and the longs beside
them.

The universal spread rule (SR-CBOE-2012-043, FINRA Regulatory Notice 12-44, in force since 26
October 2012): premium is left out, the loss is tested at every strike and at both ends, a long must
not expire before the short it covers, and every covered short needs a long of its own right. Two
covered shorts of *different* expiries can both lose, one after the other, so their groups' losses
add.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Right
from tomking.core.value import value
from tomking.portfolio.margin.leg import MarginLeg
from tomking.portfolio.margin.ways import Ways, grid

F64 = NDArray[np.float64]


@value
class Group:
    """Shorts that expire together and could be covered, with what does not depend on the longs.

    A row a way: ``naked`` (m, shorts) contracts left uncovered, ``owed`` (m, spots) dollars the
    covered ones are worth at each spot, ``claims`` (m, 2) covered calls and puts. ``costs`` (5, m)
    are the rows ``CALLS`` to ``COUNT`` of a table.
    """

    shorts: tuple[MarginLeg, ...]
    counts: tuple[int, ...]
    naked: F64
    owed: F64
    claims: F64
    costs: F64


@value
class Longs:
    """Long legs: dollars each contract is worth at each spot, and whether it is a call or a put."""

    legs: tuple[MarginLeg, ...]
    worth: F64
    sides: F64


def sides(legs: Sequence[MarginLeg]) -> F64:
    """Ones for calls in the first column and for puts in the second, shape (legs, 2)."""
    calls = np.array([float(leg.right is Right.CALL) for leg in legs])
    return np.array([calls, 1.0 - calls]).T


def intrinsics(legs: Sequence[MarginLeg], spots: F64) -> F64:
    """Intrinsic value of one contract in points, shape (legs, spots)."""
    strikes = np.array([leg.strike for leg in legs])
    signs = np.array([1.0 if leg.right is Right.CALL else -1.0 for leg in legs])
    worth: F64 = np.maximum(signs[:, None] * (spots - strikes[:, None]), 0.0)
    return worth


def longs(legs: Sequence[MarginLeg], spots: F64, multiplier: float) -> Longs:
    """The long legs of a book as columns."""
    if not legs:
        return Longs((), np.zeros((0, len(spots))), np.zeros((0, 2)))
    return Longs(tuple(legs), intrinsics(legs, spots) * multiplier, sides(legs))


def weights(shorts: Sequence[MarginLeg], naked: Sequence[float], multiplier: float) -> F64:
    """Dollars one uncovered contract adds to the rows ``CALLS`` to ``COUNT``, shape (5, shorts)."""
    calls, puts = sides(shorts).T
    need = np.array(naked)
    premium = np.array([leg.price for leg in shorts]) * multiplier
    return np.array([need * calls, premium * calls, need * puts, premium * puts, calls + puts])


def group(shorts: Sequence[MarginLeg], added: F64, spots: F64, multiplier: float) -> Group:
    """A group from its shorts and the ``weights`` of leaving each of them uncovered."""
    counts = tuple(-leg.quantity for leg in shorts)
    naked = grid(counts)
    covered = np.array(counts, dtype=np.float64) - naked
    owed = covered @ intrinsics(shorts, spots) * multiplier
    return Group(tuple(shorts), counts, naked, owed, covered @ sides(shorts), added @ naked.T)


def ways(held: Group, beside: Longs, given: F64) -> Ways:
    """Every lawful way to leave shorts of a group uncovered, with its cost.

    Parameters
    ----------
    given
        How many of each long stand in this group, shape (longs,).

    Notes
    -----
    The loss is piecewise linear in the underlying, so it is greatest at zero, at a strike, or beyond
    the last one; there it cannot grow, because covered calls never outnumber long calls. Spots at other
    groups' strikes are looked at too, which changes nothing.
    """
    lawful = np.flatnonzero((held.claims <= given @ beside.sides).all(axis=1))
    loss = (held.owed[lawful] - given @ beside.worth).max(axis=1)
    table = np.empty((6, len(lawful)))
    table[0] = np.maximum(loss, 0.0)
    table[1:] = held.costs[:, lawful]
    return Ways(table, held.naked[lawful])
