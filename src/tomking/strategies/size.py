"""How many units a plan itself takes at most; risk and margin may allow fewer, never more.

Shares of net liq are of what the stage lets trade of it (``View.capital``).
"""

from math import inf
from typing import Protocol, runtime_checkable

from tomking.core.product import product
from tomking.core.value import value
from tomking.risk.view import View
from tomking.strategies.worth import Candidate


class SizeRule(Protocol):
    """A number of units, not rounded; infinite when the rule has nothing to say."""

    def __call__(self, view: View, candidate: Candidate, /) -> float:
        """The most units now."""
        ...


@runtime_checkable
class Rationing(Protocol):
    """A rule of what is taken that has room for so many units: it bounds the size as well."""

    def units(self, view: View, candidate: Candidate, /) -> float:
        """The most units it still holds at; infinite when it has nothing to say."""
        ...


@value
class VixScaled:
    """So many units at a level of VIX, in proportion to it, and never more than a multiple."""

    base: float
    at: float = 20.0
    cap: float = 2.0
    rule: str = ""

    def __call__(self, view: View, candidate: Candidate, /) -> float:
        """27.3: a base of 2 gives 1.5 at VIX 15 and 4 from VIX 40 on."""
        return self.base * min(view.market.vix.value / self.at, self.cap)

    def __str__(self) -> str:
        return (
            f"{self.base:g} units at VIX {self.at:g}, in proportion to VIX, "
            f"at most {self.cap:g} times that"
        )


@value
class VixSteps:
    """So many units, and a multiple above a level of VIX; what VIX must be at least is an entry rule."""

    units: float
    above: float
    times: float = 2.0
    rule: str = ""

    def __call__(self, view: View, candidate: Candidate, /) -> float:
        """Units on either side of the level."""
        return self.units * (self.times if view.market.vix.value > self.above else 1.0)

    def __str__(self) -> str:
        unit = "unit" if self.units == 1.0 else "units"
        return f"{self.units:g} {unit}, {self.units * self.times:g} above VIX {self.above:g}"


@value
class DebitBudget:
    """What may be paid: a share of net liq in proportion to VIX, never more than a sum of pounds.

    A unit is counted at the far side of every quote, which is the most it may come to. One may still be
    bought when that is no more than ``one_share`` of net liq.
    """

    share: float
    at: float
    most_gbp: float
    one_share: float
    rule: str = ""

    def __call__(self, view: View, candidate: Candidate, /) -> float:
        """Units that the budget buys (27.13)."""
        cost = dearest(candidate)
        if cost <= 0.0:
            return inf
        budget = debit_budget(self, view.capital, view.market.vix.value, view.limits.usd_per_gbp)
        one = 1.0 if cost <= self.one_share * view.capital else 0.0
        return max(budget / cost, one)

    def __str__(self) -> str:
        return (
            f"what {self.share:.1%} of net liq buys at VIX {self.at:g}, in proportion to VIX, for "
            f"£{self.most_gbp:g} at most; one if it costs at most {self.one_share:.2%} of net liq"
        )


@value
class RiskBudget:
    """What may be lost at the worst, as a share of net liq."""

    share: float
    rule: str = ""

    def __call__(self, view: View, candidate: Candidate, /) -> float:
        """Units whose greatest loss fits the budget; none when nothing bounds it."""
        return _of_budget(self.share * view.capital, candidate)

    def __str__(self) -> str:
        return f"what can lose {100.0 * self.share:g}% of net liq at the worst"


@value
class RiskAtMost:
    """What may be lost at the worst, in dollars."""

    usd: float
    rule: str = ""

    def __call__(self, view: View, candidate: Candidate, /) -> float:
        """Units whose greatest loss fits; none when nothing bounds it."""
        return _of_budget(self.usd, candidate)

    def __str__(self) -> str:
        return f"what can lose ${self.usd:g} at the worst"


def _of_budget(dollars: float, candidate: Candidate) -> float:
    structure = candidate.structure
    loss = structure.max_loss * product(structure.root).multiplier
    return dollars / loss if loss > 0.0 else inf


@value
class UnitsAtMost:
    """So many units and no more."""

    most: float
    rule: str = ""

    def __call__(self, view: View, candidate: Candidate, /) -> float:
        """The figure itself."""
        return self.most

    def __str__(self) -> str:
        return f"{self.most:g} units"


def dearest(candidate: Candidate) -> float:
    """Dollars a unit costs at the far side of every quote; a credit is a negative one."""
    return product(candidate.structure.root).multiplier * sum(
        leg.quantity * (quote.ask if leg.quantity > 0 else quote.bid)
        for leg, quote in candidate.pairs
    )


def debit_budget(rule: DebitBudget, capital: float, vix: float, usd_per_gbp: float) -> float:
    """Dollars that a budget allows of what may be traded, at a level of VIX.

    >>> rule = DebitBudget(share=0.003, at=15.0, most_gbp=500.0, one_share=0.0075)
    >>> [round(debit_budget(rule, 60_000, vix, 1.0), 2) for vix in (12, 15, 20, 30)]
    [144.0, 180.0, 240.0, 360.0]
    """
    return min(rule.share * capital * vix / rule.at, rule.most_gbp * usd_per_gbp)
