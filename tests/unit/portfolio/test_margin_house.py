"""House tables: whose rates, for what, from which day on."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tomking.core.contract import Right
from tomking.core.errors import ConfigError
from tomking.core.product import Kind
from tomking.portfolio.margin import house
from tomking.portfolio.margin.house import HOUSES, SYMBOLS, House, house_for
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.rule import requirement

pytestmark = [pytest.mark.unit, pytest.mark.risk]


@pytest.mark.parametrize(
    ("house", "kind", "symbol", "rates"),
    [
        ("exchange", Kind.EQUITY, "", (0.20, 0.10, 0.0, True)),
        ("exchange", Kind.ETF, "UVXY", (0.20, 0.10, 0.0, True)),
        ("exchange", Kind.INDEX, "", (0.20, 0.10, 0.0, True)),
        ("exchange", Kind.BROAD_INDEX, "SPX", (0.15, 0.10, 0.0, True)),
        ("tastytrade", Kind.EQUITY, "ACME", (0.20, 0.10, 250.0, True)),
        ("tastytrade", Kind.BROAD_INDEX, "", (0.25, 0.15, 250.0, False)),
        ("tastytrade", Kind.INDEX, "XSP", (0.25, 0.15, 250.0, False)),
        ("tastytrade", Kind.INDEX, "SOX", (0.20, 0.10, 250.0, True)),
        ("tastytrade", Kind.VOLATILITY, "", (1.00, 0.75, 250.0, True)),
        ("tastytrade", Kind.ETF, "UVXY", (1.00, 0.75, 250.0, True)),
        ("tastytrade", Kind.INDEX, "VIX", (1.00, 0.75, 250.0, False)),
        ("tastytrade", Kind.FUTURE, "ES", (0.15, 0.10, 0.0, True)),
        ("ira", Kind.ETF, "SPY", (1.00, 0.50, 250.0, True)),
        ("ira", Kind.INDEX, "XSP", (1.00, 0.50, 250.0, False)),
    ],
)
def test_a_house_has_its_own_rates(
    house: str, kind: Kind, symbol: str, rates: tuple[float, float, float, bool]
) -> None:
    row = house_for(kind, house, symbol)
    assert (row.rate, row.minimum_rate, row.floor, row.calendars) == rates


def rows() -> list[tuple[str, tuple[House, ...]]]:
    """Every table of every house."""
    by_kind = [(f"{house} {kind}", row) for house in HOUSES for kind, row in HOUSES[house].items()]
    listed = [(f"{house} {name}", row) for house in SYMBOLS for name, row in SYMBOLS[house].items()]
    return by_kind + listed


def test_every_row_names_its_source_and_the_rows_are_in_order() -> None:
    for name, table in rows():
        assert [row.since for row in table] == sorted({row.since for row in table}), name
        assert all(len(row.source) > 10 for row in table), name


@pytest.mark.parametrize(
    ("house", "first", "why"),
    [
        ("exchange", date(2012, 10, 26), "older than the rule for spreads"),
        ("tastytrade", date(2017, 1, 1), "carry no dates"),
        ("ira", date(2017, 1, 1), "carry no dates"),
        ("cash", date(2017, 1, 1), "carry no dates"),
    ],
)
def test_rates_are_in_force_from_their_first_day_and_stand_in_before_it_if_they_say_why(
    house: str, first: date, why: str
) -> None:
    newest = house_for(Kind.ETF, house, "SPY")
    for day in (first - timedelta(days=1), first, date(2030, 1, 1)):
        assert house_for(Kind.ETF, house, "SPY", on=day) == newest
    assert (newest.since, why in newest.before) == (first, True)


def test_a_row_that_does_not_say_why_is_unknown_before_its_first_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = replace(house_for(Kind.ETF), since=date(2020, 1, 1), before="")
    second = replace(first, rate=0.30, since=date(2021, 1, 1))
    monkeypatch.setattr(house, "HOUSES", HOUSES | {"tastytrade": {Kind.ETF: (first, second)}})
    with pytest.raises(ConfigError, match=r"tastytrade for SPY .* 2019-12-31: .* 2020-01-01"):
        house_for(Kind.ETF, symbol="SPY", on=date(2019, 12, 31))
    for day, rate in ((date(2020, 12, 31), 0.20), (date(2021, 1, 1), 0.30), (None, 0.30)):
        assert house_for(Kind.ETF, on=day).rate == rate


def test_a_house_nobody_knows_is_an_error_that_names_the_ones_there_are() -> None:
    with pytest.raises(ConfigError, match="cash, exchange, ira, tastytrade"):
        house_for(Kind.ETF, "robin")


@pytest.mark.parametrize(
    ("house", "kind"), [("cash", Kind.FUTURE), ("ira", Kind.FUTURE), ("ira", Kind.VOLATILITY)]
)
def test_what_a_house_has_no_rates_for_is_an_error(house: str, kind: Kind) -> None:
    with pytest.raises(ConfigError, match=f"{house} has no rates"):
        house_for(kind, house)


@pytest.mark.parametrize(
    ("leverage", "need"), [(1.0, 2500), (2.0, 4500), (3.0, 6500), (-3.0, 6500), (6.0, 10500)]
)
def test_a_leveraged_fund_is_charged_by_its_leverage_up_to_its_value(
    leverage: float, need: float
) -> None:
    fund = Underlying("TQQQ", 100.0, Kind.LEVERAGED_ETF, leverage=leverage)
    short = MarginLeg(Right.CALL, 100.0, date(2026, 6, 19), -1, 5.0)
    rules = house_for(Kind.LEVERAGED_ETF, "exchange")
    assert float(requirement([short], fund, rules).requirement) == need


@pytest.mark.parametrize(
    ("house", "kind", "leverage", "need"),
    [
        ("tastytrade", Kind.LEVERAGED_ETF, 1.5, 4600),
        ("tastytrade", Kind.VOLATILITY, 1.0, 4600),
        ("exchange", Kind.LEVERAGED_ETF, 1.5, 1100),
    ],
)
def test_a_listed_symbol_has_its_leverage_in_its_rate(
    house: str, kind: Kind, leverage: float, need: float
) -> None:
    """UVXY at 100 and 75 per cent; where no list has it, a fund is charged by its leverage."""
    fund = Underlying("UVXY", 50.0, kind, leverage=leverage)
    short = MarginLeg(Right.CALL, 55.0, date(2026, 6, 19), -1, 1.0)
    rules = house_for(kind, house, "UVXY")
    assert float(requirement([short], fund, rules).requirement) == need


@pytest.mark.parametrize(("house", "need"), [("exchange", 92.0), ("tastytrade", 250.0)])
def test_the_minimum_is_flat_and_only_at_the_house(house: str, need: float) -> None:
    put = MarginLeg(Right.PUT, 9.0, date(2026, 6, 19), -1, 0.02)
    row = house_for(Kind.EQUITY, house)
    assert float(requirement([put], Underlying("ACME", 12.0, Kind.EQUITY), row).requirement) == need


@pytest.mark.parametrize(
    ("house", "kinds", "bought", "long", "short", "loan"),
    [
        ("exchange", "equity etf leveraged_etf", 0.50, 0.25, 0.30, 1.02),
        ("exchange", "index broad_index volatility", 1.00, 1.00, 1.00, 1.02),
        ("exchange", "future", 0.10, 0.10, 0.10, 0.0),
        ("tastytrade", "equity etf leveraged_etf", 0.50, 0.25, 0.30, 0.0),
        ("tastytrade", "index broad_index volatility", 1.00, 1.00, 1.00, 0.0),
        ("tastytrade", "future", 0.10, 0.10, 0.10, 0.0),
        ("ira", "equity etf leveraged_etf index broad_index", 1.00, 1.00, 1.00, 0.0),
        ("cash", "equity etf leveraged_etf index broad_index volatility", 1.00, 1.00, 1.00, 0.0),
    ],
)
def test_shares_and_loans_have_the_rates_of_their_house(
    house: str, kinds: str, bought: float, long: float, short: float, loan: float
) -> None:
    """Regulation T 220.12 and FINRA 4210(c); nothing is lent on what has no shares of its own."""
    for kind in map(Kind, kinds.split()):
        (row,) = HOUSES[house][kind]
        assert (row.outright_rate, row.long_rate, row.short_rate) == (bought, long, short)
        assert row.loan_rate == loan
        cheap = house != "exchange" and kind is not Kind.FUTURE
        assert (row.whole_below, row.at_strike) == ((3.0, True) if cheap else (0.0, False))


def test_a_cash_account_asks_no_rate_of_what_is_secured_in_full() -> None:
    for table in HOUSES["cash"].values():
        assert (table[0].rate, table[0].minimum_rate, table[0].floor) == (0.0, 0.0, 0.0)
        assert not table[0].calendars


def test_an_underlying_is_not_leveraged_and_its_contracts_are_of_a_hundred() -> None:
    plain = Underlying("ACME", 10.0, Kind.EQUITY)
    assert (plain.leverage, plain.multiplier) == (1.0, 100.0)
