"""``tomking stage``: the deployment stage, what the next one asks, and the signature that takes it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tomking.app.commanding import Came, commanded, known
from tomking.app.config.load import load
from tomking.app.now import instant, now
from tomking.app.of_account import alone, document, of_account, show_came
from tomking.app.screen import show, show_json, show_table
from tomking.app.signed import record, sign, signature
from tomking.core.errors import ConfigError, Exit
from tomking.core.reading import Reading, Skip, in_unit
from tomking.engine.spool import PROMOTE, Command
from tomking.report.plain import reading
from tomking.report.words import many
from tomking.risk.limits import Limits
from tomking.risk.progress import TOP_STAGE
from tomking.risk.promotion import Record, missing, promotion


def command(
    act: Annotated[
        str, typer.Argument(metavar="[promote]", help="Nothing shows it; promote takes the next.")
    ] = "show",
    reason: Annotated[str | None, typer.Option(help="Why, in your own words.")] = None,
    sign_: Annotated[str | None, typer.Option("--sign", metavar="NAME", help="Who signs.")] = None,
    account: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="An account: its settings, its journal, its signatures."),
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(
            help="The account's journal, whose winners count; that in the home if left out."
        ),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Say which deployment stage the account is in and what the next asks; with promote, sign for it.

    A stage is never taken by the program: it needs its winners, its weeks, a reason and a name. With
    --account it is signed into that account's journal, by way of its desk while one runs. Exit code 3
    when winners or weeks are missing.
    """
    if act not in ("show", "promote"):
        raise ConfigError(f"unknown word {act!r}: say `tomking stage` or `tomking stage promote`")
    if act == "show" and (reason or sign_):
        raise ConfigError("--reason and --sign are for `tomking stage promote`")
    if account is not None:
        alone(account, journal=journal, config=config, preset=preset)
        return _of_account(account, act, reason, sign_, json=json)
    limits = load(config, preset).limits
    found = record(limits, journal)
    if act == "show":
        _show(found, limits, now(), json=json)
        return Exit.OK
    return _promote(found, limits, signature(sign_, reason), json=json)


def _of_account(
    account: str, act: str, reason: str | None, signer: str | None, *, json: bool
) -> int:
    """The ladder of an account by its own journal, and the signature into it."""
    files, settings = of_account(account)
    there = known(files, settings.limits, settings.capital)
    if act == "show":
        _show(there.record, settings.limits, there.at, json=json)
        return Exit.OK
    signed = signature(signer, reason)
    wanted = Command(
        PROMOTE, instant(), (signer or "").strip(), (reason or "").strip(), str(there.record.next)
    )
    asked = promotion(there.record, there.at, signed, settings.limits)
    came = (
        Came(refused=asked)
        if isinstance(asked, Skip)
        else commanded(files, settings.limits, settings.capital, wanted)
    )
    after = known(files, settings.limits, settings.capital)
    if json:
        show_json(_document(after.record, settings.limits, after.at) | document(came, "promoted"))
    else:
        show_came(came, account)
    return Exit.REFUSED if came.refused else Exit.OK


def _promote(found: Record, limits: Limits, signed: str, *, json: bool) -> int:
    """Sign for the next stage, or say what is missing."""
    made = promotion(found, now(), signed, limits)
    if isinstance(made, Skip):
        if json:
            show_json(_document(found, limits, now()) | {"promoted": False})
        else:
            for seen in made.failed:
                show(f"refused: {seen} ({seen.rule})")
        return Exit.REFUSED
    place = sign(made)
    after = record(limits)
    if json:
        show_json(_document(after, limits, now()) | {"promoted": True, "signed": made.signed})
    else:
        show(f"{str(made)[0].upper()}{str(made)[1:]}; written to {place}")
    return Exit.OK


def _show(found: Record, limits: Limits, at: datetime, *, json: bool) -> None:
    if json:
        show_json(_document(found, limits, at))
        return
    show(_headline(found, limits))
    rows = [_row(seen) for seen in missing(found, at.date(), limits)]
    if found.next > TOP_STAGE:
        show("There is no stage above it.")
        return
    show(f"Stage {found.next} asks:")
    show_table(("of", "shown", "asked", "missing", "rule"), rows)


def _headline(found: Record, limits: Limits) -> str:
    if not found.signed:
        return f"No stage was signed for: that of the settings, {limits.stage}, stands."
    lower = limits.stage < found.stage
    binds = f", of which the settings allow {limits.stage}" if lower else ""
    won = f"{many(found.wins, 'winner')} since the first"
    return f"Stage {found.stage}{binds}, since {found.since}: {won}."


def _row(seen: Reading) -> tuple[str, ...]:
    shown = seen.observed if isinstance(seen.observed, float | int) else 0.0
    asked = seen.bound if isinstance(seen.bound, float | int) else 0.0
    lacks = "nothing" if seen.passed else in_unit(asked - shown, seen.unit)
    shown_as, asked_as = in_unit(shown, seen.unit), in_unit(asked, seen.unit)
    return seen.name, shown_as, f"{seen.sense} {asked_as}", lacks, seen.rule


def _document(found: Record, limits: Limits, at: datetime) -> dict[str, Any]:
    return {
        "stage": min(found.stage, limits.stage),
        "signed_stage": found.stage if found.signed else None,
        "settings_stage": limits.stage,
        "since": found.since.isoformat() if found.signed else None,
        "winners": found.wins,
        "next": found.next if found.next <= TOP_STAGE else None,
        "asked": [reading(seen) for seen in missing(found, at.date(), limits)],
    }
