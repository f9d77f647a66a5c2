"""Roots that cannot be traded on embedded history, and why not: one sentence for each class.

The model makes options of one index out of its daily closes and VIX. What moves by itself has neither
here, and prices made up for it would say nothing.
"""

from tomking.core.product import PRODUCTS, Kind
from tomking.core.value import value

#: What the model knows to price.
PRICED = "ES, MES, SPX and SPY"


@value
class Unpriced:
    """A class of roots, and why the model cannot stand in for a history of it."""

    name: str
    roots: frozenset[str]
    why: str


def _class(name: str, roots: str, why: str) -> Unpriced:
    return Unpriced(name, frozenset(roots.split()), why)


CLASSES = (
    _class(
        "metals", "GC MGC SI GLD SLV GDX HG PL PA",
        "gold and silver have a volatility of their own, of which VIX knows nothing",
    ),
    _class(
        "bonds", "ZB ZN ZF ZT TLT IEF HYG LQD",
        "bonds move with interest rates, and no history of a yield curve is here",
    ),
    _class(
        "currencies", "6E 6B 6A 6C 6J M6E M6A M6B FXE FXB UUP",
        "a currency is carried by two interest rates, and no history of it or its volatility is here",
    ),
    _class(
        "ags", "ZC ZS ZW ZL ZM LE HE GF DBA KC SB CC",
        "crops and livestock follow seasons and weather, and no history of them is here",
    ),
    _class(
        "small caps", "RTY M2K RUT IWM",
        "small companies have an index and a volatility of their own, and no history of either is here",
    ),
    _class(
        "sector funds", "XLE XOP XLF XLK XLU SMH",
        "a part of the market has a volatility of its own, and no history of it is here",
    ),
    _class(
        "single names", "NVDA GOOGL GOOG AAPL MSFT AMZN TSLA META MSTR AMD NFLX",
        "a share has earnings and a volatility of its own, and no history of one is here",
    ),
)  # fmt: skip
SINGLE_NAMES = CLASSES[-1]


def why_unpriced(root: str) -> str:
    """Why a root cannot be traded on embedded history; empty for one of which that is not known.

    >>> why_unpriced("TLT")[:44], why_unpriced("SPY")
    ('TLT has no price history here: bonds move wi', '')
    """
    found = next((each for each in CLASSES if root in each.roots), None)
    if found is None and root in PRODUCTS and PRODUCTS[root].kind is Kind.EQUITY:
        found = SINGLE_NAMES
    if found is None:
        return ""
    return (
        f"{root} has no price history here: {found.why}; the model prices the S&P 500 family, "
        f"so choose among {PRICED}"
    )
