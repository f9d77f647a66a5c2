"""Concentration: the crisis score, correlations measured or said not to be, ladders as slots."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.evidence import Evidence
from tomking.market.bars import Bars
from tomking.risk.concentration import CRISIS_WEIGHTS, Measured, concentration, measured, score
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


@pytest.mark.rule("R-COR-09")
@pytest.mark.parametrize(
    ("group", "weight"),
    [
        ("A1", 0.95), ("A2", 0.90), ("B1", -0.20), ("B2", 0.60), ("C1", 0.70),
        ("C2", 0.65), ("D1", 0.50), ("D2", 0.45), ("E", 0.30), ("V", 0.90),
    ],
)  # fmt: skip
def test_a_group_by_itself_scores_half_its_weight_and_thirty_for_equities(
    group: str, weight: float
) -> None:
    assert CRISIS_WEIGHTS[group] == weight
    equity = 30.0 if group in ("A1", "A2") else 0.0
    assert score({group: 1.0}) == pytest.approx(50.0 * abs(weight) + equity)


@pytest.mark.rule("R-COR-09")
@pytest.mark.parametrize(
    ("shares", "points"),
    [
        ({"D1": 0.4, "E": 0.4}, 16.0),
        ({"D1": 0.3, "E": 0.3, "C1": 0.2}, 19.0),  # three groups are not spread
        ({"D1": 0.3, "E": 0.3, "C1": 0.1, "B2": 0.1}, 0.8 * 18.5),
        ({"D1": 0.3, "E": 0.3, "C1": 0.2, "B2": 0.0}, 19.0),  # nothing is no group
        ({"elsewhere": 1.0}, 50.0),  # nobody weighed it: as shares themselves
        ({"A1": 2.0}, 100.0),
    ],
)
def test_four_groups_are_spread_and_take_a_fifth_off(
    shares: dict[str, float], points: float
) -> None:
    assert score(shares) == pytest.approx(points)


@pytest.mark.rule("R-COR-09")
@pytest.mark.parametrize(("points", "passes"), [(69.99, True), (70.0, True), (70.01, False)])
def test_a_score_above_seventy_warns(points: float, passes: bool) -> None:
    found = concentration({"A1": points / 77.5}, Limits())
    assert (found.bound, found.passed) == (70.0, passes)


@pytest.mark.rule("R-COR-10")
@pytest.mark.parametrize(
    ("rho", "word"),
    [
        (0.71, "same group"), (0.70, "watch"), (0.51, "watch"), (0.50, "apart"), (-0.9, "apart"),
        (nan, "not measured"),
    ],
)  # fmt: skip
def test_a_correlation_has_a_word(rho: float, word: str) -> None:
    assert Measured("ES", "NQ", 60, rho).word == word


@pytest.mark.rule("R-COR-10")
def test_only_the_last_days_are_correlated() -> None:
    """The same path for a year, the opposite one in the last sixty-one days: only those count."""
    steps = [1.01 if n % 3 else 0.99 for n in range(300)]
    other = [x if n < 239 else 1 / x for n, x in enumerate(steps)]
    one, two = (list(np.cumprod(each) * 100.0) for each in (steps, other))
    whole = {"ES": bars(one), "NQ": bars(two)}
    found = measured("ES", "NQ", whole)
    assert (found.days, round(found.rho, 6)) == (60, -1.0)
    assert measured("ES", "NQ", whole, 299).days == 299
    assert measured("NQ", "ES", whole).rho == pytest.approx(found.rho)


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
