"""``tomking stress FILE``: an account over moves of the index, of volatility and of time."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tomking.app.config.load import load
from tomking.app.now import now
from tomking.app.scenario_file import scenarios as read_scenarios
from tomking.app.screen import show, show_pairs, show_table
from tomking.app.ticket import crashes, hedges
from tomking.app.ticket.exact import show_exact
from tomking.app.ticket.file import ticket
from tomking.app.ticket.grid import (
    DAYS,
    VOLS,
    Grid,
    Table,
    change,
    document,
    ends,
    grid_of,
    owner_of,
    rows,
)
from tomking.app.ticket.source import read
from tomking.app.ticket.words import line, named, title
from tomking.core.errors import ConfigError
from tomking.report.words import money, percent

DAYS_MAX, COUNT_MAX = 730.0, 12


def command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A JSON file of legs; - for standard input.")
    ],
    days: Annotated[
        str, typer.Option(metavar="0,7,21", help="Calendar days ahead, a table for each.")
    ] = ",".join(f"{ahead:g}" for ahead in DAYS),
    scenarios: Annotated[
        Path | None, typer.Option(help="A TOML file of scenarios, in place of the shipped ones.")
    ] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="Say where each scenario's figures come from.")
    ] = False,
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Say what an account gains or loses, and its buying power, as the index and volatility move.

    The file is that of `explain`: the order is taken as traded, at its limit or the typed prices;
    without legs it is what the account holds.
    Options are repriced and margin is worked out anew in every world. Volatility of other terms moves
    less than that of 30 days, in the proportions of 5 August 2024; spreads and margin are multiplied as
    on that day. Then come days that were bad, by name, and for a limit that is passed the cheapest
    listed hedge that brings it back.
    """
    asked, settings = ticket(read(file), now(), orderless=True), load(config, preset)
    shipped = crashes.SHIPPED if scenarios is None else read_scenarios(scenarios)
    wanted = ahead(days)
    with Console(stderr=True).status("repricing"):
        mine = owner_of(asked, settings.capital)
        found = grid_of(mine, settings.limits.stress_loss_max, wanted)
        bad = crashes.crashes(mine, shipped)
        over = hedges.breaches(mine, asked, settings.limits)
    if json:
        more = {
            "scenarios": crashes.document(bad),
            "moves": crashes.moved(mine),
            "breaches": hedges.document(over),
        }
        show_exact(document(found) | more)
        return
    show(title(asked, named(asked)))
    show(line(asked))
    show()
    for table in found.tables:
        _table(table)
    _drawn(found)
    show("Closed there, at spreads as wide as they were (MODEL):")
    show_table(crashes.HEAD, crashes.rows(bad))
    for said in crashes.failures(bad):
        show(said)
    if sources:
        show_pairs(crashes.sources(bad))
        show()
    show_pairs([(root, f"moves {said}") for root, said in crashes.moved(mine).items()])
    for seen, said in hedges.rows(over):
        show(f"Over its limit: {seen}")
        show(f"  {said}")


def _table(table: Table) -> None:
    """What is gained or lost some days ahead, and what buying power there is."""
    columns = ("index", *(f"vol x {vol:g}" for vol in VOLS))
    when = f" in {table.days:g} days" if table.days else ""
    show(f"Gained or lost at mid{when} (MODEL):")
    show_table(columns, rows(table, lambda there: money(change(there), sign=True)))
    show(f"Buying power there{when}; below nought there is a margin call:")
    show_table(columns, rows(table, lambda there: money(there.buying_power)))


def _drawn(found: Grid) -> None:
    """What the signs mean, and the ends of the fine table."""
    worst, best = ends(found)
    show(
        f"! more than {percent(found.loss_max, 0)} of net liq is lost when all is closed there; "
        "* the house calls: margin is the harsher of repriced and multiplied."
    )
    show(
        f"Of {found.fine.size:,} worlds the worst at mid is {money(worst[0], sign=True)} ({worst[1]}), "
        f"the best {money(best[0], sign=True)} ({best[1]})."
    )
    show()


def ahead(text: str) -> tuple[float, ...]:
    """Days ahead as people type them.

    Raises
    ------
    ConfigError
        If one is no number of days, or there are too many.

    >>> ahead("0, 7,21")
    (0.0, 7.0, 21.0)
    """
    try:
        found = tuple(dict.fromkeys(float(part) for part in text.split(",")))
    except ValueError:
        found = ()
    if not 0 < len(found) <= COUNT_MAX or not all(0.0 <= day <= DAYS_MAX for day in found):
        raise ConfigError(
            f"{text!r} are not days ahead: write up to {COUNT_MAX} numbers from 0 to {DAYS_MAX:g}, "
            "such as 0,7,21"
        )
    return found
