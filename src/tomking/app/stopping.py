"""How a desk is asked to end: by an interrupt or a request, and how long it may then still take."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

#: Seconds after it was asked to end in which a desk asks its broker anything: gone within ten in all.
LEAVES_WITHIN_S = 4.0


@dataclass(slots=True)
class Stopping:
    """Whether somebody has asked for the end; ``stop`` ends every wait."""

    stop: Event = field(default_factory=Event)
    clock: Callable[[], float] = time.monotonic
    _asked: float | None = None

    def ask(self) -> None:
        """Ask for the end; the first time counts."""
        if self._asked is None:
            self._asked = self.clock()
        self.stop.set()

    def patience(self) -> float:
        """Seconds the broker may still be asked something; without end while nobody asks to go."""
        if self._asked is None:
            return float("inf")
        return LEAVES_WITHIN_S - (self.clock() - self._asked)


def on_signals() -> Stopping:
    """What Ctrl-C and SIGTERM ask."""
    stopping = Stopping()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopping.ask())
    return stopping
