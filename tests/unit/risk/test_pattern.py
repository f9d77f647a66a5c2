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
from tomking.risk.pattern import (
    Pattern,
    corrected,
    legacy,
    momentum,
    pattern_score,
    support,
    trend,
    volatility,
)
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


def test_rising_averages_whose_momentum_turns_down_are_mixed() -> None:
    """Sixty and a little for the order of the averages, less ten for the momentum: neither way."""
    rising = replace(pattern(SHEET["scores"][0]), price=5010.0, ema8=5000.0, ema21=4990.0)
    assert trend(replace(rising, macd=-2.0, signal=-1.0)) == 50.0
    assert trend(replace(rising, macd=-1.0, signal=-2.0)) == pytest.approx(60.0 + 200 / 501 / 2)


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
    assert isinstance(_seen("corrected", "record", **busy).observed, float)
    assert _seen("corrected", "record", **busy).passed
    assert isinstance(_seen("corrected", "enforce", **busy).observed, float)
    assert _seen("legacy", "enforce").passed


@pytest.mark.rule("R-PAT-01")
@pytest.mark.parametrize(("above", "would"), [(0.0, "pass"), (-1.0, "pass"), (0.5, "refuse")])
def test_a_recorded_score_says_what_it_would_have_done(above: float, would: str) -> None:
    market = board(price=6042.0, vol=0.2)
    score = pattern_score(market, "ES")
    assert score is not None
    asked = view(market, limits=Limits(pattern_min=score + above))
    readings = judge(order("-1 6090 C, +1 6120 C", "2.00"), asked, preview()).readings
    (reading,) = (r for r in readings if r.stage is Stage.PATTERN)
    assert reading.name.endswith(f"would {would})")
    assert (reading.observed, reading.bound, reading.passed) == (score, 0.0, True)


#: A market that stands above both averages, with MACD above nought and its signal.
RISING = Pattern(1000.0, 990.0, 980.0, 50.0, 0.5, 1000.0, 2.0, 1.0, 1.0)
#: One that stands below both, with MACD below nought and its signal.
FALLING = Pattern(1000.0, 1010.0, 1020.0, 50.0, 0.5, 1000.0, -2.0, -1.0, -1.0)


@pytest.mark.rule("R-PAT-01")
@pytest.mark.parametrize(
    ("start", "changes", "points"),
    [
        (RISING, {}, 66.0),  # 60 + half of (2 for the distance + 10 for MACD)
        (RISING, {"macd": 0.5}, 61.0),  # MACD below its signal, though above nought
        (RISING, {"macd": 1.0}, 61.0),  # at its signal
        (RISING, {"macd": 0.0, "signal": -1.0}, 61.0),
        (RISING, {"macd": -1.0, "signal": -2.0}, 61.0),
        (RISING, {"macd": -1.0, "signal": -1.0}, 61.0),
        (RISING, {"macd": 0.0, "signal": 1.0}, 61.0),
        (
            RISING,
            {"macd": -2.0, "signal": -1.0},
            50.0,
        ),  # ten are taken off, and no strength is left
        (
            RISING,
            {"macd": -2.0, "signal": -1.0, "ema8": 950.0, "ema21": 940.0},
            50.0,
        ),  # exactly none
        (RISING, {"macd": -2.0, "signal": -1.0, "ema8": 940.0, "ema21": 930.0}, 61.0),
        (RISING, {"ema8": 500.0, "ema21": 400.0}, 80.0),  # a strength of 100 at most
        (RISING, {"ema21": 990.0}, 55.0),  # the averages are one: no trend
        (RISING, {"ema8": 1000.0}, 55.0),  # at the short average
        (RISING, {"ema21": 995.0}, 50.0),  # above the short one, which is below the long one: mixed
        (FALLING, {}, 34.0),  # 40 - half of (2 for the distance + 10 for MACD)
        (FALLING, {"macd": 0.5, "signal": 1.0}, 39.0),
        (FALLING, {"macd": -1.0, "signal": -2.0}, 39.0),
        (FALLING, {"ema8": 2000.0, "ema21": 2100.0}, 20.0),  # a strength of nought at least
        (FALLING, {"ema21": 1010.0}, 55.0),
        (FALLING, {"ema8": 1000.0}, 55.0),
    ],
)
def test_a_trend_is_worth_its_distance_from_the_averages_and_its_macd(
    start: Pattern, changes: dict[str, float], points: float
) -> None:
    assert trend(replace(start, **changes)) == pytest.approx(points)


@pytest.mark.rule("R-PAT-01")
@pytest.mark.parametrize(
    ("rsi", "band", "points"),
    [
        (50.0, 0.5, 85.0), (35.0, 0.5, 85.0), (65.0, 0.5, 85.0),
        (34.9, 0.5, 65.0), (65.1, 0.5, 65.0), (30.0, 0.5, 65.0), (70.0, 0.5, 65.0),
        (29.9, 0.5, 50.0), (70.1, 0.5, 50.0),
        (50.0, 0.2, 85.0), (50.0, 0.8, 85.0), (50.0, 0.19, 60.0), (50.0, 0.81, 60.0),
    ],
)  # fmt: skip
def test_volatility_is_best_in_the_middle_of_rsi_and_band(
    rsi: float, band: float, points: float
) -> None:
    assert volatility(replace(RISING, rsi=rsi, band=band)) == points


@pytest.mark.rule("R-PAT-01")
@pytest.mark.parametrize(
    ("vwap", "points"), [(990.0, 70), (1010.0, 70), (1009.0, 80), (980.0, 60), (1020.0, 60)]
)
def test_a_distance_of_exactly_one_or_two_per_cent_is_the_next_step(
    vwap: float, points: float
) -> None:
    assert support(replace(RISING, vwap=vwap)) == points


@pytest.mark.rule("R-PAT-01")
@pytest.mark.parametrize(
    ("histogram", "points"),
    [(0.51, 65), (-0.51, 65), (0.5, 50), (-0.5, 50), (0.1, 50), (-0.1, 50), (0.09, 40), (0.0, 40)],
)
def test_momentum_is_the_size_of_the_histogram(histogram: float, points: float) -> None:
    assert momentum(abs(histogram), 0.1, 0.5) == points
