"""Exposure of some legs: slope, how the slope changes, and loss under stress; and the bounds on
them.

Two ways of counting, chosen by ``greeks_mode``. ``dollars``: dollar delta, and its true change for
a move of one per cent, by repricing. ``s4_literal``: SPY shares, and their change for a one-point
move of SPY by the local gamma, as document 004 prints it (rulebook 16 and 0.6).
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tomking.core.errors import ConfigError, QuoteMissing
from tomking.core.evidence import Stamped
from tomking.core.order import Order
from tomking.core.value import value
from tomking.market.snapshot import DELTA, GAMMA, Legs, Marks, Shock
from tomking.portfolio import marks as worth
from tomking.portfolio import scenarios
from tomking.portfolio.stress import World
from tomking.risk.limits import Limits
from tomking.risk.view import View

ONE_PERCENT_UP, ONE_PERCENT_DOWN = Shock(spot=0.01), Shock(spot=-0.01)
HUNDRED_THOUSAND = 100_000.0

AUG5_LOW = scenarios.AUG5_LOW.shock
AUG5_MARGIN_FACTOR = scenarios.AUG5_LOW.margin_factor


@value
class Slope:
    """Delta of some legs, and what the measured move up or down adds to it; dollars or SPY shares."""

    delta: float = 0.0
    up: float = 0.0
    down: float = 0.0

    @property
    def change(self) -> float:
        """The larger of the two changes, without sign."""
        return max(abs(self.up), abs(self.down))

    def __add__(self, other: "Slope") -> "Slope":
        return Slope(self.delta + other.delta, self.up + other.up, self.down + other.down)


@value
class Bounds:
    """The most delta and change of delta a book may have, and their unit."""

    delta: float
    change: float
    unit: str


def bounds(limits: Limits, capital: float) -> Bounds:
    """The bounds at what may be traded with, in the counting that is configured."""
    scale = max(capital, 0.0)
    if limits.greeks_mode == "dollars":
        return Bounds(limits.delta_share_max * scale, limits.gamma_share_max * scale, "dollars")
    if limits.greeks_mode == "s4_literal":
        hundreds = scale / HUNDRED_THOUSAND
        return Bounds(
            limits.delta_shares_max * hundreds, limits.gamma_shares_max * hundreds, "SPY shares"
        )
    raise ConfigError(f"greeks_mode is {limits.greeks_mode!r}; choose dollars or s4_literal")


def slope(legs: Legs, view: View, marks: Marks) -> Slope:
    """The slope of some legs, in the counting that is configured."""
    if not len(legs):
        return Slope()
    counted = _shares if view.limits.greeks_mode == "s4_literal" else _dollars
    return counted(legs, view, marks)


def delta(legs: Legs, marks: Marks, market: World, limits: Limits) -> float:
    """Delta of some legs in the counting that is configured: dollars, or SPY shares.

    Raises
    ------
    QuoteMissing
        If it counts in shares of SPY and SPY has no price.
    """
    if limits.greeks_mode != "s4_literal":
        return worth.dollar_delta(legs, marks)
    return float(
        np.dot(legs.quantity * legs.multiplier * marks.table[DELTA], _ratio(market, marks))
    )


def _dollars(legs: Legs, view: View, marks: Marks) -> Slope:
    """Dollar delta, and what one per cent up or down adds to it, every leg repriced."""
    here = delta(legs, marks, view.market, view.limits)
    up, down = (
        worth.dollar_delta(legs, view.market.marks(legs, shock))
        for shock in (ONE_PERCENT_UP, ONE_PERCENT_DOWN)
    )
    return Slope(here, up - here, down - here)


def _shares(legs: Legs, view: View, marks: Marks) -> Slope:
    """SPY shares of delta, and their change for one point of SPY by the local gamma."""
    ratio, size = _ratio(view.market, marks), legs.quantity * legs.multiplier
    gamma = float(np.dot(size * marks.table[GAMMA], ratio * ratio))
    return Slope(delta(legs, marks, view.market, view.limits), gamma, -gamma)


def _ratio(market: World, marks: Marks) -> NDArray[np.float64]:
    """Points of each leg's underlying for a point of SPY."""
    spy = market.spot("SPY")
    if not isinstance(spy, Stamped):
        raise QuoteMissing("SPY has no price, and the literal Greeks count in its shares")
    return marks.spot / spy.value


def stress_loss(legs: Legs, view: View, marks: Marks, shock: Shock = AUG5_LOW) -> float:
    """Dollars lost (+) by some legs when the world moves to the shock and they are closed there.

    Longs go at the shocked bid and shorts at the shocked ask, so a spread five times as wide is paid.
    """
    if not len(legs):
        return 0.0
    return worth.total(legs, marks) - worth.at_exit(legs, view.market.marks(legs, shock))


def of_what_is_left(dollars: float, loss: float, capital: float) -> float | None:
    """Dollars as a share of what a loss (+) leaves of the capital; unknown when nothing is left."""
    left = capital - max(0.0, loss)
    return dollars / left if left > 0.0 else None


def beside(one: Legs, other: Legs) -> Legs:
    """Two sets of legs in one, row after row."""
    pairs = (
        (one.strike, other.strike), (one.sign, other.sign), (one.quantity, other.quantity),
        (one.multiplier, other.multiplier),
    )  # fmt: skip
    return Legs((*one.contracts, *other.contracts), *(np.concatenate(pair) for pair in pairs))


def joined(held: Legs, at: Marks, legs: Legs, marks: Marks) -> tuple[Legs, Marks]:
    """What is held and an order's legs, one after the other, with the marks of each."""
    return beside(held, legs), Marks(
        np.hstack((at.table, marks.table)), np.concatenate((at.spot, marks.spot))
    )


def added(measure: Callable[[Legs, Marks], float], order: Order, legs: Legs, marks: Marks) -> float:
    """What an order adds to a measure in which a long and a short do not cancel.

    A leg that opens comes on top; a leg that closes takes away what it is held against.

    Parameters
    ----------
    measure
        A sum over legs, such as the gross dollar delta or the loss under stress.
    legs, marks
        The order's, row by row its legs at all units.
    """
    opens = np.array([leg.opens for leg in order.legs])
    if opens.all():
        return measure(legs, marks)
    gone = legs.where(~opens)
    held = replace(gone, quantity=-gone.quantity)
    return measure(legs.where(opens), marks.where(opens)) - measure(held, marks.where(~opens))
