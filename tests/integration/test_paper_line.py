"""A day over HTTP and the account stream, against the same day in one process: to the cent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from tomking.core.dealings import Acknowledged, BooksCompared, MarginCompared, RowBooked
from tomking.core.facts import Fact, LegFilled, OrderEnded, Sent, Settled
from tomking.market.sessions import sessions_between
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.lt112 import LT112
from tomking.strategies.plan import Strategy
from tomking.strategies.strangle import STRANGLE
from worlds.at_the_server import in_process, over_http
from worlds.standing import standing

pytestmark = pytest.mark.integration

CORE = (FRIDAY_0DTE, LT112, STRANGLE, LEAP_LADDER)
#: What only an account at a broker has.
BESIDE = (Acknowledged, RowBooked, BooksCompared, MarginCompared)


def _plainly(facts: Sequence[Fact]) -> list[Fact]:
    """Facts without what the broker names in its own way."""
    return [_named(fact) for fact in facts if not isinstance(fact, BESIDE)]


def _named(fact: Fact) -> Fact:
    match fact:
        case LegFilled():
            return replace(fact, fill="", slippage=0.0)
        case OrderEnded():
            return replace(fact, note="")
        case Settled():
            return replace(fact, note="")
        case _:
            return fact


def _agree(
    plans: Sequence[Strategy], first: date, last: date, *, backstops: bool = False
) -> list[Fact]:
    """The facts of a window over HTTP, after they were found to be those of one process."""
    sessions = tuple(sessions_between(first, last))
    with standing(0.0, day=sessions[0].day) as there:
        done = over_http(there, plans, sessions, backstops=backstops)
    assert done.broker is not None
    assert (done.broker.odd, done.broker.news.odd) == ([], 0)
    theirs = done.facts
    ours = in_process(plans, sessions, backstops=backstops).facts
    for one, other in zip(_plainly(theirs), _plainly(ours), strict=False):
        assert one == other
    assert len(_plainly(theirs)) == len(_plainly(ours))
    return theirs


def _count(facts: Sequence[Fact], kind: type[Fact]) -> int:
    return sum(isinstance(fact, kind) for fact in facts)


def test_a_friday_over_http_is_the_friday_in_one_process():
    facts = _agree((FRIDAY_0DTE,), date(2017, 6, 9), date(2017, 6, 9))
    assert _count(facts, LegFilled) == 8
    assert _count(facts, RowBooked) == 8
    assert _count(facts, BooksCompared) == 1


def test_a_season_of_the_core_over_http_is_the_season_in_one_process():
    facts = _agree(CORE, date(2017, 6, 1), date(2017, 9, 29))
    assert _count(facts, LegFilled) > 20
    margins = [fact for fact in facts if isinstance(fact, MarginCompared)]
    assert margins
    assert all(fact.broker == fact.ours for fact in margins), (
        "one rule, asked over the wire and here"
    )


def test_a_season_with_stops_behind_naked_shorts_is_the_same_over_http():
    facts = _agree((LT112,), date(2017, 9, 6), date(2017, 9, 29), backstops=True)
    stops = {fact.order.id for fact in facts if isinstance(fact, Sent) if fact.order.is_backstop}
    ends = [fact.how for fact in facts if isinstance(fact, OrderEnded) if fact.order in stops]
    assert len(stops) > 10
    assert "expired" in ends
    assert "rejected" not in ends
