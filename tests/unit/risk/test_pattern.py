"""The pattern score against the rulebook's worked figures (27.8)."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.reading import Reading, Stage
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.risk.pattern import Pattern, corrected, legacy, pattern_score, support, trend
from worlds.board import CALM, FRIDAY, board, day_of
from worlds.orders import order, preview, view

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
    assert legacy(pattern(case)) == pytest.approx(case["score"], abs=0.01)
    assert (legacy(pattern(case)) >= SHEET["bar"]) is case["passes"]


#: What the corrected form alone reads.
LATER = ("atr", "volume")


@pytest.mark.parametrize("name", [f.name for f in fields(Pattern) if f.name not in LATER])
def test_any_missing_figure_makes_it_nought(name: str) -> None:
    whole = pattern(SHEET["scores"][0])
    assert legacy(replace(whole, **{name: float("nan")})) == 0.0


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
    assert 0.0 <= legacy(seen) <= 74.5 + 1e-9


def _calm() -> Pattern:
    """What the calm board shows."""
    return Pattern(
        6000.0, CALM["ema8"], CALM["ema21"], CALM["rsi"], CALM["bb_position"], 6000.0,
        CALM["macd"], CALM["macd_signal"], CALM["macd_hist"],
    )  # fmt: skip


def test_the_score_of_a_market_reads_its_indicators() -> None:
    assert pattern_score(board(), "ES") == pytest.approx(legacy(_calm()))
    assert pattern_score(board(), "GLD") is None
    blind = board(day=replace(day_of(FRIDAY), indicators={}))
    assert pattern_score(blind, "ES") is None


#: A typical row: bullish, calm and near its price, with 65 points of true range and the usual volume.
TYPICAL = replace(pattern(SHEET["scores"][2]), atr=65.0, volume=1.0)


@pytest.mark.rule("R-PAT-02")
@pytest.mark.parametrize(
    ("histogram", "points"),
    [(6.51, 71.0), (6.5, 68.75), (1.3, 68.75), (1.29, 67.25), (-6.51, 71.0), (0.6, 67.25)],
)
def test_the_corrected_form_holds_the_histogram_against_the_true_range(
    histogram: float, points: float
) -> None:
    """A tenth of it is strong and a fiftieth weak, at any price; six tenths of a point are weak."""
    assert corrected(replace(TYPICAL, histogram=histogram)) == pytest.approx(points)


@pytest.mark.rule("R-PAT-02")
@pytest.mark.parametrize(
    ("times", "points"), [(0.0, -3.75), (0.5, -1.875), (1.0, 0.0), (2.0, 3.75), (5.0, 3.75)]
)
def test_the_corrected_form_reads_the_days_volume(times: float, points: float) -> None:
    usual = corrected(TYPICAL)
    found = corrected(replace(TYPICAL, volume=times))
    assert usual is not None
    assert found == pytest.approx(usual + points)


@pytest.mark.rule("R-PAT-02")
@pytest.mark.parametrize("name", [field.name for field in fields(Pattern)])
def test_any_missing_figure_makes_the_corrected_score_unknown(name: str) -> None:
    assert corrected(replace(TYPICAL, **{name: float("nan")})) is None


def _seen(form: str, mode: str, **indicators: float) -> Reading:
    """What the gate says of the score on a market with some indicators more."""
    known = board(price=6042.0, vol=0.2, day=day_of(FRIDAY, indicators=indicators))
    asked = view(known, limits=Limits(pattern_form=form, pattern_mode=mode))
    return {
        r.stage: r for r in judge(order("-1 6090 C, +1 6120 C", "2.00"), asked, preview()).readings
    }[Stage.PATTERN]


@pytest.mark.rule("R-PAT-02")
def test_without_volume_the_corrected_score_is_unknown_and_refuses_only_where_it_counts() -> None:
    assert _seen("corrected", "record").observed == "unknown"
    assert _seen("corrected", "record").passed
    assert _seen("corrected", "enforce").observed is None
    assert not _seen("corrected", "enforce").passed
    busy = {"volume": 3.0, "volume20": 2.0}
    assert isinstance(_seen("corrected", "enforce", **busy).observed, float)
    assert _seen("legacy", "enforce").passed
