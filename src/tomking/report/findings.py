"""What a report concludes, in sentences made from its figures; and what it must not be believed for."""

from collections.abc import Iterator, Sequence
from datetime import date

from tomking.analysis.funnel import Funnel, Refusal
from tomking.analysis.intervals import ENOUGH
from tomking.analysis.summary import Summary
from tomking.analysis.tallies import Tally
from tomking.core.evidence import Evidence
from tomking.report.contents import Account, Report
from tomking.report.words import listed, many, money, percent

SAME_DAY = (
    "What this says about 0DTE: that the machine, the sizes and the costs work; "
    "not whether the trade earns money."
)
#: A share of winners that real prices do not show; above it the model is suspected first.
WINNERS_MAX = 0.80
#: What a row of nothing but winners says of the loss that has not come yet.
ALONE = "an interval of one kind would leave out the other, which has not come yet"
BUG = "On MODEL data this is a bug report against the model until explained."
#: Entering less often than this share of its slots, or than so many times, is worth a sentence about
#: the gates.
SELDOM, FEW = 0.10, 10


def conclusions(report: Report) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For every account its capital and what was found, most important first."""
    return tuple((money(one.capital), tuple(_of_account(one))) for one in report.accounts)


def _of_account(account: Account) -> Iterator[str]:
    summary = account.base.summary
    yield _outcome(summary)
    for tally, funnel in zip(summary.tallies, summary.funnels, strict=True):
        yield _strategy(tally)
        if enters_seldom(tally):
            yield stopped(tally, funnel)
    if account.strip:
        yield from _turned(account)
        yield _over_the_strip(account)


def enters_seldom(tally: Tally) -> bool:
    """Whether it is worth a sentence what kept a strategy from trading."""
    return tally.entered < max(SELDOM * tally.considered, FEW)


def _outcome(summary: Summary) -> str:
    figures = summary.performance
    fall = figures.fall
    ended = f"{money(summary.capital)} became {money(summary.final)}"
    pace = f"{percent(figures.gain, sign=True)}, {percent(figures.cagr, sign=True)} a year"
    if not summary.trades:
        return f"{ended}: nothing was traded in {many(summary.sessions, 'session')}."
    back = "made good" if fall.recovered else "not made good"
    span = f"{day(fall.peak)} to {day(fall.trough)}, {back}"
    depth = (
        f"The deepest drawdown was {percent(fall.depth)} ({span})"
        if fall.depth > 0
        else "No close lay below an earlier one"
    )
    margin = f"margin took {percent(figures.margin_peak, 0)} of the account at its peak"
    return f"{ended} ({pace}) in {many(summary.sessions, 'session')}. {depth}; {margin}."


def _strategy(tally: Tally) -> str:
    if not tally.entered:
        return f"{tally.title} was asked on {many(tally.considered, 'day')} and never entered."
    made = f"{tally.title} entered {tally.entered} of {many(tally.considered, 'slot')} and "
    made += f"made {money(tally.pnl, sign=True)} after {money(tally.fees)} of fees"
    if tally.one_kind:
        kind = "won" if tally.wins else "lost"
        return f"{made}; all {tally.wins + tally.losses} decided trades {kind}: {ALONE}."
    if tally.expectancy_interval is None:
        are = "is" if tally.closed == 1 else "are"
        return f"{made}; {many(tally.closed, 'closed trade')} {are} too few for an interval."
    low, high = tally.expectancy_interval.low, tally.expectancy_interval.high
    return (
        f"{made}: {money(tally.expectancy, sign=True)} a trade, 95 % interval "
        f"{money(low, sign=True)} to {money(high, sign=True)}, {_sign(low, high)}."
    )


def _sign(low: float, high: float) -> str:
    if low > 0:
        return "above nought"
    return "below nought" if high < 0 else "which holds nought"


def stopped(tally: Tally, funnel: Funnel) -> str:
    """Which gates kept a strategy from trading, root by root."""
    refused = {refusal.root for refusal in funnel.by_root}
    roots = [root for root in ("", *funnel.roots) if root in refused]
    parts = [_stopped_root(root, funnel) for root in roots]
    rest = f"; {many(funnel.unfilled, 'order')} found no fill" if funnel.unfilled else ""
    return f"What stopped {tally.title}: {'; '.join(parts) or 'no slot came due'}{rest}."


def _stopped_root(root: str, funnel: Funnel) -> str:
    mine = [refusal for refusal in funnel.by_root if refusal.root == root][:3]
    gates = [f"{refusal.gate} on {many(refusal.days, 'day')}" for refusal in mine]
    return f"{root + ' by ' if root else ''}{listed(gates)}"


def _turned(account: Account) -> Iterator[str]:
    """Strategies whose result changes its sign with an assumption, and which assumption."""
    for row, tally in enumerate(account.base.summary.tallies):
        other = [
            f"{column.name} ({money(mine.pnl, sign=True)})"
            for column in account.strip
            if (mine := column.summary.tallies[row]).pnl * tally.pnl < 0
        ]
        if other:
            turn = "loss" if tally.pnl > 0 else "profit"
            yield f"{tally.title}'s result turns into a {turn} with {listed(other)}."


def _over_the_strip(account: Account) -> str:
    gains = {column.name: column.summary.performance.gain for column in account.columns}
    if not any(gains.values()):
        return f"Nothing was earned or lost in any of the {len(gains)} runs of the strip."
    low, high = min(gains, key=gains.__getitem__), max(gains, key=gains.__getitem__)
    signs = {gain > 0 for gain in gains.values() if gain}
    turn = "the sign depends on the assumption" if len(signs) > 1 else "the sign does not change"
    worst, best = percent(gains[low], sign=True), percent(gains[high], sign=True)
    return (
        f"Over the {len(gains)} runs of the strip the result lies between {worst} ({low}) and "
        f"{best} ({high}): {turn}. Costs and premiums also decide which trades pass the credit "
        "floor, so a column may hold other trades, and fewer."
    )


def flags(report: Report) -> tuple[str, ...]:
    """Results that are bug reports against the model until explained; none on real quotes."""
    if report.data_class is not Evidence.MODEL:
        return ()
    return tuple(dict.fromkeys(found for one in report.accounts for found in _suspects(one)))


def _suspects(account: Account) -> Iterator[str]:
    for row, tally in enumerate(account.base.summary.tallies):
        who = f"{money(account.capital)}, {tally.title}"
        runs = [(column.name, column.summary.tallies[row]) for column in account.columns]
        winners = [name for name, mine in runs if (mine.win_rate or 0.0) > WINNERS_MAX]
        earners = [name for name, mine in runs if mine.same_day and mine.pnl > 0]
        few = ", too few to judge" if tally.closed < ENOUGH else ""
        if winners:
            asked = f"{tally.wins} of {tally.wins + tally.losses}{few}"
            if tally.even is not None:
                asked += f"; wins and losses of these sizes cancel at {percent(tally.even, 0)}"
            share = f"more than {percent(WINNERS_MAX, 0)} winners"
            yield f"{who}: {share} {_in(winners, runs)} ({asked}). {BUG}"
        if earners:
            yield f"{who}: a profit {_in(earners, runs)} ({money(tally.pnl, sign=True)}{few}). {BUG}"


def _in(names: list[str], runs: Sequence[tuple[str, Tally]]) -> str:
    """In which runs, the one asked for told first."""
    if len(runs) == 1:
        return "in the run asked for"
    which = "all" if len(names) == len(runs) else f"{len(names)} of {len(runs)}"
    return f"in {which} runs: {listed(names)}"


def nearly_all(report: Report) -> tuple[str, ...]:
    """Gates that let hardly anything past, named once for each account."""
    return tuple(
        f"{money(account.capital)}, {funnel.strategy}: {_gate(refusal)} refused "
        f"{percent(refusal.share, 0)} of the {many(refusal.seen, 'day')} on which it was asked."
        for account in report.accounts
        for funnel in account.base.summary.funnels
        for refusal in funnel.by_root
        if refusal.nearly_all
    )


def _gate(refusal: Refusal) -> str:
    return f"“{refusal.gate}”{f' on {refusal.root}' if refusal.root else ''}"


def day(when: date) -> str:
    """A date as people write it: ``8 Dec 2017``."""
    return f"{when.day} {when:%b %Y}"
