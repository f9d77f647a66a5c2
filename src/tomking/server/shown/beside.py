"""Instruments that clients of the broker look for and that are not traded here: coins, a warrant."""

from collections.abc import Iterator
from typing import Any

Shown = dict[str, Any]
CRYPTO = ("BTC/USD", "ETH/USD")
WARRANTS = ("NKLAW",)


def cryptocurrency(symbol: str) -> Shown:
    """A coin; it may only be closed, and nobody holds any."""
    name = symbol.partition("/")[0]
    return {
        "id": CRYPTO.index(symbol) + 1, "symbol": symbol, "instrument-type": "Cryptocurrency",
        "short-description": name, "description": f"{name} in US dollars", "is-closing-only": True,
        "active": False, "tick-size": "0.01", "streamer-symbol": f"{symbol}:CXTALP",
        "destination-venue-symbols": [],
    }  # fmt: skip


def warrant(symbol: str) -> Shown:
    """A warrant; it may only be closed, and nobody holds any."""
    return {
        "symbol": symbol, "instrument-type": "Warrant", "listed-market": "XNAS",
        "description": f"{symbol}, a warrant", "is-closing-only": True, "active": False,
    }  # fmt: skip


def precisions() -> Iterator[Shown]:
    """Digits behind the point of quantities."""
    for kind, digits in (("Equity", 0), ("Future", 0), ("Cryptocurrency", 8)):
        yield {"instrument-type": kind, "value": digits, "minimum-increment-precision": 0}
