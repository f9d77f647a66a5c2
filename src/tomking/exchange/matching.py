"""Package limit orders against quotes: one net price, all legs or none.

An order that does not rest fills at the model's price once that is at least as good as its limit.
An order that rests fills *at* its limit and never better: it stood in the market while the price
came to it, and what trades through a resting order between two snapshots trades at its price. To
give it the later, better price would be to know that the market went on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from math import inf

from tomking.core.contract import Contract
from tomking.core.facts import LegFilled
from tomking.core.money import ZERO, points
from tomking.core.order import Leg, Order
from tomking.core.product import product
from tomking.core.value import value
from tomking.exchange.fills import FillModel, Steps, leg_price, one_step, steps, tradable
from tomking.exchange.ledger import multiplier
from tomking.market.snapshot import AGE, ASK, BID, MID

#: Float noise allowed in the first, cheap comparison; the exact one follows.
_NOISE = 1e-6


@value
class Working:
    """An order in the venue's book, with what the matching needs worked out once.

    ``live_from`` is the first instant it may trade at and ``day_ends`` the close of the session it
    was sent in.
    """

    order: Order
    submitted: datetime
    live_from: datetime
    day_ends: datetime
    limit: float
    quantities: tuple[int, ...]
    steps: tuple[Steps, ...]


def working(order: Order, submitted: datetime, day_ends: datetime, latency_s: float) -> Working:
    """An order as it enters the venue's book."""
    return Working(
        order,
        submitted,
        submitted + timedelta(seconds=latency_s),
        day_ends,
        -inf if order.limit is None else float(order.limit),
        tuple(leg.quantity for leg in order.legs),
        tuple(steps_of(leg.contract.root, leg.contract.is_option) for leg in order.legs),
    )


@cache
def steps_of(root: str, is_option: bool) -> Steps:
    """The price steps of a root's options, or of the future or share itself."""
    traded = product(root)
    return steps(traded.ticks) if is_option else one_step(traded.underlying_tick)


def is_matchable(entry: Working, at: datetime) -> bool:
    """Whether an order may trade now: strictly after it was sent, and its latency gone by."""
    if at <= entry.submitted or at < entry.live_from:
        return False
    return entry.order.rests or at <= entry.day_ends


def package(
    entry: Working, rows: Sequence[Sequence[float]], columns: Sequence[int], model: FillModel
) -> tuple[float, ...] | None:
    """The legs' prices at which an order would trade now, or nothing.

    Parameters
    ----------
    rows : sequence of sequences
        ``Marks.table`` as plain floats: a row each field, a column each contract.
    columns : sequence of int
        The column of each leg.

    Returns
    -------
    tuple of float or None
        Prices in points; ``None`` if a leg's quote may not fill or the net price is worse than the
        limit.
    """
    bids, asks, ages = rows[BID], rows[ASK], rows[AGE]
    prices: list[float] = []
    net = 0.0
    for quantity, column, step in zip(entry.quantities, columns, entry.steps, strict=True):
        bid, ask = bids[column], asks[column]
        side = bid if quantity < 0 else ask
        if side == 0.0 and gives_away(entry.order, ages[column], model):
            prices.append(0.0)
            continue
        if not tradable(model, bid, ask, ages[column], quantity):
            return None
        price = leg_price(model, bid, ask, quantity, step)
        net -= quantity * price
        prices.append(price)
    return tuple(prices) if net >= entry.limit - _NOISE else None


def gives_away(order: Order, age_s: float, model: FillModel) -> bool:
    """Whether a leg nobody bids for goes for nothing: the worthless wing of a package that closes.

    Alone it would never sell, and the short leg beside it could then not be bought back as a
    package.
    """
    return len(order.legs) > 1 and not order.adds_risk and age_s <= model.age_max_s


def fill_prices(order: Order, prices: Sequence[float]) -> tuple[Decimal, ...] | None:
    """Exact leg prices of a fill; ``None`` if the package misses the limit after all.

    A resting order's legs are moved until they add up to its limit (see the module's text).
    """
    exact = [points(price) for price in prices]
    if order.limit is None:
        return tuple(exact)
    better = _net(order.legs, exact) - order.limit
    if better < 0:
        return None
    return tuple(_worsened(order.legs, exact, better) if order.rests else exact)


def _net(legs: Sequence[Leg], prices: Sequence[Decimal]) -> Decimal:
    """Net credit per unit: + received, - paid."""
    return -sum((leg.quantity * price for leg, price in zip(legs, prices, strict=True)), ZERO)


def _worsened(legs: Sequence[Leg], prices: list[Decimal], give: Decimal) -> list[Decimal]:
    """Prices moved against the trader until ``give`` points per unit are gone.

    The leg with the smallest absolute quantity takes the difference, a bought one before a sold
    one: a purchase can always be dearer, a sale cannot go below zero and hands what is left to the
    next.
    """
    moved = list(prices)
    for at in sorted(range(len(legs)), key=lambda i: (abs(legs[i].quantity), -legs[i].quantity)):
        quantity = legs[at].quantity
        change = give if quantity > 0 else min(give, -quantity * moved[at])
        moved[at] += change / quantity
        give -= change
        if give == 0:
            break
    return moved


def fills(
    order: Order, prices: Sequence[Decimal], mids: Sequence[float], fees: Sequence[Decimal],
    at: datetime,
) -> tuple[LegFilled, ...]:  # fmt: skip
    """The fills of a whole package, one a leg.

    ``slippage`` is what the leg cost against mid, in dollars: positive is worse than mid.
    """
    return tuple(
        LegFilled(
            at,
            order.id,
            number,
            leg.contract,
            leg.quantity * order.units,
            price,
            fee,
            f"{order.id}/{number}",
            leg.quantity * order.units * multiplier(leg.contract) * (float(price) - mid),
        )
        for number, (leg, price, mid, fee) in enumerate(
            zip(order.legs, prices, mids, fees, strict=True)
        )
    )


def mids_at(rows: Sequence[Sequence[float]], columns: Sequence[int]) -> tuple[float, ...]:
    """The mids of an order's legs."""
    return tuple(rows[MID][column] for column in columns)


def overclosed(order: Order, holdings: Mapping[Contract, int]) -> Contract | None:
    """The first contract an order would close more of than is held, if there is one.

    Asked again when it would trade: another order or an expiry may have been faster, and a closing
    order can never open.
    """
    for leg in order.legs:
        held, quantity = holdings.get(leg.contract, 0), leg.quantity * order.units
        if not leg.opens and (held * quantity >= 0 or abs(quantity) > abs(held)):
            return leg.contract
    return None
