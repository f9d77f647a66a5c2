"""How an order's Greeks move by themselves: vanna, charm and vomma, in dollars."""

from math import isfinite

import numpy as np

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import columns, products
from tomking.core.value import value
from tomking.market.expiry import years_left
from tomking.market.quoted import Quoted
from tomking.pricing.second import black76_second, bsm_second
from tomking.report.words import money


@value
class Second:
    """Dollars, options taken for European: what a point of volatility adds to delta (for a move of
    100 %) and to vega, and what a day adds to delta.
    """

    vanna: float
    charm: float
    vomma: float


def second(asked: Ticket, market: Quoted) -> Second:
    """The order's own at its size, each leg at the volatility its price implies; NaN where none does."""
    legs = columns(asked.whole[: len(asked.legs)], products(asked))
    spot = float(asked.price)
    years = np.array([years_left(contract, asked.at) for contract in legs.contracts])
    vol = np.array([market.vols.get(contract, np.nan) for contract in legs.contracts])
    options = spot, legs.strike, years, vol, legs.sign, asked.rate
    future = asked.product.is_future
    rows = black76_second(*options) if future else bsm_second(*options, asked.dividend_yield)
    vanna, charm, vomma = (rows @ (legs.quantity * legs.multiplier)).tolist()
    return Second(vanna * spot, charm * spot, vomma)


def second_said(found: Second) -> str:
    """``a vol point adds −$1,204 to delta and +$3 to vega, a day +$310 to delta``."""
    vanna, charm, vomma = (
        money(x, sign=True) if isfinite(x) else "what is unknown"
        for x in (found.vanna, found.charm, found.vomma)
    )
    return f"a vol point adds {vanna} to delta and {vomma} to vega, a day {charm} to delta"
