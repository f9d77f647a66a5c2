"""``tomking init``: the folder of an account, safe as it stands."""

from typing import Annotated

import typer

from tomking.app.config.beginning import beginning
from tomking.app.desk_files import PAPER, DeskFiles, files_of
from tomking.app.home import home
from tomking.app.screen import show, show_json
from tomking.core.errors import ConfigError, DataError, Exit
from tomking.engine.durable import put


def command(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What the account is called.")
    ] = PAPER,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Make an account: its folder, settings with comments, and a place for plans of your own.

    Nothing trades by itself afterwards: it is paper, without automatic entries, and sends no orders. An
    account that is there is left as it is.
    """
    files = files_of(name)
    plans = home() / "strategies"
    if files.settings.exists():
        raise ConfigError(
            f"{files.settings} is there already and stays as it is: choose another name, or edit it"
        )
    try:
        files.spool.make()
        plans.mkdir(parents=True, exist_ok=True)
        put(files.settings, beginning(name))
    except OSError as fault:
        raise DataError(f"{files.folder} cannot be made ({fault.strerror}): make room") from fault
    steps = _steps(files)
    if json:
        show_json(
            {
                "account": name,
                "folder": str(files.folder),
                "settings": str(files.settings),
                "strategies": str(plans),
                "next": steps,
            }
        )
        return Exit.OK
    show(f"The account {name} is in {files.folder}; your own plans go into {plans}.")
    for number, step in enumerate(steps, 1):
        show(f"  {number}. {step}")
    return Exit.OK


def _steps(files: DeskFiles) -> list[str]:
    named = "" if files.account == PAPER else f" --account {files.account}"
    return [
        f"read and change {files.settings}, then `tomking config check {files.settings}`",
        "see what the rules would have done: `tomking demo`, then `tomking backtest`",
        f"with keys of the broker: `tomking login{named}`; whatever happens, `tomking halt` stops it",
    ]
