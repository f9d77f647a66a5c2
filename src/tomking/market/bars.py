"""Daily history as columns, cut so that nothing of today or later can be read."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from tomking.core.errors import LookAhead
from tomking.core.evidence import Evidence
from tomking.core.value import value

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


@value
class Bars:
    """Daily rows in order. ``days`` are proleptic ordinals (``date.toordinal``); prices in points.

    ``volume`` may be all NaN where the source has none. The arrays are views and must not be
    written to.
    """

    days: I32
    open: F64
    high: F64
    low: F64
    close: F64
    volume: F64
    evidence: Evidence

    def __len__(self) -> int:
        return len(self.days)

    def before(self, day: date) -> "Bars":
        """The rows of earlier dates only: what is known before that day's open."""
        end = int(np.searchsorted(self.days, day.toordinal()))
        return self.cut(0, end)

    def cut(self, start: int, end: int) -> "Bars":
        """Rows ``start`` to ``end`` (excluded), as views."""
        rows = slice(start, end)
        return Bars(
            self.days[rows], self.open[rows], self.high[rows], self.low[rows],
            self.close[rows], self.volume[rows], self.evidence,
        )  # fmt: skip

    def scaled(self, factor: float) -> "Bars":
        """The same rows with every price multiplied; volume untouched."""
        return Bars(
            self.days, self.open * factor, self.high * factor, self.low * factor,
            self.close * factor, self.volume, self.evidence,
        )  # fmt: skip

    def row(self, day: date) -> int:
        """The row of a date; one that is not there yet was asked for too early.

        Raises
        ------
        LookAhead
            If the date lies at or after the cut, or has no row.
        """
        ordinal = day.toordinal()
        row = int(np.searchsorted(self.days, ordinal))
        if row >= len(self.days) or self.days[row] != ordinal:
            raise LookAhead(f"the daily row of {day} is not known yet, or there is none")
        return row
