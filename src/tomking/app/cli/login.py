"""``tomking login``: the broker's keys into the key ring, never shown and never in a file."""

import os
import sys
from collections.abc import Callable, Mapping
from getpass import getpass
from typing import Annotated

import typer

from tomking.app.desk_files import PAPER, there
from tomking.app.key_ring import OsRing
from tomking.app.keys import CLIENT_SECRET, REFRESH_TOKEN, Ring, from_environment, keep
from tomking.app.screen import show, show_json
from tomking.core.errors import ConfigError, Exit
from tomking.wire.keys import Keys

#: Asks the broker with some keys and says whom it knows them as; a fault of the broker is raised.
Verify = Callable[[Keys], str]
#: Asks for a secret without showing it; nothing where nobody sits at a terminal.
AskSecret = Callable[[str], str | None]


def command(
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Ask for the client secret and the refresh token and keep them in the system's key ring.

    They are taken from TOMKING_CLIENT_SECRET and TOMKING_REFRESH_TOKEN when those are set; what is typed
    is not shown, and nothing is kept that the broker does not know. Exit code 2 when there is no key
    ring: the desk then reads the environment.
    """
    there(account)
    said = login(account, os.environ, _hidden, OsRing(), _broker)
    if json:
        show_json({"account": account, "kept": True, "verified": True, "said": said})
    else:
        show(f"The keys of {account} are in the key ring: {said}.")
    return Exit.OK


def login(
    account: str, environ: Mapping[str, str], ask: AskSecret, ring: Ring, verify: Verify
) -> str:
    """Find the keys, have them verified, keep them, and return what the broker said.

    Raises
    ------
    ConfigError
        If there are none, or no key ring; nothing is kept then.
    BrokerError
        If the broker does not know them; nothing is kept then either.
    """
    ring.ready()
    keys = from_environment(environ) or _typed(ask)
    said = verify(keys)
    keep(account, keys, ring)
    return said


def _broker(keys: Keys) -> str:
    """What the broker says: loaded here, for asking for keys needs no line."""
    from tomking.app.asking import whose

    return whose(keys)


def _typed(ask: AskSecret) -> Keys:
    given = [(ask(what) or "").strip() for what in ("Client secret:", "Refresh token:")]
    if not all(given):
        raise ConfigError(
            f"both keys are needed: type them at a terminal, or set {CLIENT_SECRET} and {REFRESH_TOKEN}"
        )
    return Keys(*given)


def _hidden(prompt: str) -> str | None:
    """A line that is not echoed; nothing where standard input is no terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    return getpass(f"{prompt} ")
