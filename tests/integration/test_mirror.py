"""An exchange that mirrors a broker's live quotes: what it shows, who fills, what the broker sees."""

from collections.abc import Iterator
from datetime import timedelta
from math import ceil

import numpy as np
import pytest

from tomking.core.contract import Contract, Right
from tomking.core.errors import DataError
from tomking.core.evidence import Evidence
from tomking.core.reading import Skip
from tomking.market.snapshot import AGE, ASK, BID, MID
from tomking.portfolio.columns import columns
from tomking.server.door import is_open
from tomking.server.dxlink import Feed
from tomking.wire.symbols import streamer_symbol, trading_symbol
from worlds.mirrored import Mirrors, mirrors
from worlds.served import NUMBER
from worlds.standing import Standing

pytestmark = pytest.mark.integration

ORDERS = f"/accounts/{NUMBER}/orders"


@pytest.fixture
def here() -> Iterator[Mirrors]:
    with mirrors() as made:
        yield made


def put_of(here: Mirrors, dte: int = 0, within: int = 0) -> Contract:
    """The put of an expiry, today's by itself, that is nearest a delta of a fifth, at the mirror."""
    chain = here.ours.look().chain("ES")
    assert not isinstance(chain, Skip)
    expiry = chain.expiry_near(dte, within)
    assert not isinstance(expiry, Skip)
    quote = chain.by_delta(expiry, Right.PUT, 0.2)
    assert not isinstance(quote, Skip)
    return quote.contract


def quoted(there: Standing, contract: Contract) -> tuple[str | None, str | None]:
    """Bid and ask of a contract by the plain answer of a server."""
    path = f"market-data/by-type?future-option={trading_symbol(contract).replace('/', '%2F')}"
    (row,) = there.asked(path).json()["data"]["items"]
    return row.get("bid"), row.get("ask")


def bought(contract: Contract, price: str) -> dict[str, object]:
    """An order for one of them at a price."""
    leg = {"instrument-type": "Future Option", "symbol": trading_symbol(contract), "quantity": 1,
           "action": "Buy to Open"}  # fmt: skip
    return {"time-in-force": "Day", "order-type": "Limit", "price": price, "legs": [leg],
            "price-effect": "Debit"}  # fmt: skip


def status(there: Standing) -> str:
    (row,) = there.asked(f"{ORDERS}/live").json()["data"]["items"]
    return str(row["status"])


def test_a_mirror_serves_the_broker_s_quotes_to_the_tick(here: Mirrors) -> None:
    legs = columns([(each, 1) for each in list(here.mirror.shown.market.following.windows["ES"])])
    for minutes in (0.0, 5.0):
        here.broker.clock.pass_minutes(minutes)
        here.catch_up()
        truth, shown = here.broker.look(), here.ours.look()
        for row in (BID, ASK, MID):
            assert np.array_equal(truth.marks(legs).table[row], shown.marks(legs).table[row])
        assert shown.spot("SPX") == truth.spot("SPX")
        assert quoted(here.broker, put_of(here)) == quoted(here.ours, put_of(here))
        assert None not in quoted(here.ours, put_of(here))


def test_an_order_at_the_mirror_fills_at_mirrored_quotes_and_the_broker_never_hears(
    here: Mirrors,
) -> None:
    put, line = put_of(here), here.ours.line()
    _, ask = quoted(here.broker, put)
    assert ask is not None
    assert not line.send("POST", ORDERS, bought(put, ask)).is_no
    here.broker.clock.pass_minutes(0.05)
    here.catch_up()
    assert status(here.ours) == "Filled"
    (fill,) = (each for each in here.ours.world.doors[NUMBER].entries[1].fills)
    bid, ask = quoted(here.broker, put)
    assert float(bid or "nan") <= float(fill.price) <= float(ask or "nan")
    here.catch_up()
    assert put in here.mirror.shown.held
    assert put in here.mirror.shown.market.following.held
    theirs = here.broker.world.doors[NUMBER]
    assert not theirs.entries
    assert not theirs.exchange.holdings()
    asked = [(method, path) for method, path in here.broker.log if path != f"{ORDERS}/live"]
    assert {method for method, _ in asked} == {"GET", "POST"}
    assert {path for method, path in asked if method == "POST"} == {"/oauth/token"}
    assert not [path for _, path in asked if path.startswith(("/accounts", "/customers"))]


def test_quotes_that_stop_are_old_and_meet_no_order_until_they_come_back(here: Mirrors) -> None:
    put, line, market = put_of(here), here.ours.line(), here.mirror.shown.market
    _, ask = quoted(here.ours, put)
    line.send("POST", ORDERS, bought(put, str(ceil(float(ask or "nan")) + 5)))
    market.close()
    here.broker.clock.move(10.0)
    assert here.ours.look().marks(columns([(put, 1)])).table[AGE, 0] > 5.0
    assert quoted(here.ours, put) == (None, None)
    assert isinstance(here.ours.look().spot("ES"), Skip)
    assert status(here.ours) == "Live"
    assert market._running is not None
    market._running.result(10.0)
    market.reconnect()
    market._until(market._is_told, 10.0)
    here.catch_up()
    here.broker.clock.move(1.0)
    here.catch_up()
    assert status(here.ours) == "Filled"


def test_a_strike_somebody_asks_for_is_streamed_from_the_next_look_on(here: Mirrors) -> None:
    chain, market = here.ours.look().chain("ES"), here.mirror.shown.market
    assert not isinstance(chain, Skip)
    expiry = chain.expiry_near(30, 10)
    assert not isinstance(expiry, Skip)
    strike = chain.strikes(expiry, 0.0, 1e9)[3]
    places = chain.listed.strikes[expiry].prices.tolist()
    far = chain.listed.contract(expiry, Right.PUT, places.index(strike))
    assert streamer_symbol(far) not in market.cache.frozen(0.0).places
    here.ours.look().marks(columns([(far, 1)]))
    here.catch_up()
    here.broker.clock.move(1.0)
    here.catch_up()
    assert far in market.following.asked
    assert here.ours.look().marks(columns([(far, 1)])).table[AGE, 0] <= 5.0


def test_a_mirror_has_no_market_of_later_and_its_clock_is_not_moved(here: Mirrors) -> None:
    with pytest.raises(DataError, match="goes with the time"):
        here.mirror.at(here.broker.clock() + timedelta(minutes=1))
    answer = here.ours.line().send("POST", "/__paper/clock", {"seconds": 60})
    assert answer.status == 422
    assert "goes with the time" in answer.why


def test_outside_a_session_the_mirror_is_closed(here: Mirrors) -> None:
    market = here.mirror.shown.market
    here.broker.clock.pass_minutes(8 * 60)
    here.catch_up()
    market._until(market._is_told, 30.0)  # the jump has cut the stream, and windows are laid anew
    here.broker.clock.move(1.0)
    here.catch_up()
    answer = here.ours.line().send("POST", ORDERS, bought(put_of(here, 30, 10), "90.00"))
    assert not answer.is_no, answer.why
    here.broker.clock.pass_minutes(1)
    here.catch_up()
    assert status(here.ours) == "Received"
    assert not is_open(here.ours.look())


def told(feed: Feed, here: Mirrors) -> list[list[object]]:
    """What a feed tells of bids and asks now: symbol, bid, ask, by threes."""
    return [
        frame["data"][1] for frame in feed.news(here.ours.look()) if frame["type"] == "FEED_DATA"
    ]


def test_a_client_of_the_mirror_is_told_that_a_quote_is_gone_and_once(here: Mirrors) -> None:
    symbol, feed = streamer_symbol(put_of(here)), Feed(lambda token: True)
    names = ["eventSymbol", "bidPrice", "askPrice"]
    for frame in (
        {"type": "SETUP"},
        {"type": "AUTH", "token": "any"},
        {"type": "CHANNEL_REQUEST", "channel": 1, "service": "FEED"},
        {"type": "FEED_SETUP", "channel": 1, "acceptEventFields": {"Quote": names}},
        {"type": "FEED_SUBSCRIPTION", "channel": 1, "add": [{"type": "Quote", "symbol": symbol}]},
    ):
        feed.hear(frame)
    ((name, bid, ask),) = told(feed, here)
    assert name == symbol
    assert isinstance(bid, float)
    assert isinstance(ask, float)
    here.mirror.shown.market.close()
    here.broker.clock.move(10.0)
    assert told(feed, here) == [[symbol, "NaN", "NaN"]]
    here.broker.clock.move(10.0)
    assert told(feed, here) == []


def test_its_quotes_are_worth_what_the_broker_says_of_them_and_no_more(here: Mirrors) -> None:
    assert here.ours.asked("/__paper/clock").json()["data"]["evidence"] == "MODEL"
    market = here.mirror.shown.market
    market.evidence, market.level = Evidence.LIVE, "demo"
    here.broker.clock.move(0.1)
    here.ours.look()
    assert here.ours.asked("/__paper/clock").json()["data"]["evidence"] == "PROXY"
    market.level = "api"
    here.broker.clock.move(0.1)
    here.ours.look()
    assert here.ours.world.evidence is Evidence.LIVE
