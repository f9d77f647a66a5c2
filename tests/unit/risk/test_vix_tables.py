"""Every table of VIX bands, typed from the rulebook (13): the share allowed beside each of its edges."""

from math import inf, nextafter

import pytest

from tomking.risk.caps import regime
from tomking.risk.limits import Limits
from tomking.risk.regimes import BY_PHASE, REGIMES, TABLES

pytestmark = [pytest.mark.unit, pytest.mark.risk]

#: Table, phase (nought where it does not matter), and per cent of net liq with the edges between.
PRINTED = (
    ("bands", 0, "45 <13 65 <18 75 <25 50 <30 50"),
    ("A", 0, "45 <13 65 <18 75 <25 50 <30 50"),
    ("A_PUTS", 0, "45 <13 65 <18 75 <25 50 <30 80"),
    ("A_LOW", 0, "40 <13 60 <18 75 <25 50 <30 80"),
    ("A_HIGH", 0, "50 <13 70 <18 80 <25 50 <30 80"),
    ("B", 0, "0 <12 45 <15 60 <20 70 <25 80 <30 50"),
    ("C", 0, "45 <12 65 <16 75 <20 60 <25 40 <30 25"),
    ("D", 1, "35 <12 45 <16 50 <20 40 <25 30 <30 60"),
    ("D", 2, "40 <12 50 <16 60 <20 50 <25 35 <30 65"),
    ("D", 3, "45 <12 55 <16 65 <20 55 <25 40 <30 70"),
    ("D", 4, "50 <12 60 <16 70 <20 60 <25 45 <30 75"),
    ("E", 0, "45 <12 60 <15 80 <20 80 <30 60"),
    ("F", 0, "45 <15 52 <20 65 <25 75 <35 80"),
    ("G", 0, "45 <12 60 <16 70 <20 60 <25 45 <30 80"),
    ("H", 0, "45 <13 65 <18 75 <25 50 <30 50 <35 80"),
    ("I", 0, "45 <16 65 <20 75 <25 80"),
)


def called(vix: float) -> str:
    """The name of a regime: by VIX, whatever table binds; 30 is not yet a crisis.

    >>> called(12.99), called(13.0), called(18.0), called(25.0), called(30.0), called(30.01)
    ('LOW', 'NORMAL', 'ELEVATED', 'HIGH', 'HIGH', 'CRISIS')
    """
    return REGIMES[sum(vix >= edge for edge in (13.0, 18.0, 25.0)) + (vix > 30.0)]


def bands(printed: str) -> tuple[tuple[float, float, str], ...]:
    """(VIX, share, regime) on either side of every edge and at it; the last edge is the lower band's.

    >>> bands("45 <16 65")
    ((15.999999999999998, 0.45, 'NORMAL'), (16.0, 0.45, 'NORMAL'), (16.000000000000004, 0.65, 'NORMAL'))
    """
    words = printed.split()
    shares = [float(word) / 100.0 for word in words[::2]]
    edges = [float(word.removeprefix("<")) for word in words[1::2]]
    found: list[tuple[float, float, str]] = []
    for row, edge in enumerate(edges):
        at = row if row == len(edges) - 1 else row + 1
        beside = ((nextafter(edge, 0.0), row), (edge, at), (nextafter(edge, inf), row + 1))
        found += [(vix, shares[band], called(vix)) for vix, band in beside]
    return tuple(found)


ROWS = [
    pytest.param(name, phase, *row, id=f"{name}-{phase}-{row[0]:g}-{number}")
    for name, phase, printed in PRINTED
    for number, row in enumerate(bands(printed))
]


@pytest.mark.rule("R-VIX-01")
@pytest.mark.parametrize(("name", "phase", "vix", "share", "regime_"), ROWS)
def test_a_band_allows_its_share_up_to_its_edge(
    name: str, phase: int, vix: float, share: float, regime_: str
) -> None:
    found = regime(vix, Limits(vix_table=name), None, phase)
    assert (found.bp_share_max, found.source) == (share, f"regime {regime_}")


@pytest.mark.rule("R-VIX-01")
def test_every_table_is_typed_here_and_the_defaults_bands_are_table_a() -> None:
    typed = {(name, phase) for name, phase, _ in PRINTED}
    phases = {(name, row) for name, tables in BY_PHASE.items() for row, _ in enumerate(tables, 1)}
    assert typed == {("bands", 0)} | {(name, 0) for name in TABLES} | phases
    assert TABLES["A"] == Limits().vix_bands


@pytest.mark.rule("R-VIX-01")
@pytest.mark.parametrize(("phase", "as_if"), [(-1, 1), (0, 1), (5, 4), (9, 4)])
def test_a_phase_without_a_table_of_its_own_takes_the_nearest(phase: int, as_if: int) -> None:
    limits = Limits(vix_table="D")
    assert regime(14.0, limits, None, phase) == regime(14.0, limits, None, as_if)
