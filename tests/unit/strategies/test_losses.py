"""What a structure may lose: at a stop, beside one, without one - and what that leaves room for."""

from dataclasses import replace
from datetime import date
from math import inf, nan

import pytest

from tomking.core.contract import Right
from tomking.core.order import Leg, Structure
from tomking.core.reading import Skip
from tomking.risk.limits import Limits
from tomking.risk.sizing import at_the_stop
from tomking.strategies.build import Tranche
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.losses import defined_loss, stop_loss
from tomking.strategies.lt112_calendarised import LT112_CALENDARISED
from tomking.strategies.picks import Delta, sell
from tomking.strategies.stay import LossBelow, LossBelowNetLiq, ShortDeltaBelow, StayRule
from tomking.strategies.strangle import STRANGLE
from tomking.strategies.together import WholeLossBelow
from worlds.board import board, day_of
from worlds.orders import book_with, legs_of, order, view

pytestmark = pytest.mark.unit


def legs(text: str, tranche: str = "all") -> list[Leg]:
    """Legs of one tranche."""
    return [Leg(contract, count, tranche) for count, contract in legs_of(text)]


def kept(name: str, *stays: StayRule, covers: tuple[str, ...] = ()) -> Tranche:
    """A tranche with these stay rules."""
    return Tranche(name, (sell(1, Right.PUT, Delta(0.1), "put"),), stays, covers=covers)


STRANGLED, PRICES = legs("-1 5280 P, -1 6890 C"), (12.0, 12.0)


@pytest.mark.rule("R-SIZ-01")
@pytest.mark.parametrize(
    ("stays", "loss"),
    [
        ((LossBelow(2.0),), 48.0),
        ((LossBelow(2.0), LossBelow(1.5)), 36.0),  # the nearer one
        ((ShortDeltaBelow(0.30),), inf),
        ((LossBelowNetLiq(0.02),), inf),
        ((), inf),
    ],
)
def test_what_is_naked_loses_without_end_unless_a_stop_bounds_it(
    stays: tuple[StayRule, ...], loss: float
) -> None:
    assert stop_loss((kept("all", *stays),), STRANGLED, PRICES) == loss


@pytest.mark.rule("R-SIZ-01")
def test_where_nothing_is_stopped_it_may_lose_all_its_legs_can() -> None:
    spread = legs("-1 6090 C, +1 6120 C")
    assert stop_loss((kept("all"),), spread, (5.0, 1.0)) == 26.0
    assert stop_loss((kept("all"),), legs("+1 6090 C"), (5.0,)) == 5.0


@pytest.mark.rule("R-SIZ-01")
def test_what_was_bought_beside_a_stop_adds_nothing_to_it() -> None:
    held = [*legs("+1 5700 P, -1 5650 P", "trap"), *legs("-2 5000 P", "naked puts")]
    parts = (kept("trap"), kept("naked puts", LossBelow(2.0)))
    assert stop_loss(parts, held, (60.0, 51.0, 17.0)) == 68.0
    loose = (kept("trap", LossBelow(2.0)), kept("naked puts"))
    assert stop_loss(loose, held, (60.0, 51.0, 17.0)) == inf


@pytest.mark.rule("R-SIZ-01")
def test_what_is_covered_is_bounded_by_the_stop_of_its_cover() -> None:
    held = [*legs("+1 5700 P", "far"), *legs("-1 5600 P", "near")]
    stopped = (kept("far", WholeLossBelow(0.30), covers=("near",)), kept("near"))
    assert stop_loss(stopped, held, (100.0, 60.0)) == pytest.approx(30.0)
    assert stop_loss(stopped, held[1:], (60.0,)) == 0.0  # the near one sold again
    alone = (kept("far", WholeLossBelow(0.30)), kept("near"))
    assert stop_loss(alone, held[1:], (60.0,)) == inf


def test_a_price_nobody_knows_is_a_loss_nobody_knows() -> None:
    found = stop_loss((kept("all", LossBelow(2.0)),), STRANGLED, (12.0, nan))
    assert found != found


@pytest.mark.rule("R-SIZ-01")
def test_a_strangle_without_its_stop_by_loss_has_room_for_none() -> None:
    market = board(date(2025, 9, 9), vol=0.20)
    (shape,) = STRANGLE.shapes
    (tranche,) = shape.tranches
    endless = replace(tranche, stay_while=tranche.stay_while[1:])
    plan = replace(STRANGLE, enter_when=(), shapes=(replace(shape, tranches=(endless,)),))
    found = plan.enter(view(market), "ES")
    assert isinstance(found, Structure)
    assert (found.stop_loss, found.max_loss) == (inf, inf)
    assert at_the_stop(found, view(market)).units == 0.0


def renewed(units: int, cash: str) -> Structure | Skip:
    """The naked puts of a calendarised LT112 that are sold again."""
    day = date(2025, 10, 1)
    market = board(day, 30, vol=0.22, day=day_of(day))
    trap = order(
        "+1 5500 P, -1 5450 P", "-9.00", expiry=date(2026, 1, 30), tranche="trap",
        strategy="lt112_calendarised", campaign="c", units=units,
    )  # fmt: skip
    held = book_with(market.at, (trap, ("60.00", "51.00")), cash=cash)
    (found,) = LT112_CALENDARISED.renewals(view(market, held, limits=Limits(stage=4)))
    return found


@pytest.mark.rule("R-SIZ-01")
def test_what_is_sold_again_is_no_more_than_may_be_lost_at_its_stop() -> None:
    one = renewed(1, "1000000")
    assert isinstance(one, Structure)
    assert one.stop_loss == pytest.approx(2.0 * one.credit)
    assert one.units_max == 1
    each = 50.0 * one.stop_loss
    three = renewed(9, f"{3.5 * each / 0.02:.2f}")
    assert isinstance(three, Structure)
    assert three.units_max == 3
    none = renewed(1, f"{0.9 * each / 0.02:.2f}")
    assert isinstance(none, Skip)
    assert [reading.rule for reading in none.failed] == ["R-SIZ-01"]


@pytest.mark.rule("R-SIZ-01")
def test_a_roll_is_told_its_stop_and_asked_for_no_room() -> None:
    day = date(2025, 9, 5)
    market = board(day)
    (tranche,) = STRANGLE.tranches
    sold = order(
        "-1 5280 P, -1 6890 C", "24.00", strategy="strangle", expiry=date(2025, 11, 28),
        tranche="strangle",
    )  # fmt: skip
    held = book_with(market.at, (sold, ("12.00", "12.00")), cash="1000")
    (position,) = held.positions.values()
    rolled = STRANGLE.adjusted(
        position, replace(tranche.adjustments[1], take_when=()), view(market, held)
    )
    assert isinstance(rolled, Structure)
    assert 0.0 < rolled.stop_loss < inf
    closed = STRANGLE.adjusted(position, tranche.adjustments[0], view(market, held))
    assert isinstance(closed, Structure)
    assert (closed.stop_loss, closed.max_loss) == (0.0, 0.0)


@pytest.mark.rule("R-SIZ-01")
def test_a_weekly_sold_again_is_bounded_by_its_leap() -> None:
    market = board(date(2025, 9, 5))
    bought = order(
        "+1 520 C", "-90.00", root="SPY", expiry=date(2026, 9, 18), strategy="ipmcc",
        tranche="leap", campaign="ipmcc/a", units=2,
    )  # fmt: skip
    held = book_with(market.at, (bought, ("90.00",)))
    (found,) = IPMCC.renewals(view(market, held))
    assert isinstance(found, Structure)
    assert (found.stop_loss, found.units_max) == (0.0, 2)


def test_a_spread_bought_loses_what_it_cost() -> None:
    assert defined_loss(legs("+1 5700 P, -1 5650 P"), -9.0) == 9.0
