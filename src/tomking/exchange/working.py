"""An order in the venue's book: when it may trade, what of it has, and what it waits for."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from math import inf

from tomking.core.calendar import Session
from tomking.core.errors import ConfigError
from tomking.core.money import ZERO
from tomking.core.order import Order, TimeInForce
from tomking.core.product import product
from tomking.core.value import value
from tomking.exchange.fills import Steps, one_step, steps
from tomking.market.sessions import previous_session, session_of
from tomking.portfolio.hours import trades_until

#: Seconds from sending anything to its effect, and the most that may be asked for.
LATENCY_S, LATENCY_MAX_S = 1.0, 600.0


class Status(StrEnum):
    """Where an order is in its life; the first five may still trade."""

    RECEIVED = "received"
    ROUTED = "routed"
    LIVE = "live"
    CONTINGENT = "contingent"
    CANCEL_REQUESTED = "cancel requested"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


@value
class Working:
    """An order at work, with what the matching needs worked out once.

    Attributes
    ----------
    live_from
        The first instant it may trade at; it also never trades in the snapshot it was sent in.
    ends
        The last instant it may trade at; ``None`` for one that is good till it is cancelled.
    late
        How long after a session's close its contracts trade.
    reserved
        Dollars of buying power set aside for it while it works.
    filled
        Units that have traded.
    waits
        The order without whose end it does not start: the one it replaces, or the first of a bracket.
    dies
        When a cancel that was asked for takes effect, and ``why``.
    triggered
        Whether its stop has been touched; always true for an order without one.
    """

    order: Order
    submitted: datetime
    live_from: datetime
    ends: datetime | None
    late: timedelta
    limit: float
    quantities: tuple[int, ...]
    steps: tuple[Steps, ...]
    reserved: Decimal = ZERO
    filled: int = 0
    waits: str = ""
    dies: datetime | None = None
    why: str = ""
    triggered: bool = True

    @property
    def left(self) -> int:
        """Units that have not traded."""
        return self.order.units - self.filled

    @property
    def replaces(self) -> bool:
        """Whether what it waits for is the order it replaces."""
        return self.waits != "" and self.waits == self.order.replaces


def latency(seconds: float) -> float:
    """The seconds from sending anything to its effect, as a venue may be told them.

    Raises
    ------
    ConfigError
        If they are negative, no number or too many.

    >>> latency(90)
    90.0
    """
    if not 0.0 <= seconds <= LATENCY_MAX_S:
        raise ConfigError(
            f"a latency of {seconds:g} seconds is not allowed: give 0 to {LATENCY_MAX_S:g}"
        )
    return float(seconds)


def working(order: Order, submitted: datetime, session: Session, latency_s: float) -> Working:
    """An order as it enters the venue's book in a session."""
    until = min(trades_until(leg.contract, session) for leg in order.legs)
    late = until - session.closes
    return Working(
        order,
        submitted,
        submitted + timedelta(seconds=latency_s),
        _ends(order, until, late),
        late,
        -inf if order.limit is None else float(order.limit),
        tuple(leg.quantity for leg in order.legs),
        tuple(steps_of(leg.contract.root, leg.contract.is_option) for leg in order.legs),
        triggered=order.trigger is None,
    )


def _ends(order: Order, until: datetime, late: timedelta) -> datetime | None:
    """The end of its session for a day order, of its last date's for one that names a date."""
    match order.tif:
        case TimeInForce.DAY:
            return until
        case TimeInForce.GTD if order.until is not None:
            return _closes(order.until) + late
        case _:
            return None


def _closes(day: date) -> datetime:
    """The close of a day's session, or of the last one before it."""
    session = session_of(day) or previous_session(day)
    return session.closes


@cache
def steps_of(root: str, is_option: bool) -> Steps:
    """The price steps of a root's options, or of the future or share itself."""
    traded = product(root)
    return steps(traded.ticks) if is_option else one_step(traded.underlying_tick)


def is_matchable(entry: Working, at: datetime) -> bool:
    """Whether an order may trade now: strictly after it was sent, its latency gone by, not over."""
    if at <= entry.submitted or at < entry.live_from or entry.waits:
        return False
    return entry.ends is None or at <= entry.ends


def status(entry: Working, at: datetime) -> Status:
    """Where a working order is in its life."""
    if entry.dies is not None:
        return Status.CANCEL_REQUESTED
    if entry.waits:
        return Status.CONTINGENT
    if at <= entry.submitted:
        return Status.RECEIVED
    return Status.ROUTED if at < entry.live_from else Status.LIVE


def released(entry: Working, at: datetime, latency_s: float) -> Working:
    """A contingent order on its way at last; it arrives a latency after that."""
    return replace(entry, waits="", submitted=at, live_from=at + timedelta(seconds=latency_s))
