"""What time it is at the market, and how to wait there: our own time, or that of a paper exchange.

A paper exchange says how fast its clock goes. One that stands still is moved on by whoever waits: a day
then takes as long as the work in it.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from tomking.app.now import precise
from tomking.core.calendar import NEW_YORK
from tomking.core.errors import BrokerError, Transient
from tomking.wire.line import Line

EPOCH = datetime.fromtimestamp(0, NEW_YORK)
CLOCK = "/__paper/clock"


@dataclass(frozen=True, slots=True)
class OurTime:
    """The time it is. ``stop`` ends every wait."""

    stop: Event

    def now(self) -> datetime:
        """The present instant."""
        return precise()

    def wait(self, seconds: float) -> bool:
        """Let seconds pass; whether to go on."""
        return not self.stop.wait(seconds)

    def rest(self, seconds: float) -> None:
        """Let seconds pass, whatever is said."""
        time.sleep(seconds)


@dataclass(slots=True)
class PaperTime:
    """The time of a paper exchange: what it said once, and what has gone by since at its speed."""

    line: Line
    stop: Event
    speed: float = 1.0
    _said: datetime = EPOCH
    _when: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, line: Line, stop: Event) -> "PaperTime":
        """The clock of the exchange at the other end of a line."""
        made = cls(line, stop)
        told = line.get(CLOCK)
        made.speed = float(told["speed"])
        made._set(told["at"])
        return made

    def now(self) -> datetime:
        """The instant it is there."""
        gone = (time.monotonic() - self._when) * self.speed
        return self._said + timedelta(seconds=gone)

    def wait(self, seconds: float) -> bool:
        """Let so many of its seconds pass; whether to go on."""
        if self.speed > 0.0:
            return not self.stop.wait(seconds / self.speed)
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
        except (Transient, BrokerError):
            told = self.line.get(CLOCK)
        self._set(told["at"])

    def _set(self, at: object) -> None:
        self._said, self._when = datetime.fromisoformat(str(at)), time.monotonic()
