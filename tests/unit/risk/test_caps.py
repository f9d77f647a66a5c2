"""Caps: what each governor allows, and whose figure binds (27.5, 27.6)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.rung import AlarmLevel, Rung
from tomking.risk.caps import (
    Allowance,
    Cap,
    allowance,
    caps,
    drawdown,
    ladder,
    operator,
    phase,
    regime,
    reserve_of,
    stage,
    usable_bp,
)
from tomking.risk.limits import Limits, at_level, named
from tomking.risk.regimes import band_of
from tomking.risk.rungs import BY_ALARM, KillLadder
from tomking.risk.standing import phase_of, rungs
from worlds.gates import answers, scene, standing

pytestmark = [pytest.mark.unit, pytest.mark.risk]

SHEETS = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())
DEFAULT = Limits()


def allowed(vix: float, net_liq: float, limits: Limits = DEFAULT, **memory: object) -> Allowance:
    """All governors together."""
    return allowance(caps(vix, net_liq, standing(**memory), limits))


@pytest.mark.rule("R-VIX-01")
@pytest.mark.parametrize(("vix", "share"), SHEETS["27.5"]["vix_bp"])
def test_buying_power_by_vix_is_the_rulebooks(vix: float, share: float) -> None:
    assert regime(vix, DEFAULT).bp_share_max == share
    assert allowed(vix, 100_000.0, phase=4).bp_share_max == share


@pytest.mark.rule("R-VIX-03")
@pytest.mark.parametrize(("later", "passes"), [(-1.0, True), (0.0, True), (1.0, False)])
def test_a_stale_quote_of_vix_blocks(later: float, passes: bool) -> None:
    """Rulebook 27.5."""
    seen = scene(market={"vix_age_s": SHEETS["27.5"]["stale_s"] + later})
    assert answers(seen)["R-VIX-03"].passed is passes


@pytest.mark.rule("R-VIX-01")
@pytest.mark.parametrize(
    ("vix", "name"),
    [
        (12.99, "LOW"), (13.0, "NORMAL"), (18.0, "ELEVATED"), (25.0, "HIGH"), (30.0, "HIGH"),
        (30.01, "CRISIS"), (82.0, "CRISIS"),
    ],
)  # fmt: skip
def test_a_band_includes_its_lower_edge_and_thirty_is_not_yet_a_crisis(
    vix: float, name: str
) -> None:
    assert regime(vix, DEFAULT).source == f"regime {name}"


@pytest.mark.rule("R-PHA-03")
@pytest.mark.rule("R-STG-01")
@pytest.mark.rule("R-MRG-01")
@pytest.mark.parametrize("case", SHEETS["27.5"]["usable"], ids=lambda c: f"${c['usd']}")
def test_usable_buying_power_is_the_rulebooks(case: dict[str, float]) -> None:
    limits = Limits(stage=int(case["stage"]))
    given_ = allowed(
        case["vix"], case["net_liq"], limits, phase=int(case["phase"]), peak=case["net_liq"]
    )
    usd = usable_bp(case["net_liq"], given_.bp_share_max, limits.reserve, 0.0)
    assert round(usd, 2) == case["usd"]


@pytest.mark.rule("R-PHA-01")
@pytest.mark.parametrize(("usd", "number"), SHEETS["27.6"]["usd"])
def test_the_dollar_ladder_of_phases(usd: float, number: int) -> None:
    assert rungs(DEFAULT.phases_usd, usd) == number


@pytest.mark.rule("R-PHA-01")
@pytest.mark.parametrize(("gbp", "number"), SHEETS["27.6"]["gbp"])
def test_the_pound_ladder_of_phases(gbp: float, number: int) -> None:
    assert rungs(DEFAULT.phases_gbp, gbp) == number


@pytest.mark.rule("R-PHA-02")
@pytest.mark.parametrize(("usd", "number"), SHEETS["27.6"]["lower_binds_usd"])
def test_the_lower_of_the_two_ladders_binds(usd: float, number: int) -> None:
    assert phase_of(usd, DEFAULT) == number


@pytest.mark.rule("R-PHA-03")
@pytest.mark.rule("R-POS-01")
@pytest.mark.parametrize(
    ("number", "share", "positions", "opens"),
    [
        (0, 0.0, 0, False),
        (1, 0.5, 3, True),
        (2, 0.65, 5, True),
        (3, 0.75, 7, True),
        (4, 0.8, 10, True),
    ],
)
def test_what_a_phase_allows(number: int, share: float, positions: int, opens: bool) -> None:
    cap = phase(number, DEFAULT)
    assert (cap.bp_share_max, cap.positions_max, cap.may_open) == (share, positions, opens)


@pytest.mark.rule("R-STG-01")
@pytest.mark.parametrize(
    ("number", "share", "positions", "opens"),
    [
        (0, 0.0, 0, False),
        (1, 0.3, 1, True),
        (2, 0.4, 3, True),
        (3, 0.65, 5, True),
        (4, 0.8, 10, True),
    ],
)
def test_what_a_stage_allows(number: int, share: float, positions: int, opens: bool) -> None:
    cap = stage(number, DEFAULT)
    assert (cap.bp_share_max, cap.positions_max, cap.may_open) == (share, positions, opens)


@pytest.mark.rule("R-BRK-05")
@pytest.mark.parametrize("peak", [100_000.0, 44_500.0, 70_000.0, 123_450.0])
@pytest.mark.parametrize(
    ("down", "factor", "opens"),
    [(0.0, 1.0, True), (0.0999, 1.0, True), (0.10, 0.5, True), (0.1499, 0.5, True),
     (0.15, 0.5, False), (0.30, 0.5, False)],
)  # fmt: skip
def test_a_drawdown_halves_and_then_stops(
    peak: float, down: float, factor: float, opens: bool
) -> None:
    cap = drawdown(round(peak * (1.0 - down), 2), peak, DEFAULT)
    assert (cap.size_factor, cap.may_open) == (factor, opens)


@pytest.mark.rule("R-BRK-05")
def test_a_net_liq_nobody_knows_opens_nothing() -> None:
    assert not drawdown(float("nan"), 100_000.0, DEFAULT).may_open


@pytest.mark.rule("R-BRK-06")
def test_any_reason_forbids_opening_and_is_named() -> None:
    assert operator(frozenset()).may_open
    cap = operator(frozenset({"week loss", "data"}))
    assert not cap.may_open
    assert cap.source == "reasons data, week loss"


@pytest.mark.parametrize(
    ("vix", "memory", "limits", "bound_by"),
    [
        (16.0, {"phase": 4}, Limits(), "regime NORMAL"),
        (16.0, {"phase": 1}, Limits(), "phase 1"),
        (16.0, {"phase": 4}, Limits(stage=1), "stage 1"),
        (12.0, {"phase": 1}, Limits(), "regime LOW"),
    ],
)
def test_the_governor_that_binds_is_named(
    vix: float, memory: dict[str, object], limits: Limits, bound_by: str
) -> None:
    assert allowed(vix, 100_000.0, limits, **memory).bp_bound_by == bound_by


def test_positions_have_a_governor_of_their_own() -> None:
    found = allowed(16.0, 100_000.0, Limits(stage=2), phase=4)
    assert (found.positions_max, found.positions_bound_by) == (3, "stage 2")
    found = allowed(16.0, 100_000.0, Limits(stage=4), phase=1)
    assert (found.positions_max, found.positions_bound_by) == (3, "phase 1")


CAPS = st.lists(
    st.builds(
        Cap,
        source=st.sampled_from(["a", "b", "c"]),
        bp_share_max=st.floats(0, 1),
        positions_max=st.floats(0, 20),
        size_factor=st.floats(0, 1),
        may_open=st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@given(CAPS, CAPS)
def test_one_governor_more_never_allows_more(some: list[Cap], more: list[Cap]) -> None:
    before, after = allowance(tuple(some)), allowance((*some, *more))
    assert after.bp_share_max <= before.bp_share_max
    assert after.positions_max <= before.positions_max
    assert after.size_factor <= before.size_factor
    assert after.may_open <= before.may_open


@given(CAPS)
def test_the_named_governor_holds_the_least_figure(some: list[Cap]) -> None:
    found = allowance(tuple(some))
    assert found.bp_share_max == min(cap.bp_share_max for cap in some)
    assert any(
        cap.source == found.bp_bound_by and cap.bp_share_max == found.bp_share_max for cap in some
    )
    assert any(
        cap.source == found.positions_bound_by and cap.positions_max == found.positions_max
        for cap in some
    )


@given(st.floats(5, 90))
def test_every_vix_has_one_band(vix: float) -> None:
    assert 0 <= band_of(vix, DEFAULT.vix_bands) <= 4


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_phase_never_falls_as_the_account_grows(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert phase_of(low, DEFAULT) <= phase_of(high, DEFAULT)


def test_tables_answer_for_names_and_levels() -> None:
    assert named((("a", 1.0),), "a", 9.0) == 1.0
    assert named((("a", 1.0),), "b", 9.0) == 9.0
    assert [at_level(((1, 0.5), (2, 0.65)), n, 0.0) for n in (0, 1, 1.5, 2, 9)] == [
        0.0, 0.5, 0.5, 0.65, 0.65,
    ]  # fmt: skip


@pytest.mark.rule("R-RNG-03")
def test_after_an_orange_alarm_four_fifths_of_what_binds_may_be_used() -> None:
    orange = KillLadder(Rung.CLOSE_ONLY, BY_ALARM, alarm=AlarmLevel.YELLOW)  # a quieter one since
    found = allowed(16.0, 100_000.0, phase=4, ladder=orange)
    assert found.bp_share_max == pytest.approx(0.8 * 0.65)
    assert found.bp_bound_by == "CLOSE_ONLY after an alarm"


@pytest.mark.rule("R-RNG-03")
@pytest.mark.parametrize(
    ("rung", "by"),
    [(Rung.NO_ENTRY, BY_ALARM), (Rung.NORMAL, "operator"), (Rung.CLOSE_ONLY, "operator")],
)
def test_below_that_and_by_a_persons_word_alone_all_of_it(rung: Rung, by: str) -> None:
    known = KillLadder(rung, by, alarm=AlarmLevel.RED)
    assert ladder(known, 0.65, DEFAULT).bp_share_max == 1.0


@pytest.mark.rule("R-SIZ-08")
@pytest.mark.parametrize(("wins", "streak", "factor"), [(5, 0, 1.0), (4, 5, 1.0), (5, 5, 0.75)])
def test_five_wins_in_a_row_cost_a_quarter_of_the_size_where_asked(
    wins: int, streak: int, factor: float
) -> None:
    known = standing(wins_in_a_row=wins)
    bound = allowance(caps(16.0, 100_000.0, known, Limits(win_streak=streak)))
    assert bound.size_factor == factor


@pytest.mark.rule("R-SIZ-09")
@pytest.mark.parametrize(
    ("blocked", "factor"), [({}, 1.0), ({"NFP": "08:30"}, 0.5), ({"unknown": "CPI"}, 1.0)]
)
def test_an_event_day_may_cost_half_the_size(blocked: dict[str, str], factor: float) -> None:
    limits = Limits(event_size_factor=0.5)
    bound = allowance(caps(16.0, 100_000.0, standing(), limits, 16.0, blocked))
    assert bound.size_factor == factor
    assert allowance(caps(16.0, 100_000.0, standing(), Limits(), 16.0, blocked)).size_factor == 1.0


@pytest.mark.rule("R-SIZ-11")
@pytest.mark.parametrize(
    ("vix", "factor"),
    [(19.99, 1.0), (20.0, 0.75), (29.99, 0.75), (30.0, 0.5), (40.0, 0.5), (40.01, 0.0)],
)
def test_size_may_follow_vix(vix: float, factor: float) -> None:
    table = Limits(size_by_vix=((0.0, 1.0), (20.0, 0.75), (30.0, 0.5), (40.01, 0.0)))
    assert regime(vix, table).size_factor == factor
    assert allowed(vix, 100_000.0, table, phase=4).size_factor == factor
    assert regime(vix, DEFAULT).size_factor == 1.0


@pytest.mark.rule("R-MRG-08")
@pytest.mark.parametrize(
    ("vix", "share"),
    [(19.99, 0.20), (20.0, 0.35), (29.99, 0.35), (30.0, 0.50), (39.99, 0.50), (40.0, 0.70)],
)
def test_more_is_kept_back_as_vix_rises(vix: float, share: float) -> None:
    rising = Limits(reserve_by_vix=((20.0, 0.35), (30.0, 0.50), (40.0, 0.70)))
    assert reserve_of(vix, rising) == share
    assert reserve_of(vix, DEFAULT) == 0.20
    assert reserve_of(vix, Limits(reserve=0.60, reserve_by_vix=((20.0, 0.35),))) == 0.60
