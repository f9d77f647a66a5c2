"""What a disk can do to a journal: have no room, refuse to grow a file, tear the last page."""

import json
from collections.abc import Iterator
from pathlib import Path

from tests.kill.lives import KILLED, Life, life
from tests.kill.rows import Met, Row, finish

#: Shares of what the journal comes to at which there is no more room.
FULL_AT = (0.3, 0.5, 0.7, 0.9)
PAGE = 4096
#: How a desk ends whose files cannot be used.
USAGE = 2


def spoilt(folder: Path, whole: Life, met: list[Met]) -> Iterator[Row]:
    """A desk whose disk fails it, in every way; ``whole`` is a life to its end, ``met`` its steps."""
    pages = whole.journal.stat().st_size // PAGE
    for share in FULL_AT:
        yield refused(folder / f"full{share}", "disk full", KILL_PAGES=str(round(share * pages)))
    yield refused(folder / "grown", "file cannot grow", KILL_BYTES=str(PAGE * pages // 2))
    last = [each for each in met if each.point[2] == "after" and each.point[0].endswith("commit Sent")]
    for n, each in enumerate([*last[:1], *last[-1:]]):
        yield torn(folder / f"torn{n}", each, cut=True)
        yield torn(folder / f"half{n}", each, cut=False)


def refused(folder: Path, what: str, **asked: str) -> Row:
    """The journal refuses a commit: the desk ends and says so, and goes on once there is room."""
    row = Row(what, 0, "", False)
    with life(folder) as made:
        made.serve()
        code = made.trade(**asked).wait()
        row.met = code == USAGE and "has room" in made.said("desk1.out")
        if row.met:
            finish(made, row, {})
    return row


def torn(folder: Path, each: Met, *, cut: bool) -> Row:
    """Killed while a commit is on its way to the disk: half of its last page is there.

    ``cut``: the page of the commit itself is torn, before anything was done about it. Otherwise what came
    after it is.
    """
    row = Row("torn last page" if cut else "torn page behind the last", each.point[1], "", False)
    with life(folder) as made:
        made.serve()
        row.met = made.trade(KILL_AT=json.dumps(each.point)).wait() == KILLED
        if row.met:
            log = made.journal.with_name(f"{made.journal.name}-wal")
            said = log.read_bytes()
            half = said[-PAGE - 24 : -PAGE // 2]
            log.write_bytes(said[: -PAGE // 2] if cut else said + half)
            finish(made, row, {})
    return row
