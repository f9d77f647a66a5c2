"""Approval as a type: it cannot be built around a reading that did not hold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import InvariantError
from tomking.core.reading import STAGES, Reading, Sense
from tomking.risk.judge import judge
from tomking.risk.verdict import Approved, Refused
from worlds.gates import SPREAD, scene
from worlds.orders import order, preview

pytestmark = [pytest.mark.unit, pytest.mark.risk]

WANTED = order(SPREAD, "2.00", root="MES")


def reading(stage: int, observed: float | None) -> Reading:
    """A reading that must be at most one."""
    return Reading(f"x{stage}", STAGES[stage], Sense.AT_MOST, observed, 1.0)


def test_an_approval_without_readings_cannot_be_built() -> None:
    with pytest.raises(InvariantError, match="cannot be sent"):
        Approved(WANTED, ())


@given(st.lists(st.tuples(st.integers(0, 7), st.sampled_from([0.0, 1.0, 2.0, None])), min_size=1))
def test_an_approval_with_a_failing_reading_cannot_be_built(rows: list[tuple[int, float]]) -> None:
    readings = tuple(reading(*row) for row in rows)
    if all(r.passed for r in readings):
        assert Approved(WANTED, readings).order is WANTED
        return
    with pytest.raises(InvariantError):
        Approved(WANTED, readings)
    refused = Refused(WANTED, readings)
    failing = [r for r in readings if not r.passed]
    assert refused.named.stage is min((r.stage for r in failing), key=STAGES.index)
    assert refused.named is next(r for r in failing if r.stage is refused.named.stage)


def test_a_refusal_without_a_failing_reading_is_a_bug() -> None:
    with pytest.raises(InvariantError):
        _ = Refused(WANTED, (reading(0, 0.0),)).named


def test_an_approval_cannot_be_moved_to_a_worse_answer() -> None:
    approved = judge(WANTED, scene(), preview())
    assert isinstance(approved, Approved)
    with pytest.raises(InvariantError):
        replace(approved, readings=(*approved.readings, reading(3, None)))
    with pytest.raises(AttributeError):
        approved.order = WANTED  # type: ignore[misc]  # a value is frozen
