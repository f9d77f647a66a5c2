"""The other butterflies: of a month, of six weeks, and with a broken wing."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tomking.core.calendar import dte
from tomking.pricing.payoff import profile
from tomking.strategies.broken_wing import BROKEN_WING
from tomking.strategies.butterfly import BUTTERFLY
from tomking.strategies.iron_butterfly import IRON_BUTTERFLY
from worlds.board import FRIDAY, Board, board, day_of
from worlds.held import broken, held, legs, quoted, refused, wanted

pytestmark = pytest.mark.unit

TUESDAY = date(2025, 9, 9)
IRON = {"short put": 11.0, "long put": 7.0, "short call": 11.0, "long call": 7.0}
FLY = {"body": 10.0, "far wing": 6.0, "near wing": 16.0}
WING = {"near wing": 8.0, "body": 5.0, "far wing": 1.8}


def tuesday(vix: float = 14.0, iv_rank: float = 0.5) -> Board:
    """A Tuesday at half past ten on which SPY stands at 600."""
    known = day_of(TUESDAY, indicators={"iv_rank": iv_rank})
    return board(TUESDAY, 60, day=known, vix_points=vix, grid=1.0)


def iron(**changes: float) -> Board:
    """SPY with an iron butterfly worth 8.00."""
    return quoted(IRON_BUTTERFLY, tuesday(**changes), IRON)


def fly(vix: float = 14.0, **prices: float) -> Board:
    """SPY with a put butterfly that costs 2.00."""
    return quoted(BUTTERFLY, tuesday(vix), FLY | prices)


def friday(by: float = 0.006, vix: float = 16.0, **prices: float) -> Board:
    """A rising Friday with a broken wing that brings 0.20."""
    market = board(FRIDAY, 65, price=6000.0 * (1.0 + by), vix_points=vix, vol=0.25)
    return quoted(BROKEN_WING, market, WING | prices)


@pytest.mark.rule("R-BFL-05")
def test_an_iron_butterfly_is_the_straddle_at_the_price_between_two_wings_of_ten() -> None:
    found = wanted(IRON_BUTTERFLY, iron())
    assert legs(found) == ["-1 600 P", "+1 590 P", "-1 600 C", "+1 610 C"]
    assert 30 <= dte(found.expiry, TUESDAY) <= 44
    assert (found.credit, found.max_loss) == (pytest.approx(8.0), pytest.approx(2.0))


@pytest.mark.rule("R-BFL-05")
@pytest.mark.parametrize(
    ("vix", "iv_rank", "enters"),
    [(20.0, 0.40, True), (20.01, 0.40, False), (20.0, 0.399, False), (20.0, float("nan"), False)],
)
def test_an_iron_butterfly_wants_dear_volatility_in_a_calm_market(
    vix: float, iv_rank: float, enters: bool
) -> None:
    seen = refused(IRON_BUTTERFLY, iron(vix=vix, iv_rank=iv_rank))
    assert seen == (set() if enters else {"R-BFL-05"})


@pytest.mark.rule("R-BFL-05")
@pytest.mark.parametrize(("wing", "enters"), [(8.5, True), (8.51, False)])
def test_its_credit_is_half_the_width_at_least(wing: float, enters: bool) -> None:
    market = quoted(IRON_BUTTERFLY, iron(), {"long put": wing, "long call": wing})
    assert refused(IRON_BUTTERFLY, market) == (set() if enters else {"R-BFL-05"})


@pytest.mark.rule("R-BFL-05")
@pytest.mark.parametrize(("account", "units"), [("66600", 0), ("66700", 1), ("400000", 2)])
def test_it_risks_three_tenths_of_a_per_cent_and_five_hundred_dollars_at_most(
    account: str, units: int
) -> None:
    """One can lose $200; $1,200 would be six of them at $400,000."""
    assert int(wanted(IRON_BUTTERFLY, iron(), account).units_max) == units


@pytest.mark.rule("R-BFL-05")
@pytest.mark.parametrize(
    ("long", "said"),
    [
        (7.0, []),
        (6.05, []),
        (6.0, ["the loss is below 0.25 times the premium"]),
        (7.95, []),
        (8.0, ["profit is below 25% of the premium"]),
    ],
)
def test_it_leaves_at_a_quarter_of_its_credit_either_way(long: float, said: list[str]) -> None:
    book = held(IRON_BUTTERFLY, iron())
    later = quoted(IRON_BUTTERFLY, iron(), {"long put": long, "long call": long})
    assert broken(IRON_BUTTERFLY, book, later) == said


@pytest.mark.rule("R-BFL-06")
def test_a_put_butterfly_is_bought_at_the_price_ten_points_wide() -> None:
    found = wanted(BUTTERFLY, fly())
    assert legs(found) == ["-2 600 P", "+1 590 P", "+1 610 P"]
    assert found.credit == pytest.approx(-2.0)
    strikes = np.array([600.0, 590.0, 610.0])
    shape = profile(strikes, -np.ones(3), np.array([-2.0, 1.0, 1.0]), np.ones(3), -2.0)
    assert (shape.best, shape.worst) == (8.0, -2.0)


@pytest.mark.rule("R-BFL-06")
@pytest.mark.parametrize(("vix", "enters"), [(14.99, True), (15.0, False)])
def test_a_put_butterfly_is_bought_below_vix_15(vix: float, enters: bool) -> None:
    assert refused(BUTTERFLY, fly(vix)) == (set() if enters else {"R-BFL-06"})


@pytest.mark.rule("R-BFL-06")
@pytest.mark.parametrize(("near", "enters"), [(18.0, True), (18.01, False)])
def test_a_put_butterfly_costs_four_points_at_most(near: float, enters: bool) -> None:
    market = quoted(BUTTERFLY, fly(), {"near wing": near})
    assert refused(BUTTERFLY, market) == (set() if enters else {"R-BFL-06"})


@pytest.mark.rule("R-BFL-04")
def test_a_put_butterfly_lives_on_the_budget_of_the_friday_one() -> None:
    """0.3 % of $200,000 at VIX 14 is $560: two of $200."""
    assert int(wanted(BUTTERFLY, fly()).units_max) == 2


@pytest.mark.rule("R-BFL-06")
@pytest.mark.parametrize(
    ("near", "said"),
    [
        (15.05, []),
        (15.0, ["the loss is below 0.5 times the premium"]),
        (16.95, []),
        (17.0, ["profit is below 50% of the premium"]),
    ],
)
def test_a_put_butterfly_leaves_at_half_its_debit_either_way(near: float, said: list[str]) -> None:
    book = held(BUTTERFLY, fly())
    assert broken(BUTTERFLY, book, quoted(BUTTERFLY, fly(), {"near wing": near})) == said


@pytest.mark.rule("R-BFL-06")
@pytest.mark.parametrize(("left", "stays"), [(8, True), (7, False)])
def test_a_put_butterfly_leaves_a_week_before_it_would_deliver_shares(
    left: int, stays: bool
) -> None:
    market = fly()
    book = held(BUTTERFLY, market)
    ends = wanted(BUTTERFLY, market).expiry
    day = date.fromordinal(ends.toordinal() - left)
    later = replace(market, day=day_of(day), at=day_of(day).session.at(60))
    assert broken(BUTTERFLY, book, later) == ([] if stays else ["more than 7 days are left"])


@pytest.mark.rule("R-BFL-07")
def test_a_broken_wing_loses_what_the_far_wing_is_wider_and_nothing_above() -> None:
    found = wanted(BROKEN_WING, friday())
    assert legs(found) == ["+1 6025 P", "-2 6015 P", "+1 5995 P"]
    assert found.credit == pytest.approx(0.2)
    assert found.max_loss == pytest.approx(9.8)
    strikes = np.array([6025.0, 6015.0, 5995.0])
    shape = profile(strikes, -np.ones(3), np.array([1.0, -2.0, 1.0]), np.ones(3), 0.2)
    assert shape.best == pytest.approx(10.2)
    assert shape.break_evens == (pytest.approx(6004.8),)


@pytest.mark.rule("R-BFL-07")
@pytest.mark.parametrize(("by", "enters"), [(0.005, False), (0.0051, True), (-0.006, False)])
def test_a_broken_wing_wants_a_rising_market(by: float, enters: bool) -> None:
    assert refused(BROKEN_WING, friday(by)) == (set() if enters else {"R-BFL-07"})


@pytest.mark.rule("R-BFL-07")
@pytest.mark.parametrize(("near", "enters"), [(8.2, True), (8.21, False)])
def test_a_broken_wing_costs_nothing(near: float, enters: bool) -> None:
    market = quoted(BROKEN_WING, friday(), {"near wing": near})
    assert refused(BROKEN_WING, market) == (set() if enters else {"R-BFL-07"})


@pytest.mark.rule("R-BFL-07")
@pytest.mark.parametrize(("account", "units"), [("195000", 0), ("197000", 1), ("400000", 2)])
def test_a_broken_wing_risks_half_a_per_cent_at_most(account: str, units: int) -> None:
    assert int(wanted(BROKEN_WING, friday(), account).units_max) == units


@pytest.mark.rule("R-BFL-07")
@pytest.mark.parametrize(
    ("minute", "body", "said"),
    [
        (374, 5.0, []),
        (375, 5.0, ["it is before 15:45"]),
        (200, 9.9, []),
        (200, 10.1, ["the loss is below 0.5% of net liq"]),
    ],
)
def test_a_broken_wing_leaves_at_half_a_per_cent_or_a_quarter_to_four(
    minute: float, body: float, said: list[str]
) -> None:
    """A point of the body is $200; $990 are lost at 9.95 and half a per cent of what is left is $995."""
    market = friday()
    book = held(BROKEN_WING, market)
    later = replace(quoted(BROKEN_WING, market, {"body": body}), at=market.day.session.at(minute))
    assert broken(BROKEN_WING, book, later) == said
