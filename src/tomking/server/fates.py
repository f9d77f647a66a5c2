"""What a paper order is to meet with, if its sender says so: a fill now, later, in part, or none.

For clients of paper services that work so. Fills are at the order's own limit, whatever the quotes say.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tomking.core.value import value
from tomking.server.answers import Problem

#: More units than any order has.
ALL = 2**31


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
            return Fate(is_aside=True, at=_instant(body.get("schedule")))
        case _:
            raise _flaw("behavior", f"is none of {', '.join(BEHAVIORS)}")


def _delay(said: object) -> timedelta:
    """Seconds as a number, or a duration such as ``PT5S``."""
    text = str(said).removeprefix("PT").removesuffix("S")
    try:
        seconds = float(text)
    except ValueError as wrong:
        raise _flaw("delay", "is no number of seconds") from wrong
    if not 0.0 <= seconds <= timedelta(days=1).total_seconds():
        raise _flaw("delay", "must lie between nothing and a day")
    return timedelta(seconds=seconds)


def _instant(said: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError as wrong:
        raise _flaw("schedule", "is no instant") from wrong
    if at.tzinfo is None:
        raise _flaw("schedule", "does not say in which zone")
    return at


def _flaw(domain: str, reason: str) -> Problem:
    flaw = {"domain": domain, "reason": reason}
    return Problem(400, "validation_error", "Request validation failed", (flaw,))
