"""Several modelled markets as one: each answers for its own roots, the first for everybody's day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from tomking.core.contract import Contract
from tomking.core.evidence import Stamped
from tomking.core.reading import Skip
from tomking.data.chain import ModelChain
from tomking.data.modelled import VIX, ByRoot, ModelMarket, ModelSnapshot
from tomking.market.snapshot import NO_SHOCK, Day, Legs, Marks, Shock


@dataclass(slots=True)
class SeveralMarkets:
    """Markets of several families. What VIX and the rate are, the first says, that of the S&P 500."""

    markets: tuple[ModelMarket, ...]
    _day: Day | None = field(init=False, default=None)

    def at(self, now: datetime) -> "SeveralSnapshot":
        """Every market as it was known at an instant."""
        seen = tuple(market.at(now) for market in self.markets)
        if self._day is None or self._day.session.day != now.date():
            self._day = merged([each.day for each in seen])
        return SeveralSnapshot(seen, self._day)


@dataclass(slots=True)
class SeveralSnapshot:
    """Several markets at one instant."""

    seen: tuple[ModelSnapshot, ...]
    day: Day

    @property
    def at(self) -> datetime:
        """The instant."""
        return self.seen[0].at

    @property
    def minute(self) -> float:
        """Minutes since the session's open."""
        return self.seen[0].minute

    @property
    def vix(self) -> Stamped:
        """VIX now."""
        return self.seen[0].vix

    def spot(self, root: str) -> Stamped | Skip:
        """The price of a root now."""
        return self._of(root).spot(root)

    def session_open(self, root: str) -> Stamped | Skip:
        """The price of the same thing at today's open."""
        return self._of(root).session_open(root)

    def vwap(self, root: str) -> float:
        """The volume-weighted price of today's session so far."""
        return self._of(root).vwap(root)

    def chain(self, root: str) -> ModelChain | Skip:
        """The options of a root."""
        return self._of(root).chain(root)

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Every leg marked by the market of its root, in the order of the legs."""
        whose = np.array([self._place(contract.root) for contract in legs.contracts])
        places = dict.fromkeys(whose.tolist())
        if len(places) < 2:  # nothing to sort, and the market may have marked these legs before
            return self.seen[next(iter(places), 0)].marks(legs, shock)
        table, spot = np.empty((0, len(legs))), np.empty(len(legs))
        for place in places:
            mine = whose == place
            made = self.seen[place].marks(legs.where(mine), shock)
            table = table if len(table) else np.empty((len(made.table), len(legs)))
            table[:, mine], spot[mine] = made.table, made.spot
        table.setflags(write=False)
        return Marks(table, spot)

    def underlying(self, contract: Contract) -> Stamped | Skip:
        """The price of a contract's own future, index or share now."""
        return self._of(contract.root).underlying(contract)

    def fixing(self, contract: Contract) -> Stamped | Skip:
        """The settlement price of a contract that expires today."""
        return self._of(contract.root).fixing(contract)

    def _of(self, root: str) -> ModelSnapshot:
        return self.seen[self._place(root)]

    def _place(self, root: str) -> int:
        """Which market a root belongs to; the first says of a strange one that it has nothing."""
        found = (n for n, each in enumerate(self.seen) if root in each.today.levels)
        return next(found, 0)


def merged(days: Sequence[Day]) -> Day:
    """What was known before the open of every root; session, VIX and rate are those of the first."""
    first = days[0]
    of_root = {root: each for each in days for root in each.previous_close}
    roots = tuple(of_root)
    measured = (VIX,) if VIX in first.bars else ()
    return Day(
        first.session,
        ByRoot((*roots, *measured), lambda root: of_root.get(root, first).bars[root]),
        ByRoot(roots, lambda root: of_root[root].indicators[root]),
        {},
        {name: at for each in days for name, at in each.blocked.items()},
        {root: each.previous_close[root] for root, each in of_root.items()},
        first.vix_previous,
        first.rate,
        tuple(dict.fromkeys(name for each in days for name in each.missing)),
        {root: paid for each in days for root, paid in each.dividends.items()},
        {name: ahead for each in days for name, ahead in each.coming.items()},
    )
