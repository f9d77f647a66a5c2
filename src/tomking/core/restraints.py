"""Restraints: facts that hold a desk back or let it go on - locks, alarms, rungs, stages, unlocks.

Like every fact each prints as the sentence a person would say about it.
"""

from datetime import date, datetime
from decimal import Decimal

from tomking.core.order import Order
from tomking.core.reading import Reading
from tomking.core.rung import AlarmLevel, Rung
from tomking.core.value import value


@value
class Halted:
    """Entries stop for a reason; other reasons are untouched. ``net_liq`` is what there was then."""

    at: datetime
    reason: str
    note: str
    net_liq: Decimal | None = None

    def __str__(self) -> str:
        return f"halted by {self.reason}: {self.note}"


@value
class Resumed:
    """One reason not to trade is gone."""

    at: datetime
    reason: str
    note: str

    def __str__(self) -> str:
        return f"{self.reason} was lifted: {self.note}"


@value
class Alarmed:
    """An alarm went off, or grew louder: what raised it, and what could not be measured.

    ``net_liq`` is what there was then, if it is known.
    """

    at: datetime
    level: AlarmLevel
    readings: tuple[Reading, ...]
    net_liq: Decimal | None = None

    @property
    def raised(self) -> tuple[Reading, ...]:
        """The readings that did not hold, the one that speaks for the level first."""
        return tuple(seen for seen in self.readings if seen.observed is not None)

    def __str__(self) -> str:
        raised = [str(seen) for seen in self.raised]
        unknown = [seen.name for seen in self.readings if seen.observed is None]
        blind = f"; not known: {', '.join(unknown)}" if unknown else ""
        return f"{self.level.name} alarm: {'; '.join(raised)}{blind}"


@value
class RungMoved:
    """The desk was moved along the kill ladder; ``by`` is an alarm, a session, the desk or a person."""

    at: datetime
    before: Rung
    after: Rung
    why: str
    by: str

    def __str__(self) -> str:
        return f"{self.before.name} became {self.after.name} by {self.by}: {self.why}"


@value
class Proposed:
    """What a rung would send, order for order, and what it would leave: a name and the reason each.

    ``what`` is the rung's name, or HEDGE. Before its rung is reached it is a preview; from then on
    exactly these orders are sent. ``waiting`` are positions that go once what they cover is gone.
    """

    at: datetime
    what: str
    orders: tuple[Order, ...]
    left_out: tuple[str, ...]
    why: str
    waiting: tuple[str, ...] = ()

    def __str__(self) -> str:
        named = [f"{order.id} for {order.limit} x {order.units}" for order in self.orders]
        left = f"; left out: {', '.join(self.left_out)}" if self.left_out else ""
        later = f"; then {', '.join(self.waiting)}" if self.waiting else ""
        return f"{self.what} is {', '.join(named) or 'nothing'} ({self.why}){left}{later}"


@value
class StagePromoted:
    """The account may trade more: a person signed for the next deployment stage.

    ``wins`` and ``weeks`` are what had been shown by then, ``signed`` who says so in their own words.
    """

    at: datetime
    stage: int
    wins: int
    weeks: float
    signed: str

    def __str__(self) -> str:
        shown = f"{self.wins} winners, {self.weeks:.0f} weeks in the stage before"
        return f"promoted to stage {self.stage} ({shown}), signed {self.signed!r}"


@value
class StageDemoted:
    """The account is taken back to an earlier deployment stage."""

    at: datetime
    stage: int
    why: str

    def __str__(self) -> str:
        return f"taken back to stage {self.stage}: {self.why}"


@value
class CrisisUnlocked:
    """A person allows puts to be sold above the highest VIX for anything new, until a date."""

    at: datetime
    until: date
    signed: str

    def __str__(self) -> str:
        return f"puts may be sold in the crisis until {self.until}, signed {self.signed!r}"


@value
class SwitchedOff:
    """A strategy is not entered any more in this account; what is held of it is looked after as ever."""

    at: datetime
    strategy: str
    why: str
    by: str

    def __str__(self) -> str:
        return f"{self.strategy} was switched off by {self.by}: {self.why}"


@value
class SwitchedOn:
    """A strategy may be entered again from the next session on."""

    at: datetime
    strategy: str
    why: str
    by: str

    def __str__(self) -> str:
        return f"{self.strategy} is switched on from the next session by {self.by}: {self.why}"
