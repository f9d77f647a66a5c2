"""Bear Trap 11x: a spread at the money and two puts below, after a breakdown that failed."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tomking.core.evidence import Evidence
from tomking.market.bars import Bars
from tomking.market.sessions import session_of
from tomking.pricing.payoff import profile
from tomking.strategies.bear_trap import BEAR_TRAP
from worlds.board import Board, board, day_of
from worlds.held import broken, held, quoted, refused, wanted

pytestmark = pytest.mark.unit

TUESDAY, THURSDAY, FRIDAY = date(2025, 9, 9), date(2025, 9, 11), date(2025, 9, 12)
TRADED_LOW = 560.0


def rows(lows: dict[int, float]) -> Bars:
    """Sixty sessions with lows of 590, but for some counted back from yesterday, the first."""
    days = np.arange(TUESDAY.toordinal() - 60, TUESDAY.toordinal(), dtype=np.int32)
    low = np.full(60, 590.0)
    for ago, price in lows.items():
        low[-ago] = price
    level = np.full(60, 600.0)
    return Bars(days, level, level, low, level, level, Evidence.MODEL)


def fallen(ago: int = 5, low: float = TRADED_LOW, rsi: float = 45.0, **changes: object) -> Board:
    """A market that fell to a low some sessions ago and stands above it again, VIX at 25."""
    known = replace(
        day_of(TUESDAY),
        bars={"SPY": rows({ago: low})},
        indicators={"SPY": {"rsi": rsi}},
    )
    figures = {"day": known, "vol": 0.25, "vix_points": 25.0, "grid": 1.0}
    market = board(TUESDAY, 30, **(figures | changes))
    return quoted(BEAR_TRAP, market, {"long put": 22.0, "short put": 12.0, "naked puts": 6.0})


@pytest.mark.rule("R-BTR-01")
def test_it_buys_one_at_the_money_and_sells_one_and_two_below() -> None:
    found = wanted(BEAR_TRAP, fallen())
    long, short, naked = found.legs
    assert [leg.quantity for leg in found.legs] == [1, -1, -2]
    assert (long.contract.strike or 0) > (short.contract.strike or 0) > (naked.contract.strike or 0)
    assert abs(float(long.contract.strike or 0) - 600.0) < 10.0
    assert 50 <= (found.expiry - TUESDAY).days <= 70
    assert found.credit > 0.0


@pytest.mark.rule("R-BTR-01")
def test_the_trap_pays_most_between_the_spread_and_the_naked_puts() -> None:
    found = wanted(BEAR_TRAP, fallen())
    long, short, naked = (float(leg.contract.strike or 0) for leg in found.legs)
    shape = profile(
        np.array([long, short, naked]), -np.ones(3), np.array([1.0, -1.0, -2.0]), np.ones(3),
        found.credit,
    )  # fmt: skip
    assert shape.best == pytest.approx(long - short + found.credit)
    (below,) = shape.break_evens
    assert below == pytest.approx(naked - shape.best / 2)


@pytest.mark.rule("R-BTR-01")
def test_it_is_refused_when_the_credit_does_not_pay_for_getting_in_and_out() -> None:
    """Two points less 5 cents for eight fees; what is paid for the spread eats the rest."""
    for long, said in ((23.9, set()), (24.0, {"R-BTR-01"})):
        assert refused(BEAR_TRAP, quoted(BEAR_TRAP, fallen(), {"long put": long})) == said


@pytest.mark.rule("R-BTR-02")
@pytest.mark.parametrize(
    ("vix", "enters"), [(19.99, False), (20.0, True), (35.0, True), (35.01, False)]
)
def test_vix_lies_from_20_to_35(vix: float, enters: bool) -> None:
    assert refused(BEAR_TRAP, fallen(vix_points=vix)) == (set() if enters else {"R-BTR-02"})


@pytest.mark.rule("R-BTR-02")
@pytest.mark.parametrize(
    ("ago", "low", "rsi", "enters"),
    [
        (2, 595.0, 45.0, False),  # nothing broke: the least low is 60 sessions old
        (2, 560.0, 45.0, True),  # broke two sessions ago and is back above 590
        (3, 560.0, 45.0, True),
        (30, 560.0, 45.0, False),  # too old for a low, and nothing broke lately
        (30, 560.0, 29.9, True),  # oversold
        (30, 560.0, 30.0, False),
        (30, 560.0, float("nan"), False),
    ],
)
def test_one_sign_of_a_failed_breakdown_is_enough(
    ago: int, low: float, rsi: float, enters: bool
) -> None:
    assert refused(BEAR_TRAP, fallen(ago, low, rsi)) == (set() if enters else {"R-BTR-02"})


@pytest.mark.rule("R-BTR-02")
@pytest.mark.parametrize(("day", "asked"), [(TUESDAY, True), (THURSDAY, False), (FRIDAY, True)])
def test_it_is_asked_before_eleven_and_never_on_a_thursday(day: date, asked: bool) -> None:
    session = session_of(day)
    assert session is not None
    minutes = [minute for slots in BEAR_TRAP.slots for minute in slots.minutes(session)]
    assert minutes == ([30, 60, 90] if asked else [])


@pytest.mark.rule("R-BTR-03")
@pytest.mark.parametrize(("vix", "stays"), [(35.0, True), (35.01, False)])
def test_it_is_unwound_when_vix_passes_35(vix: float, stays: bool) -> None:
    market = fallen()
    book = held(BEAR_TRAP, market)
    assert broken(BEAR_TRAP, book, replace(market, vix_points=vix)) == (
        [] if stays else ["VIX is at most 35"]
    )


@pytest.mark.rule("R-BTR-03")
def test_it_stops_at_two_and_a_half_credits_and_takes_half() -> None:
    market = fallen()
    book = held(BEAR_TRAP, market)
    assert wanted(BEAR_TRAP, market).credit == pytest.approx(2.0)
    for naked, said in (
        (8.45, []),  # two of them: a loss of 4.90
        (8.50, ["the loss is below 2.5 times the premium"]),
        (5.55, []),
        (5.50, ["profit is below 50% of the premium"]),
    ):
        later = quoted(BEAR_TRAP, market, {"naked puts": naked})
        assert broken(BEAR_TRAP, book, later) == said
