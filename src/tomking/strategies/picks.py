"""Legs still to be found: how many, which right, which strike."""

from collections.abc import Mapping
from math import isnan, nan
from typing import Protocol

from tomking.core.contract import Expiry, Right
from tomking.core.reading import Reading, Sense, Skip, Stage
from tomking.core.value import value
from tomking.market.snapshot import Chain, Quote
from tomking.risk.view import View


@value
class Place:
    """Where a strike is looked for: the view, the root and its chain."""

    view: View
    root: str
    chain: Chain


class Pick(Protocol):
    """A way to choose a strike."""

    def find(
        self, at: Place, expiry: Expiry, right: Right, found: Mapping[str, Quote]
    ) -> Quote | Skip:
        """The quote of the strike, or why there is none."""
        ...


@value
class Delta:
    """The listed strike whose absolute delta is nearest."""

    target: float

    def find(
        self, at: Place, expiry: Expiry, right: Right, found: Mapping[str, Quote]
    ) -> Quote | Skip:
        """Ask the chain."""
        return at.chain.by_delta(expiry, right, self.target)

    def __str__(self) -> str:
        return f"{self.target * 100:g}-delta"


@value
class Away:
    """The listed strike so many points further out of the money than a leg already found."""

    leg: str
    points: float

    def find(
        self, at: Place, expiry: Expiry, right: Right, found: Mapping[str, Quote]
    ) -> Quote | Skip:
        """Count from the other leg's strike, outward."""
        strike = float(found[self.leg].contract.strike or 0) + right.sign * self.points
        return at.chain.by_strike(expiry, right, strike)

    def __str__(self) -> str:
        return f"{self.points:g} points beyond the {self.leg}"


@value
class AtrAway:
    """So many ATR from the price, then moved along the strikes into a window of delta (R-0DTE-04).

    Moved in until the delta is at least ``low`` and out until it is at most ``high``; a strike that
    still stands at ``reject`` or above is refused. Without a delta the ATR strike is taken as it
    is.
    """

    atr: float
    low: float = 0.15
    high: float = 0.25
    reject: float = 0.30

    def find(
        self, at: Place, expiry: Expiry, right: Right, found: Mapping[str, Quote]
    ) -> Quote | Skip:
        """Start at the ATR strike and walk."""
        start = self.start(at, right)
        if isinstance(start, Skip):
            return start
        quote = at.chain.by_strike(expiry, right, start)
        if isinstance(quote, Skip) or isnan(quote.delta):
            return quote
        moved = self._moved(at.chain, expiry, right, quote)
        if isinstance(moved, Skip) or abs(moved.delta) < self.reject:
            return moved
        return Skip((self._too_near(at.root, moved),))

    def start(self, at: Place, right: Right) -> float | Skip:
        """The strike before the clamp: the price and so many ATR outward."""
        spot = at.view.market.spot(at.root)
        atr = at.view.market.day.indicators.get(at.root, {}).get("atr", nan)
        if isinstance(spot, Skip):
            return spot
        if isnan(atr):
            return Skip((Reading("ATR", Stage.DATA, Sense.ABOVE, None, 0.0, "points"),))
        return spot.value + right.sign * self.atr * atr

    def _moved(self, chain: Chain, expiry: Expiry, right: Right, quote: Quote) -> Quote | Skip:
        if abs(quote.delta) < self.low:
            return chain.by_delta(expiry, right, self.low, "at_least")
        if abs(quote.delta) > self.high:
            return chain.by_delta(expiry, right, self.high, "at_most")
        return quote

    def _too_near(self, root: str, quote: Quote) -> Reading:
        return Reading(
            f"delta of the {root} short", Stage.MARKET, Sense.BELOW, abs(quote.delta), self.reject,
            "", "R-0DTE-04",
        )  # fmt: skip

    def __str__(self) -> str:
        return (
            f"{self.atr:g} ATR from the price, moved into {self.low * 100:g} to "
            f"{self.high * 100:g} delta"
        )


@value
class LegPlan:
    """A signed number of a contract still to be found."""

    name: str
    quantity: int
    right: Right
    pick: Pick

    def __str__(self) -> str:
        verb = "buy" if self.quantity > 0 else "sell"
        return f"{verb} {abs(self.quantity)} {self.right.value.lower()}: {self.pick} ({self.name})"


def buy(count: int, right: Right, pick: Pick, name: str) -> LegPlan:
    """Long that many."""
    return LegPlan(name, count, right, pick)


def sell(count: int, right: Right, pick: Pick, name: str) -> LegPlan:
    """Short that many."""
    return LegPlan(name, -count, right, pick)
