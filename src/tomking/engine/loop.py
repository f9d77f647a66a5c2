"""The loop. Backtest, paper and live are this function with other arguments."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from math import isnan

from tomking.core.errors import QuoteCrossed, QuoteMissing, QuoteStale, Transient
from tomking.core.facts import (
    Considered,
    Fact,
    Reviewed,
    Sent,
    SessionClosed,
)
from tomking.core.money import usd
from tomking.core.order import Order
from tomking.core.reading import Reading, Sense, Skip, Stage, refusals, skip
from tomking.core.restraints import Halted, Resumed
from tomking.engine.backstop import backstops, in_the_way
from tomking.engine.desk import Desk
from tomking.engine.emergency import Hedge, attend, withdrawn
from tomking.engine.entries import Wish, already, entered_now, entry, stale_openings
from tomking.engine.exits import at_work, closing, exits, first_closed, profit_orders
from tomking.engine.judged import APPROVED, write
from tomking.engine.labels import asked_under
from tomking.engine.ladder import Step, repriced, steps, told
from tomking.engine.late_close import NO_DATA, Closes, made_up
from tomking.engine.ports import Broker, Clock, Inbox, Market, Tick
from tomking.engine.repairs import Repair, alerts, out_of_step, repairs
from tomking.engine.tend import Tended, adjustments, renewals
from tomking.engine.tied import stand_behind
from tomking.engine.walk import ABANDONED, STEPPED, Move
from tomking.portfolio import marks as worth
from tomking.portfolio.preview import NOT_ASKED
from tomking.risk.breakers import tripped
from tomking.risk.capacity import with_winners
from tomking.risk.judge import judge
from tomking.risk.verdict import Approved, Refused, Verdict
from tomking.risk.view import View

SENT = "sent"
#: What is answered for an exit that waits until what rests at the venue is withdrawn.
MAKES_WAY = "to follow what rests"
#: What keeps a margin from being known: a quote, or a broker who does not answer.
UNKNOWN = (QuoteMissing, QuoteStale, QuoteCrossed, Transient)


def run(
    desk: Desk,
    *,
    clock: Clock,
    market: Market,
    broker: Broker,
    inbox: Inbox,
    hedge: Hedge | None = None,
    closes: Closes | None = None,
) -> Desk:
    """Trade until the clock stops, and return the desk as it then is."""
    for tick in clock.ticks(desk):
        now = market.at(tick.at)
        desk.note(inbox.take(tick.at, desk.standing))  # the brake first
        desk.note(broker.poll(now))  # facts
        view = desk.view(now)
        if desk.note(
            (*_halts(view), *(() if tick.closing else made_up(desk, view, tick.at, closes)))
        ):
            view = desk.view(now)
        view, urgent = attend(
            desk, view, lambda order, seen: _verdict(order, seen, broker), hedge,
            at_close=not tick.sends,
        )  # fmt: skip
        for order in urgent:
            view = offer(desk, view, order, broker, inbox)
        view = _tend(desk, view, broker, inbox, tick)
        for strategy in desk.strategies:  # entries whose slot it is, in the order of capacity
            if strategy.name in tick.due and not already(desk, view, strategy):
                wish = entry(desk, view, strategy)
                view = _ask(desk, view, wish, strategy.name, broker, inbox, tick)
        if tick.closing:
            desk.note(close_of(view, broker))
    return desk


def _tend(desk: Desk, view: View, broker: Broker, inbox: Inbox, tick: Tick) -> View:
    """Risk comes off before it goes on: exits, profit orders, openings that waited too long."""
    if not tick.sends:
        return view
    view = _mend(desk, view, broker, inbox)
    for order in exits(desk, view, tick.watch):
        view = offer(desk, view, order, broker, inbox)
    for tended in (*adjustments(desk, view, tick.watch), *renewals(desk, view, tick.renew)):
        view = _adjust(desk, view, tended, broker, inbox)
    for behind in tuple(backstops(desk, view)):
        view = stand_behind(desk, view, behind, broker, inbox)
    for order in tuple(profit_orders(desk, view)):
        view = offer(desk, view, order, broker, inbox)
    for step in tuple(steps(desk, view)):
        view = climb(desk, view, step, broker, inbox)
    waited = [there.order.id for there in (*stale_openings(view), *withdrawn(view))]
    for order_id in dict.fromkeys((*waited, *sorted(desk.unwanted))):
        broker.cancel(order_id)
    asked = {
        there.order.closes for name, there in view.book.working.items() if name in desk.unwanted
    }
    desk.yielding &= asked
    desk.arming &= asked
    desk.unwanted.clear()
    return view


def _mend(desk: Desk, view: View, broker: Broker, inbox: Inbox) -> View:
    """What is in pieces is told, and repaired: the best way first, the next where one is refused."""
    desk.unwanted |= out_of_step(view)
    if desk.note(alerts(desk, view)):
        view = desk.view(view.market)
    for repair in tuple(repairs(desk, view)):
        if not repair.orders:
            _repaired(desk, view, repair, "possible in no way that leaves no more naked")
        for order in repair.orders:
            after = offer(desk, view, order, broker, inbox)
            outcome = SENT if after is not view else _answer(desk, order)
            _repaired(desk, after, repair, f"{outcome} as {order.id}: {order.why}")
            if after is not view:
                view = after
                break
    return view


def _repaired(desk: Desk, view: View, repair: Repair, said: str) -> None:
    """What came of a repair, recorded when it is something new."""
    if desk.said.get(repair.matter) != said:
        desk.said[repair.matter] = said
        about = Reviewed(view.market.at, repair.position.strategy, repair.matter, said, ())
        desk.note([about])


def _halts(view: View) -> Iterator[Halted]:
    """A halt for every lock that has tripped, with what there was then."""
    for lock, seen in tripped(view):
        there = None if isnan(view.net_liq) else usd(view.net_liq)
        yield Halted(view.market.at, lock, str(seen), there)


def _adjust(desk: Desk, view: View, tended: Tended, broker: Broker, inbox: Inbox) -> View:
    """An adjustment offered; its position is closed instead when it is refused and the plan says so.

    What the position covers goes before it, as with every other exit.
    """
    order = tended.order
    if isinstance(order, Skip):
        after, outcome, readings = view, "skipped", order.readings
    else:
        after, readings = offer(desk, view, order, broker, inbox), ()
        outcome = SENT if after is not view else _answer(desk, order)
    _review(desk, after, tended, outcome, readings)
    if after is view and tended.close_instead is not None and _said_no(outcome, readings):
        why = f"{tended.what} was {outcome}"
        for each in first_closed(desk, view, tended.close_instead):
            order = closing(desk, view, each, why, replaces=at_work(view, each))
            after = offer(desk, after, order, broker, inbox)
    return after


def _said_no(outcome: str, readings: tuple[Reading, ...]) -> bool:
    """Whether an adjustment was refused: by a gate, or by a figure that was measured.

    What the brake holds back is not refused, and what cannot be known takes nobody out.
    """
    failed = refusals(readings)
    figures = all(isinstance(seen.observed, int | float) for seen in failed)
    return outcome.startswith("refused") or (bool(failed) and figures)


def _review(
    desk: Desk, view: View, tended: Tended, outcome: str, readings: tuple[Reading, ...]
) -> None:
    """What came of an adjustment, recorded when it is something new."""
    answer = f"{outcome} {[failed.name for failed in refusals(readings)]}"
    if desk.said.get(tended.what) != answer:
        desk.said[tended.what] = answer
        desk.note([Reviewed(view.market.at, tended.strategy, tended.what, outcome, readings)])


def climb(desk: Desk, view: View, step: Step, broker: Broker, inbox: Inbox) -> View:
    """Do what a ladder does next: a new price is judged like any order, as if the old one were gone.

    One that no gate lets through any more, or that the brake holds, is withdrawn.
    """
    order, walk = step.order, step.move.walk
    if step.move.did == STEPPED:
        alone = view.without(order.id)
        wanted = repriced(step, desk.attempts[order.intent] + 1)
        after = offer(desk, alone, wanted, broker, inbox, (told(step),))
        if after is not alone:
            desk.walks[order.intent] = walk
            return after
        walk = desk.walks[order.intent]
        note = f"the next price was {_answer(desk, wanted)}"
        step = replace(step, move=Move(ABANDONED, walk, note))
    desk.note([told(step)])
    desk.walks[order.intent] = walk
    if step.move.did == ABANDONED:
        del desk.walks[order.intent]
        broker.cancel(order.id)
    return view


def _answer(desk: Desk, order: Order) -> str:
    """Why an order was not sent."""
    said = desk.said[order.intent]
    if said == MAKES_WAY:
        return said
    return "held by the brake" if said == APPROVED else f"refused: {said}"


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
    verdict, first = _verdict(order, view, broker), in_the_way(view, order)
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


def _verdict(order: Order, view: View, broker: Broker) -> Verdict:
    """What the gates say; one that lacks a quote to be priced or margined by is refused."""
    if order.limit is None:  # a desk never trades at whatever the market gives
        unpriced = skip("quotes to price an order by", Stage.DATA, "none", "sound", "R-DAT-03")
        return Refused(order, unpriced.readings)
    first = in_the_way(view, order)
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


def _ask(
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
    outcome = SENT if after is not view else _answer(desk, order)
    _consider(desk, after, name, outcome, wish.readings, last=last)
    return after


def _consider(
    desk: Desk, view: View, name: str, outcome: str, readings: tuple[Reading, ...], *, last: bool
) -> None:
    slot = f"{name}/{view.session.day}"
    answer = f"{outcome} {[failed.name for failed in refusals(readings)]}"
    if last or outcome == SENT or desk.said.get(slot) != answer:
        desk.said[slot] = answer
        named = asked_under(desk.strategy(name).roots[0], view)
        desk.note([Considered(view.market.at, name, slot, outcome, readings, named)])


def close_of(view: View, broker: Broker) -> list[Fact]:
    """The day's close, which is what tomorrow's losses are measured from.

    A day that cannot be valued is no baseline: entries halt for lack of data until one can.
    """
    at, halted = view.market.at, NO_DATA in view.standing.reasons
    try:
        requirement = broker.requirement(view.market)
    except UNKNOWN as missing:
        return [] if halted else [Halted(at, NO_DATA, str(missing))]
    if isnan(view.net_liq):
        return [] if halted else [Halted(at, NO_DATA, "something held has no quote at the close")]
    closed = SessionClosed(
        at, view.session.day, usd(view.net_liq), view.book.moved, requirement,
        view.market.vix.value, _profits(view),
    )  # fmt: skip
    return [closed, Resumed(at, NO_DATA, "everything is quoted again")] if halted else [closed]


def _profits(view: View) -> tuple[tuple[str, Decimal], ...]:
    """What each open campaign has made so far, where it can be told: tomorrow's losses begin there."""
    made = worth.profits(view.book, view.values)
    return tuple((name, usd(dollars)) for name, dollars in made.items() if not isnan(dollars))
