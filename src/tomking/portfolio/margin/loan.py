"""A book that is certain to owe, wherever the underlying goes, is a loan."""

from collections import Counter
from collections.abc import Sequence

from tomking.core.contract import Right
from tomking.portfolio.margin.leg import MarginLeg


def owed_surely_usd(options: Sequence[MarginLeg], multiplier: float) -> float:
    """What closing a book costs that owes the same at every price, in dollars; else nothing.

    Notes
    -----
    Interactive Brokers asks for 1.02 times this where it is more than what is owed; the payoff is the
    same everywhere when contracts cancel at each strike and calls cancel altogether, all at one expiry.

    >>> from datetime import date
    >>> day = date(2026, 6, 19)
    >>> calls = [MarginLeg(Right.CALL, 95, day, -1, 6.5), MarginLeg(Right.CALL, 105, day, 1, 1.5)]
    >>> puts = [MarginLeg(Right.PUT, 95, day, 1, 1.2), MarginLeg(Right.PUT, 105, day, -1, 5.5)]
    >>> round(owed_surely_usd((*calls, *puts), 100.0), 2), owed_surely_usd(calls, 100.0)
    (930.0, 0.0)
    """
    kinks: Counter[float] = Counter()
    for leg in options:
        kinks[leg.strike] += leg.quantity
    calls = sum(leg.quantity for leg in options if leg.right is Right.CALL)
    if calls or any(kinks.values()) or len({(leg.expiry, leg.settles) for leg in options}) != 1:
        return 0.0
    owed = -sum(leg.quantity * leg.strike for leg in options if leg.right is Right.PUT)
    worth = sum(leg.quantity * leg.price for leg in options)
    return max(-worth, 0.0) * multiplier if owed > 0.0 else 0.0
