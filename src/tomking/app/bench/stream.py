"""The stream: raw frames of quotes into the live cache, beside the broker's own client reading them."""

import json
import time
from collections.abc import Callable

import numpy as np

from tomking.data.live.cache import Cache
from tomking.data.live.feed import Conversation
from tomking.data.live.fields import BID, FIELDS, QUOTE, SYMBOL

Row = dict[str, str | float]

#: Symbols that are followed, quotes of a frame where several come together, and of one measurement.
SYMBOLS, OF_A_FRAME, QUOTES, RUNS = 1_000, 20, 10_000, 3
BIDS = ("bidPrice", "bid_price")


def rows() -> list[Row]:
    """Quotes a second, from the text of a frame to a figure that can be looked at."""
    symbols = [f".SPXW261218P{4000 + 5 * n}" for n in range(SYMBOLS)]
    return [_row(symbols, OF_A_FRAME, ""), _row(symbols, 1, ", a frame each")]


def _row(symbols: list[str], of_a_frame: int, how: str) -> Row:
    ours, theirs = _ours(symbols, of_a_frame), _sdk(symbols, of_a_frame)
    return {
        "name": f"quotes into the live cache{how}", "value": ours, "unit": "quotes/s",
        "peer": "tastytrade's client", "peer_value": theirs, "ratio": ours / theirs,
    }  # fmt: skip


def _ours(symbols: list[str], of_a_frame: int) -> float:
    """The pace at which they come into a cache; what is still in its line is read in at the end."""
    cache = Cache()
    cache.follow(symbols)
    talk = Conversation("", lambda: (), lambda block: cache.take(block, 1.0), cache.odd)
    frames = _frames(symbols, FIELDS[QUOTE], of_a_frame)
    pace = _pace(frames, talk.hear, lambda: cache.silent(1.0, 0.0))
    view = cache.frozen(1.0)
    seen = view.table[BID, view.rows(symbols)]
    if not np.array_equal(seen, np.arange(float(SYMBOLS))):
        raise AssertionError("the cache does not hold what the frames said: nothing was measured")
    return pace


def _sdk(symbols: list[str], of_a_frame: int) -> float:
    """The same quotes through the broker's client, which makes an object of each."""
    from tastytrade.dxfeed import Quote  # a second at start: only when it is measured

    names = tuple(Quote.model_fields)

    def read(frame: str) -> list[Quote]:
        """The objects of a frame."""
        return Quote.from_stream(json.loads(frame)["data"][1])

    frames = _frames(symbols, names, of_a_frame)
    if len(read(frames[0])) != of_a_frame:
        raise AssertionError("the broker's client does not read these frames: nothing was measured")
    return _pace(frames, read)


def _frames(symbols: list[str], names: tuple[str, ...], of_a_frame: int) -> list[str]:
    """Frames of quotes with the fields a client asks for; the bid is the number of the symbol."""
    made: list[str] = []
    for number in range(QUOTES // of_a_frame):
        first = number * of_a_frame % SYMBOLS
        values = [
            _value(name, place, symbols[place])
            for place in range(first, first + of_a_frame)
            for name in names
        ]
        made.append(json.dumps({"type": "FEED_DATA", "channel": 1, "data": [QUOTE, values]}))
    return made


def _value(name: str, place: int, symbol: str) -> str | float:
    if name in (SYMBOL, "event_symbol"):
        return symbol
    if name in BIDS:
        return float(place)
    return "Q" if name.endswith("_code") else place + 1


def _pace(
    frames: list[str], read: Callable[[str], object], end: Callable[[], object] = lambda: None
) -> float:
    """Quotes a second, the best of several runs, each to its very end."""
    least = float("inf")
    for _ in range(RUNS):
        began = time.perf_counter()
        for frame in frames:
            read(frame)
        end()
        least = min(least, time.perf_counter() - began)
    return QUOTES / least
