"""What held legs are worth: values, profit and loss, net liquidation, exposures.

Dollars throughout; a long is worth a positive amount, a short a negative one.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Contract, Right
from tomking.core.money import ZERO
from tomking.market.snapshot import ASK, BID, DELTA, MID, THETA, VEGA, Legs, Marks
from tomking.portfolio.book import Book, Position

F64 = NDArray[np.float64]


def values(legs: Legs, marks: Marks) -> list[float]:
    """Dollar value of each leg at mid, as plain floats; NaN where there is no quote."""
    worth: list[float] = (legs.quantity * legs.multiplier * marks.table[MID]).tolist()
    return worth


def of_options(legs: Legs, marks: Marks) -> float:
    """Dollar value at mid of the options among some legs."""
    return sum((v for v, sign in zip(values(legs, marks), legs.sign, strict=True) if sign), 0.0)


def net_liq(book: Book, worth: list[float]) -> float:
    """Cash, what the legs are worth, and the futures' basis."""
    basis = sum((float(held.basis) for held in book.positions.values()), 0.0)
    return float(book.cash) + sum(worth) + basis


def profit(position: Position, worth: list[float]) -> float:
    """Open profit (+) or loss (-) of a position at mid, in dollars, before fees."""
    rows = worth[position.row : position.row + len(position.held)]
    return float(position.premium + position.basis) + sum(rows)


def profits(book: Book, worth: list[float]) -> dict[str, float]:
    """What each campaign has made so far (+) or lost, after fees, in dollars; NaN without a quote."""
    totals = {name: float(campaign.flow) for name, campaign in book.campaigns.items()}
    for position in book.positions.values():
        mine = worth[position.row : position.row + len(position.held)]
        totals[position.campaign] += sum(mine) + float(position.basis)
    return totals


def profit_by_campaign(book: Book, marks: Marks) -> dict[str, Decimal]:
    """Profit by campaign, exact: its cash flow plus what its open positions are worth at mid."""
    table = zip(marks.table[MID].tolist(), book.legs.quantity, book.legs.multiplier, strict=True)
    worth = [Decimal(repr(mid)) * int(quantity) * int(size) for mid, quantity, size in table]
    totals = {name: campaign.flow for name, campaign in book.campaigns.items()}
    for position in book.positions.values():
        mine = worth[position.row : position.row + len(position.held)]
        totals[position.campaign] += sum(mine, ZERO) + position.basis
    return totals


def dollar_delta(legs: Legs, marks: Marks) -> float:
    """Dollars gained for a move of +100 % at today's slope: quantity x multiplier x delta x spot."""
    shares = legs.quantity * legs.multiplier * marks.table[DELTA]
    return float(np.dot(shares, marks.spot)) if len(legs) else 0.0


def dollar_vega(legs: Legs, marks: Marks) -> float:
    """Dollars gained when every implied volatility rises by one point (0.01)."""
    return float(np.dot(legs.quantity * legs.multiplier, marks.table[VEGA])) if len(legs) else 0.0


def dollar_theta(legs: Legs, marks: Marks) -> float:
    """Dollars gained by one calendar day passing."""
    return float(np.dot(legs.quantity * legs.multiplier, marks.table[THETA])) if len(legs) else 0.0


def total(legs: Legs, marks: Marks) -> float:
    """Dollar value of all legs at mid."""
    return sum(values(legs, marks))


def at_exit(legs: Legs, marks: Marks) -> float:
    """Dollar value of all legs at the far side of their quotes: longs at the bid, shorts at the ask."""
    dollars = legs.quantity * legs.multiplier
    long: F64 = np.maximum(dollars, 0.0)
    return float(np.dot(long, marks.table[BID]) + np.dot(dollars - long, marks.table[ASK]))


def gross_dollar_delta(legs: Legs, marks: Marks) -> float:
    """The sizes of all dollar deltas added up, so that what is opposite does not cancel.

    Only the options of one right on one expiry do: a butterfly is no leverage of four legs, while the
    two sides of a strangle are both counted.
    """
    if not len(legs):
        return 0.0
    dollars = legs.quantity * legs.multiplier * marks.table[DELTA] * marks.spot
    return float(np.abs(np.bincount(_series(legs.contracts), dollars)).sum())


@lru_cache(maxsize=512)
def _series(contracts: tuple[Contract, ...]) -> NDArray[np.int64]:
    """A number for each leg, the same for options of one root, right and expiry."""
    numbers: dict[tuple[str, date, Right | None, str], int] = {}
    keys = ((held.root, held.expiry, held.right, held.future) for held in contracts)
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
