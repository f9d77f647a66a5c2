"""Backtests by the dozen: run them here or in other processes, and turn each into a column.

Columns of one seed and scale share their drawn paths within a process; a column is the same whichever
process makes it, because a path is keyed by seed, root and date.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date

from tomking.analysis.fullest import fullest
from tomking.analysis.summary import summarise
from tomking.analysis.tallies import Asked, Block
from tomking.analysis.trades import Held
from tomking.app.gates import gates_of
from tomking.app.pool import Heard, shared_out
from tomking.app.runs import keep
from tomking.backtest.run import Paths, Run, RunSpec, market_of, run
from tomking.core.calendar import AFTER_CLOSE
from tomking.core.value import value
from tomking.data.modelled import ModelMarket
from tomking.data.several import SeveralMarkets
from tomking.engine.scores import Scores, scores
from tomking.market.bars import F64
from tomking.portfolio.margin.account import Terms
from tomking.portfolio.marks import profit_by_campaign
from tomking.report.contents import Column
from tomking.strategies.plan import Plan, Strategy

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


#: Paths this process has drawn already, by what they are drawn from.
_drawn: MutableMapping[Group, Paths] = {}


def columns(jobs: Sequence[Job], heard: Heard | None = None) -> tuple[Column, ...]:
    """Every job as a column, in the order asked for; ``heard`` is told (done, all) sessions."""
    if len(jobs) == 1:
        return (column(jobs[0], heard),)
    return tuple(shared_out(column, jobs, heard))


def column(job: Job, heard: Heard | None = None) -> Column:
    """Make one run, store its journal if it is to be kept, and fold it into a column."""
    spec = job.spec
    paths = _drawn.setdefault((spec.seed, spec.scale, spec.start, spec.end), {})
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
    gates = gates_of(made, paths, heard) if job.gate_value else None
    return Column(
        job.name, job.note, made.run_hash, summary, made.elapsed_s, at_most, gates,
        ending(made, paths) if job.kept else None,
    )  # fmt: skip


def ending(made: Run, paths: MutableMapping[date, F64]) -> Scores:
    """The scores of what is held, and of every strategy, at the last close."""
    desk, last = made.desk, made.sessions[-1]
    return scores(desk, desk.view(_market(made, paths).at(last.at(last.minutes + AFTER_CLOSE))))


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
