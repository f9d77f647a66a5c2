"""Plans: readings of every stage, tranches, targets and the figures of a structure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import inf
from typing import ClassVar

import pytest

from tomking.core.contract import Right
from tomking.core.order import Leg, Structure
from tomking.core.reading import Reading, Skip, Stage
from tomking.core.value import value
from tomking.portfolio.book import Position
from tomking.portfolio.columns import columns_of
from tomking.risk.view import View
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.losses import defined_loss
from tomking.strategies.lt112 import LT112
from tomking.strategies.picks import Away, Delta, buy, sell
from tomking.strategies.plan import profit_price
from tomking.strategies.stay import ProfitBelow
from tomking.strategies.worth import Candidate
from worlds.board import FRIDAY, board, day_of
from worlds.orders import book_with, legs_of, order, view

pytestmark = pytest.mark.unit


def structure(text: str) -> tuple[Leg, ...]:
    """Legs of one tranche."""
    return tuple(Leg(contract, count, "all") for count, contract in legs_of(text))


def test_every_entry_rule_is_asked_though_the_first_has_failed() -> None:
    market = board(vix_points=40.0, day=day_of(FRIDAY, blocked={"FOMC": "14:00"}))
    refused = FRIDAY_0DTE.enter(view(market), "ES")
    assert isinstance(refused, Skip)
    assert [reading.rule for reading in refused.readings] == ["R-0DTE-10", "R-EVT-04", "R-0DTE-02"]
    assert {reading.stage for reading in refused.failed} == {Stage.MARKET, Stage.VIX}


def test_a_structure_carries_the_readings_of_every_stage_it_passed() -> None:
    wanted = FRIDAY_0DTE.enter(view(board(price=6042.0)), "ES")
    assert isinstance(wanted, Structure)
    rules = [reading.rule for reading in wanted.readings]
    assert rules == ["R-0DTE-10", "R-EVT-04", "R-0DTE-02", "R-0DTE-03", "R-0DTE-06"]
    assert all(reading.passed for reading in wanted.readings)


def test_a_shape_that_nothing_fits_is_a_reason() -> None:
    only_up = replace(FRIDAY_0DTE, shapes=FRIDAY_0DTE.shapes[:1])
    refused = only_up.enter(view(board(price=6000.0)), "ES")
    assert isinstance(refused, Skip)
    assert [reading.rule for reading in refused.failed] == ["R-0DTE-03"]


def test_an_expiry_that_is_not_listed_is_a_reason() -> None:
    far = replace(LT112, dte=3000, enter_when=())
    refused = far.enter(view(board()), "ES")
    assert isinstance(refused, Skip)
    assert refused.failed[0].stage is Stage.DATA


def test_a_root_without_a_chain_is_a_reason() -> None:
    refused = replace(FRIDAY_0DTE, shapes=FRIDAY_0DTE.shapes[2:]).enter(view(board()), "GLD")
    assert isinstance(refused, Skip)
    assert refused.failed


def test_a_missing_strike_is_a_reason() -> None:
    blind = board(day=day_of(FRIDAY, indicators={"atr": float("nan")}))
    refused = FRIDAY_0DTE.enter(view(blind), "ES")
    assert isinstance(refused, Skip)
    assert [reading.name for reading in refused.failed] == ["ATR"]


@pytest.mark.parametrize(
    ("text", "credit", "loss"),
    [
        ("-1 6090 C, +1 6120 C", 4.0, 26.0),
        ("-1 5995 P, +1 5965 P, -1 6065 C, +1 6095 C", 8.0, 22.0),
        ("-1 5995 P, +1 5945 P, -1 6065 C, +1 6095 C", 8.0, 42.0),
        ("+1 5700 P, -1 5650 P", -9.0, 9.0),
        ("+1 5700 P, -1 5650 P, -2 5000 P", 24.0, inf),
        ("-1 6090 C", 4.0, inf),
        ("-1 5000 P", 4.0, inf),
        ("-1 6000 P, -1 6000 C, +2 6100 C, +1 5900 P", 50.0, 50.0),
    ],
)
def test_the_greatest_loss_of_a_structure(text: str, credit: float, loss: float) -> None:
    assert defined_loss(structure(text), credit) == pytest.approx(loss)


def positions_of(text: str, prices: tuple[str, ...], units: int) -> Position:
    """The position of one trade."""
    held = book_with(board().at, (order(text, units=units), prices))
    (position,) = held.positions.values()
    return position


@pytest.mark.rule("R-MAN-01")
@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize(
    ("text", "prices", "share", "price"),
    [
        ("-1 6090 C, +1 6120 C", ("5.00", "1.00"), 0.5, "-2.00"),
        ("+1 5700 P, -1 5650 P", ("60.00", "51.00"), 0.5, "13.50"),
        ("-2 5000 P", ("17.00",), 0.9, "-1.70"),
    ],
)
def test_the_price_at_which_a_profit_order_rests(
    units: int, text: str, prices: tuple[str, ...], share: float, price: str
) -> None:
    assert profit_price(positions_of(text, prices, units), share) == Decimal(price)


def test_a_tranche_has_its_own_rules_and_target() -> None:
    trap = positions_of("+1 5700 P, -1 5650 P", ("60.00", "51.00"), 1)
    naked = replace(trap, tranche="naked puts")
    trap = replace(trap, tranche="trap")
    assert LT112.target(trap) == 0.50
    assert LT112.target(naked) == 0.90
    assert len(LT112.rules(trap)) == 2
    assert len(LT112.rules(naked)) == 5


def test_a_tranche_without_a_profit_rule_has_no_target() -> None:
    bare = replace(
        LT112,
        shapes=(Shape("bare", (Tranche("trap", LT112.shapes[0].tranches[0].legs, ()),)),),
    )
    trap = replace(positions_of("+1 5700 P, -1 5650 P", ("60.00", "51.00"), 1), tranche="trap")
    assert bare.target(trap) is None


def test_stops_of_every_tranche_add_up() -> None:
    market = board(date(2025, 9, 3), 30, vol=0.22, grid=10.0)
    wanted = LT112.enter(view(market), "ES")
    assert isinstance(wanted, Structure)
    naked = next(leg for leg in wanted.legs if leg.tranche == "naked puts")
    quote = float(market.marks(columns_of((naked,))).table[2, 0])
    assert wanted.stop_loss == pytest.approx(2.0 * 2.0 * quote)


@value
class TwoAtMost:
    """Somebody's own rule: it always holds, for two units."""

    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARGIN

    def __call__(self, view: View, candidate: Candidate, /) -> tuple[Reading, ...]:
        return ()

    def least(self, readings: Sequence[Reading], /) -> float:
        return -inf

    def units(self, view: View, candidate: Candidate, /) -> float:
        return 2.0


@pytest.mark.rule("R-SIZ-06")
def test_a_rule_of_what_is_taken_may_bound_the_units_too() -> None:
    market = board(date(2025, 9, 3), 30, vol=0.22, grid=10.0)
    mine = replace(LT112, take_when=(TwoAtMost(), *LT112.take_when))
    found = [plan.enter(view(market), "ES") for plan in (LT112, mine)]
    assert [one.units_max for one in found if isinstance(one, Structure)] == [inf, 2.0]


def test_a_plan_is_a_value() -> None:
    again = replace(FRIDAY_0DTE)
    assert again == FRIDAY_0DTE
    assert hash(again) == hash(FRIDAY_0DTE)
    wider = Shape(
        "wide",
        (
            Tranche(
                "put spread",
                (
                    sell(1, Right.PUT, Delta(0.2), "short put"),
                    buy(1, Right.PUT, Away("short put", 50.0), "long put"),
                ),
                (ProfitBelow(0.5),),
            ),
        ),
    )
    assert replace(FRIDAY_0DTE, shapes=(wider,)) != FRIDAY_0DTE
