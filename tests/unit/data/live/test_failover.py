"""When the stream is silent: REST asks for what matters most, and failing that there is nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tomking.core.contract import Contract, Right
from tomking.core.errors import AuthExpired, QuoteStale, Rejected, Transient
from tomking.data.live import quotes
from tomking.data.live.cache import FRESH_S, Cache
from tomking.data.live.compact import Oddities
from tomking.data.live.failover import (
    LONG_S,
    NO_DATA,
    REQUESTS_MAX,
    REST,
    SELDOM_S,
    STREAM,
    SYMBOLS_MAX,
    Spare,
)
from tomking.data.live.market import passed
from tomking.data.live.names import Names

pytestmark = pytest.mark.unit

NOW = datetime(2026, 6, 5, 15, tzinfo=UTC)
SPX, SPY = Contract("SPX", date.max), Contract("SPY", date.max)
PUT = Contract("SPX", date(2026, 6, 19), Right.PUT, Decimal(6000))


class Line:
    """A line that tells the same of everything, or fails."""

    def __init__(self, fault: Exception | None = None, items: list[Any] | None = None) -> None:
        self.fault, self.items = fault, items
        self.asked: list[dict[str, list[str]]] = []

    def get(self, path: str, **query: Any) -> Any:
        """Market data of whatever is asked for."""
        self.asked.append(query)
        if self.fault is not None:
            raise self.fault
        symbols = [symbol for each in query.values() for symbol in each]
        told = [{"symbol": each, "bid": "1.0", "ask": "1.2", "last": "1.1"} for each in symbols]
        return {"items": told if self.items is None else self.items}


def spare(line: Line) -> Spare:
    """A spare behind a cache that was told nothing."""
    cache, names = Cache(), Names()
    cache.follow(("SPX", "SPY", names.symbol(PUT)))
    return Spare(line, cache, names.symbol, Oddities())


def at(seconds: float) -> datetime:
    """Seconds after the beginning."""
    return datetime.fromtimestamp(NOW.timestamp() + seconds, UTC)


def test_each_kind_is_asked_for_by_its_own_name() -> None:
    line = Line()
    here = spare(line)
    here.stand_in(
        (NOW).timestamp(),
        (NOW).date(),
        (SPX, SPY, PUT, Contract("ES", date(2026, 6, 19), future="ESM26")),
    )
    assert line.asked == [
        {"index": ["SPX"], "equity": ["SPY"], "equity-option": ["SPXW  260619P06000000"],
         "future": ["/ESM6"]}
    ]  # fmt: skip
    view = here.cache.frozen(NOW.timestamp())
    assert quotes.last(view, "SPX").points == 1.1
    assert quotes.middle(view, ".SPXW260619P6000").points == pytest.approx(1.1)
    assert here.source(view) == REST


def test_nobody_asks_while_the_stream_lives_or_again_too_soon() -> None:
    line = Line()
    here = spare(line)
    here.cache.connected(NOW.timestamp())
    here.stand_in(NOW.timestamp(), NOW.date(), (SPX,))
    assert line.asked == []
    assert here.source(here.cache.frozen(NOW.timestamp())) == STREAM
    here.stand_in(at(FRESH_S + 1.0).timestamp(), NOW.date(), (SPX,))
    here.stand_in(at(FRESH_S + 2.0).timestamp(), NOW.date(), (SPX,))
    assert len(line.asked) == 1
    here.stand_in(at(2.0 * FRESH_S + 2.0).timestamp(), NOW.date(), (SPX,))
    assert len(line.asked) == 2


def test_what_is_too_much_waits_for_the_stream() -> None:
    line = Line()
    many = [Contract("SPX", date(2026, 6, 19), Right.PUT, Decimal(5 * n + 5)) for n in range(900)]
    spare(line).stand_in(NOW.timestamp(), NOW.date(), many)
    assert [len(asked["equity-option"]) for asked in line.asked] == [SYMBOLS_MAX] * REQUESTS_MAX


@pytest.mark.parametrize("fault", [Transient("down"), Rejected("spent"), AuthExpired("keys")])
def test_without_either_there_is_no_data_and_the_reason_is_said(fault: Exception) -> None:
    here = spare(Line())
    here.stand_in(NOW.timestamp(), NOW.date(), (SPX,))
    here.line = Line(fault)
    here.stand_in(at(60.0).timestamp(), NOW.date(), (SPX,))
    view = here.cache.frozen(at(60.0).timestamp())
    assert here.source(view) == NO_DATA
    assert str(fault) in here.why
    with pytest.raises(QuoteStale):
        quotes.last(view, "SPX")


@pytest.mark.parametrize("odd", [{"symbol": "nonsense"}, {}, None, 7])
def test_an_odd_row_is_reported_and_costs_no_other(odd: Any) -> None:
    here = spare(Line(items=[odd, {"symbol": "SPX", "mark": "6000.5"}]))
    here.stand_in(NOW.timestamp(), NOW.date(), (SPX,))
    assert here.odd.count == 1
    assert quotes.last(here.cache.frozen(NOW.timestamp()), "SPX").points == 6000.5


def test_a_venue_without_a_token_for_the_feed_needs_a_human() -> None:
    assert passed({"token": "t", "dxlink-url": "ws://x"}).url == "ws://x"
    for odd in (None, {}, {"token": "t"}, {"dxlink-url": "ws://x"}):
        with pytest.raises(Rejected, match="agreements"):
            passed(odd)


def test_a_long_silence_is_asked_of_seldom_and_for_what_matters_most_alone() -> None:
    line = Line()
    here = spare(line)
    many = [Contract("SPX", date(2026, 6, 19), Right.PUT, Decimal(5 * n + 5)) for n in range(900)]
    for second in range(0, 400, 5):
        here.stand_in(at(second).timestamp(), NOW.date(), many)
    early = REQUESTS_MAX * (1 + int(LONG_S // FRESH_S))
    late = [len(asked["equity-option"]) for asked in line.asked[early:]]
    assert late == [SYMBOLS_MAX] * int((400 - LONG_S) // SELDOM_S)
