"""Market events as DXLink names them: quotes, Greeks, trades and summaries of what is subscribed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import isfinite, isnan
from typing import Any

from tomking.core.calendar import AFTER_CLOSE
from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.evidence import Stamped
from tomking.core.product import product
from tomking.core.value import value
from tomking.market.sessions import previous_session
from tomking.market.snapshot import (
    AGE,
    ASK,
    BID,
    DELTA,
    GAMMA,
    MID,
    THETA,
    VEGA,
    VOL,
    Legs,
    Snapshot,
)
from tomking.portfolio.columns import columns
from tomking.wire.symbols import streamed_contract
from tomking.wire.words import INDEX, instrument_of

Event = dict[str, Any]
#: What symbols name, each with its marks from ``BID`` to ``AGE``.
Priced = Mapping[str, tuple[Contract, list[float]]]
VIX = "VIX"
_BLANK = [float("nan")] * 9
QUOTE, GREEKS, TRADE, SUMMARY, CANDLE = "Quote", "Greeks", "Trade", "Summary", "Candle"
#: What a field is that nobody here knows.
UNKNOWN = "NaN"
#: Seconds after which a quote is old and is no longer told as one; the kinds that say a price.
OLD_S, PRICED = 5.0, (QUOTE, TRADE)
#: The rows of marks that Greeks are told from.
_GREEKS = {"volatility": VOL, "delta": DELTA, "gamma": GAMMA, "theta": THETA, "vega": VEGA}
#: The day from which feeds count days.
_EPOCH = date(1970, 1, 1).toordinal()
#: A size that is always there: this market takes as much as anybody wants.
SIZE = 100.0


def priced(symbols: Iterable[str], now: Snapshot) -> Priced:
    """What symbols name and its marks, by one call; what is nothing or has no price is left out."""
    seen = _seen(tuple(symbols), now)
    if not seen.contracts:
        return {}
    found: Iterator[list[float]] = iter(now.marks(seen.legs).table.T.tolist())
    return {  # volatility itself has no marks: it is no contract anybody holds
        symbol: (each, _BLANK if each.root == VIX else next(found))
        for symbol, each in seen.contracts.items()
    }


def events(kind: str, symbols: Iterable[str], known: Priced, now: Snapshot) -> list[Event]:
    """The events of a kind for those of the symbols that have any, in the order they are given."""
    make, at = _KINDS.get(kind), int(now.at.timestamp() * 1000)
    if make is None:
        return []
    made = (make(symbol, *known[symbol], now, at) for symbol in symbols if symbol in known)
    return [event for event in made if event is not None]


def gone(kind: str, symbol: str, now: Snapshot) -> Event:
    """What is told of a symbol whose price was told and is not known any more: that there is none."""
    at = int(now.at.timestamp() * 1000)
    if kind == QUOTE:
        return _told_quote(symbol, UNKNOWN, UNKNOWN, at)
    return _told_trade(symbol, UNKNOWN, now, at)


@value
class Named:
    """The contracts some symbols name, the roots of them, and their legs for one call of marks."""

    contracts: Mapping[str, Contract]
    roots: tuple[str, ...]
    legs: Legs


def contracts_of(symbols: Sequence[str], now: Snapshot) -> Mapping[str, Contract]:
    """What symbols name; a stream is silent about what it does not know."""
    return _seen(tuple(symbols), now).contracts


def _seen(symbols: tuple[str, ...], now: Snapshot) -> Named:
    """What they name, without that whose root has no price now."""
    day = now.at.date()
    blind = (root for root in _named(symbols, day, frozenset()).roots
             if root != VIX and not isinstance(now.spot(root), Stamped))  # fmt: skip
    return _named(symbols, day, frozenset(blind))


@lru_cache(maxsize=64)
def _named(symbols: tuple[str, ...], day: date, blind: frozenset[str]) -> Named:
    """What a feed that asks for the same symbols at every look asks for."""
    named = ((symbol, _contract(symbol, day)) for symbol in symbols)
    found = {symbol: each for symbol, each in named if each is not None and each.root not in blind}
    contracts = tuple(found.values())
    legs = columns([(each, 1) for each in contracts if each.root != VIX])
    return Named(found, tuple(dict.fromkeys(each.root for each in contracts)), legs)


@lru_cache(maxsize=16_384)
def _contract(symbol: str, day: date) -> Contract | None:
    """What a symbol names, as one object whichever kind of event is asked for."""
    try:
        return streamed_contract(symbol, day)
    except DataError:
        return None


def _quote(
    symbol: str, contract: Contract, marks: list[float], now: Snapshot, at: int
) -> Event | None:
    """Bid and ask; an index has neither, and half of a quote or an old one is none."""
    index = not contract.is_option and instrument_of(contract) == INDEX
    if index or isnan(marks[BID] + marks[ASK]) or marks[AGE] > OLD_S:
        return None
    return _told_quote(symbol, marks[BID], marks[ASK], at)


def _told_quote(symbol: str, bid: float | str, ask: float | str, at: int) -> Event:
    """A quote as the feed tells it."""
    return {
        "eventSymbol": symbol, "eventTime": 0, "sequence": 0, "timeNanoPart": 0, "bidTime": at,
        "bidExchangeCode": "Q", "bidPrice": bid, "bidSize": SIZE, "askTime": at,
        "askExchangeCode": "Q", "askPrice": ask, "askSize": SIZE,
    }  # fmt: skip


def _greeks(
    symbol: str, contract: Contract, marks: list[float], now: Snapshot, at: int
) -> Event | None:
    """Of an option alone; theta a day, vega and rho for a hundredth."""
    if not contract.is_option or isnan(marks[MID]):
        return None
    return {
        "eventSymbol": symbol, "eventTime": 0, "eventFlags": 0, "index": at << 22,
        "time": at, "sequence": 0, "price": marks[MID], "rho": 0.0,
        **{name: _told(marks[row]) for name, row in _GREEKS.items()},
    }  # fmt: skip


def _told(figure: float) -> float | str:
    """A figure as JSON has it, which knows no NaN."""
    return figure if isfinite(figure) else UNKNOWN


def _trade(
    symbol: str, contract: Contract, marks: list[float], now: Snapshot, at: int
) -> Event | None:
    """The last price: of an index its level, of all else the middle of its quote."""
    price = _last(contract, marks, now)
    return None if price is None or isnan(price) else _told_trade(symbol, price, now, at)


def _told_trade(symbol: str, price: float | str, now: Snapshot, at: int) -> Event:
    """A last price as the feed tells it."""
    return {
        "eventSymbol": symbol, "eventTime": 0, "time": at, "timeNanoPart": 0,
        "sequence": 0, "exchangeCode": "Q", "price": price, "change": UNKNOWN, "size": 1,
        "dayId": days_number(now.at.date()), "dayVolume": UNKNOWN, "dayTurnover": UNKNOWN,
        "tickDirection": "ZERO_UP", "extendedTradingHours": False,
    }  # fmt: skip


def _summary(
    symbol: str, contract: Contract, marks: list[float], now: Snapshot, at: int
) -> Event | None:
    """The day so far, as far as it is known: its open, its close once it is official, yesterday's."""
    if contract.is_option:
        return None
    before = now.day.previous_close.get(contract.root, float("nan"))
    day, over = now.day.session.day, _is_over(now)
    close = _last(contract, marks, now) if over else None
    first = None if contract.future else opened(contract, now)
    return {
        "eventSymbol": symbol, "eventTime": 0, "dayId": days_number(day),
        "dayOpenPrice": UNKNOWN if first is None else first,
        "dayHighPrice": UNKNOWN, "dayLowPrice": UNKNOWN,
        "dayClosePrice": UNKNOWN if close is None else close,
        "dayClosePriceType": "FINAL" if over else "REGULAR",
        "prevDayId": days_number(previous_session(day).day),
        "prevDayClosePrice": UNKNOWN if isnan(before) else before,
        "prevDayClosePriceType": "FINAL", "prevDayVolume": UNKNOWN, "openInterest": 0,
    }  # fmt: skip


def days_number(day: date) -> int:
    """A date as feeds number it: days since 1970."""
    return day.toordinal() - _EPOCH


def _is_over(now: Snapshot) -> bool:
    """Whether today's official closes are known."""
    return now.minute >= now.day.session.minutes + AFTER_CLOSE


def opened(contract: Contract, now: Snapshot) -> float | None:
    """The price at the session's open; nobody knows it before."""
    if now.minute < 0.0:
        return None
    found = now.session_open(contract.root)
    return found.value if isinstance(found, Stamped) else None


def _last(contract: Contract, marks: list[float], now: Snapshot) -> float | None:
    if contract.root == VIX and not contract.is_option:
        return now.vix.value
    if not contract.is_option and product(contract.root).kind.name.endswith("INDEX"):
        spot = now.spot(contract.root)
        return spot.value if isinstance(spot, Stamped) else None
    return None if isnan(marks[MID]) else marks[MID]


_KINDS = {QUOTE: _quote, GREEKS: _greeks, TRADE: _trade, SUMMARY: _summary}
