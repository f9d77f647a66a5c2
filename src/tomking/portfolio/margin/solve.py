"""The least requirement: longs shared out over the expiries, shorts left uncovered, every way
tried.

A sharing whose floor is not below the best found so far is passed over; nothing else is skipped.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tomking.core.errors import InvariantError
from tomking.core.value import value
from tomking.portfolio.margin.covered import Group, Longs, group, longs, ways, weights
from tomking.portfolio.margin.house import House
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.naked import naked_usd
from tomking.portfolio.margin.sharing import Sharing, outlives, sharings
from tomking.portfolio.margin.ways import (
    TIE,
    Ways,
    cheapest,
    floor_of,
    floors,
    is_exhaustive,
    joined,
)

F64 = NDArray[np.float64]


@value
class Answer:
    """Dollars, how many of each short stay uncovered, and whether every way was tried."""

    need: float
    uncovered: tuple[tuple[MarginLeg, int], ...]
    exact: bool


@value
class Problem:
    """A tidy book: longs, groups of shorts they could cover, and the shorts that nothing can cover.

    ``forced`` (6,) is what the last add to every way, in dollars.
    """

    longs: Longs
    groups: tuple[Group, ...]
    bare: tuple[MarginLeg, ...]
    forced: F64


#: Ways and floors of a group with the longs it is given, worked out once.
Known = dict[tuple[int, tuple[int, ...]], tuple[Ways, F64]]


def stated(legs: Sequence[MarginLeg], underlying: Underlying, house: House) -> Problem:
    """The options of a book as a problem; shorts with a long of their right that outlives them group."""
    held = [leg for leg in legs if leg.quantity > 0]
    together: dict[tuple[object, ...], list[MarginLeg]] = {}
    bare: list[MarginLeg] = []
    for leg in legs:
        if leg.quantity > 0:
            continue
        if any(leg.right is x.right and outlives(x, leg, house.calendars) for x in held):
            together.setdefault((leg.expiry, leg.settles), []).append(leg)
        else:
            bare.append(leg)
    spots = np.array([0.0, *sorted({leg.strike for leg in legs})])
    scale = underlying.multiplier

    def added(shorts: Sequence[MarginLeg]) -> F64:
        """What leaving each of some shorts uncovered adds."""
        return weights(shorts, [naked_usd(leg, underlying, house) for leg in shorts], scale)

    forced = np.zeros(6)
    if bare:
        forced[1:] = added(bare) @ np.array([-leg.quantity for leg in bare])
    groups = tuple(group(some, added(some), spots, scale) for some in together.values())
    return Problem(longs(held, spots, scale), groups, tuple(bare), forced)


def solved(problem: Problem, calendars: bool) -> Answer:
    """The least requirement over every sharing of the longs and every choice of uncovered shorts."""
    bare = tuple((leg, -leg.quantity) for leg in problem.bare)
    if not problem.groups:
        least, _ = cheapest(Ways(np.zeros((6, 1)), np.zeros((1, 0))), problem.forced)
        return Answer(least, bare, exact=True)
    firsts = [one.shorts[0] for one in problem.groups]
    tries, exact = sharings(problem.longs.legs, firsts, calendars)
    known: Known = {}
    forced = floors(problem.forced[:, None])
    best: tuple[float, F64] | None = None
    for sharing in tries:
        found = _entries(problem, sharing, known)
        if best is not None and floor_of(sum((low for _, low in found), forced)) >= best[0] - TIE:
            continue
        other = _valued(problem, found)
        if best is None or other[0] < best[0] - TIE:
            best = other
    if best is None:
        raise InvariantError("no way to share out long options was tried; report this book of legs")
    every = exact and all(is_exhaustive(one.counts) for one in problem.groups)
    shorts = [leg for one in problem.groups for leg in one.shorts]
    counts = [round(float(x)) for x in best[1]]
    return Answer(best[0], (*zip(shorts, counts, strict=True), *bare), every)


def _entries(problem: Problem, sharing: Sharing, known: Known) -> list[tuple[Ways, F64]]:
    """Ways and floors of every group under one sharing."""
    found: list[tuple[Ways, F64]] = []
    for k, given in enumerate(sharing):
        entry = known.get((k, given))
        if entry is None:
            counts = np.array(given, dtype=np.float64)
            table = ways(problem.groups[k], problem.longs, counts)
            entry = known[k, given] = (table, floors(table.table))
        found.append(entry)
    return found


def _valued(problem: Problem, found: Sequence[tuple[Ways, F64]]) -> tuple[float, F64]:
    """The least requirement under one sharing, and the numbers left uncovered."""
    whole = found[0][0]
    for table, _ in found[1:]:
        whole = joined(whole, table)
    return cheapest(whole, problem.forced)
