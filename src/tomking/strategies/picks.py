"""Legs still to be found: how many, which right, which strike."""

from collections.abc import Mapping
from datetime import date
from math import isnan, nan
from typing import Protocol

from tomking.core.calendar import DAYS
from tomking.core.contract import Expiry, Right
from tomking.core.errors import ConfigError
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
        """Count from the other leg's strike, outward; a leg that is gone has none."""
        return _strike_from(
            at, expiry, right, found.get(self.leg), right.sign * self.points, self.leg
        )

    def __str__(self) -> str:
        way = "beyond" if self.points >= 0 else "nearer than"
        return f"{abs(self.points):g} points {way} the {self.leg}"


@value
class Above:
    """The listed strike so many points above that of a leg already found, whatever its right."""

    leg: str
    points: float

    def find(
        self, at: Place, expiry: Expiry, right: Right, found: Mapping[str, Quote]
    ) -> Quote | Skip:
        """Count from the other leg's strike, upward; a leg that is gone has none."""
        return _strike_from(at, expiry, right, found.get(self.leg), self.points, self.leg)

    def __str__(self) -> str:
        return f"{self.points:g} points above the strike of the {self.leg}"


@value
class DeltaByWeek:
    """The listed strike of the delta that belongs to the week of the month: days 1 to 7, 8 to 14, ..."""

    targets: tuple[float, ...]
    rule: str = ""

    def find(
        self, at: Place, expiry: Expiry, right: Right, found: Mapping[str, Quote]
    ) -> Quote | Skip:
        """Ask the chain for this week's delta."""
        return at.chain.by_delta(expiry, right, self.target(at.view.session.day))

    def target(self, day: date) -> float:
        """The delta of a date; the last one for every week beyond the list."""
        return self.targets[min((day.day - 1) // 7, len(self.targets) - 1)]

    def __str__(self) -> str:
        return f"{', '.join(f'{x * 100:g}' for x in self.targets)} delta by the week of the month"


@value
class FromPrice:
    """The listed strike so many points above the price (below it when negative)."""

    points: float = 0.0

    def find(
        self, at: Place, expiry: Expiry, right: Right, found: Mapping[str, Quote]
    ) -> Quote | Skip:
        """Count from the price of the root."""
        spot = at.view.market.spot(at.root)
        if isinstance(spot, Skip):
            return spot
        return at.chain.by_strike(expiry, right, spot.value + self.points)

    def __str__(self) -> str:
        if not self.points:
            return "at the price"
        return f"{abs(self.points):g} points {'above' if self.points > 0 else 'below'} the price"


@value
class SameStrike:
    """The strike of a leg already found, in this leg's own expiry."""

    leg: str

    def find(
        self, at: Place, expiry: Expiry, right: Right, found: Mapping[str, Quote]
    ) -> Quote | Skip:
        """Ask for the other leg's strike; a leg that is gone has none."""
        return _strike_from(at, expiry, right, found.get(self.leg), 0.0, self.leg)

    def __str__(self) -> str:
        return f"at the strike of the {self.leg}"


@value
class IntoTheMoney:
    """At the money or a few strikes inside it, by the trend of the daily averages; never outside.

    ``bear`` strikes inside while the 8-day EMA is under the 21-day one, ``extended`` while the price
    stands more than ``stretch`` above the 8-day EMA, and none otherwise: the nearest strike that is
    not out of the money.
    """

    bear: int = 1
    extended: int = 2
    stretch: float = 0.02
    rule: str = ""

    def find(
        self, at: Place, expiry: Expiry, right: Right, found: Mapping[str, Quote]
    ) -> Quote | Skip:
        """Count listed strikes inward from the price."""
        spot = at.view.market.spot(at.root)
        if isinstance(spot, Skip):
            return spot
        price = spot.value
        known = at.view.market.day.indicators.get(at.root, {})
        deep = self.strikes_in(price, known.get("ema8", nan), known.get("ema21", nan))
        if deep is None:
            return _no_averages(self.rule)
        reach = 0.05 * price
        listed = at.chain.strikes(expiry, price - reach, price + reach)
        inward = [k for k in listed.tolist()[:: -right.sign] if right.sign * (price - k) >= 0.0]
        if len(inward) <= deep:
            few = Reading(
                "strikes in the money", Stage.DATA, Sense.ABOVE, len(inward), deep, "", self.rule
            )
            return Skip((few,))
        return at.chain.by_strike(expiry, right, inward[deep])

    def strikes_in(self, price: float, fast: float, slow: float) -> int | None:
        """How many strikes inside the money; ``None`` without the averages.

        >>> rule = IntoTheMoney()
        >>> [rule.strikes_in(100.0, fast, slow) for fast, slow in ((99, 98), (99, 100), (97, 96))]
        [0, 1, 2]
        """
        if isnan(fast) or isnan(slow):
            return None
        if price > fast * (1.0 + self.stretch):
            return self.extended
        return self.bear if fast < slow else 0

    def __str__(self) -> str:
        return (
            f"at the money, {self.bear} strike{'s' if self.bear != 1 else ''} inside it while the "
            f"8-day average is under the 21-day one, {self.extended} while the price is "
            f"{self.stretch:.0%} above the 8-day one"
        )


@value
class ByTrend:
    """A share of the price above it while the daily averages rise, as far below it while they fall.

    They rise while the 8-day EMA is over the 21-day one; where the two are equal the strike is at the
    price.
    """

    share: float
    rule: str = ""

    def find(
        self, at: Place, expiry: Expiry, right: Right, found: Mapping[str, Quote]
    ) -> Quote | Skip:
        """Count from the price of the root."""
        spot = at.view.market.spot(at.root)
        known = at.view.market.day.indicators.get(at.root, {})
        fast, slow = known.get("ema8", nan), known.get("ema21", nan)
        if isinstance(spot, Skip):
            return spot
        if isnan(fast) or isnan(slow):
            return _no_averages(self.rule)
        way = (fast > slow) - (fast < slow)
        return at.chain.by_strike(expiry, right, spot.value * (1.0 + way * self.share))

    def __str__(self) -> str:
        return (
            f"{self.share:.1%} above the price while the 8-day average is over the 21-day one, "
            f"{self.share:.1%} below it while it is under"
        )


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
class Expires:
    """An expiry still to be found: so many days away, or within so many more or less.

    ``on`` is a weekday it is to fall on: the one nearest to ``dte`` days away is looked for, and what
    is listed nearest to that.
    """

    dte: int
    within: int
    on: int | None = None

    def find(self, chain: Chain, today: date) -> Expiry | Skip:
        """Ask the chain."""
        moved = self.moved(today)
        return chain.expiry_near(self.dte + moved, self.within - abs(moved))

    def moved(self, today: date) -> int:
        """Days from ``dte`` to its nearest such weekday, -3 to 3.

        >>> week = Expires(7, 3, 4)
        >>> [week.moved(date(2025, 12, day)) for day in (1, 2, 3, 4, 5)]  # Monday to Friday
        [-3, 3, 2, 1, 0]
        """
        if self.on is None:
            return 0
        return (self.on - (today.weekday() + self.dte) + 3) % 7 - 3

    def __str__(self) -> str:
        day = "" if self.on is None else f" on a {DAYS[self.on]}"
        low, high = self.dte - self.within, self.dte + self.within
        return f"{self.dte} days to expiry{day}, {low} to {high} allowed"


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


#: How many contracts a leg is of.
COUNT = "a whole number from 1 to 100"


def is_count(count: object) -> bool:
    """Whether a leg may be of so many contracts.

    >>> [is_count(count) for count in (1, 100, 0, -1, 101, 1.5, True)]
    [True, True, False, False, False, False, False]
    """
    return isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= 100


def buy(count: int, right: Right, pick: Pick, name: str) -> LegPlan:
    """Long that many.

    Raises
    ------
    ConfigError
        If it is no number of contracts.
    """
    return LegPlan(name, _counted("buy", count), right, pick)


def sell(count: int, right: Right, pick: Pick, name: str) -> LegPlan:
    """Short that many.

    Raises
    ------
    ConfigError
        If it is no number of contracts.
    """
    return LegPlan(name, -_counted("sell", count), right, pick)


def _counted(verb: str, count: int) -> int:
    if not is_count(count):
        raise ConfigError(f"{verb}({count!r}, ...): the number of contracts must be {COUNT}")
    return count


def _strike_from(
    at: Place, expiry: Expiry, right: Right, leg: Quote | None, points: float, name: str
) -> Quote | Skip:
    """The listed strike so many points from that of a leg; one that is gone has none."""
    if leg is None:
        return Skip((Reading(f"the {name}", Stage.DATA, Sense.IS, "gone", "held"),))
    return at.chain.by_strike(expiry, right, float(leg.contract.strike or 0) + points)


def _no_averages(rule: str) -> Skip:
    return Skip(
        (Reading("EMA of 8 and 21 days", Stage.DATA, Sense.ABOVE, None, 0.0, "points", rule),)
    )
