"""The whole rulebook in a bull, a bear, a range, a crash and a spike: what must hold in every market.

Nothing here is a profit. ``worlds.seeded`` makes the markets; book and venue agree at every look already,
or the run itself fails.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from architecture.tree import ROOT
from tomking.app import strategies
from tomking.core.facts import (
    CampaignClosed,
    Considered,
    Fact,
    Halted,
    Judged,
    LegFilled,
    Reviewed,
    Sent,
    SessionClosed,
)
from tomking.core.order import Order, Purpose
from tomking.market.snapshot import Snapshot
from tomking.portfolio.book import Book
from tomking.strategies.plan import Plan
from tomking.strategies.stay import DteAbove, UntilOnLastDay
from worlds.seeded import BEGINS, MARKETS, Traded, history, traded

pytestmark = [pytest.mark.scenario, pytest.mark.risk]

CAPITAL = 200_000
APPROVED = ROOT / "tests" / "approvals" / "markets.txt"
RULEBOOK = strategies.chosen(("all",))
PLANS = {plan.name: plan for plan in RULEBOOK if isinstance(plan, Plan)}
#: An exit that finds nobody to trade with is repriced in the next session.
GRACE_DAYS = 4


def uncovered(book: Book, now: Snapshot) -> None:
    """What is covered is never held after what covers it: the cover goes last."""
    held = {(p.campaign, p.tranche) for p in book.positions.values()}
    for position in book.positions.values():
        for cover in PLANS[position.strategy].tranches:
            if position.tranche in cover.covers:
                assert (position.campaign, cover.name) in held, f"{position.id} at {now.at}"


def unended(book: Book, now: Snapshot) -> None:
    """Whatever is held belongs to a campaign that has not ended."""
    for position in book.positions.values():
        assert position.campaign in book.campaigns, f"{position.id} at {now.at}"


def overdue(book: Book, now: Snapshot) -> None:
    """Nothing is held beyond the last day its plan keeps it, or past its expiry."""
    for position in book.positions.values():
        rules = PLANS[position.strategy].rules(position)
        left = min((c.expiry - now.at.date()).days for c in position.expiry_legs)
        assert left > 0, f"{position.id} at {now.at}"
        least = max((rule.days for rule in rules if isinstance(rule, DteAbove)), default=-1)
        if any(isinstance(rule, UntilOnLastDay) for rule in rules):
            least = max(least, 0)
        assert left > least - GRACE_DAYS or least < 0, f"{position.id}: {left} days at {now.at}"


@pytest.fixture(scope="module", params=MARKETS)
def run(request: pytest.FixtureRequest) -> Iterator[tuple[str, Traded]]:
    """The whole rulebook, $200,000, in one market."""
    name: str = request.param
    yield name, traded(history(name), RULEBOOK, CAPITAL, (uncovered, unended), (overdue,))


def judged(run: Traded, *purposes: Purpose) -> list[Judged]:
    found = [fact for fact in run.facts if isinstance(fact, Judged)]
    return [fact for fact in found if fact.order.purpose in purposes]


def sent(run: Traded, *purposes: Purpose) -> list[Sent]:
    found = [fact for fact in run.facts if isinstance(fact, Sent)]
    return [fact for fact in found if fact.order.purpose in purposes]


def test_book_and_venue_agree_at_every_close(run: tuple[str, Traded]) -> None:
    _, done = run
    assert done.broker.closes == [session.day for session in done.sessions]
    assert [f.day for f in done.facts if isinstance(f, SessionClosed)] == done.broker.closes


def test_no_entry_passes_a_gate_that_fails(run: tuple[str, Traded]) -> None:
    _, done = run
    approved = [fact for fact in judged(done, Purpose.OPEN, Purpose.ROLL) if fact.approved]
    assert approved
    assert [str(r) for fact in approved for r in fact.readings if not r.passed] == []
    ids = {fact.order.id for fact in approved}
    assert [f.order.id for f in sent(done, Purpose.OPEN, Purpose.ROLL) if f.order.id not in ids] == []


def test_nothing_is_entered_above_a_vix_of_35(run: tuple[str, Traded]) -> None:
    _, done = run
    vixes = {
        fact.order.id: float(fact.labels["vix"])
        for fact in judged(done, Purpose.OPEN)
        if fact.approved
    }
    assert [name for name, vix in vixes.items() if vix > 35.0] == []


def test_no_limit_refuses_an_exit(run: tuple[str, Traded]) -> None:
    _, done = run
    exits = judged(done, Purpose.CLOSE)
    assert exits
    assert [str(fact) for fact in exits if not fact.approved] == []


def test_a_campaign_that_ended_trades_no_more(run: tuple[str, Traded]) -> None:
    _, done = run
    ended: set[str] = set()
    orders: dict[str, Order] = {f.order.id: f.order for f in done.facts if isinstance(f, Sent)}
    for fact in done.facts:
        if isinstance(fact, LegFilled):
            assert orders[fact.order].campaign not in ended
        if isinstance(fact, CampaignClosed):
            ended.add(fact.campaign)
    assert not ended & {p.campaign for p in done.desk.book.positions.values()}


def test_every_roll_was_written_down_when_it_went(run: tuple[str, Traded]) -> None:
    _, done = run
    reviews = {(f.at, f.strategy) for f in done.facts if isinstance(f, Reviewed)}
    rolls = [f for f in sent(done, Purpose.ROLL) if not f.order.replaces]
    assert [f.order.id for f in rolls if (f.at, f.order.strategy) not in reviews] == []


def entered(done: Traded) -> Counter[str]:
    """Campaigns begun by strategy."""
    orders = {fact.order.id: fact.order for fact in sent(done, Purpose.OPEN)}
    filled = {fact.order for fact in done.facts if isinstance(fact, LegFilled)}
    begun = {order.campaign: order.strategy for name, order in orders.items() if name in filled}
    return Counter(begun.values())


def approved(name: str) -> str:
    lines = APPROVED.read_text("utf-8").splitlines()
    return next((line for line in lines if line.startswith(f"{name}:")), "")


def printed(name: str, done: Traded) -> str:
    counts = ", ".join(f"{who} {count}" for who, count in sorted(entered(done).items()))
    return f"{name}: {counts}"


def test_as_many_campaigns_begin_as_were_approved(run: tuple[str, Traded]) -> None:
    assert printed(*run) == approved(run[0])


# -- the markets themselves ----------------------------------------------------------------------


def test_a_crash_stops_entries_by_itself() -> None:
    """While VIX is high nothing begins, and something says so."""


def test_every_market_is_what_it_is_called() -> None:
    """Returns over the year and VIX, as the names promise."""
