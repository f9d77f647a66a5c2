"""What a trade costs: tastytrade's fees as dated data, exact to the cent for each leg.

A leg is charged a commission, clearing, the exchange's own fee and what regulators levy. **Each charge
of a leg is rounded to the cent by itself**, half to even, and the fee is their sum: that is how
tastytrade's worked examples add up. Where the public schedule and the rule book differ the rule
book's [DEFAULT], the dearer one, is charged. The figures and their sources are in ``fees_table``.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from tomking.core.dated import in_force
from tomking.core.errors import ConfigError
from tomking.core.money import ZERO, cents
from tomking.core.product import PRODUCTS, Delivers, Kind, Product, product
from tomking.core.value import value
from tomking.portfolio.fees_table import COMMISSIONS, EXCHANGE, LEVIES

_ONE = Decimal(1)
_ASSUMED = "?"
_BLANK = "-"


class Asset(StrEnum):
    """What the fee schedule tells apart; a value is the word of its table."""

    SHARES = "shares"
    SHARE_OPTION = "share_option"
    INDEX_OPTION = "index_option"
    FUTURE = "future"
    MICRO_FUTURE = "micro_future"
    FUTURE_OPTION = "future_option"
    MICRO_FUTURE_OPTION = "micro_option"


class Per(StrEnum):
    """What a levy is charged on: every contract, every one sold, or every dollar of a sale."""

    CONTRACT = "contract"
    SOLD = "sold"
    DOLLAR = "dollar"


@value
class Fees:
    """Commissions of one product, dollars a contract (a share for shares), from ``since`` on.

    ``leg_max`` caps the commission of a leg; ``exchange`` is charged where the root has no row of its
    own; ``settlement`` on a contract that is exercised, assigned or settled in cash. ``assumed`` names
    the figures without a public source.
    """

    asset: Asset
    since: date
    opening: Decimal
    closing: Decimal
    leg_max: Decimal | None
    clearing: Decimal
    exchange: Decimal
    settlement: Decimal
    source: str
    assumed: tuple[str, ...]


@value
class ExchangeFee:
    """The exchange's fee on one contract of a root: the future itself, and an option on it.

    ``least`` is the smallest leg that pays it.
    """

    root: str
    outright: Decimal | None
    option: Decimal
    least: int
    source: str
    assumed: tuple[str, ...]


@value
class Levy:
    """What a regulator takes from ``since`` on; ``most`` is the most of it a leg pays."""

    name: str
    per: Per
    assets: tuple[Asset, ...]
    since: date
    rate: Decimal
    most: Decimal | None
    source: str


@value
class Charge:
    """What one leg's fill costs, in dollars to the cent, part by part."""

    commission: Decimal = ZERO
    clearing: Decimal = ZERO
    exchange: Decimal = ZERO
    regulatory: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """The fee: the sum of the parts."""
        return self.commission + self.clearing + self.exchange + self.regulatory

    def __add__(self, other: "Charge") -> "Charge":
        return Charge(
            self.commission + other.commission,
            self.clearing + other.clearing,
            self.exchange + other.exchange,
            self.regulatory + other.regulatory,
        )


@value
class FeeSchedule:
    """Commissions, exchange fees by root, levies, and a factor for sensitivity runs."""

    name: str
    rows: tuple[Fees, ...]
    exchange_fees: tuple[ExchangeFee, ...]
    levies: tuple[Levy, ...] = ()
    factor: Decimal = _ONE

    def __hash__(self) -> int:
        """Name and factor tell schedules apart well enough to look one up."""
        return hash((self.name, self.factor))

    def scaled(self, factor: Decimal) -> "FeeSchedule":
        """Every charge multiplied: ``scaled(Decimal(2))`` is the run at twice the cost."""
        return replace(self, name=f"{self.name} x {factor}", factor=self.factor * factor)

    def row(self, asset: Asset, at: date) -> Fees:
        """The commissions in force on a day.

        Raises
        ------
        ConfigError
            If the schedule has no row for the product.
        """
        mine = [row for row in self.rows if row.asset is asset]
        if not mine:
            raise ConfigError(f"fee schedule {self.name!r} has no row for {asset}; add one")
        return in_force(mine, at)

    def exchange(self, row: Fees, root: str, is_option: bool) -> tuple[Decimal, int]:
        """The exchange's own fee on one contract of a root, and the smallest leg that pays it."""
        for fee_ in self.exchange_fees:
            if fee_.root == root:
                own = fee_.option if is_option else fee_.outright
                return row.exchange if own is None else own, fee_.least
        return row.exchange, 1

    def levied(self, asset: Asset, at: date) -> tuple[Levy, ...]:
        """The levies in force on a product on a day, each name once."""
        mine = [levy for levy in self.levies if asset in levy.assets]
        return tuple(
            in_force((levy for levy in mine if levy.name == name), at)
            for name in dict.fromkeys(levy.name for levy in mine)
        )


def _split(table: str, columns: int) -> Iterable[list[str]]:
    return (line.split(maxsplit=columns - 1) for line in table.strip().splitlines())


def _figure(cell: str) -> Decimal:
    return Decimal(cell.rstrip(_ASSUMED))


def _most(cell: str) -> Decimal | None:
    return None if cell == _BLANK else _figure(cell)


def _assumed(names: Iterable[str], cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(n for n, cell in zip(names, cells, strict=True) if cell.endswith(_ASSUMED))


def _fees(row: list[str]) -> Fees:
    names = ("opening", "closing", "leg_max", "clearing", "exchange", "settlement")
    asset_, since, opening, closing, most, clearing, exchange, settlement, source = row
    return Fees(
        Asset(asset_), date.fromisoformat(since), _figure(opening), _figure(closing), _most(most),
        _figure(clearing), _figure(exchange), _figure(settlement), source,
        _assumed(names, row[2:8]),
    )  # fmt: skip


def _exchange_fee(row: list[str]) -> ExchangeFee:
    root, outright, cell, source = row
    option, _, least = cell.partition("@")
    assumed = _assumed(("outright", "option"), (outright, option))
    return ExchangeFee(root, _most(outright), _figure(option), int(least or 1), source, assumed)


def _levy(row: list[str]) -> Levy:
    name, per, assets, since, rate, most, source = row
    return Levy(
        name, Per(per), tuple(map(Asset, assets.split(","))), date.fromisoformat(since),
        _figure(rate), _most(most), source,
    )  # fmt: skip


TASTYTRADE = FeeSchedule(
    "tastytrade",
    tuple(map(_fees, _split(COMMISSIONS, 9))),
    tuple(map(_exchange_fee, _split(EXCHANGE, 4))),
    tuple(map(_levy, _split(LEVIES, 7))),
)


def asset(root: str, is_option: bool) -> Asset:
    """How the schedule sees a contract of a root.

    >>> str(asset("MES", True)), str(asset("SPX", True))
    ('micro_option', 'index_option')
    """
    return asset_of(product(root), is_option)


def asset_of(traded: Product, is_option: bool) -> Asset:
    """How the schedule sees a contract of a product."""
    if traded.kind is Kind.FUTURE:
        if is_option:
            return Asset.MICRO_FUTURE_OPTION if traded.micro_of else Asset.FUTURE_OPTION
        return Asset.MICRO_FUTURE if traded.micro_of else Asset.FUTURE
    if not is_option:
        return Asset.SHARES
    return Asset.INDEX_OPTION if traded.delivers is Delivers.CASH else Asset.SHARE_OPTION


@value
class Rates:
    """What a schedule asks for one product of a root on a day, the exchange's fee from ``least`` on."""

    fees: Fees
    exchange: Decimal
    least: int
    levies: tuple[Levy, ...]


@lru_cache(maxsize=4096)
def rates(schedule: FeeSchedule, kind: Asset, root: str, is_option: bool, at: date) -> Rates:
    """The rows of a schedule that a leg meets, looked up once a day."""
    row = schedule.row(kind, at)
    return Rates(row, *schedule.exchange(row, root, is_option), schedule.levied(kind, at))


def charge(
    traded: Product, quantity: int, price: Decimal, opens: bool, is_option: bool, at: date,
    schedule: FeeSchedule = TASTYTRADE,
) -> Charge:  # fmt: skip
    """What one leg's fill costs, part by part.

    Parameters
    ----------
    quantity
        Contracts in all (shares for shares), + bought and - sold.
    price
        Price of one in points, unsigned; only a tax on sales looks at it.

    Returns
    -------
    Charge
        Dollars, each part rounded to the cent, none of them negative.

    >>> spy = charge(product("SPY"), -1, Decimal("2.00"), True, True, date(2018, 6, 1))
    >>> spy.commission, spy.clearing, spy.regulatory
    (Decimal('1.00'), Decimal('0.10'), Decimal('0.04'))
    """
    known = PRODUCTS.get(traded.root)
    # A share may have the name of a future; the exchange's fee is the future's.
    root = traded.root if known is None or known.kind is traded.kind else ""
    asked = rates(schedule, asset_of(traded, is_option), root, is_option, at)
    row, count = asked.fees, Decimal(abs(quantity))
    commission = count * (row.opening if opens else row.closing)
    if row.leg_max is not None:
        commission = min(commission, row.leg_max)
    sold = count if quantity < 0 else ZERO
    dollars = sold * price * (traded.multiplier if is_option else 1)
    base = {Per.CONTRACT: count, Per.SOLD: sold, Per.DOLLAR: dollars}
    levies = (_levied(levy, base[levy.per]) for levy in asked.levies)
    parts = (
        cents(commission),
        cents(count * row.clearing),
        cents(count * asked.exchange if count >= asked.least else ZERO),
        sum(levies, ZERO),
    )
    if schedule.factor == _ONE:
        return Charge(*parts)
    return Charge(*(cents(part * schedule.factor) for part in parts))


def _levied(levy: Levy, base: Decimal) -> Decimal:
    """One levy on a leg, to the cent."""
    owed = base * levy.rate
    return cents(owed if levy.most is None else min(owed, levy.most))


def fee(
    root: str, quantity: int, price: Decimal, opens: bool, is_option: bool, at: date,
    schedule: FeeSchedule = TASTYTRADE,
) -> Decimal:  # fmt: skip
    """What one leg's fill costs in all: the total of :func:`charge`.

    >>> fee("ES", -2, Decimal("4.50"), True, True, date(2026, 6, 5))
    Decimal('6.74')
    >>> fee("SPY", 12, Decimal("1.20"), True, True, date(2026, 6, 5))
    Decimal('11.44')
    """
    return charge(product(root), quantity, price, opens, is_option, at, schedule).total


def settlement_fee(
    root: str, quantity: int, at: date, schedule: FeeSchedule = TASTYTRADE
) -> Decimal:
    """What exercise, assignment or cash settlement of options costs; expiring worthless is free."""
    row = schedule.row(asset(root, True), at)
    return cents(Decimal(abs(quantity)) * row.settlement * schedule.factor)


@lru_cache(maxsize=4096)
def round_trip_usd(
    root: str, legs: int, at: date = date.max, schedule: FeeSchedule = TASTYTRADE
) -> Decimal:
    """Opening and closing that many legs of one option contract each, by the last row in force.

    >>> round_trip_usd("ES", 2), round_trip_usd("SPY", 1)
    (Decimal('13.48'), Decimal('1.24'))
    """
    opening = fee(root, 1, ZERO, True, True, at, schedule)
    closing = fee(root, -1, ZERO, False, True, at, schedule)
    return legs * (opening + closing)
