"""The close of a day, which tomorrow's losses are measured from."""

from decimal import Decimal
from math import isnan

from tomking.core.facts import Fact, SessionClosed
from tomking.core.money import usd
from tomking.core.restraints import Halted, Resumed
from tomking.engine.late_close import NO_DATA
from tomking.engine.offer import UNKNOWN
from tomking.engine.ports import Broker
from tomking.portfolio import marks as worth
from tomking.risk.view import View


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
