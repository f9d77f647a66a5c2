"""A paper exchange to trade at: started beside the desk, or joined where one serves already."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tomking.core.errors import ConfigError, Transient
from tomking.core.value import value
from tomking.engine.durable import put
from tomking.wire.keys import Keys
from tomking.wire.session import Place

#: Seconds an exchange that was asked to stop may take.
STOP_WITHIN_S = 5.0
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
    Transient
        If it does not begin; it has said why.
    """
    command = [sys.executable, "-m", "tomking.app.main", "exchange", "serve", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as exchange:
        try:
            line = exchange.stdout.readline() if exchange.stdout else ""
            if not line:
                raise Transient("the paper exchange did not begin: see what it said above")
            there = joined(json.loads(line))
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
