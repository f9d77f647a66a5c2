"""``tomking demo``: a first backtest, a Friday at the exchange server, and their report."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from tomking.app import strategies
from tomking.app.bar import bar
from tomking.app.paper_day import Asked, trading
from tomking.app.reporting import Wanted, json_of, made, page_of, writable, write
from tomking.app.screen import show, show_json, show_table
from tomking.backtest.run import RunSpec
from tomking.core.errors import ConfigError, Exit
from tomking.report import paper_day
from tomking.report.checks import PASS, verdicts
from tomking.report.contents import Report
from tomking.report.findings import SAME_DAY
from tomking.report.payload import contract
from tomking.report.tables import side_by_side

#: Two accounts beside each other: the smallest the rules are written for, and one with room.
CAPITALS = (Decimal(44_500), Decimal(100_000))
#: The account whose gates are valued: refused entries take as long again as its run.
GATES_OF = CAPITALS[-1]
#: Two of the core, so that sixteen backtests are done within a minute.
STRATEGIES = ("friday_0dte", "lt112")
#: A Friday on which one trade reaches its target and another is held to its expiry.
PAPER_DAY = Asked(date(2018, 11, 16), ("friday_0dte", "butterfly_0dte"), minute=55)
#: First and last day; every day with a real index and a real VIX when left open.
WINDOW: tuple[date | None, date | None] = (None, None)


def command(
    out: Annotated[Path, typer.Option(help="The folder the report goes to.")] = Path(
        "tomking-demo"
    ),
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Backtest two of the strategies on five years of real index history, for two accounts.

    Beside it one Friday is traded at the exchange server over HTTP and the streams: entry, exit, expiry.
    Needs no account, no network and no settings; writes report.html and report.json.
    """
    began = perf_counter()
    page, data = _places(out)
    with trading(PAPER_DAY) as day:  # beside the backtests: it mostly waits for its exchange
        with bar("two accounts") as heard:
            backtests = made(_wanted(), "tomking demo", heard)
        report = replace(backtests, paper=day.result())
    write(page, page_of(report))
    write(data, json_of(report))
    checked = verdicts(report)
    if json:
        accounts = [contract(report, account, checked) for account in report.accounts]
        show_json({"report": str(page), "data": str(data), "accounts": accounts})
    else:
        _show(report, checked, page, perf_counter() - began)
    return Exit.OK if set(checked.values()) == {PASS} else Exit.ERROR


def _wanted() -> list[Wanted]:
    """The two accounts, each with the command that makes its run again; of one the gates are valued."""
    chosen, (start, end) = strategies.chosen(STRATEGIES), WINDOW
    dates = (f" --from {start}" if start else "") + (f" --to {end}" if end else "")
    return [
        Wanted(
            RunSpec(chosen, capital, start, end),
            f"tomking backtest{dates} --capital {capital} --strategies {','.join(STRATEGIES)}"
            + (" --gate-value" if gates else ""),
            gate_value=gates,
        )
        for capital in CAPITALS
        for gates in (capital == GATES_OF,)
    ]


def _places(out: Path) -> tuple[Path, Path]:
    """The two files, in a folder that is there and may be written to."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise ConfigError(
            f"--out {out} cannot be made ({fault.strerror}): choose another folder"
        ) from fault
    return writable(out / "report.html", "--out"), writable(out / "report.json", "--out")


def _show(report: Report, checked: Mapping[str, str], page: Path, seconds: float) -> None:
    found = side_by_side(report)
    runs = len(report.columns)
    show(f"{report.title}: {runs} backtests of {report.sessions:,} sessions in {seconds:.0f} s")
    show_table(found.head, found.rows)
    show(SAME_DAY)
    if report.paper is not None:
        show(f"\n{report.paper.day:%A} {report.paper.day} at the exchange server:")
        show(f"{paper_day.said(report.paper)} {paper_day.streamed(report.paper)}")
    for name, sentence in checked.items():
        if sentence != PASS:
            show(f"FAIL {name}: {sentence}")
    show(f"\nOpen {page.resolve()} in a browser. Then:")
    run = report.accounts[-1].base.run_hash[:6]
    show(f"  tomking why-not lt112 {_a_day(report)} --run {run}   why a trade was made or not")
    show("  tomking explain friday_0dte           a plan in words, with its limits")
    show("  tomking backtest --capital 60000      all five core plans, with your own money")


def _a_day(report: Report) -> str:
    """A day worth asking about: the first on which LT112 traded."""
    trades = report.accounts[-1].base.summary.trades
    days = (trade.opened.date() for trade in trades if trade.strategy == STRATEGIES[1])
    return str(next(days, report.first))
