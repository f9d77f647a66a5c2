"""An exchange server on loopback, with a clock that stands still until it is moved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from aiohttp.test_utils import TestServer
from tastytrade import Account, Session

from tomking.data.embedded import History, window
from tomking.data.modelled import ModelMarket
from tomking.exchange.fills import spread_fraction
from tomking.exchange.venue import Exchange
from tomking.market.sessions import session_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.server.door import Door
from tomking.server.http import application
from tomking.server.tokens import Tokens
from tomking.server.world import World

NUMBER = "5WT00001"
DAY = date(2017, 6, 7)


@dataclass
class Hands:
    """A clock moved by hand."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def move(self, minutes: float = 1.0) -> None:
        """Time goes by."""
        self.at += timedelta(minutes=minutes)


@dataclass
class Served:
    """A server, its world and a client's session."""

    world: World
    tokens: Tokens
    clock: Hands
    session: Session
    account: Account


@cache
def _history() -> History:
    return window()


def world_at(minute: float = 60.0, day: date = DAY, cash: str = "100000") -> tuple[World, Hands]:
    """The modelled market at a minute of a session, with one account."""
    session = session_of(day)
    assert session is not None
    clock = Hands(session.at(minute))
    market = ModelMarket(_history(), seed=7)
    exchange = Exchange(Decimal(cash), TASTYTRADE, spread_fraction(0.5), "tastytrade")
    return World(market.at, clock, {NUMBER: Door(NUMBER, exchange)}), clock


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
            yield Served(world, tokens, clock, session, account)
