"""How far a mean could be off: a bootstrap that resamples blocks of time, not trades.

Trades of one week (or month) share a market, so they are drawn together (block bootstrap: Efron and
Tibshirani, *An Introduction to the Bootstrap*, chapter 8; percentile interval: chapter 13).
"""

from collections.abc import Hashable, Sequence

import numpy as np

from tomking.core.value import value

#: Resamplings behind every interval, and how much of them lies inside.
DRAWS = 4000
COVERAGE = 0.95
#: Under so many closed trades an interval would be decoration.
ENOUGH = 20


@value
class Interval:
    """An interval; ``blocks`` is how many weeks or months were resampled."""

    low: float
    high: float
    blocks: int


def of_mean(
    figures: Sequence[float],
    blocks: Sequence[Hashable],
    seed: int,
    draws: int = DRAWS,
    coverage: float = COVERAGE,
) -> Interval | None:
    """The interval of a mean when whole blocks are drawn with replacement.

    Parameters
    ----------
    figures, blocks
        One figure a trade, and the block (a week, a month) it belongs to.
    seed
        Of the resampling; the same seed gives the same interval.
    coverage
        How much of the resampled means lies inside.

    Returns
    -------
    Interval or None
        ``None`` under ``ENOUGH`` figures.

    >>> found = of_mean([1.0, -1.0] * 20, list(range(40)), seed=1)
    >>> found is not None and -0.4 < found.low < 0 < found.high < 0.4
    True
    >>> of_mean([1.0] * 19, list(range(19)), seed=1) is None
    True
    """
    if len(figures) < ENOUGH:
        return None
    names = {name: row for row, name in enumerate(dict.fromkeys(blocks))}
    sums, counts = np.zeros(len(names)), np.zeros(len(names))
    for figure, name in zip(figures, blocks, strict=True):
        sums[names[name]] += figure
        counts[names[name]] += 1.0
    chosen = np.random.default_rng(seed).integers(0, len(names), size=(draws, len(names)))
    means = sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1)
    outside = (1.0 - coverage) / 2.0
    low, high = np.quantile(means, (outside, 1.0 - outside))
    return Interval(float(low), float(high), len(names))
