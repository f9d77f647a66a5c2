"""Where an account keeps its files: one folder each in the program's home, named as the account.

The standard library only, so that the brake finds them when nothing else works.
"""

from pathlib import Path

from tomking.app.home import home
from tomking.core.errors import ConfigError
from tomking.core.value import value
from tomking.engine.spool import Spool

#: The account that is meant when none is named.
PAPER = "paper"
#: Folders of the home that are something else.
RESERVED = frozenset({"runs", "strategies", "traces"})
SETTINGS = "tomking.toml"


@value
class DeskFiles:
    """The files of one account."""

    folder: Path

    @property
    def account(self) -> str:
        """Its name."""
        return self.folder.name

    @property
    def settings(self) -> Path:
        """What it trades and what it may: a file for people."""
        return self.folder / SETTINGS

    @property
    def journal(self) -> Path:
        """Its facts."""
        return self.folder / "journal.db"

    @property
    def before(self) -> Path:
        """What was decided before there were any: the first desk takes it over."""
        return self.folder / "before.db"

    @property
    def backups(self) -> Path:
        """Copies of its facts."""
        return self.folder / "backups"

    @property
    def halt(self) -> Path:
        """The brake: nothing that adds risk is sent while a file of this name is there."""
        return self.folder / "HALT"

    @property
    def spool(self) -> Spool:
        """Commands to its desk, and their answers."""
        return Spool(self.folder / "spool")

    @property
    def exchange(self) -> Path:
        """Where the paper exchange of its own serves, while one does."""
        return self.folder / "exchange.json"

    @property
    def heartbeat(self) -> Path:
        """What its desk says of itself."""
        return self.folder / "heartbeat.json"


def files_of(account: str = PAPER) -> DeskFiles:
    """The files of an account, whether or not it is there.

    Raises
    ------
    ConfigError
        If a folder cannot be named so.
    """
    letters = account.replace("-", "").replace("_", "")
    if not (letters.isascii() and letters.isalnum()) or account in RESERVED or account[0] in "-_":
        raise ConfigError(
            f"an account cannot be called {account!r}: take letters, figures, - and _, but none of "
            f"{', '.join(sorted(RESERVED))}"
        )
    return DeskFiles(home() / account)


def there(account: str = PAPER) -> DeskFiles:
    """The files of an account that is there.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    found = files_of(account)
    if not found.folder.is_dir():
        known = ", ".join(accounts()) or "none"
        raise ConfigError(
            f"there is no account {account!r} in {home()} (there: {known}): "
            "`tomking init NAME` makes one"
        )
    return found


def accounts() -> tuple[str, ...]:
    """The accounts that are there, by name: folders that hold settings, a journal or a brake."""
    try:
        folders = sorted(place for place in home().iterdir() if place.is_dir())
    except OSError:
        return ()
    marks = (SETTINGS, "journal.db", "HALT", "heartbeat.json")
    return tuple(
        place.name
        for place in folders
        if place.name not in RESERVED and any((place / mark).exists() for mark in marks)
    )
