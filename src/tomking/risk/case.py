"""The case: one order before the gates, with everything measured once that several gates ask for."""

import numpy as np

from tomking.core.order import Order
from tomking.core.product import Product, product
from tomking.core.value import value
from tomking.core.venue import BAND_POINTS_MIN, BAND_SHARE
from tomking.market.snapshot import MID, Legs, Marks, Shock
from tomking.portfolio import marks as worth
from tomking.portfolio.columns import columns_of
from tomking.portfolio.preview import Preview
from tomking.risk.caps import Allowance, allowance, caps
from tomking.risk.view import View

ONE_PERCENT_UP, ONE_PERCENT_DOWN = Shock(spot=0.01), Shock(spot=-0.01)

#: The harsher end of AUG5_LOW (rulebook 0.6, 21.3): spot -7.3 %, volatility by term, far put +8.
AUG5_LOW = Shock(
    spot=-0.073,
    vol=((30.0, 2.8), (60.0, 1.9), (90.0, 1.6), (120.0, 1.6), (365.0, 1.15)),
    wing=0.08,
    spread=5.0,
)
AUG5_MARGIN_FACTOR = 2.5


@value
class Slope:
    """Dollar delta now, and what a move of one per cent up or down adds to it."""

    delta: float = 0.0
    up: float = 0.0
    down: float = 0.0

    @property
    def change(self) -> float:
        """The larger of the two changes, without sign."""
        return max(abs(self.up), abs(self.down))

    def __add__(self, other: "Slope") -> "Slope":
        return Slope(self.delta + other.delta, self.up + other.up, self.down + other.down)

    def __mul__(self, units: float) -> "Slope":
        return Slope(self.delta * units, self.up * units, self.down * units)


@value
class Case:
    """An order, the view, the venue's preview; ``legs`` and ``marks`` are the order's, all units."""

    order: Order
    view: View
    preview: Preview
    legs: Legs
    marks: Marks
    allowed: Allowance
    before: Slope
    after: Slope
    stress_before: float
    stress_after: float

    @property
    def product(self) -> Product:
        """The product of the order."""
        return product(self.order.root)


def slope(legs: Legs, view: View, marks: Marks) -> Slope:
    """Dollar delta of some legs, and how much of it a one per cent move adds or takes."""
    if not len(legs):
        return Slope()
    here = worth.dollar_delta(legs, marks)
    up, down = (
        worth.dollar_delta(legs, view.market.marks(legs, shock))
        for shock in (ONE_PERCENT_UP, ONE_PERCENT_DOWN)
    )
    return Slope(here, up - here, down - here)


def stress_loss(legs: Legs, view: View, marks: Marks, shock: Shock = AUG5_LOW) -> float:
    """Dollars lost (+) by some legs when the world moves to the shock."""
    if not len(legs):
        return 0.0
    return worth.total(legs, marks) - worth.total(legs, view.market.marks(legs, shock))


def open_case(order: Order, view: View, preview: Preview) -> Case:
    """Measure an order once, with the whole book before and after it when it adds risk."""
    legs = columns_of(order.legs, order.units)
    marks = view.market.marks(legs)
    allowed = allowance(caps(view.market.vix.value, view.net_liq, view.standing, view.limits))
    if not order.purpose.adds_risk:
        return Case(order, view, preview, legs, marks, allowed, Slope(), Slope(), 0.0, 0.0)
    held, alone = slope(view.book.legs, view, view.marks), slope(legs, view, marks)
    stressed = stress_loss(view.book.legs, view, view.marks)
    return Case(
        order, view, preview, legs, marks, allowed, held, held + alone,
        stressed, stressed + stress_loss(legs, view, marks),
    )  # fmt: skip


def natural(marks: Marks, legs: Legs, units: int) -> float:
    """The net credit per unit at the far side of every quote: sell at the bid, buy at the ask."""
    sides: list[float] = [
        (bid if quantity < 0 else ask) * -quantity
        for bid, ask, quantity in zip(
            marks.table[0].tolist(), marks.table[1].tolist(), legs.quantity.tolist(), strict=True
        )
    ]
    return sum(sides) / units


def price_band(marks: Marks, legs: Legs, units: int) -> float:
    """How far from its mid a package's limit may stand, in points per unit (venue rule R-VEN-02)."""
    worth = float((marks.table[MID] * abs(legs.quantity)).sum()) / units
    return max(BAND_POINTS_MIN, BAND_SHARE * worth)


def package_mid(marks: Marks, legs: Legs, units: int) -> float:
    """The net credit per unit at mid."""
    return -float(np.dot(marks.table[MID], legs.quantity)) / units
