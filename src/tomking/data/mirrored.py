"""The broker's live market for a venue to serve: what its stream tells, as old as it is by now.

One thread looks (``look``), which may wait for history and chains; the venue asks (``at``) and never
waits but the first time. What somebody asks a price of and does not stream is streamed from the next
look on. What the stream has not told has no quote, and what it told too long ago is old.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

import numpy as np

from tomking.core.calendar import new_york
from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.evidence import Evidence
from tomking.data.live.market import LiveMarket
from tomking.data.live.snapshot import LiveSnapshot
from tomking.data.replayed import WholeSnapshot
from tomking.market.snapshot import AGE, NO_SHOCK, Legs, Marks, Shock

#: By how much an instant may lie before ours and still be now; and when a session's own date ends.
AHEAD, LAST = timedelta(seconds=1), time(23, 59, 59)


@dataclass(slots=True)
class MirroredSnapshot(WholeSnapshot):
    """A look at the stream, with whole chains; it notes the options that do not stream yet."""

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Every leg as it is quoted, or repriced; a leg without a quote has an infinite age."""
        made = LiveSnapshot.marks(self, legs, shock)
        known, symbol = self.view.places, self.sources.symbol
        for place in np.flatnonzero(np.isinf(made.table[AGE])).tolist():
            contract = legs.contracts[place]
            if contract.is_option and symbol(contract) not in known:
                self.sources.missed.add(contract)
        return made


@dataclass(slots=True)
class Mirrored:
    """The market of a stream. ``look`` belongs to one thread and ``at`` to another."""

    market: LiveMarket
    held: tuple[Contract, ...] = ()
    _seen: LiveSnapshot | None = None
    _missed: set[Contract] = field(default_factory=set[Contract])

    @property
    def worth(self) -> Evidence:
        """What its quotes are, by what the broker says of them."""
        return self.market.worth

    def look(self) -> LiveSnapshot:
        """Follow what is held, wanted and near the price now, and begin a day where one begins."""
        if self._seen is not None:
            missed = self._seen.sources.missed
            while self._missed:  # the venue adds meanwhile: one by one
                missed.add(self._missed.pop())
        self.market.follow(self.held)
        self._seen = seen = self.market.at(self.market.clock())
        return seen

    def hold(self, contracts: Iterable[Contract]) -> None:
        """Stream these for as long as they are held or at work."""
        self.held = tuple(dict.fromkeys(contracts))

    def at(self, now: datetime) -> MirroredSnapshot:
        """The market now. While a new day is begun, the day before is shown at its end.

        Raises
        ------
        DataError
            If it is asked for later: a mirror goes with the time.
        """
        ours = self.market.clock()
        if now > ours + AHEAD:
            raise DataError(f"it is {ours:%H:%M:%S} and no later: a mirror goes with the time")
        seen = self._seen or self.look()
        view = self.market.cache.frozen(ours.timestamp())
        sources = replace(seen.sources, missed=self._missed)
        return MirroredSnapshot(min(now, new_york(sources.day.session.day, LAST)), view, sources)
