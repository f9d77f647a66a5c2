"""A market with a few shares beside it that stand still at one price, for orders that try things.

The modelled market has no single shares; the broker's clients test themselves on those. Everything else
is the market's own, looked at through this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np

from tomking.core.contract import Contract
from tomking.core.evidence import Evidence, Stamped
from tomking.core.reading import Skip
from tomking.market.snapshot import (
    ASK,
    BID,
    DELTA,
    MID,
    NO_SHOCK,
    Chain,
    Day,
    Legs,
    Marks,
    Shock,
    Snapshot,
)

#: Dollars a share, and half the width of the quote: made up, and the same for ever.
PRICES: Mapping[str, float] = MappingProxyType({"F:1": 11.50, "AAPL:1": 150.00})
HALF_WIDTH = 0.01


@dataclass(frozen=True, slots=True)
class Shelf:
    """A snapshot, and the shelf beside it."""

    market: Snapshot

    @property
    def at(self) -> datetime:
        """The instant."""
        return self.market.at

    @property
    def minute(self) -> float:
        """Minutes since the open."""
        return self.market.minute

    @property
    def day(self) -> Day:
        """What was known before the open."""
        return self.market.day

    @property
    def vix(self) -> Stamped:
        """VIX now."""
        return self.market.vix

    def spot(self, root: str) -> Stamped | Skip:
        """The price of a root."""
        if root in PRICES:
            return Stamped(PRICES[root], self.at, Evidence.MODEL)
        return self.market.spot(root)

    def session_open(self, root: str) -> Stamped | Skip:
        """Its price at the open, which for the shelf is every price."""
        return self.spot(root) if root in PRICES else self.market.session_open(root)

    def vwap(self, root: str) -> float:
        """Its price so far, weighted by volume."""
        return PRICES[root] if root in PRICES else self.market.vwap(root)

    def chain(self, root: str) -> Chain | Skip:
        """Its options; there are none on the shelf."""
        return self.market.chain(root)

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Every leg marked; what is on the shelf is at its price in every world."""
        here = np.array([contract.root in PRICES for contract in legs.contracts], dtype=np.bool_)
        if not here.any():
            return self.market.marks(legs, shock)
        others = self.market.marks(legs.where(~here), shock)
        table = np.zeros((others.table.shape[0], len(legs)))
        prices = np.array([PRICES.get(contract.root, 0.0) for contract in legs.contracts])
        spot = prices.copy()
        table[:, ~here], spot[~here] = others.table, others.spot
        table[BID, here], table[ASK, here] = prices[here] - HALF_WIDTH, prices[here] + HALF_WIDTH
        table[MID, here], table[DELTA, here] = prices[here], 1.0
        return Marks(table, spot)

    def underlying(self, contract: Contract) -> Stamped | Skip:
        """The price of what a contract is on."""
        return (
            self.spot(contract.root)
            if contract.root in PRICES
            else self.market.underlying(contract)
        )

    def fixing(self, contract: Contract) -> Stamped | Skip:
        """The settlement price of what expires today."""
        return self.market.fixing(contract)
