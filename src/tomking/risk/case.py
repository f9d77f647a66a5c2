"""The case: one order before the gates, with everything measured once that several gates ask for."""

from tomking.core.order import Order, Purpose
from tomking.core.product import Product, product
from tomking.core.value import value
from tomking.market.snapshot import Legs, Marks
from tomking.portfolio.columns import columns_of
from tomking.portfolio.preview import Preview
from tomking.risk.caps import Allowance, allowance, caps_of
from tomking.risk.correlation import family, live_campaigns, slots_of
from tomking.risk.exposure import Slope, added, slope, stress_loss
from tomking.risk.kin import row_name
from tomking.risk.view import View


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
    def campaigns(self) -> tuple[tuple[str, str, str], ...]:
        """(campaign, strategy, root) of all others that take a slot: a roll is in its own already."""
        live = live_campaigns(self.view.book)
        return tuple(each for each in live if each[0] != self.order.campaign)

    @property
    def slots(self) -> tuple[tuple[str, str], ...]:
        """(strategy, root) once for each slot taken by others; a rung takes that of its ladder."""
        limits, order = self.view.limits, self.order
        taken = slots_of(self.campaigns, limits.one_slot, limits.variants)
        ladder = row_name(order.strategy, limits.one_slot, limits.variants)
        if ladder not in limits.one_slot:
            return tuple(taken)
        mine = ladder, family(order.root)
        return tuple(
            (name, root)
            for name, root in taken
            if (row_name(name, limits.one_slot, limits.variants), family(root)) != mine
        )

    @property
    def product(self) -> Product:
        """The product of the order."""
        return product(self.order.root)


def open_case(order: Order, view: View, preview: Preview) -> Case:
    """Measure an order once, with the whole book before and after it unless it only closes."""
    legs = columns_of(order.legs, order.units)
    marks = view.market.marks(legs)
    allowed = allowance(caps_of(view))
    if not order.adds_risk and order.purpose is not Purpose.REDUCE:
        return Case(order, view, preview, legs, marks, allowed, Slope(), Slope(), 0.0, 0.0)
    held, alone = slope(view.book.legs, view, view.marks), slope(legs, view, marks)
    stressed = stress_loss(view.book.legs, view, view.marks)
    more = added(lambda some, at: stress_loss(some, view, at), order, legs, marks)
    return Case(
        order, view, preview, legs, marks, allowed, held, held + alone, stressed, stressed + more
    )
