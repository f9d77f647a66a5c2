"""The pattern score against the rulebook's worked figures (27.8)."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.risk.pattern import Pattern, pattern_score, score, support, trend
from worlds.board import CALM, FRIDAY, board, day_of

pytestmark = [pytest.mark.unit, pytest.mark.risk]

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.8"]


def pattern(case: dict[str, Any]) -> Pattern:
    """A row of the sheet, near its volume-weighted price."""
    return Pattern(
        case["price"], case["ema8"], case["ema21"], case["rsi"], case["band"], case["price"],
        case["macd"], case["signal"], case["hist"],
    )  # fmt: skip


@pytest.mark.rule("R-PAT-01")
@pytest.mark.parametrize("case", SHEET["scores"], ids=lambda c: c["name"])
def test_scores_are_the_rulebooks(case: dict[str, Any]) -> None:
    assert score(pattern(case)) == pytest.approx(case["score"], abs=0.01)
    assert (score(pattern(case)) >= SHEET["bar"]) is case["passes"]


@pytest.mark.parametrize("name", [field.name for field in fields(Pattern)])
def test_any_missing_figure_makes_it_nought(name: str) -> None:
    whole = pattern(SHEET["scores"][0])
    assert score(replace(whole, **{name: float("nan")})) == 0.0


@pytest.mark.parametrize(("vwap", "points"), [(5000, 80), (4951, 80), (4949, 70), (4899, 60)])
def test_support_is_nearness_to_the_volume_weighted_price(vwap: float, points: float) -> None:
    assert support(replace(pattern(SHEET["scores"][0]), vwap=vwap)) == points


def test_a_falling_market_scores_below_forty() -> None:
    bear = replace(pattern(SHEET["scores"][0]), price=4900.0, ema8=4950.0, ema21=5000.0)
    assert trend(bear) < 40.0


POSITIVE = st.floats(1000, 9000)


PATTERNS = st.builds(
    Pattern, POSITIVE, POSITIVE, POSITIVE, st.floats(0, 100), st.floats(-0.5, 1.5), POSITIVE,
    st.floats(-50, 50), st.floats(-50, 50), st.floats(-20, 20),
)  # fmt: skip


@given(PATTERNS)
def test_no_score_exceeds_the_strongest_possible(seen: Pattern) -> None:
    assert 0.0 <= score(seen) <= 74.5 + 1e-9


def _calm() -> Pattern:
    """What the calm board shows."""
    return Pattern(
        6000.0, CALM["ema8"], CALM["ema21"], CALM["rsi"], CALM["bb_position"], 6000.0,
        CALM["macd"], CALM["macd_signal"], CALM["macd_hist"],
    )  # fmt: skip


def test_the_score_of_a_market_reads_its_indicators() -> None:
    assert pattern_score(board(), "ES") == pytest.approx(score(_calm()))
    assert pattern_score(board(), "GLD") is None
    blind = board(day=replace(day_of(FRIDAY), indicators={}))
    assert pattern_score(blind, "ES") is None
