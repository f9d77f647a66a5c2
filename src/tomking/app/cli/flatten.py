"""``tomking flatten``: everything is closed, in packages; or shown, which sends nothing."""

import sys
from typing import Annotated, Any

import typer

from tomking.app.account_now import settings_of
from tomking.app.cli.halt import person
from tomking.app.desk_files import PAPER, DeskFiles, there
from tomking.app.flattening import Flattening, of_journal
from tomking.app.now import instant
from tomking.app.screen import show, show_json, show_table
from tomking.app.standing_now import Seen, seen
from tomking.app.typed import at_terminal, confirmed
from tomking.core.errors import ConfigError, DataError, Exit
from tomking.engine.commands import FLATTEN_WORD
from tomking.engine.spool import FLATTEN, Command
from tomking.risk.limits import Limits

HOW = (
    "Each goes as one package, priced when it is sent; one with an unquoted leg or a stale quote is not "
    "sent and named. What covers another goes after it. Openings at work are withdrawn."
)
NO_DESK = (
    "NO DESK IS RUNNING: nothing is closed until one is. Until then close in the broker's own app."
)

NOTHING_LEAVES = (
    "ITS DESK SENDS NOTHING, exits neither (desk.execution): close in the broker's own app, or start it "
    'again with `execution = "send"`.'
)


def command(
    preview: Annotated[bool, typer.Option("--preview", help="Only show it.")] = False,
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    reason: Annotated[str, typer.Option(help="Why, in your own words.")] = "flattened by hand",
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Close everything an account holds: shown first, then asked for by a typed word.

    The desk sends the orders; afterwards it is locked until a person moves it down with `tomking rung`.
    With --preview nothing is asked of it.
    """
    files = there(account)
    found, fault = _found(files, must=preview)
    there_ = seen(files, instant())
    running, idle = there_.running, _idle(there_)
    if preview and json:
        show_json(_document(found, running=running))
        return Exit.OK
    if not json:
        _show(found, fault, idle)
    if preview:
        return Exit.OK
    word = confirmed(FLATTEN_WORD, f"Everything {account} holds is to be closed.", at_terminal)
    try:
        name = files.spool.drop(
            Command(FLATTEN, instant(), person(), reason.strip(), FLATTEN_WORD, word)
        )
    except OSError as fault_:
        raise DataError(
            f"the desk cannot be told ({fault_.strerror}): close in the broker's own app"
        ) from fault_
    if json:
        show_json({"account": account, "command": name, "running": running})
    else:
        show(f"The desk is asked to flatten {account}. Its answer: {files.spool.out / name}")
        show(idle)
    return Exit.OK


def _idle(found: Seen) -> str:
    """Why nothing will be closed as things stand; empty where a desk is at work that closes."""
    if not found.running:
        return NO_DESK
    return "" if found.heart is not None and found.heart.exits else NOTHING_LEAVES


def _found(files: DeskFiles, *, must: bool) -> tuple[Flattening | None, str]:
    """What is held; a journal that cannot be read stops a preview, and no file stops the flattening."""
    try:
        return of_journal(files.journal, _limits(files)), ""
    except DataError as fault:
        if must:
            raise
        return None, str(fault)


def _limits(files: DeskFiles) -> Limits:
    """The account's limits, of which the order of closing is asked; the rulebook's where none hold."""
    try:
        return settings_of(files).limits
    except ConfigError as fault:  # a slip in a file must not stand in the way of closing
        print(f"tomking: {fault}; shown in the rulebook's order of closing", file=sys.stderr)
        return Limits()


def _show(found: Flattening | None, fault: str, idle: str) -> None:
    if found is None:
        show(f"What is held cannot be shown: {fault}.")
        return
    rows = [(one.position, one.strategy, one.legs, str(one.units)) for one in found.closings]
    if rows:
        show("Flattening would close, in this order:")
        show_table(("position", "strategy", "closing legs", "units"), rows)
        show(HOW)
    else:
        show("The journal's book holds nothing.")
    for there_ in found.withdrawn:
        show(f"withdrawn: {there_}")
    if found.proposed:
        show(f"Last shown by the desk, {found.proposed}.")
    if idle:
        show(idle)


def _document(found: Flattening | None, *, running: bool) -> dict[str, Any]:
    closings = found.closings if found else ()
    rows = [
        {"position": o.position, "strategy": o.strategy, "legs": o.legs, "units": o.units}
        for o in closings
    ]
    return {
        "closings": rows,
        "withdrawn": list(found.withdrawn) if found else [],
        "proposed": (found.proposed or None) if found else None,
        "running": running,
    }
