"""Whoever is refused for want of capacity is told who took it in the same tick."""

import pytest

from tomking.core.order import Order
from tomking.core.reading import Reading, Sense, Stage
from tomking.risk.capacity import with_winners
from tomking.risk.limits import Limits
from worlds.gates import answers, scene
from worlds.orders import order

pytestmark = [pytest.mark.unit, pytest.mark.risk]
LIMITS = Limits()


def entered(strategy: str = "friday_0dte", root: str = "MES") -> Order:
    """An opening order that went out earlier in the tick."""
    return order("-1 6090 C, +1 6120 C", strategy=strategy, root=root)


def refused(rule: str, observed: float = 2.0, bound: float = 2.0) -> Reading:
    """A count that has reached its bound."""
    return Reading("campaigns", Stage.POSITION_LIMIT, Sense.BELOW, observed, bound, "", rule)


def name(reading: Reading, root: str, *winners: Order, limits: Limits = LIMITS) -> str:
    """What a reading is called after the winners are known."""
    (told,) = with_winners((reading,), root, winners, limits)
    assert (told.observed, told.bound, told.passed) == (
        reading.observed, reading.bound, reading.passed,
    )  # fmt: skip
    return told.name


@pytest.mark.parametrize(
    ("rule", "root", "names"),
    [
        ("R-COR-01", "ES", True),  # MES and ES stand in one group
        ("R-COR-01", "SPY", False),  # another group
        ("R-COR-02", "SPY", True),  # both are equities
        ("R-COR-02", "GLD", False),
        ("R-COR-05", "SPY", True),
        ("R-POS-03", "ES", True),  # the same underlying
        ("R-POS-03", "NQ", False),
        ("R-POS-01", "GLD", True),  # everybody's
        ("R-MRG-01", "GLD", True),
        ("R-STR-01", "CL", True),
        ("R-PHA-04", "ES", False),  # nobody's capacity
        ("R-VIX-02", "ES", False),
        ("", "ES", False),
    ],
)
def test_the_winner_is_named_where_both_draw_on_the_same(rule: str, root: str, names: bool) -> None:
    said = name(refused(rule), root, entered())
    assert said == ("campaigns (taken by friday_0dte)" if names else "campaigns")


def test_nobody_is_named_who_was_not_the_cause() -> None:
    assert name(refused("R-POS-01", 3.0, 2.0), "ES", entered()) == "campaigns"  # full before
    assert name(refused("R-POS-01", 3.0, 2.0), "ES", entered(), entered("lt112")) == (
        "campaigns (taken by friday_0dte and lt112)"
    )
    assert name(refused("R-POS-01", 1.0, 2.0), "ES", entered()) == "campaigns"  # it passed
    assert name(refused("R-POS-01"), "ES") == "campaigns"


def test_a_gates_refusal_names_the_order_that_took_the_last_slot() -> None:
    seen = scene(book=("friday_0dte MES", "x ES"))
    read = answers(seen, strategy="lt112", root="ES")
    told = {r.rule: r for r in with_winners(tuple(read.values()), "ES", [entered()], LIMITS)}
    assert not told["R-COR-01"].passed
    assert told["R-COR-01"].name == "campaigns in group A1 (taken by friday_0dte)"
    assert told["R-EVT-01"] == read["R-EVT-01"]


def test_a_room_of_sizing_names_it_too() -> None:
    """What is not sent because no unit fits is refused like what a gate refuses."""
    wanted = Reading("buying power", Stage.MARGIN, Sense.AT_LEAST, 0.0, 1.0, "units", "R-MRG-01")
    assert name(wanted, "ES", entered("lt112")) == "buying power (taken by lt112)"
