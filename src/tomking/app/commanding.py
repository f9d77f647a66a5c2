"""What a person decides about an account, written where it counts: its journal has one writer.

While a desk runs it is asked by spool, like every command; with none running the same command is carried
out here. Before an account has a journal its decisions wait in one of their own, which the first desk
takes over as soon as its run has begun.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from tomking.app.desk_files import DeskFiles
from tomking.app.live import LIVE
from tomking.app.now import instant
from tomking.app.runs import of_file
from tomking.app.standing_now import Seen, seen
from tomking.core.dealings import WentOn
from tomking.core.errors import DataError, Taken
from tomking.core.facts import Fact, RunStarted
from tomking.core.reading import Skip
from tomking.core.value import value
from tomking.engine.commands import carried_out
from tomking.engine.journal import SqliteJournal
from tomking.engine.sole import COMMAND, holder, sole
from tomking.engine.spool import Command
from tomking.risk import standing as standings
from tomking.risk.limits import Limits
from tomking.risk.promotion import Record, recorded
from tomking.risk.standing import Standing, start


@value
class Known:
    """What an account's journal says: its facts, where they leave it, what was signed for, and the time.

    ``at`` is our instant, or of a paper account its market's last. ``began`` is whether a desk ever did.
    """

    facts: tuple[Fact, ...]
    standing: Standing
    record: Record
    at: datetime
    began: bool


@value
class Came:
    """What came of a command: facts in a file, readings that refuse it, or its name in the spool."""

    facts: tuple[Fact, ...] = ()
    refused: Skip | None = None
    asked: Path | None = None
    place: Path | None = None


def known(files: DeskFiles, limits: Limits, capital: Decimal) -> Known:
    """What is known of an account; one without a desk yet begins with some capital.

    Raises
    ------
    DataCorrupt
        If its journal does not hold.
    """
    began = files.journal.is_file()
    place = files.journal if began else files.before
    facts = of_file(place) if place.is_file() else ()
    standing = Standing() if began and facts else start(capital, limits)
    for fact in facts:
        standing = standings.apply(standing, fact, limits)
    modes = [fact.mode for fact in facts if isinstance(fact, RunStarted | WentOn)]
    ours = not (began and facts) or modes[-1:] == [LIVE]
    at = instant() if ours else facts[-1].at
    return Known(facts, standing, recorded(facts, limits), at, began)


def commanded(files: DeskFiles, limits: Limits, capital: Decimal, command: Command) -> Came:
    """Have a command carried out, by the desk of the account or here.

    Raises
    ------
    DataError
        If it cannot be written.
    Taken
        If another command is writing at this instant.
    """
    if is_written_by_a_desk(seen(files, instant())):
        return Came(asked=files.spool.out / dropped(files, command))
    try:
        with sole(files.lock, COMMAND):
            return _here(files, limits, capital, command)
    except Taken:
        if holder(files.lock).what == COMMAND:
            raise
        return Came(asked=files.spool.out / dropped(files, command))


def _here(files: DeskFiles, limits: Limits, capital: Decimal, command: Command) -> Came:
    """What comes of a command that no desk carries out."""
    there = known(files, limits, capital)
    made = carried_out(
        command,
        there.at,
        there.standing,
        limits,
        halted=files.halt.exists(),
        record=lambda: there.record,
    )
    if isinstance(made, Skip):
        return Came(refused=made)
    place = files.journal if there.began else files.before
    _write(place, made)
    return Came(made, place=place)


def is_written_by_a_desk(found: Seen) -> bool:
    """Whether a process is there that may write the account's journal, however its heart beats."""
    return found.heart is not None and (found.alive or (found.alive is None and found.fresh))


def carried(facts: Sequence[Fact], at: datetime) -> list[Fact]:
    """Decisions from before a run as its own: they hold from the instant at which it begins."""
    return [replace(fact, at=at) for fact in facts]


def dropped(files: DeskFiles, command: Command) -> str:
    """Leave a command for the account's desk; its file's name.

    Raises
    ------
    DataError
        If it cannot be left.
    """
    try:
        return files.spool.drop(command)
    except OSError as fault:
        raise DataError(
            f"the desk cannot be told ({fault.strerror}): make {files.spool.folder} a folder "
            "that can be written to"
        ) from fault


def _write(place: Path, facts: Sequence[Fact]) -> None:
    journal = SqliteJournal.open(place) if place.is_file() else SqliteJournal.create(place)
    try:
        journal.append(facts)
    finally:
        journal.close()
