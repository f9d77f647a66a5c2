"""What a strategy answers at its slot, offered and written down."""

from tomking.core.facts import Considered
from tomking.core.reading import Reading, Skip, refusals
from tomking.engine.desk import Desk
from tomking.engine.entries import Wish
from tomking.engine.labels import asked_under
from tomking.engine.ladder import Step, told
from tomking.engine.offer import SENT, answer, offer
from tomking.engine.ports import Broker, Inbox, Tick
from tomking.engine.walk import STEPPED, Move
from tomking.risk.view import View


def ask(
    desk: Desk, view: View, wish: Wish | Skip, name: str, broker: Broker, inbox: Inbox, tick: Tick
) -> View:
    """A strategy's answer at its slot: recorded when it is the first, the last or a new one."""
    last = name in tick.last
    if isinstance(wish, Skip):
        _consider(desk, view, name, "skipped", wish.readings, last=last)
        return view
    order, walk = wish.order, wish.walk
    first = () if walk is None else (told(Step(order, wish.sight, Move(STEPPED, walk))),)
    after = offer(desk, view, order, broker, inbox, first)
    if walk is not None and after is not view:
        desk.walks[order.intent] = walk
    outcome = SENT if after is not view else answer(desk, order)
    _consider(desk, after, name, outcome, wish.readings, last=last)
    return after


def _consider(
    desk: Desk, view: View, name: str, outcome: str, readings: tuple[Reading, ...], *, last: bool
) -> None:
    slot = f"{name}/{view.session.day}"
    said = f"{outcome} {[failed.name for failed in refusals(readings)]}"
    if last or outcome == SENT or desk.said.get(slot) != said:
        desk.said[slot] = said
        named = asked_under(desk.strategy(name).roots[0], view)
        desk.note([Considered(view.market.at, name, slot, outcome, readings, named)])
