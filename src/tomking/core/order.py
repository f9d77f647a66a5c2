"""Legs, orders, brackets and structures: what is wanted.

Signs, stated once: a leg's quantity is + long and - short *per unit*; ``limit`` is the net credit
per unit in points, + received and - paid, so a buyer at 2.00 has a limit of -2.00. A ``trigger`` is
the price of the one contract it watches, and is never signed.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import inf

from tomking.core.contract import Contract
from tomking.core.evidence import Evidence
from tomking.core.reading import Reading
from tomking.core.value import value


class Purpose(StrEnum):
    """Why an order is sent; CLOSE and REDUCE never meet an exposure gate.

    REDUCE meets two gates of its own instead: the book must be the better for it.
    """

    OPEN = "OPEN"
    ROLL = "ROLL"
    CLOSE = "CLOSE"
    REDUCE = "REDUCE"

    @property
    def adds_risk(self) -> bool:
        """Whether the exposure gates are asked."""
        return self in (Purpose.OPEN, Purpose.ROLL)


class OrderType(StrEnum):
    """What an order asks for; it follows from which of its prices are given."""

    LIMIT = "limit"
    MARKET = "market"
    STOP = "stop"
    STOP_LIMIT = "stop limit"


class TimeInForce(StrEnum):
    """How long an order waits: its session, until it is cancelled, or until a date."""

    DAY = "day"
    GTC = "good till cancelled"
    GTD = "good till date"


@value
class Leg:
    """A signed number of one contract per unit, and the tranche it belongs to."""

    contract: Contract
    quantity: int
    tranche: str
    opens: bool = True


@value
class Order:
    """A package with one net price, or one contract at the market or behind a trigger.

    ``intent`` is what is wanted (``lt112/2026-06-03/open``): one live order per intent, ever. A new
    ``attempt`` exists only after the last one is proven dead. Without a ``limit`` it trades at the
    market; with a ``trigger`` it waits until the contract is quoted there. ``until`` is the last day
    of an order good till a date. ``closes`` names the position a closing order takes down;
    ``replaces`` the working order it stands in for; ``joins`` the position its opening legs are
    added to, where they do not begin one; ``why`` is the reason in words. ``bracket`` names the
    orders it was sent together with, of which the first to trade ends the others.
    """

    intent: str
    attempt: int
    purpose: Purpose
    strategy: str
    campaign: str
    legs: tuple[Leg, ...]
    units: int
    limit: Decimal | None
    closes: str = ""
    replaces: str = ""
    joins: str = ""
    tif: TimeInForce = TimeInForce.DAY
    until: date | None = None
    trigger: Decimal | None = None
    why: str = ""
    bracket: str = ""

    @property
    def id(self) -> str:
        """Unique among all orders ever: the intent and the attempt."""
        return f"{self.intent}#{self.attempt}"

    @property
    def type(self) -> OrderType:
        """Limit, market, stop or stop limit, by the prices it carries."""
        if self.trigger is None:
            return OrderType.MARKET if self.limit is None else OrderType.LIMIT
        return OrderType.STOP if self.limit is None else OrderType.STOP_LIMIT

    @property
    def rests(self) -> bool:
        """Whether it outlives its session at the venue."""
        return self.tif is not TimeInForce.DAY

    @property
    def is_backstop(self) -> bool:
        """Whether it stands behind a position for the case that nobody watches: no exit, but a stop."""
        return self.trigger is not None and self.purpose is Purpose.CLOSE

    @property
    def waits(self) -> bool:
        """Whether it waits at the venue for a price that may never come, and nobody has to look."""
        return self.rests or self.is_backstop

    @property
    def adds_risk(self) -> bool:
        """Whether the exposure gates are asked: by its purpose, or because a leg of it opens."""
        return self.purpose.adds_risk or any(leg.opens for leg in self.legs)

    @property
    def root(self) -> str:
        """The root of the first leg; a package has one underlying."""
        return self.legs[0].contract.root


@value
class Bracket:
    """Orders that know of each other; the broker calls them OCO, OTO and OTOCO.

    Of ``together`` the first to fill cancels the others. With a ``first`` none of them works until
    that one has filled; if it dies unfilled they die with it.
    """

    id: str
    together: tuple[Order, ...]
    first: Order | None = None

    @property
    def orders(self) -> tuple[Order, ...]:
        """All of them, the first one first."""
        return self.together if self.first is None else (self.first, *self.together)


@value
class Structure:
    """Legs chosen together, with their net credit at mid in points per unit.

    ``stop_loss`` is what the plan's stops would lose and ``max_loss`` what the legs could, both in
    points per unit (infinite when nothing bounds it). ``shape`` names which form of the plan was
    chosen, ``readings`` is every measurement on the way, and ``credit_min`` the least net credit
    the plan takes, in points per unit. ``units_max`` is how many units the plan itself takes at most.
    """

    root: str
    legs: tuple[Leg, ...]
    credit: float
    campaign: str
    evidence: Evidence
    expiry: date
    stop_loss: float
    max_loss: float
    shape: str = ""
    size_factor: float = 1.0
    readings: tuple[Reading, ...] = ()
    credit_min: float = -inf
    units_max: float = inf
