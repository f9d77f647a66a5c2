"""``tomking data FILE``: whether a recorded chain file is whole; ``tomking data events FILE`` brings in
dates.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tomking.app.event_calendar import bring_in
from tomking.app.screen import show, show_json
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.data.chain_file import check_chain

#: What can be brought in from a file.
EVENTS = "events"


def command(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE | events FILE",
            help="A CSV of quotes (at,root,expiry,right,strike,bid,ask), or `events` and a CSV of dates "
            "(date,time,name,source).",
        ),
    ],
    file: Annotated[Path | None, typer.Argument(metavar="", help="The file of dates.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Check a recorded chain file and say what it holds; or bring in dates of events."""
    if file is None and what != EVENTS:
        return _chain(Path(what), json=json)
    if what != EVENTS:
        raise ConfigError(
            f"{what!r} cannot be brought in{did_you_mean(what, (EVENTS,))}; say `events` and a file, or "
            "a chain file alone"
        )
    if file is None:
        raise ConfigError("say which file of dates: `tomking data events FILE`")
    found = bring_in(file)
    if json:
        show_json(asdict(found))
    else:
        show(
            f"{found.read} dates from {found.first} to {found.last} brought in, {found.changed} of them "
            f"new; {found.held} of your own are in {found.file}"
        )
    return 0


def _chain(file: Path, *, json: bool) -> int:
    found = check_chain(file)
    if json:
        show_json(asdict(found))
    else:
        roots = ", ".join(found.roots)
        show(f"{file}: {found.rows:,} quotes of {roots}, {found.first} to {found.last}, all whole")
    return 0
