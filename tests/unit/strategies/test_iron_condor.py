"""Iron condor: both sides sold five points wide, in a market that goes nowhere."""

from datetime import date

import numpy as np
import pytest

from tomking.core.calendar import dte
from tomking.market.snapshot import DELTA
from tomking.pricing.payoff import profile
from tomking.strategies.iron_condor import IRON_CONDOR
from worlds.board import Board, board, day_of
from worlds.held import broken, held, legs, quoted, refused, wanted

pytestmark = pytest.mark.unit

TUESDAY = date(2025, 9, 9)
STILL = {"iv_rank": 0.5, "rsi": 50.0, "range20": 0.05}
PRICES = {"short put": 2.8, "long put": 2.1, "short call": 2.5, "long call": 2.0}


def tuesday(vix: float = 18.0, prices: dict[str, float] = PRICES, **figures: float) -> Board:
    """A still Tuesday on which the condor brings 1.20 of a width of five."""
    known = day_of(TUESDAY, indicators=STILL | figures)
    market = board(TUESDAY, 60, day=known, vix_points=vix, vol=0.18, grid=1.0)
    return quoted(IRON_CONDOR, market, prices)


@pytest.mark.rule("R-ICN-02")
def test_both_shorts_stand_at_16_delta_and_the_wings_five_points_beyond() -> None:
    found = wanted(IRON_CONDOR, tuesday())
    short, long, call, wing = (float(leg.contract.strike or 0) for leg in found.legs)
    assert [text.split()[0] for text in legs(found)] == ["-1", "+1", "-1", "+1"]
    assert (short - long, wing - call) == (5.0, 5.0)
    assert 30 <= dte(found.expiry, TUESDAY) <= 60
    deltas = np.abs(tuesday().marks(held(IRON_CONDOR, tuesday()).legs).table[DELTA])
    assert deltas[[0, 2]].tolist() == [pytest.approx(0.16, abs=0.01)] * 2


@pytest.mark.rule("R-ICN-02")
def test_it_can_lose_its_width_less_the_credit_and_no_more() -> None:
    found = wanted(IRON_CONDOR, tuesday())
    strikes = np.array([float(leg.contract.strike or 0) for leg in found.legs])
    sign, quantity = np.array([-1.0, -1.0, 1.0, 1.0]), np.array([-1.0, 1.0, -1.0, 1.0])
    shape = profile(strikes, sign, quantity, np.ones(4), found.credit)
    assert found.max_loss == pytest.approx(3.8)
    assert (shape.best, shape.worst) == (pytest.approx(1.2), pytest.approx(-3.8))


@pytest.mark.rule("R-ICN-02")
@pytest.mark.parametrize(("short", "enters"), [(2.6, True), (2.59, False)])
def test_its_credit_is_a_fifth_of_the_width_at_least(short: float, enters: bool) -> None:
    market = tuesday(prices=PRICES | {"short put": short})
    assert refused(IRON_CONDOR, market) == (set() if enters else {"R-ICN-02"})


@pytest.mark.rule("R-ICN-01")
@pytest.mark.parametrize(
    ("vix", "figures", "enters"),
    [
        (11.99, {}, False),
        (12.0, {}, True),
        (25.0, {}, True),
        (25.01, {}, False),
        (18.0, {"iv_rank": 0.30}, True),
        (18.0, {"iv_rank": 0.299}, False),
        (18.0, {"rsi": 35.0}, True),
        (18.0, {"rsi": 34.9}, False),
        (18.0, {"rsi": 65.0}, True),
        (18.0, {"rsi": 65.1}, False),
        (18.0, {"range20": 0.08}, True),
        (18.0, {"range20": 0.081}, False),
        (18.0, {"range20": float("nan")}, False),
    ],
)
def test_the_market_lies_still_and_volatility_is_dear_but_not_wild(
    vix: float, figures: dict[str, float], enters: bool
) -> None:
    seen = refused(IRON_CONDOR, tuesday(vix, **figures))
    assert seen == (set() if enters else {"R-ICN-01"})


@pytest.mark.rule("R-MAN-01")
@pytest.mark.rule("R-MAN-02")
@pytest.mark.parametrize(
    ("short", "said"),
    [
        (5.15, []),
        (5.25, ["the loss is below 2 times the premium"]),
        (2.25, []),
        (2.15, ["profit is below 50% of the premium"]),
    ],
)
def test_it_stops_at_two_credits_and_takes_half(short: float, said: list[str]) -> None:
    book = held(IRON_CONDOR, tuesday())
    assert broken(IRON_CONDOR, book, tuesday(prices=PRICES | {"short put": short})) == said


@pytest.mark.rule("R-MAN-05")
@pytest.mark.parametrize(("left", "stays"), [(22, True), (21, False)])
def test_it_leaves_at_21_days(left: int, stays: bool) -> None:
    market = tuesday()
    book = held(IRON_CONDOR, market)
    day = date.fromordinal(wanted(IRON_CONDOR, market).expiry.toordinal() - left)
    later = board(day, 60, grid=1.0, quotes=market.quotes)
    assert broken(IRON_CONDOR, book, later) == ([] if stays else ["more than 21 days are left"])
