"""A recorded day for a venue to serve: its looks as they come due, and every strike that was listed.

Between two looks the earlier one stands, for as long as a desk takes to the next; then it grows old.
Before the first there is the first. What nobody followed has no quote, so it cannot trade, but it is
listed as it was.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from tomking.core.contract import Expiry
from tomking.core.errors import DataCorrupt
from tomking.core.evidence import Evidence
from tomking.core.reading import Skip
from tomking.data.live.chain import LiveChain
from tomking.data.live.snapshot import LiveSnapshot
from tomking.data.recorded import RecordedMarket, read
from tomking.market.bars import F64
from tomking.market.snapshot import Day

#: How long a look stands: a desk looks once a minute.
STANDS = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class WholeChain(LiveChain):
    """A chain that shows every listed strike, quoted or not."""

    def strikes(self, expiry: Expiry, low: float, high: float) -> F64:
        """Listed strikes between two prices."""
        listed = self.listed.strikes.get(expiry)
        known = np.zeros(0) if listed is None else listed.prices
        return known[(known >= low) & (known <= high)]


@dataclass(slots=True)
class WholeSnapshot(LiveSnapshot):
    """A recorded look, with whole chains, and the history of everything that had one."""

    @property
    def day(self) -> Day:
        """What was known before the open: also of what stands for a root and was not traded itself."""
        known = self.sources
        return replace(known.day, bars={**known.known.bars, **known.day.bars})

    def chain(self, root: str) -> LiveChain | Skip:
        """The options of a root."""
        found = LiveSnapshot.chain(self, root)
        if isinstance(found, Skip):
            return found
        return WholeChain(
            found.listed, found.view, found.at, found.evidence, found.implied, found.missed,
            found.sides,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replayed:
    """A recorded day; ``begins`` is its first look, ``evidence`` what its figures are worth."""

    market: RecordedMarket
    begins: datetime
    evidence: Evidence

    def at(self, now: datetime) -> WholeSnapshot:
        """The day at an instant."""
        asked = max(now, self.begins)
        looked = self.market.look_before(asked)
        seen = looked if asked - looked.at <= STANDS else self.market.at(asked)
        return WholeSnapshot(asked, seen.view, seen.sources)


def replayed(folder: Path, day: date) -> Replayed:
    """The recorded day in an account's folder.

    Raises
    ------
    DataError
        If it is not there.
    DataCorrupt
        If its file is torn: a day that is not whole is not served as one.
    """
    recording = read(folder, day)
    if recording.torn:
        raise DataCorrupt(
            f"the recording of {day} is torn, its last {recording.torn} bytes cannot be read: "
            "serve another day"
        )
    market = RecordedMarket(recording)
    begins = recording.ticks[0].at
    known = market.at(begins).sources.evidence
    return Replayed(market, begins, min(Evidence.RECORDED, known))
