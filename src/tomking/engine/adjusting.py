"""Adjustments offered, and what is closed where one is refused."""

from tomking.core.facts import Reviewed
from tomking.core.reading import Reading, Skip, refusals
from tomking.engine.desk import Desk
from tomking.engine.exits import at_work, closing, first_closed
from tomking.engine.offer import SENT, answer, offer
from tomking.engine.ports import Broker, Inbox
from tomking.engine.tend import Tended
from tomking.risk.view import View


def adjust(desk: Desk, view: View, tended: Tended, broker: Broker, inbox: Inbox) -> View:
    """An adjustment offered; its position is closed instead when it is refused and the plan says so.

    What the position covers goes before it, as with every other exit.
    """
    order = tended.order
    if isinstance(order, Skip):
        after, outcome, readings = view, "skipped", order.readings
    else:
        after, readings = offer(desk, view, order, broker, inbox), ()
        outcome = SENT if after is not view else answer(desk, order)
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
    said = f"{outcome} {[failed.name for failed in refusals(readings)]}"
    if desk.said.get(tended.what) != said:
        desk.said[tended.what] = said
        desk.note([Reviewed(view.market.at, tended.strategy, tended.what, outcome, readings)])
