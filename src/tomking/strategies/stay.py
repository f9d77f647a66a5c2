"""Stay rules: true while a position is kept; the first that no longer holds is the exit.

A rule measures two floats and the engine compares; words are made when the answer changes or
somebody asks. Fractions are of the *absolute* premium a position was opened for: a fraction of a debit
is not a negative target. A side that is bought back leaves its part in that: what it cost stays in the
loss, so what it brought stays in the bound.
"""

from math import inf, nan
from typing import ClassVar, Protocol

from tomking.core.calendar import Moment, dte
from tomking.core.contract import Contract
from tomking.core.figures import change
from tomking.core.product import product
from tomking.core.reading import Reading, Sense, Skip, Stage, holds
from tomking.core.value import value
from tomking.market.snapshot import DELTA
from tomking.portfolio.book import Position
from tomking.risk.view import View

Measure = tuple[float, float]


class StayRule(Protocol):
    """True while the position is kept.

    ``twice`` rules need two fresh observations in a row, and none counts in the session's first ten
    minutes; ``clock`` rules act at once; the rest wait until 20 minutes after the open.
    """

    sense: ClassVar[Sense]
    twice: ClassVar[bool]
    clock: ClassVar[bool]
    name: ClassVar[str]

    @property
    def rule(self) -> str:
        """The id of the sentence of the plan, or of the common management, it stands for."""
        ...

    def measure(self, position: Position, view: View, /) -> Measure:
        """What is seen, and the bound it is held against; NaN when it cannot be seen."""
        ...


def kept(rule: StayRule, position: Position, view: View) -> bool:
    """Whether a rule still holds; what cannot be measured takes nobody out."""
    seen, bound = rule.measure(position, view)
    return seen != seen or bound != bound or holds(rule.sense, seen, bound)


def reading(rule: StayRule, position: Position, view: View) -> Reading:
    """A rule's measurement in words."""
    seen, bound = rule.measure(position, view)
    return Reading(
        rule.name, Stage.MARKET, rule.sense, None if seen != seen else seen, bound, "", rule.rule
    )


@value
class ProfitBelow:
    """Keep until so much of the premium is earned; rests at the venue as a limit order (R-MAN-01)."""

    of_premium: float
    rule: str = "R-MAN-01"
    sense: ClassVar[Sense] = Sense.BELOW
    twice: ClassVar[bool] = False
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "profit"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Open profit against its share of the premium, in dollars."""
        return view.profit(position), self.of_premium * abs(float(position.opening_premium))

    def __str__(self) -> str:
        return f"profit is below {self.of_premium:.0%} of the premium"


@value
class LossBelow:
    """Keep while the loss is less than so many times the premium (R-MAN-02)."""

    of_premium: float
    rule: str = "R-MAN-02"
    sense: ClassVar[Sense] = Sense.BELOW
    twice: ClassVar[bool] = True
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "loss"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Open loss against its multiple of the premium, in dollars."""
        return -view.profit(position), self.of_premium * abs(float(position.opening_premium))

    def __str__(self) -> str:
        return f"the loss is below {self.of_premium:g} times the premium"


@value
class LossBelowNetLiq:
    """Keep while the loss is less than a share of net liq (R-MAN-03)."""

    share: float
    rule: str = "R-MAN-03"
    sense: ClassVar[Sense] = Sense.BELOW
    twice: ClassVar[bool] = True
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "loss against net liq"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Open loss against its share of net liq, in dollars."""
        return -view.profit(position), self.share * view.net_liq

    def __str__(self) -> str:
        return f"the loss is below {100.0 * self.share:g}% of net liq"


@value
class ShortDeltaBelow:
    """Keep while no short option's delta has grown to this (R-MAN-04)."""

    delta: float
    rule: str = "R-MAN-04"
    sense: ClassVar[Sense] = Sense.BELOW
    twice: ClassVar[bool] = True
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "delta of the shorts"

    def measure(self, position: Position, view: View, /) -> Measure:
        """The largest absolute delta known among short options; NaN when none is known."""
        deltas = view.marks.table[DELTA]
        shorts = [
            abs(float(deltas[position.row + row]))
            for row, (contract, quantity) in enumerate(position.held)
            if quantity < 0 and contract.is_option
        ]
        known = [delta for delta in shorts if delta == delta]
        return max(known, default=nan if shorts else 0.0), self.delta

    def __str__(self) -> str:
        return f"no short delta has reached {self.delta:g}"


@value
class DteAbove:
    """Keep while more than so many calendar days are left (R-MAN-05)."""

    days: int
    rule: str = "R-MAN-05"
    sense: ClassVar[Sense] = Sense.ABOVE
    twice: ClassVar[bool] = False
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "days to expiry"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Calendar days to the nearest expiry among the options held."""
        return float(days_left(position, view)), float(self.days)

    def __str__(self) -> str:
        return f"more than {self.days} days are left"


@value
class Before:
    """Keep until a time of the session."""

    moment: Moment
    rule: str = ""
    sense: ClassVar[Sense] = Sense.BELOW
    twice: ClassVar[bool] = False
    clock: ClassVar[bool] = True
    name: ClassVar[str] = "minutes since the open"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Minutes since the open against the moment."""
        return view.market.minute, float(self.moment.minute(view.session.minutes))

    def __str__(self) -> str:
        return f"it is before {self.moment}"


@value
class WinningFrom:
    """From a time of the session on, keep only what is not losing."""

    moment: Moment
    rule: str = ""
    sense: ClassVar[Sense] = Sense.AT_LEAST
    twice: ClassVar[bool] = False
    clock: ClassVar[bool] = True
    name: ClassVar[str] = "profit late in the day"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Open profit against nought, from the moment on; before it always kept."""
        late = view.market.minute >= self.moment.minute(view.session.minutes)
        return view.profit(position) if late else inf, 0.0

    def __str__(self) -> str:
        return f"it is before {self.moment}, or the position is not losing"


@value
class MoveBelow:
    """Keep unless the market has moved this far since the last close."""

    share: float
    rule: str = ""
    sense: ClassVar[Sense] = Sense.BELOW
    twice: ClassVar[bool] = False
    clock: ClassVar[bool] = True
    name: ClassVar[str] = "move since the last close"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Absolute return since the last close."""
        spot = view.market.spot(position.root)
        before = view.market.day.previous_close.get(position.root)
        if isinstance(spot, Skip) or not before:
            return float("nan"), self.share
        return abs(change(spot.value, before)), self.share

    def __str__(self) -> str:
        return f"the market has moved less than {self.share:.0%} since the last close"


@value
class VixAtMostHeld:
    """Keep while VIX is not above a level."""

    points: float
    rule: str = ""
    sense: ClassVar[Sense] = Sense.AT_MOST
    twice: ClassVar[bool] = True
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "VIX"

    def measure(self, position: Position, view: View, /) -> Measure:
        """VIX now against the level."""
        return view.market.vix.value, self.points

    def __str__(self) -> str:
        return f"VIX is at most {self.points:g}"


@value
class UntilOnLastDay:
    """On the day of its expiry keep only until a time of the session."""

    moment: Moment
    rule: str = ""
    sense: ClassVar[Sense] = Sense.BELOW
    twice: ClassVar[bool] = False
    clock: ClassVar[bool] = True
    name: ClassVar[str] = "minutes since the open of the last day"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Minutes since the open against the moment, on the last day; before it always kept."""
        bound = float(self.moment.minute(view.session.minutes))
        return (view.market.minute if days_left(position, view) <= 0 else -inf), bound

    def __str__(self) -> str:
        return f"it does not expire that day, or it is before {self.moment}"


@value
class NotDeepLate:
    """Keep while no short is further in the money than a share when so many days or fewer are left."""

    share: float
    days: int
    rule: str = ""
    sense: ClassVar[Sense] = Sense.AT_MOST
    twice: ClassVar[bool] = True
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "share in the money"

    def measure(self, position: Position, view: View, /) -> Measure:
        """How far the worst short is in the money over the price; minus infinity with more days left."""
        if days_left(position, view) > self.days:
            return -inf, self.share
        shorts = [contract for contract, quantity in position.held if quantity < 0]
        return max((inside(contract, view) for contract in shorts), default=-inf), self.share

    def __str__(self) -> str:
        return f"no short is more than {self.share:.0%} in the money with {self.days} days or fewer left"


@value
class ExtrinsicAbove:
    """Keep while what a short is worth beyond its intrinsic value is above a share of its premium."""

    of_premium: float
    rule: str = ""
    sense: ClassVar[Sense] = Sense.ABOVE
    twice: ClassVar[bool] = False
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "extrinsic value left"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Extrinsic dollars of what is held against a share of the premium."""
        left = abs(sum(view.values[position.row : position.row + len(position.held)]))
        intrinsic = sum(
            abs(quantity) * max(inside(contract, view), 0.0) * price_of(contract, view)
            * product(contract.root).multiplier
            for contract, quantity in position.held
            if contract.is_option
        )  # fmt: skip
        return left - intrinsic, self.of_premium * abs(float(position.opening_premium))

    def __str__(self) -> str:
        return f"more than {self.of_premium:.0%} of the premium is extrinsic value still"


def days_left(position: Position, view: View) -> int:
    """Calendar days to the nearest expiry among the options held; none left with no option."""
    today = view.session.day
    return min((dte(contract.expiry, today) for contract in position.expiry_legs), default=0)


def price_of(contract: Contract, view: View) -> float:
    """The price of what an option is written on; NaN without one."""
    spot = view.market.underlying(contract)
    return nan if isinstance(spot, Skip) else spot.value


def inside(contract: Contract, view: View) -> float:
    """How far an option is in the money (+) or out of it (-), as a share of the price."""
    if contract.right is None or not contract.strike:
        return nan
    price = price_of(contract, view)
    return contract.right.sign * (price - float(contract.strike)) / price
