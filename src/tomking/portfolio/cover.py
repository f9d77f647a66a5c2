"""Cover: what an order that closes may take away from what stays.

Only such an order is asked about margin, and only because cover was given for it once: an order that
can uncover nothing is never held up by a figure.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from tomking.core.contract import Contract, Right, Settles
from tomking.core.money import ZERO
from tomking.core.order import Leg, Order


def may_uncover(order: Order, holdings: Mapping[Contract, int]) -> bool:
    """Whether an order takes away what may cover something that stays beside it.

    Cover is for what is short; an option sold by itself may also have protected a future or shares.
    """
    traded = {leg.contract: leg.quantity * order.units for leg in order.legs}
    mine = [(held, n) for held, n in holdings.items() if held.root == order.root]
    stays_short = any(n + max(traded.get(held, 0), 0) < 0 for held, n in mine)
    stays_outright = any(n + traded.get(held, 0) for held, n in mine if not held.is_option)
    return any(
        stays_short or (stays_outright and leg.contract.is_option)
        for leg in order.legs
        if _takes_cover(leg, order.legs)
    )


def _takes_cover(leg: Leg, legs: Sequence[Leg]) -> bool:
    """Whether a leg may be cover: an option sold by itself, an outright sold or bought back.

    Long shares cover a short call; a short future, or short shares, a short put.
    """
    if not leg.contract.is_option:
        return True
    return leg.quantity < 0 and not _goes_with_its_short(leg, legs)


def _goes_with_its_short(sold: Leg, legs: Sequence[Leg]) -> bool:
    """Whether as much is bought back in a sold option's series, as dear as it or dearer.

    A put bought back of another day, or of a lower strike, is not the one it has covered: another
    short would be left with less.
    """
    dear = [
        leg.quantity
        for leg in legs
        if _series(leg.contract) == _series(sold.contract)
        and _dearness(leg.contract) >= _dearness(sold.contract)
    ]
    return sum(dear) >= 0


def _series(contract: Contract) -> tuple[str, Right | None, date, Settles, str]:
    return (
        contract.root, contract.right, contract.expiry, contract.settles, contract.future
    )  # fmt: skip


def _dearness(option: Contract) -> Decimal:
    """What orders the options of a series by price: a put is dearer the higher its strike."""
    strike = option.strike or ZERO
    return strike if option.right is Right.PUT else -strike
