"""``tomking backtest``: trade a window of history and say what came of it."""

import shlex
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from tomking.app import mechanics, strategies
from tomking.app.bar import bar
from tomking.app.config.load import Settings, load
from tomking.app.event_calendar import ending, own_events
from tomking.app.outcome import show_outcome
from tomking.app.reporting import Wanted, capital_of, json_of, made, page_of, writable, write
from tomking.app.screen import day_of, show, show_json
from tomking.backtest.run import RunSpec, apart
from tomking.core.errors import ConfigError, Exit
from tomking.core.value import value
from tomking.exchange.assignment import mode_named
from tomking.exchange.fills import FORMS, model_named
from tomking.exchange.working import latency
from tomking.report.checks import PASS, verdicts
from tomking.report.contents import Report
from tomking.report.payload import contract

REPORT = Path("tomking-report.html")

Holders = Annotated[
    str | None, typer.Option(help="How holders act: off, rational or seeded (by a draw).")
]
GateValue = Annotated[
    bool, typer.Option("--gate-value", help="What each gate was worth: refused entries as shadows.")
]
Latency = Annotated[
    float | None,
    typer.Option("--latency", metavar="SECONDS", help="From sending anything to its effect."),
]


@value
class Said:
    """What was said on the command line about the run; ``None`` leaves it to the settings."""

    start: str | None = None
    end: str | None = None
    capital: str | None = None
    strategies: str | None = None
    fill: str | None = None
    seed: int | None = None
    scale: str | None = None
    early_exercise: str | None = None
    latency_s: float | None = None


def command(
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day, as 2014-01-06.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="DATE", help="Last day.")] = None,
    capital: Annotated[str | None, typer.Option(help="Dollars; 44500 when left out.")] = None,
    strategies_: Annotated[
        str | None,
        typer.Option("--strategies", help="Names with commas, or all; else the core."),
    ] = None,
    fill: Annotated[
        str | None, typer.Option(metavar="MODEL", help=f"{FORMS}; the settings' when left out.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the modelled paths.")] = None,
    scale: Annotated[
        str | None, typer.Option(help="rebase (the index at today's level) or literal.")
    ] = None,
    early_exercise: Holders = None,
    latency_s: Latency = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    strip: Annotated[
        bool | None,
        typer.Option("--strip/--no-strip", help="The sensitivity runs (with a report)."),
    ] = None,
    gate_value: GateValue = False,
    report: Annotated[
        Path | None, typer.Option(help="Where the page goes (.json for data).")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Trade a window of real index history under the whole rulebook and write a report about it.

    Daily closes are real; paths within a day and option prices are modelled, and the report says so.
    Strategies on QQQ and crude oil show their mechanics alone: no money is counted.
    Exit code 1 when a check finds an impossible figure.
    """
    given = {
        "--from": from_, "--to": to, "--capital": capital, "--strategies": strategies_,
        "--fill": fill, "--seed": seed, "--scale": scale, "--early-exercise": early_exercise,
        "--latency": latency_s, "--preset": preset, "--config": config,
    }  # fmt: skip
    said = Said(from_, to, capital, strategies_, fill, seed, scale, early_exercise, latency_s)
    spec = spec_of(load(config, preset), said)
    target = report or (None if json else REPORT)
    if target is not None:
        writable(target, "--report")
    again = _again(given, ("--gate-value",) if gate_value else ())
    if spec.mechanics:
        return _counted(spec, again, target, gate_value=gate_value, json=json)
    varied = target is not None if strip is None else strip
    wanted = Wanted(spec, again, varied, gate_value)
    with bar("trading") as heard:
        found = made([wanted], again, heard)
    if target is not None:
        write(target, json_of(found) if target.suffix == ".json" else page_of(found))
    return _told(found, ending(found.last, spec.events), target, json=json)


def _counted(
    spec: RunSpec, again: str, target: Path | None, *, gate_value: bool, json: bool
) -> int:
    """A run whose money is not counted, on the terminal, as JSON and as a page."""
    if gate_value:
        raise ConfigError(
            "--gate-value tells in dollars what gates were worth, and no money is counted here: "
            "leave it out"
        )
    with bar("trading") as heard:
        counted = mechanics.made(spec, again, heard)
    return mechanics.told(counted, target, json_too=json)


def _told(found: Report, warnings: Sequence[str], target: Path | None, *, json: bool) -> int:
    """What came of it, and the exit code that says whether the figures are sound."""
    checked = verdicts(found)
    if json:
        show_json({**contract(found, found.accounts[0], checked), "warnings": warnings})
    else:
        show_outcome(found, checked, target)
        for warning in warnings:
            show(f"! {warning}")
    return Exit.OK if set(checked.values()) == {PASS} else Exit.ERROR


def _again(given: Mapping[str, object], flags: Sequence[str]) -> str:
    """The command that makes the run again."""
    words = [word for key, told in given.items() if told is not None for word in (key, str(told))]
    return shlex.join(["tomking", "backtest", *words, *flags])


def spec_of(settings: Settings, said: Said) -> RunSpec:
    """What is to be run: the settings, and over them what was said on the command line.

    Raises
    ------
    ConfigError
        If something said is not allowed.
    """
    start, end = _day(said.start), _day(said.end)
    if start is not None and end is not None and start > end:
        raise ConfigError(f"--from {start} lies after --to {end}: exchange them")
    spec = RunSpec(
        strategies.chosen(_names(said.strategies) or settings.strategies, settings.tunings),
        settings.capital if said.capital is None else capital_of(said.capital),
        start,
        end,
        settings.seed if said.seed is None else said.seed,
        said.scale or settings.scale,
        model_named(said.fill or settings.fill),
        settings.limits,
        early_exercise=(
            settings.early_exercise if said.early_exercise is None
            else mode_named(said.early_exercise)
        ),
        latency_s=settings.latency_s if said.latency_s is None else latency(said.latency_s),
        events=own_events(),
    )  # fmt: skip
    apart(spec)
    return spec


def _names(said: str | None) -> tuple[str, ...]:
    """Names with commas between them."""
    names = tuple(part.strip() for part in (said or "").split(",") if part.strip())
    if said is not None and not names:
        raise ConfigError("--strategies names none: write them with commas, or leave it out")
    return names


def _day(said: str | None) -> date | None:
    return None if said is None else day_of(said)
