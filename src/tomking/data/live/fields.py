"""What is asked of the feed of each kind of event, and where it stands in the cache.

Few fields are asked for: every value of every event is read, and most of what a feed can say decides
nothing here. The first is always the symbol.
"""

from collections.abc import Mapping
from types import MappingProxyType

QUOTE, GREEKS, TRADE, SUMMARY, CANDLE = "Quote", "Greeks", "Trade", "Summary", "Candle"
SYMBOL = "eventSymbol"

#: Rows of the cache: prices in points, ``VOL`` an annual fraction, Greeks as in ``market.snapshot``;
#: what begins with ``DAY`` is of ``DAY_ID``, the feed's number of the day.
(
    BID, ASK, VOL, DELTA, GAMMA, VEGA, THETA, LAST, VOLUME, DAY_ID, DAY_OPEN, DAY_CLOSE, IS_FINAL,
    PREVIOUS_CLOSE,
) = range(14)  # fmt: skip
#: When a kind was last heard of a symbol and what the event itself says, in seconds of the epoch.
HEARD: Mapping[str, int] = MappingProxyType({QUOTE: 14, GREEKS: 15, TRADE: 16, SUMMARY: 17})
TOLD: Mapping[str, int] = MappingProxyType({QUOTE: 18, GREEKS: 19, TRADE: 20})
#: When a kind last streamed, of kinds that REST tells too; minus infinity of what only that has told.
STREAMED: Mapping[str, int] = MappingProxyType({QUOTE: 21, TRADE: 22})
ROWS = 23

#: The columns of an event that are figures, and their rows.
FIGURES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        QUOTE: {"bidPrice": BID, "askPrice": ASK},
        GREEKS: {"volatility": VOL, "delta": DELTA, "gamma": GAMMA, "vega": VEGA, "theta": THETA},
        TRADE: {"price": LAST, "dayVolume": VOLUME},
        SUMMARY: {"dayId": DAY_ID, "dayOpenPrice": DAY_OPEN, "dayClosePrice": DAY_CLOSE,
                  "prevDayClosePrice": PREVIOUS_CLOSE},
    }
)  # fmt: skip
#: The column that says when an event happened, in milliseconds; of a quote the side that moved last.
TIMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {QUOTE: ("bidTime", "askTime"), GREEKS: ("time",), TRADE: ("time",), SUMMARY: ()}
)
#: The word beside a day's close that says it is the official one.
CLOSE_TYPE, FINAL = "dayClosePriceType", "FINAL"
BAR: tuple[str, ...] = ("time", "open", "high", "low", "close", "volume", "VWAP", "eventFlags")

#: The fields asked for, by kind, in the order in which their values come.
FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {kind: (SYMBOL, *FIGURES[kind], *TIMES[kind]) for kind in FIGURES}
    | {SUMMARY: (SYMBOL, *FIGURES[SUMMARY], CLOSE_TYPE), CANDLE: (SYMBOL, *BAR)}
)
