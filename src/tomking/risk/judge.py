"""The tables of gates, in the order of the stages, and the judge who asks every one of them."""

from collections.abc import Callable

from tomking.core.order import Order, Purpose
from tomking.core.product import PRODUCTS
from tomking.core.reading import Reading, Sense, Stage
from tomking.portfolio.preview import Preview
from tomking.risk.case import Case, open_case
from tomking.risk.gates.conditions import MARKET_CONDITIONS, POSITION_CONDITIONS, VIX_CONDITIONS
from tomking.risk.gates.data import DATA
from tomking.risk.gates.exposure import GREEKS, MARGIN, POSITION_LIMIT
from tomking.risk.gates.market import CORRELATION, MARKET, PATTERN, VIX
from tomking.risk.gates.prevention import CROWD, CROWD_OF_ALL
from tomking.risk.gates.record import RECORD
from tomking.risk.gates.reduce import REDUCE
from tomking.risk.gates.sanity import SANITY
from tomking.risk.verdict import Approved, Refused, Verdict
from tomking.risk.view import View

Gate = Callable[[Case], Reading]

#: Only orders that add risk face these: a limit never stands in the way of an exit.
EXPOSURE: tuple[Gate, ...] = (
    *DATA, *RECORD, *MARKET, *MARKET_CONDITIONS, *CORRELATION, *CROWD, *VIX, *VIX_CONDITIONS, *PATTERN,
    *GREEKS, *MARGIN, *POSITION_LIMIT, *CROWD_OF_ALL,
    *POSITION_CONDITIONS,
)  # fmt: skip


def gates_for(order: Order) -> tuple[Gate, ...]:
    """SANITY for every order, and EXPOSURE when it adds risk; REDUCE when it says it takes some off."""
    if order.purpose is Purpose.REDUCE:
        return SANITY + REDUCE
    return SANITY + EXPOSURE if order.adds_risk else SANITY


def judge(order: Order, view: View, preview: Preview) -> Verdict:
    """Ask every gate, without stopping at the first refusal."""
    if order.root not in PRODUCTS:
        return Refused(order, (unknown_product(order),))
    case = open_case(order, view, preview)
    readings = tuple(gate(case) for gate in gates_for(order))
    if all(reading.passed for reading in readings):
        return Approved(order, readings)
    return Refused(order, readings)


def unknown_product(order: Order) -> Reading:
    """An order in a root nobody has described: nothing about it can be measured (R-COR-07)."""
    name = f"product {order.root}"
    return Reading(name, Stage.CORRELATION, Sense.IS, "unknown", "known", "", "R-COR-07")
