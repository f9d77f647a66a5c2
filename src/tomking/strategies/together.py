"""Rules about a campaign as a whole, where no part of it says how the trade stands.

A far option loses while the near one sold against it gains, and the reverse: what the whole has earned
is held against what the far option cost, which stays the same whichever near one is there. Where the
parts were opened together for a credit it is held against that, which stays when one of them is gone.
"""

from collections.abc import Sequence
from math import inf, nan
from typing import ClassVar

from tomking.core.contract import Contract
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.value import value
from tomking.portfolio.book import Position
from tomking.risk.view import View
from tomking.strategies.stay import Measure
from tomking.strategies.worth import Candidate


def earned(position: Position, view: View) -> float:
    """Dollars the position's campaign has earned so far, open and closed, after fees.

    NaN when a leg has no quote.
    """
    campaign = view.book.campaigns.get(position.campaign)
    if campaign is None:
        return nan
    held = [each for each in view.book.of(position.strategy) if each.campaign == position.campaign]
    return float(campaign.flow) + sum(
        sum(view.values[each.row : each.row + len(each.held)]) for each in held
    )


@value
class WholeLossBelow:
    """Keep while the whole campaign has lost less than a share of what this part of it cost."""

    of_premium: float
    rule: str = ""
    sense: ClassVar[Sense] = Sense.BELOW
    twice: ClassVar[bool] = True
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "loss of the whole"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Dollars lost over the campaign against the share."""
        return -earned(position, view), self.of_premium * abs(float(position.opening_premium))

    def __str__(self) -> str:
        return f"the whole has lost less than {self.of_premium:.0%} of what this part of it cost"


@value
class WholeGainBelow:
    """Keep until the whole campaign has earned a share of what this part of it cost."""

    of_premium: float
    rule: str = ""
    sense: ClassVar[Sense] = Sense.BELOW
    twice: ClassVar[bool] = False
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "profit of the whole"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Dollars earned over the campaign against the share."""
        return earned(position, view), self.of_premium * abs(float(position.opening_premium))

    def __str__(self) -> str:
        return f"the whole has earned less than {self.of_premium:.0%} of what this part of it cost"


@value
class WholeProfitBelow:
    """Keep until the whole campaign has earned a share of the net credit it was opened for.

    A campaign that was opened for none has no share of it: it is kept.
    """

    of_credit: float
    rule: str = ""
    sense: ClassVar[Sense] = Sense.BELOW
    twice: ClassVar[bool] = False
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "profit of the whole"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Dollars earned over the campaign against the share."""
        campaign = view.book.campaigns.get(position.campaign)
        credit = nan if campaign is None else float(campaign.opening_premium)
        return earned(position, view) if credit > 0.0 else nan, self.of_credit * credit

    def __str__(self) -> str:
        return f"the whole has earned less than {self.of_credit:.0%} of its net credit"


@value
class NoneOutlives:
    """No option sold ends after the last long option of its right that the campaign then holds."""

    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        structure = candidate.structure
        opened = [(leg.contract, leg.quantity) for leg in structure.legs if leg.opens]
        held = [
            pair
            for position in view.book.of(candidate.strategy)
            if position.campaign == structure.campaign
            for pair in position.held
        ]
        seen = min((_lasts(short, (*opened, *held)) for short, n in opened if n < 0), default=inf)
        name = "days the cover lasts longer"
        return (Reading(name, self.stage, Sense.AT_LEAST, seen, 0, "days", self.rule),)

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds no credit."""
        return -inf

    def __str__(self) -> str:
        return "nothing sold outlives the option held against it"


def _lasts(short: Contract, held: Sequence[tuple[Contract, int]]) -> float:
    """Days from the end of a short to that of the last long of its right; minus infinity without one."""
    ends = [long.expiry for long, n in held if n > 0 and long.right is short.right]
    return float((max(ends) - short.expiry).days) if ends else -inf
