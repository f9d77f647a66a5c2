"""A file becomes a ticket without a figure being guessed or rounded."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.app.ticket.exact import exact
from tomking.app.ticket.file import ticket
from tomking.app.ticket.source import parsed
from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Settles
from tomking.core.errors import ConfigError
from tomking.core.order import TimeInForce
from tomking.core.product import product
from worlds.tickets import LT112, NOW, SPREAD, changed, read

pytestmark = pytest.mark.unit


def test_figures_are_kept_as_they_are_written() -> None:
    text = json.dumps(SPREAD).replace("6.4,", "6.40,").replace("6.4}", "6.40}")
    asked = ticket(parsed(text, "it"), NOW)
    assert str(asked.legs[0].price) == "6.40"
    assert asked.order.limit == Decimal("1.8")
    assert asked.price == Decimal(600)


def test_the_legs_are_one_unit_and_the_whole_is_the_order() -> None:
    asked = read(SPREAD)
    assert [leg.quantity for leg in asked.legs] == [-1, 1]
    assert [leg.quantity for leg in asked.whole] == [-2, 2]
    beside = read(changed(SPREAD, "shares", -50))
    assert [leg.quantity for leg in beside.whole] == [-2, 2, -50]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-06-05", datetime(2026, 6, 5, 9, 30, tzinfo=NEW_YORK)),
        ("2026-06-05T10:30", datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)),
        ("2026-06-05T14:30:00Z", datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)),
        ("2026-06-05T15:30+01:00", datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)),
        (..., NOW),
    ],
)
def test_a_time_is_new_yorks_unless_it_says_otherwise(said: str, at: datetime) -> None:
    assert read(changed(SPREAD, "at", said)).at == at


def test_what_is_left_out_is_said() -> None:
    assert read(SPREAD).assumed == ()
    bare = changed(changed(SPREAD, "at", ...), "underlying.symbol", "ACME")
    assert read(bare).assumed == (
        "the time is now, 2026-06-05 10:30 New York",
        "a contract is 100 shares",
    )
    assert read(changed(SPREAD, "order", ...)).order.units == 1
    assert read(changed(SPREAD, "account", ...)).account is None


def test_a_known_symbol_is_its_product_and_any_other_share_a_stand_in() -> None:
    assert read(SPREAD).product is product("SPY")
    assert read(LT112).product is product("ES")
    slashed = read(changed(LT112, "underlying.symbol", "/es"))
    assert slashed.product is product("ES")
    acme = read(changed(SPREAD, "underlying.symbol", "BRK/B")).product
    assert (acme.root, acme.multiplier, acme.american) == ("BRK/B", 100, True)
    utility = read(changed(SPREAD, "underlying.symbol", "ES")).product  # a share of that name
    assert utility.multiplier == 100
    small = read(changed(changed(SPREAD, "underlying.symbol", "ACME"), "multiplier", 10)).product
    assert small.multiplier == 10


def test_an_order_and_a_fixing_say_what_they_are() -> None:
    gtc = read(changed(changed(SPREAD, "order.tif", "GTC"), "legs.0.settles", "AM"))
    assert gtc.order.tif is TimeInForce.GTC
    assert gtc.legs[0].contract.settles is Settles.AM


def test_holdings_in_another_symbol_bring_its_price() -> None:
    held = [
        {"symbol": "QQQ", "right": "C", "strike": 560, "expiry": "2026-07-17", "quantity": 1,
         "price": 4, "underlying": 550},
        {"symbol": "IWM", "quantity": 200, "price": 220},
        {"symbol": "SPY", "quantity": -10, "price": 600},
    ]  # fmt: skip
    account = read(changed(SPREAD, "account.held", held)).account
    assert account is not None
    assert account.spots == {"QQQ": Decimal(550), "IWM": Decimal(220)}
    assert [one.contract.expiry for one in account.held] == [date(2026, 7, 17), date.max, date.max]


def test_a_holding_without_a_right_has_no_strike_either() -> None:
    half = [{"symbol": "SPY", "strike": 500, "quantity": 1, "price": 1}]
    with pytest.raises(ConfigError, match=r"account\.held\[0\]\.strike: unknown key"):
        read(changed(SPREAD, "account.held", half))


@given(st.decimals(-(10**9), 10**9, places=4))
def test_exact_numbers_survive_json(amount: Decimal) -> None:
    text = exact({"amount": amount})
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal)["amount"] == amount


def test_exact_json_is_json() -> None:
    x = {
        "a": Decimal("1.10"), "b": [1, 0.5, None, True], "c": {"d": date(2026, 6, 5)}, "e": "€",
        "f": (), "g": Decimal("1E+3"),
    }  # fmt: skip
    text = exact(x)
    assert text.startswith('{"a": 1.10, "b": [1, 0.5, null, true], "c": {"d": "2026-06-05"}')
    assert json.loads(text)["g"] == 1000


def sentence(text: str) -> str:
    """Why a text is refused; empty when it is not."""
    try:
        ticket(parsed(text, "it"), NOW)
    except ConfigError as refused:
        return str(refused)
    return ""


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    assert "\n" not in sentence(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
PLACES = st.sampled_from(
    [
        "underlying", "underlying.symbol", "underlying.price", "underlying.kind", "house", "legs",
        "legs.0", "legs.0.right", "legs.0.strike", "legs.0.expiry", "legs.0.quantity",
        "legs.0.price", "at", "rate", "dividend_yield", "vix", "order", "order.limit",
        "order.units", "account", "account.net_liq", "account.held",
    ]
)  # fmt: skip


@given(PLACES, JSON)
def test_anything_in_any_place_is_read_or_refused_in_one_sentence(place: str, x: object) -> None:
    assert "\n" not in sentence(json.dumps(changed(SPREAD, place, x)))
