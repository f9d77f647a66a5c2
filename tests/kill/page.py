"""The kill matrix as figures, as sentences and as a page."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tests.kill.rows import Row
from tests.kill.storage import FAILED, TORN
from tests.kill.traced import AFTER

RANDOM = "a random instant"
INTRO = """\
A paper desk is killed (SIGKILL) before or after a step, started again with the same command, runs on
to the end of its session and is judged by `tests/kill/checker.py`, which reads the exchange's ledger
and the journal and shares no code with the program. *In doubt* are kills between "accepted by the
exchange" and "journalled": the exchange knew more then than the journal. Written by
`python scripts/kill_matrix.py`.
"""


def told_of(rows: Sequence[Row]) -> Iterator[str]:
    """A line for everything that was found: what is wrong, and what must be in a build with a fault."""
    for row in rows:
        if row.build:
            yield f"planted {row.build!r}: {'; '.join(row.faults) or 'NOT CAUGHT'}"
        else:
            yield from (f"{row.step} {row.nth} {row.side}: {fault}" for fault in row.faults)


def figures(rows: Sequence[Row]) -> dict[str, object]:
    """What is claimed of a matrix."""
    met = [row for row in rows if row.met and not row.build]
    recovered = [row.recovery_s for row in met if row.recovery_s is not None]
    return {
        "kills": sum(row.step not in FAILED for row in met),
        "in_doubt": sum(row.doubtful for row in met),
        "random": sum(row.step == RANDOM for row in met),
        "failing_disks": sum(row.step in FAILED for row in met),
        "torn_pages": sum(row.step in TORN for row in met),
        "steps": len({(row.step, row.side) for row in met}),
        "not_met": sum(not row.met for row in rows),
        "agree": sum(row.verdict == "agree" for row in met),
        "reconciling": sum(row.verdict == "reconciling" for row in met),
        "forbidden": sum(row.verdict == "FORBIDDEN" for row in met),
        "recovery_s_max": max(recovered, default=None),
        "never_recovered": len(met) - len(recovered),
        "builds_caught": sum(row.verdict == "FORBIDDEN" for row in rows if row.build),
    }


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The matrix as a page."""
    said = figures(rows)
    yield "# The kill matrix\n"
    yield INTRO
    yield (
        f"{said['kills']} kills, {said['in_doubt']} of them in doubt and {said['random']} at random "
        f"instants of an unwatched process, and {said['failing_disks']} failing disks. The books agree "
        f"after {said['agree']}, a halt says that they do not after {said['reconciling']}, something "
        f"forbidden is found after {said['forbidden']}. From the start of the process to the end of its "
        f"first look it took {said['recovery_s_max']} seconds at most.\n"
    )
    yield "| step | side | kills | in doubt | agree | reconciling | forbidden |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.met and not row.build:
            found[row.step, row.side].append(row)
    for (step, side), kills in sorted(found.items(), key=_place):
        seen = Counter(row.verdict for row in kills)
        doubt = sum(row.doubtful for row in kills)
        yield (
            f"| {step} | {side} | {len(kills)} | {doubt} | {seen['agree']} | {seen['reconciling']} "
            f"| {seen['FORBIDDEN']} |"
        )
    if builds := [row for row in rows if row.build]:
        yield "\nBuilds with a planted fault, killed where it shows, and what was found first:\n"
        yield from (
            f"- {row.build}: {row.faults[0] if row.faults else 'NOT CAUGHT'}" for row in builds
        )


def _place(cell: tuple[tuple[str, str], list[Row]]) -> tuple[str, bool]:
    (step, side), _ = cell
    return step, side == AFTER
