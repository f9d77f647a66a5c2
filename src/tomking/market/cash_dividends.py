"""Cash dividends that are known: when they are due, and the yield that stands for them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import exp, log1p

import numpy as np
from numpy.typing import NDArray

from tomking.core.calendar import session
from tomking.core.contract import Contract
from tomking.market.bars import F64
from tomking.market.carry import Dividend
from tomking.market.expiry import MINUTES_A_YEAR

Paid = tuple[Dividend, ...]


def years_to(paid: Dividend, at: datetime) -> float:
    """Calendar years to the open of an ex-date; negative once it is past."""
    opens = session(paid.ex_date).opens
    return (opens - at).total_seconds() / 60.0 / MINUTES_A_YEAR


def schedule(paid: Sequence[Dividend], at: datetime, minutes: float = 0.0) -> tuple[F64, F64]:
    """Years to each ex-date some minutes after an instant, and points a share: columns for a kernel."""
    ex = np.array([years_to(each, at) for each in paid]) - minutes / MINUTES_A_YEAR
    return ex, np.array([float(each.amount) for each in paid])


def yield_of(
    paid: Sequence[Dividend], price: float, rate: float, at: datetime, years: float
) -> float:
    """The continuous yield that takes as much out of a forward as the dividends until then.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from tomking.core.calendar import OPEN, new_york
    >>> now = new_york(date(2026, 6, 5), OPEN)
    >>> two = (Dividend(date(2026, 6, 19), Decimal(2)), Dividend(date(2026, 9, 18), Decimal(2)))
    >>> round(yield_of(two, 600.0, 0.0, now, 0.2), 6), round(yield_of(two, 600.0, 0.0, now, 0.5), 6)
    (0.016695, 0.013378)
    """
    due = ((years_to(each, at), float(each.amount)) for each in paid)
    gone = sum(amount * exp(-rate * ex) for ex, amount in due if 0.0 < ex <= years)
    return -log1p(-gone / price) / years if years > 0.0 else 0.0


def groups(
    contracts: Sequence[Contract],
    early: NDArray[np.bool_],
    paid: Mapping[str, Paid],
    at: datetime,
    minutes: float = 0.0,
) -> Iterator[tuple[NDArray[np.bool_], F64, F64]]:
    """The American options on each share that pays, as rows, with its schedule."""
    for root, dividends in paid.items():
        rows = early & np.array([contract.root == root for contract in contracts])
        if dividends and rows.any():
            yield rows, *schedule(dividends, at, minutes)
