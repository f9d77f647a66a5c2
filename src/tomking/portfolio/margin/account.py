"""From held contracts to a requirement: the contracts of one root as the margin engine sees them.

Futures and options on them are scanned; what is delivered in cash or in shares meets the rule.
"""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Contract
from tomking.core.errors import DataCorrupt, QuoteMissing
from tomking.core.money import ZERO
from tomking.core.product import Delivers, product
from tomking.market.sessions import session_of
from tomking.market.sessions_table import FIRST_YEAR, LAST_YEAR
from tomking.market.snapshot import MID, VOL, Legs, Marks
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.ranges import factor_of, range_of
from tomking.portfolio.margin.rule import requirement
from tomking.portfolio.margin.scan import Held, Scan, scanned
from tomking.portfolio.preflight import last_trade
from tomking.pricing.implied import implied_vol

F64 = NDArray[np.float64]
SECONDS_A_YEAR = 365.0 * 86_400.0


def needed(root: str, legs: Legs, marks: Marks, spot: float, at: datetime, house: str) -> Decimal:
    """Requirement of one root's contracts, in dollars.

    Parameters
    ----------
    legs
        Signed contracts; those of other roots are left out.
    marks
        Of those legs, at the world that is asked about, shocked or not.
    spot
        Price of the index or share in points; a future is scanned at the price it was marked against.
    at
        The instant, from which options have their time left.

    Raises
    ------
    QuoteMissing
        If a leg has no mark: margin is then unknown, not zero.
    """
    legs, marks = _of(root, legs, marks)
    if not len(legs):
        return ZERO
    traded = product(root)
    if traded.is_future:
        return _scan(root, legs, marks, at, house).requirement
    held = tuple(
        margin_leg(contract, int(quantity), price)
        for contract, quantity, price in zip(
            legs.contracts, legs.quantity.tolist(), marks.table[MID].tolist(), strict=True
        )
    )
    underlying = Underlying(root, spot, traded.kind, multiplier=float(traded.multiplier))
    return requirement(held, underlying, house_for(traded.kind, house, root)).requirement


def scan_of(root: str, legs: Legs, marks: Marks, at: datetime, house: str) -> Scan:
    """The scan of one root's futures and options on them, with its parts."""
    return _scan(root, *_of(root, legs, marks), at, house)


def margin_leg(contract: Contract, quantity: int, mark: float) -> MarginLeg:
    """A holding as the margin rule sees it; shares are counted one by one there."""
    traded = product(contract.root)
    if contract.right is None or contract.strike is None:
        size = traded.multiplier if traded.delivers is Delivers.SHARES else 1
        return MarginLeg(None, 0.0, contract.expiry, quantity * size, mark, contract.settles)
    strike = float(contract.strike)
    return MarginLeg(contract.right, strike, contract.expiry, quantity, mark, contract.settles)


def _of(root: str, legs: Legs, marks: Marks) -> tuple[Legs, Marks]:
    """The legs of a root that are held at all; the same ones where there are no others."""
    held: list[float] = legs.quantity.tolist()
    rows = [i for i, leg in enumerate(legs.contracts) if leg.root == root and held[i]]
    if len(rows) == len(legs):
        return legs, marks
    mine = Legs(
        tuple(legs.contracts[row] for row in rows), legs.strike[rows], legs.sign[rows],
        legs.quantity[rows], legs.multiplier[rows],
    )  # fmt: skip
    return mine, Marks(marks.table[:, rows], marks.spot[rows])


def _scan(root: str, legs: Legs, marks: Marks, at: datetime, house: str) -> Scan:
    """The scan of legs of one root."""
    price, forward, now = marks.table[MID], marks.spot, at.timestamp()
    for row in np.flatnonzero(np.isnan(price + forward)):
        raise QuoteMissing(
            f"no mark for {legs.contracts[row]}, so margin is unknown: wait for a quote or ask the "
            "venue for a dry run"
        )
    left = np.array([ends(contract) - now for contract in legs.contracts]) / SECONDS_A_YEAR
    years: F64 = np.maximum(left, 0.0)
    months = [contract.future for contract in legs.contracts]
    vol = _vols(legs, marks.table[VOL], price, forward, years)
    held = Held(months, forward, legs.strike, years, vol, legs.sign, legs.quantity, price)
    return scanned(held, range_of(root), float(product(root).multiplier), factor_of(house))


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
def ends(contract: Contract) -> float:
    """The instant of a contract's last trade, in seconds of the epoch; infinite for a share.

    Beyond the table of sessions a full one is taken.
    """
    known = FIRST_YEAR <= contract.expiry.year <= LAST_YEAR
    last = last_trade(contract, session_of(contract.expiry) if known else None)
    return float("inf") if last is None else last.timestamp()
