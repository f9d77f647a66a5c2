"""The stream: raw frames of quotes into the live cache, beside the broker's own client reading them."""

import json
import time
from collections.abc import Callable

import numpy as np

from tomking.data.live.cache import Cache
from tomking.data.live.feed import Conversation
from tomking.data.live.fields import BID, FIELDS, QUOTE, SYMBOL

Row = dict[str, str | float]

#: Symbols that are followed, quotes of a frame, and frames of one measurement.
SYMBOLS, OF_A_FRAME, FRAMES, RUNS = 1_000, 20, 500, 3
BIDS = ("bidPrice", "bid_price")


def rows() -> list[Row]:
    """Quotes a second, from the text of a frame to a figure that can be looked at."""
    symbols = [f".SPXW261218P{4000 + 5 * n}" for n in range(SYMBOLS)]
    cache = Cache()
    cache.follow(symbols)
    talk = Conversation("", lambda: (), lambda block: cache.take(block, 1.0), cache.odd)
    ours = _frames(symbols, FIELDS[QUOTE])
    pace = _pace(ours, lambda frame: talk.hear(frame))
    view = cache.frozen(1.0)
    seen = view.table[BID, view.rows(symbols)]
    if not np.array_equal(seen, np.arange(float(SYMBOLS))):
        raise AssertionError("the cache does not hold what the frames said: nothing was measured")
    theirs = _sdk(symbols)
    return [
        {"name": "quotes into the live cache", "value": pace, "unit": "quotes/s",
         "peer": "tastytrade's client", "peer_value": theirs, "ratio": pace / theirs}
    ]  # fmt: skip


def _sdk(symbols: list[str]) -> float:
    """The same quotes through the broker's client, which makes an object of each."""
    from tastytrade.dxfeed import Quote  # a second at start: only when it is measured

    names = tuple(Quote.model_fields)

    def read(frame: str) -> list[Quote]:
        """The objects of a frame."""
        return Quote.from_stream(json.loads(frame)["data"][1])

    frames = _frames(symbols, names)
    if len(read(frames[0])) != OF_A_FRAME:
        raise AssertionError("the broker's client does not read these frames: nothing was measured")
    return _pace(frames, read)


def _frames(symbols: list[str], names: tuple[str, ...]) -> list[str]:
    """Frames of quotes with the fields a client asks for; the bid is the number of the symbol."""
    made: list[str] = []
    for number in range(FRAMES):
        first = number * OF_A_FRAME % SYMBOLS
        values = [
            _value(name, place, symbols[place])
            for place in range(first, first + OF_A_FRAME)
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


def _pace(frames: list[str], read: Callable[[str], object]) -> float:
    """Quotes a second, the best of several runs."""
    least = float("inf")
    for _ in range(RUNS):
        began = time.perf_counter()
        for frame in frames:
            read(frame)
        least = min(least, time.perf_counter() - began)
    return len(frames) * OF_A_FRAME / least
