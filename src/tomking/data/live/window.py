"""Which options to subscribe: a bounded window of strikes for whatever could be traded today.

A plan names its expiries; of each the window holds puts from far below the price and calls from far
above it, as the expected move of that expiry goes, and some of either on the other side for those who
buy in the money. What is too much is thinned outside a core, every second strike at a time, so that
the strikes near the price stay whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from tomking.core.calendar import dte
from tomking.core.contract import Contract, Expiry, Right
from tomking.core.value import value
from tomking.data.live.listed import Listed
from tomking.market.bars import F64
from tomking.market.listing import expiry_near
from tomking.risk.hedge import DTES, WITHIN
from tomking.strategies.picks import Expires
from tomking.strategies.plan import Plan, Strategy

#: Expected moves out of the money for puts and for calls, and into the money for either; the least reach
#: as a share of the price; the least volatility it is reckoned with, in points of VIX.
PUTS, CALLS, INSIDE, REACH_MIN, VIX_MIN = 3.5, 2.5, 1.2, 0.03, 12.0
#: The most contracts of a root, and the moves from the price inside which none is thinned.
CONTRACTS_MAX, CORE = 600, 1.0
#: The most of an expiry that is looked at for hedges alone: a delta is found between coarse strikes.
HEDGES_MAX = 48

BOTH = frozenset(Right)


@value
class Want:
    """An expiry of a root that could be traded, and of it calls, puts or both.

    ``hedge``: only to protect what is held, by puts that are out of the money.
    """

    root: str
    expires: Expires
    rights: frozenset[Right] = BOTH
    hedge: bool = False

    def beside(self, other: "Want") -> "Want":
        """What both want of an expiry."""
        rights, hedge = self.rights | other.rights, self.hedge and other.hedge
        return replace(self, rights=rights, hedge=hedge)


def wants(strategies: Iterable[Strategy]) -> tuple[Want, ...]:
    """What strategies could trade; of one that is no plan, nothing is known but its roots."""
    found: dict[tuple[str, Expires], frozenset[Right]] = {}
    for strategy in strategies:
        if isinstance(strategy, Plan):
            for root, (expires, rights) in product(strategy.roots, tuple(_expiries(strategy))):
                found[root, expires] = found.get((root, expires), frozenset()) | rights
    return tuple(Want(root, expires, rights) for (root, expires), rights in found.items())


def _expiries(plan: Plan) -> Iterator[tuple[Expires, frozenset[Right]]]:
    """Every expiry a plan names: of its tranches, and of what they are rolled into.

    Of a tranche that is never adjusted, what it is made of; an adjustment may want either right.
    """
    for shape in plan.shapes:
        for tranche in shape.tranches:
            made = frozenset(leg.right for leg in tranche.legs)
            rights = BOTH if tranche.adjustments else made
            yield tranche.expires or Expires(plan.dte, plan.dte_within), rights
            rolled = (getattr(each, "expires", None) for each in tranche.adjustments)
            yield from ((each, BOTH) for each in rolled if isinstance(each, Expires))


def hedging(roots: Iterable[str]) -> tuple[Want, ...]:
    """The expiries that puts for a hedge are looked for in."""
    puts = frozenset({Right.PUT})
    return tuple(Want(root, Expires(days, WITHIN), puts, True) for root in roots for days in DTES)


def laid(
    listed: Listed, wanted: Sequence[Want], spot: float, vix: float, today: date
) -> dict[Contract, str]:
    """The contracts of a root to subscribe, and what they stream under."""
    expiries = expiries_of(listed, wanted, today)
    hedges = sum(want.hedge for want in expiries.values())
    room = (CONTRACTS_MAX - hedges * HEDGES_MAX) // max(len(expiries) - hedges, 1)
    found: dict[Contract, str] = {}
    for expiry, want in expiries.items():
        move = spot * max(vix, VIX_MIN) / 100.0 * sqrt((dte(expiry.day, today) + 1) / 365.0)
        strikes, reach = listed.strikes[expiry], _reach(spot, move, want)
        most = HEDGES_MAX if want.hedge else room // len(reach)
        core = 0.0 if want.hedge else CORE * move
        for right, (low, high) in reach.items():
            inside = np.flatnonzero((strikes.prices >= low) & (strikes.prices <= high))
            for place in thinned(inside, strikes.prices, spot, core, most).tolist():
                symbol = strikes.symbols[right][place]
                found[listed.contract(expiry, right, place)] = symbol
    return found


def expiries_of(listed: Listed, wanted: Sequence[Want], today: date) -> Mapping[Expiry, Want]:
    """The listed expiries that are wanted, each once, and what of each."""
    found: dict[Expiry, Want] = {}
    for want in wanted:
        if want.root == listed.root:
            each, days = want.expires, want.expires.moved(today)
            near = expiry_near(listed.expiries, today, each.dte + days, each.within - abs(days))
            if near is not None:
                found[near] = want.beside(found.get(near, want))
    return found


def _reach(spot: float, move: float, want: Want) -> Mapping[Right, tuple[float, float]]:
    """From where to where puts and calls are wanted, of what is."""
    least = REACH_MIN * spot
    inward = 0.0 if want.hedge else max(INSIDE * move, least)
    reach = {
        Right.PUT: (spot - max(PUTS * move, least), spot + inward),
        Right.CALL: (spot - inward, spot + max(CALLS * move, least)),
    }
    return {right: ends for right, ends in reach.items() if right in want.rights}


def thinned(
    places: NDArray[np.intp], strikes: F64, spot: float, core: float, most: int
) -> NDArray[np.intp]:
    """So many places at most: outside the core every second one goes, then what is furthest.

    >>> thinned(np.arange(9), np.arange(9.0), 4.0, 1.0, 7).tolist()
    [0, 2, 3, 4, 5, 7]
    """
    away = np.abs(strikes - spot)
    near, far = places[away[places] <= core], places[away[places] > core]
    step = 1
    while len(near) + len(far[::step]) > most and step < len(far):
        step *= 2
    kept = np.concatenate((near, far[::step]))
    nearest: NDArray[np.intp] = np.sort(kept[np.argsort(away[kept], kind="stable")[:most]])
    return nearest
