"""VIX bands: every table at its edges, and a band that is left only by so many points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.engine.labels import asked_under
from tomking.risk.caps import allowance, caps, caps_of, regime
from tomking.risk.limits import Limits
from tomking.risk.regimes import BY_PHASE, TABLES, band_of, bands_of, settled
from worlds.gates import scene, standing

pytestmark = [pytest.mark.unit, pytest.mark.risk]
NAMES = sorted(TABLES)


@pytest.mark.rule("R-VIX-01")
@pytest.mark.parametrize(
    ("vix", "share"),
    [
        (12.99, 0.45), (13.0, 0.65), (17.99, 0.65), (18.0, 0.75), (24.99, 0.75), (25.0, 0.50),
        (30.0, 0.50), (30.01, 0.50),
    ],
)  # fmt: skip
def test_the_default_table_at_its_edges_is_fixture_27_5(vix: float, share: float) -> None:
    for limits in (Limits(), Limits(vix_table="A")):
        assert regime(vix, limits).bp_share_max == share


@pytest.mark.rule("R-VIX-01")
@pytest.mark.parametrize(
    ("name", "vix", "share"),
    [
        ("A_PUTS", 30.01, 0.80), ("A_LOW", 12.99, 0.40), ("A_HIGH", 13.0, 0.70),
        ("B", 11.99, 0.0), ("B", 12.0, 0.45), ("B", 15.0, 0.60), ("B", 20.0, 0.70),
        ("B", 25.0, 0.80), ("B", 30.0, 0.80), ("B", 30.01, 0.50),
        ("C", 11.0, 0.45), ("C", 20.0, 0.60), ("C", 31.0, 0.25),
        ("E", 14.0, 0.60), ("E", 31.0, 0.60), ("F", 36.0, 0.80), ("G", 26.0, 0.45),
        ("H", 34.0, 0.50), ("H", 35.01, 0.80), ("I", 15.99, 0.45), ("I", 26.0, 0.80),
    ],
)  # fmt: skip
def test_every_named_table_is_a_key(name: str, vix: float, share: float) -> None:
    assert regime(vix, Limits(vix_table=name)).bp_share_max == share


@pytest.mark.parametrize(
    ("phase", "share"), [(0, 0.35), (1, 0.35), (2, 0.40), (3, 0.45), (4, 0.50)]
)
def test_a_table_may_differ_by_phase(phase: int, share: float) -> None:
    assert regime(11.0, Limits(vix_table="D"), None, phase).bp_share_max == share
    assert len(BY_PHASE["D"]) == 4


def test_bands_written_out_stand_where_no_table_is_named() -> None:
    own = ((20.0, 0.10), (1e9, 0.20))
    assert bands_of(Limits(vix_bands=own), 4) == own
    assert regime(20.5, Limits(vix_bands=own)).bp_share_max == 0.20


@pytest.mark.rule("R-VIX-05")
@pytest.mark.parametrize(
    ("before", "vix", "slack", "row"),
    [
        (17.0, 18.0, 0.0, 2), (17.0, 18.0, 1.0, 1), (17.0, 18.99, 1.0, 1), (17.0, 19.0, 1.0, 2),
        (18.5, 17.5, 1.0, 2), (18.5, 16.99, 1.0, 1), (12.0, 26.5, 1.0, 3), (40.0, 12.5, 1.0, 1),
    ],
)  # fmt: skip
def test_a_band_is_left_only_by_so_many_points(
    before: float, vix: float, slack: float, row: int
) -> None:
    assert settled(vix, before, TABLES["A"], slack) == row


@given(st.floats(5, 90), st.floats(5, 90), st.floats(0, 5), st.sampled_from(NAMES))
def test_a_settled_band_lies_between_where_vix_was_and_where_it_is(
    before: float, vix: float, slack: float, name: str
) -> None:
    bands = TABLES[name]
    low, high = sorted((band_of(before, bands), band_of(vix, bands)))
    assert low <= settled(vix, before, bands, slack) <= high


@pytest.mark.rule("R-VIX-01")
@pytest.mark.parametrize("table", [*NAMES, "D", "bands"])
@pytest.mark.parametrize(
    ("vix", "name"),
    [
        (12.5, "LOW"), (17.9, "NORMAL"), (21.0, "ELEVATED"), (26.0, "HIGH"), (30.0, "HIGH"),
        (40.0, "CRISIS"),
    ],
)  # fmt: skip
def test_a_regime_is_named_by_vix_whatever_the_table(table: str, vix: float, name: str) -> None:
    limits = Limits(vix_table=table, vix_bands=((20.0, 0.5), (1e9, 0.2)))
    assert regime(vix, limits).source == f"regime {name}"


@pytest.mark.rule("R-VIX-05")
@pytest.mark.parametrize("slack", [0.0, 2.0])
def test_a_decision_is_labelled_with_the_regime_that_binds(slack: float) -> None:
    seen = scene(
        market={"vix_points": 19.0}, day={"vix_previous": 17.0}, limits={"vix_hysteresis": slack}
    )
    told = asked_under("ES", seen)["regime"]
    assert told == ("NORMAL" if slack else "ELEVATED")
    assert caps_of(seen)[0].source == f"regime {told}"


def test_the_governor_is_named_with_its_regime() -> None:
    known = standing()
    bound = allowance(caps(26.0, 100_000.0, known, Limits(vix_hysteresis=2.0), 20.0))
    assert bound.bp_bound_by == "regime ELEVATED"  # VIX rose by one point into the band above
    assert allowance(caps(26.0, 100_000.0, known, Limits())).bp_bound_by == "regime HIGH"
