"""The least requirement of options, beside lots of shares or not: tried out, or as a program.

Up to ``CELLS_MAX`` figures everything is tried; that takes milliseconds at most. Above, a
mixed-integer program finds the same least, and only then is its library loaded.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from math import inf

from tomking.portfolio.margin.least.lots import NONE, Lots, assignments, cost, left_over
from tomking.portfolio.margin.least.problem import TIE, Answer, stated
from tomking.portfolio.margin.least.program import programmed
from tomking.portfolio.margin.least.tries import tried
from tomking.portfolio.margin.leg import MarginLeg

#: Figures tried out at most, all ways to pair lots together.
CELLS_MAX = 1_000_000
#: Ways to pair lots tried out at most.
ASSIGNMENTS_MAX = 256


def least(
    legs: Sequence[MarginLeg],
    multiplier: float,
    calendars: bool,
    naked_usd: Callable[[MarginLeg], float],
    lots: Lots = NONE,
) -> Answer:
    """The least requirement over every choice of uncovered shorts, covers and pairings.

    Parameters
    ----------
    legs
        Options in the order of their expiries.
    multiplier
        Dollars a point.
    calendars
        Whether a long of a later expiry covers.
    naked_usd
        What one short contract needs by itself.
    lots
        Shares beside the options. What they need by themselves is not in the answer.
    """
    problem = stated(legs, multiplier, calendars, naked_usd)
    if not (lots.count and lots.pairings):
        return tried(problem) if problem.layout.cells <= CELLS_MAX else programmed(problem)
    if len(lots.pairings) >= ASSIGNMENTS_MAX:  # each of them is a way, and so is none
        return programmed(problem, lots, legs)
    ways = list(islice(assignments(lots, legs), ASSIGNMENTS_MAX + 1))
    if len(ways) > ASSIGNMENTS_MAX or len(ways) * problem.layout.cells > CELLS_MAX:
        return programmed(problem, lots, legs)
    best = Answer(inf, (), inf)
    for paid, way in sorted((cost(lots, way), way) for way in ways):
        if paid >= best.need - TIE:
            break
        rest = left_over(legs, lots, way)
        found = tried(stated(rest, multiplier, calendars, naked_usd))
        if found.need + paid < best.need - TIE:
            best = Answer(found.need + paid, found.uncovered, found.floor + paid)
    return best
