"""``tomking halt``: the brake. It needs nothing but Python and the folder of the account."""

import json as plain_json
import os
from collections.abc import Sequence
from contextlib import suppress

from tomking.app.desk_files import DeskFiles, accounts, there
from tomking.app.home import home
from tomking.app.now import instant
from tomking.app.plain_words import ACCOUNT, JSON, Option, asks_help, page, read
from tomking.app.standing_now import seen
from tomking.core.errors import ConfigError, Exit, TomKingError
from tomking.core.value import value
from tomking.engine.durable import put
from tomking.engine.spool import HALT, Command

OPTIONS = (
    Option(ACCOUNT, "The account; every account there is when left out.", "NAME"),
    Option("reason", "Why, in your own words.", "TEXT"),
    JSON,
)
NO_REASON = "no reason was given"
NO_DESK = (
    "NO DESK IS RUNNING: the next one finds it, and orders at work stay at the broker until then"
)
DOES_NOT = (
    "Positions stay, and exits still go: nothing is closed by this, and orders that close keep "
    "working. `tomking flatten` closes; `tomking status` shows; `tomking resume` lifts it."
)


@value
class Braked:
    """What the brake did to an account."""

    account: str
    place: str
    was_on: bool
    spooled: str
    fault: str = ""
    running: bool = False

    def __str__(self) -> str:
        did = "was halted already" if self.was_on else "is halted"
        told = "its desk is told" if self.running else NO_DESK
        if not self.spooled:
            finds = "it finds the file at its next look" if self.running else NO_DESK
            told = f"its desk is not told ({self.fault}); {finds}"
        what = f"nothing that adds risk is sent while {self.place} is there"
        return f"{self.account} {did}: {what}; {told}."


def run(words: Sequence[str]) -> int:
    """Read the words and pull the brake."""
    if asks_help(words):
        print(page(HALT, (command.__doc__ or "").replace("\n    ", "\n").strip(), OPTIONS))
        return Exit.OK
    given = read(words, OPTIONS, HALT)
    return command(given.get(ACCOUNT, ""), given.get("reason", ""), json="json" in given)


def command(account: str = "", reason: str = "", *, json: bool = False) -> int:
    """Stop everything that adds risk, now: a HALT file that is looked at before every order is sent.

    It works without a running desk and with a broken journal. Openings at work are withdrawn; positions
    stay and exits still go. Without --account every account there is.
    """
    named = (account,) if account else accounts()
    if not named:
        raise ConfigError(f"there is no account in {home()}: is TOMKING_HOME the right folder?")
    done: list[Braked] = []
    failed: list[str] = []
    for name in named:
        try:
            done.append(pull(there(name), reason.strip() or NO_REASON))
        except TomKingError as fault:
            if len(named) == 1:
                raise
            failed.append(str(fault))
    _tell(done, failed, json=json)
    return Exit.ERROR if failed else Exit.OK


def pull(files: DeskFiles, reason: str) -> Braked:
    """Leave the HALT file, then tell the desk; the second may fail.

    Raises
    ------
    TomKingError
        If no file can be left: the brake is not on.
    """
    was_on = os.path.lexists(files.halt)
    at, by = instant(), person()
    if not was_on:
        _leave(files, f"{at.isoformat()} by {by}: {reason}\n")
    name, why = "", ""
    try:
        name = files.spool.drop(Command(HALT, at, by, reason))
    except OSError as fault:
        why = fault.strerror or str(fault)
    running = seen(files, at).running
    return Braked(files.account, str(files.halt), was_on, name, why, running=running)


def _leave(files: DeskFiles, text: str) -> None:
    """The file, whole and durable; where that fails an empty one, which brakes as well."""
    try:
        put(files.halt, text)
    except OSError as fault:
        with suppress(OSError):
            os.close(os.open(files.halt, os.O_CREAT | os.O_WRONLY, 0o644))
        if not os.path.lexists(files.halt):
            raise TomKingError(
                f"THE BRAKE IS NOT ON: {files.halt} cannot be written ({fault.strerror}). End the "
                "desk's process, or cancel its orders in the broker's own app"
            ) from fault


def person() -> str:
    """Who is logged in here, as far as the environment says."""
    return os.environ.get("USER") or os.environ.get("USERNAME") or "operator"


def _tell(done: Sequence[Braked], failed: Sequence[str], *, json: bool) -> None:
    if json:
        rows = [
            {
                "account": one.account,
                "halt_file": one.place,
                "was_halted": one.was_on,
                "command": one.spooled or None,
                "fault": one.fault or None,
                "running": one.running,
            }
            for one in done
        ]
        said = {"halted": not failed, "accounts": rows, "failed": list(failed)}
        print(plain_json.dumps(said, ensure_ascii=False))
        return
    for sentence in (*map(str, done), *failed):
        print(sentence)
    print(DOES_NOT)
