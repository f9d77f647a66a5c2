"""Emergencies: alarms written, rungs climbed, and what a rung sends shown before it goes.

Orders are made once, written as ``Proposed`` and handed to the loop: what is sent is what was shown.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import isnan

from tomking.core.errors import QuoteMissing
from tomking.core.money import usd
from tomking.core.order import Order, Purpose
from tomking.core.reading import Skip
from tomking.core.restraints import Alarmed, Proposed, RungMoved
from tomking.core.rung import AlarmLevel, Rung
from tomking.engine.desk import Desk
from tomking.engine.entries import PATIENCE_MIN
from tomking.engine.exits import at_work, closing, first_closed, is_closing
from tomking.portfolio.book import Working
from tomking.risk.alarms import Alarm, alarm, seen
from tomking.risk.breakers import MANUAL_MODE
from tomking.risk.rungs import BY_ALARM, BY_DESK, BY_SESSION, RUNG_OF
from tomking.risk.unwind import Positions, by_priority, by_stress, excess, to_carry
from tomking.risk.verdict import Approved, Verdict
from tomking.risk.view import View

#: Finds the cheapest order that takes stress and margin off the whole book, or says why there is none.
Hedge = Callable[[View], Order | Skip]
#: What the gates say of an order.
Ask = Callable[[Order, View], Verdict]
AUTO = "auto"
HEDGE = "HEDGE"


def attend(
    desk: Desk, view: View, ask: Ask, hedge: Hedge | None, *, at_close: bool
) -> tuple[View, tuple[Order, ...]]:
    """Look for alarms, move the desk along its ladder, and return the orders its rung sends now.

    After the close nothing can be sent: what an alarm then asks for is shown at the next look.
    """
    desk.lately = seen(desk.lately, view)
    view = desk.view(view.market) if raised(desk, view, alarm(view, desk.lately)) else view
    ladder = desk.standing.ladder
    if at_close or (ladder.shown and ladder.rung < Rung.REDUCE):
        return view, ()
    orders = () if ladder.shown else _shown(desk, view, ask, hedge)
    return view, (*_carried_out(desk, view, ask), *orders)


def raised(desk: Desk, view: View, found: Alarm) -> bool:
    """Write an alarm that is news, and the move along the ladder it asks for; whether anything was."""
    news = found.level is not None and desk.standing.ladder.is_news(found.level, view.session.day)
    if news and found.level is not None:
        there = None if isnan(view.net_liq) else usd(view.net_liq)
        desk.note([Alarmed(view.market.at, found.level, found.readings, there)])
    return desk.note(_moves(desk, view, found, news=news)) or news


def withdrawn(view: View) -> Iterator[Working]:
    """Openings that no rung lets through any more, and hedges that have waited long enough.

    Orders that close keep working, whatever the rung.
    """
    stopped = view.standing.ladder.rung > Rung.NORMAL
    for working in view.book.working.values():
        waited = (view.market.at - working.since).total_seconds() / 60.0
        reduces = working.order.purpose is Purpose.REDUCE
        if (stopped and working.order.purpose.adds_risk) or (reduces and waited >= PATIENCE_MIN):
            yield working


def _moves(desk: Desk, view: View, found: Alarm, *, news: bool) -> Iterator[RungMoved]:
    """The move along the ladder that this instant asks for, if any."""
    ladder, at = desk.standing.ladder, view.market.at
    asked, why = ladder.rung, ""
    if news:
        asked, why = _asked(view, found), str(found.readings[0])
    elif found.level is AlarmLevel.RED and _automatic(view) and ladder.rung < Rung.REDUCE:
        why = _short(view)
        asked = Rung.REDUCE if why else asked
    if asked > ladder.rung:
        yield RungMoved(at, ladder.rung, asked, why, BY_ALARM)
    elif found.level is None and ladder.may_lift(view.session.day):
        yield RungMoved(at, ladder.rung, Rung.NORMAL, "a new session without an alarm", BY_SESSION)
    elif ladder.rung is Rung.FLATTEN and not (view.book.positions or view.book.working):
        yield RungMoved(at, ladder.rung, Rung.LOCKED, "nothing is held any more", BY_DESK)


def _asked(view: View, found: Alarm) -> Rung:
    """The rung of an alarm: REDUCE where a setting lets ORANGE reduce, or RED an account that is short.

    Everything is flattened on a person's word alone.
    """
    if found.level is None:
        return Rung.NORMAL
    reduces = found.level is AlarmLevel.ORANGE or (
        found.level is AlarmLevel.RED and bool(_short(view))
    )
    return Rung.REDUCE if reduces and _automatic(view) else RUNG_OF[found.level]


def _automatic(view: View) -> bool:
    """Whether a reduction needs no person: by a setting, and not in manual mode."""
    return view.limits.emergency_auto == AUTO and MANUAL_MODE not in view.standing.reasons


def _short(view: View) -> str:
    """What of excess liquidity is gone, now or after the feared fall; nothing where it is not known."""
    try:
        return next((str(seen) for seen in excess(view) if not seen.passed), "")
    except QuoteMissing:
        return ""


def reduction(view: View) -> Positions:
    """What REDUCE closes: enough to carry the rest if liquidity is gone, else the riskiest."""
    return (to_carry(view) if _short(view) else ()) or by_stress(view)


def _carried_out(desk: Desk, view: View, ask: Ask) -> tuple[Order, ...]:
    """The orders that the rung sends now: written as they go, or why they cannot, once."""
    ladder = desk.standing.ladder
    if ladder.rung not in (Rung.REDUCE, Rung.FLATTEN):
        return ()
    wanted = tuple(held for held in _wanted(desk, view) if not is_closing(view, held))
    made = _proposed(desk, view, ask, ladder.rung, wanted)
    answer = "; ".join((*made.left_out, *made.waiting))
    if made.orders or ladder.proposed is None or desk.said.get(made.what, "") != answer:
        desk.said[made.what] = answer
        desk.note([made])
    return made.orders


def _wanted(desk: Desk, view: View) -> Positions:
    """What the rung takes down: all of it, or what was named when it was reached and is still there.

    A reduction that is done is followed by another only while liquidity is still gone.
    """
    ladder = desk.standing.ladder
    if ladder.rung is Rung.FLATTEN:
        return by_priority(view)
    if ladder.rung is not Rung.REDUCE:
        return ()
    if ladder.proposed is None:
        return reduction(view)
    named = tuple(view.book.positions[n] for n in ladder.proposed if n in view.book.positions)
    return named or (to_carry(view) if _short(view) else ())


def _shown(desk: Desk, view: View, ask: Ask, hedge: Hedge | None) -> tuple[Order, ...]:
    """Previews of the rungs above the desk's own, and of a hedge, which may be sent at once."""
    ladder = desk.standing.ladder
    if not view.book.positions:
        return ()
    for rung, wanted in ((Rung.REDUCE, reduction), (Rung.FLATTEN, by_priority)):
        loud = rung is Rung.REDUCE or ladder.alarm is AlarmLevel.RED
        if loud and rung > ladder.rung:
            desk.note([_proposed(desk, view, ask, rung, wanted(view))])
    return _hedges(desk, view, ask, hedge)


def _proposed(desk: Desk, view: View, ask: Ask, rung: Rung, wanted: Positions) -> Proposed:
    """What a rung sends: a package a position, and the reason for each that no gate lets through.

    An unquoted leg or a stale quote is such a reason: nothing is sold into the dark. What covers
    another waits until that is gone.
    """
    ladder = desk.standing.ladder
    why = ladder.why if ladder.by == BY_ALARM or rung > ladder.rung else f"the word of {ladder.by}"
    orders: list[Order] = []
    left: list[str] = []
    first = [(held, first_closed(desk, view, held)) for held in wanted]
    waiting = tuple(held.id for held, going in first if held not in going)
    for held in {each.id: each for _, going in first for each in going}.values():
        order = closing(desk, view, held, f"{rung.name}: {why}", replaces=at_work(view, held))
        verdict = ask(order, view)
        if isinstance(verdict, Approved):
            orders.append(order)
        else:
            left.append(f"{held.id}: {verdict.named}")
    return Proposed(view.market.at, rung.name, tuple(orders), tuple(left), why, waiting)


def _hedges(desk: Desk, view: View, ask: Ask, hedge: Hedge | None) -> tuple[Order, ...]:
    """The cheapest hedge, shown; and sent where a setting says so and the gates let it through."""
    if hedge is None or desk.standing.ladder.rung is Rung.LOCKED:
        return ()
    order, why = hedge(view), desk.standing.ladder.why
    if isinstance(order, Skip):
        desk.note([Proposed(view.market.at, HEDGE, (), (str(order),), why)])
        return ()
    order = replace(order, attempt=desk.attempts.get(order.intent, 0) + 1)
    verdict = ask(order, view)
    if not isinstance(verdict, Approved):
        left = (f"{order.id}: {verdict.named}",)
        desk.note([Proposed(view.market.at, HEDGE, (), left, why)])
        return ()
    desk.note([Proposed(view.market.at, HEDGE, (order,), (), why)])
    manual = MANUAL_MODE in view.standing.reasons
    return (order,) if view.limits.emergency_hedge == AUTO and not manual else ()
