"""The table of fills of the sandbox, for foreign tests: what it says of markets and limits."""

from decimal import Decimal
from math import nan

import pytest

from tomking.core.errors import ConfigError
from tomking.exchange.fills import CERT_TABLE, model_named
from tomking.exchange.looks import Look
from tomking.exchange.matching import by_table
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from tomking.server import orders
from tomking.server.door import Door
from worlds.board import board
from worlds.orders import order
from worlds.served import NUMBER, put_in, world_at

pytestmark = pytest.mark.integration


def table_world():
    world, clock = world_at()
    world.doors[NUMBER] = Door(
        NUMBER, Exchange(Decimal(100_000), TASTYTRADE, CERT_TABLE, "tastytrade")
    )
    return world, clock


def after(price, action="Buy to Open", symbols=None, effect="Debit"):
    """An order's word and the prices of its legs two minutes after it was sent."""
    world, clock = table_world()
    names = symbols or (put_in(world, 0.3)[0],)
    acts = (action, "Buy to Open" if action.startswith("Sell") else "Sell to Open")
    legs = [
        {"instrument-type": "Equity Option", "symbol": name, "quantity": 1, "action": act}
        for name, act in zip(names, acts, strict=False)
    ]
    body = {"time-in-force": "Day", "legs": legs, "order-type": "Limit" if price else "Market"}
    if price:
        body |= {"price": price, "price-effect": effect}
    orders.place(world, world.doors[NUMBER], body)
    clock.pass_minutes(2)
    world.look()
    (entry,) = world.doors[NUMBER].entries.values()
    return entry.word, [fill.price for fill in entry.fills]


def test_at_the_market_everything_trades_at_one_dollar():
    assert after(None) == ("Filled", [Decimal(1)])


@pytest.mark.parametrize("price", ["0.01", "3.00"])
def test_limits_up_to_three_trade_at_their_price_whatever_the_quotes_say(price):
    assert after(price) == ("Filled", [Decimal(price)])


def test_a_dearer_limit_rests_even_where_the_quotes_would_fill_it():
    assert after("3.01") == ("Live", [])


def test_a_package_trades_at_its_limit_in_all():
    world, _ = world_at()
    symbols = (put_in(world, 0.3)[0], put_in(world, 0.2)[0])
    word, (sold, bought) = after("2.50", "Sell to Open", symbols, "Credit")
    assert word == "Filled"
    assert sold - bought == Decimal("2.50")


@pytest.mark.parametrize(("legs", "prices"), [("-1 6090 C", (2,)), ("-1 6090 C, +1 6120 C", None)])
def test_a_quote_that_is_gone_ends_nothing_and_only_a_package_needs_it(legs, prices):
    gone = [[nan, nan]] * 9
    places = range(legs.count("C"))
    assert by_table(
        order(legs, "2.00"), Look(board().at, board().day.session, gone, {}), places
    ) == (prices)


def test_no_backtest_can_ask_for_the_table():
    with pytest.raises(ConfigError, match="unknown fill model"):
        model_named("cert_table")
