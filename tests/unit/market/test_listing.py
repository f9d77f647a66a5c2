"""Listing by date: what the venues listed and when, and which future it sits on."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY
from tomking.core.contract import Expiry, Settles
from tomking.core.errors import ConfigError, DataError
from tomking.market.delivery import future_contract
from tomking.market.listing import expiries, expiry_near, front_future
from tomking.market.sessions import is_open, month_end, sessions_between, third_friday

pytestmark = pytest.mark.unit

DATA = Path(__file__).parents[2] / "data"
RULEBOOK = json.loads((DATA / "rulebook_dates.json").read_text())
STRANGLE = json.loads((DATA / "rulebook_27.json").read_text())["27.3"]["expiry"]
ROOTS = ("ES", "MES", "SPX", "SPY")
DAYS = st.dates(date(2000, 1, 3), date(2027, 12, 31)).filter(is_open)


def on(root: str, today: date, day: date) -> dict[Settles, Expiry]:
    return {expiry.settles: expiry for expiry in expiries(root, today) if expiry.day == day}


def weekdays(root: str, today: date) -> set[int]:
    """The weekdays of weeklies in the next full weeks, month ends left out."""
    return {
        expiry.day.weekday()
        for expiry in expiries(root, today)
        if expiry.kind == "weekly" and (expiry.day - today).days <= 21
    }


# -- expiries ------------------------------------------------------------------------------------


def test_the_rulebooks_120_days_from_3_september_2025_are_new_years_eve() -> None:
    today = date(2025, 9, 3)
    for root in ("ES", "MES"):
        found = expiry_near(expiries(root, today), today, 120, 10)
        assert found == Expiry(date(2025, 12, 31), Settles.PM, "eom", f"{root}H26")


def test_an_expiry_further_away_than_allowed_is_none() -> None:
    """Rulebook 27.3: 9 September 2025 + 90 is 8 December, ten days from the nearest listed expiry."""
    today, days = date.fromisoformat(STRANGLE["entered"]), STRANGLE["days"]
    assert today + timedelta(days=days) == date.fromisoformat(STRANGLE["wanted"])
    found = expiry_near(expiries("ES", today), today, days, 10)
    assert found is not None
    assert found.day == date.fromisoformat(STRANGLE["listed"])
    assert expiry_near(expiries("ES", today), today, 90, 9) is None


@given(DAYS, st.sampled_from(ROOTS))
def test_expiries_are_sessions_in_order_none_of_them_past_or_twice(today: date, root: str) -> None:
    found = expiries(root, today)
    keys = [(expiry.day, expiry.settles is Settles.PM) for expiry in found]
    assert keys == sorted(set(keys))
    assert all(is_open(expiry.day) and expiry.day >= today for expiry in found)
    assert all(expiry.settles is Settles.PM for expiry in found if expiry.day == today)


@given(DAYS)
def test_every_friday_session_has_an_expiry_at_its_close(today: date) -> None:
    fridays = [today + timedelta(days=n) for n in range(50)]
    fridays = [day for day in fridays if day.weekday() == FRIDAY and is_open(day)]
    for root in ROOTS:
        for friday in fridays:
            assert Settles.PM in on(root, today, friday)


@given(DAYS, st.sampled_from(("ES", "MES")))
def test_an_option_sits_on_the_first_future_that_outlives_it(today: date, root: str) -> None:
    for expiry in expiries(root, today):
        future = future_contract(root, expiry.future)
        assert future.future == expiry.future
        assert (future.expiry - expiry.day).days <= 98
        if expiry.settles is Settles.PM:
            assert future.expiry > expiry.day
        else:
            assert future.expiry == expiry.day


def test_a_quarterly_friday_has_a_morning_and_a_close_on_two_futures() -> None:
    pair = on("ES", date(2025, 9, 3), date(2025, 9, 19))
    assert pair[Settles.AM] == Expiry(date(2025, 9, 19), Settles.AM, "quarterly", "ESU25")
    assert pair[Settles.PM] == Expiry(date(2025, 9, 19), Settles.PM, "weekly", "ESZ25")


def test_a_serial_friday_has_a_close_only() -> None:
    assert on("ES", date(2025, 9, 3), date(2025, 10, 17)) == {
        Settles.PM: Expiry(date(2025, 10, 17), Settles.PM, "serial", "ESZ25")
    }


def test_spx_third_fridays_have_a_monthly_morning_and_a_weekly_close() -> None:
    pair = on("SPX", date(2025, 9, 3), date(2025, 10, 17))
    assert {s: (e.kind, e.future) for s, e in pair.items()} == {
        Settles.AM: ("monthly", ""),
        Settles.PM: ("weekly", ""),
    }


def test_spy_third_fridays_are_fixed_at_the_close() -> None:
    assert on("SPY", date(2025, 9, 3), date(2025, 10, 17))[Settles.PM].kind == "monthly"


def test_a_holiday_moves_the_expiry_to_the_session_before() -> None:
    for holiday, moved in RULEBOOK["quarterly_on_a_holiday"].items():
        day = date.fromisoformat(holiday)
        assert third_friday(day.year, day.month) == date.fromisoformat(moved)
    pair = on("ES", date(2026, 5, 6), date(2026, 6, 18))
    assert pair[Settles.AM].future == "ESM26"
    assert pair[Settles.PM].future == "ESU26"
    assert on("ES", date(2026, 5, 6), date(2026, 6, 19)) == {}


def test_a_monday_holiday_moves_the_spx_weekly_to_tuesday() -> None:
    """Cboe's note of August 2016: the Labor Day weekly expires on Tuesday 6 September."""
    weeklies = [e.day for e in expiries("SPX", date(2016, 8, 22)) if e.kind == "weekly"]
    assert [day for day in weeklies if day.weekday() == TUESDAY] == [date(2016, 9, 6)]
    assert date(2016, 9, 5) not in weeklies


def test_month_ends_are_last_sessions() -> None:
    assert month_end(2025, 12) == date(2025, 12, 31)
    assert month_end(2024, 3) == date(2024, 3, 28)
    assert month_end(2026, 5) == date(2026, 5, 29)


@pytest.mark.parametrize(
    ("root", "day", "first"),
    [
        ("SPX", WEDNESDAY, date(2016, 2, 23)),
        ("SPX", MONDAY, date(2016, 8, 15)),
        ("SPX", TUESDAY, date(2022, 4, 18)),
        ("SPX", THURSDAY, date(2022, 5, 11)),
        ("ES", WEDNESDAY, date(2016, 9, 26)),
        ("ES", MONDAY, date(2017, 4, 3)),
        ("ES", TUESDAY, date(2022, 4, 25)),
        ("SPY", WEDNESDAY, date(2016, 9, 7)),
        ("SPY", MONDAY, date(2018, 2, 16)),
    ],
)
def test_a_weekday_is_listed_from_its_first_day_and_not_before(
    root: str, day: int, first: date
) -> None:
    before = sessions_between(first - timedelta(days=7), first - timedelta(days=1))[-1].day
    assert day in weekdays(root, first)
    assert day not in weekdays(root, before)


def test_es_of_2014_had_fridays_and_month_ends_only() -> None:
    assert weekdays("ES", date(2014, 1, 8)) <= {THURSDAY, FRIDAY}
    found = [e.day for e in expiries("ES", date(2014, 1, 8)) if e.kind == "weekly"]
    assert all(day.weekday() == FRIDAY for day in found)


def test_mes_before_its_day_is_es_marked_as_an_anachronism() -> None:
    today = date(2018, 6, 6)
    es, mes = expiries("ES", today), expiries("MES", today)
    assert [(e.day, e.settles, e.kind, "M" + e.future) for e in es] == [
        (e.day, e.settles, e.kind, e.future) for e in mes
    ]
    assert all(expiry.anachronism for expiry in mes)
    assert any(not expiry.anachronism for expiry in es)
    assert not any(expiry.anachronism for expiry in expiries("MES", date(2025, 9, 3)))


def test_a_pm_quarterly_of_es_before_2021_is_marked() -> None:
    pair = on("ES", date(2016, 6, 1), date(2016, 6, 17))
    assert pair[Settles.PM].anachronism
    assert not pair[Settles.AM].anachronism
    assert not on("ES", date(2022, 6, 1), date(2022, 6, 17))[Settles.PM].anachronism


def test_spx_month_ends_before_july_2014_are_marked_except_quarter_ends() -> None:
    today = date(2014, 1, 8)
    assert on("SPX", today, date(2014, 4, 30))[Settles.PM].anachronism
    assert not on("SPX", today, date(2014, 3, 31))[Settles.PM].anachronism
    assert not on("SPX", today, date(2014, 1, 31))[Settles.PM].anachronism


def test_far_out_only_third_fridays_and_month_ends_are_listed() -> None:
    today = date(2025, 9, 3)
    far = [e for e in expiries("ES", today) if (e.day - today).days > 56]
    assert {expiry.kind for expiry in far} == {"serial", "quarterly", "eom", "weekly"}
    assert all(e.day == third_friday(e.day.year, e.day.month) for e in far if e.kind == "weekly")
    assert max(e.day for e in far if e.kind == "eom") <= today + timedelta(days=186)
    assert max(e.day for e in far if e.kind == "serial") >= today + timedelta(days=335)


def test_spx_lists_more_than_two_years() -> None:
    assert expiries("SPX", date(2025, 9, 3))[-1].day >= date(2027, 12, 17)


def test_a_120_day_entry_finds_an_expiry_within_ten_days_in_every_month() -> None:
    for session in sessions_between(date(2014, 1, 1), date(2026, 12, 31)):
        if session.day.weekday() == WEDNESDAY and session.day.day <= 7:
            found = expiry_near(expiries("ES", session.day), session.day, 120, 10)
            assert found is not None, session.day


def test_of_two_expiries_as_near_the_earlier_is_taken() -> None:
    today = date(2025, 9, 3)
    pair = [Expiry(today + timedelta(days=n), Settles.PM, "weekly") for n in (12, 8)]
    found = expiry_near(pair, today, 10, 5)
    assert found is pair[1]
    assert expiry_near(pair, today, 10, 1) is None
    assert expiry_near([], today, 10, 99) is None


def test_of_morning_and_close_on_one_day_the_close_is_taken() -> None:
    today = date(2025, 9, 3)
    found = expiry_near(expiries("ES", today), today, 16, 0)
    assert found is not None
    assert (found.day, found.settles) == (date(2025, 9, 19), Settles.PM)


def test_every_product_that_is_modelled_has_listing_rules() -> None:
    for root in ("ES", "MES", "SPX", "SPY"):
        assert expiries(root, date(2025, 9, 3))


def test_an_unknown_root_and_a_date_off_the_table_are_errors() -> None:
    with pytest.raises(ConfigError, match="unknown root"):
        expiries("OJ", date(2025, 9, 3))
    with pytest.raises(DataError, match="no listing rules of NQ"):
        expiries("NQ", date(2025, 9, 3))
    for day in (date(1998, 6, 1), date(2032, 6, 1)):
        with pytest.raises(DataError, match="1999 to 2031"):
            expiries("ES", day)


def test_the_last_year_that_is_answered_reaches_to_the_table_s_end_only() -> None:
    assert expiries("SPX", date(2031, 12, 15))[-1].day.year == 2031
    assert expiries("ES", date(1999, 1, 4))[0].day == date(1999, 1, 8)


# -- futures -------------------------------------------------------------------------------------


def test_a_future_dies_on_the_morning_of_its_third_friday() -> None:
    found = future_contract("MES", "MESZ25")
    assert (found.expiry, found.settles, str(found)) == (date(2025, 12, 19), Settles.AM, "MESZ25")
    assert not found.is_option


@pytest.mark.parametrize("code", ["ESX25", "MESZ25", "", "ESZ", "ES", "ESZ2x"])
def test_what_is_no_future_of_the_root_is_an_error(code: str) -> None:
    with pytest.raises(DataError, match="no ES future"):
        future_contract("ES", code)


def test_roots_without_futures_have_no_front() -> None:
    with pytest.raises(DataError, match="SPX has no futures"):
        front_future("SPX", date(2025, 9, 3))


def test_past_the_last_quarterly_of_the_table_no_future_is_known() -> None:
    with pytest.raises(DataError, match="the table holds 1998 to 2032"):
        front_future("ES", date(2032, 12, 31))


def test_on_its_last_morning_a_future_is_no_longer_the_front() -> None:
    assert front_future("ES", date(2025, 9, 18)).future == "ESU25"
    assert front_future("ES", date(2025, 9, 19)).future == "ESZ25"
    assert front_future("ES", date(2026, 6, 18)).future == "ESU26"
