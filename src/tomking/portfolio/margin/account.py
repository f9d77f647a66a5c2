"""From held contracts to a requirement: the contracts of one root as the margin engine sees them.

Futures and options on them are scanned; what is delivered in cash or in shares meets the rule.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Contract
from tomking.core.errors import DataCorrupt, QuoteMissing
from tomking.core.money import ZERO
from tomking.core.product import PRODUCTS, Product, product
from tomking.core.value import value
from tomking.market.expiry import ends
from tomking.market.snapshot import MID, VOL, Legs, Marks
from tomking.portfolio.margin.house import UNIVERSAL, house_for
from tomking.portfolio.margin.leg import Margin, MarginLeg, Underlying
from tomking.portfolio.margin.ranges import factor_of, range_of
from tomking.portfolio.margin.rule import requirement
from tomking.portfolio.margin.scan import Scan, scanned
from tomking.portfolio.margin.worlds import Held
from tomking.pricing.implied import implied_vol

F64 = NDArray[np.float64]
SECONDS_A_YEAR = 365.0 * 86_400.0
NOTHING = Margin(ZERO, ZERO, (), UNIVERSAL, ZERO)


@value
class Terms:
    """What an account is margined by: a house, and what it is told of roots without a row.

    ``products`` describes roots, those without a row of their own among them; ``leverage`` is that of
    a leveraged fund; ``betas`` are how many times roots move with the index, one where it is not said.
    """

    house: str = "tastytrade"
    products: Mapping[str, Product] = field(default_factory=lambda: PRODUCTS)
    leverage: float = 1.0
    betas: Mapping[str, float] = field(default_factory=dict[str, float])

    def product(self, root: str) -> Product:
        """The product of a root: as it is described here, else as everybody knows it."""
        return self.products.get(root) or product(root)


TASTYTRADE = Terms()


def maintained(
    roots: Iterable[str], holdings: Legs, marks: Marks, price: Callable[[str], float], at: datetime,
    terms: Terms,
) -> Decimal:  # fmt: skip
    """Dollars that holding some contracts needs, root by root; parameters as in ``asked``."""
    needs = (
        asked(root, holdings, marks, price(root), at, terms).maintenance
        for root in dict.fromkeys(roots)
    )
    return sum(needs, ZERO)


def asked(root: str, legs: Legs, marks: Marks, spot: float, at: datetime, terms: Terms) -> Margin:
    """What a house asks for one root's contracts.

    Parameters
    ----------
    legs
        Signed contracts; those of other roots are left out. Shares count by their multiplier: in
        lots of 100 where it is 100, one by one where it is 1.
    marks
        Of those legs, at the world that is asked about, shocked or not.
    spot
        Price of the index or share in points; a future is scanned at the price it was marked against.
    at
        The instant, from which options have their time left, and whose day's rates count.

    Raises
    ------
    QuoteMissing
        If a leg has no mark: margin is then unknown, not zero.
    """
    legs, marks = _of(root, legs, marks)
    if not len(legs):
        return NOTHING
    traded = terms.product(root)
    if traded.is_future:
        found = _scan(traded, legs, marks, at, terms.house)
        usd = found.requirement
        return Margin(usd, found.bp_effect, (), found.method, usd)
    columns = (legs.quantity, legs.multiplier, marks.table[MID])
    held = tuple(
        margin_leg(contract, int(quantity), int(size), price)
        for contract, quantity, size, price in zip(
            legs.contracts, *(column.tolist() for column in columns), strict=True
        )
    )
    underlying = Underlying(root, spot, traded.kind, terms.leverage, float(traded.multiplier))
    return requirement(held, underlying, house_for(traded.kind, terms.house, root, at.date()))


def scan_of(root: str, legs: Legs, marks: Marks, at: datetime, terms: Terms) -> Scan:
    """The scan of one root's futures and options on them, with its parts."""
    return _scan(terms.product(root), *_of(root, legs, marks), at, terms.house)


def margin_leg(contract: Contract, quantity: int, size: int, mark: float) -> MarginLeg:
    """A holding as the margin rule sees it; shares are counted one by one there."""
    if contract.right is None or contract.strike is None:
        return MarginLeg(None, 0.0, contract.expiry, quantity * size, mark, contract.settles)
    strike = float(contract.strike)
    return MarginLeg(contract.right, strike, contract.expiry, quantity, mark, contract.settles)


def _of(root: str, legs: Legs, marks: Marks) -> tuple[Legs, Marks]:
    """The legs of a root that are held at all; the same ones where there are no others."""
    held: list[float] = legs.quantity.tolist()
    mine = [leg.root == root and n != 0.0 for leg, n in zip(legs.contracts, held, strict=True)]
    if all(mine):
        return legs, marks
    rows = np.array(mine)
    return legs.where(rows), marks.where(rows)


def _scan(on: Product, legs: Legs, marks: Marks, at: datetime, house: str) -> Scan:
    """The scan of legs of one root; a micro has the range of the contract it is a tenth of."""
    price, forward, now = marks.table[MID], marks.spot, at.timestamp()
    for row in np.flatnonzero(np.isnan(price + forward)):
        raise QuoteMissing(
            f"no mark for {legs.contracts[row]}, so margin is unknown: wait for a quote or ask the "
            "venue for a dry run"
        )
    years = np.array([_ends_s(contract) - now for contract in legs.contracts]) / SECONDS_A_YEAR
    months = [contract.future for contract in legs.contracts]
    vol = _vols(legs, marks.table[VOL], price, forward, np.maximum(years, 0.0))
    held = Held(months, forward, legs.strike, years, vol, legs.sign, legs.quantity, price)
    return scanned(held, range_of(on.micro_of or on.root), float(on.multiplier), factor_of(house))


def _vols(legs: Legs, vol: F64, price: F64, forward: F64, years: F64) -> F64:
    """The volatility of each option; where the marks have none, the one its price implies.

    A price below its intrinsic value, as a discounted one in the money may be, has none: 0.
    """
    missing = np.flatnonzero(np.isnan(vol) & (legs.sign != 0.0))
    if not missing.size:
        return vol
    p, f, k, t, s = (
        column[missing] for column in (price, forward, legs.strike, years, legs.sign)
    )  # fmt: skip
    for row in np.flatnonzero(p >= np.where(s > 0.0, f, k)):
        raise DataCorrupt(
            f"{legs.contracts[missing[row]]} at {p[row]:g} costs more than it can ever be worth; "
            "check its quote"
        )
    found: F64 = vol.copy()
    found[missing] = np.nan_to_num(implied_vol(p, f, k, t, s, 1.0))
    return found


@lru_cache(maxsize=4096)
def _ends_s(contract: Contract) -> float:
    """The end of an option in seconds of the epoch; infinite for a future or share."""
    return ends(contract).timestamp() if contract.is_option else inf
