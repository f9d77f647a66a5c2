"""What is in pieces, told and repaired."""

from tomking.core.facts import Reviewed
from tomking.engine.desk import Desk
from tomking.engine.offer import MAKES_WAY, SENT, answer, offer
from tomking.engine.ports import Broker, Inbox
from tomking.engine.repairs import Repair, alerts, beyond, out_of_step, repairs
from tomking.risk.view import View


def mend(desk: Desk, view: View, broker: Broker, inbox: Inbox) -> View:
    """What is in pieces is told, and repaired: the best way first, the next where one is refused.

    What works and must not is withdrawn: an order that would close too much once it was seen twice, for
    its end may be on its way.
    """
    now = beyond(view)
    desk.unwanted |= out_of_step(view) | (now & desk.beyond)
    desk.beyond = now
    if desk.note(alerts(desk, view)):
        view = desk.view(view.market)
    for repair in tuple(repairs(desk, view)):
        if not repair.orders:
            _repaired(desk, view, repair, "possible in no way that leaves no more naked")
        for order in repair.orders:
            after = offer(desk, view, order, broker, inbox)
            outcome = SENT if after is not view else answer(desk, order)
            _repaired(desk, after, repair, f"{outcome} as {order.id}: {order.why}")
            if after is not view or outcome == MAKES_WAY:
                view = after
                break
    return view


def _repaired(desk: Desk, view: View, repair: Repair, said: str) -> None:
    """What came of a repair, recorded when it is something new."""
    if desk.said.get(repair.matter) != said:
        desk.said[repair.matter] = said
        about = Reviewed(view.market.at, repair.position.strategy, repair.matter, said, ())
        desk.note([about])
