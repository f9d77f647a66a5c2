"""A live snapshot from a cache that was told by hand: implied figures, and every refusal."""

from datetime import timedelta
from decimal import Decimal
from math import inf, isnan, nan

import pytest

from tomking.core.contract import Expiry, Right, Settles
from tomking.core.evidence import Evidence, Stamped
from tomking.core.reading import Skip
from tomking.data.live.cache import FRESH_S
from tomking.data.live.fields import GREEKS, SUMMARY, TRADE
from tomking.data.live.names import days_number, front_of
from tomking.market.expiry import years_left
from tomking.market.sessions import session_of
from tomking.market.snapshot import AGE, ASK, BID, DELTA, MID, VOL, Quote, Shock
from tomking.portfolio.columns import columns
from tomking.pricing import black
from worlds.hand_told import DAY, EXACT, EXPIRY, RATE, SMILE, SPOT, YIELD, HandTold, option, priced

pytestmark = pytest.mark.unit


@pytest.fixture
def told() -> HandTold:
    """An hour after the open."""
    session = session_of(DAY)
    assert session is not None
    return HandTold(session.at(60))


def test_where_the_feed_has_no_greeks_the_quote_implies_them(told: HandTold) -> None:
    told.quote_all()
    chain = told.seen().chain("SPX")
    assert not isinstance(chain, Skip)
    found = chain.by_delta(EXPIRY, Right.PUT, 0.25)
    assert isinstance(found, Quote)
    truly = priced(found.contract, told.at)[black.DELTA]
    assert found.delta == pytest.approx(truly, abs=1e-3)
    assert found.vol == pytest.approx(SMILE, abs=1e-3)
    assert found.evidence is Evidence.LIVE
    marks = told.seen().marks(columns([(found.contract, -1)])).table
    assert marks[DELTA, 0] == pytest.approx(truly, abs=1e-3)
    assert marks[VOL, 0] == pytest.approx(SMILE, abs=1e-3)


def test_the_greeks_of_the_feed_come_before_those_that_are_implied(told: HandTold) -> None:
    told.quote_all()
    put = option(5800)
    told.tell(GREEKS, (told.names.symbol(put), 0.19, -0.123, 0.001, 0.2, -0.3, 0))
    table = told.seen().marks(columns([(put, 1)])).table
    assert (table[DELTA, 0], table[VOL, 0]) == (-0.123, 0.19)


def test_no_strike_is_chosen_by_greeks_that_have_grown_old(told: HandTold) -> None:
    put = option(5800)
    told.tell(GREEKS, (told.names.symbol(put), 0.19, -0.25, 0.001, 0.2, -0.3, 0))
    told.at += timedelta(seconds=FRESH_S + 1.0)
    told.quote_all()
    told.tell(TRADE, ("SPX", SPOT), ("VIX", 16.5))
    told.cache.lost()  # it was REST that told them
    chain = told.seen().chain("SPX")
    assert not isinstance(chain, Skip)
    found = chain.by_strike(EXPIRY, Right.PUT, 5800.0)
    assert isinstance(found, Quote)
    assert found.delta == pytest.approx(priced(put, told.at)[black.DELTA], abs=1e-3)


def test_a_shock_keeps_the_volatility_of_the_quote(told: HandTold) -> None:
    told.quote_all()
    legs = columns([(option(5800), -1), (option(5700), 1)])
    shocked = told.seen().marks(legs, Shock(spot=-0.03)).table
    years = years_left(option(5800), told.at)
    truly = black.bsm(0.97 * SPOT, 5800.0, years, SMILE, -1.0, RATE, YIELD)[black.PRICE, 0]
    assert shocked[MID, 0] == pytest.approx(float(truly), rel=2e-3)
    assert (shocked[AGE] == 0.0).all()


def test_where_a_middle_implies_nothing_the_volatility_of_the_feed_stands_in(
    told: HandTold,
) -> None:
    deep = option(6300)
    told.quote(deep, 200.0, 220.0)  # less than it is worth exercised
    told.tell(GREEKS, (told.names.symbol(deep), 0.21, -0.9, 0.001, 0.2, -0.3, 0))
    shocked = told.seen().marks(columns([(deep, 1)]), Shock(spot=-0.01)).table
    assert shocked[MID, 0] > 300.0
    assert told.seen().marks(columns([(deep, 1)])).table[MID, 0] == 210.0


def test_a_crossed_quote_is_shown_and_never_chosen_or_repriced(told: HandTold) -> None:
    told.quote_all()
    crossed = option(5800)
    told.quote(crossed, 30.0, 20.0)
    seen = told.seen()
    table = seen.marks(columns([(crossed, 1)])).table
    assert (table[BID, 0], table[ASK, 0]) == (30.0, 20.0)
    assert isnan(seen.marks(columns([(crossed, 1)]), Shock(spot=-0.01)).table[MID, 0])
    chain = seen.chain("SPX")
    assert not isinstance(chain, Skip)
    found = chain.by_strike(EXPIRY, Right.PUT, 5800.0)
    assert isinstance(found, Quote)
    assert found.contract == option(5775)  # half way between two neighbours: the further out
    assert 5800.0 not in chain.strikes(EXPIRY, 5700.0, 5900.0)


def test_old_quotes_are_shown_with_their_age_and_never_chosen(told: HandTold) -> None:
    told.quote_all()
    told.cache.lost()
    seen = told.seen(after_s=60.0)
    assert seen.marks(columns([(option(5800), 1)])).table[AGE, 0] == 60.0
    chain = seen.chain("SPX")
    assert not isinstance(chain, Skip)
    assert isinstance(chain.by_delta(EXPIRY, Right.PUT, 0.25), Skip)
    assert isinstance(chain.by_strike(EXPIRY, Right.PUT, 5800.0), Skip)
    assert chain.strikes(EXPIRY, 0.0, 9000.0).size == 0
    assert "60 s ago" in str(seen.spot("SPX"))
    assert isnan(seen.vix.value)


def test_without_the_price_of_what_it_is_on_an_option_has_a_quote_and_no_other_world() -> None:
    session = session_of(DAY)
    assert session is not None
    there = HandTold(session.at(60))
    there.tell(TRADE, ("SPX", nan))
    there.quote(option(5800), 20.0, 20.2)
    legs = columns([(option(5800), 1)])
    assert there.seen().marks(legs).table[MID, 0] == pytest.approx(20.1)
    assert isnan(there.seen().marks(legs).spot[0])
    assert isnan(there.seen().marks(legs, Shock(spot=-0.01)).table[MID, 0])


def test_a_future_has_the_middle_of_its_quote_and_refuses_a_crossed_one(told: HandTold) -> None:
    front = front_of("ES", DAY)
    assert front is not None
    assert "is not quoted" in str(told.seen().spot("ES"))
    told.quote(front, 6005.0, 6005.5)
    seen = told.seen(after_s=2.0).spot("ES")
    assert isinstance(seen, Stamped)
    assert (seen.value, seen.at) == (6005.25, told.at)
    told.quote(front, 6006.0, 6005.5)
    assert "bid 6006 over an ask of 6005.5" in str(told.seen().spot("ES"))


def test_unknown_roots_have_nothing(told: HandTold) -> None:
    seen = told.seen()
    assert "not followed" in str(seen.spot("GC"))
    assert "no chain of GC" in str(seen.chain("GC"))
    assert isnan(seen.vwap("GC"))
    assert isinstance(seen.session_open("GC"), Skip)


def test_the_open_is_that_of_the_feeds_day_where_no_minute_tells_it(told: HandTold) -> None:
    assert "has not told it" in str(told.seen().session_open("SPX"))
    told.tell(SUMMARY, ("SPX", days_number(DAY) - 1, 5990.0))
    assert isinstance(told.seen().session_open("SPX"), Skip)  # another day's
    told.tell(SUMMARY, ("SPX", days_number(DAY), 5990.0))
    opened = told.seen().session_open("SPX")
    assert isinstance(opened, Stamped)
    assert opened.value == 5990.0
    assert "not open yet" in str(told.seen(after_s=-4000.0).session_open("SPX"))


def test_the_day_of_a_future_is_not_the_sessions(told: HandTold) -> None:
    front = front_of("ES", DAY)
    assert front is not None
    told.tell(SUMMARY, (told.names.symbol(front), days_number(DAY), 5990.0))
    assert isinstance(told.seen().session_open("ES"), Skip)


def test_only_a_final_close_of_today_fixes_what_expires_today(told: HandTold) -> None:
    today = Expiry(DAY, Settles.PM, "weekly")
    ending = option(5900, expiry=today)
    number = days_number(DAY)
    rows = [
        ((), "not told yet"),
        (("SPX", number, 5990.0, 6010.0, 5980.0, "REGULAR"), "not told yet"),
        (("SPX", number - 1, 5990.0, 6010.0, 5980.0, "FINAL"), "not told yet"),
        (("SPX", number, 5990.0, "NaN", 5980.0, "FINAL"), "not told yet"),
    ]
    for row, said in rows:
        if row:
            told.tell(SUMMARY, row)
        assert said in str(told.seen().fixing(ending))
    told.tell(SUMMARY, ("SPX", number, 5990.0, 6010.0, 5980.0, "FINAL"))
    fixed = told.seen().fixing(ending)
    assert isinstance(fixed, Stamped)
    assert fixed.value == 6010.0
    assert "does not expire today" in str(told.seen().fixing(option(5900)))
    morning = option(5900, expiry=Expiry(DAY, Settles.AM, "monthly"))
    assert "of the morning" in str(told.seen().fixing(morning))


def test_nothing_asked_is_nothing_marked(told: HandTold) -> None:
    assert told.seen().marks(columns([])).table.shape == (9, 0)
    assert told.seen().marks(columns([(option(5800), 1)])).table[AGE, 0] == inf


@pytest.mark.parametrize(
    ("quoted", "wanted", "found"),
    [
        (EXACT, 0.05, True), (EXACT[::3], 0.05, True), (EXACT[11:], 0.05, False),
        (EXACT[11:], 0.35, True), (EXACT[:3], 0.25, False), (EXACT[10:12], 0.05, False),
    ],
    ids=["all", "every third", "none so far out", "enough", "none so near", "a few"],
)  # fmt: skip
def test_no_stranger_is_taken_for_a_delta_of_a_chain_that_is_told_in_parts(
    told: HandTold, quoted: tuple[Decimal, ...], wanted: float, found: bool
) -> None:
    for exact in quoted:
        put = option(int(exact))
        worth = priced(put, told.at)[black.PRICE]
        told.quote(put, worth - 0.05, worth + 0.05)
    chain = told.seen().chain("SPX")
    assert not isinstance(chain, Skip)
    assert isinstance(chain.by_delta(EXPIRY, Right.PUT, wanted), Quote) is found
