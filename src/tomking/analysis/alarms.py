"""Alarms of a run: what raised each, what was shown to be done about it, what was sent, how it stood.

What follows an alarm belongs to it until the next one: where the desk moved on its ladder, the previews
of its rungs and of a hedge, and those of their orders that went to the venue.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from tomking.core.facts import CampaignClosed, Fact, LegFilled, Sent, SessionClosed
from tomking.core.order import Order
from tomking.core.reading import Reading
from tomking.core.restraints import Alarmed, Proposed, RungMoved
from tomking.core.rung import AlarmLevel, Rung
from tomking.core.value import value

#: Who moves a desk after an alarm: ``RungMoved.by``.
BY_ALARM = "alarm"


@value
class Shown:
    """A preview: of a rung, or of a hedge; ``sent`` are those of its orders that went."""

    what: str
    orders: tuple[Order, ...]
    left_out: tuple[str, ...]
    sent: tuple[Order, ...] = ()


@value
class Raised:
    """An alarm, and what came of it.

    ``net_liq`` in dollars is ``None`` where it was not known; ``margin_share`` is margin of net liq at
    the last close before, ``campaigns`` how many had begun and not ended. ``unknown`` names what could
    not be measured, ``moved`` the rung the alarm put the desk on, if it moved.
    """

    at: datetime
    level: AlarmLevel
    readings: tuple[Reading, ...]
    unknown: tuple[str, ...]
    net_liq: Decimal | None
    margin_share: float
    campaigns: int
    moved: Rung | None = None
    shown: tuple[Shown, ...] = ()


def alarms(facts: Iterable[Fact]) -> tuple[Raised, ...]:
    """Every alarm of a journal, the oldest first."""
    found: list[Raised] = []
    began: dict[str, str] = {}
    alive: set[str] = set()
    share = 0.0
    for fact in facts:
        match fact:
            case Alarmed():
                found.append(_raised(fact, share, len(alive)))
            case Sent(order=order):
                began[order.id] = order.campaign
            case LegFilled(order=order):
                alive.add(began[order])
            case CampaignClosed(campaign=campaign):
                alive.discard(campaign)
            case SessionClosed() if fact.net_liq > 0:
                share = float(fact.requirement / fact.net_liq)
            case _:
                pass
        if found and isinstance(fact, RungMoved | Proposed | Sent):
            found[-1] = _followed(found[-1], fact)
    return tuple(found)


def _raised(fact: Alarmed, share: float, alive: int) -> Raised:
    unknown = tuple(seen.name for seen in fact.readings if seen.observed is None)
    return Raised(fact.at, fact.level, fact.raised, unknown, fact.net_liq, share, alive)


def _followed(alarm: Raised, fact: RungMoved | Proposed | Sent) -> Raised:
    """An alarm with what came after it."""
    match fact:
        case RungMoved(by=by, after=after):
            return replace(alarm, moved=after) if by == BY_ALARM else alarm
        case Proposed(what=what, orders=orders, left_out=left):
            return replace(alarm, shown=(*alarm.shown, Shown(what, orders, left)))
        case Sent(order=order):
            seen = tuple(
                replace(one, sent=(*one.sent, order)) if order in one.orders else one
                for one in alarm.shown
            )
            return replace(alarm, shown=seen)
