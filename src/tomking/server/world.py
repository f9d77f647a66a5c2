"""The world behind the server: accounts, a market, a clock, and who listens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Evidence
from tomking.core.facts import Fact
from tomking.core.money import ZERO
from tomking.core.value import value
from tomking.exchange.fills import spread_fraction
from tomking.exchange.venue import Exchange
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import TASTYTRADE
from tomking.server.answers import Problem
from tomking.server.door import Door
from tomking.server.entry import Entry
from tomking.server.kept import KeptDoor
from tomking.server.shown.balances import balance, positions
from tomking.server.shown.orders import shown

#: What an account's house is once it is closed, and how many letters begin a number.
CLOSED, ACCOUNT_LETTERS = "", 3
Done = TypeVar("Done")
#: What happened to an account, as a stream tells it: the kind of thing, and the thing.
Notice = tuple[str, dict[str, Any]]
#: Orders that stand elsewhere than before, and facts, of an account.
Happened = tuple[Door, list[Entry], list[Fact]]
Listener = Callable[[str, Notice], None]
Watcher = Callable[[Snapshot], None]


@value
class Before:
    """Accounts as they were before an act: their doors, how many facts each had, and the rest."""

    doors: Mapping[str, tuple[Door, KeptDoor]]
    facts: Mapping[str, int]
    others: dict[str, str]
    untold: list[Happened]


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


def empty(number: str, house: str) -> Door:
    """An account without anything in it, whose orders meet half way to the far side."""
    return Door(number, Exchange(ZERO, TASTYTRADE, spread_fraction(0.5), house))


def nothing() -> None:
    """What keeps a world that lives in memory."""


@dataclass(slots=True)
class World:
    """Accounts by number at one market. ``market`` freezes an instant; ``clock`` says which it is.

    ``listeners`` hear what happens to accounts, ``watchers`` see every new instant of the market.
    ``make`` is an empty account of a number and a house, and ``others`` are the houses of those that
    were opened after the first, ``CLOSED`` for those that are gone. ``seen`` is the instant of the
    last look, ``evidence`` what the market's figures are worth.
    ``keep`` puts everything that has changed on disk; it is called before anybody is told.
    """

    market: Callable[[datetime], Snapshot]
    clock: WorldClock
    doors: dict[str, Door]
    listeners: list[Listener] = field(default_factory=list[Listener])
    watchers: list[Watcher] = field(default_factory=list[Watcher])
    keep: Callable[[], None] = nothing
    make: Callable[[str, str], Door] = empty
    others: dict[str, str] = field(default_factory=dict[str, str])
    seen: datetime | None = None
    evidence: Evidence = Evidence.MODEL
    _last: Snapshot | None = None
    _untold: list[Happened] = field(default_factory=list[Happened])
    _waits: bool = False

    def look(self) -> Snapshot:
        """The market now, after everything that has happened by now was booked and told."""
        at = self.clock()
        if self._last is None or self.seen != at:
            self.seen, self._last = at, self.market(at)
            for door in self.doors.values():
                self._untold.append((door, *door.look(self._last)))
            self._settle(self._last)
            for watch in tuple(self.watchers):
                watch(self._last)
        return self._last

    def open_account(self, house: str) -> Door:
        """An account more, with nothing in it; a number is given once."""
        first = next(iter(self.doors))
        known = max(int(each[ACCOUNT_LETTERS:]) for each in (first, *self.others, *self.doors))
        number = f"{first[:ACCOUNT_LETTERS]}{known + 1:05d}"
        self.others[number] = house
        self.doors[number] = self.make(number, house)
        return self.doors[number]

    def close_account(self, number: str) -> None:
        """An account that nobody sees any more."""
        self.others[number] = CLOSED
        del self.doors[number]

    def tell(self, door: Door, entries: list[Entry], now: Snapshot) -> None:
        """Tell who listens about orders, and about what is held where any of them has traded."""
        self._untold.append((door, entries, []))
        self._settle(now)

    def as_one(self, act: Callable[[], Done]) -> Done:
        """What an act does is kept by one write, with what happened before it, and then told.

        One that a refusal ends has changed nothing; one that anything else ends is undone, and so is one
        that cannot be kept: whoever looks for it later must not find what a restart would forget.
        """
        before, self._waits = self._as_it_is(), True
        done: Done | Problem
        kept = False
        try:
            try:
                done = act()
            except Problem as refused:
                done = refused
            self.keep()
            kept = True
        finally:
            self._waits = False
            if not kept:
                self._undo(before)
        if self._last is not None:
            self._tell_all(self._last)
        if isinstance(done, Problem):
            raise done
        return done

    def _as_it_is(self) -> Before:
        """Everything that an act may change."""
        doors = {number: (door, door.kept()) for number, door in self.doors.items()}
        facts = {number: len(door.facts) for number, door in self.doors.items()}
        return Before(doors, facts, dict(self.others), list(self._untold))

    def _undo(self, before: Before) -> None:
        """Back to what was; what the clock had made happen meanwhile happens at the next look."""
        self.doors.clear()
        for number, (door, kept) in before.doors.items():
            door.take_up(kept, door.facts[: before.facts[number]])
            self.doors[number] = door
        self.others, self._untold = before.others, before.untold
        self.seen = self._last = None

    def _settle(self, now: Snapshot) -> None:
        """Keep what has changed and then tell of it, unless more is to come."""
        if self._waits:
            return
        self.keep()
        self._tell_all(now)

    def _tell_all(self, now: Snapshot) -> None:
        """Tell of what has been kept."""
        told, self._untold = self._untold, []
        for door, entries, facts in told:
            for entry in entries:
                self._say(door.account, ("Order", shown(entry, door.account)))
            if facts or any(entry.fills for entry in entries):
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
