"""What a trade costs: tastytrade's fees as dated data, exact to the cent for each leg.

Figures are dollars a contract. Where the public schedule and the rule book differ the rule book's
[DEFAULT], the dearer one, is charged; each row says which of its figures are published.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tomking.core.errors import ConfigError
from tomking.core.money import ZERO, cents
from tomking.core.product import Delivers, Kind, product
from tomking.core.value import value

_ONE = Decimal(1)


class Asset(StrEnum):
    """What the fee schedule tells apart."""

    SHARES = "shares"
    SHARE_OPTION = "option on shares"
    INDEX_OPTION = "option on an index"
    FUTURE = "future"
    MICRO_FUTURE = "micro future"
    FUTURE_OPTION = "option on a future"
    MICRO_FUTURE_OPTION = "option on a micro future"


@value
class Fees:
    """One row of a schedule, dollars a contract (a share for shares), valid from ``since``.

    ``commission_leg_max`` caps the commission of a leg; ``sale_share`` is charged on the proceeds
    of a sale; ``settlement`` on a contract that is exercised, assigned or settled in cash.
    ``published`` names the figures with a public source, ``assumed`` those without.
    """

    asset: Asset
    since: date
    opening: Decimal
    closing: Decimal
    clearing: Decimal
    exchange: Decimal
    regulatory: Decimal
    settlement: Decimal
    sale_share: Decimal
    commission_leg_max: Decimal | None
    published: str
    assumed: str


@value
class FeeSchedule:
    """Rows of fees, an index option's own exchange fee by root, and a factor for sensitivity runs."""

    name: str
    rows: tuple[Fees, ...]
    index_exchange: tuple[tuple[str, Decimal], ...]
    factor: Decimal = _ONE

    def scaled(self, factor: Decimal) -> "FeeSchedule":
        """Every charge multiplied: ``scaled(Decimal(2))`` is the run at twice the cost."""
        return replace(self, name=f"{self.name} x {factor}", factor=self.factor * factor)

    def row(self, asset: Asset, at: date) -> Fees:
        """The row in force on a day; a day before the first row is charged at the first."""
        rows = sorted((row for row in self.rows if row.asset is asset), key=lambda row: row.since)
        if not rows:
            raise ConfigError(f"fee schedule {self.name!r} has no row for {asset}; add one")
        in_force = [row for row in rows if row.since <= at]
        return in_force[-1] if in_force else rows[0]

    def exchange(self, row: Fees, root: str) -> Decimal:
        """The exchange's own fee on one contract of a root."""
        return dict(self.index_exchange).get(root, row.exchange)


def _row(
    asset: Asset, opening: str, closing: str, clearing: str, exchange: str, regulatory: str,
    settlement: str, published: str, assumed: str, leg_max: str = "", sale: str = "0",
) -> Fees:  # fmt: skip
    cap = Decimal(leg_max) if leg_max else None
    return Fees(
        asset, date(2026, 1, 1), Decimal(opening), Decimal(closing), Decimal(clearing),
        Decimal(exchange), Decimal(regulatory), Decimal(settlement), Decimal(sale), cap,
        published, assumed,
    )  # fmt: skip


_PAGE = "tastytrade.com/commissions-and-fees (read 2026)"
_FUTURES = f"{_PAGE}: commission, clearing 0.30; NFA 0.02"
#: A commission to close options on futures is the rule book's [DEFAULT]: one public page says $0, later
#: ones $2.50 and $1.50. ES at 0.48 to the exchange completes the $6.60 a leg and round trip that the
#: costs of the 0DTE study were measured with.
TASTYTRADE = FeeSchedule(
    "tastytrade",
    (
        _row(
            Asset.SHARES, "0", "0", "0.0008", "0", "0", "0", f"{_PAGE}: commission, clearing",
            "0.0000278 of a sale for SEC and TAF: the SEC's rate until May 2025", sale="0.0000278",
        ),
        _row(
            Asset.SHARE_OPTION, "1.00", "0", "0.10", "0", "0.03", "5.00",
            f"{_PAGE}: commission and its cap, clearing",
            "0.03 for ORF, TAF and SEC together (published range of ORF 0.02 to 0.0388); settlement",
            leg_max="10.00",
        ),
        _row(
            Asset.INDEX_OPTION, "1.00", "0", "0.10", "0.65", "0.03", "5.00",
            f"{_PAGE}: commission without a cap, clearing; support 43000521134: exchange by root",
            "0.03 regulatory; 0.65 for a root without a row; settlement",
        ),
        _row(
            Asset.FUTURE_OPTION, "2.50", "2.50", "0.30", "0.48", "0.02", "0.50",
            f"{_FUTURES}; commission to open", "commission to close, exchange, settlement",
        ),
        _row(
            Asset.MICRO_FUTURE_OPTION, "1.50", "1.50", "0.30", "0.20", "0.02", "0.50",
            f"{_FUTURES}; commission to open", "commission to close, exchange, settlement",
        ),
        _row(
            Asset.FUTURE, "1.25", "1.25", "0.30", "1.38", "0.02", "0",
            f"{_FUTURES}", "exchange: CME's equity-index rate for non-members, 2023",
        ),
        _row(
            Asset.MICRO_FUTURE, "0.85", "0.85", "0.30", "0.37", "0.02", "0",
            f"{_FUTURES}; community.optimusfutures.com: exchange", "",
        ),
    ),
    index_exchange=tuple(
        (root, Decimal(fee))
        for root, fee in (
            ("SPX", "0.65"), ("VIX", "0.65"), ("OEX", "0.40"), ("XEO", "0.40"), ("DJX", "0.18"),
            ("RUT", "0.18"), ("XSP", "0.07"),
        )
    ),
)  # fmt: skip


def asset(root: str, is_option: bool) -> Asset:
    """How the schedule sees a contract of a root.

    >>> str(asset("MES", True)), str(asset("SPX", True))
    ('option on a micro future', 'option on an index')
    """
    traded = product(root)
    if traded.kind is Kind.FUTURE:
        if is_option:
            return Asset.MICRO_FUTURE_OPTION if traded.micro_of else Asset.FUTURE_OPTION
        return Asset.MICRO_FUTURE if traded.micro_of else Asset.FUTURE
    if not is_option:
        return Asset.SHARES
    return Asset.INDEX_OPTION if traded.delivers is Delivers.CASH else Asset.SHARE_OPTION


def fee(
    root: str, quantity: int, price: Decimal, opens: bool, is_option: bool, at: date,
    schedule: FeeSchedule = TASTYTRADE,
) -> Decimal:  # fmt: skip
    """What one leg's fill costs.

    Parameters
    ----------
    quantity
        Contracts in all, + bought and - sold.
    price
        Price of one in points, unsigned; only a tax on sales looks at it.

    Returns
    -------
    Decimal
        Dollars to the cent, never negative.

    >>> fee("ES", -2, Decimal("4.50"), True, True, date(2026, 6, 5))
    Decimal('6.60')
    >>> fee("SPY", 12, Decimal("1.20"), True, True, date(2026, 6, 5))
    Decimal('11.56')
    """
    row = schedule.row(asset(root, is_option), at)
    count = Decimal(abs(quantity))
    commission = count * (row.opening if opens else row.closing)
    if row.commission_leg_max is not None:
        commission = min(commission, row.commission_leg_max)
    passed_on = count * (row.clearing + schedule.exchange(row, root) + row.regulatory)
    points = product(root).multiplier if is_option else 1
    sale = count * price * points * row.sale_share if quantity < 0 else ZERO
    return cents((commission + passed_on + sale) * schedule.factor)


def settlement_fee(
    root: str, quantity: int, at: date, schedule: FeeSchedule = TASTYTRADE
) -> Decimal:
    """What exercise, assignment or cash settlement of options costs; expiring worthless is free."""
    row = schedule.row(asset(root, True), at)
    return cents(Decimal(abs(quantity)) * row.settlement * schedule.factor)


def round_trip_usd(
    root: str, legs: int, at: date = date.max, schedule: FeeSchedule = TASTYTRADE
) -> Decimal:
    """Opening and closing that many legs of one option contract each, by the last row in force.

    >>> round_trip_usd("ES", 2), round_trip_usd("SPY", 1)
    (Decimal('13.20'), Decimal('1.26'))
    """
    opening = fee(root, 1, ZERO, True, True, at, schedule)
    closing = fee(root, -1, ZERO, False, True, at, schedule)
    return legs * (opening + closing)
