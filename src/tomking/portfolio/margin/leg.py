"""What goes into the margin rule and what comes out: plain, hashable values."""

from datetime import date
from decimal import Decimal

from tomking.core.contract import Right, Settles
from tomking.core.money import ZERO
from tomking.core.product import Delivers, Kind, delivered
from tomking.core.value import value


@value
class MarginLeg:
    """A signed number of one contract at its mark.

    Parameters
    ----------
    right, strike
        The option; ``right`` is ``None`` for the share itself, whose strike is ignored.
    expiry, settles
        Last day, and whether it is fixed on the opening print or at the close: the two never cover
        each other.
    quantity
        Contracts (shares for a share), + long and - short.
    price
        Mark in points; for the share itself its own price.
    """

    right: Right | None
    strike: float
    expiry: date
    quantity: int
    price: float
    settles: Settles = Settles.PM

    def intrinsic(self, spot: float) -> float:
        """Worth of one option in points if the underlying stood at ``spot``.

        >>> MarginLeg(Right.PUT, 45.0, date(2026, 6, 19), -1, 0.5).intrinsic(40.0)
        5.0
        """
        if self.right is None:
            return 0.0
        return max(self.right.sign * (spot - self.strike), 0.0)


@value
class Underlying:
    """What the options are written on: ``multiplier`` dollars a point, ``leverage`` of an ETF."""

    symbol: str
    price: float
    kind: Kind
    leverage: float = 1.0
    multiplier: float = 100.0

    @property
    def delivers(self) -> Delivers:
        """What options on it become."""
        return delivered(self.kind, self.symbol)


@value
class Uncovered:
    """Short contracts that no long covers; ``count`` is positive."""

    right: Right
    strike: float
    expiry: date
    count: int
    settles: Settles = Settles.PM


@value
class Margin:
    """What the venue asks for, in dollars.

    ``requirement`` is what opening needs and does not subtract premium received; ``bp_effect`` is
    the requirement less premium received plus premium paid; ``maintenance`` is what holding needs,
    the same figure where there are no shares. ``uncovered`` are the shorts nothing covers in
    ``requirement``. ``method`` is ``universal`` (the rule, exact), ``bound`` (the rule, but the
    search was stopped: never too low), ``secured`` (nothing borrowed) or ``estimate`` (a scan of
    futures and options on them, repriced).
    """

    requirement: Decimal
    bp_effect: Decimal
    uncovered: tuple[Uncovered, ...]
    method: str
    maintenance: Decimal

    @property
    def beyond(self) -> Decimal:
        """What opening needs more than holding."""
        return max(self.requirement - self.maintenance, ZERO)
