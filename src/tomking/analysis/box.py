"""The SPX box: four European options that are worth their width whatever happens, which makes a loan.

A short box receives its price now and pays its width at expiry: borrowing. A long box is the other way
round: lending, whatever a document that calls buying one "funding" says. Nothing here trades one.

Source: rulebook 10.4, register 39, 27.14 (R-BOX-01 to R-BOX-03 in docs/rules.md).
"""

from enum import StrEnum

from tomking.core.errors import ConfigError
from tomking.core.product import product
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.value import value
from tomking.portfolio.fees import round_trip_usd

ROOT = "SPX"
DAYS_A_YEAR = 365.0
#: A loan should cost this much less a year than the broker's margin, and no more than this above bills.
UNDER_MARGIN, OVER_BILL = 0.01, 0.005
#: Days to expiry for which the rulebook means it.
DAYS_MIN, DAYS_MAX = 365, 730


class Side(StrEnum):
    """Which side of a box: short borrows, long lends."""

    SHORT = "short"
    LONG = "long"


@value
class Box:
    """One box: points between its strikes, the price of all four legs in points, days to expiry."""

    width: float
    price: float
    days: int
    side: Side = Side.SHORT

    @property
    def rate(self) -> float:
        """Simple interest a year as a fraction; the same for both sides (27.14)."""
        return rate(self.width, self.price, self.days)

    @property
    def notional_usd(self) -> float:
        """Dollars that change hands at expiry."""
        return self.width * product(ROOT).multiplier

    @property
    def received_usd(self) -> float:
        """Dollars now: received (+) by whoever borrows, paid (-) by whoever lends; before fees."""
        return (1.0 if self.side is Side.SHORT else -1.0) * self.price * product(ROOT).multiplier

    @property
    def settled_usd(self) -> float:
        """Dollars at expiry: paid (-) by whoever borrowed, received (+) by whoever lent."""
        return (-1.0 if self.side is Side.SHORT else 1.0) * self.notional_usd

    @property
    def interest_usd(self) -> float:
        """Dollars of interest over the whole time: earned (+) or paid (-)."""
        return self.received_usd + self.settled_usd

    @property
    def fees_usd(self) -> float:
        """Dollars to open four legs; at expiry cash settles, and nothing is traded."""
        return float(round_trip_usd(ROOT, 4)) / 2.0

    @property
    def rate_after_fees(self) -> float:
        """The rate when fees are taken off what is received, or added to what is paid."""
        fees = self.fees_usd / product(ROOT).multiplier
        price = self.price - fees if self.side is Side.SHORT else self.price + fees
        return rate(self.width, price, self.days)


def rate(width: float, price: float, days: int) -> float:
    """Simple interest a year that a box stands for: (W / P - 1) x 365 / days.

    Raises
    ------
    ConfigError
        If the width, the price or the days are not above nought.

    >>> [round(100 * rate(500, price, days), 3) for price, days in ((480, 365), (484.5, 270))]
    [4.167, 4.325]
    """
    if not (width > 0.0 and price > 0.0 and days > 0):
        raise ConfigError(
            f"a box of width {width:g} for {price:g} over {days:g} days is none: give a width, a price "
            "and days above 0"
        )
    return (width / price - 1.0) * DAYS_A_YEAR / days


def readings(
    box: Box, margin_rate: float | None, bill_rate: float | None, net_liq: float
) -> tuple[Reading, ...]:
    """What a box is held against: other money, the time meant, and the size of the account.

    ``margin_rate`` and ``bill_rate`` are fractions a year; one that nobody gave is unknown, and unknown
    never passes.
    """
    return (*_prices(box, margin_rate, bill_rate), *_sizes(box, net_liq))


def _prices(box: Box, margin_rate: float | None, bill_rate: float | None) -> tuple[Reading, ...]:
    seen = box.rate_after_fees
    if box.side is Side.LONG:
        return (_over("rate over a T-bill", seen, bill_rate, Sense.AT_LEAST, 0.0),)
    return (
        _over("rate over the broker's margin", seen, margin_rate, Sense.AT_MOST, -UNDER_MARGIN),
        _over("rate over a T-bill", seen, bill_rate, Sense.AT_MOST, OVER_BILL),
    )


def _over(name: str, seen: float, other: float | None, sense: Sense, bound: float) -> Reading:
    """A rate less another one, both fractions a year."""
    away = None if other is None else seen - other
    return Reading(name, Stage.MARKET, sense, away, bound, "a year", "R-BOX-02")


def _sizes(box: Box, net_liq: float) -> tuple[Reading, ...]:
    return (
        Reading(
            "days to expiry", Stage.MARKET, Sense.AT_LEAST, box.days, DAYS_MIN, "days", "R-BOX-03"
        ),
        Reading(
            "days to expiry", Stage.MARKET, Sense.AT_MOST, box.days, DAYS_MAX, "days", "R-BOX-03"
        ),
        Reading(
            "notional", Stage.MARGIN, Sense.AT_MOST, box.notional_usd, net_liq, "dollars",
            "R-BOX-03",
        ),
    )  # fmt: skip
