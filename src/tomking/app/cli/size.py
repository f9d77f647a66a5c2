"""``tomking size FILE``: how many units of an order fit, every term, and the one that binds."""

from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from tomking.app.config.load import load
from tomking.app.now import now
from tomking.app.screen import show, show_table
from tomking.app.ticket.exact import show_exact
from tomking.app.ticket.file import ticket, with_vix
from tomking.app.ticket.sizes import Fitting, document, fitting
from tomking.app.ticket.source import read
from tomking.app.ticket.words import line, named, title
from tomking.core.errors import Exit
from tomking.core.reading import figure
from tomking.report.words import many, money


def command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A JSON file of legs; - for standard input.")
    ],
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="STRATEGY", help="Whose stops and limits the order has."),
    ] = None,
    vix: Annotated[
        float | None, typer.Option(min=1, max=1000, help="VIX, where the file does not say it.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="The account whose settings and past count.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Say how many units of an order fit its account: the least of every term, and nought is an answer.

    The file is that of `explain`; its legs are one unit, and how many it asks for does not matter. A
    plan that trades such legs lends its stop and its limits. With --account its stage, phase, streak and
    locks bind too. Exit code 3 when not one unit fits.
    """
    asked = with_vix(ticket(read(file), now()), vix)
    if account is None:
        found = fitting(asked, load(config, preset), as_)
    else:
        from tomking.app.account_limits import whose  # the wire, which a file does not need

        who = whose(account, config=config, preset=preset)
        found = fitting(who.order(asked), who.settings, as_)
    if json:
        show_exact(document(found))
    else:
        _show(found)
    return Exit.OK if found.units else Exit.REFUSED


def _show(found: Fitting) -> None:
    show(title(found.asked, named(found.asked)))
    show(line(found.asked))
    show(f"{many(found.units, 'unit')}: bound by {found.binds.name} ({found.binds.rule})")
    show(_losses(found))
    show()
    rows = [
        (
            room.name, _units(room.units), room.stage.value, room.rule,
            "binds" if room is found.binds else "",
        )
        for room in sorted(found.terms, key=lambda room: room.units)
    ]  # fmt: skip
    show_table(("term", "units", "stage", "rule", ""), rows)
    for sentence in found.assumed:
        show(f"Taken: {sentence}.")


def _units(units: float) -> str:
    return figure(units) if isfinite(units) else "any"


def _losses(found: Fitting) -> str:
    """What one unit may lose, in words."""
    if not isfinite(found.stop_loss):
        return "Nothing bounds what one unit may lose, and no stop is known."
    most = f"{money(found.max_loss)} at most" if isfinite(found.max_loss) else "beyond it no bound"
    return f"One unit loses {money(found.stop_loss)} at its stop, {most}."
