"""A line to where an account trades, for commands that ask and send nothing."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tomking.app.config.load import load
from tomking.app.desk_files import DeskFiles
from tomking.app.keys import Ring, keys_of
from tomking.app.live import LIVE
from tomking.app.now import precise
from tomking.app.paper import read
from tomking.app.real_money import account_of
from tomking.core.errors import ConfigError, Transient
from tomking.wire.budget import Budget
from tomking.wire.line import Line
from tomking.wire.session import Place

#: Our own exchange may be asked as often as one likes: it is counted all the same.
UNBOUND = Budget(a_minute=1_000_000, a_day=100_000_000)
#: Seconds in which an exchange on this machine takes a connection, if one listens.
LISTENS_WITHIN_S = 1.0


def is_live(files: DeskFiles) -> bool:
    """Whether an account's settings say real money."""
    return load(files.settings if files.settings.exists() else None).mode == LIVE


def serves(files: DeskFiles, join: Path | None) -> Path | None:
    """The line of the paper exchange that is joined, or that the account's own desk has running.

    A desk that was killed leaves its line behind: one where nobody listens any more is none.
    """
    if join is not None:
        return join
    return files.exchange if files.exchange.is_file() and _listens(files.exchange) else None


def _listens(line: Path) -> bool:
    """Whether anybody takes a connection where a line says."""
    try:
        there = urlsplit(read(line).place.base_url)
        socket.create_connection((there.hostname, there.port or 80), LISTENS_WITHIN_S).close()
    except (ConfigError, OSError):
        return False
    return True


@contextmanager
def asking(
    files: DeskFiles, join: Path | None, ring: Ring, place: Place | None = None
) -> Iterator[Line]:
    """A line to the account's exchange or broker for as long as the block lasts.

    Raises
    ------
    ConfigError
        If a live account has no keys, or a file names no exchange.
    AuthExpired, Transient
        If nobody answers, or the exchange of a paper account does not serve.
    """
    if is_live(files) and join is None:
        line = Line.open(
            keys_of(files.account, os.environ, ring).keys, place or Place(), "", precise, Budget()
        )
    else:
        line = _paper(files, join)
    try:
        if not line.account:
            line.account = account_of(line)
        yield line
    finally:
        line.close()


def _paper(files: DeskFiles, join: Path | None) -> Line:
    where = serves(files, join)
    if where is None:
        raise Transient(
            f"{files.account} trades on paper and its exchange does not serve: start its desk, or name "
            f"one that does with --join FILE (`tomking exchange serve --ledger "
            f"{files.folder / 'exchange.db'} > FILE`)"
        )
    there = read(where)
    return Line.open(there.keys, there.place, there.account, precise, UNBOUND)
