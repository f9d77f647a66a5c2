"""Chains asked for by REST, and kept for half a minute."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tomking.core.errors import BrokerError
from tomking.data.live.compact import Oddities
from tomking.data.live.failover import Ask
from tomking.data.live.listed import Listed, listed, path_of

#: How long a chain is as good as a new one.
KEPT = timedelta(seconds=30)


@dataclass(slots=True)
class Listings:
    """The newest chain of each root. One that cannot be had is reported, and today's last one stays."""

    line: Ask
    odd: Oddities
    chains: dict[str, Listed] = field(default_factory=dict[str, Listed])
    _asked: dict[str, datetime] = field(default_factory=dict[str, datetime])
    _read: dict[str, tuple[date, Any]] = field(default_factory=dict[str, tuple[date, Any]])

    def chain(self, root: str, now: datetime) -> Listed | None:
        """The chain of a root as of an instant; nothing while the venue gives none."""
        asked = self._asked.get(root)
        if asked is None or now - asked >= KEPT or now.date() != asked.date():
            self._asked[root] = now
            if asked is not None and asked.date() != now.date():
                self.chains.pop(root, None)  # of yesterday
            try:
                self._take(root, self.line.get(path_of(root)), now.date())
            except BrokerError as fault:
                self.odd.report(f"no chain of {root}: {fault}")
        return self.chains.get(root)

    def _take(self, root: str, data: Any, today: date) -> None:
        """Read an answer, unless it is the last one again."""
        if self._read.get(root) != (today, data):
            self.chains[root] = listed(root, data, today, self.odd)
            self._read[root] = today, data
