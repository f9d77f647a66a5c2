"""What a disk can do to a journal: have no room, refuse to grow a file, tear the last page."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from tests.kill.lives import KILLED, life
from tests.kill.rows import Met, Row, finish

#: Shares of what the journal comes to at which there is no more room.
FULL_AT = (0.3, 0.5, 0.7, 0.9)
PAGE = 4096
FAILED = ("disk full", "file cannot grow")
TORN = ("torn last page", "torn page behind the last")
#: How a desk ends whose files cannot be used.
NEEDS_HUMAN = 4


def spoilt(pages: int, met: Sequence[Met], *, all_ways: bool) -> Iterator[Callable[[Path], Row]]:
    """A desk whose disk fails it, each way a job; ``pages`` is what a whole journal comes to."""
    for share in FULL_AT if all_ways else FULL_AT[1:2]:
        yield partial(refused, what=FAILED[0], asked={"KILL_PAGES": str(round(share * pages))})
    yield partial(refused, what=FAILED[1], asked={"KILL_BYTES": str(PAGE * pages // 2)})
    sent = [
        each for each in met if each.point[2] == "after" and each.point[0].endswith("commit Sent")
    ]
    for each in sent if all_ways else sent[:1]:
        yield partial(torn, each=each, cut=True)
        yield partial(torn, each=each, cut=False)


def refused(folder: Path, what: str, asked: Mapping[str, str]) -> Row:
    """The journal refuses a commit: the desk ends and says so, and goes on once there is room."""
    row = Row(what, 0, "", False)
    with life(folder) as made:
        made.serve()
        code = made.trade(**asked).wait()
        row.met = code == NEEDS_HUMAN and "has room" in made.said("desk1.out")
        if row.met:
            finish(made, row, {})
    return row


def torn(folder: Path, each: Met, *, cut: bool) -> Row:
    """Killed while a commit is on its way to the disk: half of its last page is there.

    ``cut``: the page of the commit itself is torn, before anything was done about it. Otherwise what
    came after it is.
    """
    row = Row(TORN[0] if cut else TORN[1], each.point[1], "", False)
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
