"""What an order alone needs by our own rules, to be laid beside what the broker says."""

from decimal import Decimal

from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Stamped
from tomking.core.order import Order
from tomking.market.snapshot import Snapshot
from tomking.portfolio.columns import columns_of
from tomking.portfolio.margin.account import Terms, asked


def ours(order: Order, now: Snapshot, house: str) -> Decimal | None:
    """Dollars that opening an order needs by itself; nothing where a price is missing."""
    spot = now.spot(order.root)
    if not isinstance(spot, Stamped):
        return None
    legs = columns_of(order.legs, order.units)
    try:
        return asked(
            order.root, legs, now.marks(legs), spot.value, now.at, Terms(house)
        ).requirement
    except QuoteMissing:
        return None
