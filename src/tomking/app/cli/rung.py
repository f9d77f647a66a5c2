"""``tomking rung``: the kill ladder, what each rung does, and a move along it."""

from typing import Annotated

import typer

from tomking.app.cli.halt import person
from tomking.app.desk_files import PAPER, there
from tomking.app.now import instant
from tomking.app.screen import show, show_json, show_table
from tomking.app.standing_now import seen
from tomking.app.typed import at_terminal, confirmed
from tomking.core.errors import ConfigError, DataError, Exit
from tomking.core.near import did_you_mean
from tomking.core.rung import DOES, Rung
from tomking.engine.spool import RUNG, Command

NO_DESK = "NO DESK IS RUNNING: the next one is asked"


def command(
    to: Annotated[
        str | None, typer.Argument(metavar="RUNG", help="Where to; the ladder when left out.")
    ] = None,
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    reason: Annotated[str, typer.Option(help="Why, in your own words.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the word.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Show the kill ladder, or ask the desk to move along it; that needs a reason and the rung typed.

    Up is never refused. A desk that is locked moves down a day later at the earliest. No rung holds an
    exit back.
    """
    files = there(account)
    found = seen(files, instant())
    heart = found.heart
    here = heart.rung if heart else None
    if to is None:
        _show(here, json=json)
        return Exit.OK
    asked = _rung(to)
    if not reason.strip():
        raise ConfigError("--reason is missing: say in your own words why")
    if not yes:
        confirmed(asked.name, f"{account} is to stand at {asked.name}: {DOES[asked]}.", at_terminal)
    try:
        name = files.spool.drop(Command(RUNG, instant(), person(), reason.strip(), asked.name))
    except OSError as fault:
        raise DataError(f"the desk cannot be told ({fault.strerror}): `tomking halt`") from fault
    if json:
        show_json({
            "account": account, "rung": here, "asked": asked.name, "command": name,
            "running": found.running,
        })  # fmt: skip
    else:
        told = "The desk is asked" if found.running else NO_DESK
        show(f"{told} to move to {asked.name}. Its answer: {files.spool.out / name}")
    return Exit.OK


def _rung(word: str) -> Rung:
    """The rung a person names.

    Raises
    ------
    ConfigError
        If there is none, or it takes a command of its own.
    """
    name = word.upper().replace("-", "_")
    known = [rung.name for rung in Rung]
    if name not in known:
        raise ConfigError(f"unknown rung {word!r}{did_you_mean(name, known)}")
    if name == Rung.FLATTEN.name:
        raise ConfigError("FLATTEN is asked for by `tomking flatten`, which shows first what goes")
    return Rung[name]


def _show(here: str | None, *, json: bool) -> None:
    if json:
        rows = [{"rung": rung.name, "does": does} for rung, does in DOES.items()]
        show_json({"rung": here, "ladder": rows})
        return
    show_table(
        ("rung", "what the desk does there", ""),
        [(rung.name, does, "here" if rung.name == here else "") for rung, does in DOES.items()],
    )
