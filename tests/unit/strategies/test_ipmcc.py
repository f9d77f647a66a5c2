"""IPMCC: the LEAP, the weekly against it, and what refuses either."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.order import Structure
from tomking.core.reading import Skip
from tomking.market.carry import Dividend
from tomking.risk.sizing import sized
from tomking.strategies.ipmcc import IPMCC, IPMCC_QQQ
from tomking.strategies.stay import LossBelow, kept
from worlds.board import Board, board, day_of
from worlds.orders import book_with, option, order, view

pytestmark = pytest.mark.unit

WEDNESDAY, FRIDAY, LEAP = date(2025, 9, 3), date(2025, 9, 12), date(2026, 8, 21)
AVERAGES = {"ema8": 599.0, "ema21": 598.0}


def wednesday(**changes: object) -> Board:
    """A first Wednesday with SPY at 600."""
    known = day_of(WEDNESDAY, indicators=AVERAGES)
    figures = {"vix_points": 18.0, "vol": 0.18, "grid": 1.0, "day": known}
    return board(WEDNESDAY, 30, **(figures | changes))


def entered(market: Board, cash: str = "200000") -> Structure | Skip:
    """What the plan wants of SPY."""
    return IPMCC.enter(view(market, cash=cash), "SPY")


@pytest.mark.rule("R-PMC-01")
@pytest.mark.rule("R-PMC-02")
@pytest.mark.rule("R-PMC-09")
def test_a_year_long_call_of_80_delta_against_a_fridays_call_at_the_money() -> None:
    wanted = entered(wednesday())
    assert isinstance(wanted, Structure), isinstance(wanted, Skip) and str(wanted)
    leap, weekly = wanted.legs
    assert [(leg.tranche, leg.quantity) for leg in wanted.legs] == [("leap", 1), ("weekly", -1)]
    assert leap.contract == option("525 C", LEAP, "SPY")
    assert weekly.contract == option("600 C", FRIDAY, "SPY")
    assert wanted.max_loss == pytest.approx(-wanted.credit)


REFUSED = [
    ({"vix_points": 35.01}, "R-PMC-03"),
    ({"day": day_of(WEDNESDAY, indicators=AVERAGES, high=600.0)}, "R-PMC-03"),
    ({"day": replace(day_of(WEDNESDAY, indicators=AVERAGES), bars={})}, "R-PMC-03"),
    ({"vol": 0.60}, "R-PMC-05"),
    ({"day": day_of(WEDNESDAY, indicators=AVERAGES | {"ema21": float("nan")})}, "R-PMC-02"),
]


@pytest.mark.rule("R-PMC-03")
@pytest.mark.rule("R-PMC-05")
@pytest.mark.parametrize(("changes", "rule"), REFUSED, ids=lambda x: str(x)[:30])
def test_each_reason_keeps_it_out(changes: dict[str, object], rule: str) -> None:
    found = entered(wednesday(**changes))
    assert isinstance(found, Skip)
    assert rule in {reading.rule for reading in found.failed}


@pytest.mark.rule("R-PMC-04")
@pytest.mark.parametrize(("days", "passes"), [(0, False), (2, False), (3, True)])
def test_no_ex_date_within_two_days(days: int, passes: bool) -> None:
    paid = {"SPY": (Dividend(date(2025, 9, 3 + days), Decimal("1.80")),)}
    known = replace(day_of(WEDNESDAY, indicators=AVERAGES), dividends=paid)
    assert isinstance(entered(wednesday(day=known)), Structure) is passes


@pytest.mark.rule("R-PMC-06")
@pytest.mark.parametrize(
    ("cash", "units"), [("35000", 0), ("36000", 1), ("70000", 1), ("71000", 2), ("200000", 5)]
)
def test_the_leaps_of_a_position_cost_a_quarter_of_the_account(cash: str, units: int) -> None:
    """One costs 8,790 dollars: a quarter of 35,160."""
    found = entered(wednesday(), cash)
    if units:
        assert isinstance(found, Structure)
        assert int(found.units_max + 1e-9) == units
        assert sized(found, view(wednesday(), cash=cash), "ipmcc").units <= units
    else:
        assert isinstance(found, Skip)
        assert {reading.rule for reading in found.failed} == {"R-PMC-06"}


@pytest.mark.rule("R-PMC-07")
@pytest.mark.parametrize(("worth", "stays"), [(61.6, True), (61.53, False), (61.5, False)])
def test_a_leap_that_has_lost_thirty_per_cent_goes(worth: float, stays: bool) -> None:
    """Bought at 87.90; at -20 % there is an alarm and nothing else."""
    bought = order("+1 525 C", "-87.90", root="SPY", expiry=LEAP, strategy="ipmcc", tranche="leap")
    market = wednesday(quotes={option("525 C", LEAP, "SPY"): (worth, worth)})
    book = book_with(market.at, (bought, ("87.90",)))
    (position,) = book.positions.values()
    (rule,) = (each for each in IPMCC.rules(position) if isinstance(each, LossBelow))
    assert kept(rule, position, view(market, book)) is stays
    assert IPMCC.target(position) is None
    assert IPMCC.covered(position) == ("weekly",)


def test_another_fund_is_the_same_plan() -> None:
    assert IPMCC_QQQ.shapes == IPMCC.shapes
    assert IPMCC_QQQ.roots == ("QQQ",)
    unquoted = replace(wednesday(), roots=("SPY",))
    assert isinstance(IPMCC_QQQ.enter(view(unquoted), "QQQ"), Skip)
