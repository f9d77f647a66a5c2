"""A paper exchange to trade at: started beside the desk, or joined where one serves already."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from tomking.core.errors import ConfigError, DataCorrupt, Exit, TomKingError, Transient
from tomking.core.value import value
from tomking.engine.durable import put
from tomking.wire.keys import Keys
from tomking.wire.session import Place

#: Seconds an exchange that was asked to stop may take.
STOP_WITHIN_S = 3.0
#: What its exit code means for whoever wanted it.
KINDS: Mapping[object, type[TomKingError]] = MappingProxyType(
    {Exit.USAGE.value: ConfigError, Exit.NEEDS_HUMAN.value: DataCorrupt}
)
LOOPBACK = ("127.0.0.1", "localhost")


@value
class Joined:
    """An exchange: where it is, how one gets in, and the account there."""

    place: Place
    keys: Keys
    account: str


def joined(said: Mapping[str, Any]) -> Joined:
    """What an exchange says of itself when it is ready.

    Raises
    ------
    ConfigError
        If something of it is missing, or it is not on this machine: paper never leaves it.
    """
    try:
        place = Place(
            str(said["base_url"]), str(said["streamer_url"]), str(said.get("ca_file") or "")
        )
        keys = Keys(str(said["client_secret"]), str(said["refresh_token"]))
        made = Joined(place, keys, str(said["account_number"]))
    except KeyError as missing:
        raise ConfigError(
            f"{missing} is missing: give the line that `tomking exchange serve` printed"
        ) from missing
    for address in (place.base_url, place.streamer_url):
        if urlsplit(address).hostname not in LOOPBACK:
            raise ConfigError(
                f"{address} is not on this machine: paper trades at `tomking exchange serve` alone"
            )
    return made


def read(path: Path) -> Joined:
    """The exchange whose line was written to a file.

    Raises
    ------
    ConfigError
        If there is no such file, or no such line in it.
    """
    try:
        said = json.loads(path.read_text())
    except (OSError, ValueError) as fault:
        raise ConfigError(
            f"{path} does not say where an exchange is ({fault}): write there what `tomking exchange "
            "serve` printed"
        ) from fault
    if not isinstance(said, Mapping):
        raise ConfigError(
            f"{path} holds no object: write there what `tomking exchange serve` printed"
        )
    return joined(said)


@contextmanager
def serving(options: Sequence[str], tells: Path | None = None) -> Iterator[Joined]:
    """An exchange of our own for as long as the block lasts; ``tells`` is where others read its line.

    Raises
    ------
    ConfigError, DataCorrupt, Transient
        If it does not begin: what it was told is wrong, its ledger does not hold, or it failed.
    """
    command = [sys.executable, "-m", "tomking.app.main", "exchange", "serve", *options, "--json"]
    command += ["--with-parent", str(os.getpid())]  # a kill of the desk leaves no exchange behind
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as exchange:  # an interrupt is for the desk, which needs it to take back what would open
        try:
            line = exchange.stdout.readline() if exchange.stdout else ""
            there = joined(_begun(line))
            if tells is not None:
                put(tells, line)
            yield there
        finally:
            if tells is not None:
                tells.unlink(missing_ok=True)
            exchange.terminate()
            try:
                exchange.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                exchange.kill()


def _begun(line: str) -> Mapping[str, Any]:
    """What an exchange says when it is ready; why it is not, in its own words, is raised."""
    if not line:
        raise Transient("the paper exchange did not begin: see what it said above")
    said: dict[str, Any] = json.loads(line)
    if "error" not in said:
        return said
    kind = KINDS.get(said.get("exit_code"), Transient)
    raise kind(f"the paper exchange did not begin: {said['error']}")
