"""What time it is at the market, and how to wait there: our own time, or that of a paper exchange.

A paper exchange says how fast its clock goes. One that stands still is moved on by whoever waits: a day
then takes as long as the work in it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from tomking.app.now import precise
from tomking.core.calendar import NEW_YORK
from tomking.core.errors import OutcomeUnknown, Transient
from tomking.wire.line import Line

EPOCH = datetime.fromtimestamp(0, NEW_YORK)
CLOCK = "/__paper/clock"
#: Seconds of ours between looks at whether somebody calls.
LISTEN_S = 0.5


@dataclass(frozen=True, slots=True)
class OurTime:
    """The time it is. ``stop`` ends every wait."""

    stop: Event
    called: Callable[[], bool] = lambda: False
    night_s: float = 60.0

    def now(self) -> datetime:
        """The present instant."""
        return precise()

    def wait(self, seconds: float) -> bool:
        """Let seconds pass, fewer if somebody calls; whether to go on."""
        return _waited(self.stop, seconds, self.called)

    def rest(self, seconds: float) -> None:
        """Let seconds pass, whatever is said."""
        time.sleep(seconds)


@dataclass(slots=True)
class PaperTime:
    """The time of a paper exchange: what it said once, and what has gone by since at its speed."""

    line: Line
    stop: Event
    called: Callable[[], bool] = lambda: False
    speed: float = 1.0
    _said: datetime = EPOCH
    _when: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, line: Line, stop: Event, called: Callable[[], bool] = lambda: False) -> "PaperTime":
        """The clock of the exchange at the other end of a line."""
        made = cls(line, stop, called)
        told = line.get(CLOCK)
        made.speed = float(told["speed"])
        made._set(told["at"])
        return made

    @property
    def night_s(self) -> float:
        """Once a minute of ours, or each hour of a clock that leaps."""
        return 60.0 * self.speed if self.speed > 0.0 else 3600.0

    def now(self) -> datetime:
        """The instant it is there."""
        gone = (time.monotonic() - self._when) * self.speed
        return self._said + timedelta(seconds=gone)

    def wait(self, seconds: float) -> bool:
        """Let so many of its seconds pass; whether to go on."""
        if self.speed > 0.0:
            return _waited(self.stop, seconds / self.speed, self.called)
        if seconds > 0.0 and not self.stop.is_set():
            self._move(seconds)
        return not self.stop.is_set()

    def rest(self, seconds: float) -> None:
        """Let so many of its seconds pass, whatever is said."""
        if self.speed > 0.0:
            time.sleep(seconds / self.speed)
        else:
            self._move(seconds)

    def _move(self, seconds: float) -> None:
        """Move a clock that stands still, and believe what it then says; a lost answer is asked for."""
        try:
            told = self.line.send("POST", CLOCK, {"seconds": seconds}).data
        except (Transient, OutcomeUnknown):
            told = self.line.get(CLOCK)
        self._set(told["at"])

    def _set(self, at: object) -> None:
        self._said, self._when = datetime.fromisoformat(str(at)), time.monotonic()


def _waited(stop: Event, seconds: float, called: Callable[[], bool]) -> bool:
    """Let our seconds pass until somebody calls or says stop; whether to go on."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0.0 and not called():
        if stop.wait(min(left, LISTEN_S)):
            return False
    return not stop.is_set()
