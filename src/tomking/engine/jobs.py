"""What a desk looks at by the clock, whether or not it trades: the day, its Greeks, assignment.

Source: rulebook 2, the row of every day: the analysis at the open, Greeks every half hour, assignment
every hour. What the documents reset at 9:31 is counted by session here and needs no minute of its own.
Nothing is decided here: figures are written down beside their bounds, so that a day can be read later.
"""

from collections.abc import Collection, Iterator
from math import floor

from tomking.core.errors import QuoteMissing
from tomking.core.facts import Observed
from tomking.core.reading import Reading, Sense, Stage
from tomking.risk.assignment import ASKS, score, shorts
from tomking.risk.caps import allowance, caps_of
from tomking.risk.sizing import margin_in_use
from tomking.risk.usage import usage
from tomking.risk.view import View

DAY, GREEKS, ASSIGNMENT = "the day", "the book", "assignment"
#: Minutes of a session between looks; the day itself is looked at once.
EVERY_MIN = {DAY: None, GREEKS: 30, ASSIGNMENT: 60}
#: A short option with a score below this asks for nothing.
QUIET = min(least for least, _ in ASKS)


def due(since: float, minute: float) -> tuple[str, ...]:
    """What has come due after one minute of a session and up to another; all of it at the first look.

    >>> due(-1.0, 0.0), due(0.0, 29.0), due(29.0, 31.0), due(31.0, 60.0), due(-1.0, 200.0)[0]
    (('the day', 'the book', 'assignment'), (), ('the book',), ('the book', 'assignment'), 'the day')
    """
    return tuple(
        name
        for name, every in EVERY_MIN.items()
        if (since < 0.0 if every is None else floor(minute / every) > floor(since / every))
    )


def observed(view: View, names: Collection[str]) -> Iterator[Observed]:
    """What is seen of each of some matters; nothing of one of which there is nothing to say."""
    looks = {DAY: _day, GREEKS: _book, ASSIGNMENT: _assignment}
    for name in names:
        seen = tuple(looks[name](view))
        if seen:
            yield Observed(view.market.at, name, seen)


def _day(view: View) -> Iterator[Reading]:
    """What there is to trade by: VIX on a day with such events, and what the governors allow."""
    limits, given = view.limits, allowance(caps_of(view))
    events = [f"{name} {at}".strip() for name, at in sorted(view.market.day.blocked.items())]
    name = f"VIX on a day with {', '.join(events)}" if events else "VIX"
    yield Reading(
        name, Stage.VIX, Sense.AT_MOST, view.market.vix.value, limits.vix_open_max, "points",
        "R-VIX-02",
    )  # fmt: skip
    yield Reading(
        f"buying power that {given.bp_bound_by} allows", Stage.MARGIN, Sense.ABOVE,
        given.bp_share_max, 0.0, "of net liq", "R-MRG-01",
    )  # fmt: skip
    reasons = ", ".join(sorted(view.standing.reasons)) or "none"
    yield Reading("reasons not to trade", Stage.DATA, Sense.IS, reasons, "none", "", "R-BRK-08")


def _book(view: View) -> Iterator[Reading]:
    """Greeks and margin of what is held, and every other limit; nothing while nothing is."""
    if view.book.positions:
        for one in usage(view, allowance(caps_of(view)), lambda roots: _margin(view, roots)):
            yield one.reading


def _margin(view: View, roots: Collection[str]) -> float:
    """Dollars that holding what is on some roots takes; NaN while a leg has no quote."""
    try:
        return margin_in_use(view, roots)
    except QuoteMissing:
        return float("nan")


def _assignment(view: View) -> Iterator[Reading]:
    """Short options that may be assigned, by their score."""
    for contract, seen in shorts(view):
        points = score(seen)
        if points > 0:
            yield Reading(
                f"assignment of {contract}", Stage.POSITION_LIMIT, Sense.BELOW, float(points),
                float(QUIET), "points", "R-SCO-02",
            )  # fmt: skip
