"""Quotes and figures of a moment as the broker's JSON: market data by symbol, metrics, hours."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import isnan
from typing import Any

from tomking.core.calendar import Session
from tomking.core.errors import DataError
from tomking.core.evidence import Stamped
from tomking.core.product import SINGLY, product
from tomking.market.sessions import next_session, previous_session, session_of, sessions_between
from tomking.market.snapshot import Snapshot
from tomking.server.events import QUOTE, TRADE, events, priced
from tomking.server.shown.clock import instant
from tomking.wire.symbols import contract_of, streamer_symbol
from tomking.wire.words import instrument_of

Shown = dict[str, Any]
#: Markets that are open when shares are.
COLLECTIONS = ("Equity", "CME", "CFE", "Smalls")


def market_data(symbol: str, now: Snapshot) -> Shown | None:
    """What is quoted of a symbol now; nothing of one that is not known here."""
    try:
        contract = contract_of(symbol, now.at.date())
        named = streamer_symbol(contract)
    except DataError:
        return None
    known = priced([named], now)
    told = [*events(QUOTE, known, known, now), *events(TRADE, known, known, now)]
    quoted = {name: said for event in told for name, said in event.items()}
    day = now.day.session.day
    close = now.day.previous_close.get(contract.root, float("nan"))
    made: Shown = {
        "symbol": symbol, "instrument-type": instrument_of(contract), "updated-at": instant(now.at),
        "bid-size": "0.0", "ask-size": "0.0", "summary-date": day.isoformat(),
        "prev-close-date": previous_session(day).day.isoformat(), "close-price-type": "Regular",
        "prev-close-price-type": "Final", "is-trading-halted": False, "halt-start-time": -1,
        "halt-end-time": -1,
    }  # fmt: skip
    if "bidPrice" in quoted:
        bid, ask = quoted["bidPrice"], quoted["askPrice"]
        made |= {"bid": str(bid), "ask": str(ask), "mid": str((bid + ask) / 2.0),
                 "bid-size": "100.0", "ask-size": "100.0"}  # fmt: skip
    if "price" in quoted:
        made |= {"mark": str(quoted["price"]), "last": str(quoted["price"])}
    if not contract.is_option and not isnan(close):
        made["prev-close"] = str(close)
    return made


def has_metrics(symbol: str, now: Snapshot) -> bool:
    """Whether anything is known of a symbol's volatility: VIX is that of the S&P 500 alone."""
    return symbol in now.day.indicators and isinstance(now.spot(symbol), Stamped)


def metrics(symbol: str, now: Snapshot) -> Shown:
    """Volatility of a symbol by its indicators, as fractions."""
    known = now.day.indicators[symbol]
    names = {
        "implied-volatility-index-rank": "iv_rank", "tw-implied-volatility-index-rank": "iv_rank",
        "implied-volatility-percentile": "iv_percentile",
    }  # fmt: skip
    said = {name: f"{known[ours]:.6f}" for name, ours in names.items() if ours in known}
    return {
        "symbol": symbol, "updated-at": instant(now.at), "market-cap": 0, **said,
        "implied-volatility-index": f"{now.vix.value / 100.0:.6f}", "liquidity-rating": 5,
        "option-expiration-implied-volatilities": [],
    }  # fmt: skip


def hours(collection: str, at: datetime) -> Shown:
    """When a market is open, around an instant in New York, in the night too."""
    today = session_of(at.date())
    before, after = previous_session(at.date()), next_session(at.date())
    is_open = today is not None and today.opens <= at < today.closes
    made: Shown = {
        "instrument-collection": collection, "state": "Open" if is_open else "Closed",
        "next-session": _hours(collection, after), "previous-session": _hours(collection, before),
    }  # fmt: skip
    return made | _hours(collection, today) if today else made


def _hours(collection: str, session: Session) -> Shown:
    """One session, with the trading before and after it."""
    return {
        "instrument-collection": collection, "session-date": session.day.isoformat(),
        "start-at": instant(session.opens - timedelta(hours=1)), "open-at": instant(session.opens),
        "close-at": instant(session.closes),
        "close-at-ext": instant(session.closes + timedelta(hours=4)),
    }  # fmt: skip


def holidays(today: date) -> Shown:
    """Days of this year and the next on which nothing, or only half a day, is traded."""
    first, last = date(today.year, 1, 1), date(today.year + 1, 12, 31)
    sessions = {session.day: session for session in sessions_between(first, last)}
    closed = [day for day in _weekdays(first, last) if day not in sessions]
    early = [day for day, session in sessions.items() if session.early]
    return {
        "market-holidays": [day.isoformat() for day in closed],
        "market-half-days": [day.isoformat() for day in early],
    }


def _weekdays(first: date, last: date) -> Iterator[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return (day for day in days if day.weekday() < 5)


def found(root: str) -> Shown:
    """A share, fund or index as a search shows it."""
    return {
        "symbol": root.removesuffix(SINGLY), "description": product(root).name,
        "instrument-type": "Equity", "options": not root.endswith(SINGLY),
    }  # fmt: skip
