"""The crisis budget: puts above the highest VIX, only while somebody has signed for them."""

from datetime import timedelta
from typing import Any

import pytest

from tomking.core.restraints import CrisisUnlocked
from tomking.risk.limits import Limits
from tomking.risk.standing import apply
from worlds.board import FRIDAY, board
from worlds.gates import answers, scene, standing

pytestmark = [pytest.mark.unit, pytest.mark.risk]
PUT = "-1 5500 P"


def asked(legs: str, vix: float, until: int | None, used: float = 0.0) -> dict[str, Any]:
    """The gates' answers; ``until`` is how many days the lock stays open."""
    memory = {} if until is None else {"crisis_until": FRIDAY + timedelta(days=until)}
    seen = scene(market={"vix_points": vix}, memory=memory)
    return answers(seen, legs=legs, dry_run=(used, used + 3000.0, 3000.0))


@pytest.mark.rule("R-VIX-06")
@pytest.mark.parametrize(
    ("legs", "vix", "until", "passes"),
    [
        (PUT, 36.0, None, False),
        (PUT, 36.0, 0, True),
        (PUT, 36.0, -1, False),  # it ran out yesterday
        ("-1 6500 C", 36.0, 5, False),
        ("-1 5500 P, +1 5400 P", 36.0, 5, False),
        (PUT, 35.0, None, True),
    ],
)
def test_only_puts_pass_the_highest_vix_and_only_unlocked(
    legs: str, vix: float, until: int | None, passes: bool
) -> None:
    assert asked(legs, vix, until)["R-VIX-02"].passed is passes


@pytest.mark.rule("R-VIX-06")
def test_the_budget_stands_beside_the_regimes_share() -> None:
    used = 100_000 * 0.50 * 0.8 - 1_000.0  # a thousand is free
    assert not asked(PUT, 31.0, None, used)["R-MRG-01"].passed
    assert asked(PUT, 31.0, 3, used)["R-MRG-01"].passed
    assert asked(PUT, 31.0, 3, used)["R-MRG-01"].bound == pytest.approx(21_000.0)
    assert not asked(PUT, 29.0, 3, used + 12_000.0)["R-MRG-01"].passed  # no crisis, no budget


def test_the_lock_is_a_fact_with_an_end() -> None:
    until = FRIDAY + timedelta(days=2)
    known = apply(standing(), CrisisUnlocked(board().at, until, "T. King"), Limits())
    assert known.crisis_until == until
