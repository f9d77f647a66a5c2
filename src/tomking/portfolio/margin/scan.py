"""Futures and options on them: the worst of sixteen scenarios, with the longs that are of use.

Months are scanned one by one and moved together; of what they save each other a share counts. An
exchange prices all this from a daily file that is not public, so every answer is an estimate.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import inf

import numpy as np
from numpy.typing import NDArray

from tomking.core.money import worked_out
from tomking.core.value import value
from tomking.portfolio.margin.house import ESTIMATE
from tomking.portfolio.margin.ranges import Range
from tomking.portfolio.margin.useful import Risks, used
from tomking.portfolio.margin.worlds import SCENARIOS, Held, arrays

F64 = NDArray[np.float64]


@value
class Month:
    """One contract month: its worst scenario and the dollars lost there."""

    future: str
    scenario: str
    loss: float


@value
class Scan:
    """What a set of futures and options on them needs, and what it is made of; dollars.

    Losses and scenarios are those of what is counted: without the idle longs.

    Attributes
    ----------
    months
        Every contract month by itself: a future never covers another.
    scenario
        The worst scenario of all months moved together.
    loss, credit
        The months' losses added up, and a share of what they save when they move together.
    minimum
        The least for the short options there are.
    option_value
        What the options are worth: longs +, shorts -.
    idle
        What of it is in long options that are left out, because with them more would be asked.
    factor
        What the house asks for a dollar of the exchange's.
    most
        What can be lost at the end, premium not counted: nothing more is asked. Infinite where it is
        not known.
    """

    months: tuple[Month, ...]
    scenario: str
    loss: float
    credit: float
    minimum: float
    option_value: float
    factor: float
    most: float = inf
    idle: float = 0.0
    method: str = ESTIMATE

    @property
    def risk(self) -> float:
        """What the set could lose: the scan less the credit, or the minimum if that is more."""
        return max(self.loss - self.credit, self.minimum)

    @property
    def requirement(self) -> Decimal:
        """What the house asks; it does not subtract premium received.

        What the options would fetch counts against what could be lost, so a short option's own price
        is inside once. A spread never needs more than it can lose.
        """
        return worked_out(max(min(self._needed, self.most), 0.0))

    @property
    def binds(self) -> bool:
        """Whether what can be lost at the end is less than the scenarios would ask."""
        return self.most < self._needed

    @property
    def _needed(self) -> float:
        return self.factor * self.risk - (self.option_value - self.idle)

    @property
    def bp_effect(self) -> Decimal:
        """The requirement less premium received plus premium paid."""
        return self.requirement + worked_out(self.option_value)


def scanned(held: Held, ranges: Range, multiplier: float, factor: float) -> Scan:
    """The scan of one root's contracts, at the best use of its long options.

    Parameters
    ----------
    multiplier
        Dollars a point.
    factor
        From :func:`~tomking.portfolio.margin.ranges.factor_of`.
    """
    size = held.quantity * multiplier
    names = tuple(dict.fromkeys(held.month))
    option = size if held.sign.all() else np.where(held.sign != 0.0, size, 0.0)
    worth = option * held.price
    short = float(np.maximum(-option, 0.0) @ held.forward)
    risks = Risks(
        arrays(held, ranges) * size,
        _by_month(names, held.month),
        worth,
        ranges.minimum * ranges.price * short,
        ranges.credit,
        factor,
    )
    most = _most(held, size)
    share = used(risks, option > 0.0, most)
    losses, rows = risks.losses(share)
    months = zip(names, rows, losses, strict=False)
    loss, fetched = sum(losses[:-1]), float(worth.sum())
    return Scan(
        tuple(Month(name, SCENARIOS[row], lost) for name, row, lost in months),
        SCENARIOS[rows[-1]],
        loss,
        ranges.credit * (loss - losses[-1]),
        risks.minimum,
        fetched,
        factor,
        most,
        fetched - float(worth @ share),
    )


def _by_month(names: Sequence[str], month: Sequence[str]) -> F64:
    """Which contracts stand in each month: ones and noughts, shape (months, contracts)."""
    mine = np.zeros((len(names), len(month)))
    for column, name in enumerate(month):
        mine[names.index(name), column] = 1.0
    return mine


def _most(held: Held, size: F64) -> float:
    """Dollars that options can lose at their ends, one after the other; infinite beside a future."""
    if not held.sign.all():
        return inf
    ends: dict[tuple[str, float], list[int]] = {}
    for row, end in enumerate(zip(held.month, held.years.tolist(), strict=True)):
        ends.setdefault(end, []).append(row)
    return sum(
        _most_at_once(held.sign[rows], held.strike[rows], size[rows]) for rows in ends.values()
    )


def _most_at_once(sign: F64, strike: F64, size: F64) -> float:
    """Dollars that options which end together can lose at the end; infinite if calls are short."""
    if float(size[sign > 0.0].sum()) < 0.0:
        return inf
    ends = np.append(strike, 0.0)[:, None]
    worth = np.maximum(sign * (ends - strike), 0.0)
    return max(0.0, -float((worth @ size).min()))  # in this order, so that nought has no sign
