"""``tomking stress FILE``: an account over moves of the index and of volatility."""

from pathlib import Path
from typing import Annotated

import typer

from tomking.app.config.load import load
from tomking.app.now import now
from tomking.app.screen import show, show_table
from tomking.app.ticket.exact import show_exact
from tomking.app.ticket.file import ticket
from tomking.app.ticket.grid import VOLS, document, grid_of, rows
from tomking.app.ticket.source import read
from tomking.app.ticket.words import line, named, title
from tomking.report.words import money


def command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A JSON file of legs; - for standard input.")
    ],
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Say what an account gains or loses, and its buying power, as the index and volatility move.

    The file is that of `explain`: the order is taken as traded, at its limit or the typed prices.
    Options are repriced and margin is worked out anew in every world. Volatility of other terms moves
    less than that of 30 days, in the proportions of 5 August 2024.
    """
    asked, capital = ticket(read(file), now()), load(config, preset).capital
    found = grid_of(asked, capital)
    if json:
        show_exact(document(found))
        return
    show(title(asked, named(asked)))
    show(line(asked))
    show()
    columns = ("index", *(f"vol x {vol:g}" for vol in VOLS))
    show("Gained or lost at mid (MODEL):")
    show_table(columns, rows(found, lambda there: money(found.change(there), sign=True)))
    show("Buying power there; below nought there is a margin call:")
    show_table(columns, rows(found, lambda there: money(there.buying_power)))
