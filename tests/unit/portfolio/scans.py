"""Books of ES futures and options as the scan sees them, marked by a formula in plain Python."""

import numpy as np

from tomking.portfolio.margin.ranges import range_of
from tomking.portfolio.margin.scan import Scan, scanned
from tomking.portfolio.margin.worlds import Held
from unit.pricing.plain import black76 as plain_black76

ES, SIZE = range_of("ES"), 50.0
CALL, PUT, FUTURE = 1.0, -1.0, 0.0
#: One contract: quantity, sign, strike, month, years.
One = tuple[int, float, float, str, float]


def held(*ones: One, forward: float = 6000.0, vol: float = 0.2) -> Held:
    """Columns of some contracts, marked by Black-76 without interest."""
    quantity, sign, strike, month, years = zip(*ones, strict=True)
    price = [
        forward if s == FUTURE
        else plain_black76(forward, k, t, vol, s, 0.0)[0] if t > 0.0
        else max(s * (forward - k), 0.0)
        for s, k, t in zip(sign, strike, years, strict=True)
    ]  # fmt: skip
    count = len(ones)
    return Held(
        month, np.full(count, forward), np.array(strike), np.array(years), np.full(count, vol),
        np.array(sign), np.array(quantity, dtype=np.float64), np.array(price),
    )  # fmt: skip


def scan(*ones: One, factor: float = 1.0, **world: float) -> Scan:
    """The scan of some contracts of ES."""
    return scanned(held(*ones, **world), ES, SIZE, factor)


def put(quantity: int, strike: float, month: str = "ESZ25", years: float = 0.3) -> One:
    """Some puts."""
    return (quantity, PUT, strike, month, years)


def future(quantity: int, month: str = "ESZ25") -> One:
    """Some futures."""
    return (quantity, FUTURE, 0.0, month, 0.3)


def call(quantity: int, strike: float, month: str = "ESZ25", years: float = 0.3) -> One:
    """Some calls."""
    return (quantity, CALL, strike, month, years)
