"""What contracts are worth in other worlds: each at the volatility its own quote implies.

The feed tells prices and Greeks of this world only. A stress needs all others, and those are priced as
typed figures are (``market.quoted``): the middle of a quote implies a volatility, which stays with its
strike. Where a middle implies none, the feed's own volatility stands in, and only then a neighbour's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import isnan

from tomking.core.contract import Contract
from tomking.core.product import product
from tomking.core.value import value
from tomking.market.cash_dividends import Paid
from tomking.market.quoted import Quoted, Underlying, quoted


@value
class Carried:
    """What carries prices forward: the rate, and what each root pays, as a yield or in cash."""

    rate: float
    yields: Mapping[str, float]
    cash: Mapping[str, Paid]


def worth(
    at: datetime,
    contracts: Sequence[Contract],
    mids: Sequence[float],
    vols: Sequence[float],
    spots: Mapping[str, float],
    carried: Carried,
) -> Quoted:
    """A market of these contracts alone.

    Parameters
    ----------
    mids, vols
        Middles of sound quotes and the feed's volatilities; NaN where there is none.
    spots
        Prices by future, index or share; contracts on anything else have no price here.
    """
    by_name = {contract.future or contract.root: contract for contract in contracts}
    on = [_underlying(each, spots[name], carried)
          for name, each in by_name.items() if name in spots]  # fmt: skip
    priced = {
        contract: mid
        for contract, mid in zip(contracts, mids, strict=True)
        if not isnan(mid) and (contract.future or contract.root) in spots
    }
    made = quoted(at, on, priced, carried.rate)
    told = {
        contract: vol
        for contract, vol in zip(contracts, vols, strict=True)
        if vol > 0.0 and (contract in made.stood_in or contract not in priced)
    }
    return replace(made, vols={**made.vols, **told}, stood_in=made.stood_in - told.keys())


def _underlying(contract: Contract, price: float, carried: Carried) -> Underlying:
    root = contract.root
    return Underlying(
        product(root), price, carried.yields.get(root, 0.0), carried.cash.get(root, ()),
        future=contract.future,
    )  # fmt: skip
