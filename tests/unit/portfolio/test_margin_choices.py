"""Which way a margin is found, and when: what is tried, what is solved, and what nobody asks at all."""

from dataclasses import replace
from datetime import date
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tomking.core.contract import Right
from tomking.core.product import Kind
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.margin.least.lots import Lots, Pairing
from tomking.portfolio.margin.least.problem import Answer, stated
from tomking.portfolio.margin.least.program import programmed
from tomking.portfolio.margin.least.solve import least
from tomking.portfolio.margin.leg import MarginLeg
from tomking.portfolio.margin.naked import naked_usd
from tomking.portfolio.margin.useful import Risks, used
from unit.portfolio.books import EXPIRIES, UNDERLYING

pytestmark = [pytest.mark.unit, pytest.mark.risk]

NEAR, MIDDLE, FAR = EXPIRIES
SOLVE = "tomking.portfolio.margin.least.solve"
NEED = partial(naked_usd, underlying=UNDERLYING, house=house_for(Kind.ETF))
NAMES = {"C": Right.CALL, "P": Right.PUT}


def legs(text: str, *days: date) -> tuple[MarginLeg, ...]:
    """Legs such as ``-2 90 P`` at a point each, all of one day or each of its own."""
    each = [part.split() for part in text.split(", ")]
    ends = days if len(days) == len(each) else days * len(each)
    return tuple(
        MarginLeg(NAMES[right], float(strike), day, int(count), 1.0)
        for (count, strike, right), day in zip(each, ends, strict=True)
    )


@pytest.mark.parametrize(
    ("text", "days", "cells"),
    [
        # sharings x (choices of all groups + choices of each group x (2 rights + spots))
        ("-2 90 P, 1 80 P", (NEAR,), 1 * (3 + 3 * (2 + 3))),
        ("-2 90 P, -1 95 P, 4 80 P", (NEAR,), 1 * (6 + 6 * (2 + 4))),
        ("-2 90 P, -3 85 P, 2 80 P", (NEAR, MIDDLE, FAR), 3 * (12 + 7 * (2 + 4))),
        ("-2 90 P, -3 85 P, 2 80 P", (NEAR, MIDDLE, NEAR), 1 * (3 + 3 * (2 + 4))),
        ("-2 90 P", (NEAR,), 1 * (1 + 0)),
        ("-1 90 P, -1 110 C, 1 80 P, 3 120 C", (NEAR,), 1 * (4 + 4 * (2 + 5))),
        ("-1 90 P, -1 110 C, 1 80 P, 3 120 C", (NEAR, MIDDLE, FAR, FAR), 2 * 4 * (4 + 4 * (2 + 5))),
    ],
)  # fmt: skip
def test_cells_are_the_figures_that_trying_everything_takes(
    text: str, days: tuple[date, ...], cells: int
) -> None:
    assert stated(legs(text, *days), 100.0, True, NEED).layout.cells == cells


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes which way is taken; neither is gone."""
    said: list[str] = []

    def tried(*_: Any) -> Answer:
        said.append("tried")
        return Answer(0.0, (), 0.0)

    def solved(*_: Any) -> Answer:
        said.append("solved")
        return Answer(0.0, (), 0.0)

    monkeypatch.setattr(f"{SOLVE}.tried", tried)
    monkeypatch.setattr(f"{SOLVE}.programmed", solved)
    return said


def sized(monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
    """Every problem is of so many cells."""
    problem = SimpleNamespace(layout=SimpleNamespace(cells=cells))
    monkeypatch.setattr(f"{SOLVE}.stated", lambda *_: problem)


@pytest.mark.parametrize(("cells", "way"), [(1_000_000, "tried"), (1_000_001, "solved")])
def test_up_to_a_million_figures_everything_is_tried(
    monkeypatch: pytest.MonkeyPatch, asked: list[str], cells: int, way: str
) -> None:
    sized(monkeypatch, cells)
    least((), 100.0, True, NEED)
    assert asked == [way]


@pytest.mark.parametrize(
    ("lots", "shorts", "cells", "way"),
    [
        (255, 1, 1, "tried"),  # nought to 255 lots under the one call: 256 ways
        (256, 1, 1, "solved"),
        (255, 1, 3906, "tried"),  # 256 x 3,906 is just short of a million
        (255, 1, 3907, "solved"),
        (1, 255, 1, "tried"),  # one lot under any of 255 calls, or under none
        (1, 256, 1, "solved"),
        (0, 300, 1, "tried"),  # shares that are no lot are paired with nothing
    ],
)
def test_up_to_256_ways_to_pair_lots_are_tried(
    monkeypatch: pytest.MonkeyPatch, asked: list[str], lots: int, shorts: int, cells: int, way: str
) -> None:
    sized(monkeypatch, cells)
    calls = tuple(MarginLeg(Right.CALL, 101.0 + k, NEAR, -300, 1.0) for k in range(shorts))
    monkeypatch.setattr(f"{SOLVE}.left_over", lambda *_: ())
    pairings = tuple(Pairing(k, None, -100.0) for k in range(shorts))
    least(calls, 100.0, True, NEED, Lots(lots, pairings))
    assert set(asked) == {way}


def test_a_program_that_comes_out_in_whole_contracts_is_not_asked_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from scipy import optimize

    scipy: Any = optimize
    milp, whole = scipy.milp, []

    def noting(*given: Any, **named: Any) -> Any:
        whole.append(bool(named["integrality"].any()))
        return milp(*given, **named)

    monkeypatch.setattr("scipy.optimize.milp", noting)
    condor = legs("1 85 P, -1 90 P, -1 110 C, 1 115 C", NEAR)
    answer = programmed(stated(condor, 100.0, True, NEED))
    assert (answer.need, answer.is_exact) == (500.0, True)
    assert whole
    assert not any(whole)


def risks(**changes: Any) -> Risks:
    """Two months: the first loses ten points below, the second never loses."""
    whole = Risks(
        np.array([[-10.0, 3.0], [5.0, 4.0]]), np.eye(2), np.array([2.0, 1.0]), 0.0, 0.8, 1.25
    )
    return replace(whole, **changes)


def needed(what: Risks, share: Any) -> float:
    """What is asked if so much of each counts."""
    losses, _ = what.losses(share)
    return what.factor * max(what.at_risk(losses), what.minimum) - float(what.worth @ share)


@pytest.mark.parametrize(
    "what",
    [
        risks(),
        risks(minimum=9.0),  # more than the 7.6 that are at risk
        risks(minimum=7.5),
        risks(credit=0.0),
        risks(credit=1.0),
        risks(gains=np.array([[-10.0, 12.0], [5.0, -4.0]])),
        risks(gains=np.array([[-10.0, -12.0], [5.0, 4.0]])),
        risks(mine=np.ones((1, 2))),
        risks(gains=np.array([[1.0, 2.0], [3.0, 4.0]])),
    ],
)
def test_the_slope_is_what_a_little_less_of_a_contract_takes_away(what: Risks) -> None:
    everything, step = np.ones(2), 1e-6
    slope = what.slope(*what.losses(everything))
    for k in range(2):
        less = everything.copy()
        less[k] -= step
        change = (needed(what, everything) - needed(what, less)) / step
        assert slope[k] == pytest.approx(change, abs=1e-5)


def test_at_the_least_that_is_at_risk_nothing_more_is_saved() -> None:
    what = risks(minimum=7.6)
    losses, rows = what.losses(np.ones(2))
    exactly = replace(what, minimum=what.at_risk(losses))
    assert exactly.slope(losses, rows).tolist() == [-2.0, -1.0]


LONG = np.array([False, True])
#: The long gains where nothing is lost and loses its price where the rest loses most.
DEAR = risks(gains=np.array([[-10.0, -3.0], [5.0, 4.0]]), mine=np.ones((1, 2)))


@pytest.mark.parametrize(
    ("what", "most", "is_asked"),
    [
        (DEAR, 1e9, True),  # 13 x 1.25 - 3: with the long left out 10 x 1.25 - 2
        (DEAR, 10.49, False),  # at the least 13.25 - 2.75 would be asked
        (DEAR, 10.51, True),
        (replace(DEAR, worth=np.array([2.0, 3.75])), 1e9, False),  # it is worth what it adds
        (replace(DEAR, worth=np.array([2.0, 3.749])), 1e9, False),  # a tenth of a cent is nothing
        (replace(DEAR, worth=np.array([2.0, 3.7])), 1e9, True),
        (replace(DEAR, worth=np.array([20.0, 1.0])), 1e9, False),  # nothing is needed
        (risks(), 1e9, False),  # one more saves more than it costs
    ],
)
def test_a_choice_is_looked_for_only_where_it_could_save_something(
    monkeypatch: pytest.MonkeyPatch, what: Risks, most: float, is_asked: bool
) -> None:
    seen: list[int] = []

    def noting(*_: Any, **__: Any) -> Any:
        seen.append(1)
        return SimpleNamespace(x=None)

    monkeypatch.setattr("scipy.optimize.linprog", noting)
    assert used(what, LONG, most).tolist() == [1.0, 1.0]
    assert bool(seen) is is_asked


def test_without_a_long_everything_counts_and_nothing_is_worked_out() -> None:
    assert used(DEAR, np.array([False, False]), 1e9).tolist() == [1.0, 1.0]


def test_a_long_that_only_costs_is_left_out_and_what_is_no_long_never() -> None:
    assert used(DEAR, LONG, 1e9) == pytest.approx([1.0, 0.0], abs=1e-9)
