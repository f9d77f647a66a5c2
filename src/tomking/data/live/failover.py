"""When the stream is silent: quotes by REST, a hundred symbols a request, into the same cache.

They have no Greeks, which are then implied by the quotes themselves. What REST does not tell either
stays as old as it is: there is no third source and no default.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from tomking.core.contract import Contract
from tomking.core.errors import BrokerError, DataError
from tomking.data.live.cache import FRESH_S, Cache, View
from tomking.data.live.compact import Block, Oddities
from tomking.data.live.fields import QUOTE, SYMBOL, TRADE
from tomking.wire.symbols import contract_of, trading_symbol
from tomking.wire.words import EQUITY, EQUITY_OPTION, FUTURE, FUTURE_OPTION, INDEX, instrument_of

#: Symbols of a request, and requests of one look: the rest waits for the stream.
SYMBOLS_MAX, REQUESTS_MAX = 100, 3
#: Seconds of silence after which only what matters most is asked for, and how often then: a day has
#: requests for some hours of it.
LONG_S, SELDOM_S = 60.0, 30.0
STREAM, REST, NO_DATA = "DXLink", "REST", "NO DATA"
PATH = "/market-data/by-type"
KINDS: Mapping[str, str] = {
    INDEX: "index", EQUITY: "equity", EQUITY_OPTION: "equity-option", FUTURE: "future",
    FUTURE_OPTION: "future-option",
}  # fmt: skip


class Ask(Protocol):
    """A line's way of reading."""

    def get(self, path: str, **query: Any) -> Any:
        """The data of an answer."""
        ...


@dataclass(slots=True)
class Spare:
    """Quotes by REST for as long as the stream is silent; the loop's own thread asks, when it looks."""

    line: Ask
    cache: Cache
    symbol: Callable[[Contract], str]
    odd: Oddities
    why: str = ""
    _asked: float = float("-inf")
    _streamed: float = float("inf")

    def stand_in(self, at: float, today: date, contracts: Sequence[Contract]) -> None:
        """Ask for what matters most, if the stream does not tell it and nobody has asked just now."""
        if not self.is_needed(at):
            return
        self._streamed = min(self._streamed, at)  # the first look counts as if it had
        long = at - self._streamed > LONG_S
        if at - self._asked < (SELDOM_S if long else FRESH_S):
            return
        self._asked = at
        first = contracts[:SYMBOLS_MAX] if long else contracts
        try:
            rows = polled(self.line, first, today, self.odd)
        except BrokerError as fault:
            self.why = f"neither stream nor REST: {fault}"
            return
        self.why = ""
        for block in blocks({self.symbol(each): row for each, row in rows.items()}):
            self.cache.take(block, at, streamed=False)

    def is_needed(self, at: float) -> bool:
        """Whether the stream is silent at an instant, so that somebody has to stand in."""
        if streams(self.cache.frozen(at)):
            self._streamed = at
            return False
        return True

    def source(self, view: View) -> str:
        """Where quotes come from now."""
        if streams(view):
            return STREAM
        return REST if view.now - self._asked <= FRESH_S and not self.why else NO_DATA


def streams(view: View) -> bool:
    """Whether the stream is proven alive."""
    return view.now - view.proven <= FRESH_S


def polled(
    line: Ask, contracts: Sequence[Contract], today: date, odd: Oddities
) -> dict[Contract, Mapping[str, Any]]:
    """What REST says of contracts, the first of them first."""
    found: dict[Contract, Mapping[str, Any]] = {}
    wanted = contracts[: SYMBOLS_MAX * REQUESTS_MAX]
    for first in range(0, len(wanted), SYMBOLS_MAX):
        data = line.get(PATH, **_query(wanted[first : first + SYMBOLS_MAX]))
        rows = data.get("items", []) if isinstance(data, dict) else []
        for row in rows:
            contract = _contract(row, today)
            if contract is None:
                odd.report(f"market data of {str(row)[:60]}")
                continue
            found[contract] = row
    return found


def _query(contracts: Iterable[Contract]) -> dict[str, list[str]]:
    asked: dict[str, list[str]] = {}
    for contract in contracts:
        asked.setdefault(KINDS[instrument_of(contract)], []).append(trading_symbol(contract))
    return asked


def _contract(row: Any, today: date) -> Contract | None:
    try:
        return contract_of(str(row["symbol"]), today)
    except (DataError, KeyError, TypeError):
        return None


def blocks(rows: Mapping[str, Mapping[str, Any]]) -> tuple[Block, Block]:
    """Quotes and last prices by streamed symbol, as the feed would have told them."""
    symbols, said = tuple(rows), tuple(rows.values())
    quote = {"bidPrice": [each.get("bid") for each in said],
             "askPrice": [each.get("ask") for each in said]}  # fmt: skip
    trade = {"price": [each.get("last", each.get("mark")) for each in said]}
    return (
        Block(QUOTE, symbols, {SYMBOL: symbols, **quote}),
        Block(TRADE, symbols, {SYMBOL: symbols, **trade}),
    )
