"""Shares, indexes and the options on them as the broker's JSON, flat and nested.

What the market lists is what is shown, within a band of strikes around the last close, so that a
chain is the same all day.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from math import sqrt
from typing import Any

from tomking.core.calendar import CLOSE, OPEN, new_york
from tomking.core.contract import Contract, Expiry, Right, Settles
from tomking.core.product import PRODUCTS, SINGLY, Kind, Product, product
from tomking.core.reading import Skip
from tomking.core.style import is_american
from tomking.market.listing import expiries
from tomking.market.snapshot import Snapshot
from tomking.server.shown.clock import instant
from tomking.wire.amounts import plain
from tomking.wire.series import listed_root
from tomking.wire.symbols import streamer_symbol, trading_symbol

Shown = dict[str, Any]
#: Strikes are listed this far from the price, either way: a share of it at once, and more for a year.
BAND, BAND_YEAR, BAND_MAX = 0.04, 0.40, 0.30
#: The broker's words for kinds of expiries.
KINDS = {"monthly": "Regular", "quarterly": "Quarterly", "weekly": "Weekly", "eom": "End-Of-Month"}


def equity(symbol: str, name: str, number: int, kind: Kind = Kind.EQUITY) -> Shown:
    """A share, a fund or an index."""
    index = kind in (Kind.INDEX, Kind.BROAD_INDEX, Kind.VOLATILITY)
    return {
        "id": number, "symbol": symbol, "streamer-symbol": symbol, "instrument-type": "Equity",
        "description": name, "short-description": name, "is-index": index,
        "is-etf": kind in (Kind.ETF, Kind.LEVERAGED_ETF), "lendability": "Easy To Borrow",
        "borrow-rate": "0.0", "market-time-instrument-collection": "Equity",
        "listed-market": "OTC" if index else "ARCX", "is-closing-only": False,
        "is-options-closing-only": False, "active": True, "is-illiquid": False,
        "is-fractional-quantity-eligible": not index,
        "tick-sizes": [{"value": "0.0001", "threshold": "1.0"}, {"value": "0.01"}],
        "option-tick-sizes": ticks(product(symbol)) if symbol in _KNOWN else [],
    }  # fmt: skip


def root_of(symbol: str) -> str:
    """The root of a share, fund or index by its symbol; empty if it is none."""
    root = f"{symbol}{SINGLY}" if f"{symbol}{SINGLY}" in PRODUCTS else symbol
    return root if root in PRODUCTS and not PRODUCTS[root].is_future else ""


_KNOWN = frozenset({"SPY", "QQQ", "IWM", "SPX", "GLD", "TLT"})


def ticks(traded: Product) -> list[Shown]:
    """The steps of options: below a threshold, and from it on."""
    table = traded.ticks
    if not table.switch:
        return [{"value": plain(table.large)}]
    return [
        {"value": plain(table.small), "threshold": plain(table.switch)},
        {"value": plain(table.large)},
    ]


def option(contract: Contract, today: date) -> Shown:
    """An option on a share or an index."""
    morning = contract.settles is Settles.AM
    ends = new_york(contract.expiry, OPEN if morning else CLOSE)
    traded = product(contract.root)
    assert contract.right is not None
    assert contract.strike is not None
    return {
        "instrument-type": "Equity Option", "symbol": trading_symbol(contract), "active": True,
        "strike-price": plain(contract.strike), "root-symbol": listed_root(contract),
        "underlying-symbol": contract.root, "expiration-date": contract.expiry.isoformat(),
        "exercise-style": exercised(contract),
        "shares-per-contract": traded.multiplier, "option-type": contract.right.value[0],
        "option-chain-type": "Standard", "expiration-type": "Regular",
        "settlement-type": contract.settles.value, "stops-trading-at": instant(ends),
        "market-time-instrument-collection": "Equity Option", "expires-at": instant(ends),
        "days-to-expiration": (contract.expiry - today).days, "is-closing-only": False,
        "streamer-symbol": streamer_symbol(contract),
    }  # fmt: skip


def exercised(contract: Contract) -> str:
    """The broker's word for when an option may be exercised."""
    return "American" if is_american(contract) else "European"


def listed(root: str, now: Snapshot) -> Iterator[tuple[Expiry, Sequence[Decimal]]]:
    """Every expiry of a root with its strikes around the price; nothing where there is no chain."""
    chain, close = now.chain(root), now.day.previous_close.get(root)
    if isinstance(chain, Skip) or close is None:
        return
    today = now.at.date()
    for expiry in expiries(root, today):
        years = (expiry.day - today).days / 365.0
        band = min(BAND + BAND_YEAR * sqrt(years), BAND_MAX)
        strikes = chain.strikes(expiry, close * (1.0 - band), close * (1.0 + band))
        if len(strikes):
            yield expiry, tuple(Decimal(repr(float(strike))) for strike in strikes)


def contracts(root: str, now: Snapshot) -> Iterator[Contract]:
    """Every option of a root that is shown."""
    for expiry, strikes in listed(root, now):
        for strike in strikes:
            for right in Right:
                yield contract_of(root, expiry, right, strike)


def contract_of(root: str, expiry: Expiry, right: Right, strike: Decimal) -> Contract:
    """The option of an expiry at a strike."""
    return Contract(
        root, expiry.day, right, Decimal(f"{strike.normalize():f}"), expiry.future, expiry.settles
    )


def nested(root: str, now: Snapshot) -> Iterator[Shown]:
    """Chains of a share or an index, one for each root its options are listed under."""
    chains: dict[str, list[Shown]] = {}
    for expiry, strikes in listed(root, now):
        named = listed_root(Contract(root, expiry.day, settles=expiry.settles))
        chains.setdefault(named, []).append(
            {
                "expiration-type": KINDS.get(expiry.kind, "Regular"),
                "expiration-date": expiry.day.isoformat(),
                "days-to-expiration": (expiry.day - now.at.date()).days,
                "settlement-type": expiry.settles.value,
                "strikes": [strike_pair(root, expiry, strike) for strike in strikes],
            }
        )
    traded = product(root)
    for named, found in chains.items():
        yield {
            "underlying-symbol": root, "root-symbol": named, "option-chain-type": "Standard",
            "shares-per-contract": traded.multiplier, "tick-sizes": ticks(traded),
            "deliverables": [
                {"id": 1, "root-symbol": named, "deliverable-type": "Shares",
                 "description": f"{traded.multiplier} shares of {root}",
                 "amount": plain(Decimal(traded.multiplier)), "symbol": root,
                 "instrument-type": "Equity", "percent": "100"}
            ],
            "expirations": found,
        }  # fmt: skip


def compact(root: str, now: Snapshot) -> Iterator[Shown]:
    """The same as nothing but symbols, one list for each root and kind of expiry."""
    found: dict[tuple[str, str], list[Contract]] = {}
    for expiry, strikes in listed(root, now):
        pairs = [contract_of(root, expiry, right, each) for each in strikes for right in Right]
        named = listed_root(Contract(root, expiry.day, settles=expiry.settles))
        found.setdefault((named, KINDS.get(expiry.kind, "Regular")), []).extend(pairs)
    for (named, kind), options in found.items():
        yield {
            "underlying-symbol": root, "root-symbol": named, "option-chain-type": "Standard",
            "shares-per-contract": product(root).multiplier, "expiration-type": kind,
            "settlement-type": options[0].settles.value, "deliverables": [],
            "symbols": [trading_symbol(each) for each in options],
            "streamer-symbols": [streamer_symbol(each) for each in options],
        }  # fmt: skip


def strike_pair(root: str, expiry: Expiry, strike: Decimal) -> Shown:
    """The call and the put of a strike."""
    call = contract_of(root, expiry, Right.CALL, strike)
    put = contract_of(root, expiry, Right.PUT, strike)
    return {
        "strike-price": plain(strike), "call": trading_symbol(call),
        "call-streamer-symbol": streamer_symbol(call), "put": trading_symbol(put),
        "put-streamer-symbol": streamer_symbol(put),
    }  # fmt: skip
