"""Fees: published rows and worked examples, the rule book's defaults, and the arithmetic of a leg."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product as every

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract, Right, Settles
from tomking.core.errors import ConfigError
from tomking.core.money import CENT, ZERO
from tomking.core.order import Leg, Order, Purpose
from tomking.core.product import PRODUCTS, product
from tomking.exchange.charges import leg_fees
from tomking.portfolio.fees import (
    TASTYTRADE,
    Asset,
    Charge,
    FeeSchedule,
    asset,
    charge,
    fee,
    round_trip_usd,
    settlement_fee,
)

pytestmark = pytest.mark.unit

DAY = date(2026, 6, 5)
IN_2018 = date(2018, 6, 1)
DAYS = st.dates(date(2014, 1, 2), date(2027, 12, 31))
QUANTITIES = st.integers(-2000, 2000).filter(bool)
PRICES = st.decimals(0, 500, places=2)


def option(root: str, quantity: int, opens: bool, price: str = "2.00", at: date = DAY) -> Decimal:
    return fee(root, quantity, Decimal(price), opens, True, at)


@pytest.mark.parametrize(
    ("root", "quantity", "opens", "usd"),
    [
        ("ES", 1, True, "3.37"),
        ("ES", -1, False, "3.37"),
        ("MES", -4, True, "8.08"),
        ("CL", 1, True, "4.32"),
        ("MCL", 1, True, "2.02"),
        ("ZN", 1, True, "3.62"),
        ("LE", 1, True, "4.92"),
        ("SPY", -1, True, "1.12"),
        ("SPY", 1, False, "0.12"),
        ("SPX", -1, True, "1.77"),
        ("SPX", 12, True, "21.24"),
        ("SPX", 1, False, "0.77"),
        ("XSP", 1, True, "1.12"),
    ],
)
def test_an_option_leg_costs_what_the_table_says(
    root: str, quantity: int, opens: bool, usd: str
) -> None:
    assert option(root, quantity, opens) == Decimal(usd)


@pytest.mark.parametrize(
    ("root", "usd"),
    [
        ("ES", "2.95"), ("MES", "1.54"), ("CL", "3.07"), ("MGC", "1.67"), ("ZB", "2.44"),
        ("6E", "3.17"), ("ZS", "3.67"), ("HE", "3.67"),
    ],
)  # fmt: skip
def test_a_future_costs_what_the_table_says_each_way(root: str, usd: str) -> None:
    assert fee(root, 1, Decimal(100), True, False, DAY) == Decimal(usd)
    assert fee(root, -1, Decimal(100), False, False, DAY) == Decimal(usd)


# Captured from the broker's certification service, and printed in its own articles.


def test_one_option_bought_in_june_2026_costs_what_the_certification_service_billed() -> None:
    bought = charge(product("SPY"), 1, Decimal("0.75"), True, True, date(2026, 6, 1))
    assert bought == Charge(Decimal("1.00"), Decimal("0.10"), Decimal("0.00"), Decimal("0.02"))
    assert bought.total == Decimal("1.12")


@pytest.mark.parametrize("sold_at", ["7.25", "8.00", "10.00", "12.00"])
def test_a_call_spread_of_2019_costs_what_the_certification_service_billed(sold_at: str) -> None:
    """SPY October 2019 295/298 calls: commission 2.00, clearing 0.20, regulatory 0.102.

    The price of the call that was sold is not in the answer; the bill holds for any near these.
    """
    spy, september = product("SPY"), date(2019, 9, 16)
    bought = charge(spy, 1, Decimal(sold_at) - 2, True, True, september)
    sold = charge(spy, -1, Decimal(sold_at), True, True, september)
    both = bought + sold
    assert (both.commission, both.clearing) == (Decimal("2.00"), Decimal("0.20"))
    assert both.regulatory == Decimal("0.10")
    assert both.total == Decimal("2.30")
    assert Decimal(300) + both.total - Decimal(200) == Decimal(
        "102.30"
    )  # its effect on the account


def test_a_thousand_shares_cost_what_tastyworks_worked_out_in_2018() -> None:
    spy = product("SPY")
    bought = charge(spy, 1000, Decimal(55), True, False, IN_2018)
    sold = charge(spy, -1000, Decimal(55), False, False, IN_2018)
    assert (bought.clearing, bought.regulatory) == (Decimal("0.80"), ZERO)
    assert (sold.clearing, sold.regulatory) == (Decimal("0.80"), Decimal("0.84"))
    assert sold.total == Decimal("1.64")


def test_three_options_cost_what_tastyworks_worked_out_in_2018() -> None:
    spy = product("SPY")
    bought = charge(spy, 3, Decimal(5), True, True, IN_2018)
    sold = charge(spy, -3, Decimal(5), False, True, IN_2018)
    assert (bought.clearing, bought.regulatory) == (Decimal("0.30"), Decimal("0.12"))
    assert sold.regulatory == Decimal("0.15")  # 0.12 of ORF, 0.01 of TAF, 0.02 for the SEC
    assert sold.total == Decimal("0.45")


@pytest.mark.parametrize(
    ("at", "usd"),
    [
        (date(2024, 5, 21), "0.80"),
        (date(2024, 5, 22), "2.78"),
        (date(2025, 5, 13), "2.78"),
        (date(2025, 5, 14), "0.00"),
        (date(2026, 4, 3), "0.00"),
        (date(2026, 4, 4), "2.06"),
    ],
)
def test_the_tax_on_sales_changes_on_its_day(at: date, usd: str) -> None:
    """A hundred thousand dollars of options sold to close; TAF and ORF are taken off again."""
    levies = {levy.name: levy.rate for levy in TASTYTRADE.levied(Asset.SHARE_OPTION, at)}
    sold = charge(product("SPY"), -100, Decimal(10), False, True, at)
    rest = sum(((100 * levies[name]).quantize(CENT) for name in ("ORF", "TAF")), ZERO)
    assert sold.regulatory - rest == Decimal(usd)


def test_options_on_an_index_pay_neither_taf_nor_the_tax_on_sales() -> None:
    names = [levy.name for levy in TASTYTRADE.levied(Asset.INDEX_OPTION, DAY)]
    assert names == ["ORF"]
    assert option("SPX", -1, True, "500") == option("SPX", 1, True, "500")


@pytest.mark.parametrize(("shares", "usd"), [(50_205, "9.79"), (100_000, "9.79"), (10_000, "1.95")])
def test_taf_on_shares_stops_at_its_cap(shares: int, usd: str) -> None:
    taf = next(x for x in TASTYTRADE.levied(Asset.SHARES, DAY) if x.name == "TAF")
    assert taf.most == Decimal("9.79")
    sold = charge(product("SPY"), -shares, ZERO, False, False, DAY)
    assert sold.regulatory == Decimal(usd)


@pytest.mark.parametrize(("quantity", "usd"), [(9, "10.08"), (10, "11.20"), (11, "11.32")])
def test_the_commission_of_a_share_option_leg_stops_at_ten_dollars(quantity: int, usd: str) -> None:
    assert option("SPY", quantity, True) == Decimal(usd)


def test_an_index_option_leg_has_no_cap() -> None:
    assert charge(product("SPX"), 50, ZERO, True, True, DAY).commission == Decimal("50.00")


# Options on an index: commission, clearing and levy are the same, the exchange's fee is its own.

#: An index: the exchange's fee by the table's source (support 43000521134; NDX is not listed there and
#: pays the dearest), and what one contract costs to open and to close, 1.00, 0.10 and 0.02 beside it.
INDEXES = [
    ("SPX", "0.65", "1.77", "0.77"),
    ("VIX", "0.65", "1.77", "0.77"),
    ("NDX", "0.65", "1.77", "0.77"),
    ("RUT", "0.18", "1.30", "0.30"),
    ("XSP", "0.00", "1.12", "0.12"),
]
#: Weekly series as brokers print them, and the root they are here.
WEEKLY = {"SPXW": "SPX", "RUTW": "RUT", "NDXP": "NDX", "XSPW": "XSP", "VIXW": "VIX"}


@pytest.mark.parametrize(("root", "exchange", "opened", "closed"), INDEXES)
def test_an_index_option_costs_what_its_source_says_each_way(
    root: str, exchange: str, opened: str, closed: str
) -> None:
    parts = ("1.00", "0.10", exchange, "0.02")
    assert charge(product(root), 1, Decimal(2), True, True, DAY) == Charge(*map(Decimal, parts))
    assert option(root, 1, True) == option(root, -1, True) == Decimal(opened)
    assert option(root, 1, False) == option(root, -1, False) == Decimal(closed)


@pytest.mark.parametrize(
    ("quantity", "opened", "closed"),
    [(9, "10.08", "1.08"), (10, "11.90", "1.90"), (-9, "10.08", "1.08"), (-11, "13.09", "2.09")],
)
def test_ten_of_the_mini_index_in_a_leg_pay_the_exchange_and_nine_do_not(
    quantity: int, opened: str, closed: str
) -> None:
    assert option("XSP", quantity, True) == Decimal(opened)
    assert option("XSP", quantity, False) == Decimal(closed)


@pytest.mark.parametrize(("weekly", "root"), WEEKLY.items())
@pytest.mark.parametrize("opens", [True, False])
def test_a_weekly_series_is_its_index_fixed_at_the_close_and_costs_the_same(
    weekly: str, root: str, opens: bool
) -> None:
    with pytest.raises(ConfigError, match=f"did you mean '{root}'"):
        product(weekly)
    monthly, weekly_ = (
        Contract(root, DAY, Right.PUT, Decimal(5900), settles=settles) for settles in Settles
    )
    purpose, closes = (Purpose.OPEN, "") if opens else (Purpose.CLOSE, "test/position")
    paid = {
        leg_fees(
            TASTYTRADE,
            Order(
                "test/open", 1, purpose, "test", "test/campaign",
                (Leg(contract, -1, "all", opens),), 3, Decimal(2), closes=closes,
            ),
            [Decimal(2)],
            DAY,
        )
        for contract in (monthly, weekly_)
    }  # fmt: skip
    assert paid == {(option(root, -3, opens),)}


@pytest.mark.parametrize("root", ["SPX", "VIX", "NDX", "RUT", "XSP"])
@pytest.mark.parametrize(
    ("below", "above"), [("0.10", "0.11"), ("0.99", "1.00"), ("1.99", "2.00"), ("24.99", "25.00")]
)
def test_no_index_fee_changes_where_the_exchange_s_own_tiers_of_premium_do(
    root: str, below: str, above: str
) -> None:
    """The house passes on one figure an index; only a tax on sales looks at a price, and not here."""
    for opens, quantity in every((True, False), (1, -1, 10, -10)):
        assert option(root, quantity, opens, below) == option(root, quantity, opens, above)


@pytest.mark.parametrize(
    ("price", "usd"), [("21.84", "0.06"), ("21.85", "0.07"), ("26.69", "0.07"), ("26.70", "0.08")]
)
def test_a_premium_counts_where_a_sale_is_taxed(price: str, usd: str) -> None:
    """Two cents of ORF, and the tax on sales on either side of where it rounds to a cent more."""
    sold = charge(product("SPY"), -1, Decimal(price), False, True, DAY)
    assert sold.regulatory == Decimal(usd)


def test_a_round_trip_is_both_ways_of_every_leg() -> None:
    assert round_trip_usd("ES", 1) == Decimal("6.74")
    assert round_trip_usd("ES", 2) == Decimal("13.48")
    assert round_trip_usd("MES", 1) == Decimal("4.04")


@pytest.mark.parametrize(
    ("root", "is_option", "seen"),
    [
        ("ES", True, Asset.FUTURE_OPTION),
        ("ES", False, Asset.FUTURE),
        ("MES", True, Asset.MICRO_FUTURE_OPTION),
        ("MES", False, Asset.MICRO_FUTURE),
        ("SPX", True, Asset.INDEX_OPTION),
        ("VIX", True, Asset.INDEX_OPTION),
        ("SPY", True, Asset.SHARE_OPTION),
        ("SPY", False, Asset.SHARES),
    ],
)
def test_a_root_is_charged_as_what_it_is(root: str, is_option: bool, seen: Asset) -> None:
    assert asset(root, is_option) is seen


@pytest.mark.parametrize(("root", "is_option"), [*every(sorted(PRODUCTS), (True, False))])
def test_every_product_there_is_can_be_charged(root: str, is_option: bool) -> None:
    paid = charge(product(root), -1, Decimal(1), True, is_option, DAY)
    assert paid.total >= ZERO
    if is_option:
        assert paid.commission > ZERO
        assert settlement_fee(root, 1, DAY) > ZERO


def test_every_future_has_an_exchange_fee_of_its_own() -> None:
    futures = {root for root, traded in PRODUCTS.items() if traded.is_future}
    rows = {row.root: row for row in TASTYTRADE.exchange_fees}
    assert futures <= set(rows)
    assert all(rows[root].outright for root in futures)


def test_a_root_without_a_row_pays_the_dearest_exchange_fee_of_its_kind() -> None:
    assert charge(product("NDX"), 1, ZERO, True, True, DAY).exchange == Decimal("0.65")


def test_a_share_with_the_name_of_a_future_pays_no_fee_of_its_exchange() -> None:
    """CL is crude oil, and Colgate-Palmolive."""
    share = replace(product("SPY"), root="CL")
    free = charge(share, -1, Decimal(2), True, True, DAY)
    assert free.exchange == 0
    oil = charge(product("CL"), -1, Decimal(2), True, True, DAY)
    assert oil.exchange == Decimal("1.50")


def test_futures_and_shares_have_their_own_rows() -> None:
    assert fee("ES", 2, Decimal(6000), True, False, DAY) == Decimal("5.90")
    assert fee("MES", -1, Decimal(6000), False, False, DAY) == Decimal("1.54")
    assert fee("SPY", 1000, Decimal(55), True, False, DAY) == Decimal("0.80")
    assert fee("SPY", -1000, Decimal(55), False, False, DAY) == Decimal("2.13")


def test_twice_the_fees_is_exactly_twice() -> None:
    twice = TASTYTRADE.scaled(Decimal(2))
    for root in ("ES", "MES", "SPX", "SPY"):
        for quantity in (1, -3, 25):
            once = fee(root, quantity, Decimal(2), True, True, DAY)
            assert fee(root, quantity, Decimal(2), True, True, DAY, twice) == 2 * once
    assert settlement_fee("SPX", -2, DAY, twice) == 2 * settlement_fee("SPX", -2, DAY)
    assert twice.scaled(Decimal("0.5")).factor == 1
    assert twice.name == "tastytrade x 2"
    assert hash(twice) != hash(TASTYTRADE)


def test_a_free_venue_charges_nothing() -> None:
    assert round_trip_usd("ES", 4, schedule=TASTYTRADE.scaled(ZERO)) == ZERO


def test_settlement_is_charged_by_contract_and_needs_no_sign() -> None:
    assert settlement_fee("ES", -2, DAY) == settlement_fee("ES", 2, DAY) == Decimal("1.00")
    assert settlement_fee("SPY", -1, DAY) == Decimal("5.00")


def test_a_later_row_takes_over_on_its_day_and_earlier_days_use_the_first() -> None:
    old = TASTYTRADE.row(Asset.FUTURE_OPTION, DAY)
    dearer = replace(old, since=date(2027, 1, 4), opening=Decimal("3.00"))
    schedule = replace(TASTYTRADE, name="two rows", rows=(dearer, *TASTYTRADE.rows))

    def on(day: date) -> Decimal:
        return fee("ES", 1, ZERO, True, True, day, schedule)

    assert on(date(2014, 1, 2)) == on(date(2027, 1, 3)) == Decimal("3.37")
    assert on(date(2027, 1, 4)) == Decimal("3.87")


def test_every_asset_has_a_row_and_every_row_says_where_it_is_from() -> None:
    assert {row.asset for row in TASTYTRADE.rows} == set(Asset)
    rows = (*TASTYTRADE.rows, *TASTYTRADE.exchange_fees, *TASTYTRADE.levies)
    for row in rows:
        assert row.source
        assert hash(row)


def test_what_nobody_publishes_is_named_as_assumed() -> None:
    option_row = TASTYTRADE.row(Asset.FUTURE_OPTION, DAY)
    assert option_row.assumed == ("closing", "exchange", "settlement")
    rows = {row.root: row for row in TASTYTRADE.exchange_fees}
    assert rows["CL"].assumed == ("option",)
    assert rows["ES"].assumed == ()


def test_a_schedule_without_a_row_says_which() -> None:
    with pytest.raises(ConfigError, match="future_option"):
        round_trip_usd("ES", 1, schedule=FeeSchedule("empty", (), ()))
    with pytest.raises(ConfigError, match="unknown root"):
        round_trip_usd("OJ", 1)


@given(st.sampled_from(sorted(PRODUCTS)), QUANTITIES, PRICES, st.booleans(), st.booleans(), DAYS)
def test_no_part_of_a_fee_is_negative_and_the_parts_are_the_whole(
    root: str, quantity: int, price: Decimal, opens: bool, is_option: bool, at: date
) -> None:
    paid = charge(product(root), quantity, price, opens, is_option, at)
    parts = (paid.commission, paid.clearing, paid.exchange, paid.regulatory)
    assert min(parts) >= ZERO
    assert all(part == part.quantize(CENT) for part in parts)
    assert sum(parts, ZERO) == paid.total == fee(root, quantity, price, opens, is_option, at)


@given(st.sampled_from(["ES", "MES", "CL", "MGC", "SPX", "VIX"]), QUANTITIES, st.booleans(), DAYS)
def test_options_on_futures_and_indexes_cost_the_same_in_one_leg_as_one_by_one(
    root: str, quantity: int, opens: bool, at: date
) -> None:
    """Nothing of them is capped; only a levy of less than a cent may round the other way."""
    whole = charge(product(root), quantity, Decimal(1), opens, True, at)
    single = charge(product(root), quantity // abs(quantity), Decimal(1), opens, True, at)
    count = abs(quantity)
    assert whole.commission == count * single.commission
    assert whole.clearing == count * single.clearing
    assert whole.exchange == count * single.exchange
    assert abs(whole.regulatory - count * single.regulatory) <= count * CENT / 2 + CENT / 2


@given(QUANTITIES, QUANTITIES, PRICES, DAYS)
def test_more_contracts_never_cost_less(one: int, other: int, price: Decimal, at: date) -> None:
    small, large = sorted((abs(one), abs(other)))
    for sign in (1, -1):
        less = charge(product("SPY"), sign * small, price, True, True, at)
        more = charge(product("SPY"), sign * large, price, True, True, at)
        assert less.total <= more.total
        assert more.commission <= Decimal(10)
