"""Backtests by the dozen: run them here or in other processes, and turn each into a column.

Columns of one seed and scale share their drawn paths within a process; a column is the same whichever
process makes it, because a path is keyed by seed, root and date.
"""

import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import date
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.sharedctypes import Synchronized
from signal import SIG_IGN, SIGINT, signal
from threading import Thread, current_thread, main_thread

from tomking.analysis.fullest import fullest
from tomking.analysis.gate_value import GateLedger, gate_ledger
from tomking.analysis.summary import summarise
from tomking.analysis.tallies import Asked, Block
from tomking.analysis.trades import Held
from tomking.app.runs import keep
from tomking.backtest.run import Paths, Run, RunSpec, market_of, run
from tomking.backtest.shadows import shadows
from tomking.core.calendar import AFTER_CLOSE
from tomking.core.value import value
from tomking.data.modelled import ModelMarket
from tomking.data.several import SeveralMarkets
from tomking.market.bars import F64
from tomking.portfolio.margin.account import Terms
from tomking.portfolio.marks import profit_by_campaign
from tomking.report.contents import Column
from tomking.strategies.plan import Plan, Strategy

#: Seconds between looks at how far the other processes have come.
LOOK_S = 0.1

Heard = Callable[[int, int], None]
Group = tuple[int, str, date | None, date | None]


@value
class Job:
    """One run to be made; ``kept`` stores its journal, so that ``why-not`` can ask it later.

    ``gate_value`` carries what was refused to its end as well.
    """

    name: str
    note: str
    spec: RunSpec
    kept: bool = False
    gate_value: bool = False


@dataclass(slots=True)
class _Process:
    """What a process remembers between the columns it makes."""

    paths: MutableMapping[Group, Paths]
    done: "Synchronized[int] | None" = None
    each: "Synchronized[int] | None" = None


_here = _Process({})


def processes() -> int:
    """How many processes are worth starting: one a core that this program may use, two at most."""
    return min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def columns(jobs: Sequence[Job], heard: Heard | None = None) -> tuple[Column, ...]:
    """Every job as a column, in the order asked for; ``heard`` is told (done, all) sessions."""
    if len(jobs) == 1:
        return (column(jobs[0], heard),)
    return tuple(_shared_out(jobs, heard))


def column(job: Job, heard: Heard | None = None) -> Column:
    """Make one run, store its journal if it is to be kept, and fold it into a column."""
    spec = job.spec
    paths = _here.paths.setdefault((spec.seed, spec.scale, spec.start, spec.end), {})
    made = run(spec, paths=paths, progress=heard)
    if job.kept:
        keep(made)
    summary = summarise(
        made.facts, [asked(one) for one in spec.strategies], spec.capital, made.final_net_liq,
        still_open(made, paths), spec.seed,
    )  # fmt: skip
    at_most = (
        fullest(made.facts, _market(made, paths).at, Terms(spec.limits.house)) if job.kept else None
    )
    gates = _gates(made, paths, heard) if job.gate_value else None
    return Column(job.name, job.note, made.run_hash, summary, made.elapsed_s, at_most, gates)


def _gates(made: Run, paths: Paths, heard: Heard | None) -> GateLedger:
    """What the gates of a run were worth; only the process that shows the bar tells how far it is."""
    done = len(made.sessions)
    further: Heard | None = None
    if heard is not None and _here.done is None:
        told = heard
        further = lambda carried, wanted: told(done + carried, done + wanted)  # noqa: E731
    return gate_ledger(shadows(made, paths, further), made.spec.seed)


def _market(made: Run, paths: MutableMapping[date, F64]) -> ModelMarket | SeveralMarkets:
    """The market a run was made on, to be looked at once more."""
    return market_of(made.spec, made.history, paths)


def asked(strategy: Strategy) -> Asked:
    """A strategy as analysis needs it: what is asked once a month is resampled by months."""
    monthly = all(slots.nth is not None for slots in strategy.slots)
    plan = strategy if isinstance(strategy, Plan) else None
    return Asked(
        strategy.name,
        plan.title if plan else strategy.name,
        tuple(strategy.roots),
        Block.MONTH if monthly else Block.WEEK,
        plan is not None and plan.dte == 0,
    )


def still_open(made: Run, paths: MutableMapping[date, F64]) -> Mapping[str, Held]:
    """Profit and fees of the campaigns that are open at the end, marked at the last close."""
    book = made.desk.book
    if not book.positions:
        return {}
    last = made.sessions[-1]
    marks = _market(made, paths).at(last.at(last.minutes + AFTER_CLOSE)).marks(book.legs)
    return {
        name: Held(pnl, book.campaigns[name].fees)
        for name, pnl in profit_by_campaign(book, marks).items()
    }


def _shared_out(jobs: Sequence[Job], heard: Heard | None) -> Iterator[Column]:
    """Jobs over a pool of processes; this one only looks at the clock on the wall."""
    context = get_context("spawn")
    done, each = context.Value("q", 0), context.Value("q", 0)
    pool = ProcessPoolExecutor(processes(), context, _begin, (done, each))
    try:
        futures = _submitted(pool, jobs)
        waiting: set[Future[Column]] = set(futures)
        while waiting:
            _, waiting = wait(waiting, LOOK_S, FIRST_COMPLETED)
            if heard and each.value:
                heard(done.value, each.value * len(jobs))
        yield from (future.result() for future in futures)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in active_children():  # whoever is interrupted leaves nobody at work
            child.terminate()


def _submitted(pool: ProcessPoolExecutor, jobs: Sequence[Job]) -> list[Future[Column]]:
    """Hand the jobs out. Processes begin deaf to Ctrl-C: it is for the one that owns them."""
    if current_thread() is not main_thread():
        return [pool.submit(_made_elsewhere, job) for job in jobs]
    heard = signal(SIGINT, SIG_IGN)
    try:
        return [pool.submit(_made_elsewhere, job) for job in jobs]
    finally:
        signal(SIGINT, heard)


def _begin(done: "Synchronized[int]", each: "Synchronized[int]") -> None:
    """What a new process is told: where sessions are counted, and how many one run has."""
    _here.done, _here.each = done, each
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A process of the pool whose parent was killed has nobody to work for."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _made_elsewhere(job: Job) -> Column:
    """A job in a process of the pool, counting its sessions aloud."""
    counter, each = _here.done, _here.each

    def _count(_done: int, whole: int) -> None:
        if counter is not None and each is not None:
            with counter.get_lock():
                counter.value += 1
            each.value = whole

    return column(job, _count)
