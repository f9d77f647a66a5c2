"""A step of an opening's ladder, done."""

from dataclasses import replace

from tomking.engine.desk import Desk
from tomking.engine.ladder import Step, repriced, told
from tomking.engine.offer import answer, offer
from tomking.engine.ports import Broker, Inbox
from tomking.engine.walk import ABANDONED, STEPPED, Move
from tomking.risk.view import View


def climb(desk: Desk, view: View, step: Step, broker: Broker, inbox: Inbox) -> View:
    """Do what a ladder does next: a new price is judged like any order, as if the old one were gone.

    One that no gate lets through any more, or that the brake holds, is withdrawn; and so is what is left
    of one that has traded in part, where a replacement might be for all of it again.
    """
    order, walk = step.order, step.move.walk
    if step.move.did == STEPPED and broker.keeps_legs and any(view.book.working[order.id].filled):
        step = replace(step, move=Move(ABANDONED, walk, "a part of it has traded"))
    if step.move.did == STEPPED:
        alone = view.without(order.id)
        wanted = repriced(step, desk.attempts[order.intent] + 1)
        after = offer(desk, alone, wanted, broker, inbox, (told(step),))
        if after is not alone:
            desk.walks[order.intent] = walk
            return after
        walk = desk.walks[order.intent]
        note = f"the next price was {answer(desk, wanted)}"
        step = replace(step, move=Move(ABANDONED, walk, note))
    desk.note([told(step)])
    desk.walks[order.intent] = walk
    if step.move.did == ABANDONED:
        del desk.walks[order.intent]
        broker.cancel(order.id)
    return view
