"""Exact leg prices of a fill that add up to the package's price.

A package has one net price; which leg carries what of it is book-keeping, and has to add up to the
last place.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isfinite

from tomking.core.money import ZERO, points
from tomking.core.order import Leg, Order
from tomking.market.snapshot import ASK, BID, MID

_FINE = Decimal("0.0001")

#: ``Marks.table`` as plain floats: a row each field, a column each contract.
Rows = Sequence[Sequence[float]]


def fill_prices(
    order: Order, prices: Sequence[float], *, stood: bool
) -> tuple[Decimal, ...] | None:
    """Exact leg prices of a fill; ``None`` if the package misses the limit after all.

    The legs of an order that stood in the market are moved until they add up to its limit.
    """
    exact = [points(price) for price in prices]
    if order.limit is None:
        return tuple(exact)
    better = _net(order.legs, exact) - order.limit
    if better < 0:
        return None
    return tuple(_worsened(order.legs, exact, better) if stood else exact)


def at_limit(
    order: Order, limit: Decimal, rows: Rows, columns: Sequence[int]
) -> tuple[Decimal, ...] | None:
    """Leg prices that add up to a limit between mid and the far side, each leg giving its part.

    Nothing where a leg has no quote, or where no prices do.
    """
    mids = [rows[MID][column] for column in columns]
    halves = [0.5 * (rows[ASK][column] - rows[BID][column]) for column in columns]
    width = sum(abs(leg.quantity) * half for leg, half in zip(order.legs, halves, strict=True))
    mid = net_of([leg.quantity for leg in order.legs], mids)
    if not isfinite(mid + width):
        return None
    part = (mid - float(limit)) / width if width else 0.0
    prices = [
        _kindly(mid + part * half * (1 if leg.quantity > 0 else -1), leg.quantity)
        for leg, mid, half in zip(order.legs, mids, halves, strict=True)
    ]
    better = _net(order.legs, prices) - limit
    return tuple(_worsened(order.legs, prices, better)) if better >= 0 else None


def _kindly(price: float, quantity: int) -> Decimal:
    """A price at four places, rounded for the trader: what is left over is taken back exactly."""
    way = ROUND_FLOOR if quantity > 0 else ROUND_CEILING
    return Decimal(f"{price:.8f}").quantize(_FINE, way)


def net_of(quantities: Sequence[int], prices: Sequence[float]) -> float:
    """Net credit per unit of float prices, in points."""
    return -sum(quantity * price for quantity, price in zip(quantities, prices, strict=True))


def _net(legs: Sequence[Leg], prices: Sequence[Decimal]) -> Decimal:
    """Net credit per unit: + received, - paid."""
    return -sum((leg.quantity * price for leg, price in zip(legs, prices, strict=True)), ZERO)


def _worsened(legs: Sequence[Leg], prices: list[Decimal], give: Decimal) -> list[Decimal]:
    """Prices moved against the trader until ``give`` points per unit are gone.

    The leg with the smallest absolute quantity takes the difference, a bought one before a sold
    one: a purchase can always be dearer, a sale cannot go below zero and hands what is left to the
    next.
    """
    moved_ = list(prices)
    for at in sorted(range(len(legs)), key=lambda i: (abs(legs[i].quantity), -legs[i].quantity)):
        quantity = legs[at].quantity
        change = give if quantity > 0 else min(give, -quantity * moved_[at])
        moved_[at] += change / quantity
        give -= change
        if give == 0:
            break
    return moved_
