"""What things stream under, and which events of them are worth asking for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.product import PRODUCTS, Kind
from tomking.data.live.feed import Subscription
from tomking.data.live.fields import GREEKS, QUOTE, SUMMARY, TRADE
from tomking.market.delivery import ENDINGS, future_contract
from tomking.market.listing import front_future
from tomking.wire.symbols import streamer_symbol

VIX, SPX = "VIX", "SPX"
#: What streams first, whatever is traded: indexes and shares, and roots of futures by their front one.
LEADING = (SPX, VIX, "SPY", "QQQ", "IWM", "GLD", "TLT", "USO")
LEADING_FUTURES = ("ES", "NQ", "RTY")
#: The day from which a feed counts days.
EPOCH = date(1970, 1, 1)


def is_index(root: str) -> bool:
    """Whether there is a price but nothing to buy: an index has no bid."""
    known = PRODUCTS.get(root)
    cash = known is not None and known.kind in (Kind.INDEX, Kind.BROAD_INDEX)
    return cash or root == VIX


def days_number(day: date) -> int:
    """A date as the feed numbers it."""
    return (day - EPOCH).days


def underlying_of(contract: Contract) -> Contract:
    """What a contract is written on: its own future, the index or the share; of those, itself."""
    if contract.future:
        return future_contract(contract.root, contract.future) if contract.is_option else contract
    return Contract(contract.root, date.max)


def front_of(root: str, day: date) -> Contract | None:
    """What stands for a root: its front future, the index or the share; nothing of an unknown one."""
    known = PRODUCTS.get(root)
    if known is None:
        return None
    if not known.is_future:
        return Contract(root, date.max)
    return front_future(root, day) if root in ENDINGS else None


def subscriptions(symbol: str) -> Iterator[Subscription]:
    """What is asked of a symbol: of options quotes and Greeks, of all else last prices and the day."""
    kinds: tuple[str, ...] = (QUOTE, GREEKS)
    if not symbol.startswith("."):
        kinds = (TRADE, SUMMARY) if is_index(symbol) else (QUOTE, TRADE, SUMMARY)
    return (Subscription(kind, symbol) for kind in kinds)


@dataclass(slots=True)
class Names:
    """What contracts stream under, and back: as the venue's chains say, else by the rules of symbols."""

    contracts: dict[str, Contract] = field(default_factory=dict[str, Contract])
    _symbols: dict[Contract, str] = field(default_factory=dict[Contract, str])

    def learn(self, contract: Contract, symbol: str) -> str:
        """A chain says what one of its options streams under."""
        self._symbols[contract] = symbol
        self.contracts[symbol] = contract
        return symbol

    def keep(self, contracts: Iterable[Contract]) -> None:
        """Forget all others: yesterday's chains name what is over."""
        kept = {each: self._symbols[each] for each in contracts if each in self._symbols}
        self._symbols.clear()
        self.contracts.clear()
        for contract, symbol in kept.items():
            self.learn(contract, symbol)

    def symbol(self, contract: Contract) -> str:
        """What a contract streams under; empty, as nothing does, where nobody knows."""
        known = self._symbols.get(contract)
        return self.learn(contract, _by_rule(contract)) if known is None else known


def _by_rule(contract: Contract) -> str:
    try:
        return streamer_symbol(contract)
    except DataError:
        return ""
