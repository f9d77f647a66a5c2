"""The small public tables shipped with the project, each read once into a value.

Every row of the files names its source and whether it was verified or is merely known. A gap stays
a gap: asking for a figure that is not there raises ``DataError`` with the table, the date and its
reach.
"""

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from tomking.core.errors import DataCorrupt, DataError
from tomking.core.value import value
from tomking.data.event_file import laid_over
from tomking.market.carry import CarryTable, Dividend, DividendTable, Quarter, quarter_of
from tomking.market.events import NAMES, Event, EventTable, event_table

Row = Mapping[str, str]


def rows(table: str) -> tuple[Row, ...]:
    """The rows of a shipped table as text, in file order."""
    source = files("tomking.data") / "tables" / f"{table}.csv"
    found = tuple(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))
    if not found:
        raise DataCorrupt(f"{table}.csv has no rows: install tomking again")
    return found


def percent(text: str) -> float:
    """A figure in percent as a fraction (``"1.94"`` is 0.0194, with no binary dust)."""
    return float(Decimal(text) / 100)


@cache
def shipped_events() -> tuple[Event, ...]:
    """FOMC, CPI, NFP and OPEC, 2014 to 2026 (OPEC to June 2026, and not exhaustive)."""
    return tuple(
        Event(name, date.fromisoformat(row["date"]), row["time_et"], row["event"])
        for name in NAMES
        for row in rows(name.lower())
    )


@cache
def events(own: tuple[Event, ...] = ()) -> EventTable:
    """The shipped events, with somebody's own laid over them."""
    return event_table(laid_over(own, shipped_events()) if own else shipped_events())


@cache
def carry() -> CarryTable:
    """Three-month bills and the S&P 500's dividend yield by quarter, from 2014Q1."""

    def quarter(row: Row) -> Quarter:
        """A row of the table; a blank yield stays unknown."""
        paid = row["sp500_dividend_yield_pct"]
        return Quarter(percent(row["tbill_3m_pct"]), percent(paid) if paid else None)

    return CarryTable({_number(row["quarter"]): quarter(row) for row in rows("us_rates_quarterly")})


def _number(name: str) -> int:
    """``2014Q1`` as the running number of its quarter."""
    return quarter_of(date(int(name[:4]), 3 * int(name[-1]), 1))


@cache
def spy_dividends() -> DividendTable:
    """SPY's cash dividends by ex-date, from March 2014."""
    return DividendTable(
        tuple(
            Dividend(date.fromisoformat(row["ex_date"]), Decimal(row["amount_usd"]))
            for row in rows("spy_dividends")
        )
    )


@value
class MonthlyRates:
    """Dollars for one pound by (year, month), as HMRC published them for the whole month."""

    months: Mapping[tuple[int, int], Decimal]

    def at(self, day: date) -> Decimal:
        """The rate of a date's month.

        Raises
        ------
        DataError
            If that month was not published here; no neighbour stands in for it.
        """
        try:
            return self.months[day.year, day.month]
        except KeyError:
            first, last = min(self.months), max(self.months)
            raise DataError(
                f"hmrc_monthly_usd: no rate for {day:%Y-%m}; the table holds "
                f"{first[0]}-{first[1]:02d} to {last[0]}-{last[1]:02d}: supply the month's rate from "
                "gov.uk (HMRC exchange rates, monthly)"
            ) from None


@cache
def usd_per_gbp() -> MonthlyRates:
    """HMRC's monthly customs rates, from January 2015."""
    return MonthlyRates(
        {
            (int(row["month"][:4]), int(row["month"][5:])): Decimal(row["usd_per_gbp"])
            for row in rows("hmrc_monthly_usd")
        }
    )
