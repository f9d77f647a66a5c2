"""Orders the rules are asked about, on the morning of Friday 5 June 2026."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from tomking.core.calendar import Session, new_york, session
from tomking.core.contract import Contract, Right
from tomking.core.order import Leg, Order, Purpose
from tomking.core.reading import Stage
from tomking.market.delivery import future_after
from tomking.portfolio.preflight import Situation, objections

DAY = date(2026, 6, 5)
TODAY = session(DAY)
TEN_THIRTY = new_york(DAY, time(10, 30))


def put(strike: int, expiry: date = date(2026, 9, 30), root: str = "ES") -> Contract:
    return Contract(root, expiry, Right.PUT, Decimal(strike), future_after(root, expiry))


SHORT, LONG = put(5700), put(5690)


def order(
    *legs: Leg, limit: str = "1.50", units: int = 1, purpose: Purpose = Purpose.OPEN
) -> Order:
    return Order("s/2026-06-05/open", 1, purpose, "s", "c", legs, units, Decimal(limit))


def sell(contract: Contract, quantity: int = 1, opens: bool = True) -> Leg:
    return Leg(contract, -quantity, "t", opens)


def buy(contract: Contract, quantity: int = 1, opens: bool = True) -> Leg:
    return Leg(contract, quantity, "t", opens)


def closing(units: int) -> Order:
    return order(buy(SHORT, opens=False), limit="-1.50", units=units, purpose=Purpose.CLOSE)


SPREAD = order(sell(SHORT), buy(LONG))
ALONE = order(sell(SHORT))
MARKET, STOP = replace(ALONE, limit=None), replace(ALONE, limit=None, trigger=Decimal("9.00"))
STOP_LIMIT = replace(STOP, limit=Decimal("8.75"))
FUTURE = Contract("ES", date(2026, 9, 18), future="ESU26")


def names(
    wanted: Order, holdings: Mapping[Contract, int] | None = None,
    today: Session | None = TODAY, at: datetime = TEN_THIRTY,
) -> set[str]:  # fmt: skip
    found = objections(wanted, Situation(holdings or {}, today, at))
    assert all(reading.stage in (Stage.DATA, Stage.MARKET) for reading in found)
    return {reading.name for reading in found}
