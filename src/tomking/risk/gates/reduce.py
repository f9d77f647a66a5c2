"""REDUCE: what an order that says it takes risk off must show, whether its legs close or open.

Not limits: there is no figure to be under, only the book without the order to be better than. An exit
is a CLOSE, and meets none of them.
"""

from tomking.core.errors import QuoteMissing
from tomking.core.reading import Reading, Sense, Stage
from tomking.portfolio.columns import columns
from tomking.risk.case import Case
from tomking.risk.gates.exposure import venue_carries_the_order
from tomking.risk.sizing import margin_in_use, margin_of


def stress_falls(case: Case) -> Reading:
    """The whole book loses less under AUG5_LOW with the order than without it (R-RED-01)."""
    return Reading(
        "loss under AUG5_LOW with the order", Stage.MARGIN, Sense.BELOW, case.stress_after,
        case.stress_before, "dollars", "R-RED-01",
    )  # fmt: skip


def requirement_falls(case: Case) -> Reading:
    """The whole account needs less margin with the order than without it (R-RED-02)."""
    before, after = _requirements(case)
    return Reading(
        "margin in all with the order", Stage.MARGIN, Sense.BELOW, after, before, "dollars",
        "R-RED-02",
    )  # fmt: skip


def _requirements(case: Case) -> tuple[float, float | None]:
    """Margin without and with the order: the venue's dry run, or worked out where it was not asked."""
    if case.preview.asked:
        return float(case.preview.before), float(case.preview.after)
    view, order = case.view, case.order
    held = dict(view.book.holdings)
    for leg in order.legs:
        held[leg.contract] = held.get(leg.contract, 0) + leg.quantity * order.units
    legs = columns(tuple((contract, n) for contract, n in held.items() if n))
    try:
        return margin_in_use(view), margin_of(view, legs, view.market.marks(legs))
    except QuoteMissing:
        return 0.0, None


#: What the venue itself would refuse for its margin is not sent, here as with an opening.
REDUCE = (stress_falls, requirement_falls, venue_carries_the_order)
