"""What an order brings, can make, can lose and costs."""

from decimal import Decimal
from math import inf, isnan

import numpy as np

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import credit, credit_points, package, premium, world
from tomking.core.value import value
from tomking.market.quoted import Quoted
from tomking.portfolio.fees import TASTYTRADE, Charge, asset_of, charge, rates
from tomking.pricing.chance import Package, World, break_evens, gain, path_vol
from tomking.pricing.payoff import profile

#: How far out the worth of legs of several expiries is looked at, in standard deviations.
FAR_SD = 10.0


@value
class Money:
    """Money of the whole order. ``best`` and ``worst`` are dollars at the nearest expiry, before
    fees, infinite without a bound; ``modelled`` when later legs had to be repriced for them.

    ``credit`` and ``mid`` are points a unit, + received and - paid. ``settlement`` is charged for
    each contract that is exercised, assigned or settled in cash.
    """

    credit: Decimal
    mid: Decimal
    premium: Decimal
    best: float
    worst: float
    break_evens: tuple[float, ...]
    modelled: bool
    opening: Charge
    closing: Charge
    settlement: Decimal


def money(asked: Ticket, market: Quoted) -> Money:
    """Everything about an order that is in dollars and needs no account."""
    held, here = package(asked, market), world(asked, market)
    options = held.sign != 0.0
    modelled = len(set(held.years[options].tolist())) > 1
    best, worst, zeros = _modelled(held, here) if modelled else _exact(held)
    is_option = asset_of(asked.product, True)
    fees = rates(TASTYTRADE, is_option, asked.product.root, True, asked.at.date()).fees
    return Money(
        credit(asked), credit_points(asked.legs), premium(asked), best, worst, zeros, modelled,
        charges(asked, opens=True), charges(asked, opens=False), fees.settlement,
    )  # fmt: skip


def charges(asked: Ticket, *, opens: bool) -> Charge:
    """Fees of all legs of the order, to open them or to close them again at the typed prices."""
    total = Charge()
    for leg in asked.legs:
        quantity = leg.quantity * asked.order.units * (1 if opens else -1)
        total += charge(asked.product, quantity, leg.price, opens, True, asked.at.date())
    return total


def _exact(held: Package) -> tuple[float, float, tuple[float, ...]]:
    """Best, worst and break-evens when every option expires at once."""
    found = profile(held.strike, held.sign, held.quantity, held.multiplier, held.premium)
    return found.best, found.worst, found.break_evens


def _modelled(held: Package, here: World) -> tuple[float, float, tuple[float, ...]]:
    """The same at the nearest expiry, what is left being repriced at its own volatility."""
    vol = path_vol(held, here)
    if isnan(vol):
        return vol, vol, ()
    reach = np.exp(FAR_SD * vol * np.sqrt(float(np.nanmax(held.years))))
    strikes = held.strike[held.sign != 0.0]
    spots = np.union1d(np.geomspace(here.spot / reach, here.spot * reach, 4001), strikes)
    made = gain(held, here, spots, held.horizon)
    slope = float(np.sum((held.quantity * held.multiplier)[held.sign >= 0.0]))
    best = inf if slope > 0.0 else float(made.max())
    worst = -inf if slope < 0.0 else float(made.min())
    return best, worst, break_evens(held, here)
