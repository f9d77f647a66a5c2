"""Fees: published rows, the rule book's defaults, and the arithmetic of a leg."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.errors import ConfigError
from tomking.core.money import ZERO
from tomking.portfolio.fees import (
    TASTYTRADE,
    Asset,
    FeeSchedule,
    asset,
    fee,
    round_trip_usd,
    settlement_fee,
)

pytestmark = pytest.mark.unit

DAY = date(2026, 6, 5)


def option(root: str, quantity: int, opens: bool, price: str = "2.00") -> Decimal:
    return fee(root, quantity, Decimal(price), opens, True, DAY)


@pytest.mark.parametrize(
    ("root", "quantity", "opens", "usd"),
    [
        ("ES", 1, True, "3.30"),
        ("ES", -1, False, "3.30"),
        ("MES", -4, True, "8.08"),
        ("SPY", -1, True, "1.13"),
        ("SPY", 1, False, "0.13"),
        ("SPX", -1, True, "1.78"),
        ("SPX", 12, True, "21.36"),
        ("SPX", 1, False, "0.78"),
    ],
)
def test_an_option_leg_costs_what_the_table_says(
    root: str, quantity: int, opens: bool, usd: str
) -> None:
    assert option(root, quantity, opens) == Decimal(usd)


@pytest.mark.parametrize(("quantity", "usd"), [(9, "10.17"), (10, "11.30"), (11, "11.43")])
def test_the_commission_of_a_share_option_leg_stops_at_ten_dollars(quantity: int, usd: str) -> None:
    assert option("SPY", quantity, True) == Decimal(usd)


def test_an_es_leg_there_and_back_costs_what_the_study_of_costs_used() -> None:
    assert round_trip_usd("ES", 1) == Decimal("6.60")
    assert round_trip_usd("ES", 2) == Decimal("13.20")


@pytest.mark.parametrize(
    ("root", "is_option", "seen"),
    [
        ("ES", True, Asset.FUTURE_OPTION),
        ("ES", False, Asset.FUTURE),
        ("MES", True, Asset.MICRO_FUTURE_OPTION),
        ("MES", False, Asset.MICRO_FUTURE),
        ("SPX", True, Asset.INDEX_OPTION),
        ("SPY", True, Asset.SHARE_OPTION),
        ("SPY", False, Asset.SHARES),
    ],
)
def test_a_root_is_charged_as_what_it_is(root: str, is_option: bool, seen: Asset) -> None:
    assert asset(root, is_option) is seen


def test_futures_and_shares_have_their_own_rows() -> None:
    assert fee("ES", 2, Decimal(6000), True, False, DAY) == Decimal("5.90")
    assert fee("MES", -1, Decimal(6000), False, False, DAY) == Decimal("1.54")
    assert fee("SPY", 1000, Decimal(55), True, False, DAY) == Decimal("0.80")
    assert fee("SPY", -1000, Decimal(55), False, False, DAY) == Decimal("2.33")


def test_twice_the_fees_is_exactly_twice() -> None:
    twice = TASTYTRADE.scaled(Decimal(2))
    for root in ("ES", "MES", "SPX", "SPY"):
        for quantity in (1, -3, 25):
            once = fee(root, quantity, Decimal(2), True, True, DAY)
            assert fee(root, quantity, Decimal(2), True, True, DAY, twice) == 2 * once
    assert settlement_fee("SPX", -2, DAY, twice) == 2 * settlement_fee("SPX", -2, DAY)
    assert twice.scaled(Decimal("0.5")).factor == 1
    assert twice.name == "tastytrade x 2"


def test_a_free_venue_charges_nothing() -> None:
    assert round_trip_usd("ES", 4, schedule=TASTYTRADE.scaled(ZERO)) == ZERO


def test_settlement_is_charged_by_contract_and_needs_no_sign() -> None:
    assert settlement_fee("ES", -2, DAY) == settlement_fee("ES", 2, DAY) == Decimal("1.00")


def test_a_later_row_takes_over_on_its_day_and_earlier_days_use_the_first() -> None:
    old = TASTYTRADE.row(Asset.FUTURE_OPTION, DAY)
    dearer = replace(old, since=date(2027, 1, 4), opening=Decimal("3.00"))
    schedule = replace(TASTYTRADE, rows=(dearer, *TASTYTRADE.rows))

    def on(day: date) -> Decimal:
        return fee("ES", 1, ZERO, True, True, day, schedule)

    assert on(date(2014, 1, 2)) == on(date(2027, 1, 3)) == Decimal("3.30")
    assert on(date(2027, 1, 4)) == Decimal("3.80")


def test_every_asset_has_a_row_and_every_row_says_where_it_is_from() -> None:
    assert {row.asset for row in TASTYTRADE.rows} == set(Asset)
    for row in TASTYTRADE.rows:
        assert row.published
        assert hash(row)


def test_a_schedule_without_a_row_says_which() -> None:
    with pytest.raises(ConfigError, match="option on a future"):
        round_trip_usd("ES", 1, schedule=FeeSchedule("empty", (), ()))
    with pytest.raises(ConfigError, match="unknown root"):
        round_trip_usd("OJ", 1)
