"""Commands by spool: one file each, delivered by rename, consumed once, answered by a file.

A folder ``spool`` holds ``in`` (delivered), ``taken`` (being acted on, or done), ``out`` (what came of
each, under the same name) and ``odd`` (what was no command). A command is renamed to ``taken`` before
it is read, so a process that dies on the way never acts on it twice. The standard library only.
"""

import json
import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tomking.core.value import value
from tomking.engine.durable import put

HALT, RESUME, RUNG, FLATTEN = "halt", "resume", "rung", "flatten"
PROMOTE, UNLOCK, OFF = "promote", "unlock", "off"
VERBS = (HALT, RESUME, RUNG, FLATTEN, PROMOTE, UNLOCK, OFF)
#: A command is a few words; a longer file is none.
BYTES_MAX = 64 * 1024
#: What may have come of a command: carried out, not allowed, none at all, or nobody can know.
DONE, REFUSED, ODD, UNKNOWN = "done", "refused", "odd", "unknown"
SUFFIX = ".json"


@value
class Command:
    """What a person asks for, when and why; ``of`` names what of: the reason to lift, the rung, the
    stage to take, VIX as it was read, the strategy to switch off.

    ``word`` is what was typed to confirm it.
    """

    verb: str
    at: datetime
    by: str
    reason: str = ""
    of: str = ""
    word: str = ""

    def __str__(self) -> str:
        what = f" {self.of}" if self.of else ""
        why = f": {self.reason}" if self.reason else ""
        return f"{self.verb}{what} by {self.by}{why}"


@value
class Taken:
    """A file that was taken: its command, or what is wrong with it.

    ``age_s`` is how long it lay there, by the computer's clock: a desk on paper may live on another.
    """

    name: str
    command: Command | None
    fault: str = ""
    age_s: float = 0.0


@value
class Answer:
    """What came of a command, in sentences."""

    name: str
    outcome: str
    said: tuple[str, ...]


@value
class Spool:
    """The spool of an account; whoever drops and whoever takes only share its folder."""

    folder: Path

    @property
    def inside(self) -> Path:
        """Where commands are delivered."""
        return self.folder / "in"

    @property
    def taken(self) -> Path:
        """Where a command goes before it is acted on."""
        return self.folder / "taken"

    @property
    def out(self) -> Path:
        """Where answers stand."""
        return self.folder / "out"

    @property
    def odd(self) -> Path:
        """Where files go that are no commands."""
        return self.folder / "odd"

    def make(self) -> None:
        """Make the folders that are not there yet."""
        for place in (self.inside, self.taken, self.out, self.odd):
            place.mkdir(parents=True, exist_ok=True)

    def drop(self, command: Command) -> str:
        """Deliver a command and return the name under which it is answered."""
        self.make()
        micros = int(command.at.timestamp() * 1_000_000)
        name = f"{micros:016d}-{command.verb}-{os.urandom(4).hex()}{SUFFIX}"
        put(self.inside / name, _text(command))
        return name

    def waiting(self) -> tuple[str, ...]:
        """The names of what has been delivered, the oldest first; hidden ones are being written."""
        try:
            names = os.listdir(self.inside)
        except FileNotFoundError:
            return ()
        return tuple(sorted(name for name in names if not name.startswith(".")))

    def take(self) -> Iterator[Taken]:
        """Everything delivered, each taken away before it is handed on; nothing odd stops the rest."""
        try:
            names = self.waiting()
        except OSError as fault:
            names = ()
            yield Taken(self.inside.name, None, f"it cannot be looked into ({fault.strerror})")
        for name in names:
            try:
                yield self._take(name)
            except FileNotFoundError:  # somebody has taken it back
                continue
            except OSError as fault:
                yield Taken(name, None, f"it cannot be taken away ({fault.strerror})")

    def _take(self, name: str) -> Taken:
        for place in (self.taken, self.odd):
            place.mkdir(parents=True, exist_ok=True)
        fault = self._looks_odd(name)
        if fault:
            return self._aside(self.inside / name, fault)
        place = self.taken / name
        os.rename(self.inside / name, place)
        try:
            return Taken(name, _command(place.read_text(encoding="utf-8")), age_s=_lain_s(place))
        except (ValueError, LookupError, TypeError, RecursionError) as wrong:
            return self._aside(place, f"it holds no command ({wrong})")

    def _looks_odd(self, name: str) -> str:
        """What can be wrong with a file without reading it."""
        seen = os.lstat(self.inside / name)
        if not stat.S_ISREG(seen.st_mode):
            return "it is no file"
        if not name.endswith(SUFFIX):
            return f"its name does not end in {SUFFIX}"
        if seen.st_size > BYTES_MAX:
            return f"it is longer than {BYTES_MAX} bytes"
        said_before = os.path.lexists(self.taken / name) or os.path.lexists(self.out / name)
        return "a command of that name was taken before" if said_before else ""

    def _aside(self, place: Path, fault: str) -> Taken:
        """Move what is no command out of the way, beside others of its name."""
        target = self.odd / place.name
        while os.path.lexists(target):
            target = self.odd / f"{place.name}.{os.urandom(4).hex()}"
        os.rename(place, target)
        return Taken(place.name, None, fault)

    def answer(self, told: Answer, at: datetime) -> None:
        """Say what came of a command, under its name."""
        said = {"outcome": told.outcome, "said": list(told.said), "at": at.isoformat()}
        put(self.out / f"{told.name.removesuffix(SUFFIX)}{SUFFIX}", json.dumps(said) + "\n")

    def unanswered(self) -> tuple[str, ...]:
        """Commands that were taken and never answered: whoever took them died on the way."""
        try:
            names = os.listdir(self.taken)
        except FileNotFoundError:
            return ()
        return tuple(sorted(name for name in names if not os.path.lexists(self.out / name)))


def _lain_s(place: Path) -> float:
    """Seconds from a file's writing to its renaming, which is now, where the system keeps both."""
    seen = place.stat()
    return max(seen.st_ctime - seen.st_mtime, 0.0)


def _text(command: Command) -> str:
    said = {
        "verb": command.verb,
        "at": command.at.isoformat(),
        "by": command.by,
        "reason": command.reason,
        "of": command.of,
        "word": command.word,
    }
    return json.dumps(said) + "\n"


def _command(text: str) -> Command:
    """A command as it was written.

    Raises
    ------
    ValueError, LookupError, TypeError, RecursionError
        If it is none; the text says why.
    """
    said = json.loads(text)
    if not isinstance(said, dict) or not all(isinstance(part, str) for part in said.values()):
        raise TypeError("a command is a table of texts")
    said = {key: part.encode("utf-8", "replace").decode() for key, part in said.items()}
    if said["verb"] not in VERBS:
        raise ValueError(f"{said['verb']!r} is none of {', '.join(VERBS)}")
    at = datetime.fromisoformat(said["at"])
    if at.tzinfo is None:
        raise ValueError("its instant names no time zone")
    rest = {key: said.get(key, "") for key in ("reason", "of", "word")}
    return Command(said["verb"], at, said["by"], **rest)
