"""The whole rulebook in a bull, a bear, a range, a crash and a spike: what must hold in every market.

Nothing here is a profit. ``worlds.seeded`` makes the markets and lays book and venue beside each other
at every look. A few months of each year are traded. How many campaigns begin is approved in a text: a
rule that is changed changes it, and a reader sees by how much.
"""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from architecture.tree import ROOT
from tomking.app import strategies
from tomking.core.facts import (
    CampaignClosed,
    Considered,
    Judged,
    LegFilled,
    Reviewed,
    Sent,
    SessionClosed,
)
from tomking.core.order import Order, Purpose
from tomking.core.restraints import Halted, RungMoved
from tomking.core.rung import Rung
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
#: Plans that give up when VIX rises.
CALM = {"strangle", "calendar", "diagonal"}


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
    """Nothing is held beyond the last day its plan keeps it, or past its expiry.

    What an option became has no expiry; it goes in the next session.
    """
    for position in book.positions.values():
        if position.outright:
            continue
        rules = PLANS[position.strategy].rules(position)
        left = min((c.expiry - now.at.date()).days for c in position.expiry_legs)
        assert left > 0, f"{position.id} at {now.at}"
        least = max((rule.days for rule in rules if isinstance(rule, DteAbove)), default=-1)
        if any(isinstance(rule, UntilOnLastDay) for rule in rules):
            least = max(least, 0)
        assert left > least - GRACE_DAYS or least < 0, f"{position.id}: {left} days at {now.at}"


@cache
def played(name: str) -> Traded:
    """The whole rulebook, $200,000, in one market."""
    return traded(history(name), RULEBOOK, CAPITAL, (uncovered, unended), (overdue,))


@pytest.fixture(scope="module", params=MARKETS)
def run(request: pytest.FixtureRequest) -> tuple[str, Traded]:
    return request.param, played(request.param)


def judged(run: Traded, *purposes: Purpose) -> list[Judged]:
    found = [fact for fact in run.facts if isinstance(fact, Judged)]
    return [fact for fact in found if fact.order.purpose in purposes]


def sent(run: Traded, *purposes: Purpose) -> list[Sent]:
    found = [fact for fact in run.facts if isinstance(fact, Sent)]
    return [fact for fact in found if fact.order.purpose in purposes]


def campaigns(done: Traded) -> dict[str, str]:
    """The strategy of every campaign that began."""
    orders = {fact.order.id: fact.order for fact in sent(done, Purpose.OPEN)}
    filled = {fact.order for fact in done.facts if isinstance(fact, LegFilled)}
    return {order.campaign: order.strategy for name, order in orders.items() if name in filled}


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
    assert [
        f.order.id for f in sent(done, Purpose.OPEN, Purpose.ROLL) if f.order.id not in ids
    ] == []


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


def approved(name: str) -> str:
    lines = APPROVED.read_text("utf-8").splitlines()
    return next((line for line in lines if line.startswith(f"{name}:")), "")


def printed(name: str, done: Traded) -> str:
    begun = Counter(campaigns(done).values())
    counts = ", ".join(f"{who} {count}" for who, count in sorted(begun.items()))
    return f"{name}: {counts}"


def test_as_many_campaigns_begin_as_were_approved(run: tuple[str, Traded]) -> None:
    assert printed(*run) == approved(run[0])


@pytest.mark.emergency
def test_a_crash_stops_entries_and_says_why() -> None:
    """The ladder is climbed down before VIX reaches 35, manual mode is asked for above 50."""
    done = played("crash")
    high = {f.day for f in done.facts if isinstance(f, SessionClosed) and f.vix > 35.0}
    assert len(high) > 10
    assert [f.order.id for f in sent(done, Purpose.OPEN) if f.at.date() in high] == []
    moved = [fact for fact in done.facts if isinstance(fact, RungMoved)]
    assert {Rung.NO_ENTRY, Rung.CLOSE_ONLY} <= {fact.after for fact in moved}
    assert "manual mode" in {fact.reason for fact in done.facts if isinstance(fact, Halted)}
    refused = {f.outcome for f in done.facts if isinstance(f, Considered)}
    assert "refused: rung of the kill ladder" in refused


@pytest.mark.emergency
def test_a_crash_ends_what_its_plan_keeps_in_calm_only() -> None:
    """No strangle outlives a VIX of 30 (R-SGL-06), no calendar or diagonal one of 23 (R-DIA-02)."""
    done = played("crash")
    nervous = {name: begun for name, begun in campaigns(done).items() if begun in CALM}
    worst = next(f.at for f in done.facts if isinstance(f, SessionClosed) and f.vix > 40.0)
    ended = {f.campaign for f in done.facts if isinstance(f, CampaignClosed) and f.at <= worst}
    assert "strangle" in nervous.values()
    assert set(nervous) <= ended


# -- the markets themselves ----------------------------------------------------------------------


def year_of(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Closes of the index and of VIX in the year that is named, the close before it first."""
    known = history(name)
    start = int(np.searchsorted(known.spx.days, BEGINS.toordinal())) - 1
    return known.spx.close[start:], known.vix.close[start + 1 :]


@pytest.mark.parametrize("name", MARKETS)
def test_a_market_ends_where_its_name_says(name: str) -> None:
    index, vix = year_of(name)
    market = MARKETS[name]
    if market.event is None:
        assert index[-1] / index[0] - 1.0 == pytest.approx(market.gain, abs=0.06)
        assert float(np.median(vix)) == pytest.approx(market.vix, rel=0.10)


def test_the_crash_is_a_fifth_in_eight_sessions_and_half_of_it_comes_back() -> None:
    index, vix = year_of("crash")
    before, low, later = index[20], index[28], index[58]
    assert low / before - 1.0 == pytest.approx(-0.20, abs=0.04)
    assert later / before - 1.0 == pytest.approx(-0.10, abs=0.04)
    assert vix.max() == 60.0


def test_the_spike_goes_to_45_and_back_within_ten_sessions() -> None:
    index, vix = year_of("spike")
    assert vix.max() == 45.0
    assert vix.argmax() in range(20, 30)
    assert max(vix[18], vix[30]) < 20.0
    assert index[30] / index[20] - 1.0 == pytest.approx(-0.06, abs=0.04)


def test_the_range_stays_one() -> None:
    index, _ = year_of("sideways")
    assert index.max() / index.min() < 1.12


def test_one_seed_is_one_market_and_another_another() -> None:
    again, other = history("bear"), history("bear", seed=2)
    assert np.array_equal(history("bear").spx.close, again.spx.close)
    assert not np.array_equal(again.spx.close, other.spx.close)
