"""``tomking backtest`` of strategies whose implied volatility is invented: made, told, written."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from rich.text import Text

from tomking.analysis.mechanics import Mechanic, mechanics
from tomking.app.assumptions import inputs
from tomking.app.backtesting import asked
from tomking.app.pool import Heard
from tomking.app.reporting import write
from tomking.app.runs import keep
from tomking.app.screen import console, show, show_json, show_table
from tomking.backtest.run import RunSpec, run
from tomking.core.errors import Exit
from tomking.core.evidence import Evidence
from tomking.data import families
from tomking.data.families import NASDAQ, WTI, invented
from tomking.report.checks import PASS
from tomking.report.contents import Input, Venue
from tomking.report.mechanics import WHY, Mechanics, contract, verdicts
from tomking.report.words import listed, many

HEAD = ("strategy", "slots", "refused", "not filled", "entered", "closed", "open")
#: Inputs of the S&P 500 that these runs see too.
SHARED = ("vix_close", "vix", "carry", "fees", "margin")


def made(spec: RunSpec, command: str, heard: Heard | None = None) -> Mechanics:
    """Run a spec, keep its journal for ``why-not`` and count what was done."""
    done = run(spec, progress=heard)
    keep(done)
    mine = [asked(one) for one in spec.strategies]
    first, last = done.sessions[0].day, done.sessions[-1].day
    years = str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    return Mechanics(
        f"{listed([one.title for one in mine])}, {years}", command, done.run_hash, done.elapsed_s,
        first, last, len(done.sessions), spec.seed, spec.capital,
        (spec.scale, done.history.scale_factor), tuple(_inputs(spec, first, last)),
        Venue(spec.fill.name, spec.early_exercise.value, spec.latency_s),
        mechanics(done.facts, mine),
    )  # fmt: skip


def _inputs(spec: RunSpec, first: date, last: date) -> Iterator[Input]:
    """What each figure of such a run is."""
    stood_in, made_up = Evidence.PROXY, Evidence.MODEL
    names = {family.name for family in invented(r for one in spec.strategies for r in one.roots)}
    if NASDAQ.name in names:
        yield Input(
            "nasdaq", stood_in, "NASDAQ", "Daily rows of the Composite, for the NASDAQ 100."
        )
        yield Input(
            "qqq", stood_in, "QQQ",
            f"{families.QQQ_SHARE:g} of NASDAQ; its dividends are in no table, so none is paid.",
        )  # fmt: skip
        yield Input(
            "nasdaq_volatility", made_up, "Volatility of QQQ",
            "Invented: VIX times what NASDAQ moved over what the S&P 500 did, 252 sessions.",
        )  # fmt: skip
    if WTI.name in names:
        yield Input("wti", stood_in, "WTI", "Spot closes; no open, high or low. Never rebased.")
        yield Input("cl", stood_in, "CL and MCL", "Every month at the spot price: a flat curve.")
        yield Input(
            "oil_volatility", made_up, "Volatility of oil",
            f"Invented: {families.OIL_PREMIUM:g} times what it moved in {families.OIL_SESSIONS} "
            f"sessions, {families.OIL_FLOOR:g} points at least.",
        )  # fmt: skip
    yield Input("path", made_up, "Path within the day", "Drawn from the daily row, each by itself.")
    yield Input("options", made_up, "Option prices", "The S&P 500's smile on those volatilities.")
    yield from (line for line in inputs(first, last) if line.name in SHARED)
    yield Input("events", Evidence.RECORDED, "FOMC, CPI, payrolls, OPEC", "Public, by date.")


def told(found: Mechanics, target: Path | None, *, json_too: bool) -> int:
    """Write the page, print the outcome, and say by the exit code whether its checks passed."""
    checked = verdicts(found)
    if target is not None:
        write(target, _document(found) if target.suffix == ".json" else _page(found))
    if json_too:
        show_json(contract(found, checked))
    else:
        _show(found, checked, target)
    return Exit.OK if set(checked.values()) == {PASS} else Exit.ERROR


def _document(found: Mechanics) -> str:
    return json.dumps(contract(found, verdicts(found)), ensure_ascii=False, indent=1) + "\n"


def _page(found: Mechanics) -> str:
    from tomking.report.page import page_of_mechanics  # matplotlib: --json does not pay for it

    return page_of_mechanics(found)


def _show(found: Mechanics, checked: Mapping[str, str], target: Path | None) -> None:
    show(f"{found.title} ({many(found.sessions, 'session')}; {found.data_class.name} data)")
    console().print(Text(f"{WHY[0].upper()}{WHY[1:]}.", "yellow"))
    show_table(HEAD, [_row(one) for one in found.strategies])
    for one in found.strategies:
        console().print(Text(f"{one.title}: {_said(one)}"))
    for name, sentence in checked.items():
        if sentence != PASS:
            console().print(Text(f"FAIL {name}: {sentence}", "bold red"))
    passed = sum(sentence == PASS for sentence in checked.values())
    show(f"{passed} of {many(len(checked), 'check')} pass; run {found.run_hash}, kept for why-not")
    if target is not None:
        show(f"report: {target.resolve()}")


def _row(one: Mechanic) -> tuple[str, ...]:
    funnel = one.funnel
    counts = (funnel.candidates, funnel.refused, funnel.unfilled, one.entered, one.closed, one.open)
    return (one.title, *map(str, counts))


def _said(one: Mechanic) -> str:
    """Exits, changes and refusals of a strategy in one sentence, the commonest of each."""
    exits = [f"{what} by {why} {times}×" for what, why, times in one.exits[:4]]
    changes = [f"{what}: {answer} {times}×" for what, answer, times in one.changes[:4]]
    refusals = [f"{gate} on {many(days, 'day')}" for gate, days in one.funnel.by_gate[:4]]
    parts = (("ended", exits), ("changed", changes), ("refused by", refusals))
    return "; ".join(f"{name} {listed(them)}" for name, them in parts if them) or "nothing came due"
