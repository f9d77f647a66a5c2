"""Candles as DXLink names them: the days before today, and the minute a session opened in."""

from datetime import date, time, timedelta
from math import isnan

from tomking.core.calendar import new_york
from tomking.core.contract import Contract
from tomking.market.bars import Bars
from tomking.market.listing import front_future
from tomking.market.snapshot import Snapshot
from tomking.server.events import UNKNOWN, VIX, Event, contracts_of, opened

#: Flags of the first and the last event of a snapshot, and the days of a month.
SNAPSHOT_BEGIN, SNAPSHOT_END, MONTH_DAYS = 4, 8, 30


def candles(symbol: str, since_ms: float, now: Snapshot) -> list[Event]:
    """Daily bars of what a symbol names, newest first, or today's first minute; other lengths have none.

    The symbol is a name with a length and attributes, ``SPY{=d,tho=true}``; flags mark the first and the
    last of the snapshot. Whoever asks from a day that has not come here yet lives in another year than
    this market, and is given the last month. Of a minute only its opening price is known here.
    """
    if since_ms > now.at.timestamp() * 1000:
        since_ms = (now.at - timedelta(days=MONTH_DAYS)).timestamp() * 1000
    name, _, rest = symbol.partition("{=")
    length = rest.rstrip("}").split(",")[0].removeprefix("1")
    contract = _charted(name, now)
    if contract is None or length not in ("d", "m"):
        return []
    found = _days(symbol, contract.root, since_ms, now) if length == "d" else []
    if length == "m":
        found = _first_minute(symbol, contract, now)
    if found:
        found[0]["eventFlags"] |= SNAPSHOT_BEGIN
        found[-1]["eventFlags"] |= SNAPSHOT_END
    return found


def _charted(name: str, now: Snapshot) -> Contract | None:
    """What has candles: VIX, a root's share or index, or its front future."""
    contract = contracts_of([name], now).get(name)
    if contract is None or contract.is_option:
        return None
    front = not contract.future or contract == front_future(contract.root, now.day.session.day)
    return contract if front else None


def _days(symbol: str, root: str, since_ms: float, now: Snapshot) -> list[Event]:
    """The days before today, newest first, as far back as is asked for."""
    bars = now.day.bars.get(root)
    if bars is None:
        return []
    found: list[Event] = []
    for row in range(len(bars.close) - 1, -1, -1):
        at = new_york(date.fromordinal(int(bars.days[row])), time()).timestamp() * 1000
        if at < since_ms:
            break
        found.append(_candle(symbol, int(at), *_row(bars, row)))
    return found


def _row(bars: Bars, row: int) -> tuple[float, ...]:
    """Prices and volume of a day."""
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
    return tuple(float(column[row]) for column in columns)


def _first_minute(symbol: str, contract: Contract, now: Snapshot) -> list[Event]:
    first = None if contract.root == VIX else opened(contract, now)
    if first is None:
        return []
    at = int(now.day.session.opens.timestamp() * 1000)
    return [_candle(symbol, at, first, *(4 * [float("nan")]))]


def _candle(symbol: str, at: int, *row: float) -> Event:
    first, high, low, close, volume = (UNKNOWN if isnan(figure) else figure for figure in row)
    return {
        "eventSymbol": symbol, "eventTime": 0, "eventFlags": 0, "index": (at // 1000) << 32,
        "time": at, "sequence": 0, "count": 1, "open": first, "high": high, "low": low,
        "close": close, "volume": volume, "vwap": UNKNOWN, "bidVolume": UNKNOWN,
        "askVolume": UNKNOWN, "impVolatility": UNKNOWN, "openInterest": UNKNOWN,
    }  # fmt: skip
