"""Stay rules about what comes before the end of an option: a dividend, a width that has to shrink."""

from math import inf, nan
from typing import ClassVar

from tomking.core.contract import Contract, Right
from tomking.core.reading import Sense
from tomking.core.value import value
from tomking.market.sessions import next_session
from tomking.market.snapshot import MID
from tomking.portfolio.book import Position
from tomking.risk.view import View
from tomking.strategies.stay import Measure, days_left, inside, price_of


@value
class ExtrinsicAboveDividend:
    """Keep while a short call in the money is worth more beyond its intrinsic value than the dividend.

    Asked on the eve of an ex-date alone: then its holder would exercise it (Hull, chapter 15), and we
    would owe shares and the dividend with them.
    """

    rule: str = ""
    sense: ClassVar[Sense] = Sense.ABOVE
    twice: ClassVar[bool] = True
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "extrinsic value above the dividend"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Points by which the least extrinsic value exceeds the dividend, against nought."""
        paid = self.dividend(position, view)
        mids: list[float] = view.marks.table[MID].tolist()
        left = [
            beyond(contract, mids[position.row + row], view) - paid
            for row, (contract, quantity) in enumerate(position.held)
            if quantity < 0 and contract.right is Right.CALL and inside(contract, view) > 0.0
        ]
        return (min(left, default=inf) if paid else inf), 0.0

    def dividend(self, position: Position, view: View) -> float:
        """Dollars a share of which tomorrow's session is the ex-date; nought when there are none."""
        eve = next_session(view.session.day).day
        known = view.market.day.dividends.get(position.root, ())
        return float(sum(each.amount for each in known if each.ex_date == eve))

    def __str__(self) -> str:
        return (
            "no short call in the money is worth less beyond its intrinsic value than a dividend "
            "whose ex-date is the next session"
        )


@value
class WidthAtMostFrom:
    """From so many days to expiry on keep only what is so narrow, between its outer strikes."""

    points: float
    days: int
    rule: str = ""
    sense: ClassVar[Sense] = Sense.AT_MOST
    twice: ClassVar[bool] = False
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "width"

    def measure(self, position: Position, view: View, /) -> Measure:
        """Points between the outer strikes with so many days left or fewer; before that nought."""
        strikes = [float(contract.strike or nan) for contract in position.expiry_legs]
        late = bool(strikes) and days_left(position, view) <= self.days
        return (max(strikes) - min(strikes) if late else 0.0), self.points

    def __str__(self) -> str:
        return f"more than {self.days} days are left, or it is at most {self.points:g} points wide"


@value
class InTheMoney:
    """Keep while every option that was sold is in the money."""

    rule: str = ""
    sense: ClassVar[Sense] = Sense.ABOVE
    twice: ClassVar[bool] = True
    clock: ClassVar[bool] = False
    name: ClassVar[str] = "share in the money"

    def measure(self, position: Position, view: View, /) -> Measure:
        """How far the least of the shorts is in the money over the price, against nought."""
        shorts = [contract for contract, quantity in position.held if quantity < 0]
        return min((inside(contract, view) for contract in shorts), default=inf), 0.0

    def __str__(self) -> str:
        return "what was sold is in the money"


def beyond(contract: Contract, price: float, view: View) -> float:
    """Points an option is worth beyond its intrinsic value; NaN without a price of either."""
    return price - max(inside(contract, view) * price_of(contract, view), 0.0)
