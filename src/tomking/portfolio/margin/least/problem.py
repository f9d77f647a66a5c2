"""A set of options as a problem: its layout, and what each contract costs that is left uncovered."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Right
from tomking.core.value import value
from tomking.portfolio.margin.least.layout import Layout, laid_out, terms
from tomking.portfolio.margin.leg import MarginLeg

F64 = NDArray[np.float64]

#: Rows of ``Problem.costs``: dollars an uncovered contract adds to either side's requirement and
#: premium, and one for the contract itself.
CALLS, CALL_PREMIUM, PUTS, PUT_PREMIUM, COUNT = range(5)

#: Dollars: less than a hundredth of a cent is no difference.
TIE = 1e-5


@value
class Problem:
    """Shorts and longs in the order of the layout, and the costs of leaving shorts uncovered.

    ``costs`` has the shape (5, shorts); its rows are ``CALLS`` to ``COUNT``.
    """

    layout: Layout
    shorts: tuple[MarginLeg, ...]
    longs: tuple[MarginLeg, ...]
    costs: F64


@value
class Answer:
    """The least found, and how many of each short it leaves uncovered.

    ``need`` can be had; nothing lawful costs less than ``floor``. Dollars.
    """

    need: float
    uncovered: tuple[tuple[MarginLeg, int], ...]
    floor: float

    @property
    def is_exact(self) -> bool:
        """Whether the two are the same to the cent."""
        return self.need - self.floor < 0.005


def stated(
    legs: Sequence[MarginLeg],
    multiplier: float,
    calendars: bool,
    naked_usd: Callable[[MarginLeg], float],
) -> Problem:
    """A set of options as a problem.

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
    """
    layout = laid_out(tuple(map(terms, legs)), multiplier, calendars)
    shorts = tuple(legs[k] for k in layout.shorts)
    rows = [_costs(leg, naked_usd(leg), leg.price * multiplier) for leg in shorts]
    costs = np.array(rows, dtype=np.float64).reshape(len(rows), COUNT + 1).T
    return Problem(layout, shorts, tuple(legs[k] for k in layout.longs), costs)


def _costs(leg: MarginLeg, need: float, premium: float) -> tuple[float, ...]:
    """What one contract adds to every row of the costs if it is left uncovered."""
    if leg.right is Right.CALL:
        return need, premium, 0.0, 0.0, 1.0
    return 0.0, 0.0, need, premium, 1.0
