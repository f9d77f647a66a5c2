"""Put ratio 1x2: what is sold, what it can make, and the delta at which it goes."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tomking.core.calendar import dte
from tomking.core.contract import Right
from tomking.market.snapshot import DELTA
from tomking.pricing.payoff import profile
from tomking.strategies.put_ratio import PUT_RATIO
from tomking.strategies.stay import kept
from worlds.board import Board, board
from worlds.held import at, broken, held, quoted, refused, wanted

pytestmark = pytest.mark.unit

TUESDAY = date(2025, 9, 9)


def tuesday(vix: float = 18.0, long: float = 5.0, short: float = 3.5) -> Board:
    """A Tuesday at ten on which the two puts sold bring two points more than the one bought costs."""
    return quoted(
        PUT_RATIO, board(TUESDAY, 30, vol=0.18, vix_points=vix, grid=1.0),
        {"long put": long, "short puts": short},
    )  # fmt: skip


@pytest.mark.rule("R-RAT-01")
def test_one_put_of_25_delta_is_bought_and_two_of_16_are_sold() -> None:
    found = wanted(PUT_RATIO, tuesday())
    assert [(leg.quantity, leg.contract.right) for leg in found.legs] == [
        (1, Right.PUT), (-2, Right.PUT),
    ]  # fmt: skip
    assert 35 <= dte(found.expiry, TUESDAY) <= 55
    marks = tuesday().marks(held(PUT_RATIO, tuesday()).legs).table[DELTA]
    assert np.abs(marks).tolist() == [pytest.approx(0.25, abs=0.01), pytest.approx(0.16, abs=0.01)]


@pytest.mark.rule("R-RAT-01")
def test_it_pays_most_at_the_strike_sold_and_loses_without_bound_below() -> None:
    found = wanted(PUT_RATIO, tuesday())
    long, short = (float(leg.contract.strike or 0) for leg in found.legs)
    shape = profile(
        np.array([long, short]), -np.ones(2), np.array([1.0, -2.0]), np.ones(2), found.credit
    )
    assert found.credit == pytest.approx(2.0)
    assert shape.best == pytest.approx(long - short + 2.0)
    assert shape.break_evens == (pytest.approx(short - (long - short + 2.0)),)
    assert found.max_loss == float("inf")


@pytest.mark.rule("R-RAT-01")
@pytest.mark.parametrize(("vix", "enters"), [(35.0, True), (35.01, False)])
def test_vix_is_at_most_35(vix: float, enters: bool) -> None:
    assert refused(PUT_RATIO, tuesday(vix)) == (set() if enters else {"R-RAT-01"})


@pytest.mark.rule("R-RAT-01")
@pytest.mark.parametrize(("long", "enters"), [(6.95, True), (7.0, False), (7.5, False)])
def test_it_is_entered_for_a_credit_that_pays_for_getting_in_and_out(
    long: float, enters: bool
) -> None:
    assert refused(PUT_RATIO, tuesday(long=long)) == (set() if enters else {"R-RAT-01"})


@pytest.mark.rule("R-RAT-02")
@pytest.mark.parametrize(
    ("delta", "stays"), [(0.20, True), (0.2499, True), (0.25, False), (0.30, False)]
)
def test_all_of_it_goes_when_the_puts_sold_reach_25_delta(delta: float, stays: bool) -> None:
    """There is one side only: the tested one is the whole."""
    book = held(PUT_RATIO, tuesday())
    seen = at(tuesday(), book)
    seen.marks.table[DELTA] = (-0.40, -delta)
    (position,) = book.positions.values()
    failed = [str(rule) for rule in PUT_RATIO.rules(position) if not kept(rule, position, seen)]
    assert failed == ([] if stays else ["no short delta has reached 0.25"])


@pytest.mark.rule("R-RAT-02")
@pytest.mark.parametrize(
    ("short", "said"),
    [
        (5.95, []),
        (6.0, ["the loss is below 2.5 times the premium"]),
        (3.05, []),
        (3.0, ["profit is below 50% of the premium"]),
    ],
)
def test_it_stops_at_two_and_a_half_credits_and_takes_half(short: float, said: list[str]) -> None:
    book = held(PUT_RATIO, tuesday())
    assert broken(PUT_RATIO, book, tuesday(short=short)) == said


@pytest.mark.rule("R-MAN-05")
@pytest.mark.parametrize(("left", "stays"), [(22, True), (21, False)])
def test_it_leaves_at_21_days(left: int, stays: bool) -> None:
    market = tuesday()
    book = held(PUT_RATIO, market)
    day = date.fromordinal(wanted(PUT_RATIO, market).expiry.toordinal() - left)
    later = board(day, 60, vol=0.18, grid=1.0, quotes=market.quotes)
    assert broken(PUT_RATIO, book, later) == ([] if stays else ["more than 21 days are left"])
    assert replace(later, quotes={}) != market
