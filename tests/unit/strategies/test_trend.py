"""Entry rules of a root's own price and indicators: below, at and above each bound, and unknown."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.evidence import Evidence
from tomking.core.product import Kind, product
from tomking.market.bars import Bars
from tomking.market.events import Ahead
from tomking.strategies import entry
from tomking.strategies.entry import EntryRule, NoEarningsWithin, NoEventWithin, NoExDateWithin
from tomking.strategies.trend import (
    BreakdownFailed,
    IvRankAtLeast,
    MovedAtLeast,
    MovedDown,
    MovedUp,
    PlaceAtLeast,
    PlaceAtMost,
    RangeAtMost,
    RsiFrom,
    TrendNotDown,
    place_in,
)
from worlds.board import FRIDAY, Board, board, day_of
from worlds.orders import view

pytestmark = pytest.mark.unit
NAN = float("nan")


def history_of(lows: list[float], highs: list[float]) -> Bars:
    """Daily rows that end the day before."""
    days = np.arange(FRIDAY.toordinal() - len(lows), FRIDAY.toordinal(), dtype=np.int32)
    low, high = np.array(lows), np.array(highs)
    return Bars(days, low, high, low, high, high, Evidence.MODEL)


def ranged(price: float, days: int = 20) -> Board:
    """A market that stands at a price after so many days between 5900 and 6100."""
    bars = {"ES": history_of([5900.0] * days, [6100.0] * days)}
    return board(price=price, day=replace(day_of(FRIDAY), bars=bars))


def known(**figures: float) -> Board:
    """A market with some daily figures."""
    return board(day=day_of(FRIDAY, indicators=figures))


TABLE: list[tuple[EntryRule, Board, bool]] = [
    (PlaceAtLeast(20, 0.2), ranged(5939.0), False),
    (PlaceAtLeast(20, 0.2), ranged(5940.0), True),
    (PlaceAtLeast(20, 0.2), ranged(5941.0), True),
    (PlaceAtMost(20, 0.8), ranged(6059.0), True),
    (PlaceAtMost(20, 0.8), ranged(6060.0), True),
    (PlaceAtMost(20, 0.8), ranged(6061.0), False),
    (PlaceAtMost(50, 0.85), ranged(6069.0, 50), True),
    (PlaceAtMost(50, 0.85), ranged(6071.0, 50), False),
    (RangeAtMost(0.08), known(range20=0.0799), True),
    (RangeAtMost(0.08), known(range20=0.08), True),
    (RangeAtMost(0.08), known(range20=0.0801), False),
    (IvRankAtLeast(0.30), known(iv_rank=0.299), False),
    (IvRankAtLeast(0.30), known(iv_rank=0.30), True),
    (IvRankAtLeast(0.30), known(iv_rank=0.301), True),
    (MovedAtLeast(0.005), board(price=6029.0), False),
    (MovedAtLeast(0.005), board(price=6030.0), True),
    (MovedAtLeast(0.005), board(price=5969.0), True),
    (RsiFrom(30, 45), known(rsi=29.9), False),
    (RsiFrom(30, 45), known(rsi=30.0), True),
    (RsiFrom(30, 45), known(rsi=45.0), True),
    (RsiFrom(30, 45), known(rsi=45.1), False),
    (TrendNotDown(), known(ema8=99.9, ema21=100.0), False),
    (TrendNotDown(), known(ema8=100.0, ema21=100.0), True),
    (TrendNotDown(), known(ema8=100.1, ema21=100.0), True),
    (BreakdownFailed(), known(rsi=29.9), True),
    (BreakdownFailed(), known(rsi=30.0), False),
]


@pytest.mark.rule("R-SGL-03")
@pytest.mark.rule("R-SGL-04")
@pytest.mark.rule("R-PMC-03")
@pytest.mark.parametrize(("rule", "market", "passes"), TABLE, ids=lambda x: str(x)[:45])
def test_a_rule_of_the_trend_measures_and_the_bound_decides(
    rule: EntryRule, market: Board, passes: bool
) -> None:
    reading = rule(view(market), "ES")
    assert reading.passed is passes
    assert reading.observed is not None


UNKNOWN: list[tuple[EntryRule, Board]] = [
    (PlaceAtLeast(20, 0.2), ranged(6000.0, 19)),  # a day less than is asked for
    (PlaceAtMost(20, 0.8), ranged(6000.0, 19)),
    (RangeAtMost(0.08), known(range20=NAN)),
    (RangeAtMost(0.08), board()),
    (IvRankAtLeast(0.3), known(iv_rank=NAN)),
    (IvRankAtLeast(0.3), board()),
    (MovedAtLeast(0.005), board(opened=NAN)),
    (MovedUp(0.005), board(opened=NAN)),
    (MovedDown(0.005), board(price=NAN)),
    (RsiFrom(30, 45), known(rsi=NAN)),
    (TrendNotDown(), known(ema8=NAN)),
    (TrendNotDown(), known(ema21=NAN)),
    (BreakdownFailed(), known(rsi=NAN)),
]


@pytest.mark.parametrize(("rule", "market"), UNKNOWN, ids=lambda x: str(x)[:45])
def test_what_is_not_known_is_told_as_unknown_and_never_passes(
    rule: EntryRule, market: Board
) -> None:
    reading = rule(view(market), "ES")
    assert reading.observed is None
    assert not reading.passed


@given(low=st.floats(1.0, 1e5), width=st.floats(1e-3, 1e5), share=st.floats(0.0, 1.0))
def test_a_price_inside_a_range_has_a_place_from_nought_to_one(
    low: float, width: float, share: float
) -> None:
    place = place_in(low, low + width, low + share * width)
    assert -1e-6 <= place <= 1.0 + 1e-6
    assert place == pytest.approx(share, abs=1e-4 + 1e-10 * low / width)


def test_a_broken_support_that_is_held_again_is_a_sign() -> None:
    lows = [5900.0] * 46 + [5850.0] * 1 + [5910.0] * 13
    bars = {"ES": history_of(lows, [6100.0] * 60)}
    calm = replace(day_of(FRIDAY, indicators={"rsi": 50.0}), bars=bars)
    rule = BreakdownFailed()
    assert rule(view(board(price=5950.0, day=calm)), "ES").observed == 2
    assert rule(view(board(price=5880.0, day=calm)), "ES").observed == 1  # its low is 14 days old
    early = replace(calm, bars={"ES": history_of([5850.0, *[5900.0] * 59], [6100.0] * 60)})
    assert rule(view(board(price=5950.0, day=early)), "ES").observed == 0


AWAY = day_of(FRIDAY).coming


@pytest.mark.rule("R-EVT-09")
@pytest.mark.parametrize(("days", "passes"), [(0, False), (3, False), (4, True)])
def test_an_event_within_three_days_keeps_out(days: int, passes: bool) -> None:
    market = board(day=replace(day_of(FRIDAY), coming=AWAY | {"FOMC": Ahead(days, 7)}))
    assert NoEventWithin(("FOMC", "OPEC"), 3)(view(market), "ES").passed is passes
    assert NoEventWithin(("OPEC",), 3)(view(market), "ES").passed


@pytest.mark.rule("R-PMC-04")
def test_a_fund_has_no_earnings_and_of_a_share_nobody_has_told_us(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule: Any = NoEarningsWithin(30, "R-PMC-04")
    assert rule(view(board()), "SPY").passed
    assert rule(view(board()), "SPY").rule == "R-PMC-04"
    assert str(rule) == "no earnings fall within 30 days"
    share = replace(product("SPY"), kind=Kind.EQUITY)
    monkeypatch.setattr(entry, "product", lambda _: share)
    assert rule(view(board()), "ACME").observed is None
    assert not rule(view(board()), "ACME").passed
    assert str(NoExDateWithin(2)) == "no ex-date falls within 2 days"
