"""The desk: everything it holds is folded from the journal."""

from dataclasses import replace
from datetime import datetime

import pytest

from tomking.core.errors import InvariantError
from tomking.core.facts import CampaignClosed, RunStarted
from tomking.engine.desk import Desk
from tomking.engine.labels import asked_under, labels
from tomking.engine.memory import MemoryJournal
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.stay import LossBelow
from worlds.board import Board, board
from worlds.desk import Bench, bench, tick
from worlds.gates import SPREAD, exit_of, held_spread, scene
from worlds.orders import order, preview

pytestmark = pytest.mark.unit

NAME = "friday_0dte"


def rising(now: datetime) -> Board:
    """A Friday that stands 0.7 % above its open."""
    return replace(board(price=6042.0, vol=0.6, half_width=0.05), at=now)


@pytest.fixture
def traded() -> Bench:
    """A morning: entered, and its profit order at rest."""
    on = bench((replace(FRIDAY_0DTE, take_when=()),), rising, limits=Limits(walk_mode="natural"))
    on.play(tick(60, due=NAME), tick(61))
    return on


def test_a_desk_is_the_fold_of_its_journal(traded: Bench) -> None:
    again = Desk(traded.desk.strategies, Limits(), traded.desk.fees, MemoryJournal())
    begun, *rest = traded.facts
    assert isinstance(begun, RunStarted)
    again.begin(begun)
    for fact in rest:
        again.fold(fact)
    for name in ("cash", "positions", "working", "campaigns", "moved"):
        assert getattr(again.book, name) == getattr(traded.desk.book, name)
    assert again.standing == traded.desk.standing
    assert again.attempts == traded.desk.attempts
    assert (again.held, again.impatient) == (traded.desk.held, traded.desk.impatient)


def test_what_follows_from_an_end_is_written_at_the_next_start_if_a_stop_came_between() -> None:
    on = bench((replace(FRIDAY_0DTE, take_when=()),), rising, limits=Limits(walk_mode="natural"))
    on.play(tick(60, due=NAME), tick(61), tick(330, watch=NAME), tick(331))
    facts = on.facts
    place = next(n for n, fact in enumerate(facts) if isinstance(fact, CampaignClosed))
    journal = MemoryJournal()
    journal.append(facts[:place])
    begun = facts[0]
    assert isinstance(begun, RunStarted)
    for _ in range(2):  # and once only
        Desk(on.desk.strategies, Limits(), on.desk.fees, journal).begin(begun)
    assert journal.facts == facts[: place + 1]


def test_a_resting_order_makes_nobody_restless(traded: Bench) -> None:
    assert traded.desk.book.working
    assert not traded.desk.restless
    traded.desk.doubts.add(("x", LossBelow(2.0)))
    assert traded.desk.restless


def test_a_strategy_the_desk_does_not_have_is_a_bug_and_is_named(traded: Bench) -> None:
    with pytest.raises(InvariantError, match="no strategy 'lt112', only friday_0dte; stop, add it"):
        traded.desk.strategy("lt112")


def test_facts_are_written_before_they_are_folded(traded: Bench) -> None:
    assert not traded.desk.note([])
    assert len(list(traded.desk.journal.read(after=3))) == len(traded.facts) - 3


def test_a_journal_numbers_its_facts_from_one() -> None:
    journal = MemoryJournal()
    begun = RunStarted(board().at, "test", held_spread().cash, "")
    assert journal.append([begun, begun]) == 2
    assert list(journal.read()) == [(1, begun), (2, begun)]
    assert list(journal.read(after=1)) == [(2, begun)]


def test_an_unknown_strategy_is_told_by_name(traded: Bench) -> None:
    assert traded.desk.strategy(NAME).name == NAME


def test_labels_say_what_a_decision_was_made_under() -> None:
    seen = scene(market={"vix_points": 26.0}, memory={"phase": 3})
    wanted = order(SPREAD, "2.00")
    named = labels(wanted, seen, judge(wanted, seen, preview()).readings)
    assert named["regime"] == "HIGH"
    assert named["phase"] == "3"
    assert named["stage"] == "4"
    assert named["group"] == "A1"
    assert named["vix"] == "26.00"
    assert named["evidence"] == "MODEL"
    assert float(named["pattern"]) > 0


def test_a_question_is_labelled_like_the_order_it_may_lead_to() -> None:
    seen = scene(market={"vix_points": 26.0}, memory={"phase": 3})
    wanted = order(SPREAD, "2.00")
    judged = labels(wanted, seen, judge(wanted, seen, preview()).readings)
    assert asked_under("ES", seen) == {k: v for k, v in judged.items() if k != "reason"}


def test_the_pattern_of_a_root_nobody_measured_is_unknown() -> None:
    assert asked_under("GLD", scene())["pattern"] == "unknown"


def test_an_exit_is_not_asked_for_its_pattern() -> None:
    seen = scene(holding=held_spread())
    wanted = exit_of()
    named = labels(wanted, seen, judge(wanted, seen, preview()).readings)
    assert named["pattern"] in ("not asked", "unknown")
