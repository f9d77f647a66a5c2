"""Where the hedge of an emergency is looked for, and what is said when there is none."""

import pytest

from tomking.core.order import Order, Purpose
from tomking.core.reading import Skip
from tomking.engine.hedging import sought
from tomking.risk.view import View
from worlds.desk import tick
from worlds.emergencies import ORANGE, emergency

pytestmark = [pytest.mark.unit, pytest.mark.emergency, pytest.mark.rule("R-HDG-01")]


def seen(*held: str, cash: str = "500000", **limits: float) -> View:
    on = emergency(*held, cash=cash, limits=limits, **ORANGE)
    return on.desk.view(on.market.at(tick(60).at))


def test_a_book_within_its_limits_needs_no_hedge() -> None:
    found = sought(seen("iron_condor"))
    assert isinstance(found, Skip)
    assert "within their limits, must be beyond one" in str(found)


def test_a_premium_above_its_limit_is_refused_and_within_it_ordered() -> None:
    refused = sought(seen("strangle", cash="30000"))
    assert isinstance(refused, Skip)
    assert "premium of 1 x ES" in str(refused)
    wanted = sought(seen("strangle", cash="30000", hedge_premium_max=0.02))
    assert isinstance(wanted, Order)
    assert (wanted.purpose, wanted.strategy, wanted.units) == (Purpose.REDUCE, "hedge", 1)
    assert "AUG5_LOW" in wanted.why


def test_a_book_that_cannot_be_marked_is_a_reason_and_no_error() -> None:
    on = emergency("strangle", half_width=float("nan"), **ORANGE)
    found = sought(on.desk.view(on.market.at(tick(60).at)))
    assert isinstance(found, Skip)
    assert "mark" in str(found)
