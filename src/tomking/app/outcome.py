"""What a backtest says on the terminal: at most 25 lines, the last of them where the report is."""

from collections.abc import Mapping
from pathlib import Path

from rich.text import Text

from tomking.analysis.tallies import Tally
from tomking.app.screen import console, show, show_table
from tomking.report.checks import PASS
from tomking.report.contents import Report
from tomking.report.findings import SAME_DAY, conclusions, flags, stopped
from tomking.report.words import many, money, percent

HEAD = ("strategy", "slots", "entered", "closed", "won", "lost", "winners", "a trade", "result")


def show_outcome(report: Report, checked: Mapping[str, str], target: Path | None) -> None:
    """Print what came of a backtest of one account."""
    account, lines = report.accounts[0], console()
    base = account.base
    pace = f", {base.summary.sessions / base.elapsed_s:,.0f} a second" if base.elapsed_s else ""
    show(
        f"{report.title} ({many(report.sessions, 'session')}{pace}; {report.data_class.name} data)"
    )
    found = conclusions(report)[0][1]
    lines.print(Text(found[0]))
    show_table(HEAD, [_row(tally) for tally in base.summary.tallies])
    if account.strip:
        lines.print(Text(found[-1]))
    for tally, funnel in zip(base.summary.tallies, base.summary.funnels, strict=True):
        if not tally.entered:
            lines.print(Text(stopped(tally, funnel)))
    for flag in flags(report)[:3]:
        lines.print(Text(f"! {flag}", "yellow"))
    if report.same_day:
        lines.print(Text(SAME_DAY, "italic"))
    for name, sentence in checked.items():
        if sentence != PASS:
            lines.print(Text(f"FAIL {name}: {sentence}", "bold red"))
    passed = sum(sentence == PASS for sentence in checked.values())
    show(f"{passed} of {many(len(checked), 'check')} pass; run {base.run_hash}, kept for why-not")
    if target is not None:
        show(f"report: {target.resolve()}")


def _row(tally: Tally) -> tuple[str, ...]:
    return (
        tally.title, str(tally.considered), str(tally.entered), str(tally.closed),
        str(tally.wins), str(tally.losses), percent(tally.win_rate, 0),
        money(tally.expectancy, sign=True), money(tally.pnl, sign=True),
    )  # fmt: skip
