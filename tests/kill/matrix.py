"""The kill matrix: a desk is killed at every kind of step and must come back with nothing lost.

    python -m tests.kill.matrix [--points 20] [--random 0] [--workers 2] [--table FILE] [--rows FILE]

A first life is traced; points are chosen from what was met there, those between "accepted by the
exchange" and "journalled" first. At each the desk is killed, started again with the same command, runs
on to the end of its session and is judged by checker.py. Random instants are struck from outside, at a
desk that was started cold and is not watched.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.kill.lives import KILLED, Life, ends_with_parent, learned, life, warmed
from tests.kill.page import RANDOM, figures, table, told_of
from tests.kill.planted import PLANTS
from tests.kill.rows import Met, Row, finish
from tests.kill.storage import PAGE, spoilt
from tests.kill.traced import AFTER, BEFORE, Point

#: Seconds from the start of the process to the end of its first look.
RECOVERS_WITHIN_S = 5.0
#: Of the points asked for, the share that lies between accepted and journalled.
IN_DOUBT = 0.7
#: With no more points than this not every way of a failing disk is tried.
FEW = 50
#: What is done to orders and positions, as steps are named after it.
DEALINGS = ("submit", "replace", "cancel", "roll", "close", "pair", "unpair", "settle")
#: Where a desk that is coming back is killed once more.
BACK: tuple[Point, ...] = (
    ("look orders receive", 1, AFTER),
    ("other commit WentOn", 1, AFTER),
    ("other commit WentOn", 1, BEFORE),
    ("look live receive", 1, AFTER),
)
T = TypeVar("T")


def traced(folder: Path) -> tuple[list[Met], Life, float]:
    """The points of a life nobody kills, its files, and how long it took."""
    with life(folder) as made:
        made.serve()
        began = time.monotonic()
        asked = {
            "KILL_TRACE": str(folder / "trace"), "KILL_LEDGER": str(made.ledger),
            "KILL_JOURNAL": str(made.journal),
        }  # fmt: skip
        code = made.trade(**asked).wait()
        took = time.monotonic() - began
        if code != 0:
            raise RuntimeError(f"the traced desk ended with {code}: {made.said('desk1.out')}")
        learned(part for part in (folder / "desk1.out.modules").read_text().split() if "." in part)
        rows = [json.loads(line) for line in (folder / "trace").read_text().splitlines()]
        return [Met((name, nth, side), doubt) for name, nth, side, doubt in rows], made, took


def chosen(met: Sequence[Met], count: int) -> list[Met]:
    """Points in the order in which they are to be tried: in turn of every kind of step, in doubt first.

    Longer than ``count``: what is not met again, because streams race, has something to stand in for it.
    """
    doubtful = list(in_turn(each for each in met if each.doubtful))
    others = list(in_turn(each for each in met if not each.doubtful))
    first, kinds = round(IN_DOUBT * count), len({(each.point[0], each.point[2]) for each in others})
    if count >= 2 * kinds:  # then one of every kind that is met out of doubt
        first = min(first, count - kinds)
    most = max(first, count - len(others))
    return [*doubtful[:most], *others[: count - most], *doubtful[most:], *others[count - most :]]


def in_turn(met: Iterable[Met]) -> Iterator[Met]:
    """One of each kind of step and side, then the next of each: a dealing at a time, what is none last.

    Which comes first of a dealing, and of a kind, is drawn, the same way every time.
    """
    dice, kinds = random.Random(5), defaultdict[tuple[str, str], list[Met]](list)
    for each in met:
        kinds[each.point[0], each.point[2]].append(each)
    dealings = defaultdict[str, list[tuple[str, str]]](list)
    for kind, row in sorted(kinds.items()):
        dice.shuffle(row)
        dealings[kind[0].split()[0]].append(kind)
    for names in dealings.values():
        dice.shuffle(names)
    traded = [dealings.pop(name) for name in DEALINGS if name in dealings]
    turns = [*_across(traded), *_across(list(dealings.values()))]
    yield from _across([kinds[kind] for kind in turns])


def _across(rows: Sequence[Sequence[T]]) -> list[T]:
    """The first of each row, then the second of each."""
    longest = max(map(len, rows), default=0)
    return [row[place] for place in range(longest) for row in rows if place < len(row)]


def killed(folder: Path, each: Met, build: str = "") -> Row:
    """Kill a desk at a point, start it again, and see what came of it."""
    name, nth, side = each.point
    row = Row(name, nth, side, each.doubtful, build=build)
    planted = {"KILL_BUILD": build} if build else {}
    with life(folder) as made:
        made.serve()
        began = time.monotonic()
        asked = {"KILL_AT": json.dumps(each.point), "KILL_LEDGER": str(made.ledger)}
        code = made.trade(**asked, **planted).wait()
        if code not in (0, KILLED):
            raise RuntimeError(f"the desk ended with {code}: {made.said('desk1.out')}")
        row.met = code == KILLED
        if row.met:
            finish(made, row, planted)
        row.seconds = round(time.monotonic() - began, 2)
    return row


def killed_again(folder: Path, each: Met, again: Point) -> Row:
    """The same, and once more while the desk is coming back."""
    row = Row(f"coming back: {again[0]}", each.point[1], again[2], each.doubtful)
    with life(folder) as made:
        made.serve()
        began = time.monotonic()
        first, second = ({"KILL_AT": json.dumps(point)} for point in (each.point, again))
        died = made.trade(**first, KILL_LEDGER=str(made.ledger)).wait()
        row.met = (died, made.trade(**second).wait()) == (KILLED, KILLED)
        if row.met:
            finish(made, row, {})
        row.seconds = round(time.monotonic() - began, 2)
    return row


def struck(folder: Path, after_s: float) -> Row:
    """Kill a desk from outside, so many seconds after it was started cold, and start it again.

    One that is quicker this time, and over by then, is lived again and killed earlier.
    """
    row = Row(RANDOM, 0, "", False)
    with life(folder, warm=False) as made:
        made.serve()
        began = time.monotonic()
        desk = made.trade()
        while desk.poll() is None and time.monotonic() - began < after_s:
            time.sleep(0.002)
        row.met = desk.poll() is None
        desk.kill()
        if row.met:
            finish(made, row, {})
        row.seconds = round(time.monotonic() - began, 2)
    return row if row.met else struck(folder / "earlier", 0.7 * after_s)


def caught(folder: Path, build: str, met: Sequence[Met]) -> Row:
    """A build with a planted fault, killed where that shows."""
    steps, side = PLANTS[build]
    there = [each for each in met if each.point[2] == side and steps in each.point[0]]
    tries = there[:3] or [Met((steps, 1, side), True)]
    rows = (killed(folder / str(n), each, build) for n, each in enumerate(tries))
    return next((row for row in rows if row.met), Row(steps, 0, side, False, build=build))


Job = Callable[[Path], Row]


def matrix(folder: Path, told: argparse.Namespace) -> list[Row]:
    """Every row, made by so many processes at once."""
    warmed()
    met, whole, took = traced(folder / "traced")
    points = chosen(met, told.points)
    jobs: list[Job] = [partial(killed, each=each) for each in points[: told.points]]
    dice = random.Random(1)
    jobs += [partial(struck, after_s=dice.uniform(0.0, 2.0 + took)) for _ in range(told.random)]
    if told.others:
        pages = whole.journal.stat().st_size // PAGE
        jobs += spoilt(pages, met, all_ways=told.points > FEW)
        doubtful = [each for each in points if each.doubtful][: 8 if told.points > FEW else 1]
        jobs += [
            partial(killed_again, each=each, again=BACK[n % len(BACK)])
            for n, each in enumerate(doubtful)
        ]
        jobs += [partial(caught, build=build, met=met) for build in PLANTS]
    rows = list(_side_by_side(folder, jobs, told.workers))
    spare = iter(enumerate(points[told.points :]))
    while sum(row.met for row in rows[: told.points]) < told.points and (more := next(spare, None)):
        rows.insert(
            0, killed(folder / f"spare{more[0]}", more[1])
        )  # streams race: not all are met again
    return rows


def _side_by_side(folder: Path, jobs: Sequence[Job], workers: int) -> Iterator[Row]:
    pids: list[int] = []
    for n in range(workers):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                ends_with_parent()
                _work(folder / f"w{n}", jobs[n::workers])
                code = 0
            finally:
                os._exit(code)
        pids.append(pid)
    for n, pid in enumerate(pids):
        _, status = os.waitpid(pid, 0)
        if status:
            raise RuntimeError(f"worker {n} failed: see what it said above")
    shares = [(folder / f"w{n}.rows").read_text().splitlines() for n in range(workers)]
    yield from (Row(**json.loads(shares[n % workers][n // workers])) for n in range(len(jobs)))


def _work(folder: Path, jobs: Sequence[Job]) -> None:
    """A worker's share, a line for each; files are kept where something is wrong."""
    with folder.with_suffix(".rows").open("w") as rows:
        for n, job in enumerate(jobs):
            row = job(folder / str(n))
            print(json.dumps(asdict(row)), file=rows, flush=True)
            shutil.rmtree(folder / str(n))


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 0 if nothing forbidden was found."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("--points", type=int, default=20)
    asked.add_argument("--random", type=int, default=0)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--others", action="store_true", help="failing disks and planted builds too")
    asked.add_argument("--table", type=Path)
    asked.add_argument("--rows", type=Path)
    told = asked.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="tomking-kills-") as folder:
        rows = matrix(Path(folder), told)
    if told.table is not None:
        told.table.write_text("\n".join(table(rows)) + "\n")
    if told.rows is not None:
        told.rows.write_text(json.dumps([asdict(row) for row in rows], indent=1))
    said = figures(rows)
    sys.stdout.write("\n".join((*told_of(rows), json.dumps(said), "")))
    return 1 if said["forbidden"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
