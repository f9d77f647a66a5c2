"""What the venue charges for a package, leg by leg."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tomking.core.contract import Contract
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


def closing_fee(
    schedule: FeeSchedule, contract: Contract, held: int, price: Decimal, day: date
) -> Decimal:
    """Dollars for closing all that is held of a contract."""
    count = -held * size(contract)
    return fee(contract.root, count, price, False, contract.is_option, day, schedule)


def part_fees(
    schedule: FeeSchedule,
    order: Order,
    prices: Sequence[Decimal],
    day: date,
    before: int,
    units: int,
) -> tuple[Decimal, ...]:
    """Dollars for each leg of so many more units: what all of them cost, less what was charged.

    A commission that is capped by the leg is so capped over all the parts of an order.
    """
    after = leg_fees(schedule, replace(order, units=before + units), prices, day)
    if not before:
        return after
    charged = leg_fees(schedule, replace(order, units=before), prices, day)
    return tuple(now - then for now, then in zip(after, charged, strict=True))
