"""Large problems: the same least as a mixed-integer linear program.

Unknown are the contracts of each short left uncovered, the contracts of each long in each group, the
lots in each pairing, and the loss of each group, which is at least what the group owes at every
spot. The pooled requirement follows the greater side, so there are two programs: one in which calls
lead and one in which puts do. The figure is worked out again from the whole numbers found.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tomking.core.value import value
from tomking.portfolio.margin.least.layout import FORTUNE, RIGHTS
from tomking.portfolio.margin.least.lots import NONE, Lots
from tomking.portfolio.margin.least.problem import (
    CALL_PREMIUM,
    CALLS,
    PUT_PREMIUM,
    PUTS,
    TIE,
    Answer,
    Problem,
)
from tomking.portfolio.margin.leg import MarginLeg
from tomking.portfolio.margin.naked import LEAD_TIE, pooled_usd

F64 = NDArray[np.float64]

#: Branches looked at before the search is stopped, and the answer is a bound.
NODES_MAX = 20_000


@value
class Program:
    """A problem as matrices over the unknowns, which stand in this order: uncovered shorts, seated
    longs, paired lots, losses.

    Parameters
    ----------
    out
        Shorts no long has to cover, uncovered or carried by a lot: shape (shorts, unknowns).
    seated
        Longs in each group: shape (groups, longs, unknowns).
    protecting
        Longs that protect a lot: shape (longs, unknowns).
    paired
        Lots paired, shape (unknowns,), and what they cost, ``usd``.
    """

    problem: Problem
    lots: int
    out: F64
    seated: F64
    protecting: F64
    paired: F64
    usd: F64


def programmed(
    problem: Problem, lots: Lots = NONE, legs: Sequence[MarginLeg] = (), nodes: int = NODES_MAX
) -> Answer:
    """The least requirement as :func:`~tomking.portfolio.margin.least.tries.tried` finds it.

    Parameters
    ----------
    lots, legs
        Shares beside the options, and the legs their pairings count.
    nodes
        Branches looked at before the search is stopped.

    Returns
    -------
    Answer
        Its floor is the dual bound of the programs; a search that is stopped leaves it below the
        need.
    """
    program = _program(problem, lots, legs)
    calls, puts = problem.costs[CALLS], problem.costs[PUTS]
    sides = (
        (calls - puts, calls + problem.costs[PUT_PREMIUM]),
        (puts - calls, puts + problem.costs[CALL_PREMIUM]),
    )
    nothing_covered = np.zeros(program.out.shape[1])
    nothing_covered[: len(problem.shorts)] = problem.layout.counts
    need, found = _figure(program, nothing_covered), nothing_covered
    floor = need
    for lead, cost in sides if len(nothing_covered) else ():
        if need and not (lead > 0.0).any() and (lead < 0.0).any():
            continue  # this side leads only with nothing of the other uncovered, which it then ties
        whole, bound = _solved(program, lead, cost, nodes, need)
        floor = min(floor, bound)
        if whole is not None and (figure := _figure(program, whole)) < need:
            need, found = figure, whole
    uncovered = (round(float(n)) for n in found[: len(problem.shorts)])
    return Answer(need, tuple(zip(problem.shorts, uncovered, strict=True)), floor)


def _program(problem: Problem, lots: Lots, legs: Sequence[MarginLeg]) -> Program:
    shorts, longs, groups = problem.shorts, problem.longs, problem.layout.groups
    seats = [(k, group) for k, row in enumerate(problem.layout.seats) for group in row]
    at_seats, at_lots = len(shorts), len(shorts) + len(seats)
    width = at_lots + len(lots.pairings) + len(groups)
    out = np.eye(len(shorts), width)
    seated = np.zeros((len(groups), len(longs), width))
    protecting = np.zeros((len(longs), width))
    paired, usd = np.zeros(width), np.zeros(width)
    for column, (k, group) in enumerate(seats, at_seats):
        seated[group, k, column] = 1.0
    for column, pairing in enumerate(lots.pairings, at_lots):
        paired[column], usd[column] = 1.0, pairing.usd
        if pairing.short is not None:
            out[shorts.index(legs[pairing.short]), column] = 1.0
        if pairing.long is not None:
            protecting[longs.index(legs[pairing.long]), column] = 1.0
    return Program(problem, lots.count, out, seated, protecting, paired, usd)


def _solved(
    program: Program, lead: F64, cost: F64, nodes: int, need: float
) -> tuple[F64 | None, float]:
    """Whole numbers of the best found where one side leads, and what nothing there costs less than.

    Contracts are first let be parts of contracts: that is five times as fast, its least is a bound,
    and more often than not it comes out in whole ones. Nothing is looked for that cannot be less than
    ``need``.
    """
    losses = len(program.problem.layout.groups)
    objective = program.usd.copy()
    objective[: len(cost)] = cost
    objective[len(objective) - losses :] = 1.0
    whole = np.ones(len(objective))
    whole[len(objective) - losses :] = 0.0
    rules = _constraints(program, lead)
    result = _milp(objective, rules, np.zeros(len(objective)), nodes)
    if result.status == _INFEASIBLE:
        return None, np.inf
    if result.status == _SOLVED:
        found = np.array(result.x, dtype=np.float64)
        if result.fun >= need - TIE or np.abs((found - found.round()) * whole).max() < _PART:
            return found.round(), float(result.fun)
    result = _milp(objective, rules, whole, nodes)
    if result.status == _INFEASIBLE:
        return None, np.inf
    bound = -np.inf if result.mip_dual_bound is None else float(result.mip_dual_bound)
    if result.x is None:
        return None, bound
    return np.array(result.x, dtype=np.float64).round(), bound


def _milp(objective: F64, rules: tuple[F64, F64, F64], whole: F64, nodes: int) -> Any:
    """What the solver answers; unknowns of ``whole`` 0 may be parts."""
    from scipy import optimize  # half a second and more, which a book of a few legs does not pay

    scipy: Any = optimize
    return scipy.milp(
        objective,
        integrality=whole,
        bounds=scipy.Bounds(0.0, np.inf),
        constraints=scipy.LinearConstraint(*rules),
        options={"mip_rel_gap": 0.0, "node_limit": nodes},
    )


#: What ``milp`` answers when it has found the least, and when no lawful way lets this side lead.
_SOLVED, _INFEASIBLE = 0, 2
#: A part of a contract that is rounding.
_PART = 1e-6


def _constraints(program: Program, lead: F64) -> tuple[F64, F64, F64]:
    """Rows over the unknowns and their bounds from below and above."""
    layout, out = program.problem.layout, program.out
    width = out.shape[1]
    sold, bought = np.array(layout.counts, dtype=np.float64), np.array(layout.holdings)
    rows, low, high = [out], [np.zeros(len(sold))], [sold]
    low[0][layout.bare] = sold[layout.bare]
    rows += [program.seated.sum(axis=0) + program.protecting, program.paired[None, :]]
    low += [np.zeros(len(bought)), np.zeros(1)]
    high += [bought, np.array([float(program.lots)])]
    scale = np.ones(layout.owed.shape[1])
    scale[:RIGHTS] = 1.0 / FORTUNE
    for k, span in enumerate(layout.groups):
        owed = layout.owed[span].T * scale[:, None]
        row = owed @ out[span] + (layout.worth.T * scale[:, None]) @ program.seated[k]
        row[RIGHTS:, width - len(layout.groups) + k] = 1.0
        rows.append(row)
        low.append(owed @ sold[span])
        high.append(np.full(len(row), np.inf))
    leading = np.zeros((1, width))
    leading[0, : len(lead)] = lead
    rows.append(leading)
    low.append(np.array([-LEAD_TIE]))
    high.append(np.array([np.inf]))
    return np.vstack(rows), np.concatenate(low), np.concatenate(high)


def _figure(program: Program, whole: F64) -> float:
    """Dollars of one way to cover, pair and leave uncovered."""
    problem, layout = program.problem, program.problem.layout
    costs = problem.costs @ whole[: len(problem.shorts), None]
    pool = pooled_usd(costs[CALLS], costs[CALL_PREMIUM], costs[PUTS], costs[PUT_PREMIUM])
    covered = np.array(layout.counts) - program.out @ whole
    total = float(pool[0] + program.usd @ whole)
    for k, span in enumerate(layout.groups):
        owed = covered[span] @ layout.owed[span]
        loss = owed - (program.seated[k] @ whole) @ layout.worth
        total += max(float(loss.max()), 0.0)
    return total
