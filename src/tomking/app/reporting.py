"""From specs to a written report: the runs, the assumptions, the files.

A file is written beside its name and renamed when it is whole, so nobody reads half a report.
"""

import json
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from tomking.app.assumptions import GOALS, assumptions, inputs, never
from tomking.app.backtesting import Job, asked, columns
from tomking.app.pool import Heard
from tomking.app.strip import FILLS, strip
from tomking.backtest.run import RunSpec
from tomking.core.errors import ConfigError
from tomking.core.value import value
from tomking.data.embedded import window
from tomking.report.contents import Account, Column, Report, Venue
from tomking.report.payload import payload
from tomking.report.words import listed

#: More than this is a slip of the finger; no market here would take its orders.
CAPITAL_MAX = Decimal(1_000_000_000)
#: More strategies than this are counted in a title and not named.
NAMED = 5


@value
class Wanted:
    """One account to be shown: its spec, the command that makes it again, and whether it is varied.

    ``gate_value`` asks what its gates were worth.
    """

    spec: RunSpec
    command: str
    varied: bool = True
    gate_value: bool = False


def made(wanted: Sequence[Wanted], command: str, heard: Heard | None = None) -> Report:
    """Run everything that is wanted and put it together; the run asked for is kept for ``why-not``."""
    jobs = [_jobs(one) for one in wanted]
    runs = iter(columns([job for mine in jobs for job in mine], heard))
    accounts = tuple(
        _account(one, [next(runs) for _ in mine]) for one, mine in zip(wanted, jobs, strict=True)
    )
    return together(wanted[0].spec, command, accounts)


def together(spec: RunSpec, command: str, accounts: tuple[Account, ...]) -> Report:
    """A report from accounts that differ in their capital only."""
    summary = accounts[0].base.summary
    factor = window(spec.start, spec.end, spec.scale).scale_factor
    names = {strategy.name for strategy in spec.strategies}
    return Report(
        _title(spec, summary.first.year, summary.last.year), command,
        summary.first, summary.last, summary.sessions, spec.seed, (spec.scale, factor),
        assumptions(spec, (spec.scale, factor)),
        inputs(summary.first, summary.last, spec.events), never(spec),
        tuple(goal for goal in GOALS if goal.strategy in names),
        Venue(spec.fill.name, spec.early_exercise.value, spec.latency_s), accounts,
    )  # fmt: skip


def _jobs(wanted: Wanted) -> list[Job]:
    spec = wanted.spec
    named = next(((name, note) for name, fill, note in FILLS if fill == spec.fill), None)
    name, note = named or (spec.fill.name, "the fills asked for")
    base = Job(name, f"the run asked for: {note}", spec, kept=True, gate_value=wanted.gate_value)
    varied = strip(spec) if wanted.varied else ()
    return [base, *(Job(one.name, one.note, one.spec) for one in varied)]


def _account(wanted: Wanted, runs: Sequence[Column]) -> Account:
    return Account(wanted.spec.capital, wanted.command, runs[0], tuple(runs[1:]))


def _title(spec: RunSpec, first: int, last: int) -> str:
    years = str(first) if first == last else f"{first}–{last}"
    titles = [asked(one).title for one in spec.strategies]
    named = listed(titles) if len(titles) <= NAMED else f"{len(titles)} strategies"
    return f"{named}, {years}"


def capital_of(text: str) -> Decimal:
    """Dollars as people type them; whole amounts without a point, so that equal runs hash alike.

    Raises
    ------
    ConfigError
        If it is no amount of money above nought.

    >>> capital_of("$44,500.00"), capital_of("1000.5")
    (Decimal('44500'), Decimal('1000.50'))
    """
    try:
        amount = Decimal(text.replace(",", "").removeprefix("$"))
    except ArithmeticError:
        raise ConfigError(f"--capital {text!r} is not an amount: write it as 44500") from None
    if not amount.is_finite() or not 0 < amount <= CAPITAL_MAX:
        raise ConfigError(
            f"--capital {text}: it must be a positive number of dollars, at most {CAPITAL_MAX:,}"
        )
    return Decimal(int(amount)) if amount == int(amount) else amount.quantize(Decimal("0.01"))


def page_of(report: Report) -> str:
    """The report as one HTML file."""
    from tomking.report.page import page  # matplotlib: half a second that --json does not pay

    return page(report)


def json_of(report: Report) -> str:
    """The report as one JSON document."""
    return json.dumps(payload(report), ensure_ascii=False, indent=1) + "\n"


def writable(path: Path, option: str) -> Path:
    """The path, when a file may be written there.

    Raises
    ------
    ConfigError
        If it is a folder or a device, its folder is not there, or nothing may be written to it.
    """
    if path.is_dir():
        raise ConfigError(f"{option} {path} is a folder: name a file in it")
    if path.exists() and not path.is_file():
        raise ConfigError(f"{option} {path} is not an ordinary file: name another")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            return path
    except OSError as fault:
        raise ConfigError(
            f"{option} {path} cannot be written ({fault.strerror}): choose a folder that exists and "
            "may be written to"
        ) from fault


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    ConfigError
        If the disk says no.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as place:
            draft = Path(place) / path.name
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)
    except OSError as fault:
        raise ConfigError(f"{path} cannot be written ({fault.strerror}): make room") from fault
