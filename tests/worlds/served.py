"""An exchange server on loopback, with a clock that stands still until it is moved."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, partial

from aiohttp.test_utils import TestServer
from tastytrade import Account, Session
from tastytrade.order import InstrumentType, Leg, LimitOrder, OrderAction, OrderTimeInForce

from tomking.core.contract import Right
from tomking.core.reading import Skip
from tomking.data.embedded import History, window
from tomking.data.modelled import ModelMarket
from tomking.exchange.fills import spread_fraction
from tomking.exchange.venue import Exchange
from tomking.market.sessions import session_of
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import TASTYTRADE
from tomking.server.door import Door
from tomking.server.hours import looked_at
from tomking.server.http import application
from tomking.server.shelf import Shelf
from tomking.server.tokens import Tokens
from tomking.server.world import World
from tomking.wire.symbols import trading_symbol

NUMBER = "5WT00001"
DAY = date(2017, 6, 7)


@dataclass
class Hands:
    """A clock moved by hand."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    @property
    def speed(self) -> float:
        return 0.0

    def pass_minutes(self, minutes: float = 1.0) -> None:
        """Time goes by."""
        self.move(60.0 * minutes)

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Served:
    """A server, its world and a client's session."""

    world: World
    tokens: Tokens
    clock: Hands
    session: Session
    account: Account
    streamer: str


@cache
def _history() -> History:
    return window()


@cache
def _market() -> ModelMarket:
    """The days of a market are drawn once for all worlds."""
    return ModelMarket(_history(), seed=7)


def world_at(minute: float = 60.0, day: date = DAY, cash: str = "100000") -> tuple[World, Hands]:
    """The modelled market at a minute of a session, with one account."""
    session = session_of(day)
    assert session is not None
    clock = Hands(session.at(minute))
    exchange = Exchange(Decimal(cash), TASTYTRADE, spread_fraction(0.5), "tastytrade")
    return World(partial(_shown, _market()), clock, {NUMBER: Door(NUMBER, exchange)}), clock


def _shown(market: ModelMarket, at: datetime) -> Snapshot:
    return Shelf(looked_at(market.at, at))


@asynccontextmanager
async def served(minute: float = 60.0, cash: str = "100000") -> AsyncIterator[Served]:
    """A server that stops by itself, and the broker's own client before it."""
    world, clock = world_at(minute, cash=cash)
    tokens = Tokens("secret", "refresh")
    async with TestServer(application(world, tokens), host="127.0.0.1") as server:
        session = Session("secret", "refresh")
        session._client.base_url = str(server.make_url("/"))
        async with session:
            account = await Account.get(session, NUMBER)
            yield Served(
                world, tokens, clock, session, account, f"ws://127.0.0.1:{server.port}/streamer"
            )


def put(there: Served, delta: float) -> tuple[str, float, float]:
    """A put of the nearest month by its delta: symbol, bid and ask."""
    return put_in(there.world, delta)


def put_in(world: World, delta: float) -> tuple[str, float, float]:
    """The same in a world without a server."""
    chain = world.look().chain("SPY")
    assert not isinstance(chain, Skip)
    expiry = chain.expiry_near(30, 10)
    assert not isinstance(expiry, Skip)
    quote = chain.by_delta(expiry, Right.PUT, delta)
    assert not isinstance(quote, Skip)
    return trading_symbol(quote.contract), quote.bid, quote.ask


def sold_spread(
    there: Served, price: float, tif: OrderTimeInForce = OrderTimeInForce.DAY
) -> LimitOrder:
    """A put spread sold at a price."""
    near, far = put(there, 0.30)[0], put(there, 0.20)[0]
    kind = InstrumentType.EQUITY_OPTION
    legs = [
        Leg(
            instrument_type=kind, symbol=near, action=OrderAction.SELL_TO_OPEN, quantity=Decimal(2)
        ),
        Leg(instrument_type=kind, symbol=far, action=OrderAction.BUY_TO_OPEN, quantity=Decimal(2)),
    ]
    return LimitOrder(
        time_in_force=tif,  legs=legs, price=Decimal(str(price)),
        external_identifier="ours/1",
    )  # fmt: skip


Scene = Callable[[Served], Awaitable[None]]


def play(scene: Scene, minute: float = 60.0) -> None:
    """A scene before a fresh server."""

    async def run() -> None:
        async with served(minute) as there:
            await scene(there)

    asyncio.run(run())
