"""What the venue says an order would need: its dry run live, the exchange in a backtest."""

from decimal import Decimal

from tomking.core.value import value


@value
class Preview:
    """Requirement of the whole account before and after the order, and the order's fees, in
    dollars.

    ``alone`` is what the order would need by itself. ``source`` is ``broker`` or ``estimate``.
    """

    before: Decimal
    after: Decimal
    alone: Decimal
    fees: Decimal
    source: str

    @property
    def change(self) -> Decimal:
        """What the order adds to (+) or frees from (-) the requirement."""
        return self.after - self.before
