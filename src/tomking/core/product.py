"""What is traded, as data: multiplier, ticks, style, settlement, deliverable, first day listed."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from tomking.core.errors import ConfigError
from tomking.core.value import value


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
    """One root. ``per_index`` is the price of its underlying as a share of the S&P 500 index."""

    root: str
    name: str
    kind: Kind
    multiplier: int
    ticks: TickTable
    delivers: Delivers
    american: bool
    underlying_tick: Decimal
    group: str
    micro_of: str = ""
    per_index: float = 1.0
    quote_width: float = 1.0
    listed: date = date(1983, 1, 1)


def _ticks(small: str, switch: str, large: str, package: str) -> TickTable:
    return TickTable(Decimal(small), Decimal(switch), Decimal(large), Decimal(package))


_ES_TICKS = _ticks("0.05", "5", "0.25", "0.05")
_CENT = Decimal("0.01")
_QUARTER = Decimal("0.25")

#: Sources: CME contract specifications (ES, MES: option tick 0.25, 0.05 at a premium of 5.00 or less;
#: MES futures listed 6 May 2019, its options 31 August 2020); Cboe specifications (SPX: 0.05 below 3,
#: 0.10 from 3, spreads 0.05); rulebook 1.1. Quote widths: MES quotes three times as wide as ES.
PRODUCTS: Mapping[str, Product] = MappingProxyType(
    {
        product.root: product
        for product in (
            Product(
                "ES", "E-mini S&P 500 future", Kind.FUTURE, 50, _ES_TICKS, Delivers.FUTURE,
                american=False, underlying_tick=_QUARTER, group="A1", listed=date(1997, 9, 9),
            ),
            Product(
                "MES", "Micro E-mini S&P 500 future", Kind.FUTURE, 5, _ES_TICKS, Delivers.FUTURE,
                american=False, underlying_tick=_QUARTER, group="A1", micro_of="ES",
                quote_width=3.0, listed=date(2019, 5, 6),
            ),
            Product(
                "SPX", "S&P 500 index", Kind.BROAD_INDEX, 100, _ticks("0.05", "3", "0.10", "0.05"),
                Delivers.CASH, american=False, underlying_tick=_CENT, group="A2",
            ),
            Product(
                "SPY", "SPDR S&P 500 ETF", Kind.ETF, 100, _ticks("0.01", "0", "0.01", "0.01"),
                Delivers.SHARES, american=True, underlying_tick=_CENT, group="A2",
                per_index=0.1, listed=date(2005, 1, 10),
            ),
        )
    }
)  # fmt: skip


def product(root: str) -> Product:
    """The product of a root; an unknown one names those that are known."""
    try:
        return PRODUCTS[root]
    except KeyError:
        known = ", ".join(sorted(PRODUCTS))
        raise ConfigError(f"unknown root {root!r}; choose one of {known}") from None
