"""Concentration: the crisis score, correlations measured or said not to be, ladders as slots."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.evidence import Evidence
from tomking.market.bars import Bars
from tomking.risk.concentration import CRISIS_WEIGHTS, concentration, measured, score
from tomking.risk.correlation import slots_of
from tomking.risk.groups import GROUPS
from tomking.risk.limits import Limits
from worlds.gates import answers, scene

pytestmark = [pytest.mark.unit, pytest.mark.risk]


def bars(close: list[float], first: int = 735_000) -> Bars:
    """Daily rows with these closes."""
    price = np.array(close)
    days = np.arange(first, first + len(close), dtype=np.int32)
    return Bars(days, price, price, price, price, np.full(len(close), np.nan), Evidence.RECORDED)


@pytest.mark.rule("R-COR-09")
def test_the_score_weighs_groups_by_how_they_moved_in_a_crisis() -> None:
    assert score({}) == 0.0
    assert score({"A1": 1.0}) == pytest.approx(0.95 * 50 + 30)
    assert score({"B1": 1.0}) == pytest.approx(10.0)
    assert score({"A1": 0.4, "B1": 0.2, "C1": 0.2, "E": 0.2}) == pytest.approx(
        0.8 * (50 * (0.38 + 0.04 + 0.14 + 0.06) + 12)
    )
    assert not concentration({"A1": 1.0}, Limits()).passed
    assert concentration({"C1": 1.0}, Limits()).passed


@pytest.mark.rule("R-COR-09")
def test_which_groups_are_shares_is_the_limits_affair() -> None:
    """A group of the protocol's own laying out has the weight of shares, and their points."""
    mine = Limits(equity_groups=("EQUITIES",), group_max=(("EQUITIES", 3),))
    assert concentration({"EQUITIES": 1.0}, mine).observed == 80.0
    assert concentration({"EQUITIES": 1.0}, Limits()).observed == 50.0
    assert concentration({"A1": 1.0}, mine).observed == pytest.approx(47.5)
    assert set(CRISIS_WEIGHTS) == {group for group, _ in GROUPS}


@given(st.dictionaries(st.sampled_from(sorted(CRISIS_WEIGHTS)), st.floats(0, 3)))
def test_the_score_stays_within_a_hundred(shares: dict[str, float]) -> None:
    assert 0.0 <= score(shares) <= 100.0


@pytest.mark.rule("R-COR-10")
@pytest.mark.parametrize(("rows", "word"), [(60, "not measured"), (61, "same group")])
def test_fewer_than_sixty_common_days_are_not_measured(rows: int, word: str) -> None:
    path = [100.0 * 1.01 ** (n % 7) for n in range(rows)]
    found = measured("ES", "NQ", {"ES": bars(path), "NQ": bars([2 * x for x in path])})
    assert (found.days, found.word) == (rows - 1, word)
    assert isnan(found.rho) is (word == "not measured")


def test_days_that_only_one_has_do_not_count() -> None:
    path = [100.0 + n % 9 for n in range(100)]
    found = measured("ES", "GC", {"ES": bars(path), "GC": bars(path, 735_050)})
    assert (found.days, found.word) == (49, "not measured")
    assert measured("ES", "XX", {"ES": bars(path)}).word == "not measured"


@pytest.mark.rule("R-COR-08")
def test_a_ladder_is_one_slot_of_its_group_and_its_underlying() -> None:
    rungs = [(f"leap_ladder/{n}", "leap_ladder", "SPY") for n in range(4)]
    assert list(slots_of(rungs, ("leap_ladder",), ())) == [("leap_ladder", "SPY")]
    assert len(list(slots_of(rungs, (), ()))) == 4
    seen = scene(book=("leap_ladder SPY",) * 3)
    fifth = answers(seen, strategy="leap_ladder", root="SPY", legs="-1 560 P")
    assert fifth["R-COR-01"].observed == 0  # its own slot is there for it
    assert fifth["R-POS-03"].observed == 0
    assert fifth["R-POS-01"].observed == 3
    other = answers(seen, strategy="put_ratio", root="SPY", legs="-1 560 P")
    assert other["R-COR-01"].observed == 1
