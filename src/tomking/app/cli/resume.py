"""``tomking resume``: the brake is let go, or another reason not to trade is lifted."""

from typing import Annotated

import typer

from tomking.app.cli.halt import person
from tomking.app.commanding import commanded, dropped
from tomking.app.desk_files import PAPER, DeskFiles, there
from tomking.app.now import instant
from tomking.app.of_account import document, of_account, show_came
from tomking.app.screen import show, show_json
from tomking.app.standing_now import seen
from tomking.app.typed import at_terminal, confirmed
from tomking.core.errors import ConfigError, DataError, Exit
from tomking.core.rung import OPERATOR
from tomking.engine.durable import sync
from tomking.engine.spool import RESUME, Command
from tomking.risk.switches import CANNOT_HOLD

WORD = "RESUME"
NO_DESK = "NO DESK IS RUNNING: the next one is asked"


def command(
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    reason: Annotated[str | None, typer.Option(help="Why, in your own words.")] = None,
    lock: Annotated[
        str, typer.Option(metavar="REASON", help='What is lifted, such as "day loss".')
    ] = OPERATOR,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the word.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Let the brake go, or ask the desk to lift a lock; it needs a reason and the word typed.

    A strategy that doctor switched off comes back with --lock "account cannot hold NAME", from the next
    session on. The desk may refuse: a lock lasts 24 hours at least, that of a drawdown two weeks. Its
    answer stands in the account's spool.
    """
    files = there(account)
    if not (reason or "").strip():
        raise ConfigError("--reason is missing: say in your own words why trading may go on")
    if not yes:
        confirmed(
            WORD, f"{lock!r} is to be lifted from {account}: new risk may be taken.", at_terminal
        )
    if lock.startswith(CANNOT_HOLD):
        return _switch_on(account, lock, (reason or "").strip(), json=json)
    removed = _let_go(files) if lock == OPERATOR else False
    name = dropped(files, Command(RESUME, instant(), person(), (reason or "").strip(), lock))
    running = seen(files, instant()).running
    if json:
        show_json({
            "account": account, "lock": lock, "halt_file_removed": removed, "command": name,
            "running": running,
        })  # fmt: skip
        return Exit.OK
    if removed:
        show(f"The HALT file of {account} is gone.")
    asked = "The desk is asked" if running else NO_DESK
    answer = files.spool.out / name
    show(f"{asked} to lift {lock!r}; until it has, nothing opens. Its answer: {answer}")
    return Exit.OK


def _switch_on(account: str, lock: str, reason: str, *, json: bool) -> int:
    """A strategy comes back from the next session on: by the desk, or here while none runs."""
    files, settings = of_account(account)
    wanted = Command(RESUME, instant(), person(), reason, lock)
    came = commanded(files, settings.limits, settings.capital, wanted)
    if json:
        show_json({"account": account, "lock": lock} | document(came, "lifted"))
    else:
        show_came(came, account)
    return Exit.REFUSED if came.refused else Exit.OK


def _let_go(files: DeskFiles) -> bool:
    """Take the HALT file away; whether there was one."""
    try:
        files.halt.unlink()
        sync(files.folder)
    except FileNotFoundError:
        return False
    except OSError as fault:
        raise DataError(
            f"{files.halt} cannot be taken away ({fault.strerror}): delete it by hand"
        ) from fault
    return True
