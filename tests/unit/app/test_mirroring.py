"""A mirror begun by an account's keys: what refuses it, who looks, and what is tried again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tomking.app import mirroring
from tomking.app.cli import exchange, paper
from tomking.app.keys import CLIENT_SECRET, REFRESH_TOKEN
from tomking.app.mirroring import BROKER, Mirror, OurClock, asked_first, met_fresh
from tomking.app.now import precise
from tomking.core.errors import AuthExpired, BrokerError, ConfigError, InvariantError, Transient
from tomking.core.evidence import Evidence
from tomking.data.live.compact import Oddities
from tomking.data.live.supervise import Standing as Stands
from tomking.exchange.fills import MID
from tomking.wire.session import Place
from worlds.standing import Standing, standing
from worlds.streamed import FRIDAY

pytestmark = pytest.mark.integration


class NoRing:
    """A key ring that holds nothing."""

    def ready(self) -> None:
        """Nothing to refuse."""

    def get(self, account: str, name: str) -> str | None:
        return None

    def put(self, account: str, name: str, secret: str) -> None:
        raise AssertionError("nothing is kept")

    def drop(self, account: str, name: str) -> None:
        raise AssertionError("nothing is dropped")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user directory without anything in it, and no keys anywhere."""
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(CLIENT_SECRET, raising=False)
    monkeypatch.delenv(REFRESH_TOKEN, raising=False)
    monkeypatch.setattr(paper, "OsRing", NoRing)
    monkeypatch.setattr(exchange, "OsRing", NoRing)
    return tmp_path / "home"


@pytest.fixture
def there() -> Iterator[Standing]:
    with standing(60.0, day=FRIDAY) as made:
        yield made


def keys(monkeypatch: pytest.MonkeyPatch, token: str = "refresh") -> None:
    monkeypatch.setenv(CLIENT_SECRET, "secret")
    monkeypatch.setenv(REFRESH_TOKEN, token)


def at(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command ask an exchange of ours in place of the broker."""
    monkeypatch.setattr(paper, "asked_first", partial(asked_first, place=place))


def test_without_keys_nothing_is_begun_and_no_folder_is_left(home: Path) -> None:
    with pytest.raises(ConfigError, match="no keys for the account paper: `tomking login`"):
        paper.command(mirror=True)
    with pytest.raises(ConfigError, match="no keys for the account paper"):
        exchange.command("serve", mirror="paper", ledger=home / "exchange.db")
    assert not home.exists()


def test_keys_that_are_refused_end_it_as_they_end_a_login(
    home: Path, there: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(monkeypatch, "wrong")
    at(there.place, monkeypatch)
    with pytest.raises(AuthExpired) as refused:
        paper.command(mirror=True)
    assert refused.value.exit_code is BrokerError.exit_code
    assert not home.exists()
    assert there.log == [("POST", "/oauth/token")]  # once, as failures lock an address out


def test_a_broker_that_is_not_there_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys(monkeypatch)
    at(Place("http://127.0.0.1:9", "ws://127.0.0.1:9"), monkeypatch)
    with pytest.raises(Transient, match=r"127\.0\.0\.1:9 cannot be reached"):
        paper.command(mirror=True)
    assert not home.exists()


@pytest.mark.parametrize("other", [{"day": "2018-12-07"}, {"speed": 0.0}, {"join": Path("x")}])
def test_a_mirror_is_of_now_and_of_no_other_market(home: Path, other: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="market of now"):
        paper.command(mirror=True, **other)
    assert not home.exists()


@pytest.mark.parametrize("other", [{"day": "2018-12-10"}, {"speed": 2.0}, {"recorded": Path("x")}])
def test_nor_is_one_that_is_served(home: Path, other: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="market of now"):
        exchange.command("serve", mirror="paper", **other)


def test_what_the_quotes_are_worth_is_asked_first(
    there: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(monkeypatch)
    assert asked_first("paper", NoRing(), there.place) is Evidence.LIVE
    assert there.log == [("POST", "/oauth/token"), ("GET", "/api-quote-tokens")]
    assert Place() == BROKER


def test_the_server_of_a_paper_desk_is_begun_with_the_account_and_its_strategies() -> None:
    files = mirroring.files_of("paper")
    words = paper.Started(mirrored=("paper", "friday_0dte"), capital=5).options(files)
    assert words[:4] == ["--mirror", "paper", "--strategies", "friday_0dte"]
    assert "--speed" not in words
    assert "--mirror" not in paper.Started().options(files)


def test_a_mirror_looks_by_itself_and_ends_with_its_block(
    home: Path, there: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(monkeypatch)
    monkeypatch.setattr(mirroring, "precise", there.clock)
    with mirroring.mirroring("paper", "friday_0dte", NoRing(), there.place) as live:
        assert live.at(there.clock()).vix.value == there.look().vix.value
        assert live._thread is not None
        assert live._thread.is_alive()
        assert live.shown.market.following.windows.keys() == {"ES", "MES", "SPX", "SPY"} & set(
            live.shown.market.following.roots
        )
    assert not live._thread.is_alive()
    assert {method for method, _ in there.log} == {"GET", "POST"}
    with pytest.raises(InvariantError, match="start again"):
        live.at(there.clock())


@dataclass
class Market:
    """A market whose feed has been given up."""

    again: Event = field(default_factory=Event)
    odd: Oddities = field(default_factory=Oddities)

    def feed(self) -> tuple[Stands, str]:
        return Stands.NEEDS_HUMAN, "five tries"

    def reconnect(self) -> None:
        self.again.set()

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Shown:
    """What is shown of it: the first look goes well, the second finds nobody."""

    market: Market = field(default_factory=Market)
    looks: int = 0

    def look(self) -> None:
        self.looks += 1
        if self.looks == 2:
            raise Transient("nobody answers")


def test_a_feed_that_was_given_up_is_tried_again_and_a_look_that_fails_is_told() -> None:
    said: list[str] = []
    shown: Any = Shown()
    mirror = Mirror(shown, said.append, looks_s=0.001, again_s=0.002)
    mirror.begin()
    assert shown.market.again.wait(5.0)
    mirror.close()
    assert any("nobody answers" in each for each in said)
    assert any("five tries" in each and "tried again" in each for each in said)


def test_its_clock_is_ours_and_never_before_what_a_ledger_had_come_to() -> None:
    now = precise()
    assert OurClock(now)() >= now
    later = now.replace(year=now.year + 1)
    clock = OurClock(later)
    clock.move(60.0)
    assert clock() == later
    assert clock.speed == 1.0


def test_orders_of_a_mirror_meet_no_quote_older_than_a_desk_decides_by() -> None:
    assert MID.age_max_s == 60.0
    assert met_fresh(MID).age_max_s == 5.0
    assert met_fresh(MID).name == MID.name
