"""``tomking data FILE``: whether a recorded chain file is whole, and what it holds."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tomking.app.screen import show, show_json
from tomking.data.chain_file import check_chain


def command(
    file: Annotated[
        Path, typer.Argument(help="A CSV of quotes: at,root,expiry,right,strike,bid,ask.")
    ],
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Check a recorded chain file and say what it holds."""
    found = check_chain(file)
    if json:
        show_json(asdict(found))
    else:
        roots = ", ".join(found.roots)
        show(f"{file}: {found.rows:,} quotes of {roots}, {found.first} to {found.last}, all whole")
    return 0
