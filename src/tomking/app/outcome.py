"""What a backtest says on the terminal: at most 30 lines, the last of them where the report is."""

from collections.abc import Mapping
from pathlib import Path

from rich.text import Text

from tomking.analysis.gate_value import GateLedger, Refuser
from tomking.analysis.tallies import Tally
from tomking.app.screen import console, show, show_table
from tomking.report.checks import PASS
from tomking.report.contents import Report
from tomking.report.findings import SAME_DAY, conclusions, enters_seldom, flags, stopped
from tomking.report.ledger import worth
from tomking.report.words import TOO_FEW, UNMEASURABLE, many, money, percent

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
        if enters_seldom(tally):
            lines.print(Text(stopped(tally, funnel)))
    if base.gates is not None:
        _show_gates(base.gates)
    for flag in flags(report):
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


def _show_gates(gates: GateLedger) -> None:
    """The gates whose worth can be told as only refusers, and how many cannot."""
    only = gates.of(Refuser.ONLY)
    said = [each for each in only if each.value is not None]
    few = sum(each.value is None and each.is_measurable for each in only)
    blind = sum(not each.is_measurable for each in only)
    for each in said:
        show(
            f"{each.strategy} {each.root}, {each.gate} ({each.rule}): {worth(each)}, {each.days} days"
        )
    show(
        f"{gates.carried:,} of {many(gates.refused, 'refused entry', 'refused entries')} carried as "
        f"shadows; of {many(len(only), 'gate')} that refused alone {few} {TOO_FEW}, "
        f"{blind} {UNMEASURABLE}"
    )


def _row(tally: Tally) -> tuple[str, ...]:
    return (
        tally.title, str(tally.considered), str(tally.entered), str(tally.closed),
        str(tally.wins), str(tally.losses), percent(tally.win_rate, 0),
        money(tally.expectancy, sign=True), money(tally.pnl, sign=True),
    )  # fmt: skip
