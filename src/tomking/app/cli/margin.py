"""``tomking margin --file F``: what a venue asks for a set of legs on one underlying."""

from typing import Annotated, Any

import typer

from tomking.app.now import now
from tomking.app.screen import show, show_table
from tomking.app.ticket.document import margin_of
from tomking.app.ticket.exact import show_exact
from tomking.app.ticket.file import Ticket, ticket
from tomking.app.ticket.need import needed
from tomking.app.ticket.source import read
from tomking.portfolio.margin.leg import Margin
from tomking.report.words import many


def command(
    file: Annotated[
        str, typer.Option(metavar="PATH", help="A JSON file of legs; - for standard input.")
    ],
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Say what a house asks for the legs of a file, which shorts stay uncovered, and by what rule.

    The requirement does not subtract premium received; the effect on buying power does. In JSON both
    are numbers with two decimals, exact when they are read as decimals. The format of the file is in
    docs/reference/margin-file.md; a fault in it is one sentence and exit code 2.
    """
    asked = ticket(read(file), now())
    found = needed(asked)
    if json:
        show_exact(document(asked, found))
    else:
        _show(asked, found)


def document(asked: Ticket, found: Margin) -> dict[str, Any]:
    """The answer as the contract has it; what stands after ``method`` is extra."""
    return margin_of(found) | {"at": asked.at}


METHODS = {
    "universal": "the rule, every pairing tried",
    "bound": "the rule, too many pairings to try them all: never too low",
    "estimate": "rates stand in for a scan: ask the venue for a dry run",
}


def _show(asked: Ticket, found: Margin) -> None:
    on = asked.product
    show(
        f"{on.root} at {asked.price}, {on.kind}, {asked.house}; {asked.at:%Y-%m-%d %H:%M} New York"
    )
    show_table(
        ("", "dollars", ""),
        [
            ("requirement", f"{found.requirement:,}", METHODS[found.method]),
            ("buying power", f"{found.bp_effect:,}", "less premium received, plus premium paid"),
        ],
    )
    count = sum(one.count for one in found.uncovered)
    show(f"{many(count, 'short')} uncovered" + (":" if count else "."))
    for one in found.uncovered:
        show(f"  {one.count} x {one.expiry} {one.strike:g} {one.right.value[0]}")
    for said in asked.assumed:
        show(f"Assumed: {said}.")
