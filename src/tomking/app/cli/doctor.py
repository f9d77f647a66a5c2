"""``tomking doctor``: whether this installation works, and what to do if not."""

import time
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from tomking.app.checks import Check, Status, examine
from tomking.app.screen import day_of, show, show_json, show_table
from tomking.core.errors import ConfigError, Exit


def command(
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="Look as if today were this date.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="Ask the broker what this account may hold.")
    ] = None,
    join: Annotated[
        Path | None, typer.Option(help="On paper: a file with the line an exchange printed.")
    ] = None,
    look: Annotated[
        bool, typer.Option("--look", help="With --account: only tell, and switch nothing off.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Check versions, kernels, data, tables, settings, home and the last run.

    With --account the broker is asked too, and each plan of its settings that it cannot hold is switched
    off: it is not entered any more, and `tomking resume --lock` is how it comes back. Each line passes,
    warns or fails; the exit code is 1 when one fails.
    """
    found = examine(day_of(on) if on else date(*time.gmtime()[:3]))
    if account is not None:
        from tomking.app.switching import examined  # a broken installation is examined without

        found = (*found, *examined(account, join, look=look))
    elif look:
        raise ConfigError("--look is for --account: nothing is switched off without one")
    sound = all(check.status is not Status.FAIL for check in found)
    if json:
        show_json({"sound": sound, "checks": [_document(check) for check in found]})
    else:
        show_table(("", "check", "seen"), [(c.status.value, c.name, c.seen) for c in found])
        for check in found:
            if not check.passed:
                show(f"{check.status}: {check.name}: {check.do}.")
        show("Everything works." if sound else "Something does not work; see above.")
    return Exit.OK if sound else Exit.ERROR


def _document(check: Check) -> dict[str, str]:
    do = "" if check.passed else check.do
    return {"name": check.name, "status": check.status, "seen": check.seen, "do": do}
