"""The view: the market, the book, its marks, the standing and the limits, at one instant."""

from dataclasses import replace

from tomking.core.calendar import Session
from tomking.core.value import value
from tomking.market.snapshot import Marks, Snapshot
from tomking.portfolio import marks as worth
from tomking.portfolio.book import Book, Position
from tomking.portfolio.fees import FeeSchedule
from tomking.risk.limits import Limits, at_level
from tomking.risk.standing import Standing


@value
class View:
    """All that a rule or a gate may look at. ``values`` are the book's legs in dollars."""

    market: Snapshot
    book: Book
    marks: Marks
    values: list[float]
    standing: Standing
    limits: Limits
    fees: FeeSchedule
    net_liq: float

    @property
    def session(self) -> Session:
        """Today's session."""
        return self.market.day.session

    @property
    def stage(self) -> int:
        """The deployment stage: the configured one, or the one on record if that is lower."""
        return min(self.limits.stage, self.standing.stage)

    @property
    def capital(self) -> float:
        """What shares of the account are taken of: net liq, or what the stage lets trade (R-STG-02)."""
        return capital_of(self.net_liq, self.stage, self.limits)

    def without(self, *orders: str) -> "View":
        """The same view as if working orders were gone: what comes in their place is judged by it."""
        working = {name: there for name, there in self.book.working.items() if name not in orders}
        return replace(self, book=replace(self.book, working=working))

    def profit(self, position: Position) -> float:
        """Open profit of a position at mid, in dollars; NaN when a leg has no quote."""
        return worth.profit(position, self.values)


def capital_of(net_liq: float, stage: int, limits: Limits) -> float:
    """Dollars that a deployment stage lets trade of a net liq (R-STG-02)."""
    pounds = at_level(limits.stage_capital_gbp, stage, 0.0)
    return min(net_liq, pounds * limits.usd_per_gbp)


def view_of(
    market: Snapshot, book: Book, standing: Standing, limits: Limits, fees: FeeSchedule
) -> View:
    """Mark the book once and put the six things side by side."""
    marks = market.marks(book.legs)
    values = worth.values(book.legs, marks)
    return View(market, book, marks, values, standing, limits, fees, worth.net_liq(book, values))
