"""Chains as the venue lists them, read from its REST answers expiry by expiry.

What an expiry is (its date, when it is fixed, the future it is on) stands in the trading symbol of its
options; strikes and the symbols they stream under come beside it. A strike without its symbols, or of a
contract that was adjusted, is left out and reported.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

import numpy as np

from tomking.core.contract import Contract, Expiry, Right, Settles
from tomking.core.errors import DataError
from tomking.core.product import PRODUCTS
from tomking.core.value import value
from tomking.data.live.compact import Oddities
from tomking.market import listing
from tomking.market.bars import F64
from tomking.wire.symbols import contract_of

#: What the venue calls series, where this house has no word of its own for one.
KINDS: Mapping[str, str] = MappingProxyType(
    {"Regular": "monthly", "Quarterly": "quarterly", "End-Of-Month": "eom"}
)


@value
class Strikes:
    """The strikes of one expiry, ascending, and what calls and puts stream under."""

    prices: F64
    exact: tuple[Decimal, ...]
    symbols: Mapping[Right, tuple[str, ...]]


@value
class Listed:
    """The options of a root."""

    root: str
    expiries: tuple[Expiry, ...]
    strikes: Mapping[Expiry, Strikes]

    def contract(self, expiry: Expiry, right: Right, place: int) -> Contract:
        """The option at a place of an expiry's strikes."""
        exact = self.strikes[expiry].exact[place]
        return Contract(self.root, expiry.day, right, exact, expiry.future, expiry.settles)


def path_of(root: str) -> str:
    """Where the chain of a root is asked for."""
    what = "futures-option-chains" if PRODUCTS[root].is_future else "option-chains"
    return f"/{what}/{root}/nested"


def listed(root: str, data: Any, today: date, odd: Oddities) -> Listed:
    """The chain in an answer; of today's expiries, those that still trade."""
    ours = {(each.day, each.settles, each.future): each for each in _known(root, today)}
    found: dict[Expiry, Strikes] = {}
    for row in _expirations(root, data, odd):
        read = _expiry(root, row, today, odd)
        if read is None or not _still_trades(read, today):
            continue
        expiry = ours.get((read.day, read.settles, read.future), read)
        strikes = _strikes(row, odd.report)
        if len(strikes.exact):
            found[expiry] = strikes
    order = sorted(found, key=lambda each: (each.day, each.settles is Settles.PM))
    return Listed(root, tuple(order), found)


def _known(root: str, today: date) -> tuple[Expiry, ...]:
    """The expiries this house has rules for; none of other roots."""
    try:
        return listing.expiries(root, today)
    except DataError:
        return ()


def _still_trades(expiry: Expiry, today: date) -> bool:
    """One fixed this morning is over."""
    return expiry.day > today or (expiry.day == today and expiry.settles is Settles.PM)


def _expirations(root: str, data: Any, odd: Oddities) -> Iterator[Mapping[str, Any]]:
    """The expirations of every standard chain in an answer, whichever shape it has."""
    said: Mapping[str, Any] = data if isinstance(data, dict) else {}
    for chain in said.get("option-chains") or said.get("items") or ():
        size = chain.get("shares-per-contract", PRODUCTS[root].multiplier)
        if chain.get("option-chain-type", "Standard") != "Standard" or (
            size != PRODUCTS[root].multiplier
        ):
            odd.report(f"{root}: the chain {chain.get('root-symbol')} is not a standard one")
            continue
        yield from chain.get("expirations", ())


def _expiry(root: str, row: Mapping[str, Any], today: date, odd: Oddities) -> Expiry | None:
    """What an expiration is, by the first symbol that can be read."""
    for strike in row.get("strikes", ()):
        try:
            one = contract_of(str(strike.get("call", "")), today)
        except DataError:
            continue
        if one.root == root:
            kind = KINDS.get(str(row.get("expiration-type")), "weekly")
            return Expiry(one.expiry, one.settles, kind, one.future)
        break
    odd.report(f"{root}: nothing of {row.get('expiration-date')} can be read")
    return None


def _strikes(row: Mapping[str, Any], report: Callable[[str], None]) -> Strikes:
    """The strikes of an expiration that have both their symbols."""
    read: dict[Decimal, tuple[str, str]] = {}
    for strike in row.get("strikes", ()):
        call, put = strike.get("call-streamer-symbol"), strike.get("put-streamer-symbol")
        price = _price(strike.get("strike-price"))
        if price is None or not call or not put:
            report(f"strike {strike.get('strike-price')} of {row.get('expiration-date')} is odd")
            continue
        read[price] = str(call), str(put)
    exact = tuple(sorted(read))
    return Strikes(np.array([float(each) for each in exact]), exact, _by_right(exact, read))


def _by_right(
    exact: Sequence[Decimal], read: Mapping[Decimal, tuple[str, str]]
) -> Mapping[Right, tuple[str, ...]]:
    calls, puts = (tuple(read[each][side] for each in exact) for side in (0, 1))
    return {Right.CALL: calls, Right.PUT: puts}


def _price(said: Any) -> Decimal | None:
    """A strike without zeros behind the point."""
    try:
        return Decimal(f"{Decimal(str(said)).normalize():f}")
    except InvalidOperation:
        return None
