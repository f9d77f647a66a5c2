"""Products by phase: the rulebook's tables, and what the gate says of each of their roots."""

import pytest

from tomking.core.product import PRODUCTS
from tomking.risk.unlocks import ROOTS_BY_PHASE
from worlds.gates import answers, scene

pytestmark = [pytest.mark.unit, pytest.mark.risk]

#: Rulebook 5: what each phase adds to the strangles.
STRANGLES: dict[int, tuple[str, ...]] = {
    1: ("MCL", "MGC", "GLD", "TLT"),
    2: ("MES", "MNQ", "6A", "M6E", "SLV", "XOP"),
    3: ("ES", "CL", "GC", "LE", "HE", "ZC", "ZS", "ZW", "6E", "6B", "ZB", "ZN"),
    4: ("NQ", "RTY", "SI"),
}


@pytest.mark.rule("R-PHA-05")
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_strangles_product_comes_with_its_phase(number: int) -> None:
    seen = scene(memory={"phase": number})
    for phase, roots in STRANGLES.items():
        for root in roots:
            if root not in PRODUCTS:
                continue  # refused whatever the phase: R-COR-07
            reading = answers(seen, strategy="strangle", root=root)["R-PHA-05"]
            assert reading.passed is (number >= phase), root


@pytest.mark.rule("R-PHA-05")
@pytest.mark.parametrize(
    ("strategy", "root", "phase", "opens"),
    [
        ("bear_trap", "SPY", 3, True), ("bear_trap", "ES", 3, False), ("bear_trap", "ES", 4, True),
        ("leap_ladder", "SPY", 2, True), ("leap_ladder", "QQQ", 3, False),
        ("leap_ladder", "QQQ", 4, True), ("friday_0dte", "ES", 1, True),
        ("bear_trap", "QQQ", 3, False), ("bear_trap", "QQQ", 4, True),
        ("leap_ladder", "IWM", 3, False), ("leap_ladder", "IWM", 4, True),
        ("strangle_cl", "CL", 2, False), ("strangle_cl", "CL", 3, True),
        ("strangle_gc", "GC", 2, False), ("strangle_gc", "GC", 3, True), ("strangle_gc", "MGC", 3, True),
    ],
)  # fmt: skip
def test_other_strategies_wait_for_theirs(
    strategy: str, root: str, phase: int, opens: bool
) -> None:
    seen = scene(memory={"phase": phase})
    assert answers(seen, strategy=strategy, root=root)["R-PHA-05"].passed is opens


@pytest.mark.rule("R-PHA-05")
def test_the_table_holds_what_the_rulebook_lists_and_no_more() -> None:
    typed = {("strangle", root): phase for phase, roots in STRANGLES.items() for root in roots}
    typed |= {("strangle_cl", "CL"): 3, ("bear_trap", "QQQ"): 4, ("bear_trap", "ES"): 4}
    typed |= {("leap_ladder", "QQQ"): 4, ("leap_ladder", "IWM"): 4}
    typed |= {("strangle_gc", "GC"): 3}
    assert {row[:2]: row[2] for row in ROOTS_BY_PHASE} == typed


def test_a_root_stands_once_with_its_strategy() -> None:
    pairs = [row[:2] for row in ROOTS_BY_PHASE]
    assert len(pairs) == len(set(pairs))
