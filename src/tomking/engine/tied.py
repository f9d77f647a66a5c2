"""Stops, and the target beside them: judged one by one, and sent as one."""

from collections.abc import Sequence

from tomking.core.dealings import Unguarded
from tomking.core.facts import Sent
from tomking.core.order import Order
from tomking.engine.backstop import AGAIN, Backstop
from tomking.engine.desk import Desk
from tomking.engine.judged import APPROVED, write
from tomking.engine.offer import UNKNOWN
from tomking.engine.ports import Broker, Inbox
from tomking.portfolio.preview import NOT_ASKED, Preview
from tomking.risk.judge import judge
from tomking.risk.verdict import Approved
from tomking.risk.view import View


def stand_behind(desk: Desk, view: View, wanted: Backstop, broker: Broker, inbox: Inbox) -> View:
    """Send what is to stand behind a position, or withdraw what has to end before.

    A target at rest is taken back only for orders that our own gates let through; if the venue then
    says no, that is written once and the target rests alone again.
    """
    name, orders = wanted.position.id, wanted.orders
    if not all(map(inbox.may_send, orders)) and _is_known(desk, orders):
        return view
    said = NOT_ASKED if wanted.first else _asked(orders, view, broker)
    if said is None:
        desk.armed_after[name] = view.market.at + AGAIN
        return view
    if said.refusals:
        why = "; ".join(dict.fromkeys(map(str, said.refusals)))
        desk.note([Unguarded(view.market.at, name, why)])
        return view
    passed = _passed(desk, view.without(*wanted.first), orders, said)
    if len(passed) < len(orders) or not all(map(inbox.may_send, orders)):
        return view
    if wanted.first:
        desk.unwanted.update(wanted.first)
        desk.arming.add(name)
        return view
    desk.armed_after[name] = view.market.at + AGAIN
    desk.note([Sent(view.market.at, each.order) for each in passed])
    if len(passed) > 1:
        broker.submit_together(passed, view.market)
    else:
        broker.submit(passed[0], view.market)
    return desk.view(view.market)


def _is_known(desk: Desk, orders: Sequence[Order]) -> bool:
    """Whether it has been written already that these would be let through."""
    return all(desk.said.get(order.intent) == APPROVED for order in orders)


def _asked(orders: Sequence[Order], view: View, broker: Broker) -> Preview | None:
    """The venue's dry run; nothing while it does not answer."""
    try:
        if len(orders) > 1:
            return broker.preview_together(orders, view.market)
        return broker.preview(orders[0], view.market)
    except UNKNOWN:
        return None


def _passed(desk: Desk, view: View, orders: Sequence[Order], said: Preview) -> list[Approved]:
    """The orders that every gate lets through, each verdict written."""
    passed: list[Approved] = []
    for order in orders:
        verdict = judge(order, view, said)
        if isinstance(verdict, Approved):
            passed.append(verdict)
        if not (said is NOT_ASKED and isinstance(verdict, Approved)):
            write(desk, view, verdict)  # what is only meant to be sent later is written then
    return passed
