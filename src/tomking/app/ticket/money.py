"""What an order brings, can make, can lose and costs."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from math import exp, inf, isnan, nan, sqrt

import numpy as np

from tomking.app.ticket.closing import opened
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.legs import Priced
from tomking.app.ticket.market import credit, credit_points, package, premium, world
from tomking.core.value import value
from tomking.market.quoted import Quoted
from tomking.portfolio.fees import TASTYTRADE, Charge, asset_of, charge, rates
from tomking.pricing.chance import FAR, Package, World, break_evens, gain, path_vol
from tomking.pricing.payoff import profile

#: How far out the worth of legs of several expiries is looked at, in standard deviations.
FAR_SD = 10.0


@value
class Money:
    """Money of the whole order. ``best`` and ``worst`` are dollars at the nearest expiry, before
    fees, of what the order opens: infinite without a bound, NaN when it opens nothing; ``modelled``
    when later legs had to be repriced for them.

    ``credit`` and ``mid`` are points a unit, + received and - paid. ``fees`` are what the order costs;
    ``opening`` is the part of its legs that open, ``closing`` what all its legs cost to close, now or
    later. ``settlement`` is charged for each contract that is exercised, assigned or settled in cash.
    """

    credit: Decimal
    mid: Decimal
    premium: Decimal
    best: float
    worst: float
    break_evens: tuple[float, ...]
    modelled: bool
    fees: Charge
    opening: Charge
    closing: Charge
    settlement: Decimal


def money(asked: Ticket, market: Quoted) -> Money:
    """Everything about an order that is in dollars and needs no account."""
    best, worst, zeros, modelled = _outcome(asked, market)
    asset = asset_of(asked.product, True)
    settled = rates(TASTYTRADE, asset, asked.product.root, True, asked.at.date()).fees.settlement
    come = [leg for leg in asked.legs if leg.opens]
    gone = [leg for leg in asked.legs if not leg.opens]
    opening, now = charges(asked, come, opens=True), charges(asked, gone, opens=False)
    later = charges(asked, [replace(leg, quantity=-leg.quantity) for leg in come], opens=False)
    return Money(
        credit(asked), credit_points(asked.legs), premium(asked), best, worst, zeros, modelled,
        opening + now, opening, now + later, settled,
    )  # fmt: skip


def charges(asked: Ticket, legs: Iterable[Priced], *, opens: bool) -> Charge:
    """Fees of some legs at the size of the order, at their typed prices."""
    total = Charge()
    for leg in legs:
        quantity = leg.quantity * asked.order.units
        total += charge(asked.product, quantity, leg.price, opens, True, asked.at.date())
    return total


Outcome = tuple[float, float, tuple[float, ...]]


def _outcome(asked: Ticket, market: Quoted) -> tuple[float, float, tuple[float, ...], bool]:
    """Best, worst and break-evens of what an order opens, and whether they are modelled."""
    part = opened(asked)
    if part is None:
        return nan, nan, (), False
    held = package(part, market)
    modelled = len(set(held.years[held.sign != 0.0].tolist())) > 1
    found = _modelled(held, world(part, market)) if modelled else _exact(held)
    return *found, modelled


def _exact(held: Package) -> Outcome:
    """Best, worst and break-evens when every option expires at once."""
    found = profile(held.strike, held.sign, held.quantity, held.multiplier, held.premium)
    return found.best, found.worst, found.break_evens


def _modelled(held: Package, here: World) -> Outcome:
    """The same at the nearest expiry, what is left being repriced at its own volatility."""
    vol = path_vol(held, here)
    if isnan(vol):
        return vol, vol, ()
    reach = exp(min(FAR_SD * vol * sqrt(float(np.nanmax(held.years))), FAR))
    strikes = held.strike[held.sign != 0.0]
    spots = np.union1d(np.geomspace(here.spot / reach, here.spot * reach, 4001), strikes)
    made = gain(held, here, spots, held.horizon)
    slope = float(np.sum((held.quantity * held.multiplier)[held.sign >= 0.0]))
    best = inf if slope > 0.0 else float(made.max())
    worst = -inf if slope < 0.0 else float(made.min())
    return best, worst, break_evens(held, here)
