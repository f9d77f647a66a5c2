"""Scores of what a desk holds: measured with its plans, and unknown where a quote is."""

import pytest

from tomking.engine.scores import scores
from worlds.desk import tick
from worlds.emergencies import ORANGE, emergency

pytestmark = [pytest.mark.unit, pytest.mark.risk]


@pytest.mark.rule("R-SCO-01")
def test_every_position_has_its_health_and_every_strategy_its_record() -> None:
    on = emergency("lt112", "strangle", **ORANGE)
    found = scores(on.desk, on.desk.view(on.market.at(tick(60).at)))
    assert [name.partition("/")[0] for name, _ in found.health] == ["lt112", "strangle"]
    assert all(one is not None and 0.0 <= one.score <= 100.0 for _, one in found.health)
    assert {name for name, _ in found.expectancy} == {one.name for one in on.desk.strategies}
    assert len(found.assignment) == 3  # two short puts and a short call


@pytest.mark.rule("R-SCO-01")
def test_without_a_quote_the_health_is_unknown() -> None:
    on = emergency("strangle", half_width=float("nan"), **ORANGE)
    found = scores(on.desk, on.desk.view(on.market.at(tick(60).at)))
    assert [one for _, one in found.health] == [None]
