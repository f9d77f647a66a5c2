"""How far a scan moves each future and its volatility: ranges as dated data with their sources.

A range is a share of the price, so that one row serves a future at 2,000 and at 6,000. It is the
maintenance margin that was published for one contract, over what that contract was worth that day.
Exchanges change these figures with the times, by a third up or down: every answer is an estimate.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from tomking.core.errors import ConfigError
from tomking.core.product import PRODUCTS, product
from tomking.core.value import value

#: Where a maintenance margin was published. Prices of the day are settlements to about one per cent.
SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "guide": "a futures broker's margin guide, effective 20 September 2024",
        "table": "a futures broker's table of exchange margins, 22 February 2021: initial over 1.1",
        "share": "CME notice of 5 February 2026: margin of metals as a share of their value",
    }
)

#: A row a root: range as a share of the price, the maintenance margin in dollars it comes from, the
#: price of that day in points, the day, and the source. A dash: the source gives the share itself.
TABLE = """
ES .0479 13800 5760    2024-09-20 guide
NQ .0525 21000 20000   2024-09-20 guide
RTY .0640 7200 2250    2024-09-20 guide
CL .0664 4100 61.7     2021-02-22 table
GC .0900 -    -        2026-02-06 share
SI .1800 -    -        2026-02-06 share
ZB .0297 3700 124.5    2024-09-20 guide
ZN .0174 2000 114.7    2024-09-20 guide
6E .0132 2000 1.2155   2021-02-22 table
6A .0202 1600 .7915    2021-02-22 table
6B .0273 2400 1.4065   2021-02-22 table
ZC .0597 1200 402      2024-09-20 guide
ZS .0435 2200 1012     2024-09-20 guide
ZW .0668 1900 568.5    2024-09-20 guide
LE .0337 2450 182      2024-09-20 guide
HE .0457 1500 82       2024-09-20 guide
"""

#: What a house asks for one dollar the exchange asks: tastytrade's customer agreement has 125 % of the
#: exchange's overnight margin for futures.
FACTORS: Mapping[str, float] = MappingProxyType({"exchange": 1.0, "tastytrade": 1.25})


@value
class Range:
    """The scan of one future; a micro has its large contract's.

    Attributes
    ----------
    price : float
        The move of three thirds, as a share of the price.
    dollars, at : float
        The maintenance margin the share comes from, and the price of that day; NaN where the source
        gives the share.
    since, source
        The day and where it was published.
    vol : float
        The move of volatility, as a share of itself: assumed. CME prints this figure as a
        percentage; a book of 1990s S&P options (McMillan) moves by about as much.
    minimum : float
        The least for a short option, as a share of one future's own: assumed. That it is such a share
        is CME's (performance bond advisory 20-319); its notice 08-303 had $50 for one.
    extreme, cover : float
        The extreme moves in ranges, and how much of their loss counts: CME notice 08-303 of November
        2008 (McMillan's older array has a future at 7,000 of 10,000, two ranges at 35 %).
    credit : float
        How much counts of what months save when they move together, 0 to 1: assumed.
    """

    root: str
    price: float
    dollars: float
    at: float
    since: date
    source: str
    vol: float = 0.30
    minimum: float = 0.01
    extreme: float = 3.0
    cover: float = 0.33
    credit: float = 0.80


def _range(row: Sequence[str]) -> Range:
    root, share, dollars, at, since, source = ("nan" if cell == "-" else cell for cell in row)
    return Range(
        root, float(share), float(dollars), float(at), date.fromisoformat(since), SOURCES[source]
    )


RANGES: Mapping[str, Range] = MappingProxyType(
    {row.root: row for row in (_range(line.split()) for line in TABLE.strip().splitlines())}
)


def range_of(root: str) -> Range:
    """The range of a future; a micro's is that of the contract it is a tenth of.

    Raises
    ------
    ConfigError
        For a future without a row.

    >>> range_of("MES") is range_of("ES")
    True
    """
    known = RANGES.get(product(root).micro_of or root)
    if known is None:
        have = ", ".join(name for name, one in PRODUCTS.items() if one.is_future)
        raise ConfigError(
            f"no scan range for {root}; add a row to margin/ranges.py (futures: {have})"
        )
    return known


def factor_of(house: str) -> float:
    """What a house asks for a dollar of the exchange's margin.

    Raises
    ------
    ConfigError
        For a house that is not in the table.
    """
    try:
        return FACTORS[house]
    except KeyError:
        raise ConfigError(
            f"futures are not margined at {house!r}; choose one of {', '.join(FACTORS)}"
        ) from None
