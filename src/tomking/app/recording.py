"""A desk that is recorded: its market on every look, and after it what was due and what became known."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from tomking.app.trading import Beat
from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.facts import Fact
from tomking.data.live.snapshot import LiveSnapshot
from tomking.data.recorder import Recorder
from tomking.engine.desk import Desk
from tomking.engine.ports import Journal, Tick


class Market(Protocol):
    """A live market."""

    def at(self, now: datetime) -> LiveSnapshot:
        """The market of an instant."""
        ...

    def follow(self, contracts: Iterable[Contract]) -> None:
        """What must be quoted whatever happens."""
        ...


class Sink(Protocol):
    """What a day is recorded into."""

    def look(self, seen: LiveSnapshot) -> None:
        """What was seen at a look."""
        ...

    def after(self, tick: Tick, facts: Sequence[Fact]) -> None:
        """What was due at it, and what became known."""
        ...


@dataclass(slots=True)
class WhileItCan:
    """A recorder that gives up when its disk does: that is said once, and the desk trades on."""

    recorder: Recorder
    report: Callable[[str], None]
    over: bool = False

    def look(self, seen: LiveSnapshot) -> None:
        """What was seen at a look."""
        self._do(partial(self.recorder.look, seen))
        torn, self.recorder.torn = self.recorder.torn, 0
        if torn:
            self.report(f"{torn:,} bytes of a torn block were cut off the recording of this day")

    def after(self, tick: Tick, facts: Sequence[Fact]) -> None:
        """What was due at it, and what became known."""
        self._do(partial(self.recorder.after, tick, facts))

    def close(self) -> None:
        """The end of it."""
        self._do(self.recorder.close)

    def _do(self, what: Callable[[], None]) -> None:
        if self.over:
            return
        try:
            what()
        except (OSError, DataError) as fault:
            self.over = True
            self.report(
                f"nothing more of this run is recorded ({fault}): see that the disk has room"
            )


@dataclass(frozen=True, slots=True)
class Recorded:
    """A live market whose every look is written down."""

    market: Market
    recorder: Sink

    def at(self, now: datetime) -> LiveSnapshot:
        """The market of an instant."""
        seen = self.market.at(now)
        self.recorder.look(seen)
        return seen

    def follow(self, contracts: Iterable[Contract]) -> None:
        """What must be quoted whatever happens."""
        self.market.follow(contracts)


def recorded(recorder: Sink, journal: Journal, beat: Beat) -> Beat:
    """A beat that first records what the journal has become since the last."""
    last = [_last(journal)]

    def beats(desk: Desk, tick: Tick) -> None:
        """A look is over."""
        new = list(journal.read(last[0]))
        recorder.after(tick, [fact for _, fact in new])
        last[0] = new[-1][0] if new else last[0]
        beat(desk, tick)

    return beats


def _last(journal: Journal) -> int:
    """The number of the journal's last fact; nought of an empty one."""
    return max((number for number, _ in journal.read()), default=0)
