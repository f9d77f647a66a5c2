"""The cache: what is kept, how old it is, and which quotes nobody may decide by."""

import math
from typing import Any

import numpy as np
import pytest

from tomking.core.errors import QuoteCrossed, QuoteMissing, QuoteStale
from tomking.data.live import quotes
from tomking.data.live.cache import (
    FRESH_S,
    PLACES,
    SILENT_MAX_S,
    WAITING_MAX,
    Cache,
    View,
)
from tomking.data.live.compact import Block, blocks
from tomking.data.live.fields import BID, DELTA, FIELDS, GREEKS, LAST, QUOTE, TRADE

pytestmark = pytest.mark.unit

NOW = 1_000_000.0
PUT, CALL = ".SPXW261218P6000", ".SPXW261218C7000"


def told(
    cache: Cache, kind: str, at: float, *events: tuple[Any, ...], streamed: bool = True
) -> None:
    """Events of a kind, heard at an instant; fields that are left out are unknown."""
    names = FIELDS[kind]
    values = [(*event, *["NaN"] * (len(names) - len(event))) for event in events]
    for block in blocks([kind, [each for row in values for each in row]], FIELDS, cache.odd):
        cache.take(block, at, streamed=streamed)


def cache_of(bid: Any = 1.25, ask: Any = 1.35, at: float = NOW) -> Cache:
    """A connected cache that was told one quote."""
    cache = Cache()
    cache.follow((PUT, CALL))
    cache.connected(at)
    told(cache, QUOTE, at, (PUT, bid, ask))
    return cache


def age(view: View, symbol: str = PUT, kind: str = QUOTE) -> float:
    """Seconds since a quote was known to be right."""
    return view.figure(symbol, BID, kind)[1]


def test_a_quote_is_kept_with_its_age() -> None:
    price = quotes.middle(cache_of().frozen(NOW + 2.0), PUT)
    assert (price.points, price.age_s) == (pytest.approx(1.30), 2.0)


def test_a_view_stays_as_it_was_when_more_is_told() -> None:
    cache = cache_of()
    before = cache.frozen(NOW)
    told(cache, QUOTE, NOW, (PUT, 9.0, 9.5))
    cache.forget((PUT,))
    assert quotes.middle(before, PUT).points == pytest.approx(1.30)
    with pytest.raises(QuoteMissing):
        quotes.middle(cache.frozen(NOW), PUT)


def test_of_two_events_of_a_symbol_the_later_stays() -> None:
    cache = cache_of()
    told(cache, QUOTE, NOW, (PUT, 2.0, 2.1), (CALL, 5.0, 5.2), (PUT, 3.0, 3.2))
    assert quotes.middle(cache.frozen(NOW), PUT).points == pytest.approx(3.1)


def test_what_is_not_followed_is_dropped_without_a_word() -> None:
    cache = cache_of()
    told(cache, QUOTE, NOW, ("SPY", 600.0, 600.1))
    with pytest.raises(QuoteMissing, match="SPY is not quoted"):
        quotes.middle(cache.frozen(NOW), "SPY")
    assert cache.odd.count == 0


def test_a_cache_grows_beyond_its_places_and_keeps_what_it_has() -> None:
    cache = cache_of()
    many = [f"S{n}" for n in range(3 * PLACES)]
    cache.follow(many)
    told(cache, QUOTE, NOW, *((symbol, float(n), n + 1.0) for n, symbol in enumerate(many)))
    view = cache.frozen(NOW)
    assert view.table[BID, view.rows(many)].tolist() == [float(n) for n in range(3 * PLACES)]
    assert quotes.middle(view, PUT).points == pytest.approx(1.30)


def test_a_place_that_was_forgotten_is_given_away_empty() -> None:
    cache = cache_of()
    cache.forget((PUT,))
    cache.follow(("SPY",))
    view = cache.frozen(NOW)
    assert math.isnan(view.figure("SPY", BID, QUOTE)[0])
    assert age(view, "SPY") == math.inf


@pytest.mark.parametrize("bid", ["NaN", None, "nonsense", [1.0], -1.0, "Infinity"])
def test_a_bid_that_is_no_number_is_no_quote(bid: Any) -> None:
    with pytest.raises(QuoteMissing):
        quotes.middle(cache_of(bid=bid).frozen(NOW), PUT)


@pytest.mark.parametrize("ask", ["NaN", None, 0.0])
def test_an_ask_of_nothing_is_no_quote(ask: Any) -> None:
    with pytest.raises(QuoteMissing):
        quotes.middle(cache_of(bid=0.0, ask=ask).frozen(NOW), PUT)


def test_a_bid_of_nothing_is_sound() -> None:
    assert quotes.middle(cache_of(bid=0.0, ask=0.05).frozen(NOW), PUT).points == 0.025


def test_a_locked_quote_is_sound_and_a_crossed_one_is_not() -> None:
    assert quotes.middle(cache_of(bid=1.3, ask=1.3).frozen(NOW), PUT).points == 1.3
    with pytest.raises(QuoteCrossed, match=r"bid 1\.4 over an ask of 1\.3"):
        quotes.middle(cache_of(bid=1.4, ask=1.3).frozen(NOW), PUT)


def test_a_quote_that_was_last_proven_too_long_ago_is_stale() -> None:
    cache = cache_of()
    assert quotes.middle(cache.frozen(NOW + FRESH_S), PUT).age_s == FRESH_S
    with pytest.raises(QuoteStale, match="6 s ago"):
        quotes.middle(cache.frozen(NOW + FRESH_S + 1.0), PUT)


def test_an_index_that_was_not_told_or_not_lately_has_no_price() -> None:
    cache = cache_of()
    cache.follow(("SPX",))
    with pytest.raises(QuoteMissing):
        quotes.last(cache.frozen(NOW), "SPX")
    told(cache, TRADE, NOW, ("SPX", 6000.5))
    assert quotes.last(cache.frozen(NOW), "SPX").points == 6000.5
    with pytest.raises(QuoteStale):
        quotes.last(cache.frozen(NOW + 60.0), "SPX")


def test_a_quiet_symbol_is_as_good_as_the_stream_is_alive() -> None:
    cache = cache_of()
    cache.proven(NOW + 600.0)
    assert age(cache.frozen(NOW + 601.0)) == 1.0
    told(cache, QUOTE, NOW + 700.0, (CALL, 1.0, 1.1))
    assert age(cache.frozen(NOW + 700.0)) == 0.0


def test_a_symbol_that_was_silent_too_long_is_as_old_as_its_own_last_event() -> None:
    cache = cache_of()
    cache.proven(NOW + SILENT_MAX_S + 1.0)
    assert age(cache.frozen(NOW + SILENT_MAX_S + 1.0)) == SILENT_MAX_S + 1.0
    assert cache.silent(NOW + 400.0, 300.0) == (PUT,)
    assert cache.silent(NOW + 200.0, 300.0) == ()


def test_after_a_lost_connection_nothing_is_proven_until_it_is_told_again() -> None:
    cache = cache_of()
    cache.lost()
    assert age(cache.frozen(NOW + 20.0)) == 20.0
    cache.connected(NOW + 30.0)
    told(cache, QUOTE, NOW + 31.0, (CALL, 1.0, 1.1))
    assert age(cache.frozen(NOW + 31.0)) == 31.0
    assert age(cache.frozen(NOW + 31.0), CALL) == 0.0


def test_what_did_not_stream_proves_nothing_of_the_stream() -> None:
    cache = cache_of()
    cache.lost()
    told(cache, QUOTE, NOW + 50.0, (CALL, 1.0, 1.1), streamed=False)
    view = cache.frozen(NOW + 50.0)
    assert (age(view, CALL), age(view)) == (0.0, 50.0)
    assert view.proven == -math.inf


def test_greeks_and_prices_have_ages_of_their_own() -> None:
    cache = cache_of()
    told(cache, GREEKS, NOW + 1.0, (PUT, 0.18, -0.05, 0.001, 0.2, -0.3, 1.0))
    view = cache.frozen(NOW + 1.0)
    assert view.figure(PUT, DELTA, GREEKS) == (-0.05, 0.0)
    assert view.figure(PUT, LAST, TRADE)[1] == math.inf


def test_soundness_of_many_is_that_of_each() -> None:
    cache = cache_of()
    cache.follow(("A", "B"))
    told(cache, QUOTE, NOW, (CALL, 2.0, 1.0), ("A", 0.0, 0.05), ("B", "NaN", 1.0))
    view = cache.frozen(NOW)
    assert quotes.sound(view, view.rows((PUT, CALL, "A", "B", "unknown"))).tolist() == [
        True, False, True, False, False,
    ]  # fmt: skip
    assert not quotes.sound(cache.frozen(NOW + 60.0), view.rows((PUT,))).any()


def test_a_kind_nobody_keeps_changes_nothing() -> None:
    cache = cache_of()
    before = cache.frozen(NOW).table
    cache.take(Block("Profile", (PUT,), {}), NOW)
    assert np.array_equal(cache.frozen(NOW).table, before, equal_nan=True)


def test_events_told_one_by_one_are_what_they_are_told_together() -> None:
    events: list[tuple[Any, ...]] = [
        (PUT, n, n + 1.0, 1000 * n, "NaN") for n in range(WAITING_MAX + 7)
    ]
    events[3] = (CALL, 5.0, "NaN", None, 7000)
    together, apart = cache_of(), cache_of()
    told(together, QUOTE, NOW + 1.0, *events)
    for event in events:
        told(apart, QUOTE, NOW + 1.0, event)
    one, other = together.frozen(NOW + 2.0), apart.frozen(NOW + 2.0)
    rows = one.rows((PUT, CALL))
    assert np.array_equal(
        one.table[:, rows], other.table[:, other.rows((PUT, CALL))], equal_nan=True
    )
    assert together.events == apart.events


def test_what_waits_keeps_the_instant_at_which_each_event_was_heard() -> None:
    cache = cache_of()
    told(cache, QUOTE, NOW + 1.0, (PUT, 1.0, 1.1))
    told(cache, QUOTE, NOW + 3.0, (CALL, 1.0, 1.1))
    cache.lost()
    view = cache.frozen(NOW + 10.0)
    assert (age(view), age(view, CALL)) == (9.0, 7.0)


def test_what_waits_for_a_symbol_that_is_forgotten_never_reaches_the_next_in_its_place() -> None:
    cache = cache_of()
    told(cache, QUOTE, NOW, (PUT, 7.0, 7.1))
    cache.forget((PUT,))
    cache.follow(("SPY",))
    assert math.isnan(cache.frozen(NOW).figure("SPY", BID, QUOTE)[0])


def test_no_more_waits_than_is_read_in_at_once() -> None:
    cache = cache_of()
    for n in range(3 * WAITING_MAX):
        told(cache, QUOTE, NOW, (PUT, float(n), n + 1.0))
        assert cache._wait < WAITING_MAX


def test_the_stream_does_not_vouch_for_what_rest_has_told() -> None:
    """A symbol that the feed lost when it connected, and that REST told while it was silent."""
    cache = Cache()
    cache.follow((PUT, CALL))
    cache.connected(NOW)
    told(cache, QUOTE, NOW + 1.0, (PUT, 1.25, 1.35), (CALL, 2.0, 2.1), streamed=False)
    assert age(cache.frozen(NOW + 3.0)) == 2.0
    told(cache, QUOTE, NOW + 60.0, (CALL, 2.0, 2.1))
    later = cache.frozen(NOW + 61.0)
    assert (age(later), age(later, CALL)) == (60.0, 1.0)
    told(cache, QUOTE, NOW + 70.0, (PUT, 1.25, 1.35))
    cache.proven(NOW + 80.0)
    assert age(cache.frozen(NOW + 81.0)) == 1.0


def test_a_stream_that_thaws_vouches_for_what_it_told_before_though_rest_told_it_meanwhile() -> (
    None
):
    cache = cache_of()
    told(cache, QUOTE, NOW + 40.0, (PUT, 1.30, 1.40), streamed=False)
    assert age(cache.frozen(NOW + 42.0)) == 2.0
    told(cache, QUOTE, NOW + 50.0, (CALL, 2.0, 2.1))
    later = cache.frozen(NOW + 51.0)
    assert age(later) == 1.0
    assert quotes.middle(later, PUT).points == pytest.approx(1.35)
    cache.connected(NOW + 60.0)
    assert age(cache.frozen(NOW + 61.0)) == 21.0
