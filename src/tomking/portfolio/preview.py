"""What the venue says an order would need: its dry run live, the exchange in a backtest."""

from decimal import Decimal

from tomking.core.money import ZERO
from tomking.core.value import value
from tomking.core.venue import Code


@value
class Refusal:
    """Why a venue will not take an order: its own code, and a sentence."""

    code: Code
    note: str

    def __str__(self) -> str:
        return f"{self.code.value}: {self.note}"


@value
class Preview:
    """Requirement of the whole account before and after the order, and the order's fees, in
    dollars.

    ``alone`` is what the order would need by itself. ``source`` is ``broker``, ``estimate`` or ``not
    asked``; without having ``asked`` the requirements are zeros that say nothing.
    ``premium`` is what the options would bring (+) or cost (-) at the order's own price, and
    ``buying_power`` what is free before the order. ``refusals`` is what a dry run answers when the
    venue will not take it.
    """

    before: Decimal
    after: Decimal
    alone: Decimal
    fees: Decimal
    source: str
    premium: Decimal = ZERO
    buying_power: Decimal = ZERO
    refusals: tuple[Refusal, ...] = ()
    asked: bool = True

    @property
    def change(self) -> Decimal:
        """What the order adds to (+) or frees from (-) the requirement."""
        return self.after - self.before

    @property
    def impact(self) -> Decimal:
        """What the order takes from (+) or gives to (-) buying power, fees and premium counted.

        A spread three points wide sold at 2.00 with $2.302 of fees takes 300 + 2.302 - 200.

        >>> sold = Preview(ZERO, Decimal(300), Decimal(300), Decimal("2.302"), "", Decimal(200))
        >>> sold.impact
        Decimal('102.302')
        """
        return self.change + self.fees - self.premium

    @property
    def buying_power_after(self) -> Decimal:
        """What would be free with the order in the account."""
        return self.buying_power - self.impact


#: What only closes is not asked about margin.
NOT_ASKED = Preview(ZERO, ZERO, ZERO, ZERO, "not asked", asked=False)
