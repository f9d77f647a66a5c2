"""What a book of options would need if contracts could be cut into parts: a linear program by itself."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog

from tomking.core.contract import Right
from tomking.portfolio.margin.house import House
from tomking.portfolio.margin.leg import MarginLeg
from unit.portfolio.brute import uncovered, worth


def least_in_parts(book: Sequence[MarginLeg], house: House) -> float:
    """Dollars; the uncovered follow their greater side, so each side is let lead in turn."""
    shorts = [leg for leg in book if leg.quantity < 0]
    if not shorts:
        return 0.0
    return min(_led(book, shorts, house, lead) for lead in Right)


def _led(
    book: Sequence[MarginLeg], shorts: Sequence[MarginLeg], house: House, lead: Right
) -> float:
    """Unknown: what of each short is uncovered, what of each long stands in each group, the losses."""
    longs = [leg for leg in book if leg.quantity > 0]
    ends = sorted({(leg.expiry, leg.settles) for leg in shorts})
    seats = [
        (long, end) for long in longs for end in ends
        if long.settles is end[1]
        and (long.expiry == end[0] or (house.calendars and long.expiry > end[0]))
    ]  # fmt: skip
    width = len(shorts) + len(seats) + len(ends)
    sign = [1.0 if leg.right is lead else -1.0 for leg in shorts]
    cost = np.zeros(width)
    for k, leg in enumerate(shorts):
        cost[k] = uncovered(leg, house) if leg.right is lead else 100.0 * leg.price
    cost[len(shorts) + len(seats) :] = 1.0
    rows, least = [np.zeros(width)], [0.0]
    for k, leg in enumerate(shorts):
        rows[0][k] = sign[k] * uncovered(leg, house)
    for g, end in enumerate(ends):
        mine = [(k, leg) for k, leg in enumerate(shorts) if (leg.expiry, leg.settles) == end]
        stand = [(len(shorts) + k, long) for k, (long, at) in enumerate(seats) if at == end]
        for spot in (0.0, *sorted({leg.strike for leg in book})):
            row = np.zeros(width)
            row[len(shorts) + len(seats) + g] = 1.0
            row[[k for k, _ in mine]] = [worth(leg, spot) for _, leg in mine]
            row[[k for k, _ in stand]] = [worth(leg, spot) for _, leg in stand]
            rows.append(row)
            least.append(sum(-leg.quantity * worth(leg, spot) for _, leg in mine))
        for right in Right:
            row = np.zeros(width)
            row[[k for k, leg in (*mine, *stand) if leg.right is right]] = 1.0
            rows.append(row)
            least.append(float(sum(-leg.quantity for _, leg in mine if leg.right is right)))
    for long in longs:
        row = np.zeros(width)
        row[[len(shorts) + k for k, (one, _) in enumerate(seats) if one is long]] = -1.0
        rows.append(row)
        least.append(-float(long.quantity))
    highest = [(0.0, float(-leg.quantity)) for leg in shorts] + [(0.0, None)] * (
        width - len(shorts)
    )
    found = linprog(
        cost, A_ub=-np.array(rows), b_ub=-np.array(least), bounds=highest, method="highs"
    )
    return float(found.fun) if found.status == 0 else float("inf")
