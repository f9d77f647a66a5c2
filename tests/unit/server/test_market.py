"""What is said of the market, of hours and of watchlists, read by the broker's own client."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tastytrade.market_data import get_market_data, get_market_data_by_type
from tastytrade.market_sessions import ExchangeType, get_market_holidays, get_market_sessions
from tastytrade.metrics import get_market_metrics
from tastytrade.order import InstrumentType
from tastytrade.search import symbol_search
from tastytrade.utils import TastytradeError

from tomking.core.evidence import Stamped
from tomking.core.facts import MarginCalled, MarginMet
from worlds.served import DAY, NUMBER, Served, play

pytestmark = pytest.mark.integration


def test_quotes_are_those_of_the_market_and_an_index_has_none() -> None:
    async def scene(there: Served) -> None:
        now = there.world.look()
        spot = now.spot("SPX")
        assert isinstance(spot, Stamped)
        index = await get_market_data(there.session, "SPX", InstrumentType.INDEX)
        assert (index.bid, index.ask) == (None, None)
        assert float(index.last or 0) == pytest.approx(spot.value)
        vix = await get_market_data(there.session, "VIX", InstrumentType.INDEX)
        assert float(vix.last or 0) == pytest.approx(now.vix.value)
        (spy,) = await get_market_data_by_type(there.session, equities=["SPY", "NOPE"])
        assert spy.bid is not None
        assert spy.ask is not None
        assert 0 < spy.bid < spy.ask
        with pytest.raises(TastytradeError, match="Couldn't find market data"):
            await get_market_data(there.session, "NOPE", InstrumentType.EQUITY)

    play(scene)


def test_a_hundred_symbols_are_answered_and_one_more_is_not() -> None:
    async def scene(there: Served) -> None:
        many = ["SPY"] * 100
        assert len(await get_market_data_by_type(there.session, equities=many)) == 100
        with pytest.raises(TastytradeError, match="101 symbols"):
            await get_market_data_by_type(there.session, equities=[*many, "SPY"])

    play(scene)


def test_metrics_are_fractions_and_only_of_what_they_are_known_of() -> None:
    async def scene(there: Served) -> None:
        now = there.world.look()
        found = await get_market_metrics(there.session, ["SPY", "GLD", "AAPL"])
        assert [each.symbol for each in found] == ["SPY"]
        rank = now.day.indicators["SPY"]["iv_rank"]
        assert float(found[0].implied_volatility_index_rank or -1) == pytest.approx(rank, abs=1e-6)
        assert float(found[0].implied_volatility_index or 0) == pytest.approx(
            now.vix.value / 100.0, abs=1e-6
        )

    play(scene)


def test_hours_and_holidays_are_those_of_the_table() -> None:
    async def scene(there: Served) -> None:
        (hours,) = await get_market_sessions(there.session, [ExchangeType.NYSE])
        assert hours.status.value == "Open"
        there.clock.pass_minutes(400)
        await there.session.refresh(force=True)
        (hours,) = await get_market_sessions(there.session, [ExchangeType.NYSE])
        assert hours.status.value == "Closed"
        there.clock.pass_minutes(900)  # the next morning, before the open
        await there.session.refresh(force=True)
        (hours,) = await get_market_sessions(there.session, [ExchangeType.NYSE])
        assert hours.status.value == "Closed"
        assert hours.open_at is not None
        assert hours.open_at.date() == DAY + timedelta(days=1)
        calendar = await get_market_holidays(there.session)
        assert date(2017, 7, 4) in calendar.holidays
        assert date(2017, 7, 3) in calendar.half_days

    play(scene)


def test_a_search_finds_what_begins_so() -> None:
    async def scene(there: Served) -> None:
        assert {each.symbol for each in await symbol_search(there.session, "sp")} == {"SPX", "SPY"}
        assert await symbol_search(there.session, "ZZZ") == []

    play(scene)


def test_a_margin_call_shows_in_the_trading_status_until_it_is_met() -> None:
    async def scene(there: Served) -> None:
        door, at = there.world.doors[NUMBER], there.clock.at

        async def called() -> bool:
            status = await there.account.get_trading_status(there.session)
            return status.is_in_margin_call

        assert not await called()
        door.facts.append(MarginCalled(at, Decimal(1), Decimal(2)))
        assert await called()
        door.facts.append(MarginMet(at, Decimal(2), Decimal(1)))
        assert not await called()

    play(scene)
