"""Orders against quotes: one net price for a package, all legs or none, so many units at a look.

An order that may trade at the first look it meets takes the model's price if that is as good as its
limit. One that stood in the market while the price came to it - because it rests, or because an
earlier look did not fill it - trades *at* its limit and never better: what trades through a standing
order between two snapshots trades at its price. To give it the later, better price would be to know
that the market went on. Nothing trades through an order while the market is shut: one that waited
overnight meets the next session like one that has just come, because a market that opens beyond a
limit trades where it opens. Futures trade through the night, and their options with them.

A stop is touched by the natural side of a fresh, two-sided quote, and trades from the next look on:
the look that touched it was over before the order was on its way. At the market every leg gives up
its whole half-width, whatever the model.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import inf

from tomking.core.contract import Contract
from tomking.core.dated import in_force
from tomking.core.facts import LegFilled
from tomking.core.order import Leg, Order
from tomking.exchange.fills import FillModel, moved, tradable
from tomking.exchange.ledger import multiplier
from tomking.exchange.looks import Look
from tomking.exchange.patience import chance, die
from tomking.exchange.prices import at_limit, fill_prices, net_of
from tomking.exchange.slippage import share
from tomking.exchange.working import Working
from tomking.market.snapshot import AGE, ASK, BID, DELTA, MID
from tomking.portfolio.preflight import opposing

#: Float noise allowed in the first, cheap comparison; the exact one follows.
_NOISE = 1e-6
#: What every leg trades at without a limit, and the dearest limit that trades, where a table decides.
TABLE_MARKET, TABLE_LIMIT_MAX = Decimal(1), Decimal(3)


def met(
    entry: Working, look: Look, model: FillModel, seen: datetime | None, seed: int
) -> tuple[Decimal, ...] | None:
    """The legs' prices at which an order trades at this look, or nothing.

    Parameters
    ----------
    seen
        The earlier look that did not fill it; ``None`` at its first.
    seed
        Of the die that limits better than the model's price are thrown for.

    Returns
    -------
    tuple of Decimal or None
        Prices in points; ``None`` if a leg's quote may not fill or the limit is not met.
    """
    columns = look.places[entry.order.id]
    if model.by_table:
        return by_table(entry.order, look, columns)
    if at_mid(entry, look, columns) < entry.limit - _NOISE:  # no model beats it, nor does patience
        return None
    prices = model_prices(entry, look, columns, model)
    if prices is None:
        return None
    net = net_of(entry.quantities, prices)
    if net >= entry.limit - _NOISE:
        return fill_prices(entry.order, prices, stood=stands(entry, look, seen))
    limit = entry.order.limit
    if model.patience is None or limit is None:
        return None
    mid = net_of(entry.quantities, [look.rows[MID][column] for column in columns])
    way = (mid - entry.limit) / (mid - net) if mid > net else -inf
    minutes = stood_min(entry, look, seen)
    if die(seed, entry.order.id, look.at) >= chance(model.patience, way, minutes):
        return None
    return at_limit(entry.order, limit, look.rows, columns)


def by_table(order: Order, look: Look, columns: Sequence[int]) -> tuple[Decimal, ...] | None:
    """The prices of a table in place of a market's; nothing if the order rests by it.

    A package needs quotes all the same: they say how its price is shared by its legs.
    """
    limit = order.limit
    if limit is None:
        return (TABLE_MARKET,) * len(columns)
    if len(columns) == 1 and abs(limit) <= TABLE_LIMIT_MAX:
        return (abs(limit),)
    return at_limit(order, limit, look.rows, columns) if abs(limit) <= TABLE_LIMIT_MAX else None


def stands(entry: Working, look: Look, seen: datetime | None) -> bool:
    """Whether the price came to an order that stood in the market, and not to one that meets it.

    A resting order does from when it is sent, except at the first look of every later session where
    the market was shut in between.
    """
    if seen is None and not entry.order.rests:
        return False
    by_night = any(leg.contract.future for leg in entry.order.legs)
    return by_night or (entry.live_from if seen is None else seen) >= look.session.opens


def at_mid(entry: Working, look: Look, columns: Sequence[int]) -> float:
    """Net credit per unit half way between bids and asks, in points: no model's price is better."""
    bids, asks, twice = look.rows[BID], look.rows[ASK], 0.0
    for quantity, column in zip(entry.quantities, columns, strict=True):
        twice -= quantity * (bids[column] + asks[column])
    return 0.5 * twice


def stood_min(entry: Working, look: Look, seen: datetime | None) -> float:
    """Minutes of this session that an order stood in the market since it was last looked at.

    While the market is shut nobody comes to meet a limit, however long it rests.
    """
    since = max(entry.live_from, look.session.opens, entry.live_from if seen is None else seen)
    return (look.at - since).total_seconds() / 60.0


def model_prices(
    entry: Working, look: Look, columns: Sequence[int], model: FillModel
) -> tuple[float, ...] | None:
    """The prices the model gives each leg; nothing if a leg's quote may not fill."""
    bids, asks, ages = look.rows[BID], look.rows[ASK], look.rows[AGE]
    shares = _shares(entry, look, columns, model)
    prices: list[float] = []
    for row, column in enumerate(columns):
        quantity, bid, ask = entry.quantities[row], bids[column], asks[column]
        unwanted = quantity < 0 and bid == 0.0 <= ask < inf
        if unwanted and gives_away(entry.order, ages[column], model):
            prices.append(0.0)
            continue
        if not tradable(model, bid, ask, ages[column], quantity):
            return None
        given = model.spread_fraction if shares is None else shares[row]
        prices.append(moved(given, bid, ask, quantity, entry.steps[row]))
    return tuple(prices)


def _shares(
    entry: Working, look: Look, columns: Sequence[int], model: FillModel
) -> Sequence[float] | None:
    """The share each leg gives up; ``None`` where it is the model's one figure."""
    if entry.order.limit is None:
        return (1.0,) * len(columns)
    if not model.slippage:
        return None
    row = in_force(model.slippage, look.session.day)
    minute = look.session.minute(look.at)
    left, deltas = look.session.minutes - minute, look.rows[DELTA]
    return tuple(
        share(row, len(columns), abs(deltas[column]), minute, left, _dies(leg, look.session.day))
        for leg, column in zip(entry.order.legs, columns, strict=True)
    )


def _dies(leg: Leg, day: date) -> bool:
    return leg.contract.is_option and leg.contract.expiry == day


def gives_away(order: Order, age_s: float, model: FillModel) -> bool:
    """Whether a leg nobody bids for goes for nothing: the worthless wing of a package that closes.

    Alone it would never sell, and the short leg beside it could then not be bought back as a
    package.
    """
    return len(order.legs) > 1 and not order.adds_risk and age_s <= model.age_max_s


def touched(entry: Working, look: Look, model: FillModel) -> bool:
    """Whether a stop is touched: to buy, by an offer at its trigger or above; to sell, by a bid."""
    (column,) = look.places[entry.order.id]
    bid, ask = look.rows[BID][column], look.rows[ASK][column]
    if entry.order.trigger is None or not bid > 0.0:
        return False
    if not tradable(model, bid, ask, look.rows[AGE][column], entry.quantities[0]):
        return False
    trigger = float(entry.order.trigger)
    return ask >= trigger - _NOISE if entry.quantities[0] > 0 else bid <= trigger + _NOISE


def fills(
    entry: Working, units: int, prices: Sequence[Decimal], fees: Sequence[Decimal], look: Look
) -> tuple[LegFilled, ...]:
    """The fills of so many units of a package, one a leg, named after the units before them.

    ``slippage`` is what the leg cost against mid, in dollars: positive is worse than mid.
    """
    order, mids = entry.order, look.rows[MID]
    return tuple(
        LegFilled(
            look.at,
            order.id,
            number,
            leg.contract,
            leg.quantity * units,
            price,
            fee,
            f"{order.id}/{entry.filled}/{number}",
            leg.quantity * units * multiplier(leg.contract) * (float(price) - mids[column]),
        )
        for number, (leg, price, fee, column) in enumerate(
            zip(order.legs, prices, fees, look.places[order.id], strict=True)
        )
    )


def barred(order: Order, holdings: Mapping[Contract, int]) -> str:
    """Why an order that met its price may not trade after all; empty if it may.

    Asked again when it would trade: another order or the clearing house may have been faster. A
    closing order can never open, and an opening one never takes down what is held.
    """
    gone = overclosed(order, holdings)
    if gone is not None:
        return f"closes more {gone} than the {holdings.get(gone, 0)} held"
    for leg in opposing(order, holdings.items()):
        return f"opens {leg.contract} against the {holdings[leg.contract]} held"
    return ""


def overclosed(order: Order, holdings: Mapping[Contract, int]) -> Contract | None:
    """The first contract an order would close more of than is held, if there is one."""
    for leg in order.legs:
        held, quantity = holdings.get(leg.contract, 0), leg.quantity * order.units
        over = held * quantity >= 0 or abs(quantity) > abs(held)
        if over and not leg.opens:
            return leg.contract
    return None
