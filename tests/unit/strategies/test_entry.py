"""Entry rules: each below, at and above its bound, and what none of them can know."""

from dataclasses import replace
from typing import Any

import pytest

from tomking.core.reading import Reading
from tomking.strategies.entry import (
    EntryRule,
    FullSession,
    NoEvent,
    VixAtLeast,
    VixAtMost,
    VixBelow,
    VixRiseAtMost,
)
from tomking.strategies.trend import MovedDown, MovedUp, NotAtHigh
from worlds.board import FRIDAY, Board, board, day_of
from worlds.orders import view

pytestmark = pytest.mark.unit


def ask(rule: EntryRule, market: Board, root: str = "ES") -> Reading:
    """A rule's measurement of one root."""
    return rule(view(market), root)


#: (rule, market, passes): below, at and above, where there is a bound to stand at.
TABLE = [
    (VixBelow(30.0), {"vix_points": 29.99}, True),
    (VixBelow(30.0), {"vix_points": 30.0}, False),
    (VixBelow(30.0), {"vix_points": 30.01}, False),
    (VixAtLeast(12.0), {"vix_points": 11.99}, False),
    (VixAtLeast(12.0), {"vix_points": 12.0}, True),
    (VixAtLeast(12.0), {"vix_points": 12.01}, True),
    (VixAtMost(35.0), {"vix_points": 34.99}, True),
    (VixAtMost(35.0), {"vix_points": 35.0}, True),
    (VixAtMost(35.0), {"vix_points": 35.01}, False),
    (VixRiseAtMost(0.10), {"vix_points": 17.5}, True),
    (VixRiseAtMost(0.10), {"vix_points": 17.7}, False),
    (MovedUp(0.005), {"price": 6029.75}, False),
    (MovedUp(0.005), {"price": 6030.0}, False),
    (MovedUp(0.005), {"price": 6030.25}, True),
    (MovedDown(0.005), {"price": 5970.25}, False),
    (MovedDown(0.005), {"price": 5970.0}, False),
    (MovedDown(0.005), {"price": 5969.75}, True),
    (NotAtHigh(252), {"price": 6999.75}, True),
    (NotAtHigh(252), {"price": 7000.0}, False),
    (NotAtHigh(252), {"price": 7000.25}, False),
    (NotAtHigh(261), {"price": 6000.0}, False),  # one day more than the history holds
    (FullSession(), {}, True),
    (NoEvent(("FOMC",)), {}, True),
    (NoEvent(("FOMC",)), {"day": day_of(FRIDAY, blocked={"FOMC": "14:00"})}, False),
    (NoEvent(("FOMC",)), {"day": day_of(FRIDAY, blocked={"CPI": "08:30"})}, True),
]


@pytest.mark.rule("R-0DTE-02")
@pytest.mark.rule("R-0DTE-03")
@pytest.mark.rule("R-0DTE-09")
@pytest.mark.rule("R-112-03")
@pytest.mark.rule("R-112-04")
@pytest.mark.rule("R-EVT-04")
@pytest.mark.parametrize(("rule", "changes", "passes"), TABLE, ids=lambda x: str(x)[:40])
def test_an_entry_rule_measures_and_the_bound_decides(
    rule: EntryRule, changes: dict[str, object], passes: bool
) -> None:
    assert ask(rule, board(**changes)).passed is passes


@pytest.mark.parametrize("rule", [MovedUp(0.005), MovedDown(0.005), NotAtHigh(252)], ids=str)
def test_a_root_without_a_price_never_passes(rule: EntryRule) -> None:
    reading = ask(rule, board(), "GLD")
    assert reading.observed is None
    assert not reading.passed


@pytest.mark.parametrize(
    "rule", [VixBelow(30.0), VixAtLeast(12.0), VixAtMost(35.0), VixRiseAtMost(0.1)], ids=str
)
def test_a_vix_that_is_not_a_number_never_passes(rule: EntryRule) -> None:
    assert not ask(rule, board(vix_points=float("nan"))).passed


@pytest.mark.parametrize("rule", [row[0] for row in TABLE], ids=str)
def test_rules_are_values_that_print_compare_and_hash(rule: Any) -> None:
    assert rule == replace(rule)
    assert hash(rule) == hash(rule)
    assert str(rule)[0].islower() or str(rule).startswith("VIX")
    reading = ask(replace(rule, rule="R-0DTE-02"), board())
    assert reading.rule == "R-0DTE-02"
    assert reading.stage is rule.stage
