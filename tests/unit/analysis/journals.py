"""Small journals written by hand: a trade is two fills, a day is a close."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract, Right
from tomking.core.facts import (
    CampaignClosed,
    Considered,
    Fact,
    Judged,
    LegFilled,
    Sent,
    SessionClosed,
    Settled,
)
from tomking.core.order import Leg, Order, Purpose, TimeInForce
from tomking.core.reading import Reading, Sense, Stage

MONDAY = date(2018, 1, 8)
LABELS = {"regime": "LOW", "vix": "11.00", "evidence": "MODEL"}


def at(day: date, hour: int = 11, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)


def reading(
    name: str, stage: Stage = Stage.DATA, *, seen: float = 0.0, least: float = 1.0
) -> Reading:
    """A reading that fails unless ``seen`` reaches ``least``."""
    return Reading(name, stage, Sense.AT_LEAST, seen, least, "points")


def put(day: date, strike: int) -> Contract:
    return Contract("ES", day, Right.PUT, Decimal(strike))


def opening(strategy: str, day: date, root: str = "ES") -> Order:
    legs = (
        Leg(Contract(root, day, Right.PUT, Decimal(2700)), -1, "spread"),
        Leg(Contract(root, day, Right.PUT, Decimal(2670)), 1, "spread"),
    )
    name = f"{strategy}/{day}"
    return Order(
        f"{name}/open", 1, Purpose.OPEN, strategy, name, legs, 1, Decimal("2.00"),
        why="fade, credit 2.00 at VIX 11.00",
    )  # fmt: skip


def closing(order: Order, why: str, *, rests: bool = False) -> Order:
    legs = tuple(Leg(leg.contract, -leg.quantity, leg.tranche, opens=False) for leg in order.legs)
    position = f"{order.intent}:spread"
    return Order(
        f"{position}/close", 1, Purpose.CLOSE, order.strategy, order.campaign, legs, 1,
        Decimal("-1.00"), closes=position,
        tif=TimeInForce.GTC if rests else TimeInForce.DAY, why=why,
    )  # fmt: skip


def filled(order: Order, when: datetime, short: str, long: str, fee: str = "2.00") -> list[Fact]:
    prices = (Decimal(short), Decimal(long))
    return [
        LegFilled(
            when, order.id, row, leg.contract, leg.quantity, price, Decimal(fee), "mid"
        )
        for row, (leg, price) in enumerate(zip(order.legs, prices, strict=True))
    ]  # fmt: skip


def entered(order: Order, when: datetime, margin: float = 0.02) -> list[Fact]:
    """Asked, judged, sent and filled for a credit of 2.00 points."""
    seen = Reading("margin in all", Stage.MARGIN, Sense.AT_MOST, margin, 0.8, "of net liq")
    return [
        Judged(when, order, (seen,), LABELS, approved=True),
        Sent(when, order),
        Considered(when, order.strategy, order.campaign, "sent", ()),
        *filled(order, when, "2.50", "0.50"),
    ]


def left(order: Order, when: datetime, paid: str, why: str, *, rests: bool = False) -> list[Fact]:
    """Closed at a cost in points, and the campaign's end with it."""
    out = closing(order, why, rests=rests)
    pnl = Decimal(100) - Decimal(paid) * 50 - Decimal(8)
    end = CampaignClosed(
        when, order.campaign, order.strategy, when - timedelta(hours=1), pnl, Decimal(8)
    )
    return [Sent(when, out), *filled(out, when, paid, "0"), end]


def settled(order: Order, when: datetime) -> list[Fact]:
    """Every leg expires worthless."""
    facts: list[Fact] = [
        Settled(
            when, "", leg.contract, leg.quantity, 2750.0, Decimal(0), Decimal(0), "cash"
        )
        for leg in order.legs
    ]  # fmt: skip
    end = CampaignClosed(
        when, order.campaign, order.strategy, at(when.date()), Decimal(96), Decimal(4)
    )
    return [*facts, end]


def closed(days: Sequence[date], net_liq: Sequence[float], margin: float = 0.0) -> list[Fact]:
    return [
        SessionClosed(
            at(day, 16, 15), day, Decimal(str(worth)), Decimal(0), Decimal(str(margin)), 11.0
        )
        for day, worth in zip(days, net_liq, strict=True)
    ]


def weekdays(count: int, first: date = MONDAY) -> list[date]:
    days: list[date] = []
    day = first
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days


def refused(strategy: str, day: date, *readings: Reading, when: datetime | None = None) -> Fact:
    return Considered(when or at(day), strategy, f"{strategy}/{day}", "skipped", readings)
