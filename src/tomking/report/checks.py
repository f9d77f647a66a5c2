"""The impossible-value guard: named checks over a whole report, each PASS or a sentence.

A check is a function of the report that yields a sentence for everything it finds wrong. Nothing here
repairs a figure: a report that fails is shown, says so on top, and the command that made it exits 1.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from math import isfinite, prod
from types import MappingProxyType
from typing import TypeAlias

from tomking.analysis.attribution import KEYS
from tomking.analysis.gate_value import Refuser
from tomking.analysis.intervals import Interval
from tomking.analysis.rejections import PATTERN, WEEKDAY
from tomking.core.money import CENT, ZERO
from tomking.report.contents import Column, Report
from tomking.report.payload import payload
from tomking.report.plain import Plain

PASS = "PASS"
TINY = 1e-9

Complaints: TypeAlias = Iterator[str]


def verdicts(report: Report) -> Mapping[str, str]:
    """Every check by name: ``PASS``, or the first thing it found wrong."""
    return {name: next(check(report), PASS) for name, check in CHECKS.items()}


def failures(report: Report) -> tuple[tuple[str, str], ...]:
    """The checks that did not pass, with what they found."""
    return tuple((name, found) for name, found in verdicts(report).items() if found != PASS)


def _place(report: Report, column: Column) -> str:
    """Which run a sentence is about."""
    account = next(one for one in report.accounts if column in one.columns)
    return f"${account.capital:,} {column.name}"


def _each(check: Callable[[Column], Complaints]) -> Callable[[Report], Complaints]:
    """A check of one run as a check of all of them."""

    def _over(report: Report) -> Complaints:
        for column in report.columns:
            for found in check(column):
                yield f"{_place(report, column)}: {found}"

    return _over


def _pnl(column: Column) -> Complaints:
    """The profits of all strategies and hedges are what the account gained, to the cent."""
    total = sum((tally.pnl for tally in column.summary.tallies), ZERO)
    total += sum((hedge.pnl for hedge in column.summary.hedges), ZERO)
    if abs(total - column.summary.pnl) >= CENT:
        yield f"strategies and hedges made ${total:,}, the account ${column.summary.pnl:,}"


def _rates(column: Column) -> Complaints:
    """Win rates lie between nought and one."""
    for tally in column.summary.tallies:
        if tally.win_rate is not None and not 0.0 <= tally.win_rate <= 1.0:
            yield f"{tally.name} won {tally.win_rate:.2f} of its trades"


def _counts(column: Column) -> Complaints:
    """Wins, losses and scratches are the closed trades."""
    for tally in column.summary.tallies:
        if tally.wins + tally.losses + tally.scratches != tally.closed:
            yield f"{tally.name} closed {tally.closed} trades, but they do not add up"
        if not 0 <= tally.closed <= tally.entered <= tally.considered:
            steps = f"asked {tally.considered}, entered {tally.entered}, closed {tally.closed}"
            yield f"{tally.name} was {steps}"


def _drawdown(column: Column) -> Complaints:
    """A drawdown is a fraction."""
    fall = column.summary.curve.drawdown
    if not ((fall >= 0.0) & (fall <= 1.0)).all():
        yield f"drawdowns run from {fall.min():.3f} to {fall.max():.3f}"
    if column.summary.performance.fall.peak > column.summary.performance.fall.trough:
        yield "the deepest drawdown ends before it begins"


def _margin(column: Column) -> Complaints:
    """Margin is never negative."""
    least = float(column.summary.curve.requirement.min())
    if not least >= 0.0:
        yield f"a requirement of ${least:,.2f}"


def _entry_margin(column: Column) -> Complaints:
    """Every day on which something was sold to begin with knows what margin it took.

    What was bought is paid for, and may need nothing besides.
    """
    path = column.summary.curve
    seen = {day for day, share in zip(path.days, path.entered.tolist(), strict=True) if share > 0}
    for trade in column.summary.trades:
        if trade.credit > 0 and trade.opened.date() not in seen:
            yield f"{trade.campaign} was opened without a margin"


def _ends(column: Column) -> Complaints:
    """Every entry has an end with a reason, or is still open."""
    still = sum(trade.closed is None for trade in column.summary.trades)
    if still != sum(tally.open for tally in column.summary.tallies):
        yield f"{still} trades have no end, {sum(t.open for t in column.summary.tallies)} are open"
    for trade in column.summary.trades:
        if trade.closed is not None and not trade.exits:
            yield f"{trade.campaign} ended without a reason"


def _order(column: Column) -> Complaints:
    """No trade ends before it begins, or lies outside the run."""
    for trade in column.summary.trades:
        if trade.closed is not None and trade.closed < trade.opened:
            yield f"{trade.campaign} ended before it began"
        if not column.summary.first <= trade.opened.date() <= column.summary.last:
            yield f"{trade.campaign} was opened outside the run"


def _fees(column: Column) -> Complaints:
    """Nobody is paid for trading."""
    for trade in column.summary.trades:
        if not trade.fees >= 0:
            yield f"{trade.campaign} paid ${trade.fees} of fees"


def _intervals(column: Column) -> Complaints:
    """An interval holds the figure it is about."""
    for tally in column.summary.tallies:
        for point, interval in (
            (tally.win_rate, tally.win_rate_interval),
            (tally.expectancy, tally.expectancy_interval),
        ):
            if interval is not None and not _holds(interval, point):
                yield f"{tally.name}: {point} lies outside {interval.low:.4g} to {interval.high:.4g}"


def _holds(interval: Interval, point: float | None) -> bool:
    return point is not None and interval.low - TINY <= point <= interval.high + TINY


def _finite(report: Report) -> Complaints:
    """Every number of the report is a number."""
    yield from _not_numbers(payload(report), "report")


def _not_numbers(x: Plain, where: str) -> Complaints:
    match x:
        case float() if not isfinite(x):
            yield f"{where} is {x}"
        case dict():
            for key, part in x.items():
                yield from _not_numbers(part, f"{where}.{key}")
        case list():
            for row, part in enumerate(x):
                yield from _not_numbers(part, f"{where}[{row}]")
        case _:
            pass


def _start(column: Column) -> Complaints:
    """The account begins with its capital and ends at its last close."""
    path = column.summary.curve
    if abs(path.net_liq[0] - float(column.summary.capital)) >= 0.005:
        yield f"equity starts at ${path.net_liq[0]:,.2f}, not at ${column.summary.capital:,}"
    if abs(path.net_liq[-1] - float(column.summary.final)) >= 0.011:
        yield f"equity ends at ${path.net_liq[-1]:,.2f}, not at ${column.summary.final:,}"


def _months(column: Column) -> Complaints:
    """The months multiply up to the whole."""
    whole = prod(1.0 + month.gain for month in column.summary.months)
    if abs(whole - 1.0 - column.summary.performance.gain) > TINY:
        yield f"months make {whole - 1.0:.6f}, the run {column.summary.performance.gain:.6f}"


def _funnel(column: Column) -> Complaints:
    """Every candidate entered, was not filled, or was refused by a named gate."""
    for funnel in column.summary.funnels:
        if funnel.entered + funnel.unfilled + funnel.refused != funnel.candidates:
            yield f"{funnel.strategy} was asked {funnel.candidates} times, which do not add up"
        if sum(days for _, days in funnel.by_gate) != funnel.refused:
            yield f"{funnel.strategy}'s refusals by gate are not its refusals by stage"


def _ledger(column: Column) -> Complaints:
    """By weekday and by pattern stand the same slots and refusals, and the same closed trades."""
    summary = column.summary
    for tally, funnel in zip(summary.tallies, summary.funnels, strict=True):
        for by in (WEEKDAY, PATTERN):
            told = [r for r in summary.rejections if (r.strategy, r.by) == (tally.name, by)]
            seen = sum(row.considered for row in told), sum(row.refused for row in told)
            if seen != (funnel.candidates, funnel.refused):
                yield f"{tally.name} by {by} was asked and refused {seen}, by its funnel otherwise"
            earned = [r for r in summary.results if (r.strategy, r.by) == (tally.name, by)]
            if sum(row.closed for row in earned) != tally.closed:
                yield f"{tally.name}'s closed trades by {by} are not those it closed"


def _gates(column: Column) -> Complaints:
    """Every refused entry has one first refuser, and every interval holds its value."""
    if column.gates is None:
        return
    first, refused = column.gates.of(Refuser.FIRST), column.gates.refused
    if sum(each.refused for each in first) != refused or column.gates.carried > refused:
        yield f"{refused} entries were refused, which do not add up"
    for each in column.gates.values:
        span = each.interval
        if not each.days <= each.trades <= each.refused:
            yield f"{each.gate} refused {each.refused} entries and has {each.trades} shadows"
        if span and each.value is not None and not span.low <= each.value <= span.high:
            yield f"{each.gate} was worth {each.value:.2f}, outside its interval"


def _trades(column: Column) -> Complaints:
    """The trade list and the statistics speak of the same trades."""
    counted = Counter(trade.strategy for trade in column.summary.trades)
    for tally, funnel in zip(column.summary.tallies, column.summary.funnels, strict=True):
        if not counted[tally.name] == tally.entered == funnel.entered:
            yield f"{tally.name} entered {tally.entered}, {counted[tally.name]} are listed"


def _slices(column: Column) -> Complaints:
    """Slices of a strategy's profit add up to it, whatever it is sliced by."""
    for tally in column.summary.tallies:
        sums = dict.fromkeys((by for by, _ in KEYS), ZERO)
        for part in column.summary.slices:
            if part.strategy == tally.name:
                sums[part.by] += part.pnl
        for by, total in sums.items():
            if total != tally.pnl:
                yield f"{tally.name} by {by} makes ${total:,}, not ${tally.pnl:,}"


def _labels(column: Column) -> Complaints:
    """Every entry carries what it was decided under."""
    for trade in column.summary.trades:
        missing = [key for key in ("vix", "regime", "evidence") if not trade.labels.get(key)]
        if missing:
            yield f"{trade.campaign} was opened without {', '.join(missing)}"


def _hashes(report: Report) -> Complaints:
    """Every column is a run of its own."""
    shared = Counter(column.run_hash for column in report.columns)
    for run_hash, count in shared.items():
        if count > 1 or not run_hash:
            yield f"{count} columns share the run hash {run_hash!r}"


def _same_days(report: Report) -> Complaints:
    """Every column traded the same days, and as many as the report says."""
    for column in report.columns:
        if column.summary.sessions != report.sessions:
            yield f"{_place(report, column)}: {column.summary.sessions} of {report.sessions} sessions"
        if (column.summary.first, column.summary.last) != (report.first, report.last):
            yield f"{_place(report, column)}: from {column.summary.first} to {column.summary.last}"


#: The guard, in the order a reader would ask.
CHECKS: Mapping[str, Callable[[Report], Complaints]] = MappingProxyType(
    {
        "every_number_is_finite": _finite,
        "strategies_add_up_to_the_account": _each(_pnl),
        "equity_starts_at_capital": _each(_start),
        "months_multiply_up": _each(_months),
        "drawdown_is_a_fraction": _each(_drawdown),
        "margin_is_not_negative": _each(_margin),
        "every_entry_took_margin": _each(_entry_margin),
        "win_rate_is_a_fraction": _each(_rates),
        "closed_trades_add_up": _each(_counts),
        "every_entry_has_an_end_or_is_open": _each(_ends),
        "no_exit_before_entry": _each(_order),
        "fees_are_not_negative": _each(_fees),
        "intervals_hold_their_figure": _each(_intervals),
        "funnel_adds_up": _each(_funnel),
        "ledger_adds_up": _each(_ledger),
        "gate_values_add_up": _each(_gates),
        "trades_match_statistics": _each(_trades),
        "slices_add_up": _each(_slices),
        "entries_carry_labels": _each(_labels),
        "columns_are_runs_of_their_own": _hashes,
        "columns_cover_the_same_window": _same_days,
    }
)
