"""Products by phase: the rulebook's tables, and what the gate says of each of their roots."""

import pytest

from tomking.risk.unlocks import ROOTS_BY_PHASE
from worlds.gates import answers, scene

pytestmark = [pytest.mark.unit, pytest.mark.risk]

#: Rulebook 5: what each phase adds to the strangles.
STRANGLES: dict[int, tuple[str, ...]] = {
    1: ("MCL", "MGC", "GLD", "TLT"),
    2: ("MES", "MNQ", "6A", "SLV", "XOP"),
    3: ("ES", "CL", "GC", "LE", "HE", "ZC", "ZS", "ZW", "6E", "6B", "ZB", "ZN"),
    4: ("NQ", "RTY", "SI"),
}


@pytest.mark.rule("R-PHA-05")
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_strangles_product_comes_with_its_phase(number: int) -> None:
    seen = scene(memory={"phase": number})
    for phase, roots in STRANGLES.items():
        for root in roots:
            reading = answers(seen, strategy="strangle", root=root)["R-PHA-05"]
            assert reading.passed is (number >= phase), root


@pytest.mark.rule("R-PHA-05")
@pytest.mark.parametrize(
    ("strategy", "root", "phase", "opens"),
    [
        ("bear_trap", "SPY", 3, True), ("bear_trap", "ES", 3, False), ("bear_trap", "ES", 4, True),
        ("leap_ladder", "SPY", 2, True), ("leap_ladder", "QQQ", 3, False),
        ("leap_ladder", "QQQ", 4, True), ("friday_0dte", "ES", 1, True),
        ("strangle_gc", "GC", 2, False), ("strangle_gc", "GC", 3, True), ("strangle_gc", "MGC", 3, True),
    ],
)  # fmt: skip
def test_other_strategies_wait_for_theirs(
    strategy: str, root: str, phase: int, opens: bool
) -> None:
    seen = scene(memory={"phase": phase})
    assert answers(seen, strategy=strategy, root=root)["R-PHA-05"].passed is opens


def test_a_root_stands_once_with_its_strategy() -> None:
    pairs = [row[:2] for row in ROOTS_BY_PHASE]
    assert len(pairs) == len(set(pairs))
