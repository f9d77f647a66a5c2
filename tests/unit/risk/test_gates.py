"""Every gate below, at and above its bound, one row each; by rule id, as the ledger names them."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tomking.core.facts import Sent
from tomking.portfolio.book import apply, empty_book
from tomking.risk.case import open_case
from tomking.risk.gates.market import root_has_a_group
from tomking.risk.judge import EXPOSURE, SANITY, judge
from tomking.risk.verdict import Refused
from unit.risk.gate_table import TABLE
from worlds.gates import SPREAD, answers, exit_of, held_spread, opener, scene
from worlds.orders import book_with, order, preview, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

ROWS = [
    pytest.param(rule, *row, id=f"{rule}-{number}", marks=pytest.mark.rule(rule))
    for rule, rows in TABLE.items()
    for number, row in enumerate(rows)
]


@pytest.mark.parametrize(("rule", "scenery", "asked", "passes"), ROWS)
def test_a_gate_measures_and_the_bound_decides(
    rule: str, scenery: dict[str, Any], asked: dict[str, Any], passes: bool
) -> None:
    reading = answers(scene(**scenery), **asked)[rule]
    assert reading.passed is passes, str(reading)


#: Gates whose refusal takes more than one row of the table; each has a test of its own below.
ELSEWHERE = {"R-VEN-04", "R-VEN-05", "R-COR-07"}


def test_the_table_shows_every_gate_passing_and_refusing() -> None:
    shown: dict[str, set[bool]] = defaultdict(set)
    for rule, rows in TABLE.items():
        shown[rule] |= {passes for _, _, passes in rows}
    asked = set(answers(scene()))
    assert len(asked) == len(SANITY + EXPOSURE)
    assert asked == set(TABLE)
    assert {rule for rule, seen in shown.items() if seen != {True, False}} == ELSEWHERE


@pytest.mark.rule("R-VEN-04")
@pytest.mark.parametrize(("units", "passes"), [(1, True), (2, True), (3, False)])
def test_a_closing_leg_takes_down_no_more_than_is_held(units: int, passes: bool) -> None:
    seen = scene(holding=held_spread(units=2))
    reading = answers(seen, wanted=exit_of(units=units))["R-VEN-04"]
    assert reading.passed is passes


@pytest.mark.rule("R-VEN-04")
def test_a_closing_order_for_a_position_that_is_gone_is_refused() -> None:
    assert not answers(scene(), wanted=exit_of())["R-VEN-04"].passed


@pytest.mark.rule("R-VEN-04")
def test_a_closing_leg_the_wrong_way_round_would_open_and_is_refused() -> None:
    seen = scene(holding=held_spread())
    wrong = exit_of()
    turned = replace(wrong, legs=tuple(replace(leg, quantity=-leg.quantity) for leg in wrong.legs))
    assert not answers(seen, wanted=turned)["R-VEN-04"].passed


@pytest.mark.rule("R-VEN-05")
def test_no_leg_may_open_against_what_is_held_or_working() -> None:
    mirrored = order("+1 6090 C, -1 6120 C", "-2.00", campaign="other")
    held = scene(holding=held_spread())
    assert not answers(held, wanted=mirrored)["R-VEN-05"].passed
    same_way = order(SPREAD, "2.00", campaign="other")
    assert answers(held, wanted=same_way)["R-VEN-05"].passed

    working = apply(empty_book(Decimal(100_000)), Sent(scene().market.at, opener()))
    assert not answers(scene(holding=working), wanted=mirrored)["R-VEN-05"].passed


@pytest.mark.rule("R-COR-07")
def test_a_root_without_a_group_is_refused() -> None:
    case = open_case(order(SPREAD), scene(), preview())
    legs = tuple(
        replace(leg, contract=replace(leg.contract, root="GLDX")) for leg in case.order.legs
    )
    stranger = replace(case, order=replace(case.order, legs=legs))
    assert not root_has_a_group(stranger).passed


@pytest.mark.rule("R-COR-07")
def test_an_order_in_an_unknown_root_is_a_refusal_and_no_crash() -> None:
    strange = order(SPREAD)
    legs = tuple(
        replace(leg, contract=replace(leg.contract, root="GLDX", future="")) for leg in strange.legs
    )
    verdict = judge(replace(strange, legs=legs), scene(), preview())
    assert isinstance(verdict, Refused)


@pytest.mark.rule("R-COR-03")
@pytest.mark.parametrize(
    ("book", "strategy", "passes"),
    [
        ((), "lt112", True),
        (("other ES",), "lt112", False),  # the second slot is kept for Friday
        (("other ES",), "friday_0dte", True),
        (("friday_0dte ES",), "lt112", True),  # it has taken its slot
        (("friday_0dte ES", "other ES"), "friday_0dte", False),
    ],
)
def test_a_slot_of_the_group_is_kept_for_fridays(
    book: tuple[str, ...], strategy: str, passes: bool
) -> None:
    assert answers(scene(book=book), strategy=strategy)["R-COR-01"].passed is passes


@pytest.mark.rule("R-COR-06")
@pytest.mark.parametrize(("vix", "bound"), [(30.0, 2.0), (30.01, 1.0)])
def test_above_vix_thirty_a_group_holds_one_less(vix: float, bound: float) -> None:
    reading = answers(scene(market={"vix_points": vix}))["R-COR-01"]
    assert reading.bound == bound
    one = answers(scene(market={"vix_points": vix}, book=("lt112 ES",)))["R-COR-01"]
    assert one.passed is (bound > 1.0)


@pytest.mark.rule("R-GRK-03")
def test_a_trade_that_makes_a_broken_theta_smaller_is_allowed() -> None:
    """Rulebook 16: a trade that reduces an already breached Greek is allowed."""
    at = scene().market

    payer = book_with(at.at, (order("+4 6000 C", "-80", strategy="x", campaign="x"), ("20.00",)))
    seen = replace(view(at, payer), net_liq=100_000.0)
    before = answers(seen, wanted=order("+1 6000 C", "-25.00", campaign="y"))["R-GRK-03"]
    assert not before.passed  # the floor is broken, and this would break it further
    sold = answers(seen, wanted=order("-1 6005 C", "15.00", campaign="y"))["R-GRK-03"]
    assert isinstance(sold.observed, float)
    assert isinstance(before.observed, float)
    assert sold.observed > before.observed
    assert sold.passed


@pytest.mark.rule("R-STR-01")
def test_a_book_that_gains_under_stress_lends_no_room_to_lose() -> None:
    """Holding puts that would earn half of net liq does not allow a trade to lose half of it."""
    at = scene().market

    puts = order("+4 5900 P", "-20", strategy="x", campaign="x")
    hedged = replace(view(at, book_with(at.at, (puts, ("5.00",)))), net_liq=100_000.0)
    case = open_case(order(SPREAD, "2.00"), hedged, preview())
    assert case.stress_before < -50_000.0
    reading = answers(hedged, legs=SPREAD)["R-STR-01"]
    assert reading.bound == pytest.approx(0.20)
