"""A cache that is told by hand, and the market that is seen of it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from tomking.core.contract import Contract, Expiry, Right, Settles
from tomking.core.evidence import Evidence, Stamped
from tomking.data.live.cache import Cache
from tomking.data.live.compact import Oddities, blocks
from tomking.data.live.day import Known
from tomking.data.live.fields import FIELDS, QUOTE, TRADE
from tomking.data.live.listed import Listed, Strikes
from tomking.data.live.names import Names, front_of
from tomking.data.live.snapshot import LiveSnapshot, Sources
from tomking.data.live.worth import Carried
from tomking.market.expiry import years_left
from tomking.market.sessions import session_of
from tomking.market.snapshot import Day
from tomking.pricing import black

DAY = date(2025, 6, 6)
EXPIRY = Expiry(date(2025, 6, 20), Settles.PM, "weekly")
SPOT, RATE, YIELD, SMILE = 6000.0, 0.04, 0.013, 0.17
EXACT = tuple(Decimal(5700 + 25 * n) for n in range(25))


def option(strike: int, right: Right = Right.PUT, expiry: Expiry = EXPIRY) -> Contract:
    """An option on the index."""
    return Contract("SPX", expiry.day, right, Decimal(strike), "", expiry.settles)


@dataclass
class HandTold:
    """A cache that is told by hand, and the market that is seen of it."""

    at: datetime
    names: Names = field(default_factory=Names)
    cache: Cache = field(default_factory=Cache)
    day: date = DAY

    def __post_init__(self) -> None:
        self.cache.connected(self.at.timestamp())
        self.tell(TRADE, ("SPX", SPOT), ("VIX", 16.5))

    def tell(self, kind: str, *events: tuple[Any, ...]) -> None:
        """Events of a kind; fields that are left out are unknown."""
        self.cache.follow([event[0] for event in events])
        width = len(FIELDS[kind])
        values = [each for event in events for each in (*event, *["NaN"] * (width - len(event)))]
        for block in blocks([kind, values], FIELDS, Oddities()):
            self.cache.take(block, self.at.timestamp())

    def quote(self, contract: Contract, bid: float, ask: float) -> None:
        """A quote of a contract."""
        self.tell(QUOTE, (self.names.symbol(contract), bid, ask))

    def quote_all(self, right: Right = Right.PUT) -> None:
        """Quotes of every strike around its price at one volatility."""
        for exact in EXACT:
            contract = option(int(exact), right)
            worth = priced(contract, self.at)[black.PRICE]
            self.quote(contract, worth - 0.05, worth + 0.05)

    def seen(self, after_s: float = 0.0) -> LiveSnapshot:
        """What is seen so many seconds later."""
        now = self.at + timedelta(seconds=after_s)
        return LiveSnapshot(now, self.cache.frozen(now.timestamp()), self._sources())

    def _sources(self) -> Sources:
        session = session_of(self.day)
        assert session is not None
        day = Day(session, {}, {}, {}, {}, {}, Stamped(16.0, self.at, Evidence.LIVE), RATE)
        strikes = Strikes(np.array([float(each) for each in EXACT]), EXACT, {
            right: tuple(self.names.symbol(option(int(each), right)) for each in EXACT)
            for right in Right
        })  # fmt: skip
        return Sources(
            day, Carried(RATE, {"SPX": YIELD}, {}), Evidence.LIVE,
            {"SPX": Listed("SPX", (EXPIRY,), {EXPIRY: strikes})}, self.names.symbol,
            lambda root: front_of(root, self.day) if root in ("SPX", "ES") else None,
            lambda symbol: np.zeros((0, 7)), Known({}, RATE, Evidence.LIVE), ("SPX", "ES"),
        )  # fmt: skip


def priced(contract: Contract, at: datetime) -> list[float]:
    """Price and Greeks of an option at the one volatility there is."""
    strike, right = contract.strike, contract.right
    assert strike is not None
    assert right is not None
    years = years_left(contract, at)
    found = black.bsm(SPOT, float(strike), years, SMILE, float(right.sign), RATE, YIELD)
    return [float(each) for each in found[:, 0]]
