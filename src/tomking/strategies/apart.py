"""Worth rules of what else is held: apart from other structures, and fitting a campaign's own."""

from collections.abc import Sequence
from math import inf, nan
from typing import ClassVar

from tomking.core.calendar import dte
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.value import value
from tomking.risk.view import View
from tomking.strategies.stay import inside
from tomking.strategies.trend import known
from tomking.strategies.worth import Candidate


@value
class NoneOnExpiry:
    """The strategy holds nothing, and is opening nothing, that expires on the same day."""

    rule: str = ""
    stage: ClassVar[Stage] = Stage.CORRELATION

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        day, name = candidate.structure.expiry, candidate.strategy
        held = sum(
            any(contract.expiry == day for contract in position.expiry_legs)
            for position in view.book.of(name)
        )
        coming = sum(
            any(leg.opens and leg.contract.expiry == day for leg in working.order.legs)
            for working in view.book.adding()
            if working.order.strategy == name
        )
        said = f"{name} on the same expiry"
        return (Reading(said, self.stage, Sense.AT_MOST, held + coming, 0, "positions", self.rule),)

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds no credit."""
        return -inf

    def __str__(self) -> str:
        return "it holds nothing else of that expiry"


@value
class NoneOpenedWithin:
    """The strategy holds nothing that was opened on the day or on one of so many days before it."""

    days: int
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        today, name = view.session.day, candidate.strategy
        opened = [position.opened.date() for position in view.book.of(name)]
        opened += [
            working.since.date()
            for working in view.book.opening()
            if working.order.strategy == name
        ]
        new = sum(dte(today, day) <= self.days for day in opened)
        said = f"{name} opened within {self.days} days"
        return (Reading(said, self.stage, Sense.AT_MOST, new, 0, "positions", self.rule),)

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds no credit."""
        return -inf

    def __str__(self) -> str:
        return f"it holds nothing that was opened within {self.days} days"


@value
class HeldAtLeast:
    """What it is sold against has been held for so many days: at entry nothing has."""

    days: int
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        campaign = view.book.campaigns.get(candidate.structure.campaign)
        held = None if campaign is None else dte(view.session.day, campaign.opened.date())
        return (
            Reading("days held", self.stage, Sense.AT_LEAST, held, self.days, "days", self.rule),
        )

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds no credit."""
        return -inf

    def __str__(self) -> str:
        return f"the rest has been held for {self.days} days"


@value
class SoldInside:
    """Every option that is sold is in the money as it is sold."""

    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        legs = candidate.structure.legs
        sold = [inside(leg.contract, view) for leg in legs if leg.opens and leg.quantity < 0]
        least = known(min(sold, default=nan))
        name = "what is sold, in the money"
        return (Reading(name, self.stage, Sense.ABOVE, least, 0.0, "share", self.rule),)

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds no credit."""
        return -inf

    def __str__(self) -> str:
        return "what is sold is in the money"


@value
class NotOutliving:
    """What is sold again ends no later than the last of what its campaign holds."""

    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        mine = candidate.structure.campaign
        ends = [
            contract.expiry
            for position in view.book.of(candidate.strategy)
            if position.campaign == mine
            for contract in position.expiry_legs
        ]
        last = max(leg.contract.expiry for leg in candidate.structure.legs)
        beyond = dte(last, max(ends)) if ends else None
        return (
            Reading(
                "days beyond what is held", self.stage, Sense.AT_MOST, beyond, 0, "days", self.rule
            ),
        )

    def least(self, readings: Sequence[Reading], /) -> float:
        """It bounds no credit."""
        return -inf

    def __str__(self) -> str:
        return "it ends no later than what is held beside it"
