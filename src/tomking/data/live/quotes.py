"""A price that is asked for: the figure, or the reason why nobody may decide by it.

A bid of nothing is sound: nobody wants a far option, and it costs its ask. An ask of nothing, or of
no number, is no quote; a bid above its ask is a feed in trouble.
"""

import numpy as np
from numpy.typing import NDArray

from tomking.core.errors import QuoteCrossed, QuoteMissing, QuoteStale
from tomking.core.value import value
from tomking.data.live.cache import FRESH_S, I64, View
from tomking.data.live.fields import ASK, BID, LAST, QUOTE, TRADE
from tomking.market.bars import F64


@value
class Price:
    """Points, and seconds since they were known to be true."""

    points: float
    age_s: float


def middle(view: View, symbol: str) -> Price:
    """Half way between bid and ask.

    Raises
    ------
    QuoteMissing, QuoteStale, QuoteCrossed
        If there is none to decide by.
    """
    bid, _ = view.figure(symbol, BID, QUOTE)
    ask, age = view.figure(symbol, ASK, QUOTE)
    if not two_sided(np.array([bid]), np.array([ask]))[0]:
        raise QuoteMissing(f"{symbol} is not quoted: bid {bid:g}, ask {ask:g}; wait for the feed")
    _fresh(symbol, age)
    if bid > ask:
        raise QuoteCrossed(
            f"{symbol} is bid {bid:g} over an ask of {ask:g}: wait for the next quote"
        )
    return Price(0.5 * (bid + ask), age)


def last(view: View, symbol: str) -> Price:
    """The last price told: what an index stands at.

    Raises
    ------
    QuoteMissing, QuoteStale
        If there is none to decide by.
    """
    points, age = view.figure(symbol, LAST, TRADE)
    if not points > 0.0:
        raise QuoteMissing(f"{symbol} has no price yet; wait for the feed")
    _fresh(symbol, age)
    return Price(points, age)


def _fresh(symbol: str, age: float) -> None:
    if age > FRESH_S:
        raise QuoteStale(
            f"{symbol} was last known to be right {age:.0f} s ago, {FRESH_S:.0f} s are allowed: "
            "the feed is silent"
        )


def two_sided(bid: F64, ask: F64) -> NDArray[np.bool_]:
    """Whether there is a bid, though it be nothing, and an ask."""
    there: NDArray[np.bool_] = (bid >= 0.0) & (ask > 0.0)
    return there


def sound(view: View, rows: I64) -> NDArray[np.bool_]:
    """Whether each symbol's quote may be decided by: two-sided, not crossed, fresh."""
    bid, ask = view.table[BID, rows], view.table[ASK, rows]
    good: NDArray[np.bool_] = (
        two_sided(bid, ask) & (bid <= ask) & (view.ages(QUOTE, rows) <= FRESH_S)
    )
    return good
