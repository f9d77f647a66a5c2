"""Held and wanted legs as the feed quotes them, and repriced in other worlds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import nan

import numpy as np

from tomking.core.contract import Contract
from tomking.core.evidence import Stamped
from tomking.core.reading import Skip
from tomking.data.live import quotes
from tomking.data.live.cache import FRESH_S, I64, View
from tomking.data.live.fields import ASK, BID, DELTA, GAMMA, GREEKS, QUOTE, THETA, VEGA, VOL
from tomking.data.live.worth import Carried, worth
from tomking.market import snapshot as rows
from tomking.market.bars import F64
from tomking.market.landscape import Axes, Landscape
from tomking.market.quoted import ROWS, Quoted
from tomking.market.snapshot import NO_SHOCK, Legs, Marks, Shock
from tomking.portfolio.columns import columns

#: Rows of marks that are Greeks, and the cache's; as a slice of the marks.
TOLD = {rows.VOL: VOL, rows.DELTA: DELTA, rows.GAMMA: GAMMA, rows.VEGA: VEGA, rows.THETA: THETA}
ALL_GREEKS = slice(rows.VOL, rows.THETA + 1)
Contracts = tuple[Contract, ...]


@dataclass(slots=True)
class Marker:
    """Marks of one instant. ``underlying`` is the price of what a contract is on."""

    at: datetime
    view: View
    symbol: Callable[[Contract], str]
    underlying: Callable[[Contract], Stamped | Skip]
    carried: Carried
    _worth: dict[Contracts, Quoted] = field(default_factory=dict[Contracts, Quoted])
    _marked: dict[tuple[Contracts, Shock], Marks] = field(
        default_factory=dict[tuple[Contracts, Shock], Marks]
    )

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Every leg as it is quoted, or under a shock repriced."""
        asked = legs.contracts, shock
        if asked not in self._marked:
            made = self._quotes(legs) if shock == NO_SHOCK else self._shocked(legs, shock)
            made.table.setflags(write=False)  # several may look at it
            self._marked[asked] = made
        return self._marked[asked]

    def landscape(self, legs: Legs, axes: Axes) -> Landscape:
        """What a table of worlds needs to know of the legs."""
        return self.quoted(legs.contracts).landscape(legs, axes)

    def implied(self, contracts: Sequence[Contract]) -> tuple[F64, F64]:
        """Volatility and delta of options by their own quotes."""
        table = (
            self.quoted(tuple(contracts)).marks(columns([(each, 1) for each in contracts])).table
        )
        return table[rows.VOL], table[rows.DELTA]

    def quoted(self, contracts: Contracts) -> Quoted:
        """The market of some contracts, each at the volatility of its own quote."""
        known = self._worth.get(contracts)
        if known is None:
            places = self._places(contracts)
            bid, ask = self.view.table[BID, places], self.view.table[ASK, places]
            mids = np.where(quotes.two_sided(bid, ask) & (bid <= ask), 0.5 * (bid + ask), nan)
            known = self._worth[contracts] = worth(
                self.at, contracts, mids.tolist(), self.view.table[VOL, places].tolist(),
                self._spots(contracts), self.carried,
            )  # fmt: skip
        return known

    def _quotes(self, legs: Legs) -> Marks:
        """Bids and asks of the feed with its Greeks; where it gives none, those of the quote itself.

        Crossed and old quotes are shown as they are, with their age: whoever decides looks at both.
        """
        places, table = self._places(legs.contracts), np.full((ROWS, len(legs)), nan)
        table[rows.BID], table[rows.ASK] = (
            self.view.table[BID, places],
            self.view.table[ASK, places],
        )
        quoted = quotes.two_sided(table[rows.BID], table[rows.ASK])
        table[: rows.MID, ~quoted] = nan
        table[rows.MID] = 0.5 * (table[rows.BID] + table[rows.ASK])
        for row, told in TOLD.items():
            table[row] = self.view.table[told, places]
        table[rows.AGE] = np.where(quoted, self.view.ages(QUOTE, places), np.inf)
        outright = legs.sign == 0.0
        known = (self.view.ages(GREEKS, places) <= FRESH_S) & ~np.isnan(table[rows.DELTA])
        blind = quoted & ~outright & ~known
        if blind.any():
            made = self.quoted(legs.contracts).marks(legs).table
            table[ALL_GREEKS, blind] = made[ALL_GREEKS, blind]
        table[ALL_GREEKS, outright] = 0.0
        table[rows.DELTA, outright] = 1.0
        spots = self._spots(legs.contracts)
        return Marks(table, np.array([spots.get(_on(each), nan) for each in legs.contracts]))

    def _shocked(self, legs: Legs, shock: Shock) -> Marks:
        """Repriced, and as old as the quotes it is priced from."""
        made = self.quoted(legs.contracts).marks(legs, shock)
        made.table[rows.AGE] = self.marks(legs).table[rows.AGE]
        return made

    def _places(self, contracts: Contracts) -> I64:
        return self.view.rows(self.symbol(contract) for contract in contracts)

    def _spots(self, contracts: Contracts) -> Mapping[str, float]:
        """The price of whatever the contracts are on, where there is one."""
        one_each = {_on(contract): contract for contract in contracts}
        seen = {name: self.underlying(contract) for name, contract in one_each.items()}
        return {name: price.value for name, price in seen.items() if isinstance(price, Stamped)}


def _on(contract: Contract) -> str:
    """What a contract is on, by name."""
    return contract.future or contract.root
