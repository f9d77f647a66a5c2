"""A market of typed-in quotes, and short names for the contracts and orders of the tests."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from tomking.core.calendar import session
from tomking.core.contract import Contract, Right, Settles
from tomking.core.evidence import Evidence, Stamped
from tomking.core.order import Leg, Order, Purpose, TimeInForce
from tomking.core.reading import Skip, Stage, skip
from tomking.core.value import value
from tomking.market.carry import Dividend
from tomking.market.snapshot import (
    AGE,
    ASK,
    BID,
    DELTA,
    MID,
    NO_SHOCK,
    VOL,
    Chain,
    Day,
    Legs,
    Marks,
    Shock,
)

FRIDAY = date(2025, 12, 5)
MONDAY = date(2025, 12, 8)
THIRD_FRIDAY = date(2025, 12, 19)
HOUSE_SPOT = 6000.0
CASH = Decimal(50000)

Quotes = Mapping[Contract, tuple[float, float]]


@value
class Market:
    """A snapshot whose every figure is typed in."""

    at: datetime
    day: Day
    vix: Stamped
    quotes: Quotes
    fixings: Mapping[Contract, float]
    price: float
    age_s: float = 0.0

    @property
    def minute(self) -> float:
        return self.day.session.minute(self.at)

    def spot(self, root: str) -> Stamped | Skip:
        return Stamped(self.price, self.at, Evidence.MODEL)

    def session_open(self, root: str) -> Stamped | Skip:
        return Stamped(self.price, self.at, Evidence.MODEL)

    def vwap(self, root: str) -> float:
        return self.price

    def chain(self, root: str) -> Chain | Skip:
        return skip("option data", Stage.DATA, "none", "present")

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        table = np.full((9, len(legs)), np.nan)
        table[AGE] = np.inf
        for column, contract in enumerate(legs.contracts):
            if contract in self.quotes:
                bid, ask = self.quotes[contract]
                table[[BID, ASK, MID, AGE], column] = bid, ask, (bid + ask) / 2, self.age_s
                table[[VOL, DELTA], column] = 0.2, 0.1
        return Marks(table, np.full(len(legs), self.price))

    def underlying(self, contract: Contract) -> Stamped | Skip:
        return Stamped(self.price, self.at, Evidence.MODEL)

    def fixing(self, contract: Contract) -> Stamped | Skip:
        if contract not in self.fixings:
            return skip("fixing", Stage.DATA, "none", "present")
        return Stamped(self.fixings[contract], self.at, Evidence.MODEL)


def market(
    minute: float,
    quotes: Quotes | None = None,
    *,
    day: date = FRIDAY,
    fixings: Mapping[Contract, float] | None = None,
    price: float = HOUSE_SPOT,
    age_s: float = 0.0,
    dividends: Mapping[str, tuple[Dividend, ...]] | None = None,
    closed: Mapping[str, float] | None = None,
) -> Market:
    """The market some minutes after the open of a day; ``closed`` is where roots closed before it."""
    hours = session(day)
    vix = Stamped(16.0, hours.opens, Evidence.MODEL)
    before = {"ES": price, "SPX": price, **(closed or {})}
    today = Day(hours, {}, {}, {}, {}, before, vix, 0.04, (), dividends or {})
    return Market(hours.at(minute), today, vix, quotes or {}, fixings or {}, price, age_s)


def put(strike: int, root: str = "ES", expiry: date = FRIDAY, future: str = "ESZ25") -> Contract:
    named = future if root in ("ES", "MES") else ""
    return Contract(root, expiry, Right.PUT, Decimal(strike), named)


def call(strike: int, root: str = "ES", expiry: date = FRIDAY, future: str = "ESZ25") -> Contract:
    named = future if root in ("ES", "MES") else ""
    return Contract(root, expiry, Right.CALL, Decimal(strike), named)


def at_the_open(contract: Contract) -> Contract:
    """The same option, fixed on the opening print."""
    return Contract(
        contract.root, contract.expiry, contract.right, contract.strike, contract.future, Settles.AM
    )


def order(
    limit: str,
    *legs: tuple[int, Contract],
    units: int = 1,
    intent: str = "test/open",
    attempt: int = 1,
    purpose: Purpose = Purpose.OPEN,
    rests: bool = False,
    replaces: str = "",
) -> Order:
    """An order of the legs given as (signed quantity, contract)."""
    opens = purpose is Purpose.OPEN
    return Order(
        intent,
        attempt,
        purpose,
        "test",
        "test/campaign",
        tuple(Leg(contract, quantity, "all", opens) for quantity, contract in legs),
        units,
        Decimal(limit),
        closes="" if opens else "test/position",
        tif=TimeInForce.GTC if rests else TimeInForce.DAY,
        replaces=replaces,
    )


def closing(limit: str, *legs: tuple[int, Contract], units: int = 1, rests: bool = False) -> Order:
    """An order that takes the legs down."""
    return order(
        limit,
        *legs,
        units=units,
        rests=rests,
        intent="test/close",
        purpose=Purpose.CLOSE,
    )
