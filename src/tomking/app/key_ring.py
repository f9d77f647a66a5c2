"""The key ring of the operating system; its library is loaded when a secret is asked for."""

from collections.abc import Callable
from typing import TypeVar

from tomking.app.keys import INSTEAD, SERVICE
from tomking.core.errors import ConfigError

T = TypeVar("T")
NONE = f"this system has no key ring: {INSTEAD}"


class OsRing:
    """Secrets where the operating system keeps them."""

    def ready(self) -> None:
        """Refuse where there is no key ring, or one that keeps nothing.

        Raises
        ------
        ConfigError
            With what to do without.
        """
        import keyring
        from keyring.backends import fail, null

        if isinstance(keyring.get_keyring(), fail.Keyring | null.Keyring):
            raise ConfigError(NONE)

    def get(self, account: str, name: str) -> str | None:
        """A secret; nothing where there is no key ring to hold it."""
        import keyring
        from keyring.errors import NoKeyringError

        try:
            return _asked(lambda: keyring.get_password(SERVICE, f"{account}/{name}"))
        except NoKeyringError:
            return None

    def put(self, account: str, name: str, secret: str) -> None:
        """Keep a secret.

        Raises
        ------
        ConfigError
            If there is no key ring; the text says what to do without.
        """
        import keyring
        from keyring.errors import NoKeyringError

        try:
            _asked(lambda: keyring.set_password(SERVICE, f"{account}/{name}", secret))
        except NoKeyringError as none:
            raise ConfigError(NONE) from none

    def drop(self, account: str, name: str) -> None:
        """Forget a secret; it is no fault when there was none."""
        import keyring
        from keyring.errors import NoKeyringError, PasswordDeleteError

        try:
            _asked(lambda: keyring.delete_password(SERVICE, f"{account}/{name}"))
        except (NoKeyringError, PasswordDeleteError):
            return


def _asked(ask: Callable[[], T]) -> T:
    """What the key ring answers; one that is locked is told."""
    from keyring.errors import KeyringError, NoKeyringError, PasswordDeleteError

    try:
        return ask()
    except (NoKeyringError, PasswordDeleteError):
        raise
    except KeyringError as fault:
        raise ConfigError(
            f"the key ring does not answer ({fault}): unlock it, or {INSTEAD}"
        ) from fault
