"""Candles and the day so far: what the feed tells of them, and of what it tells nothing."""

import json
from datetime import date
from typing import Any

import pytest

from tomking.core.evidence import Stamped
from tomking.market.snapshot import (
    ASK,
    DELTA,
    GAMMA,
    NO_SHOCK,
    THETA,
    VEGA,
    VOL,
    Legs,
    Marks,
    Shock,
    Snapshot,
)
from tomking.server.candles import SNAPSHOT_BEGIN, SNAPSHOT_END, candles
from tomking.server.events import (
    GREEKS,
    QUOTE,
    SUMMARY,
    UNKNOWN,
    days_number,
    events,
    priced,
)
from tomking.server.shelf import Shelf
from worlds.served import DAY, world_at

pytestmark = pytest.mark.unit


def market(minute: float) -> Snapshot:
    """What is served so many minutes after the open."""
    return world_at(minute)[0].look()


def summary(symbol: str, minute: float) -> dict[str, Any]:
    """The day so far of a symbol."""
    seen = market(minute)
    (found,) = events(SUMMARY, [symbol], priced([symbol], seen), seen)
    return found


def test_daily_candles_are_of_days_before_today_newest_first() -> None:
    seen = market(60.0)
    found = candles("SPX{=d}", 0.0, seen)
    assert len(found) > 250
    assert found[0]["close"] == seen.day.previous_close["SPX"]
    assert found[0]["time"] > found[1]["time"]
    flags = (found[0]["eventFlags"], found[1]["eventFlags"], found[-1]["eventFlags"])
    assert flags == (SNAPSHOT_BEGIN, 0, SNAPSHOT_END)


def test_vix_has_its_closes_and_a_front_future_its_own_level() -> None:
    seen = market(60.0)
    assert candles("VIX{=1d}", 0.0, seen)[0]["close"] == seen.day.vix_previous.value
    (newest, *_) = candles("/ESM17:XCME{=d}", 0.0, seen)
    assert newest["close"] == seen.day.previous_close["ES"]


@pytest.mark.parametrize(
    "symbol", ["/ESZ17:XCME{=d}", ".SPXW170609P5800{=d}", "NOSUCH{=d}", "SPX{=15m}", "VIX{=m}"]
)
def test_of_all_else_there_are_no_candles(symbol: str) -> None:
    assert candles(symbol, 0.0, market(60.0)) == []


def test_the_first_minute_holds_the_opening_price_once_there_is_one() -> None:
    seen = market(60.0)
    opened = seen.session_open("ES")
    assert isinstance(opened, Stamped)
    (minute,) = candles("/ESM17:XCME{=m}", 0.0, seen)
    assert (minute["open"], minute["close"]) == (opened.value, UNKNOWN)
    assert minute["time"] == opened.at.timestamp() * 1000.0
    assert minute["eventFlags"] == SNAPSHOT_BEGIN | SNAPSHOT_END


def test_a_day_has_its_open_from_the_first_minute_and_its_close_once_it_is_official() -> None:
    before, after = summary("SPX", 60.0), summary("SPX", 405.0)
    opened = market(60.0).session_open("SPX")
    assert isinstance(opened, Stamped)
    assert before["dayOpenPrice"] == after["dayOpenPrice"] == opened.value
    assert (before["dayClosePrice"], before["dayClosePriceType"]) == (UNKNOWN, "REGULAR")
    assert after["dayClosePriceType"] == "FINAL"
    spot = market(405.0).spot("SPX")
    assert isinstance(spot, Stamped)
    assert after["dayClosePrice"] == spot.value
    assert summary("SPX", 395.0)["dayClosePriceType"] == "REGULAR"


def test_the_day_before_a_monday_is_a_friday() -> None:
    monday = date(2017, 6, 5)
    seen = world_at(60.0, monday)[0].look()
    (found,) = events(SUMMARY, ["SPX"], priced(["SPX"], seen), seen)
    assert (found["dayId"], found["prevDayId"]) == (
        days_number(monday), days_number(date(2017, 6, 2)),
    )  # fmt: skip


def test_a_figure_nobody_knows_is_told_as_json_can() -> None:
    class Half(Shelf):
        """A market that has a price of an option and no Greeks, nor an offer."""

        def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
            made = super().marks(legs, shock)
            table = made.table.copy()
            table[[ASK, VOL, DELTA, GAMMA, THETA, VEGA]] = float("nan")
            return Marks(table, made.spot)

    seen, asked = Half(market(60.0)), [".SPXW170609P5800"]
    known = priced(asked, seen)
    (found,) = events(GREEKS, asked, known, seen)
    assert {found[name] for name in ("volatility", "delta", "vega")} == {UNKNOWN}
    json.dumps(found, allow_nan=False)
    assert events(QUOTE, asked, known, seen) == []


def test_the_day_of_a_future_does_not_open_with_the_session() -> None:
    assert summary("/ESM17:XCME", 60.0)["dayOpenPrice"] == UNKNOWN
    assert summary("/ESM17:XCME", 60.0)["dayId"] == days_number(DAY)
