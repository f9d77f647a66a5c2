"""The world behind the server: accounts, a market, a clock, and who listens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from tomking.core.errors import QuoteMissing
from tomking.market.snapshot import Snapshot
from tomking.server.door import Door
from tomking.server.entry import Entry
from tomking.server.shown.balances import balance, positions
from tomking.server.shown.orders import shown

#: What happened to an account, as a stream tells it: the kind of thing, and the thing.
Notice = tuple[str, dict[str, Any]]
Listener = Callable[[str, Notice], None]
Watcher = Callable[[Snapshot], None]


class WorldClock(Protocol):
    """What time it is, how many seconds go by in one of ours, and a way to let some go by at once."""

    @property
    def speed(self) -> float:
        """Times real time; at nought it stands still until it is moved."""
        ...

    def __call__(self) -> datetime:
        """The instant it is there."""
        ...

    def move(self, seconds: float) -> None:
        """Let seconds go by."""
        ...


def nothing() -> None:
    """What keeps a world that lives in memory."""


@dataclass(slots=True)
class World:
    """Accounts by number at one market. ``market`` freezes an instant; ``clock`` says which it is.

    ``listeners`` hear what happens to accounts, ``watchers`` see every new instant of the market.
    ``seen`` is the instant of the last look. ``keep`` puts everything that has changed on disk; it is
    called before anybody is told.
    """

    market: Callable[[datetime], Snapshot]
    clock: WorldClock
    doors: dict[str, Door]
    listeners: list[Listener] = field(default_factory=list[Listener])
    watchers: list[Watcher] = field(default_factory=list[Watcher])
    keep: Callable[[], None] = nothing
    seen: datetime | None = None
    _last: Snapshot | None = None

    def look(self) -> Snapshot:
        """The market now, after everything that has happened by now was booked and told."""
        at = self.clock()
        if self._last is None or self.seen != at:
            self.seen, self._last = at, self.market(at)
            for door in self.doors.values():
                self._look(door, self._last)
            for watch in tuple(self.watchers):
                watch(self._last)
        return self._last

    def tell(self, door: Door, entries: list[Entry], now: Snapshot) -> None:
        """Tell who listens about orders, and about what is held where any of them has traded."""
        self.keep()
        self._tell(door, entries, now)

    def _tell(self, door: Door, entries: list[Entry], now: Snapshot) -> None:
        for entry in entries:
            self._say(door.account, ("Order", shown(entry, door.account)))
        if any(entry.fills for entry in entries):
            self._say_what_is_held(door, now)

    def _look(self, door: Door, now: Snapshot) -> None:
        entries, facts = door.look(now)
        self.keep()
        self._tell(door, entries, now)
        if facts and not any(entry.fills for entry in entries):
            self._say_what_is_held(door, now)

    def _say_what_is_held(self, door: Door, now: Snapshot) -> None:
        """Positions, then the balance; while something held has no quote the balance waits."""
        for position in positions(door, now):
            self._say(door.account, ("CurrentPosition", position))
        try:
            self._say(door.account, ("AccountBalance", balance(door, now)))
        except QuoteMissing:
            return

    def _say(self, account: str, notice: Notice) -> None:
        for listener in tuple(self.listeners):
            listener(account, notice)
