"""Kelly's share: the table of rulebook 19.3 (27.11), and its sign, which is the expectancy's."""

import json
from dataclasses import replace
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.reading import Skip
from tomking.risk.kelly import Record, expectancy, full, record_of, stake
from tomking.risk.limits import Limits
from tomking.risk.sizing import rooms, sized
from tomking.risk.tally import Tally
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import FRIDAY, board
from worlds.gates import standing
from worlds.orders import view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.11"]


@pytest.mark.rule("R-SIZ-10")
@pytest.mark.parametrize("case", SHEET["records"], ids=lambda c: c["name"])
def test_the_table_of_the_rulebook(case: dict[str, Any]) -> None:
    record = Record(case["p"], case["win"], case["loss"])
    assert expectancy(record) == pytest.approx(case["mean"], abs=6e-4)
    assert full(record) == pytest.approx(case["kelly"], abs=6e-3)
    assert stake(record, Limits()) == pytest.approx(case["staked"], abs=6e-4)


@pytest.mark.parametrize(("win", "loss", "wins"), SHEET["wins_needed"])
def test_nothing_is_staked_up_to_the_share_of_winners_that_earns_nothing(
    win: float, loss: float, wins: float
) -> None:
    """To the places that are printed."""
    poor, rich = (Record(wins + way, win, loss) for way in (-0.006, 0.006))
    assert full(poor) < 0.0 < full(rich)
    assert (stake(poor, Limits()), stake(rich, Limits()) > 0.0) == (0.0, True)


@given(st.floats(0.01, 0.99), st.floats(0.01, 100), st.floats(0.01, 100))
def test_kelly_stakes_exactly_when_the_record_earns(wins: float, win: float, loss: float) -> None:
    record = Record(wins, win, loss)
    mean = expectancy(record)
    if abs(mean) > 1e-9:
        assert (full(record) > 0) is (mean > 0)
        assert (stake(record, Limits()) > 0) is (mean > 0)
    assert 0.0 <= stake(record, Limits()) <= 0.05


@pytest.mark.parametrize(("wins", "known"), [(18, False), (19, True)])
def test_twenty_campaigns_are_a_record(wins: int, known: bool) -> None:
    tally = Tally(wins, 1, 5, Decimal(100), Decimal(50))
    assert (record_of(tally, Limits()) is not None) is known


def test_a_record_without_a_loss_stakes_the_most_and_one_without_a_win_nothing() -> None:
    never_lost = record_of(Tally(30, 0, 0, Decimal(100)), Limits())
    never_won = record_of(Tally(0, 30, 0, Decimal(0), Decimal(100)), Limits())
    assert never_lost is not None
    assert never_won is not None
    assert stake(never_lost, Limits()) == 0.05
    assert stake(never_won, Limits()) == 0.0
    assert expectancy(never_won) < 0.0 < expectancy(never_lost)


@pytest.mark.rule("R-SIZ-10")
@pytest.mark.parametrize(("mode", "units"), [("off", 1), ("on", 0)])
def test_a_losing_record_sizes_nought_where_kelly_is_asked(mode: str, units: int) -> None:
    losing = Tally(14, 6, 0, Decimal(1400), Decimal(2400))
    seen = view(
        board(FRIDAY, 60.0, price=6042.0, vol=0.2),
        standing=standing(tallies=(("friday_0dte", losing),)),
        limits=Limits(kelly_mode=mode, defined_risk_max=0.5),
    )
    wanted = replace(FRIDAY_0DTE, take_when=()).enter(seen, "MES")
    assert not isinstance(wanted, Skip), wanted
    found = sized(wanted, seen, "friday_0dte")
    assert (found.units >= 1) is (units >= 1)
    assert any(r.rule == "R-SIZ-10" for r in found.readings) is (mode == "on")


@pytest.mark.rule("R-SIZ-10")
@pytest.mark.parametrize(
    ("cash", "max_loss", "stop_loss", "units"),
    [
        ("100000", 100.0, 9.0, 10),  # 5 % of $100,000 over $500 a unit of MES
        ("100000", 100.1, 9.0, 9),
        ("50000", 100.0, 9.0, 5),
        ("100000", inf, 200.0, 5),  # a loss that nothing bounds is taken at its stop
        ("100000", 0.0, 9.0, inf),
        ("-1000", 100.0, 9.0, 0),
    ],
)
def test_kelly_fits_as_many_units_as_the_stake_pays_for(
    cash: str, max_loss: float, stop_loss: float, units: float
) -> None:
    earning = Tally(19, 1, 0, Decimal(19_000), Decimal(1000))
    seen = view(
        board(FRIDAY, 60.0, price=6042.0, vol=0.2),
        standing=standing(tallies=(("friday_0dte", earning),)),
        limits=Limits(kelly_mode="on"),
        cash=cash,
    )
    wanted = replace(FRIDAY_0DTE, take_when=()).enter(seen, "MES")
    assert not isinstance(wanted, Skip), wanted
    asked = replace(wanted, max_loss=max_loss, stop_loss=stop_loss)
    (room,) = [r for r in rooms(asked, seen, "friday_0dte", whole=True) if r.rule == "R-SIZ-10"]
    assert room.units == units
    reading = room.reading
    assert (reading.observed, reading.bound, reading.passed) == (units, 1.0, units >= 1)


@pytest.mark.rule("R-SIZ-10")
def test_a_record_that_is_too_short_is_said_not_to_be_asked() -> None:
    seen = view(
        board(FRIDAY, 60.0, price=6042.0, vol=0.2),
        standing=standing(tallies=(("friday_0dte", Tally(2, 17, 4)),)),
        limits=Limits(kelly_mode="on"),
    )
    wanted = replace(FRIDAY_0DTE, take_when=()).enter(seen, "MES")
    assert not isinstance(wanted, Skip), wanted
    (reading,) = [r for r in sized(wanted, seen, "friday_0dte").readings if r.rule == "R-SIZ-10"]
    assert reading.passed
    assert reading.name == "Kelly's share (not asked: 19 of 20 closed)"
