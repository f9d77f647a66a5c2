"""Chains asked for by REST, and kept for half a minute by our own clock; their day is the market's."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

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
    clock: Callable[[], datetime]
    odd: Oddities
    chains: dict[str, Listed] = field(default_factory=dict[str, Listed])
    _asked: dict[str, tuple[date, datetime]] = field(
        default_factory=dict[str, tuple[date, datetime]]
    )

    def chain(self, root: str, today: date) -> Listed | None:
        """The chain of a root on a day; nothing while the venue gives none."""
        now = self.clock()
        day, asked = self._asked.get(root, (date.min, now))
        if day != today or now - asked >= KEPT:
            self._asked[root] = today, now
            if day != today:
                self.chains.pop(root, None)
            try:
                self.chains[root] = listed(root, self.line.get(path_of(root)), today, self.odd)
            except BrokerError as fault:
                self.odd.report(f"no chain of {root}: {fault}")
        return self.chains.get(root)
