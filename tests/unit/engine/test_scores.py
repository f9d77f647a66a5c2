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


@pytest.mark.rule("R-COR-09")
def test_the_book_as_a_whole_is_read_and_one_group_alone_is_too_much_together() -> None:
    on = emergency("lt112", "strangle")
    whole = scores(on.desk, on.desk.view(on.market.at(tick(60).at))).book
    by_rule = {reading.rule: reading for reading in whole}
    assert by_rule["R-COR-09"].observed == pytest.approx(77.5)
    assert not by_rule["R-COR-09"].passed
    assert {"R-PRE-01", "R-PRE-02", "R-PRE-03", "R-PRE-04", "R-PRE-05", "R-PRE-06"} <= set(by_rule)
    assert by_rule["R-PRE-01"].passed


@pytest.mark.rule("R-COR-09")
def test_without_a_quote_the_crisis_score_does_not_pass_and_an_empty_book_has_none() -> None:
    on = emergency("strangle", half_width=float("nan"), **ORANGE)
    whole = scores(on.desk, on.desk.view(on.market.at(tick(60).at))).book
    assert not next(reading for reading in whole if reading.rule == "R-COR-09").passed
    calm = emergency()
    assert scores(calm.desk, calm.desk.view(calm.market.at(tick(60).at))).book == ()
