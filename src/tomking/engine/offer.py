"""An order offered to the venue: judged, written, the brake looked at again, sent."""

from collections.abc import Sequence

from tomking.core.errors import QuoteCrossed, QuoteMissing, QuoteStale, Transient
from tomking.core.facts import Fact, Sent
from tomking.core.order import Order
from tomking.core.reading import Reading, Sense, Stage, skip
from tomking.engine.backstop import in_the_way
from tomking.engine.desk import Desk
from tomking.engine.entries import entered_now
from tomking.engine.judged import APPROVED, write
from tomking.engine.ports import Broker, Inbox
from tomking.portfolio.preview import NOT_ASKED
from tomking.risk.capacity import with_winners
from tomking.risk.judge import judge
from tomking.risk.verdict import Approved, Refused, Verdict
from tomking.risk.view import View

SENT = "sent"
#: What is answered for an exit that waits until what rests at the venue is withdrawn.
MAKES_WAY = "to follow what rests"
#: What keeps a margin from being known: a quote, or a broker who does not answer.
UNKNOWN = (QuoteMissing, QuoteStale, QuoteCrossed, Transient)


def offer(
    desk: Desk,
    view: View,
    order: Order,
    broker: Broker,
    inbox: Inbox,
    before: Sequence[Fact] = (),
) -> View:
    """Judge an order, write the verdict, look at the brake again, write that it goes, send it.

    ``before`` is written with the sending, and only if it goes. What no other order may stand beside
    is withdrawn first, for an exit that would be let through: it is asked for again at the next look.
    """
    verdict = verdict_on(order, view, broker)
    first = in_the_way(view, order, keeps_legs=broker.keeps_legs)
    if first and isinstance(verdict, Approved) and inbox.may_send(order):
        desk.unwanted.update(first)
        desk.yielding.add(order.closes)
        desk.said[order.intent] = MAKES_WAY
        return view
    write(desk, view, verdict)
    if first or not isinstance(verdict, Approved) or not inbox.may_send(order):
        return view
    desk.note([*before, Sent(view.market.at, order)])
    broker.submit(verdict, view.market)
    return desk.view(view.market)


def verdict_on(order: Order, view: View, broker: Broker) -> Verdict:
    """What the gates say; one that lacks a quote to be priced or margined by is refused."""
    if order.limit is None:  # a desk never trades at whatever the market gives
        unpriced = skip("quotes to price an order by", Stage.DATA, "none", "sound", "R-DAT-03")
        return Refused(order, unpriced.readings)
    first = in_the_way(view, order, keeps_legs=broker.keeps_legs)
    if first:  # as things stand the venue would refuse: it is asked once they have ended
        return judge(order, view.without(*first), NOT_ASKED)
    try:
        preview = broker.preview(order, view.market)
    except UNKNOWN as missing:
        seen = Reading(
            "margin preview", Stage.DATA, Sense.IS, str(missing), "a quote", "", "R-MRG-05"
        )
        return Refused(order, (seen,))
    verdict = judge(order, view, preview)
    others = () if isinstance(verdict, Approved) else entered_now(view, order.campaign)
    if not others:
        return verdict
    return Refused(order, with_winners(verdict.readings, order.root, others, view.limits))


def answer(desk: Desk, order: Order) -> str:
    """Why an order was not sent."""
    said = desk.said[order.intent]
    if said == MAKES_WAY:
        return said
    return "held by the brake" if said == APPROVED else f"refused: {said}"
