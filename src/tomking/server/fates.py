"""What a paper order is to meet with, if its sender says so: a fill now, later, in part, or none.

For clients of paper services that work so. Fills are at the order's own limit, whatever the quotes say.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tomking.core.money import ZERO
from tomking.core.value import value
from tomking.server.figures import figure, flaw

#: More units than any order has.
ALL = 2**31
#: The longest delay, and the furthest that an order is scheduled.
DAY_S, YEAR = Decimal(86_400), timedelta(days=366)


@value
class Fate:
    """``units`` trade at once; one kept aside trades at an instant or never; one refused, never."""

    units: int = 0
    is_aside: bool = False
    at: datetime | None = None
    is_refused: bool = False


#: Whatever the quotes allow.
AS_QUOTED = Fate()
BEHAVIORS = ("immediate", "delayed", "never", "scheduled", "reject", "partial")


def fate_of(body: Mapping[str, Any], now: datetime, units: int) -> Fate:
    """What a body asks for; nothing is what the quotes allow.

    Raises
    ------
    Problem
        If it names no behavior there is, or not when.
    """
    match body.get("behavior"):
        case None:
            return AS_QUOTED
        case "immediate":
            return Fate(ALL)
        case "partial":
            return Fate(units // 2)
        case "never":
            return Fate(is_aside=True)
        case "reject":
            return Fate(is_refused=True)
        case "delayed":
            return Fate(is_aside=True, at=now + _delay(body.get("delay")))
        case "scheduled":
            return Fate(is_aside=True, at=_instant(body.get("schedule"), now))
        case _:
            raise flaw("behavior", f"is none of {', '.join(BEHAVIORS)}")


def _delay(said: object) -> timedelta:
    """Seconds as a number, or a duration such as ``PT5S``."""
    told = said.removeprefix("PT").removesuffix("S") if isinstance(said, str) else said
    return timedelta(seconds=float(figure(told, "delay", ZERO, DAY_S)))


def _instant(said: object, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError as wrong:
        raise flaw("schedule", "is no instant") from wrong
    if at.tzinfo is None:
        raise flaw("schedule", "does not say in which zone")
    if abs(at - now) > YEAR:
        raise flaw("schedule", "lies further away than a year")
    return at
