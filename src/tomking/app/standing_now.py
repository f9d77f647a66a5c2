"""How an account stands, from its files alone: what its desk last said, and who must act."""

import os
import sys
from datetime import datetime
from pathlib import Path

from tomking.app.desk_files import DeskFiles
from tomking.app.last_fact import LastFact, dealings, has, last_fact, switched
from tomking.core.errors import DataCorrupt
from tomking.core.rung import OPERATOR, Rung
from tomking.core.value import value
from tomking.engine.brake import braked
from tomking.engine.copies import backups, facts_in
from tomking.engine.heartbeat import Heartbeat, read

RESTORE = (
    "`tomking takeover` shows what is still known; then go back to a copy, which docs/how-to/operate.md "
    "shows"
)
#: A desk's heart beats each minute; after three silent ones it is not believed any more.
STALE_S = 180.0


@value
class Seen:
    """What was found of an account at an instant. ``faults`` are files that could not be read.

    ``off`` are strategies that are not entered, and why.
    ``untold`` are facts about what is held or at work that the last heartbeat does not know.
    ``alive`` is whether the process that wrote the heartbeat is there; ``None`` where nobody can tell.
    """

    account: str
    at: datetime
    halted: bool
    why_halted: str
    heart: Heartbeat | None
    alive: bool | None
    fact: LastFact | None
    faults: tuple[str, ...]
    waiting: int
    odd: int
    off: tuple[tuple[str, str], ...] = ()
    untold: int = 0

    @property
    def age_s(self) -> float | None:
        """Seconds since the last heartbeat."""
        return None if self.heart is None else (self.at - self.heart.at).total_seconds()

    @property
    def fresh(self) -> bool:
        """Whether the heart has beaten lately."""
        return self.age_s is not None and abs(self.age_s) <= STALE_S

    @property
    def running(self) -> bool:
        """Whether a desk is at work: its process is there, and its heart beats."""
        return self.fresh and self.alive is not False

    @property
    def needs_human(self) -> tuple[str, ...]:
        """Why a person should look now; empty when nobody need."""
        heart, found = self.heart, list(self.faults)
        if self.halted:
            found.append("it is halted: `tomking resume` lifts that")
        elif heart is not None and OPERATOR in heart.reasons:
            found.append(
                "its desk still holds back on a person's word: `tomking resume` lifts that"
            )
        if heart is not None and heart.rung == Rung.LOCKED.name:
            found.append("it was flattened and waits for a person")
        if heart is not None and heart.exposed and not self.running:
            found.append("no desk is running, and it holds positions or has orders at work")
        if self.untold and not self.running:
            found.append(
                "its desk ended before it could tell what has traded: go by `tomking positions` and "
                "`tomking orders`, not by this page"
            )
        if heart is not None and heart.positions and self.running and not heart.exits:
            found.append("it holds positions, and its desk sends nothing, exits neither")
        return tuple(found)


def seen(files: DeskFiles, at: datetime) -> Seen:
    """Everything the files of an account say; what cannot be read is told, never raised."""
    faults: list[str] = []
    heart: Heartbeat | None = None
    fact: LastFact | None = None
    off: tuple[tuple[str, str], ...] = ()
    untold = 0
    try:
        heart = read(files.heartbeat)
    except DataCorrupt as fault:
        faults.append(str(fault))
    try:
        fact = last_fact(files.journal)
        off = _off(files, heart)
        untold = dealings(files.journal, 0 if heart is None else heart.last_seq)
        faults += filter(None, (lost(files, heart, 0 if fact is None else fact.seq),))
    except DataCorrupt as fault:
        faults.append(str(fault))
    return Seen(
        files.account, at, braked(files.halt), _why(files),
        heart, None if heart is None else alive(heart.pid), fact, tuple(faults),
        _count(str(files.spool.inside)), _count(str(files.spool.odd)), off, untold,
    )  # fmt: skip


def lost(files: DeskFiles, heart: Heartbeat | None, last: int) -> str:
    """What of a journal that ends at some fact is not there any more, or is another; empty if it is all.

    Its desk and the newest copy say how far it went once.

    Raises
    ------
    DataCorrupt
        If it cannot be read.
    """
    copies = backups(files.backups)
    saved = facts_in(copies[-1]) if copies else 0
    told = 0 if heart is None else heart.last_seq
    until, by = (told, "its desk wrote") if told >= saved else (saved, f"{copies[-1].name} holds")
    if last < until:
        state = f"ends at fact {last}" if files.journal.exists() else "is gone"
        return f"the journal {files.journal} {state}, and {by} {until}: {RESTORE}"
    hashed = heart.last_hash if heart is not None and told else ""
    if hashed and not has(files.journal, told, hashed):
        return f"the journal {files.journal} has another fact {told} than its desk wrote: {RESTORE}"
    return ""


def _off(files: DeskFiles, heart: Heartbeat | None) -> tuple[tuple[str, str], ...]:
    """What the desk said last is not entered, and what has been written since, by it or without it."""
    place = files.journal if files.journal.exists() else files.before
    said = {} if heart is None else {line.name: line.what for line in heart.off}
    said |= switched(place, 0 if heart is None else heart.last_seq)
    return tuple(sorted(said.items()))


def alive(pid: int) -> bool | None:
    """Whether a process is there; Windows has no harmless way to ask."""
    if sys.platform == "win32" or pid <= 0:
        return None
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's, and there
        return True
    return not _is_over(pid)


def _is_over(pid: int) -> bool:
    """Whether a process has ended and nobody has taken note of it, where Linux says so."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return said.rpartition(")")[2].split()[:1] == ["Z"]


def _why(files: DeskFiles) -> str:
    """What the HALT file says; it may be empty, or nobody's to read."""
    try:
        return files.halt.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _count(folder: str) -> int:
    try:
        return sum(not name.startswith(".") for name in os.listdir(folder))
    except OSError:
        return 0


def ago(seconds: float) -> str:
    """How long ago.

    >>> ago(42.4), ago(600), ago(90000)
    ('42 s ago', '10 min ago', '25 h ago')
    """
    if seconds < 120:
        return f"{seconds:.0f} s ago"
    return f"{seconds / 60:.0f} min ago" if seconds < 7200 else f"{seconds / 3600:.0f} h ago"
