"""A connection that is kept: opened again after pauses that double, until it needs a person."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Event

from tomking.core.errors import AuthExpired, Transient

#: Seconds between tries; after the last of them nobody is helped by another.
PAUSES_S = (2.0, 4.0, 8.0, 16.0, 32.0)


class State(StrEnum):
    """Where a connection is."""

    CLOSED = "closed"
    OPEN = "open"
    LOST = "lost"
    NEEDS_HUMAN = "needs a human"


@dataclass(slots=True)
class Kept:
    """The state of a connection, for whoever wants to know; ``why`` is the last failure."""

    state: State = State.CLOSED
    why: str = ""
    times: int = 0
    _opened: Event = field(default_factory=Event, repr=False)

    def opened(self) -> None:
        """It works; the pauses begin anew."""
        self.state, self.why = State.OPEN, ""
        self.times += 1
        self._opened.set()

    def broken(self, why: str) -> None:
        """It does not, and this is why."""
        self.state, self.why = State.LOST, why
        self._opened.clear()

    def given_up(self) -> None:
        """Nobody tries any more."""
        self.state = State.NEEDS_HUMAN
        self._opened.clear()

    def wait_open(self, seconds: float) -> bool:
        """Whether it is open, or becomes so within seconds: for a thread that waits for it."""
        return self._opened.wait(seconds)


async def keep(
    kept: Kept,
    connection: Callable[[], Awaitable[None]],
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Run a connection again whenever it breaks; it says through ``kept`` when it is open.

    It gives up after as many failures in a row as there are pauses, and at once where the login is
    refused.
    """
    failed = 0
    try:
        while failed <= len(PAUSES_S):
            times = kept.times
            try:
                await connection()
                kept.broken("it was closed at the other end")
            except AuthExpired as refused:
                kept.broken(str(refused))
                break
            except (Transient, OSError, TimeoutError) as fault:
                kept.broken(str(fault) or type(fault).__name__)
            failed = 1 if kept.times > times else failed + 1
            if failed <= len(PAUSES_S):
                await pause(PAUSES_S[failed - 1])
    finally:  # whatever ended it, a bug too: nobody tries again
        bug = sys.exception()
        if bug is not None and not isinstance(bug, asyncio.CancelledError):
            kept.broken(_told(bug))  # nobody else hears of it
        kept.given_up()


def _told(bug: BaseException) -> str:
    """A fault of the program itself in one line: what, and where."""
    frames = traceback.extract_tb(bug.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return (
        f"a fault of this program, {type(bug).__name__}{where}: {bug}; start again, and report it"
    )
