"""The kill matrix: a desk is killed at every kind of step and must come back with nothing lost.

    python -m tests.kill.matrix [--points 20] [--random 0] [--workers 2] [--table FILE] [--rows FILE]

A first life is traced; points are chosen from what was met there, those between "accepted by the exchange"
and "journalled" first. At each the desk is killed, started again with the same command, runs on to the
end of its session and is judged by checker.py. Random instants are struck from outside, at a desk that
was started cold and is not watched.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from tests.kill.lives import KILLED, Life, learned, life, warmed
from tests.kill.planted import PLANTS
from tests.kill.rows import Met, Row, finish
from tests.kill.storage import spoilt
from tests.kill.traced import AFTER

#: Seconds from the start of the process to the end of its first look.
RECOVERS_WITHIN_S = 5.0
#: Of the points asked for, the share that lies between accepted and journalled.
IN_DOUBT = 0.7
RANDOM = "a random instant"
#: What is done to orders and positions, as steps are named after it.
DEALINGS = ("submit", "replace", "cancel", "roll", "close", "settle")
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
    first = round(IN_DOUBT * count)
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
    row = Row(name, nth, side, each.doubtful)
    planted = {"KILL_BUILD": build} if build else {}
    with life(folder) as made:
        made.serve()
        began = time.monotonic()
        asked = {"KILL_AT": json.dumps(each.point), "KILL_LEDGER": str(made.ledger)}
        row.met = made.trade(**asked, **planted).wait() == KILLED
        if row.met:
            finish(made, row, planted)
        row.seconds = round(time.monotonic() - began, 2)
    return row


def struck(folder: Path, after_s: float) -> Row:
    """Kill a desk from outside, so many seconds after it was started cold, and start it again."""
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
    return row


def caught(folder: Path, met: Sequence[Met]) -> dict[str, list[str]]:
    """What the checker says of each build with a planted fault, killed where that shows."""
    found: dict[str, list[str]] = {}
    for build, (steps, side) in PLANTS.items():
        names = [each for each in met if each.point[2] == side and steps in each.point[0]]
        for n, each in enumerate(names[:3] or [Met((steps, 1, side), True)]):
            row = killed(folder / f"{build.replace(' ', '_')}{n}", each, build)
            if row.met:
                found[build] = row.faults
                break
    return found


def worked(folder: Path, points: Sequence[Met], count: int, instants: Sequence[float]) -> list[Row]:
    """A worker's share of points and instants; what was not met is counted and another is tried."""
    rows: list[Row] = []
    for place, each in enumerate(points):
        if sum(row.met for row in rows) >= count:
            break
        rows.append(killed(folder / f"p{place}", each))
    rows += [struck(folder / f"r{place}", after_s) for place, after_s in enumerate(instants)]
    return rows


def matrix(folder: Path, told: argparse.Namespace) -> tuple[list[Row], dict[str, list[str]]]:
    """Every row, made by so many processes at once, and what is said of builds with a fault."""
    warmed()
    met, whole, took = traced(folder / "traced")
    points, workers = chosen(met, told.points), told.workers
    dice = random.Random(1)
    moments = [dice.uniform(0.0, 2.0 + took) for _ in range(told.random)]
    shares = [
        (points[n::workers], len(range(n, told.points, workers)), moments[n::workers])
        for n in range(workers)
    ]
    rows = list(_side_by_side(folder, shares))
    if told.others:
        rows += spoilt(folder, whole, met)
    return rows, caught(folder, met) if told.others else {}


def _side_by_side(
    folder: Path, shares: Sequence[tuple[list[Met], int, list[float]]]
) -> Iterator[Row]:
    pids: list[int] = []
    for n, share in enumerate(shares):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                rows = worked(folder / f"w{n}", *share)
                (folder / f"w{n}.json").write_text(json.dumps([asdict(row) for row in rows]))
                code = 0
            finally:
                os._exit(code)
        pids.append(pid)
    for n, pid in enumerate(pids):
        _, status = os.waitpid(pid, 0)
        if status:
            raise RuntimeError(f"worker {n} failed: see what it said above")
        yield from (Row(**row) for row in json.loads((folder / f"w{n}.json").read_text()))


def figures(rows: Sequence[Row]) -> dict[str, object]:
    """What is claimed of a matrix."""
    met = [row for row in rows if row.met]
    recovered = [row.recovery_s for row in met if row.recovery_s is not None]
    return {
        "kills": len(met),
        "in_doubt": sum(row.doubtful for row in met),
        "random": sum(row.step == RANDOM for row in met),
        "steps": len({(row.step, row.side) for row in met}),
        "not_met": len(rows) - len(met),
        "agree": sum(row.verdict == "agree" for row in met),
        "reconciling": sum(row.verdict == "reconciling" for row in met),
        "forbidden": sum(row.verdict == "FORBIDDEN" for row in met),
        "recovery_s_max": max(recovered, default=None),
        "never_recovered": len(met) - len(recovered),
    }


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The matrix as a page."""
    said = figures(rows)
    yield "# The kill matrix\n"
    yield (
        "A paper desk is killed (SIGKILL) before or after a step, started again with the same command, runs on\n"
        "to the end of its session and is judged by `tests/kill/checker.py`, which reads the exchange's ledger\n"
        "and the journal and shares no code with the program. *In doubt* are kills between \"accepted by the\n"
        "exchange\" and \"journalled\". Written by `python -m tests.kill.matrix --table`.\n"
    )
    yield (
        f"{said['kills']} kills, {said['in_doubt']} of them in doubt, {said['random']} at random instants of an\n"
        f"unwatched process: books agree after {said['agree']}, a halt says that they do not after\n"
        f"{said['reconciling']}, something forbidden after {said['forbidden']}. From the start of the process to "
        f"the end\nof its first look it took {said['recovery_s_max']} seconds at most.\n"
    )
    yield "| step | side | kills | in doubt | agree | reconciling | forbidden |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.met:
            found[row.step, row.side].append(row)
    for (step, side), kills in sorted(found.items(), key=_place):
        seen = Counter(row.verdict for row in kills)
        doubt = sum(row.doubtful for row in kills)
        yield (
            f"| {step} | {side} | {len(kills)} | {doubt} | {seen['agree']} | {seen['reconciling']} "
            f"| {seen['FORBIDDEN']} |"
        )


def _place(cell: tuple[tuple[str, str], list[Row]]) -> tuple[str, bool]:
    (step, side), _ = cell
    return step, side == AFTER


def main() -> int:
    """Exit code 0 if nothing forbidden was found."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--points", type=int, default=20)
    asked.add_argument("--random", type=int, default=0)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--others", action="store_true", help="failing disks and planted builds too")
    asked.add_argument("--table", type=Path)
    asked.add_argument("--rows", type=Path)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="tomking-kills-") as folder:
        rows, planted = matrix(Path(folder), told)
    if told.table is not None:
        told.table.write_text("\n".join(table(rows)) + "\n")
    if told.rows is not None:
        told.rows.write_text(json.dumps([asdict(row) for row in rows], indent=1))
    for row in rows:
        for fault in row.faults:
            print(f"{row.step} {row.nth} {row.side}: {fault}")
    said = figures(rows)
    print(json.dumps({**said, "planted": planted} if told.others else said))
    return 1 if said["forbidden"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
