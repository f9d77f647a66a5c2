"""``tomking seasonal [MONTH]``: what the methodology says of a month. A hint, and nothing reads it."""

from dataclasses import asdict
from typing import Annotated

import typer

from tomking.app.screen import show, show_json, show_table
from tomking.market.seasonal import CAUTION, TILTS, tilt


def command(
    month: Annotated[
        str | None, typer.Argument(metavar="MONTH", help="1 to 12 or a name; all when left out.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Show the tilt of new exposure by month that the methodology prints.

    It is a hint: no gate asks it, no plan follows it, and no evidence for it is known.
    """
    found = TILTS if month is None else (tilt(month),)
    if json:
        show_json({"caution": CAUTION, "months": [asdict(each) for each in found]})
        return
    show(f"The methodology's tilt by month: {CAUTION}.")
    show_table(
        ("month", "equity", "bonds", "commodities", "what is said of it"),
        [
            (each.month, f"{each.equity:g}", f"{each.bonds:g}", f"{each.commodities:g}", each.note)
            for each in found
        ],
    )
