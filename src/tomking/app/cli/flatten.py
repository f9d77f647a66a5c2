"""``tomking flatten``: everything is closed, in packages; or shown, which sends nothing."""

from typing import Annotated, Any

import typer

from tomking.app.cli.halt import person
from tomking.app.config.load import load
from tomking.app.desk_files import PAPER, DeskFiles, there
from tomking.app.flattening import Flattening, of_journal
from tomking.app.now import instant
from tomking.app.screen import show, show_json, show_table
from tomking.app.standing_now import seen
from tomking.app.typed import at_terminal, confirmed
from tomking.core.errors import DataError, Exit
from tomking.engine.commands import FLATTEN_WORD
from tomking.engine.spool import FLATTEN, Command

HOW = (
    "Each goes as one package, priced when it is sent; one with an unquoted leg or a stale quote is not "
    "sent and named. What covers another goes after it. Openings at work are withdrawn."
)
NO_DESK = (
    "NO DESK IS RUNNING: nothing is closed until one is. Until then close in the broker's own app."
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
    running = seen(files, instant()).running
    if preview:
        _show(found, fault, running=running, json=json)
        return Exit.OK
    if not json:
        _show(found, fault, running=running, json=False)
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
        show("" if running else NO_DESK)
    return Exit.OK


def _found(files: DeskFiles, *, must: bool) -> tuple[Flattening | None, str]:
    """What is held; a journal that cannot be read stops a preview, never the flattening."""
    try:
        return of_journal(files.journal, load(files.settings).limits), ""
    except DataError as fault:
        if must:
            raise
        return None, str(fault)


def _show(found: Flattening | None, fault: str, *, running: bool, json: bool) -> None:
    if json:
        show_json(_document(found, running=running))
        return
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
    if not running:
        show(NO_DESK)


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
