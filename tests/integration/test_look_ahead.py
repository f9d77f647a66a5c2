"""No look-ahead: what comes later may be anything, and every decision up to now stays the same."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from tomking.backtest.operator import SimulatedOperator
from tomking.brokers.simulated import SimulatedBroker
from tomking.core.calendar import AFTER_CLOSE, CLOSE, Session, new_york
from tomking.core.contract import Contract, Right
from tomking.core.errors import LookAhead
from tomking.core.evidence import Evidence, Stamped
from tomking.core.facts import Considered, Fact, Judged, RunStarted
from tomking.data.embedded import History, window
from tomking.data.families import SP500
from tomking.data.modelled import ModelMarket
from tomking.engine.clock import SessionClock
from tomking.engine.desk import Desk
from tomking.engine.loop import run as loop
from tomking.engine.memory import MemoryJournal
from tomking.exchange.fills import spread_fraction
from tomking.exchange.venue import Exchange
from tomking.market.bars import F64, Bars
from tomking.market.path import vix_at, vix_day
from tomking.market.sessions import session_of, sessions_between
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112

pytestmark = pytest.mark.integration

FIRST, LAST = date(2015, 7, 1), date(2015, 10, 9)
CAPITAL = Decimal(100_000)


def hours(day: date) -> Session:
    """The session of a date that has one."""
    found = session_of(day)
    assert found is not None
    return found


def trade(history: History, paths: dict[date, F64], until: date) -> list[Fact]:
    """Everything that happens from the first day to a day."""
    sessions = sessions_between(FIRST, until)
    exchange = Exchange(CAPITAL, TASTYTRADE, spread_fraction(0.5), "tastytrade")
    desk = Desk((FRIDAY_0DTE, LT112), Limits(), TASTYTRADE, MemoryJournal())
    desk.begin(RunStarted(sessions[0].opens, "backtest", CAPITAL, ""))
    loop(
        desk,
        clock=SessionClock(sessions, desk.strategies),
        market=ModelMarket(history, 1, paths=paths),
        broker=SimulatedBroker(exchange),
        inbox=SimulatedOperator(),
    )
    return list(desk.journal.facts)


def shaken(bars: Bars, day: date, chance: np.random.Generator) -> Bars:
    """Every row from a day on replaced by another that could have been."""
    row = int(np.searchsorted(bars.days, day.toordinal()))
    count = len(bars) - row
    move = np.exp(chance.normal(0.0, 0.2, count))
    columns = {}
    for name in ("open", "high", "low", "close", "volume"):
        column = np.array(getattr(bars, name))
        column[row:] *= move
        columns[name] = column
    return replace(bars, **columns)


def exchanged(
    history: History, at: datetime, paths: dict[date, F64]
) -> tuple[History, dict[date, F64]]:
    """The same past up to an instant, and another future: path, daily rows and VIX."""
    chance = np.random.Generator(np.random.Philox(key=7))
    day, minute = at.date(), int(hours(at.date()).minute(at))
    other = replace(
        history, spx=shaken(history.spx, day, chance), vix=shaken(history.vix, day, chance)
    )
    known = {past: path for past, path in paths.items() if past < day}
    today = np.array(paths[day])
    today[minute + 1 :] *= np.exp(np.cumsum(chance.normal(0.0, 0.002, len(today) - minute - 1)))
    return other, known | {day: today}


@pytest.fixture(scope="module")
def past() -> tuple[History, dict[date, F64], list[Fact]]:
    """The window as it was."""
    history, paths = window(FIRST, LAST), {}
    return history, paths, trade(history, paths, LAST)


#: Fridays and first Wednesdays of the summer and autumn of 2015, at hours of decisions and between.
INSTANTS = [
    (date(2015, 7, 1), 30), (date(2015, 7, 10), 60), (date(2015, 8, 5), 30), (date(2015, 8, 21), 75),
    (date(2015, 8, 24), 5), (date(2015, 9, 4), 180), (date(2015, 9, 18), 61), (date(2015, 10, 2), 300),
    (date(2015, 10, 7), 60), (date(2015, 10, 9), 330),
]  # fmt: skip


@pytest.mark.parametrize(("day", "minute"), INSTANTS, ids=lambda x: str(x))
def test_another_future_changes_no_decision_up_to_now(
    day: date, minute: int, past: tuple[History, dict[date, F64], list[Fact]]
) -> None:
    history, paths, facts = past
    at = hours(day).at(minute)
    other, known = exchanged(history, at, paths)
    again = trade(other, known, day)
    before = [fact for fact in facts if fact.at <= at]
    assert [fact for fact in again if fact.at <= at] == before
    if day > date(2015, 7, 10):
        assert any(isinstance(fact, Considered | Judged) for fact in before)


def test_another_future_is_another_future(
    past: tuple[History, dict[date, F64], list[Fact]],
) -> None:
    """The test above would prove nothing if the exchange changed nothing."""
    history, paths, facts = past
    day = date(2015, 9, 18)
    at = hours(day).at(61)
    again = trade(*exchanged(history, at, paths), day)
    evening = hours(day).at(500)
    later = [fact for fact in facts if at < fact.at <= evening]
    assert [fact for fact in again if at < fact.at <= evening] != later


DAY = date(2015, 8, 21)


@pytest.fixture(scope="module")
def market() -> ModelMarket:
    return ModelMarket(window(FIRST, LAST), 1)


@pytest.mark.parametrize("root", SP500.roots)
def test_todays_row_cannot_be_read(root: str, market: ModelMarket) -> None:
    """High, low, close and volume of today are one row, and the row is not there."""
    known = market.at(hours(DAY).at(60)).day
    bars = known.bars[root]
    assert date.fromordinal(int(bars.days[-1])) == date(2015, 8, 20)
    for day in (DAY, DAY + timedelta(days=3)):
        with pytest.raises(LookAhead):
            bars.row(day)


def test_todays_vix_row_is_nowhere_in_the_day(market: ModelMarket) -> None:
    known = market.at(hours(DAY).at(60)).day
    assert set(known.bars) == {*SP500.roots, "VIX"}
    assert date.fromordinal(int(known.bars["VIX"].days[-1])) < DAY
    close = market.history.vix.close[market.history.vix.row(DAY)]
    before = market.history.vix.close[market.history.vix.row(DAY) - 1]
    assert known.vix_previous.value == before != close
    figures = [x for figures in known.indicators.values() for x in figures.values()]
    assert close not in figures


@pytest.mark.parametrize("ask", ["spot", "session_open", "chain"])
def test_nothing_of_today_is_known_before_the_open(ask: str, market: ModelMarket) -> None:
    early = market.at(hours(DAY).at(-1))
    with pytest.raises(LookAhead):
        getattr(early, ask)("ES")


def test_neither_vix_nor_volume_is_known_before_the_open(market: ModelMarket) -> None:
    early = market.at(hours(DAY).at(-1))
    assert np.isnan(early.vwap("ES"))
    with pytest.raises(LookAhead):
        _ = early.vix


def test_an_expiry_has_no_fixing_before_the_close(market: ModelMarket) -> None:
    contract = Contract("ES", DAY, Right.PUT, Decimal(4800), "ESU15")
    with pytest.raises(LookAhead):
        market.at(hours(DAY).at(389)).fixing(contract)
    closed = market.at(hours(DAY).at(390)).fixing(contract)
    assert isinstance(closed, Stamped)
    assert closed.value == pytest.approx(float(market.path(hours(DAY))[-1]), rel=0.01)


@pytest.mark.parametrize("minute", [0.0, 60.0, 389.0, 390.0, 404.0])
def test_vix_follows_the_path_until_a_quarter_past_four(minute: float, market: ModelMarket) -> None:
    now = market.at(hours(DAY).at(minute))
    vix, spx = market.history.vix, market.history.spx
    before, close = (float(vix.close[vix.row(DAY) - back]) for back in (1, 0))
    index = float(market.path(hours(DAY))[int(min(minute, 390))])
    level = float(spx.close[spx.row(DAY) - 1])
    assert now.vix.value == pytest.approx(vix_at(before, vix_day(before), index, level))
    assert now.vix.value != pytest.approx(close, abs=1e-6)
    assert now.vix.evidence is Evidence.MODEL


def test_the_true_vix_close_arrives_at_a_quarter_past_four(market: ModelMarket) -> None:
    now = market.at(new_york(DAY, CLOSE) + timedelta(minutes=AFTER_CLOSE))
    assert now.vix.value == market.history.vix.close[market.history.vix.row(DAY)]
    assert now.vix.evidence is Evidence.RECORDED


def test_prices_before_the_last_minute_do_not_know_the_rest_of_the_path(
    market: ModelMarket,
) -> None:
    """The volume-weighted price and the spot at a minute, from a path whose rest is another."""
    path = np.array(market.path(hours(DAY)))
    path[101:] *= 1.1
    other = ModelMarket(market.history, 1, paths={DAY: path})
    at = hours(DAY).at(100)
    for root in SP500.roots:
        assert other.at(at).vwap(root) == market.at(at).vwap(root)
        assert other.at(at).spot(root) == market.at(at).spot(root)
