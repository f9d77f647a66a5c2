"""Futures and the options on them as the broker's JSON, flat and nested.

What no contract here says (sectors, clearing codes, closing-only dates) is filled with the plainest word
that the broker's clients can read; nothing here decides by it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tomking.core.calendar import CLOSE, OPEN, new_york
from tomking.core.contract import Contract, Expiry, Settles
from tomking.core.product import product
from tomking.market.delivery import future_after, future_contract
from tomking.market.snapshot import Snapshot
from tomking.server.shown.clock import instant
from tomking.server.shown.equities import KINDS, exercised, listed, strike_pair, ticks
from tomking.wire.amounts import plain
from tomking.wire.series import series_of
from tomking.wire.symbols import EXCHANGES, future_symbol, streamer_symbol, trading_symbol

Shown = dict[str, Any]
#: Futures shown of a root, nearest first.
FUTURES = 4


def futures(root: str, today: date) -> list[Contract]:
    """The futures of a root that are listed, nearest first."""
    found: list[Contract] = []
    day = today
    while len(found) < FUTURES:
        future = future_contract(root, future_after(root, day))
        found.append(future)
        day = date.fromordinal(future.expiry.toordinal() + 1)
    return found


def future(contract: Contract, place: int, today: date) -> Shown:
    """A future; the first is the active one."""
    traded, ends = product(contract.root), instant(_at(contract.expiry, contract.settles))
    return {
        "symbol": future_symbol(contract.future), "product-code": contract.root,
        "contract-size": plain(Decimal(traded.multiplier)), "tick-size": plain(traded.underlying_tick),
        "notional-multiplier": plain(Decimal(traded.multiplier)), "main-fraction": "0.0",
        "sub-fraction": "0.0", "display-factor": "1.0",
        "last-trade-date": contract.expiry.isoformat(), "expiration-date": contract.expiry.isoformat(),
        "closing-only-date": contract.expiry.isoformat(), "active": True, "active-month": place == 0,
        "next-active-month": place == 1, "is-closing-only": False, "stops-trading-at": ends,
        "expires-at": ends, "product-group": contract.root, "exchange": _exchange(contract.root),
        "roll-target-symbol": future_symbol(contract.future),
        "streamer-exchange-code": EXCHANGES.get(contract.root, "XCME"),
        "streamer-symbol": streamer_symbol(contract), "back-month-first-calendar-symbol": False,
        "is-tradeable": True, "instrument-type": "Future",
        "future-product": future_product(contract.root),
    }  # fmt: skip


def future_product(root: str) -> Shown:
    """What a root's futures have in common."""
    traded, exchange = product(root), _exchange(root)
    return {
        "root-symbol": f"/{root}", "code": root, "description": traded.name,
        "clearing-code": root, "clearing-exchange-code": exchange, "clearport-code": root,
        "legacy-code": root, "exchange": exchange, "legacy-exchange-code": exchange,
        "product-type": "Physical", "listed-months": ["H", "M", "U", "Z"],
        "active-months": ["H", "M", "U", "Z"], "notional-multiplier": plain(Decimal(traded.multiplier)),
        "tick-size": plain(traded.underlying_tick), "display-factor": "1.0",
        "streamer-exchange-code": EXCHANGES.get(root, "XCME"), "small-notional": False,
        "back-month-first-calendar-symbol": False, "first-notice": False, "cash-settled": True,
        "security-group": root, "market-sector": "Equity Index",
        "roll": {"name": "equity_index", "active-count": 3, "cash-settled": True,
                 "business-days-offset": 4, "first-notice": False},
    }  # fmt: skip


def future_option_product(series: str, root: str) -> Shown:
    """What the options of a series have in common."""
    exchange = _exchange(root)
    return {
        "root-symbol": series, "code": series, "cash-settled": False, "display-factor": "1.0",
        "exchange": exchange, "product-type": "Physical", "expiration-type": "Regular",
        "settlement-delay-days": 0, "market-sector": "Equity Index", "clearing-code": series,
        "clearing-exchange-code": exchange, "clearing-price-multiplier": "1.0", "is-rollover": False,
        "legacy-code": series, "clearport-code": series, "future-product": future_product(root),
    }  # fmt: skip


def future_option(contract: Contract, today: date) -> Shown:
    """An option on a future."""
    series, _ = series_of(contract)
    traded, ends = product(contract.root), instant(_at(contract.expiry, contract.settles))
    assert contract.right is not None
    assert contract.strike is not None
    return {
        "symbol": trading_symbol(contract), "underlying-symbol": future_symbol(contract.future),
        "product-code": contract.root, "expiration-date": contract.expiry.isoformat(),
        "root-symbol": f"/{contract.root}", "option-root-symbol": series,
        "strike-price": plain(contract.strike), "exchange": _exchange(contract.root),
        "exchange-symbol": trading_symbol(contract), "streamer-symbol": streamer_symbol(contract),
        "option-type": contract.right.value[0], "exercise-style": exercised(contract),
        "is-vanilla": True, "is-primary-deliverable": True, "future-price-ratio": "1.0",
        "multiplier": plain(Decimal(traded.multiplier)), "underlying-count": "1.0",
        "is-confirmed": True, "notional-value": plain(Decimal(traded.multiplier)),
        "display-factor": "1.0", "security-exchange": "2", "sx-id": "0",
        "settlement-type": "Future", "strike-factor": "1.0",
        "maturity-date": contract.expiry.isoformat(), "is-exercisable-weekly": True,
        "last-trade-time": "0", "days-to-expiration": (contract.expiry - today).days,
        "is-closing-only": False, "active": True, "stops-trading-at": ends, "expires-at": ends,
        "instrument-type": "Future Option",
    }  # fmt: skip


def nested_futures(root: str, now: Snapshot) -> Shown:
    """The futures of a root and the chains of options on them."""
    today, style = now.at.date(), "American" if product(root).american else "European"
    nearest = enumerate(futures(root, today))
    return {
        "futures": [_nested_future(each, place, today) for place, each in nearest],
        "option-chains": [
            {"underlying-symbol": f"/{root}", "root-symbol": f"/{root}", "exercise-style": style,
             "expirations": [_nested_expiry(root, expiry, strikes, today)
                             for expiry, strikes in listed(root, now)]}
        ],
    }  # fmt: skip


def _nested_future(contract: Contract, place: int, today: date) -> Shown:
    ends = instant(_at(contract.expiry, contract.settles))
    return {
        "symbol": future_symbol(contract.future), "root-symbol": f"/{contract.root}",
        "expiration-date": contract.expiry.isoformat(), "maturity-date": contract.expiry.isoformat(),
        "days-to-expiration": (contract.expiry - today).days, "active-month": place == 0,
        "next-active-month": place == 1, "stops-trading-at": ends, "expires-at": ends,
    }  # fmt: skip


def _nested_expiry(root: str, expiry: Expiry, strikes: Sequence[Decimal], today: date) -> Shown:
    one = Contract(root, expiry.day, future=expiry.future, settles=expiry.settles)
    series, month = series_of(one)
    traded, ends = product(root), instant(_at(expiry.day, expiry.settles))
    return {
        "underlying-symbol": future_symbol(expiry.future), "root-symbol": f"/{root}",
        "option-root-symbol": series, "option-contract-symbol": f"{series}{month}{expiry.day.year % 10}",
        "asset": series, "expiration-date": expiry.day.isoformat(),
        "days-to-expiration": (expiry.day - today).days,
        "expiration-type": KINDS.get(expiry.kind, "Regular"), "settlement-type": "Future",
        "notional-value": plain(Decimal(traded.multiplier)), "display-factor": "1.0",
        "strike-factor": "1.0", "stops-trading-at": ends, "expires-at": ends,
        "tick-sizes": ticks(traded),
        "strikes": [strike_pair(root, expiry, strike) for strike in strikes],
    }  # fmt: skip


def _at(day: date, settles: Settles) -> datetime:
    return new_york(day, OPEN if settles is Settles.AM else CLOSE)


def _exchange(root: str) -> str:
    return {"XCBT": "CBOT", "XNYM": "NYMEX", "XCEC": "COMEX"}.get(EXCHANGES.get(root, ""), "CME")
