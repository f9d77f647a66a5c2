"""What is traded, as data: multiplier, ticks, style, settlement, deliverable, first day listed."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.core.products_table import ROWS
from tomking.core.value import value

#: Roots of shares that are counted one by one, where every other share is counted in lots of a hundred,
#: as its options deliver them. They have no options and no group: no desk trades them.
SINGLY = ":1"


class Delivers(StrEnum):
    """What an option becomes when it is exercised."""

    CASH = "cash"
    FUTURE = "future"
    SHARES = "shares"


class Kind(StrEnum):
    """How the margin rules see the underlying (margin.md 1)."""

    EQUITY = "equity"
    ETF = "etf"
    INDEX = "index"
    BROAD_INDEX = "broad_index"
    VOLATILITY = "volatility"
    LEVERAGED_ETF = "leveraged_etf"
    FUTURE = "future"


_DELIVERED: Mapping[Kind, Delivers] = MappingProxyType(
    {Kind.FUTURE: Delivers.FUTURE}
    | dict.fromkeys((Kind.EQUITY, Kind.ETF, Kind.LEVERAGED_ETF), Delivers.SHARES)
)
#: Volatility that is an index; any other is a fund (UVXY), whose shares there are.
_VOLATILITY_INDEXES = frozenset({"VIX", "VIXW", "RVX"})


def delivered(kind: Kind, root: str) -> Delivers:
    """What options on a root of a kind become when they are exercised.

    >>> delivered(Kind.VOLATILITY, "VIX").value, delivered(Kind.VOLATILITY, "UVXY").value
    ('cash', 'shares')
    """
    if kind is Kind.VOLATILITY and root not in _VOLATILITY_INDEXES:
        return Delivers.SHARES
    return _DELIVERED.get(kind, Delivers.CASH)


@value
class TickTable:
    """Price steps: ``small`` below ``switch``, ``large`` from it on, ``package`` for spreads."""

    small: Decimal
    switch: Decimal
    large: Decimal
    package: Decimal

    def tick(self, price: Decimal) -> Decimal:
        """The step at a price (its size, whatever the sign)."""
        return self.small if abs(price) < self.switch else self.large


@value
class Product:
    """One root.

    ``per_index`` is the price of its underlying as a share of the S&P 500 index, NaN where it does
    not follow it; ``late_min`` minutes an option goes on trading after the session's close, not on
    its last day.
    """

    root: str
    name: str
    kind: Kind
    multiplier: int
    ticks: TickTable
    delivers: Delivers
    american: bool
    underlying_tick: Decimal
    micro_of: str = ""
    per_index: float = 1.0
    quote_width: float = 1.0
    listed: date = date(1983, 1, 1)
    late_min: int = 0

    @property
    def is_future(self) -> bool:
        """Whether its options are written on futures."""
        return self.delivers is Delivers.FUTURE


def _product(row: tuple[str, ...]) -> Product:
    """A product from its row of the table, column by column."""
    root, kind, point, step, *steps, style, micro_of, listed, width, share, late, name = (
        "" if cell == "-" else cell for cell in row
    )
    return Product(
        root, name, Kind(kind), int(point), TickTable(*map(Decimal, steps)),
        delivered(Kind(kind), root), style == "a", Decimal(step), micro_of,
        float(share or "nan"), float(width), date.fromisoformat(listed or "1983-01-01"), int(late),
    )  # fmt: skip


PRODUCTS: Mapping[str, Product] = MappingProxyType({row[0]: _product(row) for row in ROWS})


def product(root: str) -> Product:
    """The product of a root; an unknown one is told apart from a mistyped and an adjusted one.

    Raises
    ------
    ConfigError
        For a root without a row.
    """
    try:
        return PRODUCTS[root]
    except KeyError:
        if is_adjusted(root):
            raise ConfigError(
                f"{root} is an adjusted contract: what it delivers is not 100 shares, and nothing "
                "here prices it; close it in the broker's own application"
            ) from None
        listed = sorted(known for known in PRODUCTS if not known.endswith(SINGLY))
        said = did_you_mean(root, listed) or f"; known are {', '.join(listed)}"
        raise ConfigError(f"unknown root {root!r}{said}") from None


def is_adjusted(root: str) -> bool:
    """Whether a root is an option series changed by a corporate action: a known one and a digit.

    >>> is_adjusted("SPY1"), is_adjusted("SPY"), is_adjusted("6E")
    (True, False, False)
    """
    return root not in PRODUCTS and root[:-1] in PRODUCTS and root[-1:].isdigit()
