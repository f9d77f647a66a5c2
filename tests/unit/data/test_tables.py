"""The shipped tables: read once, whole, sourced, and honest about where they end."""

from datetime import date
from decimal import Decimal

import pytest

from tomking.core.errors import DataError
from tomking.data import tables
from tomking.market.events import NAMES, UNKNOWN

pytestmark = pytest.mark.unit

FILES = (
    "fomc", "cpi", "nfp", "opec", "us_rates_quarterly", "spy_dividends", "hmrc_monthly_usd",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_row_names_a_source_and_how_far_it_was_checked(name: str) -> None:
    for row in tables.rows(name):
        assert row["source"].strip(), row
        assert row["status"] in ("verified", "known"), row


@pytest.mark.parametrize(
    ("name", "count"),
    [("fomc", 107), ("cpi", 155), ("nfp", 155), ("opec", 71), ("us_rates_quarterly", 51),
     ("spy_dividends", 49), ("hmrc_monthly_usd", 141)],
)  # fmt: skip
def test_no_row_was_lost(name: str, count: int) -> None:
    assert len(tables.rows(name)) == count


@pytest.mark.parametrize("name", FILES)
def test_rows_are_in_order_and_none_is_there_twice(name: str) -> None:
    keys = [next(iter(row.values())) for row in tables.rows(name)]
    assert keys == sorted(set(keys))


def test_tables_are_read_once() -> None:
    assert tables.events() is tables.events()
    assert tables.carry() is tables.carry()


def test_known_events_stand_on_their_days() -> None:
    events = tables.events()
    assert events.on(date(2024, 12, 18)) == {"FOMC": "14:00"}
    assert events.on(date(2025, 9, 11)) == {"CPI": "08:30"}
    assert events.on(date(2024, 8, 2)) == {"NFP": "08:30"}
    assert events.on(date(2024, 8, 5)) == {}


def test_the_sunday_cut_of_march_2020_stands_on_monday() -> None:
    assert tables.events().on(date(2020, 3, 16)) == {"FOMC": ""}


def test_after_the_tables_end_the_day_is_unknown() -> None:
    assert tables.events().on(date(2026, 12, 11), ("CPI",)) == {UNKNOWN: "CPI after 2026-12-10"}
    assert tables.events().on(date(2026, 11, 20), ("FOMC", "CPI", "NFP")) == {}
    assert UNKNOWN in tables.events().on(date(2026, 11, 20), ("OPEC",))


def test_the_years_of_the_embedded_history_are_inside_every_event_table() -> None:
    for name in NAMES:
        first, last = tables.events().covers[name]
        assert first <= date(2014, 1, 1)
        assert last >= date(2018, 12, 31)


def test_there_are_eight_scheduled_meetings_a_year_and_twelve_releases() -> None:
    for year in (2014, 2016, 2018, 2022, 2024):
        for name, count in (("fomc", 8), ("cpi", 12), ("nfp", 12)):
            assert sum(row["date"].startswith(str(year)) for row in tables.rows(name)) == count


def test_carry_of_a_day_in_the_rate_rise_is_that_of_the_quarter_before() -> None:
    found = tables.carry().at(date(2024, 8, 5))
    assert found.quarter == "2024Q2"
    assert 0.05 < found.rate < 0.055
    assert 0.012 < found.dividend_yield < 0.015


def test_carry_has_no_yield_after_the_first_quarter_of_2026() -> None:
    assert tables.carry().at(date(2026, 3, 31)).quarter == "2025Q4"
    with pytest.raises(DataError, match=r"us_rates_quarterly.*2026Q1"):
        tables.carry().at(date(2026, 4, 1))
    assert tables.carry().rate(date(2026, 11, 20)) == pytest.approx(0.0383, abs=1e-4)


def test_spy_paid_four_times_a_year_and_more_than_twelve_months_are_not_guessed() -> None:
    spy = tables.spy_dividends()
    assert len(spy.between(date(2024, 1, 1), date(2024, 12, 31))) == 4
    assert spy.rows[0].amount == Decimal("0.825")
    with pytest.raises(DataError, match=r"spy_dividends.*2026-03-20"):
        spy.between(date(2026, 1, 1), date(2026, 6, 30))


def test_a_month_hmrc_is_not_held_for_is_an_error_that_names_it() -> None:
    pounds = tables.usd_per_gbp()
    assert pounds.at(date(2024, 8, 5)) == Decimal("1.3033")
    for missing in (date(2014, 12, 31), date(2026, 10, 1)):
        with pytest.raises(DataError, match=rf"{missing:%Y-%m}.*2015-01 to 2026-09"):
            pounds.at(missing)
