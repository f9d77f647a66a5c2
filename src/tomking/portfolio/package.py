"""Prices of a package: its mid, its far side, and how far from mid a limit may stand.

A package has one net price per unit: + credit, - debit, in points.
"""

import numpy as np

from tomking.core.venue import BAND_POINTS_MIN, BAND_SHARE
from tomking.market.snapshot import ASK, BID, MID, Legs, Marks


def natural(marks: Marks, legs: Legs, units: int) -> float:
    """The net credit per unit at the far side of every quote: sell at the bid, buy at the ask."""
    sides: list[float] = [
        (bid if quantity < 0 else ask) * -quantity
        for bid, ask, quantity in zip(
            marks.table[BID].tolist(),
            marks.table[ASK].tolist(),
            legs.quantity.tolist(),
            strict=True,
        )
    ]
    return sum(sides) / units


def price_band(marks: Marks, legs: Legs, units: int) -> float:
    """How far from its mid a package's limit may stand, in points per unit (venue rule R-VEN-02)."""
    worth = float((marks.table[MID] * abs(legs.quantity)).sum()) / units
    return max(BAND_POINTS_MIN, BAND_SHARE * worth)


def package_mid(marks: Marks, legs: Legs, units: int) -> float:
    """The net credit per unit at mid."""
    return -float(np.dot(marks.table[MID], legs.quantity)) / units
