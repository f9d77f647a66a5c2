"""What is still known of an account whose journal does not hold: for the hour in which that matters.

The facts before the damage hold: each is chained to the one before. Where a copy goes further it is
taken instead, and what the desk last said of itself is shown beside them: it may know more than both.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from tomking.app.desk_files import DeskFiles
from tomking.app.standing_now import ago, lost
from tomking.core.errors import DataCorrupt, DataError
from tomking.core.facts import Fact
from tomking.core.value import value
from tomking.engine.copies import backups, made_at
from tomking.engine.heartbeat import Heartbeat, read
from tomking.engine.journal import SqliteJournal

IN_DOUBT = (
    "What traded after that is not in it: the broker's own app has the last word on what is held and "
    "what is at work."
)

OLDER = (
    "WHAT IS BELOW IS OLDER than that heartbeat, which knew more facts: go by the heartbeat where they "
    "differ."
)


@value
class Damage:
    """Why a journal does not hold, and what is shown instead: facts from where, until when.

    ``copied`` is when the copy they are from was made, if they are from one; ``heart`` what the desk
    said last.
    """

    fault: str
    source: str
    facts: int
    until: datetime | None
    copied: datetime | None
    heart: Heartbeat | None


@value
class Salvaged:
    """Facts that hold, and what is wrong if they are not all."""

    facts: tuple[Fact, ...]
    damage: Damage | None = None


def salvaged(files: DeskFiles) -> Salvaged:
    """The facts of an account, as many as hold anywhere; never refused."""
    heart = _heart(files)
    facts, fault = _holding(files.journal)
    fault = fault or _lost(files, heart, len(facts))
    if not fault:
        return Salvaged(facts)
    source, copied = f"the first {len(facts)} facts of {files.journal.name}, which hold", None
    for copy in reversed(backups(files.backups)):
        there, broken = _holding(copy)
        if not broken and len(there) > len(facts):
            facts, source, copied = there, f"the copy {copy}", made_at(copy)
            break
    until = facts[-1].at if facts else None
    return Salvaged(facts, Damage(fault, source, len(facts), until, copied, heart))


def told(damage: Damage, now: datetime) -> Iterator[str]:
    """What is wrong and what is shown, in lines for a person."""
    yield f"THE JOURNAL DOES NOT HOLD: {damage.fault}"
    if damage.until is None:
        yield "No fact of it is left, and no copy holds one."
    else:
        made = "" if damage.copied is None else f", made {_ago(damage.copied, now)}"
        yield (
            f"Below is {damage.source}{made}: {damage.facts} facts, the last of "
            f"{damage.until:%Y-%m-%d %H:%M:%S}."
        )
    if damage.heart is not None:
        yield from _beat(damage.heart, now)
        if damage.heart.last_seq > damage.facts:
            yield OLDER
    yield IN_DOUBT
    yield ""


def _beat(heart: Heartbeat, now: datetime) -> Iterator[str]:
    yield f"The last heartbeat, {_ago(heart.at, now)}, knew {heart.last_seq} facts and said:"
    for name, rows in (("held", heart.positions), ("at work", heart.working)):
        yield from (f"  {name}: {row.name}: {row.what}" for row in rows)
        if not rows:
            yield f"  {name}: nothing"


def _ago(at: datetime, now: datetime) -> str:
    return ago((now - at).total_seconds())


def _holding(path: Path) -> tuple[tuple[Fact, ...], str]:
    """The facts of a journal up to the first that does not hold, and why that does not."""
    if not path.is_file():
        return (), ""
    found: list[Fact] = []
    try:
        with closing(SqliteJournal.reader(path)) as journal:
            found.extend(fact for _, fact in journal.read())
    except DataError as fault:
        return tuple(found), str(fault)
    return tuple(found), ""


def _lost(files: DeskFiles, heart: Heartbeat | None, last: int) -> str:
    try:
        return lost(files, heart, last)
    except DataCorrupt as fault:
        return str(fault)


def _heart(files: DeskFiles) -> Heartbeat | None:
    try:
        return read(files.heartbeat)
    except DataCorrupt:  # `tomking status` says so; here it only knows nothing
        return None
