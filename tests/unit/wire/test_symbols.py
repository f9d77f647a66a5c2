"""Symbols: what the broker's captures show, and the way there and back for everything that is listed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract, Right, Settles
from tomking.core.errors import DataError
from tomking.market.delivery import future_contract
from tomking.market.listing import expiries
from tomking.wire.symbols import contract_of, future_of, streamer_symbol, trading_symbol

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 27)


def option(
    root: str, day: date, letter: str, strike: str, future: str = "", am: bool = False
) -> Contract:
    """An option, in one line."""
    settles = Settles.AM if am else Settles.PM
    return Contract(
        root, day, Right.CALL if letter == "C" else Right.PUT, Decimal(strike), future, settles
    )


#: Symbols as captures of the broker's answers print them, with their streams' where those show both.
PRINTED = (
    ("SPXW  261218P06002250", ".SPXW261218P6002.25", option("SPX", date(2026, 12, 18), "P", "6002.25")),
    ("SPY   271217C00500000", ".SPY271217C500", option("SPY", date(2027, 12, 17), "C", "500")),
    ("./ESZ5 EW3U5 250919C7250", "./EW3U25C7250:XCME",
     option("ES", date(2025, 9, 19), "C", "7250", "ESZ25")),
    ("./ESZ5 ESZ5  251219C800", "./ESZ25C800:XCME",
     option("ES", date(2025, 12, 19), "C", "800", "ESZ25", am=True)),
    ("/ESZ6", "/ESZ26:XCME", future_contract("ES", "ESZ26")),
    ("SPY", "SPY", Contract("SPY", date.max)),
    ("VIX", "VIX", Contract("VIX", date.max)),
)  # fmt: skip


@pytest.mark.parametrize(("symbol", "streamed", "contract"), PRINTED)
def test_symbols_are_those_of_the_captures(symbol: str, streamed: str, contract: Contract) -> None:
    assert contract_of(symbol, TODAY) == contract
    assert trading_symbol(contract) == symbol
    assert streamer_symbol(contract) == streamed


def test_a_symbol_whose_parts_touch_is_read() -> None:
    read = contract_of("./MNQZ5MNQZ5 251219P11000", TODAY)
    assert (read.root, read.future, read.expiry) == ("MNQ", "MNQZ25", date(2025, 12, 19))
    assert read.strike == Decimal(11000)


@given(
    st.sampled_from(["ES", "MES", "SPX", "SPY", "QQQ", "CL", "MCL"]),
    st.dates(date(2023, 3, 1), date(2026, 11, 27)),
    st.integers(0, 400),
    st.sampled_from([*Right]),
    st.integers(1, 9_999),
)
def test_every_listed_option_goes_there_and_back(
    root: str, today: date, place: int, right: Right, strike: int
) -> None:
    listed = expiries(root, today)
    chosen = listed[place % len(listed)]
    contract = Contract(root, chosen.day, right, Decimal(strike), chosen.future, chosen.settles)
    assert contract_of(trading_symbol(contract), today) == contract


@given(
    st.sampled_from(["ES", "CL", "GC", "ZB"]),
    st.dates(date(2015, 1, 1), date(2026, 11, 1)),
    st.integers(0, 36),
)
def test_a_future_of_the_coming_years_goes_there_and_back(
    root: str, today: date, ahead: int
) -> None:
    from tomking.market.delivery import future_after

    later = date.fromordinal(today.toordinal() + 30 * ahead)
    if later.year > 2027:
        later = today
    future = future_contract(root, future_after(root, later))
    assert contract_of(trading_symbol(future), today) == future
    assert future_of(streamer_symbol(future), today) == future


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "MSFT",
        "BTC/USD",
        "/ES",
        "/XXZ6",
        "SPY 991399C00500000",
        "./ESZ5 EW3U5 250919C7250.2.5",
        "ES",
    ],
)
def test_what_is_no_symbol_of_ours_is_said_to_be_none(symbol: str) -> None:
    with pytest.raises(DataError, match=r"symbol|date|strike"):
        contract_of(symbol, TODAY)


def test_a_series_whose_name_is_not_known_is_not_made_up() -> None:
    with pytest.raises(DataError, match="broker's chain"):
        trading_symbol(Contract("ZB", date(2026, 11, 20), Right.PUT, Decimal(110), "ZBZ26"))
