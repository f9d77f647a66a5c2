"""The fullest moment of a run: when margin took most of the account, and what a bad day would have
done to it then.

Margin is written down at every close and at every entry that traded; between them nobody asked.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from tomking.analysis.equity import MARGIN_READING
from tomking.core.facts import Fact, Judged, LegFilled, SessionClosed
from tomking.core.money import ZERO
from tomking.core.value import value
from tomking.portfolio.book import Book, empty_book, fold
from tomking.portfolio.call import CallClock, Uncalled, call_of
from tomking.portfolio.margin.account import Terms
from tomking.portfolio.scenarios import SCENARIOS
from tomking.portfolio.stress import Replay, World, money, replayed


@value
class Fullest:
    """The moment, what margin took then as a share of net liq, the bad days, the margin-call clock."""

    at: datetime
    share: float
    replays: tuple[Replay, ...]
    clock: CallClock | Uncalled


def fullest(
    facts: Sequence[Fact], world: Callable[[datetime], World], terms: Terms
) -> Fullest | None:
    """The fullest moment of a run, replayed; nothing if margin never took anything.

    Parameters
    ----------
    facts
        The whole journal of the run, in order.
    world
        The market of an instant.
    terms
        What the account is margined by.
    """
    row, share = moment(facts)
    if not share:
        return None
    book, at = _book(facts[: row + 1]), facts[row].at
    now, cash = world(at), money(book)
    return Fullest(
        at, share,
        tuple(replayed(book.legs, cash, now, each, terms) for each in SCENARIOS.values()),
        call_of(book.legs, cash, now, terms),
    )  # fmt: skip


def moment(facts: Sequence[Fact]) -> tuple[int, float]:
    """The number of the fact at which margin took most, and its share of net liq; 0 if it never did."""
    asked: dict[str, float] = {}
    best = (0, 0.0)
    for row, fact in enumerate(facts):
        match fact:
            case Judged(order=order, readings=readings, approved=True):
                shares = (r.observed for r in readings if r.name == MARGIN_READING)
                asked[order.id] = max((s for s in shares if isinstance(s, float)), default=0.0)
            case LegFilled(order=order):
                best = max(best, (row, asked.get(order, 0.0)), key=lambda seen: seen[1])
            case SessionClosed() if fact.net_liq > 0:
                share = float(fact.requirement / fact.net_liq)
                best = max(best, (row, share), key=lambda seen: seen[1])
            case _:
                pass
    return _whole(facts, best[0]), best[1]


def _whole(facts: Sequence[Fact], row: int) -> int:
    """The last fill of the order whose first fill is at a row; any other fact as it is."""
    filled = facts[row] if facts else None
    if not isinstance(filled, LegFilled):
        return row
    rows = (n for n, fact in enumerate(facts) if _is_of(fact, filled.order))
    return max(rows, default=row)


def _is_of(fact: Fact, order: str) -> bool:
    return isinstance(fact, LegFilled) and fact.order == order


def _book(facts: Sequence[Fact]) -> Book:
    return fold(empty_book(ZERO), facts)
