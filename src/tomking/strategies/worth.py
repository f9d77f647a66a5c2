"""Rules about what a structure comes to: whether it is worth taking at the prices it has now.

A rule answers with one reading or several (one a side); ``least`` is the least net credit per unit that
still meets it, below which the desk does not walk.
"""

from collections.abc import Sequence
from math import inf, isnan, nan
from typing import ClassVar, Protocol

from tomking.core.contract import Right
from tomking.core.order import Leg, Structure
from tomking.core.product import product
from tomking.core.reading import Reading, Sense, Skip, Stage
from tomking.core.value import value
from tomking.market.snapshot import Quote
from tomking.portfolio.fees import round_trip_usd
from tomking.risk.view import View

Side = tuple[tuple[Leg, Quote], ...]
#: What binary fractions may be off at the edge of a window.
TINY = 1e-12


@value
class Candidate:
    """A structure and the quote of each of its legs; ``strategy`` is whose it is."""

    structure: Structure
    quotes: tuple[Quote, ...]
    strategy: str

    @property
    def pairs(self) -> Side:
        """Every leg with its quote."""
        return tuple(zip(self.structure.legs, self.quotes, strict=True))

    @property
    def sides(self) -> tuple[Side, ...]:
        """The put legs and the call legs, each with its quotes; empty sides left out."""
        rights = dict.fromkeys(leg.contract.right for leg in self.structure.legs)
        return tuple(
            tuple(p for p in self.pairs if p[0].contract.right is right) for right in rights
        )


class WorthRule(Protocol):
    """True while a structure is worth taking."""

    stage: ClassVar[Stage]

    @property
    def rule(self) -> str:
        """The id of the sentence of the plan it stands for."""
        ...

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        """What it measures."""
        ...

    def least(self, readings: Sequence[Reading], /) -> float:
        """The least net credit in points that meets its readings; no bound is minus infinity."""
        ...


def bounds(readings: Sequence[Reading]) -> list[float]:
    """The bounds of readings that are figures."""
    return [float(seen.bound) for seen in readings if not isinstance(seen.bound, str)]


@value
class CreditAtLeast:
    """The net credit of a unit at mid, in points; a debit is a negative one."""

    points: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.DATA

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        seen = candidate.structure.credit
        return (
            Reading(
                "net credit", self.stage, Sense.AT_LEAST, seen, self.points, "points", self.rule
            ),
        )

    def least(self, readings: Sequence[Reading], /) -> float:
        """The floor itself."""
        return max(bounds(readings))

    def __str__(self) -> str:
        return f"the net credit is at least {self.points:g} points"


@value
class DebitAtMost:
    """What a unit costs at mid, in points."""

    points: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.DATA

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        seen = -candidate.structure.credit
        return (
            Reading("debit", self.stage, Sense.AT_MOST, seen, self.points, "points", self.rule),
        )

    def least(self, readings: Sequence[Reading], /) -> float:
        """No less than the debit that is allowed."""
        return -min(bounds(readings))

    def __str__(self) -> str:
        return f"the debit is at most {self.points:g} points"


@value
class CreditOverCosts:
    """Each side's credit against so many times what getting in and out of it costs."""

    times: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.DATA

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        return tuple(self._side(view, side) for side in candidate.sides)

    def _side(self, view: View, side: Side) -> Reading:
        root = side[0][0].contract.root
        credit = -sum(leg.quantity * quote.mid for leg, quote in side)
        spread = sum(abs(leg.quantity) * quote.width for leg, quote in side)
        count = sum(abs(leg.quantity) for leg, _ in side)
        fees = float(round_trip_usd(root, count, view.session.day, view.fees))
        costs = fees / product(root).multiplier + spread
        which = str(side[0][0].contract.right or "").lower()
        return Reading(
            f"credit of the {which} side", self.stage, Sense.AT_LEAST, credit, self.times * costs,
            "points", self.rule,
        )  # fmt: skip

    def least(self, readings: Sequence[Reading], /) -> float:
        """What the sides need together."""
        return sum(bounds(readings))

    def __str__(self) -> str:
        return f"the credit of each side is at least {self.times:g} times the cost of getting in and out"


@value
class CreditOverWidth:
    """The net credit as a share of the wider wing."""

    share: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.DATA

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        width = max((width_of(side) for side in candidate.sides), default=0.0)
        return (
            Reading(
                "net credit", self.stage, Sense.AT_LEAST, candidate.structure.credit,
                self.share * width, "points", self.rule,
            ),
        )  # fmt: skip

    def least(self, readings: Sequence[Reading], /) -> float:
        """The floor itself."""
        return max(bounds(readings))

    def __str__(self) -> str:
        return f"the net credit is at least {self.share:.0%} of the wider wing"


def width_of(side: Side) -> float:
    """Points between the outer strikes of a side."""
    strikes = [float(leg.contract.strike or 0) for leg, _ in side]
    return max(strikes) - min(strikes)


@value
class RewardAtLeast:
    """The most a structure can earn as a multiple of the most it can lose, at expiry."""

    times: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.DATA

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        most, worst = best_of(candidate.structure), candidate.structure.max_loss
        seen = most / worst if 0.0 < worst < inf else None
        return (
            Reading(
                "reward to risk", self.stage, Sense.AT_LEAST, seen, self.times, "to 1", self.rule
            ),
        )

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds no credit that is known before it trades."""
        return -inf

    def __str__(self) -> str:
        return f"it can earn at least {self.times:g} times what it can lose"


def best_of(structure: Structure) -> float:
    """The most the legs can earn at expiry at a strike or beyond the last of them, points per unit."""
    options = [
        (leg.quantity, leg.contract.right.sign, float(leg.contract.strike))
        for leg in structure.legs
        if leg.contract.right and leg.contract.strike
    ]
    ends = [0.0, *(strike for _, _, strike in options), 2.0 * max(k for _, _, k in options)]
    worth = (sum(n * max(sign * (end - k), 0.0) for n, sign, k in options) for end in ends)
    return structure.credit + max(worth)


@value
class ExtrinsicAtMost:
    """What a leg costs beyond its intrinsic value, as a share of its strike."""

    tranche: str
    share: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.DATA

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        pair = next((p for p in candidate.pairs if p[0].tranche == self.tranche), None)
        return (
            Reading(
                f"extrinsic value of the {self.tranche}", self.stage, Sense.AT_MOST,
                None if pair is None else extrinsic_share(view, pair[1]), self.share,
                "of the strike", self.rule,
            ),
        )  # fmt: skip

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds one leg, not the whole."""
        return -inf

    def __str__(self) -> str:
        return (
            f"the extrinsic value of the {self.tranche} is at most {self.share:.0%} of its strike"
        )


def extrinsic_share(view: View, quote: Quote) -> float | None:
    """Mid less intrinsic value, over the strike; ``None`` without a price of the underlying."""
    spot = view.market.underlying(quote.contract)
    right, strike = quote.contract.right, quote.contract.strike
    if isinstance(spot, Skip) or right is None or not strike:
        return None
    inside = max(right.sign * (spot.value - float(strike)), 0.0)
    return (quote.mid - inside) / float(strike)


@value
class CallsAbove:
    """Every call sold stands above every call bought or held: assignment then never loses width.

    Without one that is bought or held it stands above nothing.
    """

    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        calls = [
            (float(leg.contract.strike or 0), leg.quantity)
            for leg, _ in candidate.pairs
            if leg.contract.right is Right.CALL and leg.opens
        ]
        sold = [strike for strike, quantity in calls if quantity < 0]
        bought = [strike for strike, quantity in calls if quantity > 0]
        bought += long_calls(view, candidate.structure.campaign)
        seen = min(sold) - max(bought, default=inf) if sold else inf
        return (
            Reading(
                "points between the calls", self.stage, Sense.ABOVE, seen, 0.0, "points", self.rule
            ),
        )

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds no credit."""
        return -inf

    def __str__(self) -> str:
        return "the call sold stands above the call bought"


def long_calls(view: View, campaign: str) -> list[float]:
    """Strikes of the long calls a campaign holds."""
    return [
        float(contract.strike or 0)
        for position in view.book.positions.values()
        if position.campaign == campaign
        for contract, quantity in position.held
        if quantity > 0 and contract.right is Right.CALL
    ]


@value
class CostAtMost:
    """What is paid for a leg, and for those of the strategy already held, as shares of net liq.

    Of as much of it as the stage lets trade (``View.capital``).
    """

    tranche: str
    each: float
    together: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARGIN

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        cost, held = self.dollars(view, candidate)
        whole = view.capital
        return (
            self._reading(
                f"cost of the {self.tranche}", cost / whole if whole > 0 else None, self.each
            ),
            self._reading(
                f"cost of every {self.tranche}",
                (held + cost) / whole if whole > 0 else None,
                self.together,
            ),
        )

    def _reading(self, name: str, seen: float | None, bound: float) -> Reading:
        return Reading(name, self.stage, Sense.AT_MOST, seen, bound, "of net liq", self.rule)

    def dollars(self, view: View, candidate: Candidate) -> tuple[float, float]:
        """What one unit costs at mid, and what was paid for those the strategy holds."""
        what, mine = product(candidate.structure.root).multiplier, self.tranche
        cost = sum(leg.quantity * q.mid * what for leg, q in candidate.pairs if leg.tranche == mine)
        held = (p.opening_premium for p in view.book.of(candidate.strategy) if p.tranche == mine)
        return cost, -float(sum(held))

    def units(self, view: View, candidate: Candidate, /) -> float:
        """How many units both shares have room for: the shares are of all that is bought."""
        cost, held = self.dollars(view, candidate)
        room = min(self.each * view.capital, self.together * view.capital - held)
        return max(room / cost, 0.0) if cost > 0.0 else inf

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds one leg, not the whole."""
        return -inf

    def __str__(self) -> str:
        return (
            f"the {self.tranche} costs at most {self.each:.0%} of net liq, and all of them "
            f"{self.together:.0%}"
        )


@value
class DeltaFrom:
    """The absolute delta of the first leg opened of a tranche is in a window, its edges included."""

    tranche: str
    low: float
    high: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        mine = [(leg, q) for leg, q in candidate.pairs if leg.opens and leg.tranche == self.tranche]
        found = [quote.delta for _, quote in mine]
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        away = abs(abs(found[0]) - middle) if found else nan
        return (
            Reading(
                f"delta of the {self.tranche} away from {middle:g}", self.stage, Sense.AT_MOST,
                None if isnan(away) else away, half + TINY, "", self.rule,
            ),
        )  # fmt: skip

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds no credit."""
        return -inf

    def __str__(self) -> str:
        return f"the delta of the {self.tranche} is from {self.low:g} to {self.high:g}"
