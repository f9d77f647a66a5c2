"""What the venue charges for a package, leg by leg."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tomking.core.order import Order
from tomking.exchange.ledger import size
from tomking.portfolio.fees import FeeSchedule, fee


def leg_fees(
    schedule: FeeSchedule, order: Order, prices: Sequence[Decimal], day: date
) -> tuple[Decimal, ...]:
    """Dollars for each leg of an order that trades whole at these prices."""
    return tuple(
        fee(
            leg.contract.root,
            leg.quantity * order.units * size(leg.contract),
            price,
            leg.opens,
            leg.contract.is_option,
            day,
            schedule,
        )
        for leg, price in zip(order.legs, prices, strict=True)
    )
