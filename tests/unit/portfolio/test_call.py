"""The margin-call clock: levels that can be worked out otherwise, answers that say never, residuals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract, Right
from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Evidence, Stamped
from tomking.core.reading import Skip
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket
from tomking.market.sessions import session_of
from tomking.market.snapshot import NO_SHOCK, Legs, Marks, Shock
from tomking.portfolio.call import VIX_MAX, Uncalled, call_of, clock
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.account import Terms
from tomking.portfolio.stress import valued
from unit.pricing.plain import black76 as plain_black76
from worlds.board import Board, board
from worlds.orders import option

pytestmark = [pytest.mark.unit, pytest.mark.risk]

LATE = date(2026, 3, 20)
AT = board()
STRIKE, CASH, VOL, VIX = 5400.0, 150_000.0, 0.15, 16.0
NAKED = columns([(option("5400 P", LATE, "SPX"), -1)])
#: Logarithms of the factors by days to expiry, for a 30-day factor of e: rulebook 21.3.
TERM = [(30, 1.0), (60, log(1.9) / log(2.8)), (90, log(1.6) / log(2.8)),
        (120, log(1.6) / log(2.8)), (365, log(1.15) / log(2.8))]  # fmt: skip


def factor(rise: float, days: float) -> float:
    """The factor on volatility of an expiry when the logarithm of VIX rises so."""
    known = [(at, exp(share * rise)) for at, share in TERM]
    for (near, low), (far, high) in pairwise(known):
        if near <= days <= far:
            return low + (high - low) * (days - near) / (far - near)
    raise AssertionError(days)


def left(level: float, rise: float) -> float:
    """Buying power of one naked put, in plain arithmetic: tastytrade's 25 and 15 per cent."""
    years = AT.years(NAKED.contracts[0])
    vol = VOL * factor(rise, years * 365.0)
    price = plain_black76(level, STRIKE, years, vol, -1.0, 0.0)[0]
    out = max(level - STRIKE, 0.0)
    need = max(0.25 * level - out, 0.15 * STRIKE) + price
    return CASH - max(100.0 * need, 250.0)  # the price is in what is needed


def root_of(function: Callable[[float], float], inner: float, outer: float) -> float:
    """By the method of false position, not by halving."""
    a, b, fa, fb = inner, outer, function(inner), function(outer)
    for _ in range(200):
        c = b - fb * (b - a) / (fb - fa)
        fc = function(c)
        if abs(fc) < 1e-6:
            return c
        if fc * fb < 0.0:
            a, fa = b, fb
        else:
            fa *= 0.5
        b, fb = c, fc
    raise AssertionError("no root")


def law(level: float) -> float:
    """What the logarithm of VIX gains when the index goes from 6000 to a level."""
    return -0.088 * log(level / 6000.0) / (VIX / 100.0 / sqrt(252.0))


def test_one_naked_index_put_meets_the_level_worked_out_by_hand() -> None:
    found = clock(NAKED, CASH, AT)
    expected = root_of(lambda level: left(level, law(level)), 5900.0, 4900.0)
    assert found.below.at is not None
    assert found.below.at.index == pytest.approx(expected, abs=0.01)
    assert found.below.at.vix == pytest.approx(VIX * exp(law(expected)), abs=0.01)
    assert found.root == "SPX"


def test_vix_alone_meets_the_level_worked_out_by_hand() -> None:
    found = clock(columns([(NAKED.contracts[0], -1)]), 110_000.0, AT)
    expected = root_of(lambda rise: left(6000.0, rise) + 110_000.0 - CASH, 0.1, 2.2)
    assert found.by_vix.at is not None
    assert found.by_vix.at.vix == pytest.approx(VIX * exp(expected), abs=0.01)
    assert found.by_vix.at.index == 6000.0


def test_a_put_never_has_a_call_above() -> None:
    found = clock(NAKED, CASH, AT)
    assert found.above.never
    assert found.above.looked.index == pytest.approx(9600.0)
    assert found.above.residual > 0.0


LONG_PUT = columns([(option("5400 P", LATE), 2)])
LONG_CALL = columns([(option("6600 C", LATE, "SPX"), 1)])


@pytest.mark.parametrize("book", [columns(()), LONG_PUT, LONG_CALL], ids=["nothing", "put", "call"])
def test_what_cannot_owe_never_has_a_call(book: Legs) -> None:
    found = clock(book, 10_000.0, AT)
    assert all(call.never for call in (found.below, found.above, found.by_vix))
    assert found.by_vix.looked.vix == pytest.approx(VIX_MAX)
    assert not found.under_water


def test_an_account_under_water_says_so_at_once() -> None:
    asked: list[Shock] = []

    class Counting:
        at, vix = AT.at, AT.vix

        def spot(self, root: str) -> Stamped | Skip:
            return AT.spot(root)

        def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
            asked.append(shock)
            return AT.marks(legs, shock)

    found = clock(NAKED, 50_000.0, Counting())
    assert found.under_water
    assert len(asked) == 1
    for call in (found.below, found.above, found.by_vix):
        assert call.at == found.here
        assert call.residual == found.now.buying_power < 0.0


def test_vix_above_the_end_of_the_search_is_searched_no_further() -> None:
    found = clock(NAKED, 1e6, replace(AT, vix_points=180.0))
    assert found.by_vix.never
    assert found.by_vix.looked.vix == pytest.approx(180.0)


def test_a_short_call_is_called_above() -> None:
    found = clock(columns([(option("6600 C", LATE), -1)]), 40_000.0, AT)
    assert found.above.at is not None
    assert found.above.at.index > 6000.0
    assert found.above.at.vix < VIX
    assert abs(found.above.residual) < 1.0


def test_levels_are_the_first_root_s_where_there_is_no_index() -> None:
    class Futures:
        at, vix = AT.at, AT.vix

        def spot(self, root: str) -> Stamped | Skip:
            return Stamped(6042.0, AT.at, Evidence.MODEL) if root == "ES" else Skip(())

        def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
            return AT.marks(legs, shock)

    book = columns([(option("5400 P", LATE), -1)])
    found = clock(book, 40_000.0, Futures())
    assert (found.root, found.here.index) == ("ES", 6042.0)
    with pytest.raises(QuoteMissing, match="price"):
        clock(columns(()), 0.0, Futures())


#: A leg: root, strike in points of the index, right, quantity.
LEGS = st.tuples(
    st.sampled_from(["ES", "MES", "SPX", "SPY"]),
    st.sampled_from([4800, 5200, 5500, 5800, 6000, 6200, 6600]),
    st.sampled_from(["P", "P", "C"]),
    st.sampled_from([-2, -1, -1, 1]),
)


def leg(root: str, strike: int, right: str, quantity: int) -> tuple[Contract, int]:
    points = strike // 10 if root == "SPY" else strike
    return option(f"{points} {right}", LATE, root), quantity


@given(
    st.lists(LEGS, min_size=1, max_size=2, unique_by=lambda one: one[:3]),
    st.floats(1.05, 6.0),
    st.floats(0.10, 0.40),
)
def test_buying_power_is_nought_at_every_level_found(
    wanted: list[tuple[str, int, str, int]], times: float, vol: float
) -> None:
    """Valued once more there, in a book of any roots; before the level there is some left."""
    at: Board = board(vol=vol)
    book = columns([leg(*one) for one in wanted])
    bare = valued(book, 0.0, at)
    carried = bare.net_liq - bare.options
    cash = max(float(bare.requirement) * times - carried, 1_000.0)
    found = clock(book, cash, at)
    assert not found.under_water
    for call in (found.below, found.above, found.by_vix):
        if call.at is None:
            assert call.residual > 0.0
            continue
        there = valued(book, cash, at, call.at.shock)
        assert there.buying_power == pytest.approx(call.residual)
        assert abs(call.residual) < 1.0


def test_the_model_market_has_levels_too_and_they_are_exact() -> None:
    hours = session_of(date(2017, 9, 6))
    assert hours is not None
    now = ModelMarket(window(), 1).at(hours.at(60))
    chain = now.chain("ES")
    assert not isinstance(chain, Skip)
    expiry = chain.expiry_near(120, 30)
    assert not isinstance(expiry, Skip)
    quote = chain.by_delta(expiry, Right.PUT, 0.05)
    assert not isinstance(quote, Skip)
    found = clock(columns([(quote.contract, -2)]), 60_000.0, now)
    for call in (found.below, found.by_vix):
        assert call.at is not None
        assert abs(call.residual) < 1.0
    assert found.above.never


def test_a_cash_account_has_no_clock_and_every_other_has_one() -> None:
    assert call_of(NAKED, CASH, AT, Terms("cash")) == Uncalled()
    assert call_of(NAKED, CASH, AT, Terms("tastytrade")) == clock(NAKED, CASH, AT)
