"""Which long options a scan should count: those with which least is asked.

No more than its price can be lost on a long option, and that has been paid. So it may be left out,
in whole or in part, as by the rule for shares a long may stand in no spread; and one more of them
never raises what is asked. What is asked is convex in how much of each long counts. So its slope where
everything counts says how much a choice could save at most, which is nothing as a rule; where it is
not, a linear program answers.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tomking.core.value import value

F64 = NDArray[np.float64]

#: Dollars that no choice is looked for.
TIE = 1e-3


@value
class Risks:
    """What contracts gain in every scenario, and how a house counts it; dollars.

    Attributes
    ----------
    gains
        Of each contract held, all lots together: shape (scenarios, contracts).
    mine
        Which contracts stand in each month, ones and noughts: shape (months, contracts).
    worth
        What each option would fetch, longs + and shorts -; a future nothing.
    minimum
        The least that is at risk.
    credit
        The share that counts of what months save when they move together: 0 to 1, for convexity.
    factor
        What the house asks for a dollar at risk.
    """

    gains: F64
    mine: F64
    worth: F64
    minimum: float
    credit: float
    factor: float

    def losses(self, share: F64) -> tuple[list[float], list[int]]:
        """The worst loss of each month and, last, of all together, with the scenarios they are in.

        Notes
        -----
        McMillan, *Options as a Strategic Investment*, prints the array of an S&P 500 future with a
        range of 20 points, extreme row included.

        >>> future = np.array([[0, 0, 3330, 3330, -3330, -3330, 6670, 6670, -6670, -6670,
        ...                     10000, 10000, -10000, -10000, 7000, -7000]], dtype=float).T
        >>> Risks(future, np.ones((1, 1)), np.zeros(1), 0.0, 0.8, 1.0).losses(np.ones(1))
        ([10000.0, 10000.0], [12, 12])
        """
        if len(self.mine) == 1:
            sums = (self.gains @ share)[None]
            row = int(sums.argmin())
            lost = max(0.0, -float(sums[0, row]))  # in this order, so that nought has no sign
            return [lost, lost], [row, row]
        sums = (self.mine * share) @ self.gains.T
        sums = np.vstack((sums, sums.sum(axis=0)))
        rows = sums.argmin(axis=1)
        lost = np.maximum(-sums[np.arange(len(rows)), rows], 0.0) + 0.0
        return lost.tolist(), rows.tolist()

    def at_risk(self, losses: Sequence[float]) -> float:
        """What of the losses is at risk once the months' credit is taken off."""
        apart, together = sum(losses[:-1]), losses[-1]
        return apart - self.credit * (apart - together)

    def slope(self, losses: Sequence[float], rows: Sequence[int]) -> F64:
        """What all of each contract adds to what is asked, where these losses are the worst."""
        slope = -self.worth
        if self.at_risk(losses) > self.minimum:
            weights = self.mine * (1.0 - self.credit)
            weights = np.vstack((weights, np.full(len(slope), self.credit)))
            weights[np.array(losses) <= 0.0] = 0.0
            slope = slope - self.factor * (weights * self.gains[rows]).sum(axis=0)
        return slope


def used(risks: Risks, long: NDArray[np.bool_], most: float) -> F64:
    """How much of each contract counts, from 0 to 1: all of what is not a long option.

    Parameters
    ----------
    long
        Which contracts are long options.
    most
        Dollars that are asked at most; a choice that is dearer is not looked for.
    """
    share = np.ones(len(long))
    if not long.any():
        return share
    losses, rows = risks.losses(share)
    needed = risks.factor * max(risks.at_risk(losses), risks.minimum) - float(risks.worth.sum())
    saved_at_most = float(np.maximum(risks.slope(losses, rows)[long], 0.0).sum())
    at_least = max(needed - saved_at_most, 0.0)
    if needed > 0.0 and saved_at_most > TIE and at_least < most:
        share[long] = _solved(risks, long)
    return share


def _solved(risks: Risks, long: NDArray[np.bool_]) -> F64:
    """How much of each long counts where least is asked.

    Unknown are the shares, the loss of each month, the loss of all together, and what is at risk.
    """
    from scipy import optimize  # a part of a second, which few books of a desk pay

    count, months, scenarios = int(long.sum()), len(risks.mine), len(risks.gains)
    width = count + months + 2
    rows: list[F64] = []
    least: list[F64] = []
    for k, mine in enumerate((*risks.mine, np.ones(len(long)))):
        gains = risks.gains * mine
        block = np.zeros((scenarios, width))
        block[:, :count], block[:, count + k] = gains[:, long], 1.0
        rows.append(block)
        least.append(-gains[:, ~long].sum(axis=1))
    at_risk = np.zeros((1, width))
    at_risk[0, count:] = [*[risks.credit - 1.0] * months, -risks.credit, 1.0]
    rows.append(at_risk)
    least.append(np.zeros(1))
    asked = np.zeros(width)
    asked[:count], asked[-1] = -risks.worth[long], risks.factor
    highest = [(0.0, 1.0)] * count + [(0.0, None)] * (months + 1) + [(risks.minimum, None)]
    scipy: Any = optimize
    found: Any = scipy.linprog(
        asked, A_ub=-np.vstack(rows), b_ub=-np.concatenate(least), bounds=highest, method="highs"
    )
    if found.x is None:  # no answer is known to be worse than counting everything
        return np.ones(count)
    return np.array(found.x[:count], dtype=np.float64)
