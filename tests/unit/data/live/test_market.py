"""The live market before our own exchange: it sees what is served, to the tick, and nothing else."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from tomking.core.contract import Contract, Right
from tomking.core.evidence import Evidence, Stamped
from tomking.core.reading import Skip
from tomking.data.live.cache import FRESH_S
from tomking.data.live.market import CLOSED_S, READY_S, LiveMarket
from tomking.data.live.supervise import Standing as Stands
from tomking.data.live.window import Want, wants
from tomking.market.landscape import Axes
from tomking.market.snapshot import AGE, ASK, BID, DELTA, MID, Quote, Shock
from tomking.portfolio.columns import columns
from tomking.server.faults import Fault, Kind
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112
from tomking.strategies.picks import Expires
from worlds.orders import view
from worlds.streamed import FRIDAY, Streamed, streamed, until

pytestmark = pytest.mark.integration
TICK = 0.25


@pytest.fixture(scope="module")
def both() -> Iterator[Streamed]:
    """One Friday morning, looked at and left as it is."""
    with streamed() as here:
        here.seen()
        yield here


def value(seen: Stamped | Skip) -> float:
    """A figure that must be there."""
    assert isinstance(seen, Stamped), str(seen)
    return seen.value


def quote(seen: Quote | Skip) -> Quote:
    """A quote that must be there."""
    assert isinstance(seen, Quote), str(seen)
    return seen


def test_spots_opens_and_vix_are_those_that_are_served(both: Streamed) -> None:
    seen, served = both.seen(), both.truth()
    for root in ("ES", "MES", "SPX", "SPY"):
        assert value(seen.spot(root)) == pytest.approx(value(served.spot(root)), abs=TICK / 2)
        opened, truly = value(seen.session_open(root)), value(served.session_open(root))
        assert opened == pytest.approx(truly, abs=1e-9)
    assert value(seen.spot("SPX")) == value(served.spot("SPX"))
    assert seen.vix.value == served.vix.value
    assert seen.vix.evidence is Evidence.MODEL
    assert np.isnan(seen.vwap("ES"))  # the served market has no volume


def test_every_quote_of_the_window_is_the_one_that_is_served(both: Streamed) -> None:
    seen, served = both.seen(), both.truth()
    window = both.market.following.windows["ES"]
    assert 50 < len(window) <= 600
    legs = columns([(contract, 1) for contract in window])
    mine, theirs = seen.marks(legs).table, served.marks(legs).table
    for row in (BID, ASK):
        np.testing.assert_allclose(mine[row], theirs[row], atol=1e-9)
    np.testing.assert_allclose(mine[DELTA], theirs[DELTA], atol=1e-3)
    assert (mine[AGE] <= FRESH_S).all()


def test_a_delta_finds_the_strike_it_finds_at_the_server(both: Streamed) -> None:
    seen, served = both.seen().chain("ES"), both.truth().chain("ES")
    assert not isinstance(seen, Skip)
    assert not isinstance(served, Skip)
    expiry = served.expiry_near(0, 0)
    assert not isinstance(expiry, Skip)
    assert seen.expiry_near(0, 0) == expiry
    for right in Right:
        for delta in (0.05, 0.10, 0.16, 0.25, 0.40, 0.50):
            for nearest in ("either", "at_least", "at_most"):
                mine = quote(seen.by_delta(expiry, right, delta, nearest))
                theirs = quote(served.by_delta(expiry, right, delta, nearest))
                assert mine.contract == theirs.contract
                assert (mine.bid, mine.ask) == pytest.approx((theirs.bid, theirs.ask))
    middle = float(np.round(value(both.seen().spot("ES")) / 5.0) * 5.0)
    for strike in (middle, middle + 2.5, middle - 7.0):
        mine, theirs = (
            quote(chain.by_strike(expiry, Right.PUT, strike)) for chain in (seen, served)
        )
        assert mine.contract == theirs.contract
    near = seen.strikes(expiry, middle - 50.0, middle + 50.0)
    assert near.tolist() == served.strikes(expiry, middle - 50.0, middle + 50.0).tolist()


def test_a_plan_wants_the_same_structure_on_either(both: Streamed) -> None:
    for root in ("ES", "MES"):
        mine = FRIDAY_0DTE.enter(view(both.seen()), root)
        theirs = FRIDAY_0DTE.enter(view(both.truth()), root)
        assert type(mine) is type(theirs)
        if isinstance(mine, Skip) or isinstance(theirs, Skip):
            assert str(mine) == str(theirs)
            continue
        assert mine.legs == theirs.legs


def test_a_day_of_candles_has_the_indicators_of_the_served_day(both: Streamed) -> None:
    mine, theirs = both.seen().day, both.truth().day
    for root in ("SPX", "ES", "MES", "SPY"):
        ours = mine.indicators[root]
        assert ours.keys() == theirs.indicators[root].keys()
        for name, figure in theirs.indicators[root].items():
            assert ours[name] == pytest.approx(figure, rel=1e-6, nan_ok=True), name
        assert mine.previous_close[root] == pytest.approx(theirs.previous_close[root], rel=1e-8)
    assert mine.vix_previous.value == theirs.vix_previous.value
    assert mine.blocked == theirs.blocked
    assert mine.coming == theirs.coming
    dates = [[paid.ex_date for paid in day.dividends["SPY"]] for day in (mine, theirs)]
    assert dates[0] == dates[1]
    assert mine.session == theirs.session
    assert mine.rate == pytest.approx(theirs.rate, abs=1e-6)
    assert mine.correlations["ES", "SPX"] == pytest.approx(1.0)


def test_the_market_says_how_it_stands(both: Streamed) -> None:
    state = both.market.state()
    assert (state.standing, state.source, state.why) == (Stands.CONNECTED, "DXLink", "")
    assert (state.stale, state.connections, state.odd) == ((), 1, 0)
    assert not state.needs_human


def test_what_is_not_followed_is_refused_and_never_made_up(both: Streamed) -> None:
    seen = both.seen()
    assert isinstance(seen.spot("GC"), Skip)
    assert isinstance(seen.spot("NOSUCH"), Skip)
    assert isinstance(seen.chain("SPY"), Skip)
    assert isinstance(seen.session_open("GC"), Skip)
    assert np.isnan(seen.vwap("GC"))
    es = seen.chain("ES")
    assert not isinstance(es, Skip)
    assert isinstance(es.expiry_near(700, 3), Skip)
    far = es.expiry_near(30, 10)
    assert not isinstance(far, Skip)
    assert isinstance(es.by_delta(far, Right.PUT, 0.16), Skip)  # listed, but it does not stream
    assert isinstance(es.by_strike(far, Right.PUT, 5800.0), Skip)
    today = es.expiry_near(0, 0)
    assert not isinstance(today, Skip)
    assert "nearer ones are not quoted" in str(es.by_strike(today, Right.PUT, 3000.0))


def test_a_leg_without_a_quote_has_no_marks_and_an_infinite_age(both: Streamed) -> None:
    seen = both.seen()
    window = both.market.following.windows["ES"]
    there = next(iter(window))
    strange = Contract("ES", there.expiry, Right.PUT, Decimal(1234), "ESZ17")
    marks = seen.marks(columns([(strange, 1), (there, -1)]))
    assert marks.table[AGE, 0] == np.inf
    assert np.isnan(marks.table[:AGE, 0]).all()
    assert np.isfinite(marks.table[:, 1]).all()
    assert np.isnan(marks.spot[0])


def test_the_future_itself_is_marked_as_it_is_quoted(both: Streamed) -> None:
    seen = both.seen()
    front = both.market.following.fronts["ES"]
    marks = seen.marks(columns([(front, 1)]))
    assert marks.table[MID, 0] == value(seen.spot("ES"))
    assert marks.table[DELTA, 0] == 1.0
    assert value(seen.underlying(front)) == value(seen.spot("ES"))


def test_a_shock_reprices_each_leg_at_its_own_volatility(both: Streamed) -> None:
    seen, served = both.seen(), both.truth()
    chain = served.chain("ES")
    assert not isinstance(chain, Skip)
    expiry = chain.expiry_near(0, 0)
    assert not isinstance(expiry, Skip)
    legs = columns([(quote(chain.by_delta(expiry, Right.PUT, delta)).contract, -1)
                    for delta in (0.40, 0.25)])  # fmt: skip
    before = seen.marks(legs).table
    nothing = seen.marks(legs, Shock(minutes=1e-9)).table
    np.testing.assert_allclose(nothing[MID], before[MID], rtol=1e-6)
    assert (nothing[AGE] == before[AGE]).all()
    lower = seen.marks(legs, Shock(spot=-0.01)).table
    assert (lower[MID] > before[MID] + 10.0).all()
    np.testing.assert_allclose(
        lower[MID], served.marks(legs, Shock(spot=-0.01)).table[MID], rtol=0.05
    )
    axes = Axes((-0.01, 0.0), ((),), (0.0,))
    land = seen.landscape(legs, axes)
    np.testing.assert_allclose(land.level[0, 0], value(seen.spot("ES")) * np.array([0.99, 1.0]))


def test_nothing_that_still_trades_is_fixed(both: Streamed) -> None:
    seen = both.seen()
    today, later = both.market.following.windows["ES"], seen.chain("ES")
    assert "not told yet" in str(seen.fixing(next(iter(today))))
    assert not isinstance(later, Skip)
    assert "does not expire today" in str(seen.fixing(both.market.following.fronts["ES"]))


def test_the_stream_follows_the_clock_and_knows_the_close() -> None:
    with streamed(minute=380.0) as here:
        option = next(iter((here.seen(), here.market.following.windows["ES"])[1]))
        seen, served = here.move(5)
        assert value(seen.spot("SPX")) == value(served.spot("SPX"))
        seen, served = here.move(25)
        index = Contract("SPX", option.expiry, option.right, option.strike)
        assert value(seen.fixing(index)) == pytest.approx(value(served.fixing(index)))


def test_a_held_leg_streams_with_what_it_is_on() -> None:
    with streamed(wanted=()) as here:
        here.seen()
        chain = here.truth().chain("ES")
        assert not isinstance(chain, Skip)
        expiry = chain.expiry_near(120, 10)
        assert not isinstance(expiry, Skip)
        held = quote(chain.by_delta(expiry, Right.PUT, 0.05)).contract
        legs = columns([(held, -1)])
        assert here.seen().marks(legs).table[AGE, 0] == np.inf
        here.market.follow((held,))
        until(lambda: bool(np.isfinite(here.seen().marks(legs).table).all()))
        seen, served = here.seen(), here.truth()
        assert seen.marks(legs).table[BID, 0] == served.marks(legs).table[BID, 0]
        assert isinstance(seen.underlying(held), Stamped)
        here.market.follow(())
        assert here.seen().marks(legs).table[AGE, 0] == np.inf


def test_a_far_expiry_is_found_by_its_small_delta_too() -> None:
    with streamed(strategies=(LT112,), roots=("ES",)) as here:
        seen, served = here.seen().chain("ES"), here.truth().chain("ES")
        assert not isinstance(seen, Skip)
        assert not isinstance(served, Skip)
        expiry = served.expiry_near(120, 10)
        assert not isinstance(expiry, Skip)
        assert len(here.market.following.windows["ES"]) <= 600
        for delta in (0.05, 0.25):
            mine = quote(seen.by_delta(expiry, Right.PUT, delta))
            theirs = quote(served.by_delta(expiry, Right.PUT, delta))
            assert (
                abs(float(mine.contract.strike or 0) - float(theirs.contract.strike or 0)) <= 10.0
            )
            assert mine.delta == pytest.approx(theirs.delta, abs=0.004)


def test_what_is_written_on_a_later_future_is_marked_on_that_future() -> None:
    with streamed(day=date(2018, 3, 7), strategies=(LT112,), roots=("ES", "MES")) as here:
        seen, served = here.seen(), here.truth()
        for root in ("ES", "MES"):
            wanted = LT112.enter(view(seen), root)
            assert not isinstance(wanted, Skip), str(wanted)
            legs = columns([(leg.contract, leg.quantity) for leg in wanted.legs])
            mine, theirs = seen.marks(legs), served.marks(legs)
            assert np.isfinite(mine.table).all()
            np.testing.assert_allclose(mine.spot, theirs.spot, atol=TICK)


def test_when_the_stream_is_silent_rest_stands_in_and_then_nothing_does() -> None:
    with streamed() as here:
        here.seen()
        here.market.close()
        until(lambda: here.market.cache.frozen(0.0).proven < 0.0)
        here.there.clock.pass_minutes(1)
        seen, served = here.seen(), here.truth()
        assert here.market.state().source == "REST"
        assert value(seen.spot("ES")) == pytest.approx(value(served.spot("ES")), abs=TICK / 2)
        assert seen.vix.value == served.vix.value
        held = columns([(next(iter(here.market.following.windows["ES"])), 1)])
        assert seen.marks(held).table[AGE, 0] == 0.0
        here.there.clock.pass_minutes(1)
        here.there.wrong(Fault(Kind.ERROR, "/market-data/by-type", times=50, status=404))
        seen = here.seen()
        assert here.market.state().source == "NO DATA"
        assert "ago" in str(seen.spot("ES"))
        assert np.isnan(seen.vix.value)
        assert isinstance(FRIDAY_0DTE.enter(view(seen), "ES"), Skip)


def test_a_stream_that_breaks_is_mended_by_itself() -> None:
    with streamed() as here:
        here.seen()
        here.there.wrong(Fault(Kind.CLOSED, "/dxlink"))
        here.there.clock.pass_minutes(1)
        here.truth()
        until(lambda: here.market.state().connections == 2)
        until(lambda: here.market.state().standing is Stands.CONNECTED)
        seen, served = here.seen(), here.truth()
        assert value(seen.spot("SPX")) == value(served.spot("SPX"))


def test_each_session_has_a_day_of_its_own() -> None:
    with streamed(wanted=(Want("ES", Expires(0, 0)),), roots=("ES",)) as here:
        friday = here.seen().day
        here.there.clock.at += timedelta(days=3)
        monday, served = here.seen(), here.truth()
        assert monday.day.session.day == friday.session.day + timedelta(days=3)
        assert monday.day.previous_close["ES"] == pytest.approx(
            served.day.previous_close["ES"], rel=1e-8
        )
        assert value(monday.spot("ES")) == pytest.approx(value(served.spot("ES")), abs=TICK / 2)
        (expiry,) = {contract.expiry for contract in here.market.following.windows["ES"]}
        assert expiry == monday.day.session.day


def test_the_wants_of_plans_are_their_expiries_for_each_of_their_roots() -> None:
    found = wants((FRIDAY_0DTE, FRIDAY_0DTE, LT112))
    assert found[:2] == (Want("ES", Expires(0, 0)), Want("MES", Expires(0, 0)))
    assert Want("MES", Expires(120, 10), frozenset({Right.PUT})) in found
    assert len(found) == len(set(found))


def test_the_clock_that_measures_silence_need_not_be_the_markets() -> None:
    with streamed(clock=lambda: datetime.fromtimestamp(time.time(), UTC)) as here:
        seen, served = here.seen(), here.truth()
        assert value(seen.spot("SPX")) == value(served.spot("SPX"))
        assert seen.day.session.day == FRIDAY
        assert {each.expiry for each in here.market.following.windows["ES"]} == {FRIDAY}
        assert here.market.state().source == "DXLink"


def test_history_that_came_late_makes_the_day_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with streamed(wanted=(), roots=("SPX",)) as here:
        monkeypatch.setattr(LiveMarket, "_until", staticmethod(lambda is_so, within_s: None))
        assert "SPX history" in here.seen().day.missing
        until(lambda: "SPX history" not in here.seen().day.missing)
        assert here.seen().day.indicators["SPX"]["rsi"] > 0.0
        assert here.seen().day is here.seen().day


@pytest.mark.parametrize(("minute", "longest"), [(60.0, READY_S), (395.0, CLOSED_S)])
def test_a_desk_that_begins_after_the_close_does_not_wait_for_what_is_quoted_no_more(
    minute: float, longest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    keep = staticmethod(lambda is_so, within_s: waited.append(within_s))
    with streamed(minute=minute, wanted=(), roots=("SPX",)) as here:
        monkeypatch.setattr(LiveMarket, "_until", keep)
        here.seen()
        until(lambda: here.market.state().standing is Stands.CONNECTED)
    assert waited[-1] == longest


def test_a_feed_that_fails_of_a_mistake_of_ours_needs_a_human_who_is_told() -> None:
    with streamed(wanted=(), roots=("SPX",)) as here:
        here.seen()
        here.market.close()
        first = here.market._running
        until(lambda: first is not None and first.done())

        async def failing() -> None:
            raise ZeroDivisionError("ours")

        here.market._running = here.market.line.start(failing(), "market feed")
        until(lambda: here.market.state().needs_human)
        assert "ZeroDivisionError: ours" in here.market.state().why
        here.market.reconnect()
        assert not here.market.state().needs_human
