"""Futures strangles: what is sold, when it is refused, and the ladder of deltas (27.3)."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tomking.core.contract import Right
from tomking.core.order import Structure
from tomking.core.product import product
from tomking.core.reading import Skip
from tomking.market.events import Ahead
from tomking.market.snapshot import DELTA
from tomking.strategies.plan import Plan
from tomking.strategies.stay import kept
from tomking.strategies.strangle import DEFENCE, STRANGLE, STRANGLE_CL, STRANGLE_GC
from tomking.strategies.worth import CreditAtLeast
from worlds.board import Board, board, day_of
from worlds.orders import book_with, order, view

pytestmark = pytest.mark.unit

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.3"]
#: What the plan does at a rung of the ladder: whether all is kept, and what is due.
DOES = {
    "hold": (True, ""),
    "watch": (True, ""),  # an alarm, and nothing is done
    "roll untested": (True, "untested side rolled in"),
    "close tested": (True, "tested side closed"),
    "close all": (False, "tested side closed"),
}
TUESDAY, EXPIRY = date(2025, 9, 9), date(2025, 11, 28)
STILL = {"iv_rank": 0.5, "range20": 0.05}


def tuesday(**changes: object) -> Board:
    """A second Tuesday on which volatility is dear and the market lies still."""
    figures = {"vix_points": 18.0, "vol": 0.18, "day": day_of(TUESDAY, indicators=STILL)}
    return board(TUESDAY, 45, **(figures | changes))


def entered(market: Board) -> Structure | Skip:
    """What the plan wants of ES."""
    return STRANGLE.enter(view(market), "ES")


@pytest.mark.rule("R-SGL-01")
def test_a_put_of_six_delta_and_a_call_of_five_and_a_half_ninety_days_away() -> None:
    wanted = entered(tuesday())
    assert isinstance(wanted, Structure)
    assert 80 <= (wanted.expiry - TUESDAY).days <= 100
    put, call = wanted.legs
    assert (put.contract.right, put.quantity) == (Right.PUT, -1)
    assert (call.contract.right, call.quantity) == (Right.CALL, -1)
    chain = tuesday().chain("ES")
    assert not isinstance(chain, Skip)
    expiry = chain.expiry_near(90, 10)
    assert not isinstance(expiry, Skip)
    for leg, delta in ((put, 0.06), (call, 0.055)):
        quote = chain.by_strike(
            expiry, leg.contract.right or Right.PUT, float(leg.contract.strike or 0)
        )
        assert not isinstance(quote, Skip)
        assert abs(quote.delta) == pytest.approx(delta, abs=0.001)


@pytest.mark.rule("R-SGL-03")
@pytest.mark.parametrize(
    ("vix", "rule"),
    [(12.99, "R-SGL-03"), (13.0, ""), (30.0, ""), (30.01, "R-SGL-03")],
)
def test_vix_lies_from_13_to_30(vix: float, rule: str) -> None:
    found = entered(tuesday(vix_points=vix))
    refused = {reading.rule for reading in found.failed} if isinstance(found, Skip) else set()
    assert refused == ({rule} if rule else set())


@pytest.mark.rule("R-SGL-03")
@pytest.mark.rule("R-SGL-04")
@pytest.mark.parametrize(
    ("figures", "rule"),
    [
        ({"iv_rank": 0.29}, "R-SGL-03"),
        ({"iv_rank": float("nan")}, "R-SGL-03"),
        ({"range20": 0.081}, "R-SGL-04"),
        ({"range20": float("nan")}, "R-SGL-04"),
    ],
)
def test_the_market_must_lie_still_and_volatility_be_dear(
    figures: dict[str, float], rule: str
) -> None:
    found = entered(tuesday(day=day_of(TUESDAY, indicators=STILL | figures)))
    assert isinstance(found, Skip)
    assert {reading.rule for reading in found.failed} == {rule}


@pytest.mark.rule("R-EVT-09")
@pytest.mark.parametrize(
    ("plan", "event", "passes"),
    [
        (STRANGLE, "FOMC", False), (STRANGLE, "OPEC", True),
        (STRANGLE_CL, "FOMC", False), (STRANGLE_CL, "OPEC", False),
        (STRANGLE_GC, "FOMC", False), (STRANGLE_GC, "OPEC", True),
    ],
    ids=lambda x: getattr(x, "name", str(x)),
)  # fmt: skip
def test_each_market_has_its_events(plan: Plan, event: str, passes: bool) -> None:
    calm = day_of(TUESDAY, indicators=STILL)
    known = replace(calm, coming={**calm.coming, event: Ahead(3, 7)})
    (rule,) = (rule for rule in plan.enter_when if rule.rule == "R-EVT-09")
    assert rule(view(tuesday(day=known)), plan.roots[0]).passed is passes


@pytest.mark.rule("R-SGL-02")
@pytest.mark.parametrize("plan", [STRANGLE_CL, STRANGLE_GC], ids=lambda plan: plan.name)
def test_the_least_credit_is_a_hundred_dollars_where_a_point_is_more_or_less(plan: Plan) -> None:
    (floor,) = (rule for rule in plan.take_when if isinstance(rule, CreditAtLeast))
    assert floor.points * product(plan.roots[0]).multiplier == pytest.approx(100.0)


def held_at(delta: float) -> tuple[object, ...]:
    """What is done about a strangle whose tested put has this delta: kept, and what is due."""
    sold = order(
        "-1 5280 P, -1 6890 C", "24.00", strategy="strangle", expiry=EXPIRY, tranche="strangle"
    )
    market = tuesday()
    book = book_with(market.at, (sold, ("12.00", "12.00")))
    (position,) = book.positions.values()
    seen = view(market, book)
    seen.marks.table[DELTA] = (-delta, 0.03)
    stays = all(kept(rule, position, seen) for rule in STRANGLE.rules(position))
    due = [
        how.name
        for how in STRANGLE.adjustments(position)
        if not all(kept(rule, position, seen) for rule in how.stay_while)
    ]
    return (stays, due[0] if due else "")


@pytest.mark.rule("R-SGL-05")
@pytest.mark.parametrize(
    ("delta", "does"),
    [*SHEET["deltas"], (0.199, "watch"), (0.249, "roll untested"), (0.299, "close tested")],
)
def test_the_ladder_of_deltas_is_the_rulebooks(delta: float, does: str) -> None:
    assert held_at(delta) == DOES[does]


@pytest.mark.rule("R-SGL-05")
def test_one_option_is_sold_again_for_each_that_was_closed() -> None:
    (_, rolled) = DEFENCE
    assert [(leg.name, leg.quantity) for leg in rolled.legs] == [("put", -1), ("call", -1)]


@pytest.mark.rule("R-SGL-07")
def test_a_strangle_of_this_week_keeps_out_another() -> None:
    sold = order(
        "-1 5280 P, -1 6890 C", "24.00", strategy="strangle", expiry=EXPIRY, tranche="strangle"
    )
    held = book_with(tuesday().at, (sold, ("12.00", "12.00")))
    wednesday = date(2025, 9, 10)
    market = tuesday(at=board(wednesday, 45).at, day=day_of(wednesday, indicators=STILL))
    refused = STRANGLE.enter(view(market, held), "ES")
    assert isinstance(refused, Skip)
    assert {reading.rule for reading in refused.failed} == {"R-SGL-07"}
    assert isinstance(STRANGLE.enter(view(market), "ES"), Structure)


@pytest.mark.parametrize("plan", [STRANGLE_CL, STRANGLE_GC], ids=lambda plan: plan.name)
def test_a_market_nobody_quotes_is_a_reason(plan: Plan) -> None:
    refused = plan.enter(view(replace(tuesday(), roots=("ES",))), plan.roots[0])
    assert isinstance(refused, Skip)
    assert any(reading.observed is None for reading in refused.failed)
