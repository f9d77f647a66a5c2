"""Small problems: every way to share the longs out, every choice of uncovered shorts, at once.

What the uncovered need does not depend on where the longs stand, and what a covered group can lose
does not depend on the other groups, nor on any mark. So the losses are taken over the sharings
first, for all choices together, and nothing is skipped.
"""

from functools import lru_cache
from itertools import combinations, pairwise, product

import numpy as np
from numpy.typing import NDArray

from tomking.portfolio.margin.least.layout import Layout
from tomking.portfolio.margin.least.problem import (
    CALL_PREMIUM,
    CALLS,
    COUNT,
    PUT_PREMIUM,
    PUTS,
    Answer,
    Problem,
)
from tomking.portfolio.margin.leg import MarginLeg
from tomking.portfolio.margin.naked import pooled_usd

F64 = NDArray[np.float64]

#: Layouts of no more cells than this keep their losses.
KEPT_MAX = 4096

#: Dollars that an uncovered contract counts for when two ways cost the same.
PREFERENCE = 1e-8


def tried(problem: Problem) -> Answer:
    """The least requirement: every sharing and every choice is looked at.

    Of choices that cost the same the one with the fewest uncovered contracts is taken.
    """
    layout = problem.layout
    losses = _kept(layout) if layout.cells <= KEPT_MAX else least_losses(layout)
    bare = problem.costs[:, layout.bare] @ np.array(layout.counts[layout.bare], dtype=np.float64)
    costs = bare[:, None]
    for span, naked in zip(layout.groups, grids(layout), strict=True):
        costs = _joined(costs, problem.costs[:, span] @ naked.T)
    pool = pooled_usd(costs[CALLS], costs[CALL_PREMIUM], costs[PUTS], costs[PUT_PREMIUM])
    totals = losses + pool
    pick = int((totals + PREFERENCE * costs[COUNT]).argmin())
    need = float(totals[pick])
    return Answer(need, _uncovered(problem, pick), need)


def _uncovered(problem: Problem, pick: int) -> tuple[tuple[MarginLeg, int], ...]:
    """How many of each short a choice leaves uncovered; the last group's choice changes fastest."""
    left = list(problem.layout.counts)
    spans = zip(problem.layout.groups, grids(problem.layout), strict=True)
    for span, naked in reversed(list(spans)):
        pick, row = divmod(pick, len(naked))
        left[span] = map(int, naked[row])
    return tuple(zip(problem.shorts, left, strict=True))


def least_losses(layout: Layout) -> F64:
    """The least that each choice's covered groups can lose together, over every sharing of the longs.

    Returns
    -------
    F64
        Dollars, shape (choices,); a fortune where longs are missing.
    """
    sharings = _sharings(layout)
    losses = np.zeros((1, 1))
    for k, (span, naked) in enumerate(zip(layout.groups, grids(layout), strict=True)):
        covered = naked[::-1]  # what a choice leaves uncovered, the opposite choice covers
        owed = covered @ layout.owed[span]
        worst = (owed - (sharings[:, :, k] @ layout.worth)[:, None, :]).max(axis=2)
        losses = _joined(losses, np.maximum(worst, 0.0))
    least: F64 = losses.min(axis=0)
    least.flags.writeable = False
    return least


_kept = lru_cache(maxsize=1024)(least_losses)


def _joined(first: F64, second: F64) -> F64:
    """Every column of one with every column of another, row by row; figures add."""
    if first.shape[1] == 1:
        return first + second
    return (first[:, :, None] + second[:, None, :]).reshape(len(second), -1)


def grids(layout: Layout) -> list[F64]:
    """For each group the choices of how many of its shorts stay uncovered, one a row."""
    return [_grid(layout.counts[span]) for span in layout.groups]


@lru_cache(maxsize=256)
def _grid(counts: tuple[int, ...]) -> F64:
    rows = np.indices([count + 1 for count in counts], dtype=np.float64)
    rows = rows.reshape(len(counts), -1).T
    rows.flags.writeable = False  # because it is shared
    return rows


def _sharings(layout: Layout) -> F64:
    """How many of each long stand in each group, shape (sharings, longs, groups)."""
    groups = len(layout.groups)
    options = [
        placed(count, seats, groups)
        for count, seats in zip(layout.holdings, layout.seats, strict=True)
    ]
    rows = list(product(*options))
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(layout.longs), groups)


@lru_cache(maxsize=1024)
def placed(count: int, seats: tuple[int, ...], groups: int) -> tuple[tuple[int, ...], ...]:
    """Every way to seat equal contracts, as a count for each group; all in the first seat first.

    >>> placed(1, (1, 0), 2)
    ((0, 1), (1, 0))
    """
    ways: list[tuple[int, ...]] = []
    for way in reversed(splits(count, len(seats))):
        counts = dict(zip(seats, way, strict=True))
        ways.append(tuple(counts.get(k, 0) for k in range(groups)))
    return tuple(ways)


def splits(count: int, parts: int) -> list[tuple[int, ...]]:
    """Every way to put ``count`` equal things into ``parts`` places.

    >>> splits(1, 2)
    [(0, 1), (1, 0)]
    """
    if parts == 0:
        return [()]
    bars = combinations(range(count + parts - 1), parts - 1)
    edges = ((-1, *row, count + parts - 1) for row in bars)
    return [tuple(b - a - 1 for a, b in pairwise(e)) for e in edges]
