"""Legs, orders and structures: what is wanted.

Signs, stated once: a leg's quantity is + long and - short *per unit*; ``limit`` is the net credit
per unit in points, + received and - paid, so a buyer at 2.00 has a limit of -2.00.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from tomking.core.contract import Contract
from tomking.core.evidence import Evidence
from tomking.core.reading import Reading
from tomking.core.value import value


class Purpose(StrEnum):
    """Why an order is sent; CLOSE and REDUCE never meet an exposure gate."""

    OPEN = "OPEN"
    ROLL = "ROLL"
    CLOSE = "CLOSE"
    REDUCE = "REDUCE"

    @property
    def adds_risk(self) -> bool:
        """Whether the exposure gates are asked."""
        return self in (Purpose.OPEN, Purpose.ROLL)


@value
class Leg:
    """A signed number of one contract per unit, and the tranche it belongs to."""

    contract: Contract
    quantity: int
    tranche: str
    opens: bool = True


@value
class Order:
    """A package with one net price.

    ``intent`` is what is wanted (``lt112/2026-06-03/open``): one live order per intent, ever. A new
    ``attempt`` exists only after the last one is proven dead. ``closes`` names the position a
    closing order takes down; ``replaces`` the working order it stands in for; ``rests`` means
    good-till-cancelled at the venue; ``why`` is the reason in words.
    """

    intent: str
    attempt: int
    purpose: Purpose
    strategy: str
    campaign: str
    legs: tuple[Leg, ...]
    units: int
    limit: Decimal
    closes: str = ""
    replaces: str = ""
    rests: bool = False
    why: str = ""

    @property
    def id(self) -> str:
        """Unique among all orders ever: the intent and the attempt."""
        return f"{self.intent}#{self.attempt}"

    @property
    def adds_risk(self) -> bool:
        """Whether the exposure gates are asked: by its purpose, or because a leg of it opens."""
        return self.purpose.adds_risk or any(leg.opens for leg in self.legs)

    @property
    def root(self) -> str:
        """The root of the first leg; a package has one underlying."""
        return self.legs[0].contract.root


@value
class Structure:
    """Legs chosen together, with their net credit at mid in points per unit.

    ``stop_loss`` is what the plan's stops would lose and ``max_loss`` what the legs could, both in
    points per unit (infinite when nothing bounds it). ``shape`` names which form of the plan was
    chosen and ``readings`` is every measurement on the way.
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
