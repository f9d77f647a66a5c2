"""The broker's keys: where they come from, in which order, and that nobody prints them.

First the environment, then the key ring of the operating system; never the settings file.
"""

from collections.abc import Mapping
from typing import Protocol

from tomking.core.errors import ConfigError
from tomking.core.value import value
from tomking.wire.keys import Keys

CLIENT_SECRET, REFRESH_TOKEN = "TOMKING_CLIENT_SECRET", "TOMKING_REFRESH_TOKEN"
#: The program's name in the key ring.
SERVICE = "tomking"
SECRET_KEY, TOKEN_KEY = "client_secret", "refresh_token"
ENVIRONMENT, RING = "the environment", "the key ring"
INSTEAD = f"set {CLIENT_SECRET} and {REFRESH_TOKEN} in the environment of the desk instead"


@value
class Found:
    """Keys, and where they were found."""

    keys: Keys
    source: str


class Ring(Protocol):
    """A place for secrets, by account and name."""

    def ready(self) -> None:
        """Refuse where nothing can be kept, before anybody is asked for a secret."""
        ...

    def get(self, account: str, name: str) -> str | None:
        """A secret, or nothing."""
        ...

    def put(self, account: str, name: str, secret: str) -> None:
        """Keep a secret."""
        ...

    def drop(self, account: str, name: str) -> None:
        """Forget a secret, if there is one."""
        ...


def from_environment(environ: Mapping[str, str]) -> Keys | None:
    """The keys that the environment holds; nothing where it holds neither.

    Raises
    ------
    ConfigError
        If it holds one of the two.
    """
    given = {name: environ.get(name, "").strip() for name in (CLIENT_SECRET, REFRESH_TOKEN)}
    missing = [name for name, secret in given.items() if not secret]
    if len(missing) == 1:
        raise ConfigError(
            f"{missing[0]} is missing in the environment: both are needed, or neither"
        )
    return None if missing else Keys(given[CLIENT_SECRET], given[REFRESH_TOKEN])


def keys_of(account: str, environ: Mapping[str, str], ring: Ring) -> Found:
    """An account's keys: those of the environment, else those of the key ring.

    Raises
    ------
    ConfigError
        If there are none, or half of them.
    """
    named = from_environment(environ)
    if named is not None:
        return Found(named, ENVIRONMENT)
    kept = [ring.get(account, name) for name in (SECRET_KEY, TOKEN_KEY)]
    secret, token = kept
    if not secret or not token:
        raise ConfigError(
            f"there are no keys for the account {account}: `tomking login` asks for them, or {INSTEAD}"
        )
    return Found(Keys(secret, token), RING)


def keep(account: str, keys: Keys, ring: Ring) -> None:
    """Put an account's keys into the key ring."""
    ring.put(account, SECRET_KEY, keys.client_secret)
    ring.put(account, TOKEN_KEY, keys.refresh_token)
