"""Far and near judged together, and what cannot be measured."""

from dataclasses import replace
from datetime import date

import pytest

from tomking.core.order import Leg
from tomking.strategies.diagonal import DIAGONAL
from tomking.strategies.stay import LossBelowNetLiq, kept
from tomking.strategies.together import NoneOutlives, WholeGainBelow, WholeLossBelow, earned
from tomking.strategies.worth import Candidate
from worlds.board import Board, board
from worlds.held import at, held, position_of, quoted, wanted
from worlds.orders import option, view

pytestmark = pytest.mark.unit

TUESDAY = date(2025, 9, 9)


def tuesday() -> Board:
    return quoted(
        DIAGONAL, board(TUESDAY, 30, vol=0.14, vix_points=14.0, grid=1.0),
        {"far put": 6.0, "near put": 2.5},
    )  # fmt: skip


@pytest.mark.rule("R-DIA-03")
def test_a_campaign_has_earned_what_came_in_and_what_is_there() -> None:
    book = held(DIAGONAL, tuesday())
    assert earned(position_of(book, "far"), at(tuesday(), book)) == pytest.approx(0.0)
    dearer = quoted(DIAGONAL, tuesday(), {"far put": 7.0})
    assert earned(position_of(book, "near"), at(dearer, book)) == pytest.approx(100.0)


@pytest.mark.rule("R-DIA-03")
def test_another_campaign_of_the_strategy_does_not_count() -> None:
    book = held(DIAGONAL, tuesday())
    position = replace(position_of(book, "far"), campaign="diagonal/another")
    seen = at(tuesday(), book)
    assert (
        WholeLossBelow(0.3).measure(position, seen)[0]
        != WholeLossBelow(0.3).measure(position_of(book, "far"), seen)[0]
    )
    assert kept(WholeLossBelow(0.3), position, seen)
    assert kept(WholeGainBelow(0.3), position, seen)


def test_a_bound_that_cannot_be_known_takes_nobody_out() -> None:
    """Net liq is unknown while something held has no quote; the loss of this position is not."""
    book = held(DIAGONAL, tuesday())
    seen = at(quoted(DIAGONAL, tuesday(), {"far put": 0.05}), book)
    assert not kept(LossBelowNetLiq(0.001), position_of(book, "far"), seen)
    blind = replace(seen, net_liq=float("nan"))
    assert kept(LossBelowNetLiq(0.001), position_of(book, "far"), blind)


@pytest.mark.rule("R-DIA-04")
@pytest.mark.parametrize(
    ("long", "lasts", "passes"),
    [
        (("590 P", date(2025, 10, 10)), 1.0, True),
        (("590 P", date(2025, 10, 9)), 0.0, True),
        (("590 P", date(2025, 10, 8)), -1.0, False),
        (("590 C", date(2025, 10, 10)), float("-inf"), False),
    ],
)
def test_nothing_sold_outlives_its_cover(
    long: tuple[str, date], lasts: float, passes: bool
) -> None:
    found = wanted(DIAGONAL, tuesday())
    sold = option("580 P", date(2025, 10, 9), "SPY")
    legs = (Leg(option(long[0], long[1], "SPY"), 1, "far"), Leg(sold, -1, "near"))
    candidate = Candidate(replace(found, legs=legs), (), "diagonal")
    (seen,) = NoneOutlives("R-DIA-04")(view(tuesday()), candidate)
    assert (seen.observed, seen.passed) == (lasts, passes)


@pytest.mark.rule("R-DIA-04")
def test_what_the_campaign_holds_covers_too_and_what_is_closed_does_not_count() -> None:
    book = held(DIAGONAL, tuesday())
    found = wanted(DIAGONAL, tuesday())
    sold = option("580 P", date(2025, 10, 31), "SPY")
    seen = at(tuesday(), book)
    alone = Candidate(replace(found, legs=(Leg(sold, -1, "near"),)), (), "diagonal")
    assert NoneOutlives()(seen, alone)[0].passed
    elsewhere = replace(alone.structure, campaign="diagonal/another")
    assert not NoneOutlives()(seen, replace(alone, structure=elsewhere))[0].passed
    gone = replace(found, legs=(Leg(sold, -1, "near", opens=False),))
    assert NoneOutlives()(seen, replace(alone, structure=gone))[0].passed
