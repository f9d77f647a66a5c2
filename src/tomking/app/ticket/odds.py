"""How likely it is that an order earns, earns half, or has its short strikes touched."""

from math import isfinite, nan

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import package, world
from tomking.app.ticket.money import Money
from tomking.core.contract import Contract
from tomking.core.value import value
from tomking.market.expiry import years_left
from tomking.market.quoted import Quoted
from tomking.pricing.chance import STEPS, gain, path_vol, profit, reach, touch

#: The share of the credit, or of the greatest profit, that counts as enough.
ENOUGH = 0.5


@value
class Touch:
    """A short option, and the chance that the underlying stands at its strike before it expires."""

    contract: Contract
    chance: float
    vol: float


@value
class Odds:
    """Chances as fractions, NaN where a volatility is missing, and how each was found.

    ``profit`` at the nearest expiry; ``half`` of reaching ``target`` dollars (``of`` says of what)
    before it; ``vol`` the volatility of the walk.
    """

    profit: float
    half: float
    target: float
    of: str
    touches: tuple[Touch, ...]
    vol: float
    stood_in: tuple[Contract, ...]


METHODS = {
    "profit": (
        "log-normal, risk-neutral: N(-d2) at each break-even, with the implied volatility between the "
        "strikes beside it"
    ),
    "half": (
        f"a trinomial lattice of {STEPS} steps; every leg repriced at its own implied volatility, the "
        "walk at their mean, weighted by vega; closed at the price in the middle, before fees"
    ),
    "touch": "by reflection, with the implied volatility of that leg, watched to its own expiry",
}


def odds(asked: Ticket, market: Quoted, found: Money) -> Odds:
    """The chances of an order."""
    held, here = package(asked, market), world(asked, market)
    vol = path_vol(held, here)
    target, of = enough(asked, found)
    half = (
        reach(lambda spots, gone: gain(held, here, spots, gone), target, here, held.horizon, vol)
        if isfinite(target)
        else nan
    )
    shorts = [leg.contract for leg in asked.legs if leg.quantity < 0]
    return Odds(
        profit(held, here, found.break_evens) if isfinite(vol) else nan,
        half, target, of,
        tuple(_touch(contract, market, here.spot, here.growth) for contract in shorts),
        vol, tuple(c for c in market.stood_in if c.root == asked.product.root),
    )  # fmt: skip


def enough(asked: Ticket, found: Money) -> tuple[float, str]:
    """The profit that is enough, in dollars, and half of what it is.

    Half the credit; of a debit, or beside shares, half of the most there is to make; half the debit
    where that has no bound.
    """
    if found.premium > 0 and not asked.shares:
        return ENOUGH * float(found.premium), "the credit"
    if isfinite(found.best) and found.best > 0.0:
        return ENOUGH * found.best, "the greatest profit"
    return ENOUGH * abs(float(found.premium)), "the premium"


def _touch(contract: Contract, market: Quoted, spot: float, growth: float) -> Touch:
    vol = market.vols[contract]
    strike, years = float(contract.strike or 0), years_left(contract, market.at)
    gone = _beyond(contract, spot, strike)
    return Touch(contract, 1.0 if gone else touch(strike, spot, years, vol, growth), vol)


def _beyond(contract: Contract, spot: float, strike: float) -> bool:
    """Whether a short is at or in the money already: its strike has been touched."""
    return contract.right is not None and contract.right.sign * (spot - strike) >= 0.0
