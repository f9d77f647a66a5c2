"""A desk takes an account: one at a time, with its facts there, and nothing left of a start refused."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tomking.app.desk_files import PAPER, DeskFiles, files_of, there
from tomking.app.salvage import salvaged
from tomking.core.errors import ConfigError, DataCorrupt
from tomking.engine.sole import sole


def to_trade(account: str) -> DeskFiles:
    """The files of an account that ``init`` made; ``paper`` need not be made before it trades.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    return files_of(account) if account == PAPER else there(account)


def begins_nothing(files: DeskFiles, given: Sequence[str], *, joins: bool) -> None:
    """Refuse what says how an exchange begins where none does: it would be of no effect.

    Raises
    ------
    ConfigError
        If something of it is given, and the account has a ledger or an exchange is joined.
    """
    named = " and ".join(given)
    if named and joins:
        raise ConfigError(
            f"{named} cannot stand beside --join: the exchange that is joined has begun already"
        )
    if named and files.ledger.exists():
        raise ConfigError(
            f"{named} cannot stand where {files.account} has traded already: its exchange goes on where "
            "it was; leave it out, or take another account (`tomking init NAME`)"
        )


@contextmanager
def at_work(files: DeskFiles) -> Iterator[None]:
    """Be the one desk of an account; a folder that was made for it goes if it came to nothing.

    Raises
    ------
    Taken
        If another process writes the account; nothing of it was touched.
    DataCorrupt
        If it had a journal, which is gone: a new one would know nothing of what is held.
    """
    made = not files.folder.exists()
    files.folder.mkdir(parents=True, exist_ok=True)
    with sole(files.lock):
        try:
            _with_its_facts(files)
            yield
        finally:
            if made and not files.journal.exists():
                _gone(files)


def _with_its_facts(files: DeskFiles) -> None:
    """Refuse an account whose journal is gone; a shorter one may be a copy somebody went back to."""
    damage = None if files.journal.exists() else salvaged(files).damage
    if damage is not None:
        raise DataCorrupt(f"{damage.fault}; to begin anew, move {files.folder} away")


def _gone(files: DeskFiles) -> None:
    with suppress(OSError):  # what else came to lie there keeps the folder
        files.lock.unlink()
        files.folder.rmdir()
