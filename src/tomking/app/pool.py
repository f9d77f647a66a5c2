"""Work shared out over processes: two at most, deaf to Ctrl-C, gone when whoever owns them is gone."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.sharedctypes import Synchronized
from signal import SIG_IGN, SIGINT, signal
from threading import Thread, current_thread, main_thread
from typing import TypeVar

#: Seconds between looks at how far the other processes have come.
LOOK_S = 0.1

#: Is told (done, all).
Heard = Callable[[int, int], None]
J = TypeVar("J")
R = TypeVar("R")


@dataclass(slots=True)
class _Process:
    """What a process of the pool was told: where steps are counted, and how many one job has."""

    done: "Synchronized[int] | None" = None
    each: "Synchronized[int] | None" = None


_here = _Process()


def processes() -> int:
    """How many processes are worth starting: one a core that this program may use, two at most."""
    return min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def is_shared() -> bool:
    """Whether this is a process of the pool, which starts no others."""
    return _here.done is not None


def shared_out(
    work: Callable[[J, Heard], R], jobs: Sequence[J], heard: Heard | None
) -> Iterator[R]:
    """What became of every job, in order; this process only looks at the clock on the wall.

    ``work`` is a function of a module, and tells each of its steps.
    """
    context = get_context("spawn")
    done, each = context.Value("q", 0), context.Value("q", 0)
    pool = ProcessPoolExecutor(processes(), context, _begin, (done, each))
    try:
        futures = _submitted(pool, work, jobs)
        waiting: set[Future[R]] = set(futures)
        while waiting:
            _, waiting = wait(waiting, LOOK_S, FIRST_COMPLETED)
            if heard and each.value:
                heard(done.value, each.value * len(jobs))
        yield from (future.result() for future in futures)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in active_children():  # whoever is interrupted leaves nobody at work
            child.terminate()


def _submitted(
    pool: ProcessPoolExecutor, work: Callable[[J, Heard], R], jobs: Sequence[J]
) -> list[Future[R]]:
    """Hand the jobs out. Processes begin deaf to Ctrl-C: it is for the one that owns them."""
    if current_thread() is not main_thread():
        return [pool.submit(work, job, _count) for job in jobs]
    heard = signal(SIGINT, SIG_IGN)
    try:
        return [pool.submit(work, job, _count) for job in jobs]
    finally:
        signal(SIGINT, heard)


def _begin(done: "Synchronized[int]", each: "Synchronized[int]") -> None:
    """What a new process is told: where steps are counted, and how many one job has."""
    _here.done, _here.each = done, each
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A process of the pool whose parent was killed has nobody to work for."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _count(_done: int, whole: int) -> None:
    """A step of a job, counted aloud."""
    if _here.done is not None and _here.each is not None:
        with _here.done.get_lock():
            _here.done.value += 1
        _here.each.value = whole
