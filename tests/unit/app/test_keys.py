"""The broker's keys: their order, their refusals, and that nobody prints them."""

from collections.abc import Callable, Mapping

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from tomking.app.cli.login import login
from tomking.app.key_ring import OsRing
from tomking.app.keys import (
    CLIENT_SECRET,
    ENVIRONMENT,
    REFRESH_TOKEN,
    RING,
    Keys,
    from_environment,
    keep,
    keys_of,
)
from tomking.core.errors import AuthExpired, ConfigError
from worlds.rings import Pocket

pytestmark = pytest.mark.unit
BOTH = {CLIENT_SECRET: "from-env", REFRESH_TOKEN: "token-env"}


def known(keys: Keys) -> str:
    """A broker that knows every key."""
    return "known"


def test_keys_are_never_shown() -> None:
    keys = Keys("s3cret", "t0ken")
    for said in (repr(keys), str(keys), f"{keys}", repr([keys]), repr({"keys": keys})):
        assert "s3cret" not in said
        assert "t0ken" not in said
        assert "not shown" in said


def test_the_environment_comes_before_the_key_ring() -> None:
    ring = Pocket()
    keep("paper", Keys("from-ring", "token-ring"), ring)
    found = keys_of("paper", {}, ring)
    assert (found.source, found.keys.client_secret) == (RING, "from-ring")
    found = keys_of("paper", BOTH, ring)
    assert (found.source, found.keys.client_secret) == (ENVIRONMENT, "from-env")


def test_the_keys_of_one_account_are_not_another_s() -> None:
    ring = Pocket()
    keep("paper", Keys("a", "b"), ring)
    with pytest.raises(ConfigError, match="no keys for the account other: `tomking login`"):
        keys_of("other", {}, ring)


@pytest.mark.parametrize("missing", [CLIENT_SECRET, REFRESH_TOKEN])
def test_half_of_the_keys_is_refused(missing: str) -> None:
    half = {**BOTH, missing: " "}
    with pytest.raises(ConfigError, match=f"{missing} is missing in the environment"):
        from_environment(half)
    ring = Pocket({("paper", "client_secret"): "a"})
    with pytest.raises(ConfigError, match="no keys"):
        keys_of("paper", {}, ring)


def typing(*lines: str | None) -> Callable[[str], str | None]:
    given = iter(lines)
    return lambda prompt: next(given)


def test_a_login_keeps_what_the_broker_knows() -> None:
    ring, asked = Pocket(), list[Keys]()

    def verify(keys: Keys) -> str:
        asked.append(keys)
        return "known as 5WX00001"

    assert login("paper", {}, typing("s", " t "), ring, verify) == "known as 5WX00001"
    assert asked == [Keys("s", "t")]
    assert keys_of("paper", {}, ring).keys == Keys("s", "t")


def test_a_login_from_the_environment_asks_nobody() -> None:
    ring = Pocket()
    assert login("paper", BOTH, typing(), ring, known) == "known"
    assert ring.get("paper", "refresh_token") == "token-env"


def test_what_the_broker_does_not_know_is_not_kept() -> None:
    ring = Pocket()

    def verify(keys: Keys) -> str:
        raise AuthExpired("the broker does not know these keys: make new ones")

    with pytest.raises(AuthExpired):
        login("paper", BOTH, typing(), ring, verify)
    assert ring.kept == {}


@pytest.mark.parametrize("lines", [(None, None), ("s", ""), ("", "t")])
def test_a_login_without_both_keys_is_refused(lines: tuple[str | None, ...]) -> None:
    ring = Pocket()
    with pytest.raises(ConfigError, match="both keys are needed"):
        login("paper", {}, typing(*lines), ring, known)
    assert ring.kept == {}


class Backend(KeyringBackend):
    """A key ring of the library, in memory; ``fault`` is raised at each call."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, fault: Exception | None = None) -> None:
        super().__init__()
        self.fault, self.kept = fault, dict[tuple[str, str], str]()

    def get_password(self, service: str, username: str) -> str | None:
        self._raise()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._raise()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._raise()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("no such password")

    def _raise(self) -> None:
        if self.fault:
            raise self.fault


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Callable[[KeyringBackend], None]:
    return lambda ring: monkeypatch.setattr(keyring.core, "_keyring_backend", ring)


def test_the_system_s_key_ring_keeps_gives_back_and_forgets(
    backend: Callable[[KeyringBackend], None],
) -> None:
    there = Backend()
    backend(there)
    ring = OsRing()
    ring.put("paper", "client_secret", "s")
    assert there.kept == {("tomking", "paper/client_secret"): "s"}
    assert ring.get("paper", "client_secret") == "s"
    ring.drop("paper", "client_secret")
    ring.drop("paper", "client_secret")
    assert ring.get("paper", "client_secret") is None


def test_without_a_key_ring_the_environment_is_named(
    backend: Callable[[KeyringBackend], None],
) -> None:
    from keyring.backends.fail import Keyring as NoRing

    backend(NoRing())
    with pytest.raises(ConfigError, match=f"no key ring: set {CLIENT_SECRET} and"):
        OsRing().ready()
    assert OsRing().get("paper", "client_secret") is None
    OsRing().drop("paper", "client_secret")
    with pytest.raises(ConfigError, match=f"no key ring: set {CLIENT_SECRET} and") as refused:
        OsRing().put("paper", "client_secret", "hush")
    assert "hush" not in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_key_ring_that_keeps_nothing_is_none(backend: Callable[[KeyringBackend], None]) -> None:
    from keyring.backends.null import Keyring as Sieve

    backend(Sieve())
    with pytest.raises(ConfigError, match="no key ring"):
        OsRing().ready()
    backend(Backend())
    OsRing().ready()


def test_without_a_key_ring_nobody_is_asked_for_a_secret_and_no_broker_either(
    backend: Callable[[KeyringBackend], None],
) -> None:
    from keyring.backends.fail import Keyring as NoRing

    backend(NoRing())
    asked = list[Keys]()

    def verify(keys: Keys) -> str:
        asked.append(keys)
        return "known"

    for environ in ({}, BOTH):
        with pytest.raises(ConfigError, match="no key ring"):
            login("paper", environ, typing(), OsRing(), verify)
    assert asked == []


def test_a_locked_key_ring_is_told(backend: Callable[[KeyringBackend], None]) -> None:
    backend(Backend(KeyringLocked("it is locked")))
    for act in (
        lambda: OsRing().get("paper", "x"),
        lambda: OsRing().put("paper", "x", "y"),
        lambda: OsRing().drop("paper", "x"),
    ):
        with pytest.raises(ConfigError, match="unlock it"):
            act()


def test_the_environment_may_be_any_mapping() -> None:
    nothing: Mapping[str, str] = {}
    assert from_environment(nothing) is None
