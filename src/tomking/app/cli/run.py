"""``tomking run``: the desk of an account as its settings say, until it is asked to stop."""

from typing import Annotated

import typer

from tomking.app import strategies
from tomking.app.cli.paper import Day, Join, Minute, Sessions, Speed, Started, session, traded
from tomking.app.config.load import load
from tomking.app.desk_files import PAPER, there
from tomking.app.live import LIVE
from tomking.app.real_money import SEND
from tomking.app.running import Allowed
from tomking.app.screen import show, show_json
from tomking.app.trading import Told
from tomking.core.errors import Exit
from tomking.portfolio.fees import TASTYTRADE

BY_HAND = (
    "{account} trades real money by its settings, which never starts without a person: `tomking live` "
    "says what stands in the way and asks for a typed word."
)


def command(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its name.")] = PAPER,
    join: Join = None,
    day: Day = None,
    minute: Minute = None,
    speed: Speed = 1.0,
    sessions: Sessions = 0,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Run the desk of an account: on paper what its settings let out, with real money never by itself.

    desk.execution and desk.automatic_entry say what leaves: with the first off or at prepare, orders are
    judged and written down and none is sent. Asked to end (SIGTERM, Ctrl-C) it takes back what would
    open, leaves exits at work, copies its journal into the account's folder backups, and is gone within
    ten seconds with exit code 0; with 4 if the copy could not be made.
    """
    files = there(account)
    settings = load(files.settings if files.settings.exists() else None)
    if settings.mode == LIVE:
        said = BY_HAND.format(account=account)
        if json:
            show_json({"account": account, "running": False, "said": said})
        else:
            show(said)
        return Exit.REFUSED
    sends = settings.execution == SEND
    told = Told(
        "paper", strategies.chosen(settings.strategies, settings.tunings), settings.limits, TASTYTRADE,
        repr(settings), settings.backstops,
    )  # fmt: skip
    allowed = Allowed(sends and settings.automatic_entry, sends)
    started = Started(speed, minute, None, sessions, session(day), int(settings.capital))
    return traded(files, told, allowed, started, join, json=json)
