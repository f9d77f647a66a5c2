"""Carry of the S&P 500: the interest rate and the dividend yield of a day, and the forward they
imply.

Both are continuously compounded annual fractions. A row of the tables describes a whole quarter
(the mean of its bill rates, the yield on its last day), so nobody could know it while the quarter
ran: a day is answered with the row of the quarter *before* it. Only the first quarter of a table
has none; there its own row stands in, and ``note`` says so.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from math import exp, log1p

from tomking.core.errors import DataError
from tomking.core.value import value

#: Days of a three-month bill, and the year by which its discount is quoted.
BILL_DAYS = 91
DISCOUNT_YEAR = 360
YEAR = 365


@value
class Carry:
    """Rate and dividend yield, continuously compounded; ``quarter`` is the row they come from."""

    rate: float
    dividend_yield: float
    quarter: str
    note: str = ""


@value
class Quarter:
    """One row: bill discount and trailing dividend yield, annual fractions; a gap is ``None``."""

    tbill_discount: float
    dividend_yield: float | None


def bill_rate(discount: float) -> float:
    """The continuously compounded rate of a 91-day bill quoted at a bank discount.

    A bill of face 1 costs ``1 - discount * 91/360`` and grows to 1 in 91 days, so the rate is
    ``-ln(price) * 365/91``.

    Parameters
    ----------
    discount
        Bank discount, annual fraction on 360 days (0.05 is 5 %).

    References
    ----------
    Hull, *Options, Futures, and Other Derivatives*, chapters 4 (compounding) and 6 (Treasury bills).

    >>> round(bill_rate(0.08), 6)
    0.081942
    """
    return -log1p(-discount * BILL_DAYS / DISCOUNT_YEAR) * YEAR / BILL_DAYS


def forward(spot: float, carry: Carry, years: float) -> float:
    """The forward price, ``spot * exp((r - q) * years)``, in the points of ``spot``.

    References
    ----------
    Hull, chapter 5, futures on stock indices: 1300, 5 %, 1 %, three months gives 1313.07.

    >>> round(forward(1300.0, Carry(0.05, 0.01, ""), 0.25), 2)
    1313.07
    """
    return spot * exp((carry.rate - carry.dividend_yield) * years)


@value
class CarryTable:
    """Quarterly rows by ``4 * year + quarter - 1``."""

    quarters: Mapping[int, Quarter]

    def at(self, day: date) -> Carry:
        """Rate and yield known on a day: the row of the quarter before it.

        A yield of dividends over price becomes continuous as ``log(1 + yield)``.

        Raises
        ------
        DataError
            If the row is not there, or its dividend yield is blank (then ``rate`` still answers).
        """
        number, row, note = self._row(day)
        if row.dividend_yield is None:
            raise DataError(
                f"us_rates_quarterly: no dividend yield of {quarter_name(number)} for {day}; the last "
                f"one there is {quarter_name(self._last_yield())}: supply one, or ask for rate() alone"
            )
        rate = bill_rate(row.tbill_discount)
        return Carry(rate, log1p(row.dividend_yield), quarter_name(number), note)

    def rate(self, day: date) -> float:
        """The interest rate known on a day, continuously compounded."""
        return bill_rate(self._row(day)[1].tbill_discount)

    def _row(self, day: date) -> tuple[int, Quarter, str]:
        own, first, last = quarter_of(day), min(self.quarters), max(self.quarters)
        if own == first:
            return own, self.quarters[own], "the first quarter has none before it: its own row"
        if own - 1 not in self.quarters:
            raise DataError(
                f"us_rates_quarterly: no row is known on {day}; it needs {quarter_name(own - 1)} and "
                f"the table holds {quarter_name(first)} to {quarter_name(last)}"
            )
        return own - 1, self.quarters[own - 1], ""

    def _last_yield(self) -> int:
        return max(n for n, row in self.quarters.items() if row.dividend_yield is not None)


def quarter_of(day: date) -> int:
    """The running number of a date's quarter."""
    return 4 * day.year + (day.month - 1) // 3


def quarter_name(number: int) -> str:
    """A quarter as people write it.

    >>> quarter_name(quarter_of(date(2026, 11, 20)))
    '2026Q4'
    """
    return f"{number // 4}Q{number % 4 + 1}"


@value
class Dividend:
    """Dollars a share, and the first day the share trades without it."""

    ex_date: date
    amount: Decimal


@value
class DividendTable:
    """Cash dividends of one share, ascending; answers for the quarters of its first to last row."""

    rows: tuple[Dividend, ...]

    def between(self, first: date, last: date) -> tuple[Dividend, ...]:
        """The dividends with an ex-date from ``first`` to ``last``, both included.

        Raises
        ------
        DataError
            If the period leaves the quarters the table holds: none known is not none paid.
        """
        held = quarter_of(self.rows[0].ex_date), quarter_of(self.rows[-1].ex_date)
        if quarter_of(first) < held[0] or quarter_of(last) > held[1]:
            raise DataError(
                f"spy_dividends: asked for {first} to {last}; the table holds {quarter_name(held[0])} "
                f"to {quarter_name(held[1])} (last ex-date {self.rows[-1].ex_date})"
            )
        return tuple(row for row in self.rows if first <= row.ex_date <= last)
